"""Limits that cross keys and areas: connections, memory, nodes, plans, names. Pure; every violation is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits import app, cdn, cluster, connections, gateway, network, nodes, postgres, redis, services
from infra.limits.cluster import upgrade_findings
from infra.limits.connections import PoolSizes, app_pods, pool_sizes, service_pods
from infra.limits.rule import Finding, Rule

if TYPE_CHECKING:
    from infra.problems import Problem
    from infra.settings.root import Settings

__all__ = [
    "RULES",
    "Finding",
    "PoolSizes",
    "Rule",
    "app_pods",
    "check",
    "pool_sizes",
    "service_pods",
    "upgrade_findings",
]

RULES: tuple[Rule, ...] = (
    *network.RULES,
    *cluster.RULES,
    *nodes.RULES,
    *app.RULES,
    *services.RULES,
    *gateway.RULES,
    *postgres.RULES,
    *connections.RULES,
    *redis.RULES,
    *cdn.RULES,
)


def check(settings: Settings, broken: frozenset[str] = frozenset()) -> list[Problem]:
    """Every violation of every limit, in the order of the architecture.

    Args:
        settings: Complete settings.
        broken: Top-level keys that could not be read; limits that need one of them are skipped.
    """
    return [problem for rule in RULES if not rule.areas & broken for problem in rule.problems(settings)]
