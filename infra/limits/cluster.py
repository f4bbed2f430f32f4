"""Limits of the EKS control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.upgrades import EKS_MINORS, KUBELET_BEHIND, kubernetes_minor, proxy_fits
from components.monitoring.kinds.objectives import LOOK_BACK_DAYS
from infra.limits.network import repeated
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_EVERYBODY = "0.0.0.0/0"
LEAST_KEPT_DAYS = LOOK_BACK_DAYS + 1
"""Days that alerts look back, and one: what is kept ends somewhere within its last block (Prometheus documentation,
Storage; unverified 2026-12-01)."""


@rule("eks-version", source="EKS documentation, Kubernetes release calendar", areas=("cluster",))
def version_is_supported(settings: Settings) -> Iterator[Finding]:
    """An unknown version is refused by EKS, an old one costs six times as much."""
    version = settings.cluster.version
    if version not in EKS_MINORS:
        yield Finding(
            path="cluster.version",
            value=version,
            allowed=f"a version in standard support: {', '.join(EKS_MINORS)}",
            fix=f'use "{min(EKS_MINORS, key=lambda known: abs(_minor(known) - _minor(version)))}"',
        )


@rule("eks-upgrade-ladder", source="EKS documentation, updating a cluster", areas=("cluster",))
def upgrade_skips_no_version(settings: Settings) -> Iterator[Finding]:
    """Checks the step from the deployed version, where the stack file names it."""
    if settings.cluster.deployed_version:
        yield from upgrade_findings(settings.cluster.deployed_version, settings.cluster.version)


def upgrade_findings(deployed: str, wanted: str) -> Iterator[Finding]:
    """What is wrong with a step between two Kubernetes versions: a downgrade, or a skipped minor version.

    Args:
        deployed: The version that runs, for example `1.34`.
        wanted: The version of the settings.
    """
    step = _minor(wanted) - _minor(deployed)
    if step not in {0, 1}:
        next_version = f"1.{_minor(deployed) + 1}"
        yield Finding(
            path="cluster.version",
            value=wanted,
            allowed=f"{deployed} or {next_version}: the cluster runs {deployed}, and EKS goes up one minor at a time",
            fix=f'use "{next_version if step > 0 else deployed}"',
        )


@rule(
    "node-version",
    source="Kubernetes documentation, version skew policy; EKS API reference, UpdateClusterVersion",
    areas=("cluster",),
)
def nodes_follow_the_control_plane(settings: Settings) -> Iterator[Finding]:
    """Nodes are never newer than the control plane and little older, and it goes on only from their version."""
    cluster = settings.cluster
    if cluster.node_version is None:
        return
    plane, nodes = _minor(cluster.version), _minor(cluster.node_version)
    if not plane - KUBELET_BEHIND <= nodes <= plane:
        yield Finding(
            path="cluster.nodeVersion",
            value=cluster.node_version,
            allowed=f"1.{plane - KUBELET_BEHIND} to {cluster.version}: no newer than cluster.version",
            fix="remove it: the nodes then have cluster.version",
        )
    elif cluster.deployed_version and _minor(cluster.deployed_version) < plane and nodes < plane - 1:
        yield Finding(
            path="cluster.nodeVersion",
            value=cluster.node_version,
            allowed=f"{cluster.deployed_version}, from which EKS takes the control plane on: not with older nodes",
            fix=f'bring the nodes to "{cluster.deployed_version}" in a deployment before this one',
        )


@rule("node-release", source="EKS API reference, UpdateNodegroupVersion: ReleaseVersion", areas=("cluster",))
def the_nodes_image_is_of_their_version(settings: Settings) -> Iterator[Finding]:
    """A release of the nodes' image belongs to one minor version of Kubernetes."""
    cluster = settings.cluster
    release, nodes = cluster.node_release_version, cluster.node_version or cluster.version
    if release is not None and not release.startswith(f"{nodes}."):
        yield Finding(
            path="cluster.nodeReleaseVersion",
            value=release,
            allowed=f"a release for {nodes}, the nodes' version: {nodes}.N-DATE",
            fix="remove it: EKS takes the newest release when the nodes' version changes",
        )


@rule("kube-proxy-version", source="Kubernetes documentation, version skew policy", areas=("cluster",))
def kube_proxy_fits_the_control_plane(settings: Settings) -> Iterator[Finding]:
    """A pinned kube-proxy is no newer than the API server and at most three minors older."""
    pinned, version = settings.cluster.addon_versions.kube_proxy, settings.cluster.version
    if pinned is not None and not proxy_fits(pinned, version):
        yield Finding(
            path="cluster.addonVersions.kubeProxy",
            value=pinned,
            allowed=f"a version for {version}: no newer, at most {KUBELET_BEHIND} minors older",
            fix=f"take one of `aws eks describe-addon-versions --kubernetes-version {version} --addon-name kube-proxy`",
        )


@rule("endpoint-access", source="EKS documentation, cluster endpoint access", areas=("cluster", "environment"))
def endpoint_is_not_open(settings: Settings) -> Iterator[Finding]:
    """A public endpoint names who may reach it; in production that is not everybody."""
    cluster = settings.cluster
    if not cluster.endpoint_public_access:
        return
    if not cluster.public_access_cidrs:
        yield Finding(
            path="cluster.publicAccessCidrs",
            value=[],
            allowed="at least one range while endpointPublicAccess is true",
            fix="list your office's or pipeline's range, or set cluster.endpointPublicAccess to false",
        )
    elif settings.environment.production and _EVERYBODY in cluster.public_access_cidrs:
        yield Finding(
            path="cluster.publicAccessCidrs",
            value=list(cluster.public_access_cidrs),
            allowed="named ranges in production, not everybody",
            fix=f"replace {_EVERYBODY} by your office's or pipeline's range",
        )


@rule(
    "cluster-has-an-administrator",
    source="EKS documentation, access entries: the creator is no administrator unless an entry says so",
    areas=("cluster",),
)
def somebody_administers_the_cluster(settings: Settings) -> Iterator[Finding]:
    """Without an access entry nobody, the pipeline included, may put a pod into the cluster."""
    if not settings.cluster.admin_principal_arns:
        yield Finding(
            path="cluster.adminPrincipalArns",
            value=[],
            allowed="at least one IAM role or user, the one that deploys among them: no one else gets in",
            fix="list the role of your pipeline, for example `arn:aws:iam::123456789012:role/bailbondpro-deploy` "
            "(`aws sts get-caller-identity` shows yours)",
        )


@rule("admins-distinct", source="EKS API, access entries: one per principal", areas=("cluster",))
def administrators_are_distinct(settings: Settings) -> Iterator[Finding]:
    """EKS refuses a second entry of one principal."""
    cluster = settings.cluster
    yield from repeated("cluster.adminPrincipalArns", cluster.admin_principal_arns)
    yield from repeated("cluster.viewerPrincipalArns", cluster.viewer_principal_arns)
    for index, arn in enumerate(cluster.viewer_principal_arns):
        if arn in cluster.admin_principal_arns:
            yield Finding(
                path=f"cluster.viewerPrincipalArns[{index}]",
                value=arn,
                allowed="principals that are no administrators: a second entry of one is refused",
                fix="remove it here, or from cluster.adminPrincipalArns if it shall only read",
            )


@rule("control-plane-logs-distinct", source="EKS API, logging", areas=("cluster",))
def log_types_are_distinct(settings: Settings) -> Iterator[Finding]:
    """A log type that is named twice shows up as a change for ever."""
    yield from repeated("cluster.logTypes", settings.cluster.log_types)


@rule(
    "metrics-outlast-alerts",
    source="The Site Reliability Workbook, Alerting on SLOs: burn rates over three days",
    areas=("monitoring",),
)
def metrics_are_kept_for_as_long_as_alerts_look_back(settings: Settings) -> Iterator[Finding]:
    """A rate over three days of which one is kept is that day's: it wakes people for what the month can bear."""
    prometheus = settings.monitoring.prometheus
    if prometheus.enabled and prometheus.retention_days < LEAST_KEPT_DAYS:
        yield Finding(
            path="monitoring.prometheus.retentionDays",
            value=prometheus.retention_days,
            allowed=f"at least {LEAST_KEPT_DAYS}: ErrorBudgetBurnSteady and ResponseBudgetBurnSteady look back "
            f"{LOOK_BACK_DAYS} days",
            fix=f"set it to {LEAST_KEPT_DAYS} (default: 15)",
        )


def _minor(version: str) -> int:
    return kubernetes_minor(version) or 0


RULES = (
    version_is_supported,
    upgrade_skips_no_version,
    nodes_follow_the_control_plane,
    the_nodes_image_is_of_their_version,
    kube_proxy_fits_the_control_plane,
    endpoint_is_not_open,
    somebody_administers_the_cluster,
    administrators_are_distinct,
    log_types_are_distinct,
    metrics_are_kept_for_as_long_as_alerts_look_back,
)
