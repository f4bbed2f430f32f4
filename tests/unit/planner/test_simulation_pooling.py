"""The pooler's own pools: read from its configuration or from what a preview shows, and felt where they are small."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.pooler.config import shown_sizes
from plan import Plan
from plan.tokens import DATABASE, DEPLOYMENT, KUBERNETES_SECRET
from plan.unknown import SECRET, UNKNOWN
from planner.simulation.assumptions import Assumptions
from planner.simulation.read_stores import stores_of, unread_pools, visiting
from planner.simulation.reading.pooling import ANNOTATION, pool_sizes, read_pools
from tests.support.load import app, platform, run, steps, store, visit
from tests.support.plans import planned

INI = """
[databases]
primary = host=db port=5432 dbname='app' user='a' password='pool_size=1 ''x' pool_size=20 max_db_connections=20
replica_1 = host=db2 port=5432 dbname='app' user='a' password='b' pool_size=15 max_db_connections=12
replica_2 = host=db3 port=5432

[pgbouncer]
max_client_conn = 2000
default_pool_size = 7
"""
SHOWN = shown_sizes((("primary", 20), ("replica_1", 12), ("replica_2", 7)), 2000)
CONNECTED = [
    {"name": "DATABASE_PRIMARY_URL", "value": "postgres://a"},
    {"name": "DATABASE_POOL_CONNECTION_TIMEOUT_MS", "value": "2000"},
]
STEADY = steps((0, 100), (600, 100))


def secret(ini: object, shown: object = None) -> Plan:
    """The pooler's Secret, its Deployment and a primary."""
    parent = "urn:pulumi:test::bailbondpro::bailbondpro:pooler:Pooler::pooler"
    inputs = {"stringData": ini, "metadata": {"annotations": {} if shown is None else {ANNOTATION: shown}}}
    holder = replace(planned(KUBERNETES_SECRET, "pooler-config", **inputs), parent=parent)
    urn = f"urn:pulumi:test::bailbondpro::bailbondpro:pooler:Pooler${KUBERNETES_SECRET}::pooler-config"
    pods = f"urn:pulumi:test::bailbondpro::bailbondpro:pooler:Pooler${DEPLOYMENT}::pooler-deployment"
    server = planned(DATABASE, "one", instanceClass="db.m7g.large")
    return Plan(
        (replace(holder, urn=urn), replace(planned(DEPLOYMENT, "pooler-deployment"), urn=pods, parent=parent), server)
    )


@pytest.mark.parametrize(
    ("ini", "shown"),
    [
        ({"pgbouncer.ini": INI}, None),
        (SECRET, SHOWN),
        (UNKNOWN, SHOWN),
        ({"pgbouncer.ini": SECRET}, SHOWN),
        ({"pgbouncer.ini": INI}, "primary = pool_size=99"),
    ],
)
def test_sizes_are_those_of_the_configuration_or_of_what_a_preview_shows(ini: object, shown: object) -> None:
    found = pool_sizes(secret(ini, shown), 2)
    assert found is not None
    assert (found.clients, found.of("PRIMARY"), found.of("REPLICA"), found.of("SHARD")) == (2000, 20, 7, None)


@pytest.mark.parametrize(("ini", "shown"), [(SECRET, None), (UNKNOWN, SECRET), (SECRET, "primary = pool_size=many")])
def test_sizes_that_a_preview_hides_are_a_named_gap(ini: object, shown: object) -> None:
    stores = stores_of(secret(ini, shown), Assumptions())
    assert [gap.name for gap in unread_pools(stores)] == ["pool sizes of the pooler: primary"]
    assert not list(unread_pools(stores_of(secret(SECRET, SHOWN), Assumptions())))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("query_wait_timeout = 0.5", 0.5), ("query_wait_timeout = 15", 2.0), ("query_wait_timeout = 0", 2.0), ("", 2.0)],
)
def test_a_request_waits_for_a_connection_as_long_as_its_pool_and_the_pooler_both_let_it(
    said: str, seconds: float
) -> None:
    stores = stores_of(secret(SECRET, f"primary = pool_size=20; {said}"), Assumptions())
    pods = planned(DEPLOYMENT, "app", spec={"template": {"spec": {"containers": [{"env": CONNECTED}]}}})
    assert [one.wait_seconds for one in visiting(app(), pods, stores, Assumptions()).visits] == [seconds]


def test_a_wait_of_less_than_nothing_is_no_configuration() -> None:
    assert read_pools(["primary = pool_size=5", "query_wait_timeout = -1"], 2) is None
    assert read_pools(["primary = pool_size=5", "query_wait_timeout = long"], 2) is None
    assert read_pools(["primary = pool_size=5", "query_wait_timeout = nan"], 2) is None


def test_a_reserve_counts_where_it_comes_while_requests_wait_and_never_above_all_connections() -> None:
    lines = ["primary = pool_size=5", "reserve_pool_size = 3", "reserve_pool_timeout = 1", "max_db_connections = 7"]
    found = [read_pools(lines[:count], 2) for count in (1, 2, 3, 4)]
    assert [sizes.of("PRIMARY") for sizes in found if sizes] == [5, 5, 8, 7]


def test_a_pool_of_too_few_connections_is_what_breaks() -> None:
    pooler = app(None, name="pooler", replicas=2, cpu_ms=0.1)
    one = store(processors=64, pool=1)
    visits = (visit(read_share=1, write_share=1),)
    small = platform(app(visits=visits), stores=(one,), pooler=pooler)
    load = steps((0, 700), (600, 700))
    wide = run(replace(small, stores=(replace(one, pool=20),)), load, Assumptions(cache_keys=1e9))
    assert wide.summary.availability_percent > 99.9
    found = run(small, load, Assumptions(cache_keys=1e9))
    assert found.summary.first_break is not None
    assert found.summary.first_break.reason == "pool slots: 2 poolers with 1 connections each to a server"
    assert found.summary.availability_percent < 50


def test_more_clients_than_the_pooler_takes_are_refused() -> None:
    pooler = app(None, name="pooler", replicas=2, cpu_ms=0.1)
    wide = platform(app(), stores=(store(pool=20),), pooler=pooler, pooler_clients=2000)
    assert run(wide, STEADY, Assumptions(cache_keys=1e9)).summary.availability_percent == 100
    found = run(replace(wide, pooler_clients=0), STEADY, Assumptions(cache_keys=1e9))
    assert found.summary.availability_percent < 50
    assert found.summary.first_break is not None
    assert "clients of the pooler: 2 x 0 (max_client_conn)" in found.summary.first_break.reason
