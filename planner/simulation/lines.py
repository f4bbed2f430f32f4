"""Lines: what waits before a station because more arrives than it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Passed(NamedTuple):
    """What a station did in a step.

    Attributes:
        arrivals: requests that came.
        served: requests that left it well.
        failed: requests that it lost.
        wait: mean time in the line, in steps.
        utilization: what it had to do against what it can.
    """

    arrivals: float
    served: float
    failed: float
    wait: float
    utilization: float

    def losing(self, requests: float) -> Passed:
        """The same where at least so many requests are lost."""
        more = min(max(requests - self.failed, 0.0), self.served)
        return self._replace(served=self.served - more, failed=self.failed + more)


IDLE = Passed(arrivals=0.0, served=0.0, failed=0.0, wait=0.0, utilization=0.0)
"""Of a station that is not there."""


@dataclass
class Line:
    """Requests that wait before a station without bound by chance, because more arrive than it serves.

    Attributes:
        waiting: how many.
    """

    waiting: float = 0.0

    def pass_through(self, arrivals: float, capacity: float, bound: float) -> Passed:
        """One step.

        Args:
            arrivals: requests that arrive in it.
            capacity: requests that the station serves in it.
            bound: requests that may wait at its end; what exceeds it fails.
        """
        before, present = self.waiting, self.waiting + arrivals
        served = min(present, capacity)
        left = present - served
        self.waiting = min(left, bound)
        return Passed(
            arrivals=arrivals,
            served=served,
            failed=left - self.waiting,
            wait=(before + self.waiting) / 2 / capacity if capacity else 0.0,
            utilization=present / capacity if capacity else (1.0 if present else 0.0),
        )
