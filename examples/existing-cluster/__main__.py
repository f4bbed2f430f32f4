"""The application tier and its gateway, in a VPC and an EKS cluster that exist.

The cluster is the one that kubectl talks to; the AWS Load Balancer Controller runs in it.
"""

import pulumi
from bailbondpro.components import (
    Autoscaler,
    AutoscalerArgs,
    Gateway,
    GatewayArgs,
    GuideGateway,
    LoadBalancer,
    LoadBalancerArgs,
    Namespace,
    NamespaceArgs,
    Peer,
    SelfSignedCertificate,
    SelfSignedCertificateArgs,
    TargetGroups,
    TrafficRule,
    Workload,
    WorkloadArgs,
    guide_a,
    guide_config,
    headless_host,
)

config = pulumi.Config()
domain = config.require("domain")
clients = tuple(config.require_object("clientCidrs"))
space = config.get("namespace") or "acme"
image = config.require("image")

namespace = Namespace("namespace", NamespaceArgs(name=space))

app = Workload(
    "app",
    WorkloadArgs(
        namespace=namespace.namespace,
        image=image,
        app="acme",
        deployment_name="acme-app",
        service_name="acme",
        min_replicas=2,
        ingress=(TrafficRule(peers=(Peer(app="gateway"),), ports=(3000, 4000)),),
    ),
    pulumi.ResourceOptions(depends_on=[namespace]),
)
Autoscaler(
    "app-autoscaler",
    AutoscalerArgs(
        namespace=namespace.namespace,
        deployment_name=app.deployment_name,
        policy=guide_a(min_replicas=2),
        backend="native",
        autoscaler_name="acme-app",
        app="acme",
    ),
)

entry = LoadBalancer(
    "entry",
    LoadBalancerArgs(
        prefix=f"acme-{pulumi.get_stack()}",
        vpc_id=config.require("vpcId"),
        subnet_ids=tuple(config.require_object("publicSubnetIds")),
        cluster_security_group_id=config.require("clusterSecurityGroupId"),
        client_cidrs_v4=clients,
        client_cidrs_v6=(),
        deregistration_delay_seconds=60,
        deletion_protection=True,
        protect=False,
    ),
)
certificate = SelfSignedCertificate("certificate", SelfSignedCertificateArgs(domain=domain))
pods = headless_host("acme", space)
gateway = Gateway(
    "gateway",
    GatewayArgs(
        namespace=namespace.namespace,
        config=guide_config(GuideGateway(server_names=(domain,), web_host=pods, api_host=pods)),
        certificate=certificate.certificate_pem,
        private_key=certificate.private_key_pem,
        target_groups=TargetGroups(https_arn=entry.https_target_group_arn, http_arn=entry.http_target_group_arn),
        replicas=2,
        load_balancer_cidrs=(*clients, config.require("vpcCidr")),
    ),
    pulumi.ResourceOptions(depends_on=[namespace, *entry.ready]),
)

pulumi.export("address", entry.dns_name)
pulumi.export("deployment", app.deployment_name)
