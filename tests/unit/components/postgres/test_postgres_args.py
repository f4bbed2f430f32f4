from __future__ import annotations

from typing import Any

import pytest

from bailbondpro.facts.windows import daily_length, overlap, weekly_length
from components.postgres.args import PostgresArgs, PostgresTemplate
from tests.support.postgres import credential, template
from tests.support.recording import record


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"replicas": 16}, "replicas is 0..15"),
        ({"replicas": 1, "backup_retention_days": 0}, "replicas need backup_retention_days"),
        ({"replicas": 1, "availability_zones": ()}, "availability_zones"),
        ({"allocated_storage_gib": 19}, "allocated_storage_gib"),
        ({"allocated_storage_gib": 100, "max_allocated_storage_gib": 109}, "10 %"),
        ({"allocated_storage_gib": 399, "iops": 12_000}, "at least 400"),
        ({"allocated_storage_gib": 150, "storage_throughput_mibps": 500}, "at least 400"),
        ({"allocated_storage_gib": 400, "max_allocated_storage_gib": 600, "iops": 3000}, "iops is 12000..64000"),
        (
            {"allocated_storage_gib": 400, "max_allocated_storage_gib": 600, "storage_throughput_mibps": 3001},
            "one MiB/s for four IOPS",
        ),
        ({"backup_retention_days": 36}, "backup_retention_days"),
        ({"backup_window": "25:00-26:00"}, "backup_window"),
        ({"backup_window": "07:00-07:15"}, "30 minutes"),
        ({"maintenance_window": "sun:07:30-sun:08:30"}, "overlaps"),
        ({"replica_maintenance_windows": ("sun:07:30-sun:08:30",)}, "overlaps"),
        ({"maintenance_window": "funday:07:30-sun:08:30"}, "maintenance_window"),
        ({"performance_insights_retention_days": 30}, "performance_insights_retention_days"),
        ({"database_insights_mode": "advanced"}, "465"),
        ({"monitoring_interval_seconds": 20}, "monitoring_interval_seconds"),
        ({"engine_version": "latest"}, "engine_version"),
        ({"engine_version": "18", "family": "postgres17"}, "family"),
        ({"replica_engine_version": "18.1"}, "replica_engine_version"),
        ({"subnet_ids": ()}, "subnet_ids"),
    ],
)
def test_what_rds_would_refuse_is_refused_before_anything_is_built(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        PostgresTemplate(**template(**changes))


@pytest.mark.parametrize("days", [0, 7, 31, 465, 713, 731])
def test_the_retentions_that_performance_insights_knows_are_accepted(days: int) -> None:
    assert PostgresTemplate(**template(performance_insights_retention_days=days)).replicas == 0


@pytest.mark.parametrize(
    ("identity", "complaint"),
    [
        ({"identifier": "Bail-Bond"}, "identifier"),
        ({"identifier": "a--b"}, "identifier"),
        ({"identifier": "a" * 64}, "identifier"),
        ({"database_name": "1st"}, "database_name"),
        ({"database_name": "with-hyphen"}, "database_name"),
    ],
)
def test_an_unusable_identity_is_refused(identity: dict[str, Any], complaint: str) -> None:
    def build() -> None:
        settled: dict[str, Any] = {"identifier": "ok", "database_name": "ok"}
        PostgresArgs(credential=credential(), **(settled | identity | template()))

    with pytest.raises(ValueError, match=complaint):
        record(build)


def test_a_server_from_a_template_differs_only_in_identity() -> None:
    def build() -> None:
        shared = PostgresTemplate(**template(replicas=2))
        made = PostgresArgs.from_template(shared, identifier="a", database_name="b", credential=credential())
        assert (made.replicas, made.instance_class, made.identifier) == (2, "db.m7g.large", "a")

    record(build)


@pytest.mark.parametrize(
    ("daily", "weekly", "clash"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),
        ("03:00-04:00", "sun:03:59-sun:05:00", True),
        ("03:00-04:00", "sun:02:00-sun:03:00", False),
        ("23:30-00:30", "mon:00:15-mon:01:15", True),
        ("23:30-00:30", "sun:23:45-mon:00:45", True),
        ("04:30-05:00", "sun:04:00-sun:06:00", True),
        ("00:15-00:45", "sat:23:00-sun:01:00", True),
        ("12:00-13:00", "sun:23:00-mon:00:00", False),
    ],
)
def test_windows_clash_on_any_shared_minute_even_over_midnight(daily: str, weekly: str, *, clash: bool) -> None:
    assert daily_length(daily) >= 30
    assert weekly_length(weekly) >= 30
    assert overlap(daily, weekly) is clash
