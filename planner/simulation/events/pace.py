"""How many pods a rollout adds and misses: a Deployment's strategy."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Amount:
    """A number of pods, or a percentage of those that are wanted (Kubernetes: IntOrString)."""

    count: int = 0
    percent: float = 0.0

    def of(self, wanted: int, *, up: bool) -> int:
        """Pods of so many; parts are rounded up or down."""
        share = wanted * self.percent / 100
        return self.count + (math.ceil(share - 1e-9) if up else math.floor(share + 1e-9))


@dataclass(frozen=True, kw_only=True)
class Pace:
    """A Deployment's strategy; the defaults are Kubernetes' (Deployment, "Rolling Update Deployment").

    Attributes:
        surge: pods above the wanted number; rounded up.
        unavailable: pods below it; rounded down.
        min_ready_seconds: how long a new pod must stay ready before it counts.
    """

    surge: Amount = Amount(percent=25)
    unavailable: Amount = Amount(percent=25)
    min_ready_seconds: float = 0.0

    def bounds(self, wanted: int) -> tuple[int, int]:
        """Most pods above, and fewest of the wanted that must be available; never none of both (ResolveFenceposts)."""
        above, below = self.surge.of(wanted, up=True), self.unavailable.of(wanted, up=False)
        return above, wanted - (below if above or below else 1)


USUAL = Pace()
"""Of a Deployment that says nothing."""
