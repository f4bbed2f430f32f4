"""Shows a plan as a picture and by system, and what differs from another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Figure, Item, Items, Section, Table, Text
from plan import SYSTEMS
from planner.diagram import svg

if TYPE_CHECKING:
    from ops.answers.diagram import Diagram
    from plan import Plan
    from planner.diagram import Scene

LEAST_WIDTH = 900
"""Pixels below which its texts cannot be read."""


def section(plan: Plan, scene: Scene) -> Section:
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


def drawn(found: Diagram) -> Section:
    """The same of a picture that was written: where it is, and what differs."""
    shown, scene = section(found.plan, found.scene), found.scene
    where = Text(text=f"{found.out}: {len(scene.boxes) + len(scene.side)} boxes, {scene.resources} resources")
    marks = tuple(Item(text=f"{box.mark:8} {box.title}") for box in found.differences)
    differences = (Items(caption=f"Against {scene.against}", items=marks),) if marks else ()
    return Section(id=shown.id, title=shown.title, blocks=(where, *shown.blocks, *differences))
