"""Limits of who gets in: whose roles administer the cluster, which addresses reach it, and where pods may live."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.settings.root import Settings

MOST_ADDRESSES = 2**24
"""A /8, the largest block that one holder was ever given (IANA, IPv4 Address Space Registry): ranges that hold more
together name nobody."""

TAKEN_NAMESPACES = frozenset(("default", "monitoring", "keda", "amazon-cloudwatch"))
"""`default` exists already and is everybody's (Kubernetes documentation, Namespaces: avoid it in production); the
others belong to operators, whose agents need what the application's namespace refuses."""
SYSTEM_PREFIX = "kube-"
"""Reserved for Kubernetes itself (Kubernetes documentation, Namespaces)."""


def addresses(ranges: Iterable[str]) -> int:
    """How many IPv4 addresses ranges hold together, each counted once."""
    networks = [ipaddress.IPv4Network(item, strict=False) for item in ranges]
    return sum(item.num_addresses for item in ipaddress.collapse_addresses(networks))


@rule("api-not-for-everybody", source="EKS documentation, cluster endpoint access", areas=("cluster", "environment"))
def the_api_is_not_open_in_pieces(settings: Settings) -> Iterator[Finding]:
    """Two halves of the internet are the internet."""
    cluster = settings.cluster
    if settings.environment.production and cluster.endpoint_public_access:
        yield from _too_many("cluster.publicAccessCidrs", cluster.public_access_cidrs)


@rule("origin-not-for-everybody", source="Cloudflare documentation, protect your origin", areas=("gateway", "cdn"))
def the_origin_is_not_open_in_pieces(settings: Settings) -> Iterator[Finding]:
    """Behind the CDN the load balancer admits Cloudflare and a few: whoever goes around it meets no firewall."""
    if settings.cdn.enabled:
        yield from _too_many("gateway.allowedCidrs", settings.gateway.allowed_cidrs)


def _too_many(path: str, ranges: tuple[str, ...]) -> Iterator[Finding]:
    # The whole internet as one range has a rule and a fix of its own.
    if "0.0.0.0/0" not in ranges and addresses(ranges) > MOST_ADDRESSES:
        yield Finding(
            path=path,
            value=list(ranges),
            allowed=f"ranges of somebody: at most a /8 ({MOST_ADDRESSES:,} addresses) together, here "
            f"{addresses(ranges):,}",
            fix="list your office's or pipeline's ranges only",
        )


@rule(
    "principals-of-allowed-accounts",
    source="IAM documentation, ARNs; EKS documentation, access entries",
    areas=("cluster", "aws"),
)
def administrators_are_of_this_account(settings: Settings) -> Iterator[Finding]:
    """EKS takes principals of its own account only; a foreign one is a mistake that fails late, or an intrusion."""
    allowed = settings.aws.allowed_account_ids
    lists = (
        ("adminPrincipalArns", settings.cluster.admin_principal_arns),
        ("viewerPrincipalArns", settings.cluster.viewer_principal_arns),
    )
    named = {f"cluster.{key}[{index}]": arn for key, arns in lists for index, arn in enumerate(arns)}
    if settings.aws.permissions_boundary_arn is not None:
        named["aws.permissionsBoundaryArn"] = settings.aws.permissions_boundary_arn
    for path, arn in named.items():
        account = arn.split(":")[4]
        if allowed and account not in allowed:
            yield Finding(
                path=path,
                value=arn,
                allowed=f"principals and policies of aws.allowedAccountIds: {', '.join(allowed)}",
                fix=f"name one of that account, or add account {account} to aws.allowedAccountIds",
            )


@rule("namespace-free", source="Kubernetes documentation, Namespaces", areas=("app", "environment"))
def the_namespace_is_the_applications_own(settings: Settings) -> Iterator[Finding]:
    """The platform labels the namespace `restricted` and closes its network: neighbours would stop working."""
    name = settings.app.namespace
    if name in TAKEN_NAMESPACES or name.startswith(SYSTEM_PREFIX):
        own = "production" if settings.environment.production else "development"
        yield Finding(
            path="app.namespace",
            value=name,
            allowed=f"a namespace of the application's own: not {', '.join(sorted(TAKEN_NAMESPACES))}, nothing that "
            f"begins with {SYSTEM_PREFIX}",
            fix=f"set it to {own}",
        )


RULES = (
    the_api_is_not_open_in_pieces,
    the_origin_is_not_open_in_pieces,
    administrators_are_of_this_account,
    the_namespace_is_the_applications_own,
)
