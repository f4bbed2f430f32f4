"""Node types of ElastiCache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.checks import text

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE_FAMILIES = frozenset(
    ("m4", "m5", "m6g", "m7g", "m8g", "r4", "r5", "r6g", "r6gd", "r7g", "r8g", "t2", "t3", "t4g", "c7gn", "c8gn")
)
"""Families of node types as of November 2026 (Amazon ElastiCache User Guide, Supported node types).

A family that is launched later must be added here before the sandbox accepts it.
"""
_NODE = re.compile(r"cache\.([a-z0-9]+)\.(?:micro|small|medium|large|xlarge|\d{1,2}xlarge)")


def check(context: Context) -> Iterator[Violation]:
    """A node type that does not exist, or whose family ElastiCache does not offer."""
    value = text(context.inputs, "nodeType")
    if not value:
        return
    found = _NODE.fullmatch(value)
    if found is None:
        yield Violation(
            "nodeType",
            f"{value!r} is no cache node type: cache.<family>.<size>, for example cache.t4g.small "
            "(InvalidParameterValue: The parameter CacheNodeType is invalid)",
        )
    elif found[1] not in CACHE_FAMILIES:
        yield Violation("nodeType", f"{value!r} is of the family {found[1]!r}, which ElastiCache does not offer")
