from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components.monitoring.alarms import Alarms, AlarmsArgs
from components.monitoring.kinds.cache import CacheTarget
from components.monitoring.kinds.database import DatabaseTarget
from components.monitoring.kinds.load_balancer import LoadBalancerTarget
from components.monitoring.topic import AlertTopic, AlertTopicArgs, topic_policy
from sandbox.providers.rules import Context, value_violations
from tests.support.recording import RecordedResource, Recording, record

if TYPE_CHECKING:
    from components.monitoring.kind import Target

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EVENTS = "aws:rds/eventSubscription:EventSubscription"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TOPIC = "arn:aws:sns:us-east-1:000000000000:alerts"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"


def database(name: str = "primary", **changes: object) -> DatabaseTarget:
    settled: dict[str, Any] = {
        "name": name,
        "identifier": f"bailbondpro-test-{name}",
        "memory_gib": 8,
        "allocated_gib": 100,
        "max_connections": 200,
    }
    settled.update(changes)
    return DatabaseTarget(**settled)


def cache(**changes: object) -> CacheTarget:
    settled: dict[str, Any] = {
        "name": "redis",
        "replication_group_id": "bailbondpro-test",
        "shards": 3,
        "replicas_per_shard": 1,
    }
    settled.update(changes)
    return CacheTarget(**settled)


BALANCER = LoadBalancerTarget(
    name="https", load_balancer_arn_suffix="net/test/1", target_group_arn_suffix="targetgroup/test/2"
)


def recorded(runbooks: str = "docs/runbooks", /, **groups: tuple[Target, ...]) -> Recording:
    def build() -> dict[str, Any]:
        targets = tuple(target for group in groups.values() for target in group)
        args = AlarmsArgs(topic_arn=TOPIC, targets=targets, runbook_base=runbooks)
        return {"arns": list(Alarms("alarms", args).alarm_arns)}

    return record(build)


def alarm(name: str, **targets: tuple[Target, ...]) -> RecordedResource:
    return recorded(**targets).one(ALARM, f"alarms-{name}")


def measured(inputs: dict[str, Any]) -> dict[str, str]:
    """Metrics of an alarm over several, by their names in its expression."""
    return {query["id"]: query["metric"]["metricName"] for query in inputs["metricQueries"] if "metric" in query}


def expression(inputs: dict[str, Any]) -> str:
    """What such an alarm compares with its threshold: exactly one query returns data."""
    (found,) = [query["expression"] for query in inputs["metricQueries"] if query.get("returnData")]
    return str(found)


# --- databases ---


@pytest.mark.parametrize(
    ("name", "metric", "comparison", "threshold"),
    [
        ("cpu", "CPUUtilization", "GreaterThanThreshold", 80),
        ("memory", "FreeableMemory", "LessThanThreshold", 1_288_490_188),
        ("storage", "FreeStorageSpace", "LessThanThreshold", 20 * 1024**3),
        ("connections", "DatabaseConnections", "GreaterThanThreshold", 160),
        ("transaction-ids", "MaximumUsedTransactionIDs", "GreaterThanThreshold", 1_000_000_000),
    ],
)
def test_a_database_is_watched_at_the_guides_thresholds(
    name: str, metric: str, comparison: str, threshold: float
) -> None:
    inputs = alarm(f"primary-{name}", databases=(database(),)).inputs
    assert inputs["namespace"] == "AWS/RDS"
    assert inputs["metricName"] == metric
    assert inputs["comparisonOperator"] == comparison
    assert inputs["threshold"] == threshold
    assert inputs["dimensions"] == {"DBInstanceIdentifier": "bailbondpro-test-primary"}


def test_memory_and_storage_thresholds_follow_the_size() -> None:
    small = alarm("primary-memory", databases=(database(memory_gib=8),)).inputs["threshold"]
    large = alarm("primary-memory", databases=(database(memory_gib=16),)).inputs["threshold"]
    assert large == pytest.approx(2 * small, abs=1)
    grown = alarm("primary-storage", databases=(database(allocated_gib=200),)).inputs["threshold"]
    assert grown == 40 * 1024**3


def test_only_a_replica_can_lag() -> None:
    recording = recorded(databases=(database(), database("replica-1", is_replica=True)))
    names = {r.name for r in recording.of_type(ALARM)}
    assert "alarms-replica-1-replica-lag" in names
    assert "alarms-primary-replica-lag" not in names
    lag = recording.one(ALARM, "alarms-replica-1-replica-lag").inputs
    assert lag["metricName"] == "ReplicaLag"


def test_a_replica_that_has_nothing_to_replay_raises_no_alarm() -> None:
    lag = alarm("replica-1-replica-lag", databases=(database("replica-1", is_replica=True),)).inputs
    idle_minutes = 5  # without writes the last replayed transaction is up to this old
    assert lag["threshold"] >= (idle_minutes + 1) * 60


def test_a_further_replica_adds_its_alarms_and_touches_no_others() -> None:
    one = (database(), database("replica-1", is_replica=True))
    before = {r.name: r.inputs for r in recorded(databases=one).of_type(ALARM)}
    more = (*one, database("replica-2", is_replica=True))
    after = {r.name: r.inputs for r in recorded(databases=more).of_type(ALARM)}
    assert {name: after[name] for name in before} == before
    added = after.keys() - before.keys()
    assert added
    assert all(name.startswith("alarms-replica-2-") for name in added)


def test_credits_are_watched_on_every_class_so_that_a_larger_one_takes_no_alarm_away() -> None:
    inputs = alarm("primary-cpu-credits", databases=(database(),)).inputs
    assert measured(inputs)["value"] == "CPUCreditBalance"
    assert inputs["comparisonOperator"] == "LessThanThreshold"
    assert inputs["treatMissingData"] == "notBreaching"


def test_a_larger_burstable_class_spends_credits_later_and_faster() -> None:
    larger = database(vcpus=4, baseline_percent=40)
    inputs = alarm("primary-cpu-credits", databases=(larger,)).inputs
    assert (expression(inputs), inputs["threshold"]) == ("IF(cpu > 40, value, 100)", 100)


def test_a_new_instance_that_still_collects_its_first_credits_raises_no_alarm() -> None:
    inputs = alarm("primary-cpu-credits", databases=(database(),)).inputs
    assert measured(inputs)["cpu"] == "CPUUtilization"
    assert expression(inputs) == "IF(cpu > 10, value, 50)"
    assert inputs["threshold"] == 50


@pytest.mark.parametrize("name", ["primary-cpu-credits", "primary-transaction-ids", "redis-0001-001-cpu-credits"])
def test_a_metric_of_every_five_minutes_is_looked_at_every_five_minutes(name: str) -> None:
    """With periods of a minute four of five are empty, three of five never breach, and the alarm never comes."""
    inputs = alarm(name, databases=(database(),), caches=(cache(),)).inputs
    queries = [query["metric"] for query in inputs.get("metricQueries", ()) if "metric" in query] or [inputs]
    assert {query["period"] for query in queries} == {300}


def test_events_of_all_databases_reach_the_topic() -> None:
    inputs = recorded(databases=(database(), database("replica-1", is_replica=True))).one(EVENTS).inputs
    assert inputs["snsTopic"] == TOPIC
    assert inputs["sourceType"] == "db-instance"
    assert inputs["sourceIds"] == ["bailbondpro-test-primary", "bailbondpro-test-replica-1"]
    assert {"failover", "low storage", "failure"} <= set(inputs["eventCategories"])
    assert {"maintenance", "configuration change", "failure"} <= set(inputs["eventCategories"]), "Security Hub RDS.20"


def test_without_databases_there_is_no_event_subscription() -> None:
    assert recorded(caches=(cache(),)).of_type(EVENTS) == []


# --- caches and load balancers ---


def test_every_cache_node_is_watched_at_the_guides_thresholds() -> None:
    recording = recorded(caches=(cache(shards=3, replicas_per_shard=2),))
    cpus = [r for r in recording.of_type(ALARM) if r.name.endswith("-cpu")]
    nodes = {r.inputs["dimensions"]["CacheClusterId"] for r in cpus}
    assert nodes == {f"bailbondpro-test-{s:04d}-{n:03d}" for s in (1, 2, 3) for n in (1, 2, 3)}
    assert recording.one(ALARM, "alarms-redis-0002-001-cpu").inputs["threshold"] == 80
    memory = recording.one(ALARM, "alarms-redis-0002-001-memory").inputs
    assert (measured(memory)["value"], memory["threshold"]) == ("DatabaseMemoryUsagePercentage", 85)
    of_node = {
        query["metric"]["dimensions"]["CacheClusterId"] for query in memory["metricQueries"] if "metric" in query
    }
    assert of_node == {"bailbondpro-test-0002-001"}


@pytest.mark.parametrize(
    ("name", "metric", "threshold"), [("memory", "DatabaseMemoryUsagePercentage", 85), ("evictions", "Evictions", 0)]
)
def test_a_full_cache_that_answers_raises_no_alarm(name: str, metric: str, threshold: int) -> None:
    inputs = alarm(f"redis-0001-001-{name}", caches=(cache(),)).inputs
    assert measured(inputs) == {"value": metric, "hits": "CacheHits", "misses": "CacheMisses"}
    assert expression(inputs) == f"IF(100 * hits < 80 * (hits + misses), value, {threshold})"
    assert inputs["threshold"] == threshold
    assert value_violations(Context(ALARM, name, "", inputs)) == []


def test_a_cache_that_may_not_evict_is_watched_for_full_memory_alone() -> None:
    inputs = alarm("redis-0001-001-memory", caches=(cache(evicts=False),)).inputs
    assert (inputs["metricName"], inputs["threshold"]) == ("DatabaseMemoryUsagePercentage", 85)


def test_a_cache_where_only_some_keys_may_leave_warns_of_full_memory_while_its_reads_hit() -> None:
    """Sessions without an expiry fill it, every read hits, and writes are refused."""
    volatile = (cache(any_key_leaves=False),)
    memory = alarm("redis-0001-001-memory", caches=volatile).inputs
    assert (memory["metricName"], memory["threshold"]) == ("DatabaseMemoryUsagePercentage", 85)
    assert "hit" not in memory["alarmDescription"].split(".")[0]
    assert "hits" in measured(alarm("redis-0001-001-evictions", caches=volatile).inputs)


def test_the_group_id_may_be_known_only_later() -> None:
    target = cache(replication_group_id=pulumi.Output.from_input("late"), shards=1, replicas_per_shard=0)
    inputs = alarm("redis-0001-001-cpu", caches=(target,)).inputs
    assert inputs["dimensions"] == {"CacheClusterId": "late-0001-001"}


def test_cache_nodes_watch_their_credits() -> None:
    inputs = alarm("redis-0001-001-cpu-credits", caches=(cache(),)).inputs
    namespaces = {query["metric"]["namespace"] for query in inputs["metricQueries"] if "metric" in query}
    assert namespaces == {"AWS/ElastiCache"}


def test_a_platform_without_a_healthy_target_is_critical_even_when_the_metric_falls_silent() -> None:
    inputs = alarm("https-no-healthy-target", load_balancers=(BALANCER,)).inputs
    assert inputs["treatMissingData"] == "breaching"
    assert inputs["tags"] == {"Severity": "critical"}
    assert inputs["dimensions"] == {"LoadBalancer": "net/test/1", "TargetGroup": "targetgroup/test/2"}
    assert (inputs["namespace"], inputs["threshold"]) == ("AWS/NetworkELB", 1)


def test_silence_is_no_breach_elsewhere() -> None:
    recording = recorded(databases=(database(),), caches=(cache(),), load_balancers=(BALANCER,))
    silent = {r.name for r in recording.of_type(ALARM) if r.inputs["treatMissingData"] != "notBreaching"}
    assert silent == {"alarms-https-no-healthy-target"}


# --- all alarms ---


def everything() -> Recording:
    lagging = database("replica-1", is_replica=True)
    return recorded(databases=(database(), lagging), caches=(cache(),), load_balancers=(BALANCER,))


def test_every_alarm_says_what_to_do_and_where_to_read_on() -> None:
    for resource in everything().of_type(ALARM):
        text = resource.inputs["alarmDescription"]
        assert text.startswith(("[warning] ", "[critical] "))
        assert "Runbook: docs/runbooks/" in text
        assert text.endswith(".md")
        assert len(text) <= 1024


def test_every_alarm_and_its_recovery_reach_the_topic() -> None:
    for resource in everything().of_type(ALARM):
        assert resource.inputs["alarmActions"] == resource.inputs["okActions"] == [TOPIC]


def test_one_bad_minute_pages_nobody() -> None:
    for resource in everything().of_type(ALARM):
        assert resource.inputs["evaluationPeriods"] == 5
        assert resource.inputs["datapointsToAlarm"] == 3
        queries = [query["metric"] for query in resource.inputs.get("metricQueries", ()) if "metric" in query]
        assert {metric["period"] for metric in queries or [resource.inputs]} <= {60, 300}


def test_runbooks_may_live_at_a_url() -> None:
    found = recorded("https://docs.example/runbooks", databases=(database(),)).one(ALARM, "alarms-primary-cpu")
    assert found.inputs["alarmDescription"].endswith("https://docs.example/runbooks/database-cpu.md")


def test_alarms_hang_below_the_component_and_their_arns_come_out() -> None:
    recording = everything()
    top = recording.one("bailbondpro:monitoring:Alarms").urn
    assert {r.parent for r in recording if r.custom} == {top}
    assert len(recording.result["arns"]) == len(recording.of_type(ALARM))


def test_two_targets_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="unique"):
        AlarmsArgs(topic_arn=TOPIC, targets=(database(), database()))


@pytest.mark.parametrize("changes", [{"memory_gib": 0}, {"allocated_gib": 0}, {"max_connections": 0}])
def test_a_target_without_size_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="positive"):
        database(**changes)


# --- the topic ---


def topic(*emails: str) -> Recording:
    def build() -> pulumi.Output[str]:
        return AlertTopic("alerts", AlertTopicArgs(key_arn=KEY, emails=emails)).topic_arn

    return record(build)


def test_the_topic_is_encrypted_and_its_arn_waits_for_its_policy() -> None:
    recording = topic()
    assert recording.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == KEY
    assert recording.result == recording.one("aws:sns/topicPolicy:TopicPolicy").inputs["arn"]


def test_only_services_of_the_same_account_publish_and_only_over_tls() -> None:
    policy = json.loads(topic_policy(TOPIC))
    allow, deny = policy["Statement"]
    assert set(allow["Principal"]["Service"]) == {
        "cloudwatch.amazonaws.com",
        "events.rds.amazonaws.com",
        "budgets.amazonaws.com",
        "costalerts.amazonaws.com",
    }
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": ["000000000000"]}}
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}


def test_subscriptions_do_not_move_when_addresses_are_reordered_and_hide_them_in_names() -> None:
    first = {r.name: r.inputs["endpoint"] for r in topic("a@example.com", "b@example.com").of_type(SUBSCRIPTION)}
    second = {r.name: r.inputs["endpoint"] for r in topic("b@example.com", "a@example.com").of_type(SUBSCRIPTION)}
    assert first == second
    assert len(first) == 2
    assert not any("@" in name for name in first)


@pytest.mark.parametrize("emails", [("nobody",), ("a@example.com", "A@example.com")])
def test_unusable_addresses_are_refused(emails: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="emails"):
        AlertTopicArgs(key_arn=KEY, emails=emails)
