"""Measurements of a stack that runs: the scaling guide's summary of each metric, and what they say of objectives. Pure.

The guide's PerformanceMonitor reports average, least, most and number of samples of cpu_usage, memory_usage,
response_time and error_rate (scaling guide, Performance Monitoring). An average of response times says nothing of an
objective for 95 % of the requests, and one of error rates nothing where nights are quiet: objectives are judged by
counted requests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.objectives.model import Verdict

COUNTS = ("requests", "failed", "slow")
"""Requests of an interval, those with a status of 5xx, and those that took longer than the objective."""
LEVELS = {
    "cpu_percent": "use of the nodes' processors",
    "memory_percent": "use of the nodes' memory",
    "response_ms": "95th percentile of response times",
    "error_percent": "failed requests of an interval",
}
"""What the guide's monitor samples, by our names."""
SLOW_PERCENT = 5.0
"""What an objective for the 95th percentile leaves."""
SURE = 1.645
"""Standard deviations that 95 % of a normal distribution do not exceed on one side: how sure a verdict is (ours)."""


class MeasuredError(ValueError):
    """Measurements that nothing can be concluded from; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One metric, as the guide's monitor reports it.

    Attributes:
        metric: one of `LEVELS`.
        average: of all samples.
        low: the least.
        high: the most.
        most_of: 95th percentile of the samples.
        count: how many there are.
        threshold: above which the stack alerts.
        above: how many samples are.
    """

    metric: str
    average: float
    low: float
    high: float
    most_of: float
    count: int
    threshold: float
    above: int


@dataclass(frozen=True, kw_only=True)
class MeasuredObjective:
    """One objective, and what was measured of it.

    Attributes:
        name: which one.
        goal: what it asks for, in words.
        found: what was measured, in words; why nothing was.
        verdict: whether it was reached.
        used: share of what may go wrong that was used, in percent; None where nobody knows.
    """

    name: str
    goal: str
    found: str
    verdict: Verdict
    used: float | None = None


@dataclass(frozen=True, kw_only=True)
class MeasuredGoals:
    """What was to be reached.

    Attributes:
        response_ms: that 95 % of requests keep.
        error_percent: share of requests that may fail.
        thresholds: above which the stack alerts, by metric.
    """

    response_ms: float
    error_percent: float
    thresholds: Mapping[str, float]


def summaries(samples: Mapping[str, Sequence[float]], goals: MeasuredGoals) -> tuple[Summary, ...]:
    """Every metric that was sampled."""
    levels = dict(samples)
    rate = [100 * failed / whole for failed, whole in _pairs(samples, "failed") if whole]
    if rate and "error_percent" not in levels:
        levels["error_percent"] = rate
    return tuple(
        Summary(
            metric=metric,
            average=math.fsum(found) / len(found),
            low=min(found),
            high=max(found),
            most_of=sorted(found)[math.ceil(0.95 * len(found)) - 1],
            count=len(found),
            threshold=goals.thresholds[metric],
            above=sum(sample > goals.thresholds[metric] for sample in found),
        )
        for metric in LEVELS
        if (found := levels.get(metric))
    )


def judged(samples: Mapping[str, Sequence[float]], goals: MeasuredGoals) -> tuple[MeasuredObjective, ...]:
    """The two objectives that requests tell of."""
    return (
        _share(
            samples,
            "failed",
            name="errors",
            goal=f"at most {goals.error_percent:g} % of requests fail",
            allowed=goals.error_percent,
            said="failed",
        ),
        _share(
            samples,
            "slow",
            name="response",
            goal=f"95 % of requests take {goals.response_ms:g} ms at most",
            allowed=SLOW_PERCENT,
            said=f"took longer than {goals.response_ms:g} ms",
        ),
    )


def _share(
    samples: Mapping[str, Sequence[float]], count: str, *, name: str, goal: str, allowed: float, said: str
) -> MeasuredObjective:
    pairs = _pairs(samples, count)
    whole = math.fsum(every for _, every in pairs)
    if not whole:
        why = "no request was counted" if pairs else f"nobody measured requests and {count}"
        return MeasuredObjective(name=name, goal=goal, found=why, verdict="not judged")
    counted = math.fsum(part for part, _ in pairs)
    percent = 100 * counted / whole
    verdict, doubt = _sure(counted, whole, allowed)
    return MeasuredObjective(
        name=name,
        goal=goal,
        found=f"{_exact(percent, allowed)} % of {whole:,.0f} requests {said}{doubt}",
        verdict=verdict,
        used=100 * percent / allowed if allowed else None,
    )


def _sure(counted: float, whole: float, allowed: float) -> tuple[Verdict, str]:
    """Whether so many of all requests keep what is allowed, and why nobody knows.

    It is kept where even the upper end of the interval is; missed where more was counted than is allowed, in a sample
    that could have shown that it is kept, or where even the lower end is above.
    """
    low, high = (100 * end for end in interval(counted, whole))
    least = least_requests(allowed)
    if high <= allowed:
        return "met", ""
    if 100 * counted > allowed * whole and (low > allowed or (least is not None and whole >= least)):
        return "missed", ""
    if least is None:
        return "not judged", "; no number of requests shows that none ever will"
    if whole < least:
        return "not judged", f"; that is too few: {least:,} without one are the least that can show it"
    return "not judged", f"; by chance it may be up to {high:.3g} % (95 % sure)"


def interval(counted: float, whole: float) -> tuple[float, float]:
    """Between which shares what was counted lies: each end is wrong once in twenty times.

    Wilson's score interval with a correction for continuity (Newcombe, Two-sided confidence intervals for the single
    proportion, Statistics in Medicine 17 (1998); unverified 2026-12-01), which holds for few and rare ones too. It
    takes requests as independent; failures come in bursts, so a month of few requests says even less.

    Args:
        counted: how many of the requests.
        whole: all of them, at least one.
    """

    def end(count: float, sign: int) -> float:
        spread = math.sqrt(max(count * (1 - count / whole), 0.0) + SURE**2 / 4)
        return (count + SURE**2 / 2 + sign * SURE * spread) / (whole + SURE**2)

    low = 0.0 if counted <= 0 else max(end(max(counted - 0.5, 0.0), -1), 0.0)
    high = 1.0 if counted >= whole else min(end(min(counted + 0.5, whole), 1), 1.0)
    return low, high


def least_requests(allowed: float) -> int | None:
    """How many requests must all be well before an objective is shown to be met; None where none are enough.

    Args:
        allowed: share in percent that may be otherwise.
    """
    share = allowed / 100
    if share <= 0:
        return None
    root = (SURE * math.sqrt(share * (1 - share)) + math.sqrt(SURE**2 * share * (1 - share) + 2 * share)) / (2 * share)
    return math.ceil(root**2)


def _exact(percent: float, allowed: float) -> str:
    """A share in three digits, or in as many as it takes to tell it from what is allowed."""
    for digits in range(3, 16):
        text = f"{percent:.{digits}g}"
        if percent == allowed or float(text) != allowed:
            return text
    return repr(percent)


def _pairs(samples: Mapping[str, Sequence[float]], count: str) -> list[tuple[float, float]]:
    """Counted and all requests of each interval.

    Raises:
        MeasuredError: they are not of the same intervals, or more were counted than there were.
    """
    if count not in samples or "requests" not in samples:
        return []
    found = list(zip(samples[count], samples["requests"], strict=False))
    if len(samples[count]) != len(samples["requests"]):
        raise MeasuredError(
            f"{count} has {len(samples[count])} samples and requests {len(samples['requests'])}: give both of the same "
            "intervals"
        )
    # Prometheus extrapolates both a little, each in its own way.
    wrong = next((number for number, (part, whole) in enumerate(found, 1) if part > whole * 1.01 + 1), None)
    if wrong is not None:
        raise MeasuredError(f"sample {wrong}: {found[wrong - 1][0]:g} {count} of {found[wrong - 1][1]:g} requests")
    return [(min(part, whole), whole) for part, whole in found]
