"""Metrics: their types, units and labels, and that they count what was just done."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.client import SLOW_SECONDS, UnreachableError
from ops.answers.contract.exposition import ExpositionError, Family, families
from ops.answers.contract.verdicts import found, not_judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bailbondpro.contract import Metric
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

Measured = dict[str, Family]
TOO_LONG = 2
"""A server spends less time on a request than its client: a sum so many times as large is in another unit. One request
takes `SLOW_SECONDS`, so that a sum in milliseconds is."""
SPARE_SECONDS = 0.1
"""What probes and other requests may add meanwhile."""
FEW = 5
"""Requests of fewer could be doubled by those of others."""
FAST_SECONDS = 0.2
"""The objective's bucket: a request of `SLOW_SECONDS` is above it."""
STATES = {"total", "idle", "waiting"}
REASONS = {"error", "lag"}
LEVELS = {"memory", "redis"}


def measured(run: Run) -> Measured | None:
    """All metrics; None where they cannot be read, which the endpoint's own clause says."""
    try:
        return families(run.application.ask("/metrics").body.decode())
    except (UnreachableError, ExpositionError, UnicodeDecodeError):
        return None


def judge(run: Run, before: Measured | None) -> Iterator[Verdict]:
    """Every metric of the contract, against what requests of this run did since `before`."""
    after = measured(run)
    for metric in contract().metrics:
        name = metric.clause.id
        if before is None or after is None:
            yield not_judged(name, "endpoint.metrics is broken")
            continue
        no_use = _without_use(run, metric)
        yield not_judged(name, *no_use) if no_use else found(name, _problem(run, metric, before, after))


def _without_use(run: Run, metric: Metric) -> tuple[str, str] | None:
    if metric.name.startswith("database_") and not isinstance(run.says("connections.primary"), dict):
        return "the application has no database", "start it with DATABASE_URL and DATABASE_PRIMARY_URL"
    return None


def _problem(run: Run, metric: Metric, before: Measured, after: Measured) -> str | None:
    family = after.get(metric.name)
    if family is None:
        return f"/metrics has no {metric.name}"
    if family.kind != metric.kind:
        return f"its type is {family.kind}"
    lost = [label for label in metric.labels for one in family.samples if label not in one.labels]
    if lost:
        return f"samples lack the label {lost[0]}"
    if problem := _values(family) or _raw(run, family):
        return problem
    check: Mapping[str, Callable[[Run, Metric, Measured, Measured], str | None]] = {
        "http_requests_total": _counted,
        "http_request_duration_seconds": _timed,
        "database_pool_connections": _pooled,
        "database_fallbacks_total": _fallen_back,
        "cache_requests_total": _looked_up,
    }
    return check[metric.name](run, metric, before, after) if metric.name in check else None


def _values(family: Family) -> str | None:
    """A value that none of these metrics has."""
    odd = [one for one in family.samples if not 0 <= one.value < float("inf")]
    return f"{odd[0].name} is {odd[0].value:g}" if odd else None


def _raw(run: Run, family: Family) -> str | None:
    """A label that holds what is of one request alone: its path, an id, a key."""
    ids = {place.rpartition("/")[2] for place in run.places}
    for sample in family.samples:
        for name, value in sample.labels.items():
            parts = set(re.split(r"[/?&=]", value))
            if name == "key" or run.mark in value or run.personal in value or ("/" in value and parts & ids):
                return f"the label {name} holds {value[:80]}: every client would be a series of its own"
    return None


def _rise(before: Measured, after: Measured, name: str, series: str, **labels: str) -> float:
    """How much the samples of one name rose, those that have the labels."""

    def total(measurement: Measured) -> float:
        samples = measurement[name].samples if name in measurement else []
        return sum(one.value for one in samples if one.name == series and labels.items() <= one.labels.items())

    return total(after) - total(before)


def _as_asked(run: Run, before: Measured, after: Measured, name: str, series: str) -> str | None:
    """Whether requests to the application's own routes were counted under their method and status, and once."""
    asked = Counter((answer.method, str(answer.status)) for answer in run.own)
    if (rise := _rise(before, after, name, series)) < asked.total():
        return f"{series} rose by {rise:g} during {asked.total()} requests"
    rises = {key: _rise(before, after, name, series, method=key[0], status=key[1]) for key in asked}
    if lost := [key for key, times in asked.items() if rises[key] < times]:
        key = lost[0]
        labels = f'method="{key[0]}",status="{key[1]}"'
        return f"{series}{{{labels}}} rose by {rises[key]:g} during {asked[key]} such requests"
    if asked.total() >= FEW and all(rises[key] >= 2 * times for key, times in asked.items()):
        return f"{series} counts each request twice or more"
    return None


def _one_route(run: Run, before: Measured, after: Measured, name: str, series: str) -> str | None:
    """Whether the page and what writes have one and the same route."""
    routes = {one.labels["route"] for one in after[name].samples}
    risen = {
        method: {one for one in routes if _rise(before, after, name, series, method=method, route=one) > 0}
        for method in {answer.method for answer in run.own}
    }
    same = set.union(*risen.values()) if risen else set()
    return f"every request has the route {same.pop()}" if len(risen) > 1 and len(same) == 1 else None


def _counted(run: Run, metric: Metric, before: Measured, after: Measured) -> str | None:
    where = (before, after, metric.name, metric.name)
    if problem := _as_asked(run, *where) or _one_route(run, *where):
        return problem
    statuses = {sample.labels["status"] for sample in after[metric.name].samples}
    if odd := sorted(status for status in statuses if not (status.isdecimal() and len(status) == len("200"))):
        return f"the label status holds {odd[0]!r}, not a status such as 200"
    return None


def _timed(run: Run, metric: Metric, before: Measured, after: Measured) -> str | None:
    where = (before, after, metric.name, f"{metric.name}_count")
    return (
        _shaped(metric, after[metric.name])
        or _as_asked(run, *where)
        or _one_route(run, *where)
        or _spent(run, metric, before, after)
    )


def _shaped(metric: Metric, family: Family) -> str | None:
    """Whether it is a histogram with the contract's buckets."""
    bounds = {sample.labels.get("le", "") for sample in family.samples if sample.name.endswith("_bucket")}
    if odd := [bound for bound in sorted(bounds) if not _number(bound)]:
        return f"a bucket's le is {odd[0]!r}, no number"
    numbers = {float(bound) for bound in bounds}
    if lost := [bound for bound in (*metric.buckets, float("inf")) if bound not in numbers]:
        return f"it has no bucket of {lost[0]:g} s"
    if not _monotone(family):
        return "a bucket counts less than a smaller one: buckets are cumulative"
    count = sum(one.value for one in family.samples if one.name == f"{metric.name}_count")
    most = _in_buckets(family, float("inf"))
    return None if count == most else f"its _count is {count:g}, its largest buckets hold {most:g}"


def _spent(run: Run, metric: Metric, before: Measured, after: Measured) -> str | None:
    """Whether it is in seconds, and saw the request that was slow on purpose."""
    spent = sum(answer.seconds for answer in run.application.answers)
    total = _rise(before, after, metric.name, f"{metric.name}_sum")
    if total > TOO_LONG * spent + SPARE_SECONDS:
        return f"its _sum rose by {total:g} while requests took {spent:.2f} s: it is not in seconds"
    slow = [answer.pause for answer in run.own if answer.pause]
    if total < sum(slow) / 2:
        return f"its _sum rose by {total:g} while requests took {sum(slow):g} s and more: it is not in seconds"
    if _above(after.get(metric.name)) - _above(before.get(metric.name)) < len(slow):
        return f"its bucket of {FAST_SECONDS:g} s holds a request that took {SLOW_SECONDS:g} s and more"
    fast = sum(answer.seconds <= FAST_SECONDS for answer in run.own)
    risen = _rise(before, after, metric.name, f"{metric.name}_bucket", le=_bound(after[metric.name]))
    if risen < fast:
        return f"its bucket of {FAST_SECONDS:g} s rose by {risen:g} during {fast} requests that took no longer"
    return None


def _in_buckets(family: Family, bound: float) -> float:
    """How many requests took no longer."""
    buckets = [one for one in family.samples if one.name.endswith("_bucket")]
    return sum(one.value for one in buckets if float(one.labels["le"]) == bound)


def _bound(family: Family) -> str:
    """How the objective's bucket is written."""
    bounds = {one.labels["le"] for one in family.samples if one.name.endswith("_bucket")}
    return next((bound for bound in bounds if float(bound) == FAST_SECONDS), "")


def _above(family: Family | None) -> float:
    """How many requests missed the objective."""
    return 0 if family is None else _in_buckets(family, float("inf")) - _in_buckets(family, FAST_SECONDS)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _monotone(family: Family) -> bool:
    series: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    for sample in family.samples:
        if sample.name.endswith("_bucket"):
            labels = tuple(sorted(item for item in sample.labels.items() if item[0] != "le"))
            series.setdefault(labels, []).append((float(sample.labels["le"]), sample.value))
    return all(low[1] <= high[1] for buckets in series.values() for low, high in pairwise(sorted(buckets)))


def _fallen_back(_run: Run, metric: Metric, _: Measured, after: Measured) -> str | None:
    odd = sorted({sample.labels["reason"] for sample in after[metric.name].samples} - REASONS)
    return f"the label reason holds {odd[0]!r}: it is error or lag" if odd else None


def _pooled(run: Run, metric: Metric, _: Measured, after: Measured) -> str | None:
    have = {(one.labels["pool"], one.labels["state"]): one.value for one in after[metric.name].samples}
    pools = ["primary"]
    for kind, first in (("replica", 1), ("shard", 0)):
        listed = run.says(f"connections.{kind}s")
        pools += [f"{kind}_{first + index}" for index in range(len(listed) if isinstance(listed, list) else 0)]
    if lost := sorted({(pool, state) for pool in pools for state in STATES} - have.keys()):
        return f'it has no sample of pool="{lost[0][0]}", state="{lost[0][1]}"'
    more = [pool for pool in pools if have[pool, "idle"] > have[pool, "total"]]
    return f"{more[0]} has more idle connections than it has at all" if more else None


def _looked_up(_run: Run, metric: Metric, _: Measured, after: Measured) -> str | None:
    levels = {sample.labels["level"] for sample in after[metric.name].samples}
    results = {sample.labels["result"] for sample in after[metric.name].samples}
    odd = sorted((levels - LEVELS) | (results - {"hit", "miss"}))
    return f"a label holds {odd[0]!r}: level is memory or redis, result is hit or miss" if odd else None
