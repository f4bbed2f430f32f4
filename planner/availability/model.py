"""What can fail in a platform, what needs it, and what users lose with it: a graph, and what remains when parts go."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

ElementKind = Literal[
    "zone", "node pool", "nat gateway", "node", "database", "shard", "cache shard", "cache node", "pod", "origin"
]
GROUPS: frozenset[ElementKind] = frozenset({"node pool", "shard", "cache shard"})
"""Kinds that are several things at once; losing one means several failures, so it is reported but no single point."""
ANYWHERE = "zone:?"
"""Stands for a zone that the plan does not decide: whichever zone fails, this may be it."""


@dataclass(frozen=True, kw_only=True)
class Element:
    """Something that can fail.

    Attributes:
        id: unique, `kind:name`.
        kind: what it is.
        title: what to call it.
        needs: ids of what it cannot work without.
        urn: the planned resource behind it; empty for zones.
    """

    id: str
    kind: ElementKind
    title: str
    needs: frozenset[str] = frozenset()
    urn: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Elements of which at least one must work.

    Attributes:
        title: what to call them.
        members: their ids.
        pause: how long nothing works while another member takes over; empty where all share the work.
    """

    title: str
    members: tuple[str, ...]
    pause: str = ""


@dataclass(frozen=True, kw_only=True)
class Function:
    """Something that users or the platform itself rely on: it works while every one of its groups does.

    Attributes:
        title: what to call it.
        groups: what it needs.
        critical: whether requests of users depend on it.
        zone: the one zone that it serves, empty for functions of the whole platform.
        note: why it is not critical, for those that are not.
    """

    title: str
    groups: tuple[Group, ...]
    critical: bool = True
    zone: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A platform as elements and functions."""

    elements: dict[str, Element] = field(default_factory=dict)
    functions: tuple[Function, ...] = ()

    def gone_with(self, element_id: str) -> frozenset[str]:
        """Everything that no longer works once an element fails, itself included."""
        gone = {element_id}
        if self.elements[element_id].kind == "zone":
            gone.add(ANYWHERE)
        waiting = list(gone)
        while waiting:
            more = [other for other in self._needing.get(waiting.pop(), ()) if other not in gone]
            gone.update(more)
            waiting += more
        return frozenset(gone)

    def served_by(self, elements: Iterable[str]) -> list[Function]:
        """The functions that have any of these elements in one of their groups, in their order."""
        hit = {place for element in elements for place in self._members.get(element, ())}
        return [self.functions[place] for place in sorted(hit)]

    @cached_property
    def _needing(self) -> dict[str, list[str]]:
        """What needs an element itself."""
        found: dict[str, list[str]] = {}
        for item in self.elements.values():
            for need in item.needs:
                found.setdefault(need, []).append(item.id)
        return found

    @cached_property
    def _members(self) -> dict[str, list[int]]:
        """The places of the functions that an element is a member of."""
        found: dict[str, list[int]] = {}
        for place, function in enumerate(self.functions):
            for member in dict.fromkeys(member for group in function.groups for member in group.members):
                found.setdefault(member, []).append(place)
        return found

    def zones_of(self, element_id: str) -> frozenset[str]:
        """The zones that an element is or lies in, through whatever it needs."""
        found: set[str] = set()
        waiting = [element_id]
        while waiting:
            current = self.elements.get(waiting.pop())
            if current is None:
                continue
            if current.kind == "zone":
                found.add(current.title)
            waiting += current.needs
        return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What the platform loses with one element.

    Attributes:
        element: what was removed.
        stops: functions that no longer work.
        pauses: functions that may stop until another part has taken over.
        weakens: functions that work with fewer parts than before.
        single_point: whether users lose a function by this one failure.
    """

    element: Element
    stops: tuple[Function, ...]
    pauses: tuple[Function, ...]
    weakens: tuple[Function, ...]
    single_point: bool


def removals(graph: Graph) -> list[Removal]:
    """Remove every element, one at a time."""
    return [_removal(graph, element) for element in graph.elements.values() if element.id != ANYWHERE]


def _removal(graph: Graph, element: Element) -> Removal:
    gone = graph.gone_with(element.id)
    zones = graph.zones_of(element.id)
    hit = graph.served_by(gone)
    stops = [item for item in hit if any(gone.issuperset(group.members) for group in item.groups)]
    # A way out that fails together with the only zone it serves costs that zone, and the others carry on.
    stops = [item for item in stops if not (item.zone and zones == {item.zone})]
    stopped = set(map(id, stops))
    left = [item for item in hit if id(item) not in stopped]
    return Removal(
        element=element,
        stops=tuple(sorted(stops, key=lambda item: item.title)),  # a plan's own order differs from run to run
        pauses=tuple(item for item in left if _pauses(item, gone)),
        weakens=tuple(item for item in left if not _pauses(item, gone)),
        single_point=element.kind not in GROUPS and any(item.critical for item in stops),
    )


def _pauses(function: Function, gone: frozenset[str]) -> bool:
    return any(group.pause and not gone.isdisjoint(group.members) for group in function.groups)
