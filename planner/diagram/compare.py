"""Two pictures as one: what is added, changed and removed on the way from one plan to another."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.diagram.parts import Box
    from planner.diagram.scene import Edge, Scene

WORDS = {"added": "+ added", "changed": "~ changed", "removed": "- removed"}
"""What a mark says in words; colour and line only repeat it."""


def compare(before: Scene, after: Scene) -> Scene:
    """The later picture with every difference marked; what is gone is kept in it, marked as removed.

    Args:
        before: the picture to compare with.
        after: the picture that is shown.
    """
    return replace(
        after,
        zones=tuple(sorted({*before.zones, *after.zones})),
        boxes=tuple(_boxes(before.boxes, after.boxes)),
        side=tuple(_boxes(before.side, after.side)),
        edges=tuple(_edges(before.edges, after.edges)),
        against=before.title,
    )


def _boxes(before: Sequence[Box], after: Sequence[Box]) -> list[Box]:
    old = {box.key: box for box in before}
    kept = {box.key for box in after}
    found = [_box(old.get(box.key), box) for box in after]
    return found + [replace(box, mark="removed") for box in before if box.key not in kept]


def _box(old: Box | None, new: Box) -> Box:
    if old is None:
        return replace(new, mark="added")
    if (old.title, old.lines, old.zone) == (new.title, new.lines, new.zone):
        return new
    lines = list(_lines(old.lines, new.lines))
    if old.zone != new.zone:
        lines.append(f"in {old.zone or 'any zone'} (before)")
    return replace(new, lines=tuple(lines), mark="changed")


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Every line that is new, with what stood in its place behind it."""
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield from new[new_from:new_to]
            continue
        for before, after in zip_longest(old[old_from:old_to], new[new_from:new_to]):
            yield from (f"{after} (new)",) if after is not None else ()
            yield from (f"{before} (before)",) if before is not None else ()


def _edges(before: Sequence[Edge], after: Sequence[Edge]) -> list[Edge]:
    old = {(edge.source, edge.target) for edge in before}
    new = {(edge.source, edge.target) for edge in after}
    found = [edge if (edge.source, edge.target) in old else replace(edge, mark="added") for edge in after]
    return found + [replace(edge, mark="removed") for edge in before if (edge.source, edge.target) not in new]
