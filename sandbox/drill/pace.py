"""The clock of a drill: the control plane's programs and this process tell the same, faster time.

Go programs get it by environment variables (`sandbox.engine.paced`); here the same numbers are computed from the same
monotonic clock of the machine, so nothing is asked of anybody to know what time it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.engine.paced import EPOCH, PACE, REAL_WAITS, WAITS

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_SECONDS = 0.02
"""How often a wait looks again at least, in real seconds."""
TOO_FAST = 1000
"""A pace at which a request would take seconds."""
_NANO = 1_000_000_000


@dataclass(frozen=True)
class Pace:
    """How fast simulated time passes, and when it began.

    Attributes:
        factor: simulated seconds in one real second, at least 1.
        monotonic_ns: what the machine's monotonic clock showed when simulated time began.
        unix_ns: what the simulated clock showed then.
    """

    factor: float
    monotonic_ns: int
    unix_ns: int

    def __post_init__(self) -> None:
        if not 1 <= self.factor < TOO_FAST:
            raise ValueError(f"a pace of {self.factor}: at least 1 and less than {TOO_FAST} simulated seconds a second")

    @classmethod
    def begin(cls, factor: float) -> Pace:
        """A clock that shows the real time now and runs at a pace from now on."""
        return cls(factor, time.monotonic_ns(), time.time_ns())

    def environment(self, *, waits: bool = True) -> dict[str, str]:
        """The variables that give a program this clock.

        Args:
            waits: whether its timers run faster, too; without, it reads the simulated time and waits in real time.
        """
        found = {PACE: f"{self.factor:.6f}".rstrip("0").rstrip("."), EPOCH: f"{self.monotonic_ns}:{self.unix_ns}"}
        return found if waits else {**found, WAITS: REAL_WAITS}

    def elapsed_ns(self) -> int:
        """Simulated nanoseconds since the beginning."""
        # The same arithmetic as in the Go programs, so that both show the same nanosecond.
        return int(float(time.monotonic_ns() - self.monotonic_ns) * self.factor)

    def now(self) -> datetime:
        """The simulated time."""
        return datetime.fromtimestamp((self.unix_ns + self.elapsed_ns()) / _NANO, UTC)


class Clock:
    """Simulated seconds of a drill, and waits in them."""

    def __init__(self, pace: Pace, check: Callable[[], None] | None = None) -> None:
        """Show a pace's time.

        Args:
            pace: how fast it passes.
            check: asked at every look of a wait; raises when there is nothing to wait for any more.
        """
        self.pace = pace
        self._check = check
        self._start_ns = 0

    def start(self) -> None:
        """Count seconds from this moment on."""
        self._start_ns = self.pace.elapsed_ns()

    def start_with(self, other: Clock) -> None:
        """Count seconds from the moment on from which another clock of this pace counts."""
        self._start_ns = other._start_ns

    @property
    def seconds(self) -> float:
        """Simulated seconds since the start."""
        return (self.pace.elapsed_ns() - self._start_ns) / _NANO

    def seconds_at(self, moment: str) -> float:
        """Simulated seconds between the start and a time stamp of the API (RFC 3339)."""
        since_epoch = datetime.fromisoformat(moment).timestamp() - self.pace.unix_ns / _NANO
        return since_epoch - self._start_ns / _NANO

    def sleep(self, simulated_seconds: float) -> None:
        """Wait for simulated seconds."""
        time.sleep(max(0.0, simulated_seconds) / self.pace.factor)

    def wait_until(self, predicate: Callable[[], bool], simulated_seconds: float, *, every: float = 1.0) -> bool:
        """Wait until something is so, at most for simulated seconds; returns whether it is.

        Args:
            predicate: asked at once, then again and again, and at the end once more.
            simulated_seconds: how long at most.
            every: simulated seconds between two looks; real time puts a floor under them.
        """
        until = self.seconds + simulated_seconds
        while not predicate():
            if self._check is not None:
                self._check()
            if self.seconds >= until:
                return False
            time.sleep(
                min(max(STEP_SECONDS, every / self.pace.factor), max(0.0, until - self.seconds) / self.pace.factor)
            )
        return True
