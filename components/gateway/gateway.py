"""The gateway on Kubernetes: nginx pods behind a network load balancer that exists outside of the cluster."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from bailbondpro.facts.nginx import NGINX_IMAGE

from ..autoscaling.autoscaler import Autoscaler, AutoscalerArgs
from ..kubernetes.children import child_options, given_name
from ..kubernetes.exporters import (
    NGINX_EXPORTER_IMAGE,
    NGINX_EXPORTER_PORT,
    Exporter,
    exporter_container,
)
from ..kubernetes.namespace import GATEWAY_PRIORITY
from ..kubernetes.network_policies import Peer, TrafficRule, dns, network_policy
from ..kubernetes.objects import (
    Identity,
    ServicePort,
    deployment,
    disruption_budget,
    service,
    service_account,
)
from ..kubernetes.pods import (
    Annotation,
    Container,
    ContainerPort,
    EnvVar,
    FileMount,
    Placement,
    PodTemplate,
    Probe,
    Resources,
    ScratchMount,
)
from .model import GRACE_SPARE_SECONDS
from .render import render

if TYPE_CHECKING:
    from ..autoscaling.policy import AutoscalingPolicy
    from .model import GatewayConfig

APP = "bailbondpro-gateway"
PRE_STOP_SECONDS = 130
"""How long the load balancer and the endpoints may take to stop sending to a pod that is going to stop: an NLB may send
for two minutes after a target began to leave (kubernetes-sigs/aws-load-balancer-controller, issue 2366)."""
CONFIG_DIRECTORY = "/etc/gateway"
GATEWAY_RESOURCES = Resources(
    cpu_request="250m",
    memory_request="128Mi",
    cpu_limit="1000m",
    memory_limit="256Mi",
    ephemeral_request="256Mi",
    ephemeral_limit="1Gi",
)
"""Starting size, by judgement: one worker with 4096 connections of about 20 KiB each, and 20 MiB of zones."""


@dataclass(frozen=True, kw_only=True)
class TargetGroups:
    """ARNs of the load balancer's target groups (type ip) that the gateway's pods join."""

    https_arn: pulumi.Input[str]
    http_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """Runs one gateway configuration.

    Attributes:
        namespace: where all objects live.
        config: what nginx does.
        certificate: PEM, the certificate for the server names (with its chain).
        private_key: PEM.
        target_groups: the load balancer's side; None for a cluster without one.
        client_ca: PEM of the authority whose client certificates are accepted; needed when `config.verify_client`.
        image: nginx 1.27.4 or newer that runs without root.
        replicas: fixed number of pods, None when `autoscaling` decides.
        autoscaling: None for a fixed number.
        resources: requests and limits; `config.worker_processes` follows the cpu limit.
        load_balancer_cidrs: addresses that may connect: the clients' (they are preserved) and the load balancer's
            own for health checks.
        exporter_image: turns nginx's counters into metrics (container port "metrics").
        monitoring_namespace: may scrape the exporter.
        upstream_ports: ports of the pods behind the gateway.
        placement: node pool.
        pre_stop_seconds: how long a stopping pod still serves; at least the target groups' deregistration delay.

    Raises:
        ValueError: both or none of replicas and autoscaling, or no authority for verified clients.
    """

    namespace: pulumi.Input[str]
    config: GatewayConfig
    certificate: pulumi.Input[str]
    private_key: pulumi.Input[str]
    target_groups: TargetGroups | None
    client_ca: pulumi.Input[str] | None = None
    image: pulumi.Input[str] = NGINX_IMAGE
    replicas: int | None = None
    autoscaling: AutoscalingPolicy | None = None
    resources: Resources = GATEWAY_RESOURCES
    load_balancer_cidrs: tuple[str, ...] = ("0.0.0.0/0",)
    exporter_image: pulumi.Input[str] = NGINX_EXPORTER_IMAGE
    monitoring_namespace: str = "monitoring"
    upstream_ports: tuple[int, ...] = (3000, 4000)
    placement: Placement = field(default_factory=Placement)
    pre_stop_seconds: int = PRE_STOP_SECONDS

    def __post_init__(self) -> None:
        if (self.replicas is None) == (self.autoscaling is None):
            raise ValueError("the gateway needs either a fixed number of replicas or an autoscaling policy")
        if self.config.verify_client and self.client_ca is None:
            raise ValueError("client certificates are verified, so the authority's certificate (client_ca) is needed")

    @property
    def min_replicas(self) -> int:
        """The least number of pods there will ever be."""
        return self.autoscaling.min_replicas if self.autoscaling else self.replicas or 1


class Gateway(pulumi.ComponentResource):
    """nginx in front of all pods: TLS, rate limits, routing; bound to the target groups of a load balancer.

    Example:
        ```python
        config = guide_config(GuideGateway(server_names=("bailbondpro.com",), web_host=host, api_host=host))
        args = GatewayArgs(
            namespace="production",
            config=config,
            certificate=certificate.certificate_pem,
            private_key=certificate.private_key_pem,
            target_groups=TargetGroups(https_arn=https_arn, http_arn=http_arn),
            replicas=2,
        )
        gateway = Gateway("gateway", args)
        ```
    """

    config_text: pulumi.Output[str]
    deployment_name: pulumi.Output[str]
    service_name: pulumi.Output[str]

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:gateway:Gateway", name, None, opts)
        identity = Identity(
            name=name,
            namespace=args.namespace,
            app=APP,
            component="gateway",
            opts=child_options(self, opts),
        )
        text = render(args.config)
        config = _config_map(identity, text)
        secret = _tls_secret(identity, args)
        account = service_account(identity, APP)
        policy = _policy(identity, args)
        self.deployment = deployment(
            identity.after(policy),
            APP,
            _template(args, text, config.metadata.name, secret.metadata.name, account.metadata.name),
            args.replicas,
        )
        front = service(identity, APP, _ports(args.config))
        if args.min_replicas > 1:
            disruption_budget(identity, APP)
        if args.autoscaling is not None:
            _autoscaler(identity, args, given_name(self.deployment, APP))
        if args.target_groups is not None:
            _bindings(identity, args.target_groups, front)
        self.config_text = pulumi.Output.from_input(text)
        self.deployment_name = given_name(self.deployment, APP)
        self.service_name = given_name(front, APP)
        self.register_outputs({"deploymentName": self.deployment_name, "serviceName": self.service_name})


def _ports(config: GatewayConfig) -> tuple[ServicePort, ...]:
    return (
        ServicePort(name="http", port=80, target_port=config.http_port),
        ServicePort(name="https", port=443, target_port=config.https_port),
    )


def _container_ports(config: GatewayConfig) -> tuple[ContainerPort, ...]:
    return (
        ContainerPort(name="http", number=config.http_port),
        ContainerPort(name="https", number=config.https_port),
    )


def _sidecars(args: GatewayArgs) -> tuple[Container, ...]:
    port = args.config.status_port
    if port is None:
        return ()
    where = EnvVar(name="SCRAPE_URI", value=f"http://127.0.0.1:{port}/status")
    return (exporter_container(Exporter(image=args.exporter_image, port=NGINX_EXPORTER_PORT, env=(where,))),)


def _config_map(identity: Identity, text: str) -> k8s.core.v1.ConfigMap:
    return k8s.core.v1.ConfigMap(
        f"{identity.name}-config",
        metadata=identity.metadata(f"{APP}-config"),
        data={"nginx.conf": text},
        opts=identity.opts,
    )


def _tls_secret(identity: Identity, args: GatewayArgs) -> k8s.core.v1.Secret:
    data = {"tls.crt": args.certificate, "tls.key": pulumi.Output.secret(args.private_key)}
    if args.client_ca is not None:
        data["client-ca.crt"] = args.client_ca
    return k8s.core.v1.Secret(
        f"{identity.name}-tls",
        metadata=identity.metadata(f"{APP}-tls"),
        type="kubernetes.io/tls",
        string_data=data,
        opts=identity.opts,
    )


def _certificate_checksum(args: GatewayArgs) -> pulumi.Output[str]:
    """Over the certificates only: they are public, and a new key always comes with a new certificate."""
    certificates = pulumi.Output.all(args.certificate, args.client_ca or "")
    return certificates.apply(lambda pems: hashlib.sha256("".join(pems).encode()).hexdigest()[:16])


def _template(
    args: GatewayArgs,
    text: str,
    config_name: pulumi.Input[str],
    secret_name: pulumi.Input[str],
    account: pulumi.Input[str],
) -> PodTemplate:
    config = args.config
    return PodTemplate(
        app=APP,
        component="gateway",
        container=Container(
            name="nginx",
            image=args.image,
            # the image's own entry point edits configuration files, which are read-only here
            command=("nginx", "-e", "stderr", "-c", f"{CONFIG_DIRECTORY}/nginx.conf", "-g", "daemon off;"),
            resources=args.resources,
            ports=_container_ports(config),
            liveness=Probe(path="/health", port=config.http_port, period_seconds=10, timeout_seconds=2),
            readiness=Probe(path="/health", port=config.http_port, period_seconds=5, timeout_seconds=2),
            mounts=(
                FileMount(kind="config_map", name="config", object_name=config_name, path=CONFIG_DIRECTORY),
                FileMount(kind="secret", name="tls", object_name=secret_name, path="/etc/ssl/gateway"),
                ScratchMount(name="tmp", path="/tmp"),  # noqa: S108 - a path inside the container
            ),
            pre_stop_seconds=args.pre_stop_seconds,
        ),
        sidecars=_sidecars(args),
        service_account=account,
        priority_class=GATEWAY_PRIORITY,
        termination_grace_seconds=args.pre_stop_seconds + config.shutdown_seconds + GRACE_SPARE_SECONDS,
        longest_request_seconds=config.shutdown_seconds,
        annotations=(
            Annotation(key="checksum/config", value=hashlib.sha256(text.encode()).hexdigest()[:16]),
            Annotation(key="checksum/certificate", value=_certificate_checksum(args)),
        ),
        placement=args.placement,
    )


def _policy(identity: Identity, args: GatewayArgs) -> k8s.networking.v1.NetworkPolicy:
    config = args.config
    outside = tuple(Peer(cidr=cidr) for cidr in args.load_balancer_cidrs)
    ingress = [TrafficRule(peers=outside, ports=(config.http_port, config.https_port))]
    if config.status_port is not None:
        ingress.append(TrafficRule(peers=(Peer(namespace=args.monitoring_namespace),), ports=(NGINX_EXPORTER_PORT,)))
    upstreams = TrafficRule(peers=(Peer(namespace=args.namespace),), ports=args.upstream_ports)
    return network_policy(
        f"{identity.name}-network-policy",
        namespace=args.namespace,
        app=APP,
        component="gateway",
        ingress=ingress,
        egress=(dns(), upstreams),
        opts=identity.opts,
    )


def _autoscaler(identity: Identity, args: GatewayArgs, deployment_name: pulumi.Input[str]) -> None:
    assert args.autoscaling is not None  # noqa: S101 - the caller has just looked
    Autoscaler(
        f"{identity.name}-autoscaler",
        AutoscalerArgs(
            namespace=args.namespace,
            deployment_name=deployment_name,
            policy=args.autoscaling,
            backend="native",
            autoscaler_name=APP,
            app=APP,
        ),
        identity.opts,
    )


def _bindings(identity: Identity, groups: TargetGroups, front: k8s.core.v1.Service) -> None:
    """Register the pods' addresses in target groups that live and die outside of the cluster."""
    for port, arn in (("https", groups.https_arn), ("http", groups.http_arn)):
        k8s.apiextensions.CustomResource(
            f"{identity.name}-{port}-binding",
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata=identity.metadata(f"{APP}-{port}"),
            spec={
                "serviceRef": {"name": front.metadata.name, "port": port},
                "targetGroupARN": arn,
                "targetType": "ip",
            },
            opts=identity.opts,
        )
