"""Metrics: their types, units and labels, and that they count what was just done."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bailbondpro.contract import contract
from ops.answers.contract.client import UnreachableError
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
STATES = {"total", "idle", "waiting"}
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
    check: Mapping[str, Callable[[Run, Metric, Measured, Measured], str | None]] = {
        "http_requests_total": _counted,
        "http_request_duration_seconds": _timed,
        "database_pool_connections": _pooled,
        "cache_requests_total": _looked_up,
    }
    return check[metric.name](run, metric, before, after) if metric.name in check else None


def _rise(name: str, before: Measured, after: Measured, series: str) -> float:
    def total(measurement: Measured) -> float:
        samples = measurement[name].samples if name in measurement else []
        return sum(sample.value for sample in samples if sample.name == series)

    return total(after) - total(before)


def _asked(run: Run) -> int:
    """Requests to routes of the application's own, which every one of them counts."""
    own = {run.options.page, run.options.write}
    return sum(answer.path.partition("?")[0] in own for answer in run.application.answers)


def _counted(run: Run, metric: Metric, before: Measured, after: Measured) -> str | None:
    rise, asked = _rise(metric.name, before, after, metric.name), _asked(run)
    if rise < asked:
        return f"it rose by {rise:g} during {asked} requests"
    routes = {sample.labels["route"] for sample in after[metric.name].samples}
    created = {answer.headers.get("location", "") for answer in run.created}
    if raw := sorted(route for route in routes if run.mark in route or route in created):
        return f"the label route holds paths, such as {raw[0]}: every client would be a series of its own"
    statuses = {sample.labels["status"] for sample in after[metric.name].samples}
    if odd := sorted(status for status in statuses if not (status.isdecimal() and len(status) == len("200"))):
        return f"the label status holds {odd[0]!r}, not a status such as 200"
    return None


def _timed(run: Run, metric: Metric, before: Measured, after: Measured) -> str | None:
    samples = after[metric.name].samples
    bounds = {sample.labels.get("le", "") for sample in samples if sample.name.endswith("_bucket")}
    if odd := [bound for bound in sorted(bounds) if not _number(bound)]:
        return f"a bucket's le is {odd[0]!r}, no number"
    numbers = {float(bound) for bound in bounds}
    if lost := [bound for bound in (*metric.buckets, float("inf")) if bound not in numbers]:
        return f"it has no bucket of {lost[0]:g} s"
    if not _monotone(after[metric.name]):
        return "a bucket counts less than a smaller one: buckets are cumulative"
    asked = _asked(run)
    if (rise := _rise(metric.name, before, after, f"{metric.name}_count")) < asked:
        return f"its _count rose by {rise:g} during {asked} requests"
    spent = sum(answer.seconds for answer in run.application.answers)
    total = _rise(metric.name, before, after, f"{metric.name}_sum")
    if total > TOO_LONG * spent + SPARE_SECONDS:
        return f"its _sum rose by {total:g} while requests took {spent:.2f} s: it is not in seconds"
    return None


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


def _pooled(run: Run, metric: Metric, _: Measured, after: Measured) -> str | None:
    have = {(sample.labels["pool"], sample.labels["state"]) for sample in after[metric.name].samples}
    pools = ["primary"]
    for kind, first in (("replica", 1), ("shard", 0)):
        listed = run.says(f"connections.{kind}s")
        pools += [f"{kind}_{first + index}" for index in range(len(listed) if isinstance(listed, list) else 0)]
    lost = sorted({(pool, state) for pool in pools for state in STATES} - have)
    return f'it has no sample of pool="{lost[0][0]}", state="{lost[0][1]}"' if lost else None


def _looked_up(_run: Run, metric: Metric, _: Measured, after: Measured) -> str | None:
    levels = {sample.labels["level"] for sample in after[metric.name].samples}
    results = {sample.labels["result"] for sample in after[metric.name].samples}
    odd = sorted((levels - LEVELS) | (results - {"hit", "miss"}))
    return f"a label holds {odd[0]!r}: level is memory or redis, result is hit or miss" if odd else None
