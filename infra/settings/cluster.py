"""Settings of the EKS cluster."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.base import Area, ClientCidr, LogRetentionDays, Matching, PrincipalArn, ServiceCidr

KubernetesVersion = Annotated[str, Matching(r"1\.\d{2}", "a Kubernetes minor version in quotes", '"1.35"')]
AddonVersion = Annotated[str, Matching(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "an EKS add-on version", "v1.20.4-eksbuild.2")]
NodeRelease = Annotated[
    str, Matching(r"1\.\d{2}\.\d{1,2}-\d{8}", "a release version of EKS's node images", "1.35.2-20261118")
]
ControlPlaneLog = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


class AddonVersionsSettings(Area):
    """Pinned versions of the EKS add-ons; an unset one takes EKS's default for the cluster's version."""

    vpc_cni: AddonVersion | None = Field(default=None, description="Version of vpc-cni. Default: EKS's default.")
    kube_proxy: AddonVersion | None = Field(default=None, description="Version of kube-proxy. Default: EKS's default.")
    pod_identity_agent: AddonVersion | None = Field(
        default=None, description="Version of eks-pod-identity-agent. Default: EKS's default."
    )
    coredns: AddonVersion | None = Field(default=None, description="Version of coredns. Default: EKS's default.")
    metrics_server: AddonVersion | None = Field(
        default=None, description="Version of metrics-server. Default: EKS's default."
    )
    ebs_csi_driver: AddonVersion | None = Field(
        default=None, description="Version of aws-ebs-csi-driver. Default: EKS's default."
    )
    node_monitoring_agent: AddonVersion | None = Field(
        default=None, description="Version of eks-node-monitoring-agent. Default: EKS's default."
    )


class ClusterSettings(Area):
    """The EKS control plane."""

    version: KubernetesVersion = Field(
        default="1.35",
        description="Kubernetes minor version; upgrades go one minor at a time and never back (EKS documentation).",
    )
    deployed_version: KubernetesVersion | None = Field(
        default=None,
        description="The version the cluster runs today, if it exists: lets the check refuse a skipped minor version "
        "or a downgrade. Default: unknown.",
    )
    node_version: KubernetesVersion | None = Field(
        default=None,
        description="Kubernetes minor version of the nodes while the control plane is ahead of them in an upgrade: at "
        "most three behind it, never newer (./bbp upgrade plan eks). Default: cluster.version.",
    )
    node_release_version: NodeRelease | None = Field(
        default=None,
        description="Release of the nodes' image, with the security patches of its day (./bbp upgrade plan nodes). "
        "Without it EKS takes the newest when a node group is made or its Kubernetes version changes, and none between "
        "(EKS API reference, UpdateNodegroupVersion). Default: as EKS chose.",
    )
    endpoint_public_access: bool = Field(
        description="Whether the Kubernetes API is reachable from the internet, for publicAccessCidrs only; it always "
        "is from within the VPC. Default: no."
    )
    public_access_cidrs: tuple[ClientCidr, ...] = Field(
        description="Who reaches the Kubernetes API from the internet. Default: nobody."
    )
    admin_principal_arns: tuple[PrincipalArn, ...] = Field(
        default=(),
        description="IAM roles or users that get cluster administration through access entries, the one that deploys "
        "among them: whoever creates the cluster is no administrator of it. At least one.",
    )
    viewer_principal_arns: tuple[PrincipalArn, ...] = Field(
        default=(),
        description="IAM roles or users that may read everything in the cluster and change nothing: the read-only "
        "roles of the pipeline's previews and nightly drift checks, which EKS turns away (401) otherwise. Default: "
        "nobody.",
    )
    log_retention_days: LogRetentionDays = Field(
        description="Days the control plane's logs are kept in CloudWatch. Default: 14 in dev, 90 in prod."
    )
    log_types: tuple[ControlPlaneLog, ...] = Field(
        description="Control plane logs to keep. Default: api, audit and authenticator in dev, all five in prod."
    )
    service_ipv4_cidr: ServiceCidr = Field(
        default="172.20.0.0/16",
        description="Range of Service addresses, /12 to /24, outside the VPC; never changes (EKS: create-only).",
    )
    addon_versions: AddonVersionsSettings = Field(
        default=AddonVersionsSettings(), description="Pinned versions of the EKS add-ons."
    )
