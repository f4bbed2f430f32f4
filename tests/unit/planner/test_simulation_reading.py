"""What a simulation reads out of a plan: what it does not understand is refused or named, never taken as good."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import Plan
from plan.nginx import read_nginx
from plan.tokens import AUTOSCALERS, CACHE, DATABASE, DEPLOYMENT, PARAMETER_GROUP, RULESET, SERVICE
from planner.plan_values import UNKNOWN
from planner.simulation.assumptions import Assumptions
from planner.simulation.gaps import gaps_of
from planner.simulation.read_limits import client_limit, edge_limits, unread_limits
from planner.simulation.read_plan import _read_timeout, _value
from planner.simulation.read_pods import SimulationError, environment_number, requests_of, spec_or_error, tier_of
from planner.simulation.read_stores import cache_of, stores_of, visiting
from tests.support.plans import planned

if TYPE_CHECKING:
    from plan import PlannedResource

GIVEN = Assumptions()
LIMITED = """
http {
    map $remote_addr $limited_client {
        default $binary_remote_addr;
        "~^(?<net>([0-9a-f]+:){1,4})" $net;
    }
    limit_req_zone $limited_client zone=api:10m rate=10r/s;
    limit_req_zone $limited_client zone=login:10m rate=60r/m;
    location ~* "^/api/auth/login" {
        limit_req zone=login burst=5 nodelay;
    }
    location ~* "^/api" {
        limit_req zone=api burst=20 nodelay;
    }
}
"""


def pods(**environment: object) -> PlannedResource:
    """A Deployment of the application with variables."""
    env = [{"name": name, "value": value} for name, value in environment.items()]
    return planned(DEPLOYMENT, "app", spec={"template": {"spec": {"containers": [{"name": "app", "env": env}]}}})


def database(name: str, most: object) -> tuple[PlannedResource, PlannedResource]:
    """A replica and its parameter group."""
    group = planned(PARAMETER_GROUP, f"{name}-group", parameters=[{"name": "max_connections", "value": most}])
    server = planned(DATABASE, name, instanceClass="db.m7g.large", replicateSourceDb="primary")
    return replace(server, dependencies=(group.urn,)), group


def test_the_limit_of_one_client_is_read() -> None:
    found = client_limit(read_nginx(LIMITED))
    assert found is not None
    assert (found.rate, found.burst) == (10, 20)
    assert not list(unread_limits(read_nginx(LIMITED)))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("$limited_client zone=api", "$server_name zone=api", "limit_req_zone $server_name zone=api"),
        ("$limited_client zone=login", "$host zone=login", "limit_req_zone $host zone=login"),
        ("limit_req zone=api burst=20 nodelay;", "limit_req zone=all burst=20 nodelay;", "limit_req zone=all burst=20"),
        ("limit_req zone=api", "limit_req zone=login", "limit_req zone=login burst=20"),
        ("burst=20 nodelay;", "burst=20;", "limit_req zone=api burst=20"),
        ("rate=10r/s", "rate=10r/h", "limit_req zone=api"),
        ("limit_req zone=api", "limit_conn one 1;\nlimit_req zone=api", "limit_conn one 1"),
    ],
)
def test_a_limit_that_is_not_one_clients_or_of_an_unknown_zone_is_named(old: str, new: str, named: str) -> None:
    assert LIMITED.count(old) == 1
    (gap,) = unread_limits(read_nginx(LIMITED.replace(old, new)))
    assert gap.name.startswith(named)
    assert gap.kind == "limit"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("default $binary_remote_addr", "default all", "default all"),
        ("default $binary_remote_addr", 'default ""', "default"),
        ("default $binary_remote_addr;", "", "no map gives it a default"),
        ("map $remote_addr $limited_client", "map $host $limited_client", "map $host"),
        ("$net;", "$host;", "$host"),
        ("zone=api:10m rate=10r/s;", "zone=api:10m rate=10r/s;\n set $limited_client x;", "set $limited_client x"),
    ],
)
def test_a_key_that_its_map_does_not_make_one_clients_is_named(old: str, new: str, named: str) -> None:
    assert LIMITED.count(old) == 1
    found = list(unread_limits(read_nginx(LIMITED.replace(old, new))))
    assert any(named in gap.name for gap in found)
    assert {gap.kind for gap in found} == {"limit"}


def test_a_limit_that_all_clients_share_is_none_of_one_client() -> None:
    assert client_limit(read_nginx(LIMITED.replace("$limited_client zone=api", "$server_name zone=api"))) is None


def test_the_least_burst_of_all_places_counts() -> None:
    more = LIMITED.replace(
        "limit_req zone=api burst=20 nodelay;",
        "limit_req zone=api burst=20 nodelay;\n}\nlocation / {\nlimit_req zone=api;",
    )
    found = client_limit(read_nginx(more))
    assert found is not None
    assert found.burst == 0


@pytest.mark.parametrize("kind", ["cache.zz.nano", ""])
def test_a_cache_whose_size_no_table_knows_is_refused(kind: str) -> None:
    plan = Plan((planned(CACHE, "redis", nodeType=kind, numNodeGroups=1),))
    with pytest.raises(SimulationError, match="the size of redis, node type"):
        cache_of(plan, GIVEN)


@pytest.mark.parametrize("value", ["abc", "nan", "inf", "-1", "", None])
def test_a_variable_that_is_no_number_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(SimulationError, match="CACHE_TTL_SECONDS of app is"):
        environment_number(pods(CACHE_TTL_SECONDS=value), "CACHE_TTL_SECONDS", 1)


def test_a_variable_that_pods_are_not_given_has_its_default() -> None:
    assert environment_number(pods(CACHE_TTL_SECONDS="7"), "CACHE_TTL_SECONDS", 1) == 7
    assert environment_number(pods(), "CACHE_TTL_SECONDS", 1) == 1


@pytest.mark.parametrize("value", ["abc", None, "{DBInstanceClassMemory/9531392}"])
def test_a_parameter_that_is_no_number_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(SimulationError, match="max_connections of one-group is"):
        stores_of(Plan(database("one", value)), GIVEN)


@pytest.mark.parametrize("size", ["0", "0.5"])
def test_pods_that_may_open_no_connection_are_refused(size: str) -> None:
    stores = stores_of(Plan(database("one", "200")), GIVEN)
    app = pods(DATABASE_REPLICA_1_URL="x", DATABASE_POOL_REPLICA_MAX=size)
    tier: Any = None
    with pytest.raises(SimulationError, match="DATABASE_POOL_REPLICA_MAX of app is 0"):
        visiting(tier, app, stores, GIVEN)


def test_a_group_of_databases_has_the_connections_of_its_smallest() -> None:
    plan = Plan((*database("large", "500"), *database("small", "115"), *database("middle", "200")))
    (store,) = stores_of(plan, GIVEN)
    assert store.connections == 100


@pytest.mark.parametrize(
    ("most", "kind", "named"),
    [
        (120, "/api/", False),
        (20, "/api/", False),
        (1, "/api/", True),
        (19, "/api/", True),
        (1, "/api/auth/login", False),
        (0, "/api/auth/login", True),
    ],
)
def test_a_limit_of_the_edge_that_a_user_meets_is_named(most: int, kind: str, named: bool) -> None:
    assert bool(list(edge_limits(Plan((edge(most, kind, "cf.colo.id", "ip.src"),)), GIVEN))) is named


def test_a_limit_of_the_edge_that_all_share_is_named() -> None:
    (gap,) = edge_limits(Plan((edge(10_000, "/api/", "cf.colo.id"),)), GIVEN)
    assert (gap.name, gap.kind) == ("cdn-rate-limits: one", "limit")


def edge(most: int, path: str, *characteristics: str) -> PlannedResource:
    """A ruleset of one rate limit."""
    limit = {"period": 10, "requestsPerPeriod": most, "characteristics": list(characteristics)}
    expression = f'(starts_with(path, "{path}") and not (starts_with(path, "/other")))'
    rule = {"ratelimit": limit, "expression": expression, "ref": "one", "enabled": True}
    return planned(RULESET, "cdn-rate-limits", phase="http_ratelimit", rules=[rule])


def sized(**resources: object) -> PlannedResource:
    """A Deployment whose container requests and may use what is given."""
    return planned(
        DEPLOYMENT, "app", spec={"template": {"spec": {"containers": [{"resources": resources, "readinessProbe": {}}]}}}
    )


def scaled_by(app: PlannedResource, target: object) -> PlannedResource:
    """Its autoscaler, by cpu."""
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": target}}}
    spec = {"minReplicas": 1, "maxReplicas": 2, "metrics": [metric]}
    return replace(planned(AUTOSCALERS[0], "hpa", spec=spec), dependencies=(app.urn,))


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ({"cpu": "1", "memory": "1Gi"}, []),
        ({"cpu": "a lot", "memory": "1Gi"}, ["app: limits.cpu 'a lot'"]),
        ({"cpu": "0", "memory": "1Gi"}, ["app: limits.cpu '0'"]),
        ({"cpu": "1"}, ["app: limits.memory not set"]),
        (UNKNOWN, ["app: limits.cpu not set", "app: limits.memory not set"]),
        ({"cpu": UNKNOWN, "memory": "1Gi"}, ["app: limits.cpu not known yet"]),
    ],
)
def test_a_limit_that_cannot_be_read_is_named(limits: object, names: list[str]) -> None:
    app = sized(limits=limits)
    assert [gap.name for gap in gaps_of(Plan((app,)), [app], "")] == names
    assert tier_of(Plan((app,)), app, GIVEN, cpu_ms=1).cpu_limit == 1000


def test_a_request_that_cannot_be_read_is_named_and_one_that_is_not_set_is_the_limit() -> None:
    limits = {"cpu": "1", "memory": "1Gi"}
    app = sized(limits=limits, requests={"cpu": "abc"})
    assert [gap.name for gap in gaps_of(Plan((app,)), [app], "")] == ["app: requests.cpu 'abc'"]
    assert requests_of(sized(limits=limits)) == (1000, 1024)


def test_a_share_of_what_pods_do_not_request_is_no_target_and_is_named() -> None:
    app = sized(limits={"memory": "1Gi"})
    plan = Plan((app, scaled_by(app, 70)))
    assert tier_of(plan, app, GIVEN, cpu_ms=1).targets == ()
    assert "app: requests.cpu not set" in [gap.name for gap in gaps_of(plan, [app], "")]


@pytest.mark.parametrize("target", ["many", 0, None, UNKNOWN])
def test_a_target_of_an_autoscaler_that_cannot_be_read_is_named(target: object) -> None:
    app = sized(limits={"cpu": "1", "memory": "1Gi"})
    plan = Plan((app, scaled_by(app, target)))
    (gap,) = gaps_of(plan, [app], "")
    assert gap.name.startswith("hpa: metric cpu of type Resource, target ")
    assert tier_of(plan, app, GIVEN, cpu_ms=1).targets == ()


@pytest.mark.parametrize("spec", [{"maxReplicas": None}, {"maxReplicaCount": 2, "advanced": UNKNOWN}])
def test_bounds_of_an_autoscaler_that_cannot_be_read_are_refused_by_its_name(spec: dict[str, object]) -> None:
    with pytest.raises(SimulationError, match="hpa is no autoscaler that can be simulated"):
        spec_or_error(planned(AUTOSCALERS[0], "hpa", spec=spec))


def station(options: str, memory: str) -> PlannedResource:
    """A Deployment with Node's options and a memory limit."""
    container = {
        "name": "app",
        "env": [{"name": "NODE_OPTIONS", "value": options}],
        "resources": {"limits": {"cpu": "1", "memory": memory}},
    }
    container["readinessProbe"] = {}
    pod = {"metadata": {"labels": {"app": "a", "tier": "b"}}, "spec": {"containers": [container]}}
    return replace(planned(DEPLOYMENT, "app", spec={"template": pod}), parent="both")


@pytest.mark.parametrize(
    ("options", "memory", "named"),
    [
        ("--max-old-space-size=720", "1Gi", False),
        ("--max-old-space-size=720", "719Mi", True),
        ("--max_old_space_size=720", "16Mi", True),
        ("--max-old-space-size=720 --max-old-space-size=64", "128Mi", False),
        ("", "16Mi", False),
    ],
)
def test_a_memory_limit_below_the_heap_is_named(options: str, memory: str, named: bool) -> None:
    app = station(options, memory)
    names = [gap.name for gap in gaps_of(Plan((app,)), [app], "")]
    assert names == (["app: memory limit below its heap"] if named else [])


@pytest.mark.parametrize(
    ("selector", "named"), [({"app": "a"}, False), ({"app": "nobody"}, True), ({"app": "a", "tier": "x"}, True)]
)
def test_a_service_that_selects_none_of_its_pods_is_named(selector: dict[str, str], named: bool) -> None:
    app = station("", "1Gi")
    service = replace(planned(SERVICE, "front", spec={"selector": selector}), parent="both")
    names = [gap.name for gap in gaps_of(Plan((app, service)), [app], "")]
    assert names == (["Service front: its selector finds no pod of app"] if named else [])


def test_what_a_gateway_does_not_say_is_nginxs_own_default_and_the_guides_without_a_gateway() -> None:
    said = read_nginx("events { worker_connections 100; } worker_processes auto;")
    assert _value(said, "worker_connections", 4096, 512) == 100
    assert _value(said, "worker_processes", 1, 1) == 1
    assert _value(read_nginx("least_conn;"), "worker_connections", 4096, 512) == 512
    assert _value((), "worker_connections", 4096, 512) == 4096


@pytest.mark.parametrize(("said", "seconds"), [("30s", 30), ("2m", 120), ("500ms", 0.5), ("7", 7)])
def test_times_of_nginx_have_their_units(said: str, seconds: float) -> None:
    config = (
        f'location ~* "^/api(;[^/]*)?(/|$)" {{ proxy_read_timeout {said}; }} location / {{ proxy_read_timeout 9s; }}'
    )
    assert _read_timeout(read_nginx(config)) == seconds


def test_a_gateway_that_sets_no_timeout_waits_as_long_as_nginx_does() -> None:
    assert _read_timeout(read_nginx("least_conn;")) == 60
    assert _read_timeout(()) == 30
