"""What a diagram shows: boxes in rows and zones, side cards, and the ways between them, read from a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from plan.systems import SYSTEMS
from plan.tokens import SUBNET
from planner.diagram.data import caches, primaries, replicas, shards
from planner.diagram.flows import EDGES, connected
from planner.diagram.runtime import balancers, delivery, gateway, nodes, poolers, services, ways_out, workloads
from planner.diagram.side import cards
from planner.plan_values import text

if TYPE_CHECKING:
    from plan import Plan
    from planner.diagram.parts import Box, Mark

Side = Literal["left", "right"]
ROWS: tuple[tuple[str, str], ...] = (
    ("cdn", ""),
    ("balancer", ""),
    ("gateway", ""),
    ("app", ""),
    ("services", "Microservices"),
    ("pooler", ""),
    ("primary", ""),
    ("replicas", "Read replicas"),
    ("shards", "PostgreSQL shards"),
    ("redis", ""),
    ("nodes", "Worker nodes: how many each zone has at least"),
    ("nat", "Ways out to the internet"),
)
"""Rows of the picture from top to bottom, in the order of a request, then what all of it runs on; with their titles."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way from one row to another.

    Attributes:
        source: key of the row it leaves.
        target: key of the row it reaches.
        label: what goes this way.
        mark: what happens to it against another plan.
    """

    source: str
    target: str
    label: str
    mark: Mark = ""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that a diagram shows.

    Attributes:
        title: what it is a picture of.
        zones: availability zones, in order.
        boxes: what lies in rows.
        side: cards beside them.
        edges: ways between rows.
        resources: how many resources the plan has.
        against: what it is compared with; empty for a single plan.
    """

    title: str
    zones: tuple[str, ...]
    boxes: tuple[Box, ...]
    side: tuple[Box, ...]
    edges: tuple[Edge, ...]
    resources: int
    against: str = ""

    def row(self, key: str) -> list[Box]:
        """The boxes of a row, in order."""
        return [box for box in self.boxes if box.row == key]


def scene_of(plan: Plan, title: str) -> Scene:
    """The picture of a plan: one box for each thing that carries requests or data, and for each zone what lies in it.

    Args:
        plan: the plan; what it deletes is not shown.
        title: what to call it.
    """
    zones = tuple(sorted({zone for item in plan.of_type(SUBNET) if (zone := text(item.inputs, "availabilityZone"))}))
    makers = (delivery, balancers, gateway, workloads, services, poolers, primaries, replicas, shards, caches)
    boxes = [box for make in makers for box in make(plan)]
    boxes += [*nodes(plan, zones), *ways_out(plan, zones)]
    drawn = {system for box in boxes for system in box.systems}
    side = cards(plan, drawn)
    rows = {box.row for box in boxes}
    edges = tuple(
        Edge(source=source, target=target, label=label)
        for source, target, label in EDGES
        if {source, target} <= rows and connected(plan, source, target)
    )
    counts = Counter(item.system for item in plan if item.custom and item.op != "delete")
    return Scene(
        title=title,
        zones=zones,
        boxes=tuple(_counted(counts, box) for box in boxes),
        side=tuple(side),
        edges=edges,
        resources=counts.total(),
    )


def _counted(counts: Counter[str], box: Box) -> Box:
    """The box with the resources of its systems counted, for its description."""
    count = sum(counts[system] for system in set(box.systems))
    titles = {system.key: system.title for system in SYSTEMS}
    names = " and ".join(titles.get(system, system) for system in box.systems)
    return replace(box, note=f"{names}: {count} resources")
