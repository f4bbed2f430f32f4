"""Limits of the EKS control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.network import repeated
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

EKS_VERSIONS = ("1.34", "1.35", "1.36")
"""Minor versions in standard support on 2026-11-23 (EKS documentation, release calendar: 1.34 until 2026-12-02, 1.35
until 2027-03-27; the end date of 1.36 is unverified)."""

_EVERYBODY = "0.0.0.0/0"


@rule("eks-version", source="EKS documentation, Kubernetes release calendar", areas=("cluster",))
def version_is_supported(settings: Settings) -> Iterator[Finding]:
    """An unknown version is refused by EKS, an old one costs six times as much."""
    version = settings.cluster.version
    if version not in EKS_VERSIONS:
        yield Finding(
            path="cluster.version",
            value=version,
            allowed=f"a version in standard support: {', '.join(EKS_VERSIONS)}",
            fix=f'use "{min(EKS_VERSIONS, key=lambda known: abs(_minor(known) - _minor(version)))}"',
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


@rule("endpoint-access", source="EKS documentation, cluster endpoint access", areas=("cluster", "environment"))
def endpoint_is_not_open(settings: Settings) -> Iterator[Finding]:
    """A public endpoint names who may reach it; in prod that is not everybody."""
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
    elif settings.environment == "prod" and _EVERYBODY in cluster.public_access_cidrs:
        yield Finding(
            path="cluster.publicAccessCidrs",
            value=list(cluster.public_access_cidrs),
            allowed="named ranges in prod, not everybody",
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


def _minor(version: str) -> int:
    return int(version.split(".")[1])


RULES = (
    version_is_supported,
    upgrade_skips_no_version,
    endpoint_is_not_open,
    somebody_administers_the_cluster,
    administrators_are_distinct,
    log_types_are_distinct,
)
