from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.monitoring.alarms import Alarms, AlarmsArgs
from components.monitoring.kinds.backups import BackupsTarget, alarms
from tests.support.cloudwatch import Alarm, alarm_of, goes_off
from tests.support.recording import record

if TYPE_CHECKING:
    from tests.support.recording import Recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
HOUR = 60


def recorded(*, copied: bool = False) -> Recording:
    target = BackupsTarget(name="backups", vault_name="acme-backups", copied=copied)
    args = AlarmsArgs(topic_arn="arn:aws:sns:us-east-1:000000000000:alerts", targets=(target,))
    return record(lambda: {"arns": list(Alarms("alarms", args).alarm_arns)})


def alarm(name: str) -> Alarm:
    found = recorded(copied=True).one(ALARM, f"alarms-backups-{name}")
    return alarm_of(found.name, found.inputs)


def hours(values: dict[int, float], count: int) -> list[float | None]:
    """Minutes in which a metric has a value only at the start of some hours."""
    return [values.get(minute // HOUR) if minute % HOUR == 0 else None for minute in range(count * HOUR)]


def test_every_alarm_is_about_the_vault_and_copies_are_watched_where_there_are_some() -> None:
    plain, copied = recorded().of_type(ALARM), recorded(copied=True).of_type(ALARM)
    assert {item.inputs["dimensions"]["BackupVaultName"] for item in copied} == {"acme-backups"}
    assert {item.name for item in copied} - {item.name for item in plain} == {"alarms-backups-failed-copies"}


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("failed-jobs", "NumberOfBackupJobsFailed"),
        ("expired-jobs", "NumberOfBackupJobsExpired"),
        ("failed-copies", "NumberOfCopyJobsFailed"),
    ],
)
def test_one_job_that_fails_once_in_a_day_is_an_alarm(name: str, metric: str) -> None:
    assert goes_off(alarm(name), {metric: hours({30: 1}, 48)}) == 31 * HOUR
    assert goes_off(alarm(name), {metric: hours({}, 48)}) is None


@pytest.mark.parametrize(
    ("completed", "rings"),
    [({3: 5, 30: 5, 60: 5}, False), ({3: 5, 38: 5, 60: 5}, False), ({3: 5}, True), ({}, True)],
)
def test_a_day_and_a_half_without_a_completed_job_is_an_alarm_and_a_late_one_is_none(
    completed: dict[int, float], *, rings: bool
) -> None:
    found = goes_off(alarm("no-job-completed"), {"NumberOfBackupJobsCompleted": hours(completed, 72)})
    assert (found is not None) is rings


def test_no_alarm_looks_back_further_than_cloudwatch_allows() -> None:
    for spec in alarms(BackupsTarget(name="backups", vault_name="acme-backups", copied=True)):
        assert spec.period_seconds * spec.periods <= 604_800
