from __future__ import annotations

from typing import Any

import pytest

from components.storage.backups import Backups, BackupsArgs
from tests.support.recording import Recording, record

KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
FAR = "arn:aws:kms:us-west-2:000000000000:key/2"
DATABASE = "arn:aws:rds:us-east-1:000000000000:db:acme"


def recorded(**changes: object) -> Recording:
    settled: dict[str, Any] = {"vault_name": "acme-backups", "key_arn": KEY, "resource_arns": (DATABASE,)}
    return record(lambda: {"vault": Backups("backups", BackupsArgs(**(settled | changes))).vault_name})


def test_a_recovery_point_a_day_goes_into_an_encrypted_vault_that_is_locked_for_all_of_its_days() -> None:
    found = recorded(retention_days=90, protect=True)
    (vault,) = found.of_type("aws:backup/vault:Vault")
    (lock,) = found.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    (rule,) = found.of_type("aws:backup/plan:Plan")[0].inputs["rules"]
    assert (vault.inputs["kmsKeyArn"], vault.protect) == (KEY, True)
    assert lock.inputs["minRetentionDays"] == rule["lifecycle"]["deleteAfter"] == 90
    assert "changeableForDays" not in lock.inputs
    assert "enableContinuousBackup" not in rule
    assert found.of_type("aws:backup/selection:Selection")[0].inputs["resources"] == [DATABASE]


def test_days_can_rise_above_those_of_a_lock_and_another_lock_takes_the_place_of_the_first() -> None:
    found = recorded(retention_days=60, locked_days=35)
    (lock,) = found.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    (rule,) = found.of_type("aws:backup/plan:Plan")[0].inputs["rules"]
    assert (lock.inputs["minRetentionDays"], rule["lifecycle"]["deleteAfter"]) == (35, 60)
    assert lock.delete_before_replace


def test_copies_go_to_a_locked_vault_of_the_second_region_and_to_vaults_of_others() -> None:
    other = "arn:aws:backup:us-east-1:999999999999:backup-vault:safe"
    found = recorded(copy_region="us-west-2", copy_key_arn=FAR, copy_vault_arns=(other,), cooling_off_days=30)
    vaults = sorted(found.of_type("aws:backup/vault:Vault"), key=lambda vault: vault.name, reverse=True)
    assert [(vault.inputs.get("region"), vault.inputs["kmsKeyArn"]) for vault in vaults] == [
        (None, KEY),
        ("us-west-2", FAR),
    ]
    locks = found.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert [lock.inputs["changeableForDays"] for lock in locks] == [30, 30]
    (rule,) = found.of_type("aws:backup/plan:Plan")[0].inputs["rules"]
    assert len(rule["copyActions"]) == 2
    assert rule["copyActions"][0]["destinationVaultArn"] == other


def test_a_first_copy_that_takes_days_is_not_cancelled_after_the_three_hours_of_the_provider() -> None:
    (rule,) = recorded().of_type("aws:backup/plan:Plan")[0].inputs["rules"]
    assert (rule["startWindow"], rule["completionWindow"]) == (8 * 60, 7 * 24 * 60)
    assert rule["schedule"] == "cron(0 21 * * ? *)"


def test_a_vault_that_is_not_locked_has_no_lock() -> None:
    assert recorded(locked=False).of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration") == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"retention_days": 0}, "retention_days"),
        ({"cooling_off_days": 2}, "cooling_off_days is 3"),
        ({"locked": False, "cooling_off_days": 3}, "needs locked"),
        ({"locked": False, "locked_days": 3}, "locked_days needs locked"),
        ({"locked_days": 36}, "locked_days is 1..35"),
        ({"start_window": "21:00-21:30"}, "start_window lasts 60..480"),
        ({"start_window": "21:00"}, "start_window lasts 60..480"),
        ({"copy_region": "us-west-2"}, "copy_key_arn"),
        ({"copy_key_arn": FAR}, "copy_region"),
    ],
)
def test_what_aws_backup_refuses_is_refused_before(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        BackupsArgs(**{"vault_name": "a-b", "key_arn": KEY, "resource_arns": (DATABASE,), **changes})
