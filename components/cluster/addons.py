"""EKS add-ons, and IAM roles for the service accounts of pods."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from ..kubernetes.children import child_options
from ..security.iam import equals, service_trust
from ..validation import require
from .spread import spread

EBS_CSI_ADDON = "aws-ebs-csi-driver"
EBS_CSI_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
EBS_CSI_SERVICE_ACCOUNT = "ebs-csi-controller-sa"
"""The service account of the driver's controller (EKS User Guide, "Use Kubernetes volume storage with Amazon EBS")."""

OBSERVABILITY_ADDON = "amazon-cloudwatch-observability"
OBSERVABILITY_POLICY = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
OBSERVABILITY_NAMESPACE, OBSERVABILITY_SERVICE_ACCOUNT = "amazon-cloudwatch", "cloudwatch-agent"
"""Container Insights: the add-on, and whom its agent runs as (CloudWatch User Guide, "Install the CloudWatch agent with
the Amazon CloudWatch Observability EKS add-on")."""

COREDNS_REPLICAS = (2, 10)
"""Fewest and most CoreDNS pods, scaled with the cluster (EKS User Guide, "Scale CoreDNS Pods for high DNS traffic")."""

ADDON_CREATE_TIMEOUT = "20m"
"""An add-on stays in creation until a node can run its pods; 20 minutes is the provider's own default, made visible."""


@dataclass(frozen=True, kw_only=True)
class AddonVersions:
    """Versions of the EKS add-ons, such as "v1.20.4-eksbuild.1".

    None takes the version that EKS holds for the cluster's Kubernetes version when the add-on is created, and leaves
    it there: pin a version to upgrade.
    """

    vpc_cni: str | None = None
    kube_proxy: str | None = None
    pod_identity_agent: str | None = None
    coredns: str | None = None
    metrics_server: str | None = None
    ebs_csi_driver: str | None = None
    node_monitoring_agent: str | None = None


@dataclass(frozen=True, kw_only=True)
class AddonSpec:
    """One add-on: its name at EKS, a pinned version or None, and its configuration values as JSON."""

    addon_name: str
    version: str | None = None
    settings: str | None = None


def install_addon(
    logical_name: str, cluster_name: pulumi.Input[str], spec: AddonSpec, opts: pulumi.ResourceOptions
) -> aws.eks.Addon:
    """Install an add-on; its settings in code win over what was changed in the cluster.

    Args:
        logical_name: its name in the stack.
        cluster_name: the cluster.
        spec: which add-on, and how.
        opts: its parent, and what must exist before.
    """
    timeouts = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=ADDON_CREATE_TIMEOUT))
    return aws.eks.Addon(
        logical_name,
        cluster_name=cluster_name,
        addon_name=spec.addon_name,
        addon_version=spec.version,
        configuration_values=spec.settings,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        opts=pulumi.ResourceOptions.merge(opts, timeouts),
    )


def vpc_cni_settings() -> str:
    """Addresses in /28 prefixes, one kept warm, so that 110 pods fit a node; and NetworkPolicies are enforced.

    Sources: EKS User Guide, "Assign more IP addresses to Amazon EKS nodes with prefixes" and "Limit Pod traffic with
    Kubernetes network policies".
    """
    environment = {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}
    return json.dumps({"enableNetworkPolicy": "true", "env": environment}, sort_keys=True)


def coredns_settings() -> str:
    """CoreDNS follows the number of nodes and cores between `COREDNS_REPLICAS`, and never stands in one zone alone.

    Sources: EKS User Guide, "Scale CoreDNS Pods for high DNS traffic"; AWS Containers Blog, "Recent changes to the
    CoreDNS add-on" (topologySpreadConstraints, from v1.9.3-eksbuild.5 on).
    """
    fewest, most = COREDNS_REPLICAS
    scaling = {"enabled": True, "minReplicas": fewest, "maxReplicas": most}
    settings = {"autoScaling": scaling, "topologySpreadConstraints": spread(dns="kube-dns")}
    return json.dumps(settings, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class PodIdentityRoleArgs:
    """What a pod's role needs to be told.

    Attributes:
        cluster_name: the cluster that the pods run in.
        namespace: their namespace.
        service_account: their service account; it need not exist yet.
        policy_json: permissions as a policy document, or None.
        policy_arns: managed policies to attach; logical names carry their places, so append, never insert.
    """

    cluster_name: pulumi.Input[str]
    namespace: str
    service_account: str
    policy_json: pulumi.Input[str] | None = None
    policy_arns: tuple[pulumi.Input[str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a role that may do nothing."""
        require(
            f"{self.namespace}/{self.service_account}",
            (bool(self.namespace) and bool(self.service_account), "needs a namespace and a service account"),
            (self.policy_json is not None or bool(self.policy_arns), "needs policy_json or policy_arns"),
        )


class PodIdentityRole(pulumi.ComponentResource):
    """An IAM role that the pods of one service account get through EKS Pod Identity.

    Pods that were started before the association need a restart to see it: let workloads depend on `ready`.

    Example:
        ```python
        args = PodIdentityRoleArgs(
            cluster_name=cluster.cluster_name,
            namespace="kube-system",
            service_account="cluster-autoscaler",
            policy_json=document,
        )
        role = PodIdentityRole("autoscaler-role", args)
        ```
    """

    role_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """The association and the permissions, for `depends_on`."""

    def __init__(self, name: str, args: PodIdentityRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:addons:PodIdentityRole", name, None, opts)
        child = child_options(self, opts)
        role = aws.iam.Role(
            f"{name}-role",
            description=f"Pods of {args.namespace}/{args.service_account}",
            assume_role_policy=pulumi.Output.from_input(args.cluster_name).apply(
                lambda cluster: pod_trust(cluster, args.namespace, args.service_account)
            ),
            opts=child,
        )
        permissions: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(f"{name}-managed-{index}", role=role.name, policy_arn=arn, opts=child)
            for index, arn in enumerate(args.policy_arns)
        ]
        if args.policy_json is not None:
            permissions.append(
                aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=args.policy_json, opts=child)
            )
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=role.arn,
            opts=child,
        )
        self.role_arn = role.arn
        self.role_name = role.name
        self.ready = [association, *permissions]
        self.register_outputs({"role_arn": self.role_arn, "role_name": self.role_name})


def pod_trust(cluster_name: str, namespace: str, service_account: str) -> str:
    """A trust policy for the pods of one service account in one cluster.

    Without the conditions, any association in the account could hand the role to other pods (EKS User Guide, "Create
    IAM role with trust policy required by EKS Pod Identity").
    """
    return service_trust(
        "pods.eks.amazonaws.com",
        equals("aws:RequestTag/eks-cluster-name", cluster_name),
        equals("aws:RequestTag/kubernetes-namespace", namespace),
        equals("aws:RequestTag/kubernetes-service-account", service_account),
        tag_session=True,
    )


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    """What the add-ons need to be told.

    Attributes:
        cluster_name: the cluster.
        versions: pinned versions, or None for what EKS holds at creation.
        nodes: the node groups that run the add-ons' pods; add-ons stay in creation until one is up.
        container_insights: CloudWatch Container Insights, billed per metric and GB of logs.
    """

    cluster_name: pulumi.Input[str]
    versions: AddonVersions = field(default_factory=AddonVersions)
    nodes: tuple[pulumi.Resource, ...] = ()
    container_insights: bool = False


class Addons(pulumi.ComponentResource):
    """The EKS add-ons that run on nodes: DNS, resource metrics, volumes and the health of nodes.

    Example:
        ```python
        Addons("addons", AddonsArgs(cluster_name=cluster.cluster_name, nodes=tuple(pools.node_groups)))
        ```
    """

    ready: list[pulumi.Resource]
    """The add-ons, for `depends_on` of workloads that need DNS, metrics or volumes."""

    def __init__(self, name: str, args: AddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:addons:Addons", name, None, opts)
        child = child_options(self, opts)
        driver = PodIdentityRole(
            f"{name}-ebs-csi",
            PodIdentityRoleArgs(
                cluster_name=args.cluster_name,
                namespace="kube-system",
                service_account=EBS_CSI_SERVICE_ACCOUNT,
                policy_arns=(EBS_CSI_POLICY,),
            ),
            child,
        )
        on_nodes = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=list(args.nodes)))
        with_role = pulumi.ResourceOptions.merge(on_nodes, pulumi.ResourceOptions(depends_on=driver.ready))
        self.ready = [
            install_addon(
                f"{name}-{spec.addon_name}",
                args.cluster_name,
                spec,
                with_role if spec.addon_name == EBS_CSI_ADDON else on_nodes,
            )
            for spec in node_addons(args.versions)
        ]
        if args.container_insights:
            self.ready.append(_container_insights(name, args, child, on_nodes))
        self.register_outputs({})


def _container_insights(
    name: str, args: AddonsArgs, child: pulumi.ResourceOptions, on_nodes: pulumi.ResourceOptions
) -> pulumi.Resource:
    """The CloudWatch agent on every node, with a role of its own."""
    agent = PodIdentityRole(
        f"{name}-cloudwatch-agent",
        PodIdentityRoleArgs(
            cluster_name=args.cluster_name,
            namespace=OBSERVABILITY_NAMESPACE,
            service_account=OBSERVABILITY_SERVICE_ACCOUNT,
            policy_arns=(OBSERVABILITY_POLICY,),
        ),
        child,
    )
    addon: pulumi.Resource = install_addon(
        f"{name}-{OBSERVABILITY_ADDON}",
        args.cluster_name,
        AddonSpec(addon_name=OBSERVABILITY_ADDON),
        pulumi.ResourceOptions.merge(on_nodes, pulumi.ResourceOptions(depends_on=agent.ready)),
    )
    return addon


def node_addons(versions: AddonVersions) -> tuple[AddonSpec, ...]:
    """The add-ons whose pods need nodes, in the order of their installation."""
    return (
        AddonSpec(addon_name="coredns", version=versions.coredns, settings=coredns_settings()),
        AddonSpec(addon_name="metrics-server", version=versions.metrics_server),
        AddonSpec(addon_name=EBS_CSI_ADDON, version=versions.ebs_csi_driver),
        AddonSpec(addon_name="eks-node-monitoring-agent", version=versions.node_monitoring_agent),
    )
