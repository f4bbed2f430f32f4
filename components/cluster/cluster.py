"""The EKS cluster: control plane, who may administer it, and the add-ons that nodes need before they join."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from ..kubernetes.children import child_options
from ..naming import NameKind, name_hash, physical_name
from ..network.flow_logs import LOG_RETENTION_DAYS
from ..security.iam import Statement, policy_document, service_trust
from ..validation import require
from .addons import AddonSpec, AddonVersions, install_addon, vpc_cni_settings
from .kubeconfig import kubeconfig

KUBERNETES_VERSION = re.compile(r"1\.\d+")

LOG_TYPES = frozenset(("api", "audit", "authenticator", "controllerManager", "scheduler"))
"""Control plane logs that EKS can send (EKS User Guide, "Send control plane logs to CloudWatch Logs")."""

PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+")
"""IAM roles and users; access entries refuse the ARNs of assumed sessions (EKS User Guide, "Access entries")."""

ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"
"""get, list and watch of every kind, Secrets among them, and nothing else (EKS User Guide, Review access policy
permissions): a refresh reads what the stack made, and it made Secrets. No `patch`: a dry run is authorized as the real
request (Kubernetes documentation, API concepts, Dry-run authorization), so who may dry-run may write."""
CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"

SERVICE_CIDR = "172.20.0.0/16"
"""One of the two blocks that EKS itself takes for Services (EKS API reference, KubernetesNetworkConfigRequest)."""


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What a cluster needs to be told.

    Attributes:
        cluster_name: physical name; a change replaces the cluster.
        version: Kubernetes minor, such as "1.35"; goes up one minor at a time, never down.
        subnet_ids: subnets of the control plane's network interfaces, in at least two zones.
        endpoint_public_access: whether the API server answers outside the VPC too; inside it always does.
        public_access_cidrs: who may reach the public endpoint; needed with public access, without effect otherwise.
        admin_principal_arns: IAM roles and users who administer the cluster. Nobody is an administrator by having
            created it, so the deploying principal must be here or in `deployer_principal_arn`.
        viewer_principal_arns: IAM roles and users who may read everything in the cluster and change nothing, as
            previews and drift checks do; must not be administrators too.
        deployer_principal_arn: the deploying principal where it is known only at run time; must not be in
            `admin_principal_arns` too, and must be the same at every deployment.
        key_arn: KMS key of the cluster's secrets and logs.
        log_types: control plane logs that are kept; a subset of `LOG_TYPES`.
        log_retention_days: how long they are kept.
        deletion_protection: EKS refuses to delete the cluster.
        protect: the engine refuses to delete or replace the cluster.
        service_cidr: block of Service addresses outside the VPC's; can never change later.
        addon_versions: versions of the add-ons.
    """

    cluster_name: str
    version: str
    subnet_ids: tuple[pulumi.Input[str], ...]
    endpoint_public_access: bool
    public_access_cidrs: tuple[str, ...]
    admin_principal_arns: tuple[str, ...]
    key_arn: pulumi.Input[str]
    log_types: tuple[str, ...]
    log_retention_days: int
    deletion_protection: bool
    protect: bool
    viewer_principal_arns: tuple[str, ...] = ()
    deployer_principal_arn: pulumi.Input[str] | None = None
    service_cidr: str = SERVICE_CIDR
    addon_versions: AddonVersions = field(default_factory=AddonVersions)

    def __post_init__(self) -> None:
        """Refuse what EKS refuses, and what would leave a cluster that nobody can reach."""
        principals = self.admin_principal_arns
        everybody = (*principals, *self.viewer_principal_arns)
        sessions = [arn for arn in everybody if not PRINCIPAL.fullmatch(arn)]
        unknown = sorted(set(self.log_types) - LOG_TYPES)
        require(
            self.cluster_name,
            (
                physical_name(NameKind.EKS_CLUSTER, self.cluster_name) == self.cluster_name,
                "cluster_name must be lower-case and at most 100 characters",
            ),
            (
                KUBERNETES_VERSION.fullmatch(self.version) is not None,
                f"version must be a Kubernetes minor such as '1.35', got {self.version!r}",
            ),
            (not unknown, f"log_types {unknown} are none of {sorted(LOG_TYPES)}"),
            (
                self.log_retention_days in LOG_RETENTION_DAYS,
                f"log_retention_days must be one of {sorted(LOG_RETENTION_DAYS)}, got {self.log_retention_days}",
            ),
            (
                not self.endpoint_public_access or bool(self.public_access_cidrs),
                "endpoint_public_access needs public_access_cidrs",
            ),
            (not sessions, f"principals {sessions} are no IAM roles or users (a session's ARN is none)"),
            (
                bool(principals) or self.deployer_principal_arn is not None,
                "admin_principal_arns or deployer_principal_arn must name the deploying principal",
            ),
            (
                self.deployer_principal_arn not in everybody,
                "deployer_principal_arn must not be in admin_principal_arns too: EKS admits one entry per principal",
            ),
            (
                len(set(everybody)) == len(everybody),
                "admin_principal_arns and viewer_principal_arns must be distinct: EKS admits one entry per principal",
            ),
        )


class Cluster(pulumi.ComponentResource):
    """An EKS control plane with access entries and the add-ons that come before nodes.

    Example:
        ```python
        args = ClusterArgs(
            cluster_name="acme-prod",
            version="1.35",
            subnet_ids=tuple(network.control_plane_subnet_ids),
            endpoint_public_access=False,
            public_access_cidrs=(),
            key_arn=key.key_arn,
            admin_principal_arns=("arn:aws:iam::111122223333:role/deploy",),
            log_types=("audit",),
            log_retention_days=90,
            deletion_protection=True,
            protect=True,
        )
        cluster = Cluster("cluster", args)
        ```
    """

    cluster_name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority_data: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    """The cluster security group: control plane, nodes and pods share it."""
    kubeconfig: pulumi.Output[str]
    """JSON without secrets or expiring tokens: every use asks `aws eks get-token` for its own."""
    access: list[pulumi.Resource]
    """What must exist before the Kubernetes API admits the deploying principal, for `depends_on`."""
    node_prerequisites: list[pulumi.Resource]
    """Add-ons that must exist before the first node joins, for `depends_on` of node pools."""

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:cluster:Cluster", name, None, opts)
        self._name = name
        self._args = args
        self._child = child_options(self, opts)

        log_group = self._log_group()
        role, permissions = self._role()
        cluster = self._cluster(role, depends_on=[log_group, *permissions])
        self.access = [cluster, *self._administrators(cluster)]
        self._viewers(cluster)
        self.node_prerequisites = list(self._addons(cluster))

        self.cluster_name = cluster.name
        self.endpoint = cluster.endpoint
        self.certificate_authority_data = cluster.certificate_authority.data
        self.security_group_id = cluster.vpc_config.cluster_security_group_id
        self.kubeconfig = pulumi.Output.all(
            cluster.arn, cluster.name, cluster.endpoint, self.certificate_authority_data
        ).apply(lambda parts: kubeconfig(*(str(part) for part in parts)))
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "endpoint": self.endpoint,
                "security_group_id": self.security_group_id,
                "kubeconfig": self.kubeconfig,
            }
        )

    def _log_group(self) -> aws.cloudwatch.LogGroup:
        """Made before the cluster: EKS would make one that never expires."""
        return aws.cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=f"/aws/eks/{self._args.cluster_name}/cluster",
            retention_in_days=self._args.log_retention_days,
            kms_key_id=self._args.key_arn,
            opts=self._child,
        )

    def _role(self) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{self._name}-role",
            description="Assumed by the EKS control plane",
            assume_role_policy=service_trust("eks.amazonaws.com", tag_session=True),
            opts=self._child,
        )
        managed = aws.iam.RolePolicyAttachment(
            f"{self._name}-role-eks", role=role.name, policy_arn=CLUSTER_POLICY, opts=self._child
        )
        key = aws.iam.RolePolicy(
            f"{self._name}-role-key",
            role=role.name,
            policy=pulumi.Output.from_input(self._args.key_arn).apply(_use_key),
            opts=self._child,
        )
        return role, [managed, key]

    def _cluster(self, role: aws.iam.Role, depends_on: list[pulumi.Resource]) -> aws.eks.Cluster:
        args = self._args
        return aws.eks.Cluster(
            f"{self._name}-cluster",
            name=args.cluster_name,
            version=args.version,
            role_arn=role.arn,
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            bootstrap_self_managed_addons=False,
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                subnet_ids=list(args.subnet_ids),
                endpoint_private_access=True,
                endpoint_public_access=args.endpoint_public_access,
                public_access_cidrs=list(args.public_access_cidrs) if args.endpoint_public_access else None,
            ),
            kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(
                ip_family="ipv4", service_ipv4_cidr=args.service_cidr
            ),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=args.key_arn), resources=["secrets"]
            ),
            enabled_cluster_log_types=sorted(args.log_types),
            # Extended support is the provider's default and costs six times as much per hour (Amazon EKS pricing).
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            zonal_shift_config=aws.eks.ClusterZonalShiftConfigArgs(enabled=True),
            deletion_protection=args.deletion_protection,
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(protect=args.protect, depends_on=depends_on)
            ),
        )

    def _administrators(self, cluster: aws.eks.Cluster) -> list[pulumi.Resource]:
        """Entries are named after their principals, so that a change of the list moves nobody else's access."""
        named: list[tuple[str, pulumi.Input[str]]] = [
            (f"{self._name}-admin-{arn.rsplit('/', 1)[-1]}-{name_hash(arn)}", arn)
            for arn in sorted(self._args.admin_principal_arns)
        ]
        if self._args.deployer_principal_arn is not None:
            named.append((f"{self._name}-deployer", self._args.deployer_principal_arn))
        resources: list[pulumi.Resource] = []
        for label, arn in named:
            resources += self._admit(cluster, label, arn, ADMIN_POLICY)
        return resources

    def _viewers(self, cluster: aws.eks.Cluster) -> None:
        """Entries of those who read: nothing waits for them."""
        for arn in sorted(self._args.viewer_principal_arns):
            self._admit(cluster, f"{self._name}-viewer-{arn.rsplit('/', 1)[-1]}-{name_hash(arn)}", arn, VIEW_POLICY)

    def _admit(
        self, cluster: aws.eks.Cluster, label: str, arn: pulumi.Input[str], policy_arn: str
    ) -> tuple[pulumi.Resource, pulumi.Resource]:
        """An entry and what it may do, in the whole cluster."""
        entry = aws.eks.AccessEntry(
            label, cluster_name=cluster.name, principal_arn=arn, type="STANDARD", opts=self._child
        )
        association = aws.eks.AccessPolicyAssociation(
            label,
            cluster_name=cluster.name,
            principal_arn=entry.principal_arn,
            policy_arn=policy_arn,
            access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
            opts=self._child,
        )
        return entry, association

    def _addons(self, cluster: aws.eks.Cluster) -> list[aws.eks.Addon]:
        versions = self._args.addon_versions
        specs = (
            AddonSpec(addon_name="vpc-cni", version=versions.vpc_cni, settings=vpc_cni_settings()),
            AddonSpec(addon_name="kube-proxy", version=versions.kube_proxy),
            AddonSpec(addon_name="eks-pod-identity-agent", version=versions.pod_identity_agent),
        )
        return [install_addon(f"{self._name}-{spec.addon_name}", cluster.name, spec, self._child) for spec in specs]


def _use_key(key_arn: str) -> str:
    return policy_document(
        Statement(
            sid="EncryptSecrets",
            actions=("kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"),
            resources=(key_arn,),
        )
    )
