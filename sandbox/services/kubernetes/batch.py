"""Workloads that end: jobs, and what starts them by the clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, given, text
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.immutable import IMMUTABLE
from sandbox.services.kubernetes.kinds import row
from sandbox.services.kubernetes.pods import POD
from sandbox.services.kubernetes.shapes import ENDS, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NAME = 52
"""Characters: the name of a job is that of its CronJob and 11 more."""
MACROS = frozenset({"@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
"""Of a schedule: the words, the least and the greatest number, and names."""


def schedule_problem(schedule: str) -> str | None:
    """What is wrong with a schedule, or None (Kubernetes documentation, CronJob, Schedule syntax)."""
    if "TZ=" in schedule:
        return "cannot use TZ or CRON_TZ in schedule, use timeZone instead"
    if schedule.startswith("@"):
        every = re.fullmatch(r"@every (\d+(\.\d+)?(h|m|s|ms|us|ns))+", schedule)
        return (
            None if schedule in MACROS or every else "no macro: @hourly, @daily, @weekly, @monthly, @yearly, @every 5m"
        )
    fields = schedule.split()
    if len(fields) != len(FIELDS):
        return f"expected exactly 5 fields, found {len(fields)}"
    return next((reason for found, field in zip(fields, FIELDS, strict=True) if (reason := _field(found, field))), None)


def _field(found: str, field: tuple[str, int, int, tuple[str, ...]]) -> str | None:
    name, low, high, names = field
    for part in found.split(","):
        span, _, step = part.partition("/")
        if "/" in part and (not step.isdecimal() or int(step) == 0):
            return f"{part!r} has no step of a {name}"
        if span in {"*", "?"}:
            continue
        numbers = [_number(item, low, names) for item in span.split("-")]
        if len(numbers) > 2 or any(item is None for item in numbers):  # noqa: PLR2004 - from and to
            return f"{part!r} is no {name}"
        inside = [item for item in numbers if item is not None]
        if min(inside) < low or max(inside) > high:
            return f"{part!r} is outside {low}..{high}, the range of the {name}"
        if inside != sorted(inside):
            return f"{part!r} ends before it begins"
    return None


def _number(item: str, low: int, names: tuple[str, ...]) -> int | None:
    if item.isdecimal():
        return int(item)
    return names.index(item.lower()) + low if item.lower() in names else None


def _cron(context: Context) -> Iterator[Violation]:
    spec, name = block(context.inputs, "spec"), block(context.inputs, "metadata").get("name")
    schedule, zone = text(spec, "schedule"), text(spec, "timeZone")
    if schedule and (reason := schedule_problem(schedule)) is not None:
        yield Violation("spec.schedule", f"{schedule!r}: {reason} (Invalid value)")
    if zone and (zone.lower() == "local" or re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", zone) is None):
        yield Violation("spec.timeZone", f"{zone!r}: unknown time zone: a name of the IANA database, such as Etc/UTC")
    if isinstance(name, str) and len(name) > LONGEST_NAME:
        yield Violation(
            "metadata.name", f"{len(name)} characters: must be no more than {LONGEST_NAME}, a job's name has 11 more"
        )


def _job(context: Context) -> Iterator[Violation]:
    yield from _completions(block(context.inputs, "spec"), "spec")


def _of_cron(context: Context) -> Iterator[Violation]:
    yield from _completions(block(block(block(context.inputs, "spec"), "jobTemplate"), "spec"), "spec.jobTemplate.spec")


def _completions(spec: dict[str, Any], at: str) -> Iterator[Violation]:
    if spec.get("completionMode") == "Indexed" and not given(spec, "completions"):
        yield Violation(f"{at}.completions", "Required value: when completion mode is Indexed")
    for name in ("activeDeadlineSeconds", "backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"):
        value = spec.get(name)
        if known(value) and isinstance(value, (int, float)) and value < 0:
            yield Violation(f"{at}.{name}", f"{value:g}: must be greater than or equal to 0")


_cron_on = On("cron-job", source="Kubernetes documentation, CronJob; pkg/apis/batch/validation")
_job_on = On("job", source="Kubernetes documentation, Jobs; pkg/apis/batch/validation")
ROWS = (
    row(
        "kubernetes:batch/v1:Job",
        Replaced(
            (
                "spec.completions",
                "spec.parallelism",
                "spec.selector",
                "spec.template",
            )
        ),
        _job_on.one_of("spec.completionMode", ("Indexed", "NonIndexed"), "Unsupported value"),
        _job_on.custom("completions", _job),
        ENDS,
        IMMUTABLE,
        *POD,
        *SHAPES,
    ),
    row(
        "kubernetes:batch/v1:CronJob",
        Replaced(),
        _cron_on.one_of("spec.concurrencyPolicy", ("Allow", "Forbid", "Replace"), "Unsupported value"),
        _cron_on.between("spec.startingDeadlineSeconds", 0, 2_147_483_647, "seconds"),
        _cron_on.between("spec.successfulJobsHistoryLimit", 0, 2_147_483_647),
        _cron_on.between("spec.failedJobsHistoryLimit", 0, 2_147_483_647),
        _cron_on.custom("schedule", _cron),
        _cron_on.custom("completions", _of_cron),
        ENDS,
        *POD,
        *SHAPES,
    ),
)
