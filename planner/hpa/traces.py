"""Replays recorded runs of a HorizontalPodAutoscaler controller and says where the simulator differs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.hpa.controller import HpaController
from planner.hpa.spec import HpaSpec, bounded

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTS = ("dt", "rec", "out")


class TraceError(ValueError):
    """The file holds no traces; the message says which scenario and why."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One recorded run.

    Attributes:
        name: how the recording calls it.
        spec: the autoscaler.
        start: replicas before the first look.
        waits: seconds before each look.
        proposals: what the metrics asked for at each look.
        replicas: the count after each look.
    """

    name: str
    spec: HpaSpec
    start: int
    waits: tuple[float, ...]
    proposals: tuple[int, ...]
    replicas: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """The first look of a trace where the simulator decides otherwise.

    Attributes:
        name: the trace.
        sync: index of the look, from 0.
        seconds: since the trace began.
        expected: replicas of the recording.
        found: replicas of the simulator.
    """

    name: str
    sync: int
    seconds: float
    expected: int
    found: int


@dataclass(frozen=True)
class Comparison:
    """How many traces were replayed, and where they differ."""

    scenarios: int
    mismatches: tuple[Mismatch, ...]

    @property
    def equal(self) -> int:
        """How many traces the simulator repeats in every look."""
        return self.scenarios - len(self.mismatches)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable comparison."""
        first = self.mismatches[0] if self.mismatches else None
        return {
            "scenarios": self.scenarios,
            "equal": self.equal,
            "first_mismatch": None
            if first is None
            else {
                "name": first.name,
                "sync": first.sync,
                "seconds": first.seconds,
                "expected": first.expected,
                "found": first.found,
            },
        }


def read_traces(document: object) -> tuple[Trace, ...]:
    """Traces of a JSON document: a list of objects.

    Each has `name`, `min`, `max`, `current` (replicas at the start), `behavior` (autoscaling/v2, or absent) and three
    lists of one length: `dt` (seconds before each look), `rec` (replicas proposed) and `out` (replicas afterwards).

    Raises:
        TraceError: it has another form.
    """
    if not isinstance(document, list) or not document:
        raise TraceError("expected a JSON list of scenarios with name, min, max, current, behavior, dt, rec and out")
    return tuple(_trace(index, item) for index, item in enumerate(document))


def _trace(index: int, item: object) -> Trace:
    if not isinstance(item, dict):
        raise TraceError(f"scenario {index}: expected an object, got a {type(item).__name__}")
    try:
        waits, proposals, replicas = (tuple(item[key]) for key in _LISTS)
        spec = bounded(int(item["min"]), int(item["max"]), item.get("behavior"))
        start = int(item["current"])
    except KeyError as error:
        raise TraceError(f"scenario {index}: {error.args[0]} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise TraceError(f"scenario {index}: {error}") from error
    if not len(waits) == len(proposals) == len(replicas):
        lengths = f"{len(waits)}, {len(proposals)} and {len(replicas)}"
        raise TraceError(f"scenario {index}: dt, rec and out must be equally long, they have {lengths} items")
    return Trace(
        name=str(item.get("name", index)),
        spec=spec,
        start=start,
        waits=waits,
        proposals=proposals,
        replicas=replicas,
    )


def replay(trace: Trace) -> Mismatch | None:
    """The first look where the simulator differs from the recording; None when it repeats it."""
    controller = HpaController(trace.spec)
    now, current = 0.0, trace.start
    controller.begin(now, current)
    for sync, (wait, proposal, expected) in enumerate(zip(trace.waits, trace.proposals, trace.replicas, strict=True)):
        now += wait
        current = controller.sync(now, current, [proposal]).replicas
        if current != expected:
            return Mismatch(name=trace.name, sync=sync, seconds=now, expected=expected, found=current)
    return None


def compare(traces: Sequence[Trace]) -> Comparison:
    """Replay every trace."""
    return Comparison(len(traces), tuple(found for trace in traces if (found := replay(trace)) is not None))
