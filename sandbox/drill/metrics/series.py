"""What the pods of a workload use over time, and how it is shared among them. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Shape = Literal["steps", "lines"]

CPU, MEMORY = "cpu", "memory"
WINDOW_SECONDS = 30
"""What a sample of a pod's use is averaged over (metrics-server: two readings of the kubelet, 15 s apart)."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric of a workload over time.

    Attributes:
        points: seconds from the beginning and the amount, in order of time; before the first and after the last as
            there. Processor time is in millicores, memory in MiB, anything else in its own unit.
        shape: whether it jumps at each point, or moves to the next one in a line.
        shared: whether it is of all pods together, shared by those that are ready; else each ready pod has it.
        idle: what a pod has that runs and is not ready.
        gaps: spans of seconds in which nobody measures it.
        silent: so many of the oldest pods are never measured.
    """

    points: tuple[tuple[float, float], ...]
    shape: Shape = "steps"
    shared: bool = True
    idle: float = 0
    gaps: tuple[tuple[float, float], ...] = ()
    silent: int = 0

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a series needs at least one point")
        if any(later <= earlier for (earlier, _), (later, _) in zip(self.points, self.points[1:], strict=False)):
            raise ValueError("the points of a series must follow each other in time")

    def amount(self, at: float) -> float | None:
        """The amount at a time; None in a gap."""
        if any(start <= at < end for start, end in self.gaps):
            return None
        index = bisect_right(self.points, (at, math.inf))
        if index == 0:
            return self.points[0][1]
        if self.shape == "steps" or index == len(self.points):
            return self.points[index - 1][1]
        (start, low), (end, high) = self.points[index - 1], self.points[index]
        return low + (high - low) * (at - start) / (end - start)

    def each(self, at: float, ready: Sequence[bool]) -> list[int | None]:
        """The amount of each running pod in thousandths, the oldest first; None for one that is not measured.

        Args:
            at: seconds.
            ready: of each running pod, the oldest first.
        """
        amount = self.amount(at)
        if amount is None:
            return [None] * len(ready)
        serving = amount / max(sum(ready), 1) if self.shared else amount
        return [
            None if index < self.silent else round((serving if serves else self.idle) * 1000)
            for index, serves in enumerate(ready)
        ]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A workload whose pods are measured.

    Attributes:
        name: of it.
        namespace: where it is.
        labels: of its pods.
        resources: series of `cpu` and `memory`.
        custom: series of metrics of its pods, by name.
        external: series of metrics from elsewhere, by name; asked for with these labels.
        asked_as: further labels that an external metric may be asked for with.
    """

    name: str
    namespace: str
    labels: Mapping[str, str]
    resources: Mapping[str, Series] = field(default_factory=dict)
    custom: Mapping[str, Series] = field(default_factory=dict)
    external: Mapping[str, Series] = field(default_factory=dict)
    asked_as: Mapping[str, str] = field(default_factory=dict)
