"""How fast the objectives are used up: the share of requests that may fail, and the share that may be slow.

Alerts follow "Alerting on SLOs", 6: multiple burn rates over two windows each (Google, The Site Reliability Workbook;
unverified 2026-11-30, the factors are those of its table). An objective of 200 ms at the 95th percentile leaves 5 % of
the requests that may take longer (guide, Scaling Objectives; the percentile is ours, as in `./bbp objectives`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..alerts import Alert, Scope, Severity, ends_at
from ..kind import ClusterKind, Panels
from ..panels import queried
from .application import error_ratio
from .boards import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLOW_SHARE = 0.05
"""Share of requests that may be slower than the objective, which is one of the 95th percentile."""
SILENT_RPS = 0.1
"""Requests a second of a pod, over hours, from which on none in a quarter of an hour is no chance (our choice: 90 were
to be expected, or a few where a night has a twentieth of the day's)."""


@dataclass(frozen=True, kw_only=True)
class _Speed:
    """One burn rate: how many times as fast as would just last a month, over two windows of which the short one clears.

    Attributes:
        name: in names of alerts.
        factor: the rate.
        short: window in which it must still go on.
        long: window over which it must have gone on.
        hold: for how long both hold.
        severity: who is told.
        leaves: when a month's budget ends at that rate.
    """

    name: str
    factor: float
    short: str
    long: str
    hold: str
    severity: Severity
    leaves: str


SPEEDS = (
    _Speed(name="Fast", factor=14.4, short="5m", long="1h", hold="2m", severity="critical", leaves="two days"),
    _Speed(name="Slow", factor=6, short="30m", long="6h", hold="15m", severity="warning", leaves="five days"),
    _Speed(name="Steady", factor=1, short="6h", long="3d", hold="1h", severity="warning", leaves="a month"),
)

LOOK_BACK_DAYS = 3
"""The longest window of the speeds: what is kept for less makes of it one of another length."""


def slow_ratio(scope: Scope, window: str) -> str:
    """PromQL: share of requests that took longer than the objective, 0..1; of those that have a bucket that ends there.

    A series without that bucket says of no request whether it was slow, so none of its requests is counted.
    """
    series = "http_request_duration_seconds_bucket"
    within = f"rate({series}{{{scope.matcher},{ends_at(scope.thresholds.objective_ms)}}}[{window}])"
    every = f'rate({series}{{{scope.matcher},le="+Inf"}}[{window}])'
    return f"(1 - sum({within}) / sum({every} and ignoring (le) {within}))"


def unmeasured(scope: Scope) -> str:
    """PromQL: by pod, series that count requests without a bucket that ends at the objective; or nothing counts any."""
    series = "http_request_duration_seconds_bucket"
    ends = f"{series}{{{scope.matcher},{ends_at(scope.thresholds.objective_ms)}}}"
    every = f'{series}{{{scope.matcher},le="+Inf"}}'
    return f"count by (pod) ({every} unless ignoring (le) {ends}) or absent({every})"


def silent(scope: Scope) -> str:
    """PromQL: pods that answered requests for hours and count none now, while they are scraped as before."""
    counted = f"http_requests_total{{{scope.matcher}}}"
    before = f"sum by (pod) (rate({counted}[6h] offset 10m))"
    return f"sum by (pod) (rate({counted}[5m])) == 0 and {before} > {SILENT_RPS}"


def alerts(scope: Scope) -> tuple[Alert, ...]:
    """Both budgets at three speeds, and a response time that nobody can hold against the objective."""
    limits = scope.thresholds
    return (
        *_burning(
            "ErrorBudgetBurn",
            lambda window: error_ratio(scope, window),
            limits.objective_error_percent / 100,
            what=f"More than {limits.objective_error_percent:g} % of requests fail",
            runbook="errors",
        ),
        *_burning(
            "ResponseBudgetBurn",
            lambda window: slow_ratio(scope, window),
            SLOW_SHARE,
            what=f"More than {100 * SLOW_SHARE:g} % of requests take longer than {limits.objective_ms} ms",
            runbook="slow-responses",
        ),
        Alert(
            name="ResponseObjectiveUnmeasured",
            expr=unmeasured(scope),
            for_="15m",
            summary=f"No bucket of the response times {{{{ with $labels.pod }}}}of {{{{ . }}}} {{{{ end }}}}ends at "
            f"{limits.objective_ms} ms",
            description="Nobody can tell whether its requests meet the objective, and none of them is counted. Compare "
            "/metrics with the contract's buckets.",
            runbook="slow-responses",
        ),
        Alert(
            name="RequestsStopped",
            expr=silent(scope),
            for_="10m",
            severity="critical",
            summary="{{ $labels.pod }} has answered no request for a quarter of an hour",
            description="It was busy before and is still scraped: it hangs, or nothing reaches it. The other alerts "
            "count its answers, and it gives none.",
            runbook="errors",
        ),
    )


def _burning(name: str, share: Callable[[str], str], budget: float, *, what: str, runbook: str) -> Iterator[Alert]:
    for speed in SPEEDS:
        # A share is never above 1: of a large budget the high speeds do not exist, and the slower one is the warning.
        if (bound := round(speed.factor * budget, 6)) >= 1:
            continue
        shown = f"{bound:.6f}".rstrip("0").rstrip(".")
        yield Alert(
            name=f"{name}{speed.name}",
            expr=f"{share(speed.short)} > {shown} and {share(speed.long)} > {shown}",
            for_=speed.hold,
            severity=speed.severity,
            summary=f"{what}: {speed.factor:g} times what may, for {speed.long}",
            description=f"At this speed a month's allowance is spent within {speed.leaves}. Find what it is, by route.",
            runbook=runbook,
        )


def panels(scope: Scope) -> Panels:
    """What is left of both budgets, seen over an hour."""
    limits = scope.thresholds
    return {
        GOLDEN: (
            queried(
                f"Requests slower than {limits.objective_ms} ms",
                "percent",
                f"100 * {slow_ratio(scope, '1h')}",
                legend="slow",
                limit=100 * SLOW_SHARE,
            ),
        )
    }


OBJECTIVES = ClusterKind(alerts=alerts, panels=panels)
