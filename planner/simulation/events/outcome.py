"""What an event cost: the worst response time, failed requests, and how long until the targets held again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.simulation.assumptions import Assumptions
    from planner.simulation.events.event import Event
    from planner.simulation.result import Sample

CALM_SECONDS = 600.0
"""An event is over when the targets held for so long (ours): longer than lost pods take to be given up."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An event, and what followed it until the targets held for ten minutes, the next event, or the end.

    Attributes:
        event: as people write it, without the time.
        at: seconds from the start.
        worst_p95_ms: of the slowest route.
        requests: that arrived.
        failed: of these.
        least_ready: fewest application pods that requests reached.
        missed_seconds: from the event until the last step that missed a target; 0 where none did.
        recovered: whether the targets held again.
        availability_target_met: whether the requests of this while kept the availability that the run has to keep.
    """

    event: str
    at: float
    worst_p95_ms: float
    requests: float
    failed: float
    least_ready: int
    missed_seconds: float
    recovered: bool
    availability_target_met: bool

    @property
    def availability_percent(self) -> float:
        """Requests that did not fail, of those that arrived."""
        return 100 * (1 - self.failed / self.requests) if self.requests else 100.0


def outcomes_of(
    events: Sequence[Event], samples: Sequence[Sample], assumptions: Assumptions, step: float
) -> Iterator[Outcome]:
    """What each event cost, in order of time.

    A step misses a target where a route is slower, or more of its requests fail, than the target lets.

    Args:
        events: of the run.
        samples: every step.
        assumptions: with the targets.
        step: seconds of a step.
    """
    ordered = sorted(events, key=lambda event: event.at)
    ends = [*(event.at for event in ordered), float("inf")][1:]
    for event, end in zip(ordered, ends, strict=True):
        seen = [item for item in samples if item.at >= event.at and (item.at < end or end == event.at)]
        last, known = event.at, 0
        for item in seen:
            if item.at - last > CALM_SECONDS:
                break
            known += 1
            if missed(item, assumptions):
                last = item.at + step
        window = seen[:known]
        requests, failed = sum(item.requests for item in window), sum(item.errors for item in window)
        yield Outcome(
            event=event.title,
            at=event.at,
            worst_p95_ms=max((item.slowest_p95_ms for item in window), default=0.0),
            requests=requests,
            failed=failed,
            least_ready=min((item.ready for item in window), default=0),
            missed_seconds=last - event.at,
            recovered=not (window and missed(window[-1], assumptions)),
            availability_target_met=100 * failed <= (100 - assumptions.availability_target_percent) * requests + 1e-9,
        )


def missed(sample: Sample, assumptions: Assumptions) -> bool:
    """Whether a step misses a target."""
    slow = sample.slowest_p95_ms > assumptions.latency_target_ms
    return slow or sample.error_percent > 100 - assumptions.availability_target_percent
