"""One scalable HTTP workload on Kubernetes: the guide's application Deployment, hardened, and what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pulumi

from ..kubernetes.children import child_options, given_name
from ..kubernetes.namespace import APP_PRIORITY
from ..kubernetes.network_policies import TrafficRule, dns, network_policy
from ..kubernetes.objects import (
    Identity,
    Rollout,
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
    EnvEntry,
    FileMount,
    Placement,
    PodTemplate,
    Probe,
    Resources,
    ScratchMount,
)

SECRET_CHECKSUM = "checksum/secrets"  # noqa: S105 - an annotation's name, not a secret
GUIDE_LIVENESS = Probe(path="/health", port=3000, initial_delay_seconds=30, period_seconds=10)
GUIDE_READINESS = Probe(path="/ready", port=3000, initial_delay_seconds=5, period_seconds=5)
STARTUP = Probe(path="/health", port=3000, period_seconds=2, failure_threshold=30)
"""Up to 60 s to start; the guide's liveness probe (delay 30 s, period 10 s) takes over when it has passed."""


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """One Deployment and its Service, as the guide states them (Horizontal Scaling); defaults are the guide's app.

    Attributes:
        namespace: where all objects live.
        image: repository with tag or digest.
        app: the `app` label and selector; it can never change.
        deployment_name: metadata.name of the Deployment.
        service_name: metadata.name of the Service; "-headless" is added to `app` for the headless one.
        container_name: name of the only container.
        component: for app.kubernetes.io/component.
        ports: container ports; the first serves the Service and the probes of the defaults.
        service_port: port of the Service in front of the first container port.
        replicas: None when an autoscaler owns the count, in which case the Deployment never carries the field.
        min_replicas: the least number of pods there will ever be; a disruption budget needs at least 2.
        resources: requests and limits.
        liveness: probe that restarts the container.
        readiness: probe that takes the pod out of the Service.
        startup: probe that holds the other two back until the process is up.
        env: environment of the container.
        secret_checksum: changes with the values of the Secrets in `env`, so that a rotation rolls the pods.
        files: ConfigMaps and Secrets mounted as directories.
        checksums: further annotations of the pods that make a change of what they read a rollout.
        rollout: pods that an update may add and miss.
        disruption_max_unavailable: pods that may be drained at a time, at least 1.
        priority_class: who is evicted first on a full node.
        pre_stop_seconds: see `Container`.
        termination_grace_seconds: see `PodTemplate`.
        longest_request_seconds: see `PodTemplate`.
        placement: node pool.
        ingress: connections allowed to the pods.
        egress: connections allowed from the pods; name resolution is always allowed.
    """

    namespace: pulumi.Input[str]
    image: pulumi.Input[str]
    app: str = "bailbondpro"
    deployment_name: str = "bailbondpro-app"
    service_name: str = "bailbondpro-service"
    container_name: str = "app"
    component: str = "app"
    ports: tuple[ContainerPort, ...] = (
        ContainerPort(name="http", number=3000),
        ContainerPort(name="api", number=4000),
    )
    service_port: int = 80
    replicas: int | None = None
    min_replicas: int = 3
    resources: Resources = field(default_factory=Resources)
    liveness: Probe = GUIDE_LIVENESS
    readiness: Probe = GUIDE_READINESS
    startup: Probe = STARTUP
    env: tuple[EnvEntry, ...] = ()
    secret_checksum: pulumi.Input[str] | None = None
    files: tuple[FileMount, ...] = ()
    checksums: tuple[Annotation, ...] = ()
    rollout: Rollout = field(default_factory=Rollout)
    disruption_max_unavailable: int = 1
    priority_class: str = APP_PRIORITY
    pre_stop_seconds: int = 15
    termination_grace_seconds: int = 90
    longest_request_seconds: int = 60
    placement: Placement = field(default_factory=Placement)
    ingress: tuple[TrafficRule, ...] = ()
    egress: tuple[TrafficRule, ...] = ()


class Workload(pulumi.ComponentResource):
    """A Deployment with Service, headless Service, service account, disruption budget and network policy.

    Example:
        ```python
        app = Workload("app", WorkloadArgs(namespace="production", image="bailbondpro:latest"))
        pulumi.export("deployment", app.deployment_name)
        ```
    """

    deployment_name: pulumi.Output[str]
    service_name: pulumi.Output[str]
    headless_name: pulumi.Output[str]

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:workload:Workload", name, None, opts)
        identity = Identity(
            name=name,
            namespace=args.namespace,
            app=args.app,
            component=args.component,
            opts=child_options(self, opts),
        )
        account = service_account(identity, args.deployment_name)
        policy = network_policy(
            f"{name}-network-policy",
            namespace=args.namespace,
            app=args.app,
            component=args.component,
            ingress=args.ingress,
            egress=(dns(), *args.egress),
            opts=identity.opts,
        )
        self.deployment = deployment(
            # the policy first: a pod that starts under default deny alone cannot reach its database
            identity.after(policy),
            args.deployment_name,
            _template(args, account.metadata.name),
            args.replicas,
            args.rollout,
        )
        front = service(identity, args.service_name, _service_ports(args))
        headless = service(identity, headless_service_name(args.app), _headless_ports(args), headless=True)
        if min(args.min_replicas, args.replicas or args.min_replicas) > 1:
            disruption_budget(identity, args.deployment_name, args.disruption_max_unavailable)
        self.deployment_name = given_name(self.deployment, args.deployment_name)
        self.service_name = given_name(front, args.service_name)
        self.headless_name = given_name(headless, headless_service_name(args.app))
        self.register_outputs(
            {
                "deploymentName": self.deployment_name,
                "serviceName": self.service_name,
                "headlessName": self.headless_name,
            }
        )


def headless_service_name(app: str) -> str:
    """metadata.name of the headless Service of a workload."""
    return f"{app}-headless"


def headless_host(app: str, namespace: str) -> str:
    """The DNS name that resolves to the addresses of the workload's ready pods."""
    return f"{headless_service_name(app)}.{namespace}.svc.cluster.local"


def _template(args: WorkloadArgs, account: pulumi.Input[str]) -> PodTemplate:
    annotations = args.checksums
    if args.secret_checksum is not None:
        annotations = (Annotation(key=SECRET_CHECKSUM, value=args.secret_checksum), *annotations)
    return PodTemplate(
        app=args.app,
        component=args.component,
        container=Container(
            name=args.container_name,
            image=args.image,
            resources=args.resources,
            ports=args.ports,
            liveness=args.liveness,
            readiness=args.readiness,
            startup=args.startup,
            env=args.env,
            mounts=(ScratchMount(name="tmp", path="/tmp"), *args.files),  # noqa: S108 - a path inside the container
            pre_stop_seconds=args.pre_stop_seconds,
        ),
        service_account=account,
        priority_class=args.priority_class,
        termination_grace_seconds=args.termination_grace_seconds,
        longest_request_seconds=args.longest_request_seconds,
        annotations=annotations,
        placement=args.placement,
    )


def _service_ports(args: WorkloadArgs) -> tuple[ServicePort, ...]:
    first = args.ports[0]
    return (ServicePort(name=first.name, port=args.service_port, target_port=first.number),)


def _headless_ports(args: WorkloadArgs) -> tuple[ServicePort, ...]:
    return tuple(ServicePort(name=port.name, port=port.number, target_port=port.number) for port in args.ports)
