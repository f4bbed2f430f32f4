"""How much hangs on each resource: what depends on it, directly or through others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plan.steps import Preview

BUDGET = 2_000_000
"""Visits in all: a plan of any size is ranked in a time that grows with its size, not with the square of it."""
LEAST = 50
"""How many are always counted before a count is given up."""


def hanging(preview: Preview) -> dict[str, list[str]]:
    """By URN, what depends on it itself, before or after; a provider has all that is made through it."""
    found: dict[str, dict[str, None]] = {}
    for item in preview.changes:
        for state in (item.before, item.after):
            if state is None:
                continue
            for urn in (*state.dependencies, state.provider.rpartition("::")[0]):
                if urn and urn != item.urn:
                    found.setdefault(urn, {})[item.urn] = None
    return {urn: list(dependents) for urn, dependents in found.items()}


def reaches(urns: Iterable[str], dependents: Mapping[str, list[str]]) -> dict[str, tuple[int, bool]]:
    """How many resources depend on each, and whether the count was given up at that number.

    Args:
        urns: whose.
        dependents: by URN, what depends on it itself.
    """
    asked = list(urns)
    most = max(LEAST, BUDGET // max(len(asked), 1))
    return {urn: _reach(urn, dependents, most) for urn in asked}


def _reach(urn: str, dependents: Mapping[str, list[str]], most: int) -> tuple[int, bool]:
    seen, waiting = {urn}, [urn]
    while waiting:
        for other in dependents.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                if len(seen) > most:
                    return most, True
    return len(seen) - 1, False
