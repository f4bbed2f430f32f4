"""What a simulation reads out of a plan: what it does not understand is refused or named, never taken as good."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import Plan
from plan.tokens import CACHE, DATABASE, DEPLOYMENT, PARAMETER_GROUP
from planner.simulation.assumptions import Assumptions
from planner.simulation.read_limits import client_limit, unread_limits
from planner.simulation.read_pods import SimulationError, environment_number
from planner.simulation.read_stores import cache_of, stores_of, visiting
from tests.support.plans import planned

if TYPE_CHECKING:
    from plan import PlannedResource

GIVEN = Assumptions()
LIMITED = """
http {
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
    found = client_limit(LIMITED)
    assert found is not None
    assert (found.rate, found.burst) == (10, 20)
    assert not list(unread_limits(LIMITED))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("$limited_client zone=api", "$server_name zone=api", "limit_req_zone $server_name zone=api"),
        ("$limited_client zone=login", "$host zone=login", "limit_req_zone $host zone=login"),
        ("limit_req zone=api burst=20 nodelay;", "limit_req zone=all burst=20 nodelay;", "limit_req zone=all burst=20"),
        ("limit_req zone=api", "limit_req zone=login", "limit_req zone=login burst=20"),
        ("burst=20 nodelay;", "burst=20;", "limit_req zone=api burst=20;"),
        ("rate=10r/s", "rate=10r/h", "limit_req zone=api"),
        ("limit_req zone=api", "limit_conn one 1;\nlimit_req zone=api", "limit_conn one 1;"),
    ],
)
def test_a_limit_that_is_not_one_clients_or_of_an_unknown_zone_is_named(old: str, new: str, named: str) -> None:
    assert LIMITED.count(old) == 1
    (gap,) = unread_limits(LIMITED.replace(old, new))
    assert gap.name.startswith(named)
    assert gap.kind == "limit"


def test_a_limit_that_all_clients_share_is_none_of_one_client() -> None:
    assert client_limit(LIMITED.replace("$limited_client zone=api", "$server_name zone=api")) is None


def test_the_least_burst_of_all_places_counts() -> None:
    more = LIMITED.replace(
        "limit_req zone=api burst=20 nodelay;",
        "limit_req zone=api burst=20 nodelay;\n}\nlocation / {\nlimit_req zone=api;",
    )
    found = client_limit(more)
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
