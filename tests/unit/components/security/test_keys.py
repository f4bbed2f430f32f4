from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from components.security.keys import DataKey, DataKeyArgs, key_policy
from tests.support.recording import Recording, record

ARN = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"


ARGS = DataKeyArgs(alias="bailbondpro-test-data", deletion_window_days=30, protect=True)


def build(args: DataKeyArgs = ARGS) -> Recording:
    def builder() -> dict[str, Any]:
        key = DataKey("keys", args)
        return {"arn": key.key_arn, "id": key.key_id, "alias": key.alias_name}

    return record(builder)


def statements() -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(key_policy(ARN))["Statement"]}


def test_the_key_rotates_and_waits_before_it_is_deleted() -> None:
    key = build().one("aws:kms/key:Key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30


def test_protection_follows_the_argument() -> None:
    assert build().one("aws:kms/key:Key").protect
    assert not build(replace(ARGS, protect=False)).one("aws:kms/key:Key").protect


def test_the_alias_points_at_the_key() -> None:
    recording = build()
    alias = recording.one("aws:kms/alias:Alias")
    assert alias.inputs["name"] == "alias/bailbondpro-test-data"
    assert alias.inputs["targetKeyId"] == recording.result["id"]
    assert recording.result["alias"] == "alias/bailbondpro-test-data"


def test_an_alias_may_be_given_with_its_prefix() -> None:
    given = build(replace(ARGS, alias="alias/bailbondpro-test-data"))
    assert given.result["alias"] == "alias/bailbondpro-test-data"


def test_the_arn_is_the_keys_own() -> None:
    recording = build()
    assert recording.result["arn"].endswith(f":key/{recording.result['id']}")


def test_the_arn_waits_for_the_policy() -> None:
    recording = build()
    policy = recording.one("aws:kms/keyPolicy:KeyPolicy")
    consumer = record(_with_a_consumer).one("aws:cloudwatch/logGroup:LogGroup")
    assert policy.urn in consumer.dependencies


def _with_a_consumer() -> None:
    import pulumi_aws as aws

    key = DataKey("keys", DataKeyArgs(alias="a-key", deletion_window_days=7, protect=False))
    aws.cloudwatch.LogGroup("logs", kms_key_id=key.key_arn)


@pytest.mark.parametrize("days", [0, 6, 31])
def test_a_window_that_kms_refuses_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="7 to 30"):
        DataKeyArgs(alias="a", deletion_window_days=days, protect=False)


def test_the_account_keeps_control_of_the_key() -> None:
    root = statements()["AccountDelegatesToIam"]
    assert root["Principal"] == {"AWS": ["arn:aws:iam::111122223333:root"]}
    assert root["Action"] == ["kms:*"]


def test_cloudwatch_logs_may_use_the_key_for_this_accounts_log_groups_only() -> None:
    logs = statements()["LogGroupsOfThisAccount"]
    assert logs["Principal"] == {"Service": ["logs.eu-west-1.amazonaws.com"]}
    assert logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] == [
        "arn:aws:logs:eu-west-1:111122223333:log-group:*"
    ]


def test_alarms_and_budgets_may_publish_to_encrypted_topics() -> None:
    found = statements()
    assert found["Alarms"]["Principal"]["Service"] == ["cloudwatch.amazonaws.com"]
    assert "budgets.amazonaws.com" in found["AlertsOfThisAccount"]["Principal"]["Service"]
    assert found["AlertsOfThisAccount"]["Condition"]["StringEquals"]["aws:SourceAccount"] == ["111122223333"]


def test_no_service_may_administer_the_key() -> None:
    for statement in statements().values():
        if "Service" in statement["Principal"]:
            assert not {"kms:*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} & set(statement["Action"])


def test_other_partitions_keep_their_names() -> None:
    policy = key_policy("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/0a1b")
    assert "arn:aws-us-gov:iam::111122223333:root" in policy
    assert "arn:aws:" not in policy


def test_the_preview_of_a_new_key_needs_no_known_arn() -> None:
    recording = record(
        lambda: DataKey("keys", DataKeyArgs(alias="a", deletion_window_days=7, protect=False)).key_arn, preview=True
    )
    assert len(recording.of_type("aws:kms/keyPolicy:KeyPolicy")) == 1


def test_a_key_for_copies_elsewhere_lives_there_with_its_policy_and_alias() -> None:
    recording = build(DataKeyArgs(alias="copies", deletion_window_days=7, protect=True, region="us-west-2"))
    resources = [item for item in recording if item.custom]
    assert len(resources) == 3
    assert {item.inputs["region"] for item in resources} == {"us-west-2"}


def test_a_key_without_a_region_follows_its_provider() -> None:
    assert not [item for item in build() if "region" in item.inputs]
