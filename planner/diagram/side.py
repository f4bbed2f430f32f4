"""Cards beside the way of a request: what runs, watches, keeps and pays for the platform."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plan.systems import SYSTEMS
from plan.tokens import BUDGET, CLUSTER, RELEASE, VPC
from plan.types import TYPES
from planner.diagram.parts import Box, plural
from planner.plan_values import text

if TYPE_CHECKING:
    from plan import Plan, PlannedResource

NOUNS = {token: (row.noun.one, row.noun.many) for token, row in TYPES.items() if row.noun.one}
"""What a card counts, in its order; everything else of a system is the rest of its resources."""
ALWAYS = ("network", "providers")
"""Systems with a card of their own although a box of the picture stands for a part of them."""


def cards(plan: Plan, drawn: set[str]) -> list[Box]:
    """One card for each system that no box stands for, so that no resource of the plan is left out.

    Args:
        plan: the plan.
        drawn: systems that boxes stand for.
    """
    by_system: dict[str, list[PlannedResource]] = {}
    for item in plan:
        if item.custom and item.op != "delete":
            by_system.setdefault(item.system, []).append(item)
    order = {system.key: number for number, system in enumerate(SYSTEMS)}
    titles = {system.key: system.title for system in SYSTEMS}
    keys = [key for key in by_system if key in ALWAYS or key not in drawn]
    return [
        Box(
            key=f"side-{key}",
            title=titles.get(key, key),
            lines=_lines(sorted(by_system[key], key=lambda item: item.name)),
            systems=(key,),
            note=plural(len(by_system[key]), "resource"),
        )
        for key in sorted(keys, key=lambda key: (order.get(key, len(order)), key))
    ]


def _lines(resources: list[PlannedResource]) -> tuple[str, ...]:
    counts = Counter(item.type for item in resources)
    facts = [fact for item in resources if (fact := _fact(item))]
    releases = sorted(text(item.inputs, "name") or item.name for item in resources if item.type == RELEASE)
    lines = [*facts, *releases]
    lines += [plural(counts[kind], *noun) for kind, noun in NOUNS.items() if counts[kind]]
    shown = len(facts) + len(releases) + sum(counts[kind] for kind in NOUNS)
    rest = len(resources) - shown
    if rest and lines:
        lines.append(f"and {plural(rest, 'more resource')}")
    return tuple(lines) or (plural(rest, "resource"),)


def _fact(item: PlannedResource) -> str:
    """The one number or name that a reader looks for."""
    if item.type == VPC:
        return f"VPC {text(item.inputs, 'cidrBlock')}"
    if item.type == CLUSTER and (version := text(item.inputs, "version")):
        return f"Kubernetes {version}"
    if item.type == BUDGET and (limit := text(item.inputs, "limitAmount")):
        return f"alarm at {float(limit):,.0f} USD a month"
    return ""
