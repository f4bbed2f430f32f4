"""What is wrong with a state, and the answer about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from infra.problems import ConfigError, Problem, render
from ops.exits import UNKNOWN, UNSAFE
from ops.jsonable import picked

if TYPE_CHECKING:
    from collections.abc import Iterable

Level = Literal["broken", "wrong", "not judged", "note"]
"""Broken: the engine refuses it. Wrong: the engine takes it, and an update would do harm. A note harms nobody."""
LEVELS: tuple[Level, ...] = ("broken", "wrong", "not judged", "note")


class StateError(ValueError):
    """A file is no state, or there is none; the message says what it is and what to do."""


class StateKindError(ConfigError):
    """Nothing of this kind happens to a state; says which kinds there are."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.args = (render(self.problems, title="This way back of a state"),)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that is wrong with a state.

    Attributes:
        level: what it means for the next update.
        where: the URN; for what has none, its place in the document, or `state` for all of it.
        says: what is wrong.
        fix: the smallest thing that puts it right.
    """

    level: Level
    where: str
    says: str
    fix: str

    @property
    def name(self) -> str:
        """Where, for people: the logical name of a URN."""
        return self.where.split("::", 3)[-1]

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return picked(self, "level", "where", "says", "fix")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What is to be said of a state.

    Attributes:
        path: the file.
        stack: whose it is; empty where nothing says so.
        resources: how many it holds, the stack itself included.
        written: when the engine wrote it, as it says; empty where it does not.
        engine: version of the engine that wrote it; empty where it does not say.
        troubles: everything that was found, the worst first.
    """

    path: str
    stack: str
    resources: int
    written: str
    engine: str
    troubles: tuple[Trouble, ...]

    def of(self, *levels: Level) -> tuple[Trouble, ...]:
        """What was found of these levels."""
        return tuple(one for one in self.troubles if one.level in levels)

    @property
    def exit_code(self) -> int:
        """2 where something is broken or wrong, 3 where something could not be judged, else 0."""
        return UNSAFE if self.of("broken", "wrong") else UNKNOWN if self.of("not judged") else 0

    @property
    def headline(self) -> str:
        """The answer in one line."""
        broken, wrong, unjudged = (self.of(level) for level in LEVELS[:3])
        if broken:
            return f"BROKEN: {broken[0].name}: {broken[0].says}{_more(broken)}"
        if wrong:
            return f"WRONG: {wrong[0].name}: {wrong[0].says}{_more(wrong)}"
        if unjudged:
            return f"NOT JUDGED: {unjudged[0].says}{_more(unjudged)}"
        return f"OK: the engine takes it, {self.resources} resources"

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        told = picked(self, "headline", "exit_code", "path", "stack", "resources", "written", "engine")
        return {**told, "troubles": [one.as_json() for one in self.troubles]}


def ranked(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """The worst first, otherwise in the order in which they were found."""
    return tuple(sorted(troubles, key=lambda one: LEVELS.index(one.level)))


def _more(troubles: tuple[Trouble, ...]) -> str:
    return f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
