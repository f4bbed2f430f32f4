from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from components.redis import Redis, RedisArgs
from components.security.secrets import Credential, CredentialArgs
from tests.support.recording import RecordedResource, Recording, record

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"


def token(username: str | None = None) -> Credential:
    arguments = CredentialArgs(
        secret_name="test-redis",  # noqa: S106 - a name, no secret
        username=username,
        length=64,
        key_arn=KEY,
    )
    return Credential("token", arguments)


def arguments(**changes: object) -> RedisArgs:
    settled: dict[str, Any] = {
        "replication_group_id": "bailbondpro-test",
        "node_type": "cache.t4g.small",
        "vpc_id": "vpc-1",
        "subnet_ids": ("subnet-1", "subnet-2", "subnet-3"),
        "client_security_group_ids": ("sg-nodes",),
        "key_arn": KEY,
        "credential": token(),
    }
    settled.update(changes)
    return RedisArgs(**settled)


def recorded(**changes: object) -> Recording:
    def build() -> dict[str, Any]:
        settled = arguments(**changes)
        cache = Redis("redis", settled)
        return {
            "host": cache.host,
            "port": cache.port,
            "url": cache.url,
            "url_is_secret": pulumi.Output.from_input(cache.url.is_secret()),
            "token": settled.credential.password,
        }

    return record(build)


def group(**changes: object) -> RecordedResource:
    return recorded(**changes).one(GROUP)


def test_cluster_mode_is_on_from_the_first_shard() -> None:
    recording = recorded(shards=1)
    assert recording.one(GROUP).inputs["clusterMode"] == "enabled"
    assert recording.one(GROUP).inputs["automaticFailoverEnabled"] is True
    entries = recording.one("aws:elasticache/parameterGroup:ParameterGroup").inputs["parameters"]
    assert {"name": "cluster-enabled", "value": "yes"} in entries


def test_growth_changes_counts_and_node_types_only() -> None:
    growing = {"numNodeGroups", "replicasPerNodeGroup", "nodeType", "multiAzEnabled", "finalSnapshotIdentifier"}
    small = group(shards=1, replicas_per_shard=0, node_type="cache.t4g.micro", multi_az=False)
    large = group(shards=3, replicas_per_shard=2, node_type="cache.m7g.large", multi_az=True)
    random = {"authTokenWo", "authTokenWoVersion"}
    for key in (small.inputs.keys() | large.inputs.keys()) - growing - random:
        assert small.inputs.get(key) == large.inputs.get(key), key
    assert (small.name, small.parent) == (large.name, large.parent)
    assert large.inputs["numNodeGroups"] == 3
    assert large.inputs["replicasPerNodeGroup"] == 2


def test_node_group_configurations_are_never_used_because_they_replace_the_group() -> None:
    inputs = group(shards=3).inputs
    assert "nodeGroupConfigurations" not in inputs
    assert "numCacheClusters" not in inputs


def test_traffic_and_data_are_encrypted_with_the_platforms_key() -> None:
    inputs = group().inputs
    assert inputs["transitEncryptionEnabled"] is True
    assert inputs["transitEncryptionMode"] == "required"
    assert inputs["atRestEncryptionEnabled"] is True
    assert inputs["kmsKeyId"] == KEY


def test_the_token_is_write_only_secret_and_rotates_without_an_outage() -> None:
    resource = group()
    assert "authTokenWo" in resource.secret_inputs
    assert "authToken" not in resource.inputs
    assert resource.inputs["authTokenUpdateStrategy"] == "ROTATE"
    assert len(resource.inputs["authTokenWo"]) == 64


def test_the_old_token_is_retired_by_sending_the_same_one_again_as_the_only_one() -> None:
    rotated, retired = group(), group(token_update_strategy="SET")  # noqa: S106 - a strategy, no secret
    assert retired.inputs["authTokenUpdateStrategy"] == "SET"
    assert retired.inputs["authTokenWo"] == rotated.inputs["authTokenWo"]
    assert retired.inputs["authTokenWoVersion"] != rotated.inputs["authTokenWoVersion"]


def test_the_url_uses_tls_and_is_secret() -> None:
    result = recorded().result
    assert result["url"] == f"rediss://:{result['token']}@{result['host']}:6379"
    assert result["url_is_secret"] is True
    assert result["host"].startswith("clustercfg.")
    assert result["port"] == 6379


def test_the_connection_is_stored_without_user_and_database() -> None:
    recording = recorded()
    stored = json.loads(recording.one("aws:secretsmanager/secretVersion:SecretVersion").inputs["secretString"])
    assert stored["url"] == recording.result["url"]
    assert set(stored) == {"password", "host", "port", "url"}


def test_clients_enter_by_security_group_and_the_cache_calls_nobody() -> None:
    recording = recorded(client_security_group_ids=("sg-nodes", "sg-jobs"))
    rules = recording.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert [r.inputs["referencedSecurityGroupId"] for r in rules] == ["sg-nodes", "sg-jobs"]
    assert {r.inputs["fromPort"] for r in rules} == {6379}
    assert recording.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []
    assert not {"ingress", "egress"} & recording.one("aws:ec2/securityGroup:SecurityGroup").inputs.keys()


def test_slow_and_engine_logs_go_to_groups_with_retention() -> None:
    recording = recorded(log_retention_days=14)
    logs = recording.of_type("aws:cloudwatch/logGroup:LogGroup")
    assert {g.inputs["retentionInDays"] for g in logs} == {14}
    deliveries = recording.one(GROUP).inputs["logDeliveryConfigurations"]
    assert {d["logType"] for d in deliveries} == {"slow-log", "engine-log"}
    assert {d["destination"] for d in deliveries} == {g.inputs["name"] for g in logs}


def test_a_pure_cache_evicts_any_key_and_a_session_store_only_expiring_ones() -> None:
    def policy(**changes: object) -> str:
        entries = recorded(**changes).one("aws:elasticache/parameterGroup:ParameterGroup").inputs["parameters"]
        return next(str(entry["value"]) for entry in entries if entry["name"] == "maxmemory-policy")

    assert policy() == "allkeys-lru"
    assert policy(maxmemory_policy="volatile-lru") == "volatile-lru"


def test_a_final_snapshot_is_taken_only_when_asked_for() -> None:
    assert group(final_snapshot=True).inputs["finalSnapshotIdentifier"].startswith("bailbondpro-test-final-")
    assert "finalSnapshotIdentifier" not in group(final_snapshot=False).inputs


def test_protection_reaches_the_group() -> None:
    assert group(protect=True).protect is True
    assert group(protect=False).protect is False


def test_groups_that_can_be_replaced_have_automatic_names() -> None:
    recording = recorded()
    for kind in ("parameterGroup:ParameterGroup", "subnetGroup:SubnetGroup"):
        assert "name" not in recording.one(f"aws:elasticache/{kind}").inputs


def test_in_a_major_upgrade_both_versions_groups_stand_and_the_cache_gets_the_later_one() -> None:
    kind = "aws:elasticache/parameterGroup:ParameterGroup"
    upgrading = recorded(engine_version="9.0", upgrading_from="8")
    families = {item.name: item.inputs["family"] for item in upgrading.of_type(kind)}
    assert families == {"redis-parameters": "valkey8", "redis-parameters-9": "valkey9"}
    assert str(upgrading.one(GROUP).inputs["parameterGroupName"]).startswith("redis-parameters-9")
    assert [item.name for item in recorded(engine_version="9.0").of_type(kind)] == ["redis-parameters-9"]


def test_the_cache_is_valkey_and_its_parameter_family_follows_the_major_version() -> None:
    kind = "aws:elasticache/parameterGroup:ParameterGroup"
    assert recorded().one(GROUP).inputs["engine"] == "valkey"
    assert recorded(engine_version="8.2").one(kind).inputs["family"] == "valkey8"
    assert recorded(engine_version="9.0").one(kind).inputs["family"] == "valkey9"


def test_a_preview_with_nothing_known_yet_builds_the_group() -> None:
    assert len(record(lambda: Redis("redis", arguments()), preview=True).of_type(GROUP)) == 1


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"multi_az": True, "replicas_per_shard": 0}, "multi_az needs"),
        ({"shards": 0}, "shards is"),
        ({"replicas_per_shard": 6}, "replicas_per_shard is 0..5"),
        ({"replication_group_id": "a" * 41}, "replication_group_id"),
        ({"engine_version": "8"}, "engine_version"),
        ({"engine_version": "9.0", "family": "valkey8"}, "family"),
        ({"engine_version": "8.2", "upgrading_from": "8"}, "upgrading_from"),
        ({"snapshot_retention_days": 36}, "snapshot_retention_days"),
        ({"snapshot_window": "06:00-06:30"}, "60 minutes"),
        ({"maintenance_window": "sun:05:30-sun:06:30"}, "overlaps"),
        ({"subnet_ids": ()}, "subnet_ids"),
    ],
)
def test_what_elasticache_would_refuse_is_refused_before_anything_is_built(
    changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        record(lambda: arguments(**changes))


def test_a_credential_with_a_username_is_no_token() -> None:
    with pytest.raises(ValueError, match="no username"):
        record(lambda: arguments(credential=token(username="bbp_admin")))


@pytest.mark.parametrize("percent", [0, 25, 50])
def test_memory_is_kept_free_for_snapshots_and_failover(percent: int) -> None:
    entries = (
        recorded(reserved_memory_percent=percent)
        .one("aws:elasticache/parameterGroup:ParameterGroup")
        .inputs["parameters"]
    )
    assert {"name": "reserved-memory-percent", "value": str(percent)} in entries
