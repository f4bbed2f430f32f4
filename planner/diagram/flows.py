"""Which ways a request may take, and whether the plan knows of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from plan.tokens import CONFIG_MAP, JOB, SERVICE
from planner.plan_values import text

if TYPE_CHECKING:
    from plan import Plan

EDGES: tuple[tuple[str, str, str], ...] = (
    ("cdn", "balancer", "HTTPS, from Cloudflare's addresses only"),
    ("balancer", "gateway", "TCP, client address kept"),
    ("gateway", "app", "HTTP"),
    ("gateway", "services", "HTTP by path"),
    ("app", "pooler", "SQL"),
    ("services", "pooler", "SQL"),
    ("app", "primary", "SQL"),
    ("services", "primary", "SQL"),
    ("pooler", "primary", "SQL"),
    ("app", "replicas", "SQL"),
    ("pooler", "replicas", "reads"),
    ("primary", "replicas", "replication"),
    ("app", "shards", "SQL"),
    ("pooler", "shards", "SQL of a client"),
    ("app", "redis", "cache"),
    ("services", "redis", "cache"),
)
"""Every way that the architecture knows, from row to row, with what goes there."""
PAST_THE_POOLER = frozenset({("app", "primary"), ("services", "primary"), ("app", "replicas"), ("app", "shards")})
"""Ways that exist only where no pooler stands between."""
SYSTEM_OF_ROW = {
    "cdn": "cdn",
    "balancer": "load_balancer",
    "gateway": "gateway",
    "app": "workload",
    "services": "services",
    "pooler": "pooler",
    "primary": "postgres",
    "replicas": "postgres",
    "shards": "shards",
    "redis": "redis",
}


def connected(plan: Plan, source: str, target: str) -> bool:
    """Whether the plan joins two rows: one depends on the other, or names its Kubernetes Service.

    Args:
        plan: the plan.
        source: key of the row that a way leaves.
        target: key of the row that it reaches.
    """
    first, second = SYSTEM_OF_ROW[source], SYSTEM_OF_ROW[target]
    if (source, target) in PAST_THE_POOLER and any(item.system == "pooler" for item in plan):
        return False
    if first == second:
        return True  # the primary's replicas, which the plan ties to it by `replicateSourceDb`
    return second in _needs(plan, first) or first in _needs(plan, second) or _names(plan, first, second)


def _needs(plan: Plan, system: str) -> set[str]:
    """The systems that a system depends on, directly or through others.

    Not through a Job: that it ran before says nothing of where requests go.
    """
    waiting = [item.urn for item in plan if item.system == system]
    seen: set[str] = set()
    systems: set[str] = set()
    while waiting:
        urn = waiting.pop()
        if urn not in seen and (item := plan.get(urn)) is not None:
            seen.add(urn)
            systems.add(item.system)
            waiting += () if item.type == JOB else item.dependencies
    return systems


def _names(plan: Plan, first: str, second: str) -> bool:
    """Whether a system's configuration holds the name of the other one's Service, as a whole word."""
    names = [text(item.inputs, "metadata", "name") for item in plan.of_type(SERVICE) if item.system == second]
    known = [re.escape(name) for name in names if name]
    if not known:
        return False
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(known)})(?![\w-])")
    configs = [item for item in plan.of_type(CONFIG_MAP) if item.system == first]
    return any(pattern.search(json.dumps(item.inputs.get("data"), default=str)) for item in configs)
