"""Right-sizing: measurements of a stack, turned into a patch for its file that the file's own check accepts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from bailbondpro.facts.instance_classes import Service, instance_class, instance_classes
from infra.problems import ConfigError, Problem
from infra.settings import load, read_stack_source
from ops.answers.right_size.measures import measures
from ops.inputs.documents import DocumentError, read_document
from ops.inputs.stack_file import ROOT, settings_of
from ops.jsonable import plain
from planner.capacity.right_size import (
    CEILING_CPU_MILLICORES,
    CEILING_MEMORY_MIB,
    FLOOR_CPU_MILLICORES,
    FLOOR_MEMORY_MIB,
    MeasurementError,
    Size,
    average,
    class_for,
    pod_request,
    storage_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    from infra.settings import Settings
    from ops.answers.right_size.prometheus import Prometheus

KEYS: dict[str, tuple[str, ...]] = {
    "app": ("cpu_millicores", "memory_mib"),
    "postgres": ("cpu_percent", "memory_percent", "disk_percent"),
    "redis": ("cpu_percent", "memory_percent"),
    "nodes": ("cpu_percent", "memory_percent"),
}
"""What may be measured of each part: lists of samples."""

Samples = dict[str, "Sequence[float]"]


@dataclass(frozen=True)
class Change:
    """One changed key of the stack file."""

    path: str
    current: int | str
    recommended: int | str
    reason: str


@dataclass(frozen=True)
class RightSizing:
    """What measurements ask for.

    Attributes:
        stack: stack name.
        changes: the changed keys.
        problems: what the check finds in the patched file; a patch with problems is not to be used as it is.
        gaps: what the measurements lack, one sentence each.
        measured: how many samples there were, by part and measure.
    """

    stack: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()
    gaps: tuple[str, ...] = ()
    measured: Mapping[str, int] = field(default_factory=dict)

    @property
    def patch(self) -> dict[str, Any]:
        """The changes as the stack file's `config` holds them."""
        nested: dict[str, Any] = {}
        for change in self.changes:
            if change.recommended == change.current:
                continue
            *parents, last = change.path.split(".")
            place = nested
            for key in parents:
                place = place.setdefault(key, {})
            place[last] = change.recommended
        return nested

    def as_json(self) -> dict[str, Any]:
        """The machine-readable result."""
        return {
            "recommendations": plain(self.changes),
            "patch": {f"bailbondpro:{key}": value for key, value in self.patch.items()},
            "valid": not self.problems,
            "problems": plain(self.problems),
            "samples": dict(self.measured),
            "gaps": plain(self.gaps),
        }

    def as_yaml(self) -> str:
        """The patch as lines for the stack file."""
        config = {f"bailbondpro:{key}": value for key, value in self.patch.items()}
        return yaml.safe_dump({"config": config}, sort_keys=False)


def right_size(stack: str, metrics: Path, phase: str | None = None, config: Path | None = None) -> RightSizing:
    """What a stack's measurements ask for.

    Args:
        stack: stack name.
        metrics: a YAML or JSON file: part, measure, samples; parts and measures are those of `KEYS`.
        phase: growth phase to use instead of the file's.
        config: another stack file.

    Raises:
        MeasurementError: the file has no usable measurements.
        ConfigError: the stack file has problems of its own.
    """
    measured = read_metrics(metrics)
    return _sized(stack, settings_of(stack, config, phase), measured, phase, config)


def right_size_from_prometheus(
    stack: str, server: Prometheus, window: timedelta, phase: str | None = None, config: Path | None = None
) -> RightSizing:
    """What a stack's measurements in a Prometheus ask for.

    Args:
        stack: stack name.
        server: where to read.
        window: how far back.
        phase: growth phase to use instead of the file's.
        config: another stack file.

    Raises:
        PrometheusError: nothing could be read.
        ConfigError: the stack file has problems of its own.
    """
    settings = settings_of(stack, config, phase)
    found = server.measured(measures(settings), window)
    return replace(_sized(stack, settings, found.samples, phase, config), gaps=found.gaps)


def _sized(
    stack: str, settings: Settings, measured: Mapping[str, Samples], phase: str | None, config: Path | None
) -> RightSizing:
    """The changes, and what the check says to the file that holds them."""
    changes = tuple(changes_for(settings, measured))
    counts = {f"{part}.{name}": len(samples) for part, found in measured.items() for name, samples in found.items()}
    found = RightSizing(stack, changes, measured=counts)
    file = config or ROOT / f"Pulumi.{stack.rsplit('/', 1)[-1]}.yaml"
    raw = read_stack_source(file).raw
    try:
        load(_merged({**raw, "phase": phase} if phase else raw, found.patch), settings.stack)
    except ConfigError as error:
        return replace(found, problems=tuple(error.problems))
    return found


def read_metrics(path: Path) -> dict[str, Samples]:
    """Measurements by part and measure.

    Raises:
        MeasurementError: the file is neither YAML nor JSON, or holds something else than lists of numbers.
    """
    try:
        document = read_document(path)
    except DocumentError as error:
        raise MeasurementError(str(error)) from error
    if not isinstance(document, dict) or not document:
        raise MeasurementError(f"{path} must hold some of {', '.join(KEYS)}")
    return {part: _part(part, measures) for part, measures in document.items()}


def _part(part: object, measures: object) -> Samples:
    known = KEYS.get(str(part))
    if known is None:
        raise MeasurementError(f"there is nothing to size called {part!r}; there are {', '.join(KEYS)}")
    if not isinstance(measures, dict) or not set(measures) <= set(known):
        raise MeasurementError(f"{part} must hold some of {', '.join(known)}")
    for name, samples in measures.items():
        numbers = isinstance(samples, list) and all(
            isinstance(sample, (int, float)) and not isinstance(sample, bool) for sample in samples
        )
        if not numbers:
            raise MeasurementError(f"{part}.{name} must be a list of numbers")
        try:
            average(samples)
        except MeasurementError as error:
            raise MeasurementError(f"{part}.{name}: {error}") from error
    return measures


def changes_for(settings: Settings, measured: Mapping[str, Samples]) -> Iterator[Change]:
    """The keys that measurements ask to change, with their new values."""
    yield from _pods(settings, measured.get("app", {}))
    postgres = measured.get("postgres", {})
    yield from _class("postgres.instanceClass", "rds", settings.postgres.instance_class, postgres)
    yield from _storage(settings, postgres)
    yield from _class("redis.nodeType", "elasticache", settings.redis.node_type, measured.get("redis", {}))
    yield from _class("pools.app.instanceType", "ec2", settings.pools.app.instance_type, measured.get("nodes", {}))


def _pods(settings: Settings, samples: Samples) -> Iterator[Change]:
    sizes = settings.app.resources
    rows = (
        ("cpu", "Millicores", "cpu_millicores", sizes.cpu_request_millicores, sizes.cpu_limit_millicores),
        ("memory", "Mib", "memory_mib", sizes.memory_request_mib, sizes.memory_limit_mib),
    )
    bounds = {
        "cpu": (FLOOR_CPU_MILLICORES, CEILING_CPU_MILLICORES),
        "memory": (FLOOR_MEMORY_MIB, CEILING_MEMORY_MIB),
    }
    for name, unit, measure, request, limit in rows:
        if measure not in samples:
            continue
        floor, ceiling = bounds[name]
        wanted = pod_request(request, samples[measure], floor=floor, ceiling=ceiling)
        if wanted == request:
            continue
        reason = f"90th percentile of {len(samples[measure])} samples and 15 % (VPA recommender)"
        yield Change(f"app.resources.{name}Request{unit}", request, wanted, reason)
        if wanted > limit or (name == "memory" and wanted * 2 > limit):
            # the guide's limit is twice its request, for memory and processor alike
            raised = max(limit, math.ceil(wanted * 2))
            yield Change(f"app.resources.{name}Limit{unit}", limit, raised, "twice the request, as in the guide")


def _class(path: str, service: Service, current: str, samples: Samples) -> Iterator[Change]:
    percents = {name: average(samples[name]) for name in ("cpu_percent", "memory_percent") if name in samples}
    today = instance_class(service, current)
    classes = [
        Size(name=name, vcpu=item.vcpu, memory_gib=item.memory_gib)
        for name, item in instance_classes(service).items()
        if item.arch == today.arch  # images are built for one
    ]
    found = class_for(
        Size(name=current, vcpu=today.vcpu, memory_gib=today.memory_gib),
        percents.get("cpu_percent"),
        percents.get("memory_percent"),
        classes,
    )
    if found is not None:
        yield Change(path, current, found[0].name, found[1])


def _storage(settings: Settings, samples: Samples) -> Iterator[Change]:
    if "disk_percent" not in samples:
        return
    percent = average(samples["disk_percent"])
    gib, most = settings.postgres.allocated_storage_gib, settings.postgres.max_allocated_storage_gib
    wanted = storage_for(gib, percent)
    if wanted is None:
        return
    reason = f"disk {percent:.0f} %, above 80 %"
    yield Change("postgres.allocatedStorageGib", gib, wanted, reason)
    if most < wanted * 2:
        yield Change("postgres.maxAllocatedStorageGib", most, wanted * 2, "room to grow by itself, twice the storage")


def _merged(raw: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(raw)
    for key, value in patch.items():
        known = merged.get(key)
        merged[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
