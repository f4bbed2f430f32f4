"""Right-sizing: measurements of a stack, turned into a patch for its file that the file's own check accepts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from infra.problems import ConfigError, Problem
from infra.settings import load, read_stack_source
from infra.settings.reading.defaults import defaults, merged
from ops.answers.right_size.changes import changes_for, patch_of
from ops.answers.right_size.cloudwatch import read_answer
from ops.answers.right_size.measures import measures
from ops.answers.right_size.parts import SERVICES, parts_of
from ops.inputs.documents import DocumentError, read_document
from ops.inputs.stack_file import ROOT, settings_of
from ops.jsonable import plain
from planner.capacity.right_size import UPPER_PERCENTILE, MeasurementError, percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    from infra.settings import Settings
    from ops.answers.right_size.changes import Change, Samples
    from ops.inputs.prometheus import Prometheus


WHOLE_PERCENT = 100.5
"""A percentage, with what an average over several processors may be rounded to."""


@dataclass(frozen=True)
class RightSizing:
    """What measurements ask for.

    Attributes:
        stack: stack name.
        changes: the changed keys.
        problems: what the check finds in the patched file; a patch with problems is not to be used as it is.
        gaps: what the measurements lack, one sentence each.
        kept: what measurements alone would make smaller, and what of the stack's limits it would break.
        measured: how many samples there were, by part and measure.
        services: all services as the stack file or its defaults have them: a list is written whole.
    """

    stack: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()
    gaps: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    measured: Mapping[str, int] = field(default_factory=dict)
    services: tuple[Mapping[str, Any], ...] = ()

    @property
    def patch(self) -> dict[str, Any]:
        """The changes as the stack file's `config` holds them."""
        return patch_of(self.changes, self.services)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable result."""
        return {
            "recommendations": plain(self.changes),
            "patch": {f"bailbondpro:{key}": value for key, value in self.patch.items()},
            "valid": not self.problems,
            "problems": plain(self.problems),
            "samples": dict(self.measured),
            "gaps": plain(self.gaps),
            "kept": plain(self.kept),
        }

    def as_yaml(self) -> str:
        """The patch as lines for the stack file."""
        config = {f"bailbondpro:{key}": value for key, value in self.patch.items()}
        return yaml.safe_dump({"config": config}, sort_keys=False)


def right_size(stack: str, metrics: Path, phase: str | None = None, config: Path | None = None) -> RightSizing:
    """What a stack's measurements ask for.

    Args:
        stack: stack name.
        metrics: a YAML or JSON file: part, measure, samples, of the parts that the stack has (`parts.parts_of`).
        phase: growth phase to use instead of the file's.
        config: another stack file.

    Raises:
        MeasurementError: the file has no usable measurements.
        ConfigError: the stack file has problems of its own.
    """
    settings = settings_of(stack, config, phase)
    return _sized(stack, settings, read_metrics(metrics, settings), phase, config)


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


def right_size_from_cloudwatch(
    stack: str, answer: Path, phase: str | None = None, config: Path | None = None
) -> RightSizing:
    """What a stack's measurements in an answer of CloudWatch ask for.

    Args:
        stack: stack name.
        answer: what `aws cloudwatch get-metric-data` printed for the queries of `cloudwatch.queries`.
        phase: growth phase to use instead of the file's.
        config: another stack file.

    Raises:
        MeasurementError: the file is no such answer, or knows nothing of this stack.
        ConfigError: the stack file has problems of its own.
    """
    settings = settings_of(stack, config, phase)
    found = read_answer(answer, settings)
    return replace(_sized(stack, settings, found.samples, phase, config), gaps=found.gaps)


def _sized(
    stack: str, settings: Settings, measured: Mapping[str, Samples], phase: str | None, config: Path | None
) -> RightSizing:
    """The changes, and what the check says to the file that holds them."""
    file = config or ROOT / f"Pulumi.{stack.rsplit('/', 1)[-1]}.yaml"
    given = read_stack_source(file).raw
    raw = {**given, "phase": phase} if phase else given
    services = _services(settings, raw)

    def problems(changes: Iterable[Change]) -> tuple[Problem, ...]:
        try:
            load(merged(raw, patch_of(changes, services)), settings.stack)
        except ConfigError as error:
            return tuple(error.problems)
        return ()

    changes, kept = fitting(tuple(changes_for(settings, measured)), problems)
    counts = {f"{part}.{name}": len(samples) for part, found in measured.items() for name, samples in found.items()}
    return RightSizing(stack, changes, problems(changes), kept=kept, measured=counts, services=services)


def fitting(
    changes: tuple[Change, ...], problems: Callable[[Iterable[Change]], tuple[Problem, ...]]
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Changes without those that make something smaller than the stack's limits allow: rooms, drills, connections.

    Args:
        changes: what measurements ask for.
        problems: what the check says of the file with some of them.

    Returns:
        The changes that stay, and one sentence for each part of which something is kept as it is.
    """
    if not problems(changes):
        return changes, ()
    stay = [change for change in changes if not change.shrinks]
    known, kept = {problem.path for problem in problems(stay)}, []
    for part in dict.fromkeys(change.part for change in changes if change.shrinks):
        smaller = [change for change in changes if change.shrinks and change.part == part]
        broken = [problem for problem in problems([*stay, *smaller]) if problem.path not in known]
        if not broken:
            stay += smaller
            continue
        wanted = ", ".join(f"{change.path} {change.recommended}" for change in smaller)
        kept.append(f"{part} is used little, but {wanted} would break {broken[0].path}: allowed is {broken[0].allowed}")
    return tuple(change for change in changes if change in stay), tuple(kept)


def _services(settings: Settings, raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """All services as the file has them, or as the phase has them where the file says nothing."""
    known = raw.get(SERVICES)
    if known is None:
        known = defaults(settings.environment, settings.phase, settings.region, settings.domain)[SERVICES]
    return tuple(json.loads(json.dumps(known)))


def read_metrics(path: Path, settings: Settings) -> dict[str, Samples]:
    """Measurements by part and measure.

    Raises:
        MeasurementError: the file is neither YAML nor JSON, holds something else than lists of numbers, or something
            that the stack has not.
    """
    try:
        document = read_document(path)
    except DocumentError as error:
        raise MeasurementError(str(error)) from error
    known = {part.name: part.measures for part in parts_of(settings)}
    if not isinstance(document, dict) or not document:
        raise MeasurementError(f"{path} must hold some of {', '.join(known)}")
    services = document.get(SERVICES)
    if services is not None and not isinstance(services, dict):
        raise MeasurementError(f"{SERVICES} must hold services by name")
    named = {f"{SERVICES}.{name}": found for name, found in (services or {}).items()}
    flat = {**{part: found for part, found in document.items() if part != SERVICES}, **named}
    return {part: _part(str(part), found, known) for part, found in flat.items()}


def _part(part: str, measured: object, parts: Mapping[str, tuple[str, ...]]) -> Samples:
    known = parts.get(part)
    if known is None:
        raise MeasurementError(f"this stack has nothing to size called {part!r}; it has {', '.join(parts)}")
    if not isinstance(measured, dict) or not set(measured) <= set(known):
        raise MeasurementError(f"{part} must hold some of {', '.join(known)}")
    for name, samples in measured.items():
        numbers = isinstance(samples, list) and all(
            isinstance(sample, (int, float)) and not isinstance(sample, bool) for sample in samples
        )
        if not numbers:
            raise MeasurementError(f"{part}.{name} must be a list of numbers")
        wrong = _unit(name, samples)
        if wrong:
            raise MeasurementError(f"{part}.{name} {wrong}")
        try:
            percentile(samples, UPPER_PERCENTILE)
        except MeasurementError as error:
            raise MeasurementError(f"{part}.{name}: {error}") from error
    return measured


def _unit(name: str, samples: Sequence[float]) -> str:
    """What tells that samples are in another unit; empty for nothing: a wrong one would halve what is needed."""
    if not samples:
        return ""
    highest = max(samples)
    if name.endswith("_percent") and highest > WHOLE_PERCENT:
        return f"has {highest:g}: a percentage is at most 100"
    if highest <= 1:
        unit = {"cpu_millicores": "millicores, not cores", "memory_mib": "MiB, not GiB"}.get(
            name, "percent, not shares"
        )
        return f"is never above {highest:g}: give {unit}; what does nothing at all is not sized by its use"
    return ""
