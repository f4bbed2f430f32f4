from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from components.security.secrets import Connection, Credential, CredentialArgs, password_fingerprint, store_secret
from tests.support.recording import Recording, record

KEY = "arn:aws:kms:us-east-1:000000000000:key/1"


def arguments(**changes: object) -> CredentialArgs:
    settled: dict[str, Any] = {"secret_name": "bailbondpro-test/postgres", "username": "bbp_admin", "key_arn": KEY}
    settled.update(changes)
    return CredentialArgs(**settled)


def built(**changes: object) -> Recording:
    def build() -> dict[str, Any]:
        credential = Credential("db", arguments(**changes))
        return {
            "password": credential.password,
            "version": credential.password_version,
            "is_secret": pulumi.Output.from_input(credential.password.is_secret()),
            "version_is_secret": pulumi.Output.from_input(credential.password_version.is_secret()),
            "id": credential.secret_id,
        }

    return record(build)


def stored(username: str | None, database_name: str | None) -> Recording:
    def build() -> pulumi.Output[str]:
        credential = Credential("db", arguments(username=username))
        connection = Connection(host="h.example", port=5432, url="postgresql://h", database_name=database_name)
        store_secret("db-value", credential, connection)
        return credential.password

    return record(build)


def test_a_password_has_letters_and_digits_only_so_that_urls_need_no_escaping() -> None:
    password = built().one("random:index/randomPassword:RandomPassword")
    assert password.inputs["special"] is False
    assert password.inputs["length"] == 40


def test_a_higher_generation_changes_the_keepers_and_so_the_password() -> None:
    first = built().one("random:index/randomPassword:RandomPassword").inputs["keepers"]
    second = built(generation=2).one("random:index/randomPassword:RandomPassword").inputs["keepers"]
    assert first != second


def test_rotation_is_not_blocked_by_protection_of_the_password() -> None:
    recording = built(protect=True)
    assert recording.one("random:index/randomPassword:RandomPassword").protect is False
    assert recording.one("aws:secretsmanager/secret:Secret").protect is True


def test_the_password_is_secret_and_its_version_is_not() -> None:
    result = built().result
    assert result["is_secret"] is True
    assert result["version_is_secret"] is False


def test_the_version_follows_the_password_whatever_made_it_change() -> None:
    result = built().result
    assert result["version"] == password_fingerprint(result["password"])
    assert password_fingerprint("a" * 40) != password_fingerprint("b" * 40)
    assert 0 <= password_fingerprint("a" * 40) < 2**31


def test_the_secret_is_encrypted_with_the_given_key_and_recoverable() -> None:
    secret = built().one("aws:secretsmanager/secret:Secret").inputs
    assert secret["kmsKeyId"] == KEY
    assert secret["recoveryWindowInDays"] == 30
    assert secret["name"] == "bailbondpro-test/postgres"


def test_everything_hangs_below_the_component() -> None:
    recording = built()
    component = recording.one("bailbondpro:secrets:Credential")
    assert {r.parent for r in recording if r.custom} == {component.urn}


def test_a_stored_secret_has_the_keys_that_rds_proxy_reads() -> None:
    recording = stored("bbp_admin", "bailbondpro")
    version = recording.one("aws:secretsmanager/secretVersion:SecretVersion")
    assert "secretString" in version.secret_inputs
    assert json.loads(version.inputs["secretString"]) == {
        "username": "bbp_admin",
        "password": recording.result,
        "host": "h.example",
        "port": 5432,
        "dbname": "bailbondpro",
        "url": "postgresql://h",
    }


def test_a_bare_token_is_stored_without_username_and_database() -> None:
    version = stored(None, None).one("aws:secretsmanager/secretVersion:SecretVersion")
    assert set(json.loads(version.inputs["secretString"])) == {"password", "host", "port", "url"}


def test_nothing_is_written_before_the_host_is_known() -> None:
    assert built().of_type("aws:secretsmanager/secretVersion:SecretVersion") == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"username": "admin"}, "username"),
        ({"username": "rdsadmin"}, "username"),
        ({"username": "1st"}, "username"),
        ({"username": "a" * 17}, "username"),
        ({"username": "with-hyphen"}, "username"),
        ({"length": 15}, "length"),
        ({"length": 129}, "length"),
        ({"generation": 0}, "generation"),
        ({"recovery_window_days": 3}, "recovery_window_days"),
        ({"recovery_window_days": 31}, "recovery_window_days"),
        ({"secret_name": "bailbondpro-abc123"}, "six characters"),
        ({"secret_name": "with space"}, "secret_name"),
    ],
)
def test_an_impossible_credential_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        arguments(**changes)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"(?s)username.*length.*generation"):
        arguments(username="admin", length=1, generation=0)
