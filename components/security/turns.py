"""Two users that take turns: which of them logs in, which one still may, and which one no more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..validation import require

Turn = Literal["a", "b"]


@dataclass(frozen=True, kw_only=True)
class Turns:
    """A rotation in two steps: a higher generation gives the idle user a password, a second step retires the other one.

    Attributes:
        generation: rotation counter, from 1: odd ones are user a, even ones user b.
        retired_before: users of generations before this one log in no more, 1 to `generation`. At most one before
            `generation`: the next generation belongs to the user of the one before it.

    >>> Turns(generation=2).valid
    ('a', 'b')
    >>> Turns(generation=2, retired_before=2).retired
    'a'
    """

    generation: int = 1
    retired_before: int = 1

    def __post_init__(self) -> None:
        least = max(self.generation - 1, 1)
        require(
            "turns",
            (self.generation >= 1, f"generation starts at 1, not {self.generation}"),
            (
                least <= self.retired_before <= self.generation,
                f"retired_before is {least}..{self.generation} at this generation, not {self.retired_before}",
            ),
        )

    @property
    def active(self) -> Turn:
        """Whose login is handed out."""
        return _turn(self.generation)

    @property
    def valid(self) -> tuple[Turn, ...]:
        """Who may log in, by name."""
        return tuple(sorted({_turn(number) for number in range(self.retired_before, self.generation + 1)}))

    @property
    def made(self) -> tuple[Turn, ...]:
        """Who has a password, valid or not: the second user from the first rotation on."""
        return ("a",) if self.generation == 1 else ("a", "b")

    @property
    def retired(self) -> Turn | None:
        """Who may log in no more; None for nobody."""
        return next((turn for turn in self.made if turn not in self.valid), None)

    def last(self, turn: Turn) -> int:
        """The generation in which a user got its password."""
        return self.generation if turn == self.active else self.generation - 1


def _turn(generation: int) -> Turn:
    return "a" if generation % 2 else "b"
