"""Measurements from CloudWatch: the queries that somebody with credentials asks, and what the answer says. Pure.

The program asks nothing by itself: `aws cloudwatch get-metric-data` does, with the queries that are printed here
(Amazon CloudWatch API Reference, GetMetricData: 500 queries in a call, ids of letters, digits and underscores;
unverified 2026-11-30).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.instance_classes import instance_class
from components.naming import NameKind, physical_name
from infra.wiring.names import names_of
from ops.answers.right_size.measures import identifiers
from ops.answers.right_size.parts import servers_of
from ops.inputs.documents import DocumentError, read_document
from ops.inputs.prometheus import Measured
from planner.capacity.right_size import FEWEST_SAMPLES, UPPER_PERCENTILE, MeasurementError, percentile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.settings import Settings

PERIOD_SECONDS = 300
"""Averages of five minutes, as from Prometheus."""
_BYTES_PER_GIB = 1024**3
RDS, ELASTICACHE = "AWS/RDS", "AWS/ElastiCache"


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric of one server.

    Attributes:
        part: whose size it tells.
        measure: as a file of measurements calls it.
        namespace: of CloudWatch.
        metric: its name there.
        dimension: name of the one dimension.
        server: that dimension's value.
        of_bytes: what the metric leaves free of so many bytes; 0 where it is a percentage already.
    """

    part: str
    measure: str
    namespace: str
    metric: str
    dimension: str
    server: str
    of_bytes: float = 0

    @property
    def id(self) -> str:
        """Of the query and of its result."""
        return f"{self.part}_{self.measure}_{self.server}".replace("-", "_")

    def percent(self, value: float) -> float:
        """A value of the metric as a percentage in use."""
        return max(100 * (1 - value / self.of_bytes), 0.0) if self.of_bytes else value


def series_of(settings: Settings) -> Iterator[Series]:
    """Every metric of every database and cache node; nodes and pods are what Prometheus measures."""
    for part in servers_of(settings):
        if part.service == "rds":
            memory = instance_class("rds", part.instance_class).memory_gib * _BYTES_PER_GIB
            rows = [("cpu_percent", "CPUUtilization", 0.0), ("memory_percent", "FreeableMemory", memory)]
            if part.storage is not None:
                rows.append(("disk_percent", "FreeStorageSpace", float(part.storage.gib * _BYTES_PER_GIB)))
            for server in identifiers(settings, part.name):
                for measure, metric, most in rows:
                    yield Series(
                        part=part.name,
                        measure=measure,
                        namespace=RDS,
                        metric=metric,
                        dimension="DBInstanceIdentifier",
                        server=server,
                        of_bytes=most,
                    )
        elif part.service == "elasticache":
            for server in cache_nodes(settings):
                for measure, metric in (
                    ("cpu_percent", "EngineCPUUtilization"),
                    ("memory_percent", "DatabaseMemoryUsagePercentage"),
                ):
                    yield Series(
                        part=part.name,
                        measure=measure,
                        namespace=ELASTICACHE,
                        metric=metric,
                        dimension="CacheClusterId",
                        server=server,
                    )


def cache_nodes(settings: Settings) -> tuple[str, ...]:
    """Names of the cache's nodes: `<group>-0001-001` is the first node of the first shard (ElastiCache User Guide)."""
    group = physical_name(NameKind.REPLICATION_GROUP, names_of(settings).prefix, "redis")
    redis = settings.redis
    return tuple(
        f"{group}-{shard:04d}-{node:03d}"
        for shard in range(1, redis.shards + 1)
        for node in range(1, redis.replicas_per_shard + 2)
    )


def queries(settings: Settings) -> list[dict[str, Any]]:
    """What `aws cloudwatch get-metric-data --metric-data-queries` takes."""
    return [
        {
            "Id": one.id,
            "MetricStat": {
                "Metric": {
                    "Namespace": one.namespace,
                    "MetricName": one.metric,
                    "Dimensions": [{"Name": one.dimension, "Value": one.server}],
                },
                "Period": PERIOD_SECONDS,
                "Stat": "Average",
            },
        }
        for one in series_of(settings)
    ]


def read_answer(path: Path, settings: Settings) -> Measured:
    """The samples of an answer.

    Args:
        path: what `aws cloudwatch get-metric-data` printed as JSON.
        settings: the stack whose queries were asked.

    Raises:
        MeasurementError: it is no such answer, or knows nothing of this stack.
    """
    try:
        document = read_document(path)
    except DocumentError as error:
        raise MeasurementError(str(error)) from error
    results = document.get("MetricDataResults") if isinstance(document, dict) else None
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        raise MeasurementError(f"{path} is no answer of `aws cloudwatch get-metric-data`: it has no MetricDataResults")
    values: dict[str, list[float]] = {}
    partial = set()
    for result in results:
        given = result.get("Values")
        if not isinstance(given, list) or not all(_is_number(value) for value in given):
            raise MeasurementError(f"{path}: the values of {result.get('Id')!r} are no list of numbers")
        # One result stands in several pages under the same id.
        values.setdefault(str(result.get("Id")), []).extend(map(float, given))
        if result.get("StatusCode") not in {None, "Complete"}:
            partial.add(str(result.get("Id")))
    return _measured(path, settings, values, partial)


def _measured(path: Path, settings: Settings, values: dict[str, list[float]], partial: set[str]) -> Measured:
    samples: dict[str, dict[str, list[float]]] = {}
    gaps, known = [], list(series_of(settings))
    for one in known:
        found = [one.percent(value) for value in values.get(one.id, ())]
        if len(found) < FEWEST_SAMPLES:
            amount = f"only {len(found)} samples" if found else "nothing"
            gaps.append(
                f"{one.part}.{one.measure} of {one.server} is left out: the answer has {amount} of {one.metric}"
            )
            continue
        if one.id in partial:
            gaps.append(f"{one.part}.{one.measure} of {one.server}: CloudWatch says that more is to come (PartialData)")
        # All servers of a part are of one class: the fullest decides, however many idle ones stand beside it.
        fullest = samples.setdefault(one.part, {}).get(one.measure)
        if fullest is None or percentile(found, UPPER_PERCENTILE) > percentile(fullest, UPPER_PERCENTILE):
            samples[one.part][one.measure] = found
    strangers = sorted(set(values) - {one.id for one in known})
    if strangers:
        gaps.append(f"{len(strangers)} results are of no query of this stack, such as {strangers[0][:80]!r}")
    if not samples:
        raise MeasurementError(f"{path} knows nothing of {settings.stack}: were its own queries asked?")
    return Measured({part: dict(found) for part, found in samples.items()}, tuple(gaps))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
