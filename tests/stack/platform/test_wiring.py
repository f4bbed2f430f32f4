"""What one system tells another: who may connect to whom, what is scraped, which header has which owner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from components.network.cloudflare_ranges import cloudflare_ranges
from infra.wiring.autoscaling import autoscaling_policy
from tests.support.configs import smallest
from tests.support.nginx import words
from tests.support.stack import COMBINATIONS, FILLED, record_platform, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
COPIES = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)


@pytest.fixture
def platform(environment: str, phase: str) -> Recording:
    return recorded(environment, phase)


def pods(recording: Recording) -> dict[str, dict[str, Any]]:
    """Pod specs by `app` label."""
    return {
        item.inputs["spec"]["selector"]["matchLabels"]["app"]: item.inputs["spec"]["template"]["spec"]
        for item in recording.of_type(DEPLOYMENT)
    }


def policy(recording: Recording, app: str) -> dict[str, Any]:
    (found,) = [
        item.inputs["spec"]
        for item in recording.of_type(POLICY)
        if item.inputs["spec"]["podSelector"].get("matchLabels") == {"app": app}
    ]
    return found  # type: ignore[no-any-return]  # inputs are untyped


def variables(spec: dict[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry.get("value") for entry in spec["containers"][0].get("env", [])}


def admitted(rules: list[dict[str, Any]], side: str, port: int) -> list[dict[str, Any]]:
    return [peer for rule in rules for peer in rule[side] if any(item["port"] == port for item in rule["ports"])]


def apps(peers: list[dict[str, Any]]) -> set[str]:
    return {peer["podSelector"]["matchLabels"]["app"] for peer in peers if "podSelector" in peer}


def nginx(recording: Recording) -> str:
    text: str = recording.one(CONFIG_MAP, "gateway-config").inputs["data"]["nginx.conf"]
    return text


def served(recording: Recording) -> set[str]:
    """The host names that the gateway serves over TLS."""
    lines = [item[1:] for item in words(nginx(recording)) if item[0] == "http/server"]
    tls = [index for index, line in enumerate(lines) if line[0] == "listen" and "ssl" in line]
    names = [index for index, line in enumerate(lines) if line[0] == "server_name" and index - 2 in tls]
    return {name for index in names for name in lines[index][1:]}


def header_rules(recording: Recording) -> list[RecordedResource]:
    return [
        item
        for item in recording.of_type("cloudflare:index/ruleset:Ruleset")
        if item.inputs["phase"] == "http_response_headers_transform"
    ]


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("phase", ["horizontal", "microservices"])
def test_exactly_the_pods_that_have_a_database_may_connect_to_the_pooler(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    told = {app for app, spec in pods(recording).items() if "DATABASE_URL" in variables(spec)}
    assert "bailbondpro" in told
    assert apps(admitted(policy(recording, "pgbouncer")["ingress"], "from", 6432)) == told
    for app in told:
        assert "pgbouncer" in apps(admitted(policy(recording, app)["egress"], "to", 6432)), app


def test_a_service_without_data_reaches_neither_pooler_nor_cache() -> None:
    plain = {"name": "quotes", "paths": ["/api/quotes/"], "databases": [], "redis": False, "maxReplicas": 2}
    recording = record_platform(smallest("dev", "horizontal", pools={"app": {"maxSize": 12}}, services=[plain]))
    egress = policy(recording, "bailbondpro-quotes")["egress"]
    assert admitted(egress, "to", 6432) == admitted(egress, "to", 6379) == []
    assert "bailbondpro-quotes" not in apps(admitted(policy(recording, "pgbouncer")["ingress"], "from", 6432))


@everywhere
def test_the_gateway_admits_the_clients_and_the_health_checks_of_its_load_balancer_only(
    platform: Recording, environment: str, phase: str
) -> None:
    vpc = platform.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"]
    peers = admitted(policy(platform, "bailbondpro-gateway")["ingress"], "from", 8443)
    named = settings(environment, phase).gateway.allowed_cidrs
    assert {peer["ipBlock"]["cidr"] for peer in peers} == {*cloudflare_ranges().ipv4, *named, vpc}


def test_a_client_named_in_the_configuration_passes_load_balancer_and_gateway() -> None:
    recording = record_platform(smallest(gateway={"allowedCidrs": ["203.0.113.0/24"]}))
    peers = admitted(policy(recording, "bailbondpro-gateway")["ingress"], "from", 8443)
    lists = [entry["cidr"] for item in recording if "entries" in item.inputs for entry in item.inputs["entries"]]
    lists += [item.inputs["cidr"] for item in recording if item.type.endswith(":ManagedPrefixListEntry")]
    assert "203.0.113.0/24" in {peer["ipBlock"]["cidr"] for peer in peers}
    assert "203.0.113.0/24" in lists


def test_every_pod_of_the_application_is_told_where_the_cdn_serves_files() -> None:
    for phase in ("optimization", "microservices"):
        running = pods(recorded("prod", phase))
        served = {app for app, spec in running.items() if "NODE_ENV" in variables(spec)}
        told = {app for app, spec in running.items() if "CDN_URL" in variables(spec)}
        assert "bailbondpro" in told
        assert told == served
    without = pods(record_platform(smallest("dev", "optimization")))
    assert not [app for app, spec in without.items() if "CDN_URL" in variables(spec)]


@everywhere
def test_every_monitor_selects_pods_that_have_its_port(platform: Recording) -> None:
    found = pods(platform)
    for monitor in platform.of_type(MONITOR):
        spec = found[monitor.inputs["spec"]["selector"]["matchLabels"]["app"]]
        ports = {port["name"] for container in spec["containers"] for port in container["ports"]}
        assert {endpoint["port"] for endpoint in monitor.inputs["spec"]["podMetricsEndpoints"]} <= ports, monitor.name


@pytest.mark.parametrize(("environment", "phase"), [("prod", "horizontal"), ("dev", "microservices")])
def test_prometheus_scrapes_every_deployment_of_the_platform(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    scraped = {item.inputs["spec"]["selector"]["matchLabels"]["app"] for item in recording.of_type(MONITOR)}
    assert scraped == set(pods(recording))


def test_the_host_of_the_api_is_one_everywhere() -> None:
    recording = record_platform(
        settings("prod", "optimization", cdn={**_cdn(), "hosts": {"api": "v1.bailbondpro.com"}})
    )
    assert "v1.bailbondpro.com" in served(recording)
    assert not [item for item in recording if "api.bailbondpro.com" in repr(item.inputs)]


def _cdn() -> dict[str, Any]:
    return {"plan": "pro", "zoneId": "0" * 31 + "a", "accountId": "0" * 31 + "b"}


@everywhere
def test_every_host_that_the_edge_serves_is_known_to_the_gateway(
    platform: Recording, environment: str, phase: str
) -> None:
    hosts = {item.inputs["name"] for item in platform.of_type("cloudflare:index/dnsRecord:DnsRecord")}
    assert len(hosts) == (6 if settings(environment, phase).cdn.enabled else 0)
    assert hosts <= served(platform)


def test_hsts_has_one_owner_and_the_guides_age() -> None:
    edge, alone = recorded("prod", "horizontal"), record_platform(smallest())
    (rules,) = header_rules(edge)
    assert "max-age=63072000; includeSubDomains" in repr(rules.inputs)
    assert "add_header Strict-Transport-Security" not in nginx(edge)
    assert '"max-age=63072000; includeSubDomains; preload"' in nginx(alone)
    assert header_rules(alone) == []


def test_a_stack_that_does_not_own_the_zones_rules_sends_hsts_itself() -> None:
    recording = record_platform(settings("prod", "optimization", cdn={**_cdn(), "manageRulesets": False}))
    assert header_rules(recording) == []
    assert "add_header Strict-Transport-Security" in nginx(recording)


def test_frame_options_are_the_same_at_the_edge_and_at_the_gateway() -> None:
    recording = record_platform(
        settings("prod", "optimization", gateway={"headers": {"frameOptions": "SAMEORIGIN"}}, cdn=_cdn())
    )
    (rules,) = header_rules(recording)
    assert "SAMEORIGIN" in repr(rules.inputs)
    assert "X-Frame-Options SAMEORIGIN always" in nginx(recording)


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("pooled", [True, False])
def test_shards_that_exist_are_no_shards_in_use(environment: str, pooled: bool) -> None:
    postgres = {"pooler": {"enabled": pooled}, "clientPools": {"primary": 1, "replica": 1}}
    recording = record_platform(settings(environment, "microservices", postgres=postgres))
    servers = [item for item in recording.of_type("aws:rds/instance:Instance") if item.name.startswith("shards-")]
    assert len(servers) == 4
    published = json.loads(recording.one("aws:ssm/parameter:Parameter", "shards-map").inputs["insecureValue"])
    assert (published["placement"], published["count"], published["shards"]) == ("primary", 0, [])
    of_shards = [item.name for item in recording if item.type.startswith("kubernetes:") and "shard" in item.name]
    assert [name for name in of_shards if not name.startswith("database-users-")] == []
    secrets = {item.name: item.inputs["stringData"] for item in recording.of_type("kubernetes:core/v1:Secret")}
    assert [key for key in secrets["app-secrets-database"] if "shard" in key] == []
    assert "shard_" not in secrets.get("pooler-config", {}).get("pgbouncer.ini", "")
    for app, spec in pods(recording).items():
        assert not [name for name in variables(spec) if name.startswith(("DATABASE_SHARD_", "SHARD_MAP"))], app


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_pods_are_told_of_the_filled_shards_only(environment: str) -> None:
    postgres = {"placement": "shards", "shards": {"count": 8, "placedOn": 4}}
    recording = record_platform(settings(environment, "microservices", postgres=postgres))
    published = json.loads(recording.one("aws:ssm/parameter:Parameter", "shards-map").inputs["insecureValue"])
    assert (published["placement"], published["count"], len(published["shards"])) == ("shards", 4, 4)
    secret = recording.one("kubernetes:core/v1:Secret", "app-secrets-database").inputs["stringData"]
    assert sorted(key for key in secret if key.startswith("shard")) == [f"shard-{index}-url" for index in range(4)]
    pooler = recording.one("kubernetes:core/v1:Secret", "pooler-config").inputs["stringData"]["pgbouncer.ini"]
    assert [f"shard_{index} = " in pooler for index in (3, 4)] == [True, False]
    told = [
        {name for name in variables(spec) if name.startswith("DATABASE_SHARD_")} for spec in pods(recording).values()
    ]
    expected = {f"DATABASE_SHARD_{index}_URL" for index in range(4)}
    assert [names for names in told if names not in (set(), expected)] == []
    assert expected in told


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize(("placed", "aim"), [(None, 4), (4, 8), (8, 4), (5, 4)])
def test_pods_of_a_move_go_on_where_clients_are_and_reach_its_targets(
    environment: str, placed: int | None, aim: int
) -> None:
    shards = {"count": 8, "placedOn": placed, "movingTo": aim, "mapVersion": 9}
    recording = record_platform(
        settings(environment, "microservices", postgres={"placement": "moving", "shards": shards})
    )
    held, reached = placed or 0, max(placed or 0, aim)
    secret = recording.one("kubernetes:core/v1:Secret", "app-secrets-database").inputs["stringData"]
    assert sorted(key for key in secret if key.startswith("shard")) == [
        f"shard-{index}-url" for index in range(reached)
    ]
    pooler = recording.one("kubernetes:core/v1:Secret", "pooler-config").inputs["stringData"]["pgbouncer.ini"]
    assert f"shard_{reached - 1} = " in pooler
    told = variables(pods(recording)["bailbondpro"])
    assert {name for name in told if name.startswith("DATABASE_SHARD_")} == {
        f"DATABASE_SHARD_{index}_URL" for index in range(held)
    }
    assert {name for name in told if name.startswith("DATABASE_TARGET_")} == {
        f"DATABASE_TARGET_SHARD_{index}_URL" for index in range(held, aim)
    }
    assert (told["SHARDS_MOVING_TO"], told["SHARD_MAP_VERSION"]) == (str(aim), "9")
    assert ("SHARD_MAP_FILE" in told) == bool(held)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_pods_that_use_shards_find_the_published_map_as_a_file(environment: str) -> None:
    recording = record_platform(settings(environment, "microservices", postgres=FILLED))
    published = recording.one("aws:ssm/parameter:Parameter", "shards-map").inputs["insecureValue"]
    assert recording.one(CONFIG_MAP, "shard-map-config").inputs["data"] == {"map.json": published}
    for app, spec in pods(recording).items():
        told = variables(spec)
        mounts = {mount["mountPath"] for mount in spec["containers"][0].get("volumeMounts", [])}
        uses = any(name.startswith("DATABASE_SHARD_") for name in told)
        assert uses is (app in {"bailbondpro", "bailbondpro-clients", "bailbondpro-bonds"}), app
        assert ("SHARD_MAP_FILE" in told) is uses, app
        assert ("/etc/bailbondpro/shards" in mounts) is uses, app


def test_there_is_no_map_without_shards() -> None:
    assert [item.name for item in recorded("prod", "horizontal") if "shard-map" in item.name] == []


def test_backups_of_primary_and_shards_are_copied_under_a_key_of_the_other_region() -> None:
    postgres = {"backupRegion": "us-west-2", "shards": {"count": 2}}
    recording = record_platform(smallest(postgres=postgres))
    copies = recording.of_type(COPIES)
    assert {item.name for item in copies} == {
        "postgres-backup-replication",
        "shards-0-backup-replication",
        "shards-1-backup-replication",
    }
    assert {item.inputs["region"] for item in copies} == {"us-west-2"}
    key = recording.one("aws:kms/key:Key", "copies-key-key")
    assert key.inputs["region"] == "us-west-2"
    assert recording.one("aws:kms/key:Key", "data-key-key").inputs.get("region") is None


@pytest.mark.parametrize("aware", [True, False])
def test_pods_are_told_whether_they_must_use_the_cluster_client(aware: bool) -> None:
    recording = record_platform(smallest(redis={"clientIsClusterAware": aware}))
    assert variables(pods(recording)["bailbondpro"])["REDIS_CLUSTER"] == str(aware).lower()


def test_the_guides_scaling_manager_is_a_profile() -> None:
    found = autoscaling_policy(
        smallest(
            autoscaling={"profile": "scaling-manager", "metricsBackend": "keda", "cpuPercent": 60},
            monitoring={"prometheus": {"enabled": True}},
            pools={"app": {"maxSize": 9}},
        )
    )
    assert (found.cpu_percent, found.memory_percent, found.latency_ms) == (60, None, 500)
    assert found.scale_up is not None
    assert [(step.type, step.value) for step in found.scale_up.steps] == [("Pods", 2)]


def test_the_guides_autoscaler_leaves_memory_to_a_vertical_one_on_request() -> None:
    found = autoscaling_policy(
        smallest(
            autoscaling={"profile": "guide-autoscaler", "metricsBackend": "keda", "memoryPercent": None},
            monitoring={"prometheus": {"enabled": True}},
            pools={"app": {"maxSize": 9}},
        )
    )
    assert (found.cpu_percent, found.memory_percent, found.latency_ms) == (70, None, 500)


@pytest.mark.parametrize(("kept", "guarded"), [("allkeys-lru", True), ("volatile-lru", False), ("noeviction", False)])
def test_a_full_cache_that_may_refuse_writes_warns_whatever_its_reads_hit(*, kept: str, guarded: bool) -> None:
    redis = {"clientIsClusterAware": True, "maxmemoryPolicy": kept}
    platform = record_platform(settings("dev", "optimization", redis=redis))
    alarm = platform.one("aws:cloudwatch/metricAlarm:MetricAlarm", "alarms-redis-0001-001-memory")
    assert ("metricQueries" in alarm.inputs) is guarded
