"""What a stack may lose by one failure, and how little uptime it may be promised: each with a reason, stated openly."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from plan.days import said_until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True, kw_only=True)
class AcceptedLoss:
    """A function that one failure may take from users.

    Attributes:
        stops: name of the function as the report prints it; `*` stands for any letters.
        reason: why.
        until: the last day on which this holds; None for no end.
    """

    stops: str
    reason: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class AcceptedUptime:
    """A promise below the objective that is enough.

    Attributes:
        percent: the least.
        reason: why.
        until: the last day on which this holds; None for no end.
    """

    percent: float
    reason: str
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Everything that a stack accepts; nothing unless stated.

    Attributes:
        losses: functions that one failure may take.
        uptime: the least uptime promised; None for the objective.
        today: the day of the judgement; None counts everything as still accepted.
        arithmetic: whether it is enough that only arithmetic says of pods that they survive, as for a stack that serves
            no users.
    """

    losses: tuple[AcceptedLoss, ...] = ()
    uptime: AcceptedUptime | None = None
    today: date | None = None
    arithmetic: bool = False

    def reason(self, stops: Iterable[str]) -> str:
        """Why these functions may all stop together; empty when one of them may not."""
        reasons = [self._reason(name) for name in stops]
        return "; ".join(dict.fromkeys(reasons)) if reasons and all(reasons) else ""

    def ended(self, stops: Iterable[str]) -> str:
        """Which acceptance of these functions has ended, for the one who wonders; empty where none has."""
        names = list(stops)
        old = [item for item in self.losses if self._over(item.until) and any(_matches(item, name) for name in names)]
        return ", ".join(f"`{item.stops}` was accepted until {item.until}" for item in old)

    def least_percent(self, objective: float) -> float:
        """The uptime that must be promised."""
        if self.uptime is None or self._over(self.uptime.until):
            return objective
        return min(self.uptime.percent, objective)

    def _reason(self, name: str) -> str:
        held = (item for item in self.losses if not self._over(item.until) and _matches(item, name))
        found = next(held, None)
        if found is None:
            return ""
        return f"{found.reason}{said_until(found.until, self.today)}"

    def _over(self, until: date | None) -> bool:
        return until is not None and self.today is not None and until < self.today


def _matches(item: AcceptedLoss, name: str) -> bool:
    return fnmatchcase(name, item.stops)
