"""The sample application behind the shipped gateway and pooler while its surroundings break: what its visitors see.

Before that, the test of the contract has nothing against it, and finds what each of its broken variants breaks. Every
fault happens under steady load. No answer is ever wrong, and what fails is bounded by the contract's clause.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import psycopg
import pytest

from bailbondpro.contract import contract
from ops.answers.contract.client import Application
from ops.answers.contract.judging import judged
from ops.answers.contract.run import Options
from planner.shards.clients import shard_of
from tests.support import programs
from tests.support.sample import PODS, QUERY_TIMEOUT_MS, SHARDS, pod, sample, sources
from tests.support.sample_variants import runs
from tests.support.servers import free_port, wait_until
from tests.support.visitors import FIXED, Crowd, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ops.answers.contract.verdicts import ContractAnswer
    from tests.support.live_postgres import Postgres
    from tests.support.sample import Sample
    from tests.support.sample_variants import Variant
    from tests.support.visitors import Seen

BEFORE_SECONDS, BROKEN_SECONDS, SLOW_SECONDS, AFTER_SECONDS = 0.6, 2.0, 4.0, 3.0
SLACK_SECONDS = 3.0
"""For this machine, which does other work meanwhile."""
CROWD = 30
CLIENT = "contract"
"""Whose bonds the test of the contract writes."""
DOWN = ("write shared", "read shared", "write client", "read client", "read fixed")
VISITORS = 6


@pytest.fixture(scope="module")
def live() -> Iterator[Sample]:
    with sample() as made:
        owner = Visitor(made.gateway, "198.51.100.200", "nobody", "nothing")
        owner.ask("set up", f"/api/bond-types/{FIXED['name']}", "PUT", {"premiumPercent": FIXED["premiumPercent"]})
        owner.ask("set up", f"/api/clients/{CLIENT}", "PUT", {"name": "Jane"})
        owner.hang_up()
        yield made


def crowd(live: Sample, name: str) -> Crowd:
    """Visitors with clients on every shard; each exists, and has written once."""
    visitors = []
    for number in range(VISITORS):
        client = next(
            f"{name}-{n}" for n in range(number * 100, 10_000) if shard_of(f"{name}-{n}", SHARDS) == number % 2
        )
        here, elsewhere = (f"198.51.{100 + 2 * number + turn}.1" for turn in range(2))
        visitor = Visitor(live.gateway, here, client, f"{name}-{number}", elsewhere)
        assert visitor.ask("set up", f"/api/clients/{client}", "PUT", {"name": "Jane"})[0] == HTTPStatus.OK
        visitor.write_shared()
        visitors.append(visitor)
    return Crowd(visitors)


@contextmanager
def under_load(live: Sample, name: str, said: list[Seen]) -> Iterator[Crowd]:
    """The block breaks something and mends it; afterwards `said` holds what visitors saw of it."""
    found = crowd(live, name)
    with found.asking():
        time.sleep(BEFORE_SECONDS)
        began = time.monotonic()
        yield found
        healed = time.monotonic()
        time.sleep(AFTER_SECONDS)
    said.append(found.saw(began, healed))
    print(f"{name}: {said[-1]}")  # noqa: T201 - what was measured, for whoever runs it with -s


@contextmanager
def locked(server: Postgres) -> Iterator[None]:
    """A database that answers no question about clients for as long as the block runs."""
    with psycopg.connect(server.conninfo) as connection:
        connection.execute("LOCK TABLE clients, bonds, answered_requests IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def judge(live: Sample, folder: Path, *, idle_seconds: float, variants: Sequence[Variant] = ()) -> ContractAnswer:
    """What `./bbp contract test` says of a pod of its own, which it stops at the end."""
    program = sources(folder)
    for variant in variants:
        variant.apply(folder)
    ports, log = {3000: free_port(), 4000: free_port()}, folder.with_name(f"{folder.name}.log")
    with pod(program, "127.0.0.1", ports, live.variables, log) as server:
        web, api = (f"http://127.0.0.1:{port}" for port in ports.values())
        application = Application(web, api)
        if "endpoint.ready" not in {variant.clause for variant in variants}:
            wait_until(lambda: application.ask("/ready").status == HTTPStatus.OK, "the pod to be ready", log)
        told = Options(
            variables=live.variables,
            write=f"/api/clients/{CLIENT}/bonds",
            body=b'{"amountCents": 5000}',
            log=log,
            pid=server.process.pid,
            idle_seconds=idle_seconds,
            stop_seconds=4 if variants else 10,
        )
        found = judged(application, told)
        if not variants:
            assert server.process.wait(10) == 0, "stop.exit-code"
        server.kill()
        return found


def test_the_sample_application_keeps_every_clause_that_can_be_asked_for(live: Sample) -> None:
    found = judge(live, live.folder / "kept", idle_seconds=contract().clause("connections.kept").seconds or 0)
    assert {one.id: (one.state, one.seen) for one in found.verdicts if one.state != "kept"} == {}
    assert found.exit_code == 0


def test_each_broken_variant_of_it_is_told_exactly_what_it_breaks(live: Sample) -> None:
    named = dict(enumerate(runs()))
    with ThreadPoolExecutor(3) as pool:
        answers = pool.map(
            lambda item: judge(live, live.folder / f"broken-{item[0]}", idle_seconds=0.1, variants=item[1]),
            named.items(),
        )
    wrong = {}
    for run, answer in zip(named.values(), answers, strict=True):
        want = {variant.clause for variant in run}
        said = {one.id: one.seen for one in answer.verdicts if one.state == "broken"}
        if said.keys() != want:
            wrong[", ".join(sorted(want))] = {"not told": want - said.keys(), "told": {**said}}
    assert wrong == {}


def promised(fault: str) -> float:
    """The bound of a fault's clause, in seconds."""
    seconds = contract().clause(f"faults.{fault}").seconds
    assert seconds is not None
    return seconds


def kinds(found: Seen) -> set[str]:
    return {one.what for one in found.failed}


def test_a_replica_that_stops_costs_nobody_an_answer(live: Sample) -> None:
    said: list[Seen] = []
    (replica,) = live.databases.replicas
    with under_load(live, "replica-stopped", said):
        assert replica.server is not None
        replica.server.kill()
        time.sleep(BROKEN_SECONDS)
        live.stack.enter_context(replica.running())
    assert (said[0].wrong, said[0].failed) == ((), [])
    assert said[0].slowest_seconds < promised("replica-stopped") + SLACK_SECONDS


def test_a_replica_that_lags_hides_nobodys_own_write(live: Sample) -> None:
    said: list[Seen] = []
    (replica,) = live.databases.replicas
    with under_load(live, "replica-lags", said):
        replica.run("SELECT pg_wal_replay_pause()")
        time.sleep(BROKEN_SECONDS)
        behind = fallbacks(live, "lag")
        replica.run("SELECT pg_wal_replay_resume()")
    assert (said[0].wrong, said[0].failed) == ((), [])
    assert behind > 0, "no read was ever sent to the primary because of the lag"


def fallbacks(live: Sample, reason: str) -> float:
    """Reads that all pods sent to the primary, for a reason."""
    series = re.compile(rf'^database_fallbacks_total{{reason="{reason}"}} (\d+)', re.MULTILINE)
    return sum(float(found) for address in live.pods for found in series.findall(live.metrics(address)))


def test_a_primary_that_restarts_costs_writes_of_shared_data_alone(live: Sample) -> None:
    said: list[Seen] = []
    primary = live.databases.primary
    with under_load(live, "primary-restarted", said):
        assert primary.server is not None
        primary.server.process.send_signal(signal.SIGINT)
        primary.server.process.wait(20)
        time.sleep(BROKEN_SECONDS)
        assert live.gateway.plain("/ready").status == HTTPStatus.OK
        live.stack.enter_context(primary.running())
    assert said[0].wrong == ()
    assert kinds(said[0]) == {"write shared"}
    assert said[0].after_seconds < promised("primary-restarts") + SLACK_SECONDS


def test_a_pooler_that_is_killed_costs_what_needs_a_database_until_it_is_back(live: Sample) -> None:
    said: list[Seen] = []
    pooler = live.databases.pooler
    with under_load(live, "pooler-killed", said):
        pooler.server.kill()
        time.sleep(BROKEN_SECONDS)
        live.stack.enter_context(pooler.again())
    assert said[0].wrong == ()
    assert {"write client", "write shared"} <= kinds(said[0]) <= {*DOWN}
    assert said[0].after_seconds < promised("pooler-killed") + SLACK_SECONDS


def test_a_slow_shard_costs_its_own_clients_alone(live: Sample) -> None:
    said: list[Seen] = []
    with under_load(live, "slow-database", said) as found, locked(live.databases.shards[0]):
        time.sleep(SLOW_SECONDS)
    others = [visitor for visitor in found.visitors if shard_of(visitor.client, SHARDS) != 0]
    assert said[0].wrong == ()
    assert set() < kinds(said[0]) <= {"read client", "write client"}
    assert [one for visitor in others for one in visitor.asked if one.failed] == []
    assert said[0].after_seconds < promised("slow-database") + SLACK_SECONDS
    assert said[0].slowest_seconds < QUERY_TIMEOUT_MS / 1000 + SLACK_SECONDS


def test_who_gets_no_connection_is_told_so_in_time_and_nothing_was_written(live: Sample) -> None:
    said: list[Seen] = []
    shard = live.databases.shards[0]
    client = next(f"full-{n}" for n in range(100) if shard_of(f"full-{n}", SHARDS) == 0)
    many = [Visitor(live.gateway, f"198.51.101.{n}", client, "none") for n in range(1, CROWD + 1)]
    assert many[0].ask("set up", f"/api/clients/{client}", "PUT", {"name": "Jane"})[0] == HTTPStatus.OK
    with under_load(live, "full-pool", said) as found, locked(shard), ThreadPoolExecutor(len(many)) as pool:
        list(pool.map(lambda visitor: visitor.write_client(), many))
    for visitor in many:
        visitor.hang_up()
    tries = [visitor.asked[-1] for visitor in many]
    assert {one.status for one in tries} == {HTTPStatus.SERVICE_UNAVAILABLE}
    assert max(one.seconds for one in tries) < promised("pool-full") + QUERY_TIMEOUT_MS / 1000 + SLACK_SECONDS
    waited = [one for one in tries if one.seconds < QUERY_TIMEOUT_MS / 1000]
    assert len(waited) >= CROWD - len(PODS) * live.shard_pool, "nobody waited for a connection in vain"
    written = f"SELECT count(*) FROM bonds WHERE client_id = '{client}'"  # noqa: S608 - an id of this test's own
    assert shard.run(written) == [(0,)]
    others = [visitor for visitor in found.visitors if shard_of(visitor.client, SHARDS) != 0]
    assert [one for visitor in others for one in visitor.asked if one.failed] == []
    assert (said[0].wrong, [visitor.wrong for visitor in many if visitor.wrong]) == ((), [])


def test_a_slower_pod_or_warm_up_writes_nothing_older_over_what_the_cache_has(live: Sample) -> None:
    program = """
    import { configuration } from './configuration.js'
    import { Cache } from './cache.js'
    const parts = { log: { warn(said) { console.error(said.error) } }, lookups: { inc() {} } }
    const [one, other] = [1, 2].map(() => new Cache(configuration(process.env), parts))
    await Promise.all([one, other].map((cache) => cache.redis.connect()))
    const kept = async () => {
      const fresh = new Cache(configuration(process.env), parts) // without anything in its memory
      await fresh.redis.connect()
      const rows = await fresh.get('raced', 0n)
      fresh.close()
      return rows ?? null
    }
    const found = []
    await one.redis.set('raced', 'no entry')
    await one.set('raced', { rows: ['of 20'], holds: 20n })
    await other.set('raced', { rows: ['of 10'], holds: 10n }, 3600)
    found.push(await kept())
    await one.invalidate('raced', 30n)
    await other.set('raced', { rows: ['of 20'], holds: 20n })
    found.push(await kept())
    await other.set('raced', { rows: ['of 30'], holds: 30n })
    found.push(await kept())
    process.stdout.write(JSON.stringify(found))
    process.exit(0)
    """
    command = [str(programs.node()), "--input-type=module", "-e", program]
    home, environment = live.folder / "application", {**os.environ, **live.variables}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert json.loads(done.stdout) == [["of 20"], None, ["of 30"]], done.stderr


def test_a_lost_shard_of_the_cache_costs_nobody_an_answer(live: Sample) -> None:
    said: list[Seen] = []
    with under_load(live, "cache-shard-lost", said):
        live.cache.servers[1].kill()
        time.sleep(BROKEN_SECONDS)
    assert (said[0].wrong, said[0].failed) == ((), [])
    assert said[0].slowest_seconds < promised("cache-shard-lost") + SLACK_SECONDS
