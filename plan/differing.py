"""Where two values of a plan differ, part by part: entries of lists are found by their name, or by their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Entry:
    """An entry of a list.

    Attributes:
        name: what it is called; empty where only its place tells it from others.
        before: its place in the first list; None where it comes.
        after: its place in the second; None where it goes.
    """

    name: str
    before: int | None
    after: int | None


Steps = tuple["str | Entry", ...]


def differing(old: Any, new: Any, at: Steps = ()) -> Iterator[Steps]:  # noqa: ANN401 - any value of a plan
    """The places of all parts that differ; a list of other length whose entries have no names is one part."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {*old, *new}:
            yield from differing(old.get(name), new.get(name), (*at, str(name)))
    elif isinstance(old, list) and isinstance(new, list) and (pairs := _pairs(old, new)) is not None:
        for entry in pairs:
            sides = (_entry(old, entry.before), _entry(new, entry.after))
            yield from differing(*sides, (*at, entry))
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield at


def with_one(old: Any, new: Any, steps: Steps) -> Any:  # noqa: ANN401 - any value of a plan
    """The first value with one part of the second: what a plan would be that changed this alone."""
    return with_part(old, steps, part_of(new, steps, after=True))


def with_part(value: Any, steps: Steps, part: Any) -> Any:  # noqa: ANN401 - any value of a plan
    """A value with another part at one place; None for nothing."""
    if not steps:
        return part
    head, rest = steps[0], steps[1:]
    if isinstance(head, str):
        found = with_part(value.get(head), rest, part)
        return {
            **{name: other for name, other in value.items() if name != head},
            **({} if found is None else {head: found}),
        }
    found = with_part(_entry(value, head.before), rest, part)
    if head.before is None:
        return [*value, found]
    return [*value[: head.before], *([] if found is None else [found]), *value[head.before + 1 :]]


def part_of(value: Any, steps: Steps, *, after: bool) -> Any:  # noqa: ANN401 - any value of a plan
    """What stands at a place of one side; None for nothing."""
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = _entry(value, step.after if after else step.before)
    return value


def written_path(steps: Steps) -> str:
    """A place for people: `spec.containers[app].image`."""
    parts = (f".{step}" if isinstance(step, str) else _bracket(step) for step in steps)
    return "".join(parts).removeprefix(".")


def bare_path(steps: Steps) -> str:
    """A place without the names of entries, as rows over lists write it."""
    return ".".join(
        step if isinstance(step, str) else str(step.before) for step in steps if isinstance(step, str) or not step.name
    )


def _bracket(step: Entry) -> str:
    return f"[{step.name or (step.after if step.before is None else step.before)}]"


def _entry(value: Any, place: int | None) -> Any:  # noqa: ANN401 - any value of a plan
    return value[place] if isinstance(value, list) and place is not None and place < len(value) else None


def _pairs(old: list[Any], new: list[Any]) -> list[Entry] | None:
    """The entries of two lists that belong together; None where nobody can say."""
    before, after = _named(old), _named(new)
    if before is not None and after is not None and (before or after):
        found = [Entry(name, place, after.get(name)) for name, place in before.items()]
        return [*found, *(Entry(name, None, place) for name, place in after.items() if name not in before)]
    if len(old) != len(new) or not all(isinstance(one, dict) for one in (*old, *new)):
        return None
    return [Entry("", place, place) for place in range(len(old))]


def _named(values: list[Any]) -> dict[str, int] | None:
    """The places of entries by their names; None where not each of them has one of its own."""
    found: dict[str, int] = {}
    for place, value in enumerate(values):
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(name, str) or not name or name in found:
            return None
        found[name] = place
    return found
