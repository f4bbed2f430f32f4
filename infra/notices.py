"""What a valid configuration gives up: allowed, and said each time that somebody checks or previews it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.problems import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

AUDIT_LOGS = ("api", "audit", "authenticator")
"""Control plane logs that show who did what (EKS documentation, control plane logs; Security Hub control EKS.8)."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing that is weaker than the default.

    Attributes:
        path: the full key that decides it.
        text: what follows from it.
    """

    path: str
    text: str

    def __str__(self) -> str:
        """For people: `key: what follows`."""
        return f"{self.path}: {self.text}"


def notices(settings: Settings) -> tuple[Notice, ...]:
    """Every protection of production that a configuration takes off; in any environment, what nobody reaches or hears.

    Args:
        settings: complete, valid settings.
    """
    production = _weakened(settings) if settings.environment.production else ()
    found = (*_silent(settings), *_unscaled(settings), *_unreachable(settings), *production)
    return tuple(Notice(path=f"{NAMESPACE}:{key}", text=text) for key, text in found)


def _silent(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.monitoring.prometheus.enabled:
        yield (
            "monitoring.prometheus.enabled",
            "false: the guide's alerts on cpu, memory, response time and errors have no source, so nobody raises them",
        )


def _unscaled(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.autoscaling.enabled and settings.autoscaling.metrics_backend == "none":
        yield "autoscaling.metricsBackend", "none: nobody scales, the counts stay: for one deployment, then set another"


def _unreachable(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.cdn.enabled and not settings.gateway.allowed_cidrs:
        yield "gateway.allowedCidrs", "empty without the CDN: nobody outside of the VPC reaches the gateway"


def _weakened(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.protect:
        yield "protect", "databases, caches, buckets, keys and network can be deleted, final snapshots are not taken"
    if settings.allow_shrink:
        yield (
            "allowShrink",
            "databases, replicas, shards or nodes may be taken away: for one deployment, then remove it",
        )
    if not settings.aws.allowed_account_ids:
        yield "aws.allowedAccountIds", "empty: credentials of any account would be deployed to"
    if not settings.monitoring.alert_emails:
        yield "monitoring.alertEmails", "empty: nobody is told of an alarm"
    missing = [name for name in AUDIT_LOGS if name not in settings.cluster.log_types]
    if missing:
        yield "cluster.logTypes", f"without {', '.join(missing)}: nobody can tell later who did what in the cluster"
    yield from _single(settings)
    yield from _edge(settings)


def _single(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.postgres.multi_az:
        yield "postgres.multiAz", "false: the primary has no standby, a lost zone takes the database with it"
    if settings.postgres.shards_in_use and not settings.postgres.shards.multi_az:
        yield "postgres.shards.multiAz", "false: shards have no standby, a lost zone takes their clients with it"
    if settings.redis.replicas_per_shard and not settings.redis.multi_az:
        yield "redis.multiAz", "false: a lost zone can take a shard and its replica with it"


def _edge(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.cdn.authenticated_origin_pulls:
        yield (
            "cdn.authenticatedOriginPulls",
            "false: the gateway cannot tell this zone's requests from those of any other Cloudflare customer",
        )
