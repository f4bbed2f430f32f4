"""The shipped pooler between clients and streaming PostgreSQL servers: routing, failures, many clients, a calm stop."""

from __future__ import annotations

import asyncio
import itertools
import signal
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from components.postgres.database_trust import FILE_PATH, verifying
from ops.answers.render.configs import pooler_config, with_passwords
from tests.support.live_postgres import SMALL, Fleet, fleet, pooler, run, shipped_parameters
from tests.support.servers import scratch, wait_until
from tests.support.stack import COMBINATIONS, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_postgres import Postgres

STACK = ("prod", "horizontal")
WITH_POOLER = [pair for pair in COMBINATIONS if settings(*pair).postgres.pooler.enabled]
GUIDE_PODS, GUIDE_POOL = 20, 20
"""The guide: up to 20 pods (Auto-Scaling) with a pool of 20 to the primary each (Database Scaling)."""


@pytest.fixture(scope="module")
def live() -> Iterator[Fleet]:
    wanted = settings(*STACK)
    group = recorded(*STACK).of_type("aws:rds/parameterGroup:ParameterGroup")[0]
    with scratch() as folder:
        config = with_passwords(pooler_config(wanted))
        with fleet(wanted, config, {**shipped_parameters(group), **SMALL}, folder) as made:
            yield made


def caught_up(live: Fleet, value: int) -> None:
    """Waits until every replica has a value of the table `cases`."""
    for replica in live.replicas:
        wait_until(partial(_has, replica, value), "a replica to catch up")


def _has(server: Postgres, value: int) -> bool:
    try:
        return (value,) in server.run("SELECT id FROM cases")
    except psycopg.errors.UndefinedTable:
        return False


@pytest.fixture(scope="module")
def cases(live: Fleet) -> Fleet:
    run(live.pooler.conninfo("primary"), "CREATE TABLE cases (id int PRIMARY KEY)")
    run(live.pooler.conninfo("primary"), "INSERT INTO cases VALUES (1)")
    caught_up(live, 1)
    return live


def test_writes_reach_the_primary_and_reads_the_replicas(cases: Fleet) -> None:
    primary = run(cases.pooler.conninfo("primary"), "SELECT pg_is_in_recovery(), inet_server_port()")
    assert primary == [(False, cases.primary.port)]
    for number, replica in enumerate(cases.replicas, start=1):
        found = run(cases.pooler.conninfo(f"replica_{number}"), "SELECT pg_is_in_recovery(), inet_server_port()")
        assert found == [(True, replica.port)]


def test_a_write_shows_on_every_replica(cases: Fleet) -> None:
    run(cases.pooler.conninfo("primary"), "INSERT INTO cases VALUES (2)")
    caught_up(cases, 2)


def test_a_replica_refuses_to_write(cases: Fleet) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        run(cases.pooler.conninfo("replica_1"), "INSERT INTO cases VALUES (3)")


def test_a_wrong_password_is_refused(live: Fleet) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"(?i)authentication failed"):
        run(live.pooler.conninfo("primary", password="wrong"), "SELECT 1")  # noqa: S106 - the point


def test_the_servers_are_reached_with_tls(live: Fleet) -> None:
    rows = run(live.pooler.conninfo("primary"), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    assert rows == [(True,)]


def test_a_client_without_tls_is_sent_away(live: Fleet) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"(?i)tls|ssl"):
        run(live.pooler.conninfo("primary", tls="sslmode=disable"), "SELECT 1")


def test_a_client_that_trusts_another_authority_does_not_believe_the_pooler(live: Fleet) -> None:
    other = live.primary.data / "server.crt"
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        run(live.pooler.conninfo("primary", tls=f"sslmode=verify-full sslrootcert={other}"), "SELECT 1")


def test_the_url_of_the_pods_checks_the_pooler(live: Fleet) -> None:
    config = live.pooler.config
    plain = f"postgresql://{config.client_username}:{config.client_password}@127.0.0.1:{live.pooler.port}/primary"
    for authority, believed in ((live.pooler.authority, True), (live.primary.data / "server.crt", False)):
        url = verifying(f"{plain}?sslmode=require").replace(FILE_PATH, str(authority))
        if believed:
            assert run(url, "SELECT 1") == [(1,)]
            continue
        with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
            run(url, "SELECT 1")


def test_the_pooler_does_not_believe_a_server_that_another_authority_signed(live: Fleet) -> None:
    with scratch() as folder, pooler(live.pooler.config, folder) as misled:
        with pytest.raises(psycopg.OperationalError):
            run(misled.conninfo("primary"), "SELECT 1")
        wait_until(lambda: "certificate verify failed" in misled.server.said, "the reason", misled.server.log, 5)


def test_prepared_statements_of_drivers_survive_shared_connections(cases: Fleet) -> None:
    with (
        psycopg.connect(cases.pooler.conninfo("primary")) as one,
        psycopg.connect(cases.pooler.conninfo("primary")) as two,
    ):
        for connection in (one, two, one, two):
            with connection.transaction():
                rows = connection.execute("SELECT id FROM cases WHERE id = %s", (1,), prepare=True).fetchall()
            assert rows == [(1,)]


def test_twenty_pods_with_the_guides_pools_fit_into_the_solved_connections(cases: Fleet) -> None:
    size = next(endpoint.pool_size for endpoint in cases.pooler.config.endpoints if endpoint.name == "primary")
    answered, most = asyncio.run(crowd(cases, GUIDE_PODS * GUIDE_POOL))
    assert answered == GUIDE_PODS * GUIDE_POOL
    assert 1 < most <= size


async def crowd(live: Fleet, clients: int) -> tuple[int, int]:
    """Opens all connections, then runs a transaction on each at once; returns answers and server connections."""
    conninfo = live.pooler.conninfo("primary")
    opened = [await psycopg.AsyncConnection.connect(conninfo) for _ in range(clients)]
    try:
        answers = await asyncio.gather(*(_transaction(connection) for connection in opened))
        backends = live.primary.run(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return sum(answers), backends[0][0]
    finally:
        await asyncio.gather(*(connection.close() for connection in opened))


async def _transaction(connection: psycopg.AsyncConnection) -> int:
    async with connection.transaction():
        cursor = await connection.execute("SELECT 1, pg_sleep(0.05)")
        row = await cursor.fetchone()
    return int(row[0]) if row is not None else 0


def test_the_same_crowd_does_not_fit_without_the_pooler(cases: Fleet) -> None:
    with ExitStack() as held, pytest.raises(psycopg.OperationalError, match=r"(?i)too many clients|reserved for"):
        hold(cases.primary.conninfo, GUIDE_PODS * GUIDE_POOL, held)


def hold(conninfo: str, count: int, stack: ExitStack) -> None:
    """Open connections and keep them."""
    for _ in range(count):
        stack.callback(psycopg.connect(conninfo).close)


def test_losing_a_replica_loses_no_read_when_readers_fall_back_as_the_guide_does(cases: Fleet) -> None:
    names = [endpoint.name for endpoint in cases.pooler.config.endpoints if endpoint.name.startswith("replica_")]
    rotation = itertools.cycle(names)
    lost = cases.replicas[-1]
    assert lost.server is not None
    fallbacks = 0
    for number in range(30):
        if number == 6:
            lost.server.kill()
        try:
            rows = run(cases.pooler.conninfo(next(rotation)), "SELECT id FROM cases WHERE id = 1")
        except psycopg.OperationalError:
            fallbacks += 1
            rows = run(cases.pooler.conninfo("primary"), "SELECT id FROM cases WHERE id = 1")
        assert rows == [(1,)]
    assert 0 < fallbacks <= 24 // len(names) + 1
    with lost.running():
        wait_until(lambda: _reads(cases, names[-1]), "the replica to be used again")


def _reads(live: Fleet, name: str) -> bool:
    try:
        return run(live.pooler.conninfo(name), "SELECT id FROM cases WHERE id = 1") == [(1,)]
    except psycopg.OperationalError:
        return False


@pytest.mark.parametrize(("environment", "phase"), WITH_POOLER)
def test_every_shipped_configuration_starts_and_shows_its_pools(environment: str, phase: str) -> None:
    config = with_passwords(pooler_config(settings(environment, phase)))
    with scratch() as folder, pooler(config, folder) as started:
        shown = {row["name"]: row["pool_size"] for row in started.show("DATABASES") if row["name"] != "pgbouncer"}
        options = {row["key"]: row["value"] for row in started.show("CONFIG")}
    assert shown == {endpoint.name: endpoint.pool_size for endpoint in config.endpoints}
    assert options["pool_mode"] == "transaction"
    assert int(options["max_client_conn"]) == config.max_client_connections
    assert int(options["max_prepared_statements"]) == config.max_prepared_statements


def test_the_signal_of_the_pods_stop_lets_a_transaction_end_and_pooled_clients_go(cases: Fleet) -> None:
    with scratch() as folder, pooler(cases.pooler.config, folder, cases.primary.data / "server.crt") as leaving:
        idle = psycopg.connect(leaving.conninfo("primary"), autocommit=True)
        idle.execute("SELECT 1")
        busy = psycopg.connect(leaving.conninfo("primary"))
        busy.execute("INSERT INTO cases VALUES (100)")
        leaving.server.process.send_signal(signal.SIGINT)
        busy.execute("SELECT pg_sleep(0.3)")
        busy.commit()
        leaving.server.process.wait(20)
        idle.close()
        busy.close()
    assert cases.primary.run("SELECT count(*) FROM cases WHERE id = 100") == [(1,)]
