from __future__ import annotations

from typing import Any

import pytest

from components.postgres.restored import RestoredServer, RestoredServerArgs
from tests.support.recording import RecordedResource, record

ARGS: dict[str, Any] = {
    "identifier": "acme-restored",
    "source_identifier": "acme",
    "instance_class": "db.m7g.large",
    "subnet_group_name": "acme",
    "security_group_ids": ["sg-1"],
    "parameter_group_name": "acme",
    "key_arn": "arn:aws:kms:us-east-1:000000000000:key/1",
}


def server(at: str | None) -> RecordedResource:
    found = record(lambda: {"host": RestoredServer("restored", RestoredServerArgs(at=at, **ARGS)).host})
    return found.one("aws:rds/instance:Instance", "restored-server")


def test_a_moment_is_restored_with_what_keeps_its_source_private_and_encrypted() -> None:
    inputs = server("2026-12-01T10:30:00Z").inputs
    moment = {"sourceDbInstanceIdentifier": "acme", "restoreTime": "2026-12-01T10:30:00Z"}
    assert inputs["restoreToPointInTime"] == moment
    assert (inputs["publiclyAccessible"], inputs["storageEncrypted"], inputs["kmsKeyId"]) == (
        False,
        True,
        ARGS["key_arn"],
    )
    assert not {"username", "engine", "allocatedStorage", "iops"} & inputs.keys()


def test_without_a_moment_it_is_the_latest_that_can_be_restored() -> None:
    assert server(None).inputs["restoreToPointInTime"] == {
        "sourceDbInstanceIdentifier": "acme",
        "useLatestRestorableTime": True,
    }


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        (
            {"source_backups_arn": "arn:aws:rds:us-west-2:000000000000:auto-backup:ab-1"},
            {
                "restoreToPointInTime": {
                    "sourceDbInstanceAutomatedBackupsArn": "arn:aws:rds:us-west-2:000000000000:auto-backup:ab-1",
                    "useLatestRestorableTime": True,
                }
            },
        ),
        ({"snapshot_identifier": "acme-final"}, {"snapshotIdentifier": "acme-final"}),
    ],
)
def test_what_was_copied_is_restored_with_the_key_that_it_has(source: dict[str, str], sent: dict[str, Any]) -> None:
    args = RestoredServerArgs(**{**ARGS, "source_identifier": None, **source})
    found = record(lambda: {"host": RestoredServer("restored", args).host})
    inputs = found.one("aws:rds/instance:Instance", "restored-server").inputs
    assert {name: inputs.get(name) for name in ("restoreToPointInTime", "snapshotIdentifier") if name in inputs} == sent
    assert "kmsKeyId" not in inputs


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source_identifier": None}, "give one of"),
        ({"snapshot_identifier": "a"}, "give one of"),
        ({"source_identifier": None, "snapshot_identifier": "a", "at": "2026-12-01T10:30:00Z"}, "of one moment"),
    ],
)
def test_a_server_without_a_source_or_with_two_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        RestoredServerArgs(**{**ARGS, **changes})


@pytest.mark.parametrize("at", ["yesterday", "2026-12-01 10:30", "2026-12-01T10:30:00+01:00"])
def test_what_is_no_moment_is_refused(at: str) -> None:
    with pytest.raises(ValueError, match="in UTC"):
        RestoredServerArgs(at=at, **ARGS)
