"""The chapter that shows the plan as a picture and by system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Figure, Section, Table
from plan import SYSTEMS
from planner.diagram import svg

if TYPE_CHECKING:
    from plan import Plan
    from planner.diagram import Scene

LEAST_WIDTH = 900
"""Pixels below which its texts cannot be read."""


def architecture_section(plan: Plan, scene: Scene) -> Section:
    """The picture, and how many resources each system has."""
    found = plan.by_system()
    titles = {system.key: system.title for system in SYSTEMS}
    order = [system.key for system in SYSTEMS]
    keys = [key for key in order if key in found] + sorted(set(found) - set(order))
    rows = tuple((titles.get(key, key), str(sum(found[key].values()))) for key in keys)
    return Section(
        id="architecture",
        title="Architecture",
        blocks=(
            Figure(
                svg=svg(scene), caption="Drawn from the plan, by system and availability zone", least_width=LEAST_WIDTH
            ),
            Table(
                caption="Resources and components by system",
                columns=("System", "Resources"),
                rows=(*rows, ("Total", str(len(plan)))),
                numbers=frozenset({1}),
                total=True,
            ),
        ),
    )
