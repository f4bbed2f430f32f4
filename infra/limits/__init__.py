"""Limits that cross keys and areas: connections, memory, nodes, plans, names. Pure; every violation is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.access import RULES as ACCESS
from infra.limits.app import RULES as APP
from infra.limits.autoscaling import RULES as AUTOSCALING
from infra.limits.capacity import RULES as CAPACITY
from infra.limits.cdn import RULES as CDN
from infra.limits.certificates import RULES as CERTIFICATES
from infra.limits.cluster import RULES as CLUSTER
from infra.limits.cluster import upgrade_findings
from infra.limits.connections import RULES as CONNECTIONS
from infra.limits.connections import PoolSizes, app_pods, pool_sizes, service_pods
from infra.limits.gateway import RULES as GATEWAY
from infra.limits.network import RULES as NETWORK
from infra.limits.nodes import RULES as NODES
from infra.limits.outages import RULES as OUTAGES
from infra.limits.postgres import RULES as POSTGRES
from infra.limits.redis import RULES as REDIS
from infra.limits.room import RULES as ROOM
from infra.limits.rule import Finding, Rule
from infra.limits.services import RULES as SERVICES
from infra.limits.stopping import RULES as STOPPING
from infra.limits.storage import RULES as STORAGE
from infra.limits.variables import RULES as VARIABLES

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
    *NETWORK,
    *CLUSTER,
    *ACCESS,
    *ROOM,
    *NODES,
    *CAPACITY,
    *APP,
    *STOPPING,
    *VARIABLES,
    *AUTOSCALING,
    *SERVICES,
    *GATEWAY,
    *OUTAGES,
    *POSTGRES,
    *CONNECTIONS,
    *REDIS,
    *STORAGE,
    *CDN,
    *CERTIFICATES,
)


def check(settings: Settings, broken: frozenset[str] = frozenset()) -> list[Problem]:
    """Every violation of every limit, in the order of the architecture.

    Args:
        settings: Complete settings.
        broken: Top-level keys that could not be read; limits that need one of them are skipped.
    """
    return [problem for rule in RULES if not rule.areas & broken for problem in rule.problems(settings)]
