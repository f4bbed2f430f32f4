"""Usage: what a bill depends on and no plan can say. Every assumption is a field, and every field can be overridden."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS_PER_MONTH = 365 / 12
NodeCount = Literal["min", "desired", "max"]


class UsageError(ValueError):
    """An assumption that does not exist or is no quantity; the message says which and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Assumptions about a month. The guide states users and requests; every other number is ours and marked so.

    Attributes:
        users: active users, for the cost of one.
        requests_per_user_day: the guide's Growth Projections: 50,000 requests for 100 users.
        response_kb: average response in kB, compressed (assumed).
        cache_hit_percent: share of the responses that Cloudflare serves by itself (assumed).
        nodes: which size of each node pool is billed; between the two the cluster-autoscaler decides.
        zone_crossings: how often a response crosses zones inside the VPC: gateway, pod, database (assumed).
        nat_gb: through the NAT gateways, all together: images, updates, calls to others (assumed).
        endpoint_gb: through the interface endpoints, all together (assumed).
        log_gb_per_million_requests: written by gateway and application to CloudWatch or through vended logs (assumed).
        control_plane_log_gb: audit and other logs of the cluster (assumed).
        database_log_gb: logs of each database and each cache (assumed).
        object_storage_gb: uploads and access logs in S3, each bucket (assumed).
        image_gb: container images in each ECR repository (assumed).
        backup_ratio: size of all backups against the databases' storage; what exceeds 1 is billed (assumed).
        kms_requests: requests to keys, of which bucket keys save most (assumed).
        secret_calls: calls to Secrets Manager (assumed).
        cloudflare_plan: plan of the zone: free, pro, business or enterprise; empty when it is not known.
    """

    users: float = 500
    requests_per_user_day: float = 500
    response_kb: float = 20
    cache_hit_percent: float = 60
    nodes: NodeCount = "desired"
    zone_crossings: float = 2
    nat_gb: float = 100
    endpoint_gb: float = 50
    log_gb_per_million_requests: float = 0.5
    control_plane_log_gb: float = 5
    database_log_gb: float = 1
    object_storage_gb: float = 50
    image_gb: float = 5
    backup_ratio: float = 1
    kms_requests: float = 500_000
    secret_calls: float = 10_000
    cloudflare_plan: str = ""

    @property
    def million_requests(self) -> float:
        """Requests a month in millions."""
        return self.users * self.requests_per_user_day * DAYS_PER_MONTH / 1e6

    @property
    def origin_gb(self) -> float:
        """What the origin sends a month in GB."""
        return self.million_requests * self.response_kb * (100 - self.cache_hit_percent) / 100

    def as_json(self) -> dict[str, float | str]:
        """Every assumption by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def override(usage: Usage, changes: Mapping[str, object]) -> Usage:
    """The usage with some assumptions replaced.

    Args:
        usage: where to start.
        changes: new values by field name; texts are read as numbers where a number is wanted.

    Raises:
        UsageError: an unknown field, or a value out of range.
    """
    known = {item.name for item in fields(Usage)}
    values: dict[str, object] = {}
    for name, value in changes.items():
        if name not in known:
            raise UsageError(f"there is no assumption {name!r}; there are {', '.join(sorted(known))}")
        values[name] = _checked(name, value)
    return replace(usage, **values)  # type: ignore[arg-type]  # each value was checked against its field


def _checked(name: str, value: object) -> object:
    if name == "cloudflare_plan":
        return str(value)
    if name == "nodes":
        if value not in get_args(NodeCount):
            raise UsageError(f"nodes is {value!r}; give min, desired or max")
        return value
    try:
        number = float(str(value))
    except ValueError as error:
        raise UsageError(f"{name} is no number: {value!r}") from error
    top = 100 if name == "cache_hit_percent" else 1e12
    if not 0 <= number <= top:
        raise UsageError(f"{name} is {number:g}; give 0 to {top:g}")
    return number
