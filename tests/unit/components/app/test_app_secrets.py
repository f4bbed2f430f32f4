from __future__ import annotations

import pulumi
import pytest

from components.app.app_secrets import AppSecrets, AppSecretsArgs, SecretEntry, database_entries, redis_entries
from components.app.runtime_env import RuntimeEnvironment, environment
from components.kubernetes.pods import SecretEnvVar
from tests.support.recording import Recording, record

SECRET_TYPE = "kubernetes:core/v1:Secret"  # noqa: S105 - a type token
URL = "postgresql://app:password@db:5432/bailbondpro"


def secrets(primary: str = URL, redis: str = "rediss://:token@cache:6379") -> Recording:
    def build() -> dict[str, pulumi.Output[str]]:
        component = AppSecrets(
            "app-secrets",
            AppSecretsArgs(
                namespace="production",
                database=database_entries(pulumi.Output.secret(primary), ("r1", "r2"), ("s0",)),
                redis=redis_entries(pulumi.Output.secret(redis), "cache", 6379),
            ),
        )
        return {"checksum": component.checksum}

    return record(build)


def test_the_secrets_have_the_names_and_keys_that_the_guides_deployment_reads() -> None:
    recording = secrets()
    by_name = {item.inputs["metadata"]["name"]: item.inputs["stringData"] for item in recording.of_type(SECRET_TYPE)}
    assert by_name["db-secret"]["url"] == URL
    assert by_name["redis-secret"]["url"] == "rediss://:token@cache:6379"


def test_the_primary_is_told_under_both_names() -> None:
    data = secrets().one(SECRET_TYPE, "app-secrets-database").inputs["stringData"]
    assert data["primary-url"] == data["url"]


def test_replicas_and_shards_have_a_key_each() -> None:
    data = secrets().one(SECRET_TYPE, "app-secrets-database").inputs["stringData"]
    assert data == {
        "url": URL,
        "primary-url": URL,
        "replica-1-url": "r1",
        "replica-2-url": "r2",
        "shard-0-url": "s0",
    }


def test_every_key_that_the_environment_reads_exists() -> None:
    recording = secrets()
    have = {
        (item.inputs["metadata"]["name"], key)
        for item in recording.of_type(SECRET_TYPE)
        for key in item.inputs["stringData"]
    }
    wanted = {
        (entry.secret, entry.key)
        for entry in environment(RuntimeEnvironment(replicas=2, shards=1))
        if isinstance(entry, SecretEnvVar)
    }
    assert wanted <= have


def test_host_and_port_of_the_cache_are_text() -> None:
    data = secrets().one(SECRET_TYPE, "app-secrets-redis").inputs["stringData"]
    assert (data["host"], data["port"]) == ("cache", "6379")


def test_all_values_are_secret_in_the_state() -> None:
    for resource in secrets().of_type(SECRET_TYPE):
        assert "stringData" in resource.secret_inputs


def test_the_checksum_changes_with_a_value_and_holds_none_of_it() -> None:
    first, second = secrets().result["checksum"], secrets(primary=URL + "x").result["checksum"]
    assert first != second
    assert first == secrets().result["checksum"]
    assert len(first) == 16
    assert "password" not in first


def test_the_checksum_is_no_secret_so_that_a_preview_shows_the_rollout() -> None:
    def build() -> pulumi.Output[bool]:
        component = AppSecrets(
            "app-secrets",
            AppSecretsArgs(
                namespace="production",
                database=database_entries(pulumi.Output.secret(URL)),
                redis=redis_entries(pulumi.Output.secret("r"), "cache", 6379),
            ),
        )
        return pulumi.Output.from_input(component.checksum.is_secret())

    assert record(build).result is False


def test_an_empty_pair_of_secrets_is_refused() -> None:
    with pytest.raises(ValueError, match="db-secret needs the key 'url'"):
        AppSecretsArgs(namespace="production", database=(), redis=redis_entries("r", "h", 6379))


def test_a_key_given_twice_is_refused() -> None:
    twice = (SecretEntry(key="url", value="a"), SecretEntry(key="url", value="b"))
    with pytest.raises(ValueError, match="twice"):
        AppSecretsArgs(namespace="production", database=twice, redis=redis_entries("r", "h", 6379))


def test_the_secrets_live_in_the_namespace_of_the_pods() -> None:
    assert {item.inputs["metadata"]["namespace"] for item in secrets().of_type(SECRET_TYPE)} == {"production"}
