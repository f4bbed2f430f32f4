"""A stack's objectives and the guide's metrics as they were measured, from a file or from its Prometheus."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.monitoring.alerts import ends_at
from ops.answers.right_size.measures import CLUSTER
from ops.inputs.documents import DocumentError, read_document
from ops.inputs.prometheus import Measure, Prometheus, window_of
from ops.jsonable import plain
from planner.objectives.measured import (
    COUNTS,
    LEVELS,
    MeasuredError,
    MeasuredGoals,
    MeasuredObjective,
    Summary,
    judged,
    summaries,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from infra.settings import Settings

WINDOW = "30d"
"""A month, as the objectives and the guide's prices count it."""
_APPLICATION = "the application's metrics (docs/application-contract.md)"
_PART = "month"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where measurements are read from: one of a file and a Prometheus, or neither.

    Attributes:
        file: YAML or JSON of lists of samples.
        prometheus: address of a server.
        window: how far back a server is asked.
        environment: variables, for the server's token.
    """

    file: Path | None = None
    prometheus: str | None = None
    window: str = WINDOW
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class MeasuredReport:
    """What was measured.

    Attributes:
        origin: where from; empty where nothing was measured.
        objectives: those that requests tell of.
        metrics: the guide's.
        gaps: what is missing, one sentence each.
    """

    origin: str
    objectives: tuple[MeasuredObjective, ...] = ()
    metrics: tuple[Summary, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def missed(self) -> tuple[MeasuredObjective, ...]:
        """The objectives that were not reached."""
        return tuple(one for one in self.objectives if one.verdict == "missed")

    @property
    def unjudged(self) -> tuple[MeasuredObjective, ...]:
        """The objectives of which what was measured says neither."""
        return tuple(one for one in self.objectives if one.verdict == "not judged")

    def as_json(self) -> dict[str, Any]:
        """The machine-readable part of a report."""
        return {
            "origin": self.origin or None,
            "objectives": plain(self.objectives),
            "metrics": plain(self.metrics),
            "gaps": list(self.gaps),
        }


NOTHING = MeasuredReport(origin="")


def measured(settings: Settings, source: Source) -> MeasuredReport:
    """What a source says of a stack.

    Args:
        settings: the stack's.
        source: where to read.

    Raises:
        MeasuredError: the file holds something else.
        PrometheusError: the server cannot be read, or knows nothing of this stack.
        ValueError: the window is none.
    """
    if source.file is not None:
        return _report(settings, read_samples(source.file), source.file.name, ())
    if source.prometheus is None:
        return NOTHING
    server = Prometheus.at(source.prometheus, source.environment or {})
    found = server.measured(measures(settings), window_of(source.window))
    origin = f"{server.host}, the last {source.window}"
    samples, gaps = _of_the_same_intervals(found.samples.get(_PART, {}))
    return _report(settings, samples, origin, (*found.gaps, *gaps))


def _of_the_same_intervals(
    samples: Mapping[str, Sequence[float]],
) -> tuple[dict[str, Sequence[float]], tuple[str, ...]]:
    """Samples without counts of other intervals than the requests': nobody could say of how many they are."""
    whole = len(samples.get("requests", ()))
    other = [name for name in COUNTS[1:] if name in samples and len(samples[name]) != whole]
    gaps = (f"{name} is left out: it has {len(samples[name])} samples, and requests has {whole}" for name in other)
    return {name: found for name, found in samples.items() if name not in other}, tuple(gaps)


def measures(settings: Settings) -> tuple[Measure, ...]:
    """What a Prometheus is asked, each as one series."""
    of = f'namespace="{settings.app.namespace}"'
    requests = f"sum(increase(http_requests_total{{{of}}}[5m]))"
    failed = f'sum(increase(http_requests_total{{{of},status=~"5.."}}[5m]))'
    bucket = "http_request_duration_seconds_bucket"
    within = f"sum(increase({bucket}{{{of},{ends_at(settings.objectives.response_ms)}}}[5m]))"
    every = f'sum(increase({bucket}{{{of},le="+Inf"}}[5m]))'
    p95 = f"1000 * histogram_quantile(0.95, sum by (le) (rate({bucket}{{{of}}}[5m])))"
    free = "sum(node_memory_MemAvailable_bytes)"
    rows = (
        ("requests", requests, _APPLICATION),
        # Where nothing has failed yet there is no series of failures: nothing of a request is none failed.
        ("failed", f"{failed} or 0 * {requests}", _APPLICATION),
        # Of a series without a bucket that ends at the objective nobody knows what was slow: all of it counts as slow.
        ("slow", f"clamp_min({every} - {within}, 0)", _APPLICATION),
        ("response_ms", p95, _APPLICATION),
        ("cpu_percent", '100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m])))', CLUSTER),
        ("memory_percent", f"100 * (1 - {free} / sum(node_memory_MemTotal_bytes))", CLUSTER),
    )
    return tuple(Measure(part=_PART, name=name, query=query, source=source) for name, query, source in rows)


def read_samples(path: Path) -> dict[str, Sequence[float]]:
    """Samples by metric, in a file.

    Raises:
        MeasuredError: it holds something else than lists of amounts.
    """
    names = (*COUNTS, *LEVELS)
    try:
        document = read_document(path)
    except DocumentError as error:
        raise MeasuredError(str(error)) from error
    if not isinstance(document, dict) or not document or not set(document) <= set(names):
        raise MeasuredError(f"{path} must hold some of {', '.join(names)}, each a list of samples")
    for name, samples in document.items():
        if not isinstance(samples, list) or not samples or not all(map(_amount, samples)):
            raise MeasuredError(f"{path}: {name} must be a list of numbers from 0 on")
    return document


def _amount(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


def _report(
    settings: Settings, samples: Mapping[str, Sequence[float]], origin: str, gaps: tuple[str, ...]
) -> MeasuredReport:
    thresholds = settings.monitoring.thresholds
    goals = MeasuredGoals(
        response_ms=settings.objectives.response_ms,
        error_percent=settings.objectives.error_percent,
        thresholds={
            "cpu_percent": thresholds.cpu_percent,
            "memory_percent": thresholds.memory_percent,
            "response_ms": thresholds.response_time_ms,
            "error_percent": thresholds.error_rate_percent,
        },
    )
    return MeasuredReport(
        origin=origin, objectives=judged(samples, goals), metrics=summaries(samples, goals), gaps=gaps
    )
