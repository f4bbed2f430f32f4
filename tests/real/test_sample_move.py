"""The sample application serves its visitors while `./bbp shard move` leads their clients to two shards, and back.

Everything is real: the shipped gateway and pooler, the application's rights as the platform's Jobs give them, a master
user that is no superuser. Nobody gets a wrong answer, and nothing that was acknowledged is lost.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import psycopg
import pytest

from bailbondpro.contract import contract
from ops.answers.contract.client import Application
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.sample import pod, sources
from tests.support.sample_moved import SHARDS, moving
from tests.support.servers import free_port, wait_until
from tests.support.visitors import Crowd, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.sample_moved import Moving

CLIENTS, BONDS = 400, 3
"""Who is there before, and whom nobody writes meanwhile."""
VISITORS = 6
STEP_SECONDS = 0.8
"""How long visitors ask at each place."""
BUSY_SECONDS = 4.5
"""How long a shard is in use by somebody else at the end of the pause: longer than a request waits for its client."""
LATE_SECONDS = 1.0
"""How much later one shard is told than the others that clients have gone back."""
PAUSE_SECONDS = contract().clause("shards.move").seconds or 0
"""How long a request waits for its client while nobody may write it."""
SLACK_SECONDS = 3.0
"""For this machine, which does other work meanwhile."""
FEW = 100
"""How many clients one page of all has."""
CLIENT_WRITES = {"write client", "rename"}


@dataclass
class Owner(Visitor):
    """A visitor who also renames the own client, and looks at the list of all."""

    names: set[str] = field(default_factory=set)
    first: tuple[str, ...] = ()

    def rename(self) -> None:
        """The next name of the own client."""
        name = f"name {len(self.asked)}"
        status, _ = self.ask("rename", f"/api/clients/{self.client}", "PUT", {"name": name})
        self.names = {name} if status == HTTPStatus.OK else {*self.names, name}

    def read_name(self) -> None:
        """The own client: what was written last, or an error."""
        status, found = self.ask("read client", f"/api/clients/{self.client}")
        if status == HTTPStatus.OK and isinstance(found, dict) and found["name"] not in self.names:
            self.wrong.append(f"{self.client} is {found['name']}, not one of {self.names}")
        elif HTTPStatus.OK < status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.wrong.append(f"{self.client}: {status} {found}")

    def read_all(self) -> None:
        """The first page of all clients: each once, whatever copies lie around."""
        status, found = self.ask("read all", "/api/clients")
        if status == HTTPStatus.OK and isinstance(found, list):
            ids = tuple(one["id"] for one in found)
            if ids != self.first:
                self.wrong.append(f"all clients are {ids}, not {self.first}")
            own = [one["name"] for one in found if one["id"] == self.client]
            if len(own) != 1 or own[0] not in self.names:
                self.wrong.append(f"{self.client} is {own} among all, not one of {self.names}")
        elif HTTPStatus.OK < status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.wrong.append(f"all clients: {status} {found}")

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """Each read after its write."""
        return (self.write_client, self.read_client, self.rename, self.read_name, self.read_all, self.write_shared)


@pytest.fixture(scope="module")
def live() -> Iterator[Moving]:
    with moving() as made:
        made.databases.run(
            PRIMARY, "INSERT INTO clients SELECT 'z-' || n, 'Jane' FROM generate_series(1, %s) n", CLIENTS
        )
        made.databases.run(
            PRIMARY,
            "INSERT INTO bonds (client_id, amount_cents) SELECT id, n FROM clients, generate_series(1, %s) n",
            BONDS,
        )
        yield made


def crowd(live: Moving) -> Crowd:
    """Visitors with clients for both shards; each has written once."""
    names = [
        next(f"a{number}-{n}" for n in range(99) if place_of(f"a{number}-{n}", SHARDS) == number % SHARDS)
        for number in range(VISITORS)
    ]
    first = tuple(sorted([*names, *(f"z-{n}" for n in range(1, CLIENTS + 1))])[:FEW])
    visitors = []
    for number, name in enumerate(names):
        here, elsewhere = (f"198.51.{100 + 2 * number + turn}.1" for turn in range(2))
        visitor = Owner(live.gateway, here, name, f"type-{number}", elsewhere, first=first)
        visitor.rename()
        assert len(visitor.names) == 1, "the first write was not answered"
        visitors.append(visitor)
    return Crowd(visitors)


@contextmanager
def busy(live: Moving, place: int, source: int) -> Iterator[None]:
    """A table of a shard is in use while the pause lasts, and for so long, as an analysis after a copy uses it."""
    with psycopg.connect(live.databases.conninfos[place]) as connection:
        connection.execute("LOCK TABLE bonds IN SHARE UPDATE EXCLUSIVE MODE")

        def end() -> None:
            refused = "SELECT next_count IS NOT NULL FROM bbp_shards.placement"
            wait_until(lambda: live.databases.run(source, refused) == [(True,)], "writes to be refused", seconds=60)
            time.sleep(BUSY_SECONDS)
            connection.rollback()

        with ThreadPoolExecutor(1) as pool:
            ended = pool.submit(end)
            yield
            ended.result()


@contextmanager
def late(live: Moving, place: int) -> Iterator[list[str]]:
    """One shard says later than all others that clients lie on the primary again; who is ahead of it is told."""
    make = (
        "CREATE FUNCTION public.late() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_sleep({LATE_SECONDS}); RETURN NEW; END $$;"
        "CREATE TRIGGER late BEFORE UPDATE ON bbp_shards.placement FOR EACH ROW WHEN (NEW.count = 0) "
        "EXECUTE FUNCTION public.late()"
    )
    ahead: list[str] = []
    ended = threading.Event()

    def look() -> None:
        with ExitStack() as stack:
            new, old = (
                stack.enter_context(psycopg.connect(live.databases.conninfos[one], autocommit=True))
                for one in (PRIMARY, place)
            )
            while not ended.wait(0.02):
                opened = new.execute("SELECT count, next_count FROM bbp_shards.placement").fetchone() == (0, None)
                said = old.execute("SELECT count FROM bbp_shards.placement").fetchone()
                if opened and said != (0,):
                    ahead.append(f"the primary takes writes, and shard_{place} says {said}")

    live.databases.run(place, make)
    with ThreadPoolExecutor(1) as pool:
        looked = pool.submit(look)
        yield ahead
        ended.set()
        looked.result()
    live.databases.run(place, "DROP TRIGGER late ON bbp_shards.placement; DROP FUNCTION public.late")


def test_clients_move_to_two_shards_and_back_while_the_application_serves_them(live: Moving) -> None:
    done, found = live.databases.done, crowd(live)
    pauses = {}
    with found.asking():
        began = time.monotonic()
        done("move", "publish", "--to", str(SHARDS))
        done("move", "copy")
        time.sleep(STEP_SECONDS)
        done("move", "catch-up")
        with busy(live, 0, PRIMARY):
            pauses["to the shards, one of them in use"] = done("move", "cut-over")["pause_seconds"]
        time.sleep(STEP_SECONDS)
        done("move", "keep", "--once")
        with late(live, 1) as ahead:
            pauses["back, one shard late"] = done("move", "back")["pause_seconds"]
        assert ahead == [], "who still reads the old place would miss a write"
        time.sleep(STEP_SECONDS)
        pauses["to the shards again"] = done("move", "cut-over")["pause_seconds"]
        time.sleep(STEP_SECONDS)
        assert live.databases.differences() == []
        done("move", "clean-up")
        time.sleep(STEP_SECONDS)
    said = found.saw(began, time.monotonic())
    writes = [one for one in said.asked if one.what in CLIENT_WRITES]
    print(f"{said}; pauses {pauses}; the slowest write of a client {max(one.seconds for one in writes):.1f} s")  # noqa: T201 - what was measured
    assert said.wrong == ()
    assert {one.status for one in said.failed} == {HTTPStatus.SERVICE_UNAVAILABLE}
    assert {one.what for one in said.failed} <= CLIENT_WRITES
    waited = [one.seconds for one in said.failed]
    assert PAUSE_SECONDS < min(waited) < max(waited) < PAUSE_SECONDS + SLACK_SECONDS
    everything_is_where_it_belongs(live, found)
    another_pod(live, found.visitors[0].client)


def another_pod(live: Moving, client: str) -> None:
    """One with the map that comes after the move serves at once; one that follows no move is refused, not wrong."""
    path, body = f"/api/clients/{client}", b'{"name": "after the move"}'
    headers = {"Content-Type": "application/json"}
    for name, variables in (("moved", live.moved), ("stale", without(live.variables, "SHARDS_MOVING_TO", "TARGET"))):
        home, ports, log = live.folder / name, {3000: free_port(), 4000: free_port()}, live.folder / f"{name}.log"
        with pod(sources(home), "127.0.0.1", ports, variables, log):
            asked = Application(f"http://127.0.0.1:{ports[3000]}", f"http://127.0.0.1:{ports[4000]}")
            answer = asked.ask(path, part="api", method="PUT", headers=headers, body=body)
            if name == "moved":
                assert answer.status == HTTPStatus.OK
                assert asked.ask(path, part="api").document == {"id": client, "name": "after the move"}
            else:
                assert (answer.status, answer.headers["retry-after"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "1")
                assert answer.seconds < PAUSE_SECONDS


def without(variables: Mapping[str, str], *parts: str) -> dict[str, str]:
    """The variables whose names hold none of these."""
    return {name: value for name, value in variables.items() if not any(part in name for part in parts)}


def everything_is_where_it_belongs(live: Moving, found: Crowd) -> None:
    """Every acknowledged write, and everybody who was there before, is on the shard of the guide's hash, once."""
    for place in range(SHARDS):
        clients = {row[0] for row in live.databases.run(place, "SELECT id FROM clients")}
        assert {place_of(client, SHARDS) for client in clients} == {place}
        bonds = live.databases.run(place, "SELECT client_id, id::text FROM bonds ORDER BY bonds.id")
        for visitor in found.visitors:
            if place_of(visitor.client, SHARDS) == place:
                assert [number for client, number in bonds if client == visitor.client] == visitor.bonds
        old = [client for client, _ in bonds if client.startswith("z-")]
        assert sorted(old) == sorted(client for client in clients if client.startswith("z-") for _ in range(BONDS))
    counts = [live.databases.run(place, "SELECT count(*) FROM clients")[0][0] for place in range(SHARDS)]
    assert sum(counts) == CLIENTS + VISITORS
    assert live.databases.run(PRIMARY, "SELECT count(*) FROM clients") == [(0,)]
