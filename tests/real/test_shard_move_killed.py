"""A large move under writes, with source, target and tool killed on the way: nothing is lost, and everyone arrives."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.paths import ROOT
from tests.support.servers import scratch, wait_until
from tests.support.shard_servers import Databases, databases, servers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.live_postgres import Postgres

CLIENTS, ROWS = 5_000, 200_000
TABLES = "CREATE TABLE bonds (id bigserial PRIMARY KEY, client_id text NOT NULL, amount integer NOT NULL);"
SCHEMA = "tables: {bonds: client_id}"
PAUSE_SECONDS = 30.0
"""The default of --pause-at-most; what it takes is printed."""


@dataclass(eq=False)
class Writer(threading.Thread):
    """An application that follows a move: it asks where a client lies, writes there, and remembers each commit."""

    found: Databases
    seed: int
    wanted: dict[int, tuple[str, int]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    refused: list[float] = field(default_factory=list)
    lost: int = 0
    ending: bool = False

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.random = random.Random(self.seed)  # noqa: S311 - the same clients each time
        self.connections: dict[int, psycopg.Connection] = {}
        self.count = 0

    def run(self) -> None:
        while not self.ending:
            client = f"client-{self.random.randrange(CLIENTS)}"
            try:
                self._write(client)
            except psycopg.Error as error:
                if error.sqlstate == "BBP01":
                    self.refused.append(time.monotonic())
                else:
                    self.lost += 1
                    self.connections.clear()
                time.sleep(0.05)
            time.sleep(0.004)

    def _write(self, client: str) -> None:
        place = place_of(client, self.count)
        if place not in self.connections:
            self.connections[place] = psycopg.connect(self.found.conninfos[place], autocommit=True)
        connection = self.connections[place]
        row = connection.execute("SELECT count FROM bbp_shards.placement").fetchone()
        if row is not None and row[0] != self.count:
            self.count = row[0]
            return
        kind = self.random.random()
        if kind < 0.5 or not self.wanted:
            amount = self.random.randrange(1000)
            made = connection.execute(
                "INSERT INTO bonds (client_id, amount) VALUES (%s, %s) RETURNING id", (client, amount)
            ).fetchone()
            assert made is not None
            assert made[0] not in self.wanted
            self.wanted[made[0]] = (client, amount)
            return
        number = self.random.choice(list(self.wanted)[-500:])
        client, amount = self.wanted[number]
        if place_of(client, self.count) != place:
            return
        self.unknown.add(number)
        if kind < 0.8:
            connection.execute("UPDATE bonds SET amount = %s WHERE id = %s", (amount + 1, number))
            self.wanted[number] = (client, amount + 1)
        else:
            connection.execute("DELETE FROM bonds WHERE id = %s", (number,))
            del self.wanted[number]
            self.gone.add(number)
        self.unknown.discard(number)


def started(found: Databases, *words: str) -> subprocess.Popen[str]:
    """A step as a process of its own, whose output is read when it ends."""
    command = [sys.executable, "-c", "from ops.cli import main; main()", *found.arguments("move", *words)]
    environment = {**os.environ, **found.environment}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def copied(found: Databases) -> int:
    return int(found.run(PRIMARY, "SELECT coalesce(sum(copied), 0) FROM bbp_shards.progress")[0][0])


def test_a_move_that_is_killed_three_times_under_writes_loses_nothing() -> None:
    with scratch() as folder, ExitStack() as stack:
        _moved(folder, stack)


def _moved(folder: Path, stack: ExitStack) -> None:
    source, one, other = stack.enter_context(servers(3, folder))
    places = {PRIMARY: source, 0: one, 1: one, 2: other, 3: other}
    found = databases(places, folder, "large", TABLES)
    found.schema.write_text(SCHEMA)
    found.run(
        PRIMARY,
        "INSERT INTO bonds (client_id, amount) SELECT 'client-' || n %% %s, n FROM generate_series(1, %s) n",
        CLIENTS,
        ROWS,
    )
    found.done("move", "publish", "--to", "4")
    writers = [Writer(found, seed) for seed in range(2)]
    for writer in writers:
        writer.start()

    first = started(found, "copy")
    wait_until(lambda: copied(found) > ROWS // 8, "some rows to be copied", seconds=60)
    first.kill()  # the tool
    first.wait(10)
    second = started(found, "copy")
    at = copied(found)
    assert 0 < at < ROWS
    wait_until(lambda: copied(found) > at, "the copy to go on", seconds=60)
    again(source, stack)  # the source side
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1, said
    assert "start the same step again" in " ".join(said.split())
    third = started(found, "copy")
    at = copied(found)
    assert at < ROWS
    wait_until(lambda: copied(found) > at, "the copy to go on", seconds=60)
    again(other, stack)  # the target side
    said, _ = third.communicate(timeout=60)
    assert third.returncode == 1, said
    found.done("move", "copy")
    assert copied(found) >= ROWS
    found.bbp("verify")
    answer = found.done("move", "cut-over")
    wait_until(lambda: all(writer.count == 4 for writer in writers), "the writers to follow", seconds=30)
    time.sleep(0.5)
    for writer in writers:
        writer.ending = True
        writer.join(30)
    assert 0 < answer["pause_seconds"] < PAUSE_SECONDS
    _nothing_is_lost(found, writers)


def again(server: Postgres, stack: ExitStack) -> None:
    """End a server as a lost machine ends, and start it again on its data."""
    assert server.server is not None
    server.server.kill()
    stack.enter_context(server.running())


def _nothing_is_lost(found: Databases, writers: list[Writer]) -> None:
    rows: dict[int, tuple[str, int]] = {}
    for place in range(4):
        here = found.run(place, "SELECT id, client_id, amount FROM bonds")
        assert {place_of(client, 4) for _, client, _ in here} == {place}
        assert rows.keys().isdisjoint({number for number, *_ in here})
        rows |= {number: (client, amount) for number, client, amount in here}
    touched = set().union(*(writer.wanted.keys() | writer.gone | writer.unknown for writer in writers))
    untouched = {number: value for number, value in rows.items() if number not in touched and number <= ROWS}
    assert untouched == {n: (f"client-{n % CLIENTS}", n) for n in range(1, ROWS + 1)}
    for writer in writers:
        assert len(writer.wanted) > 50
        wrong = {n: value for n, value in writer.wanted.items() if n not in writer.unknown and rows.get(n) != value}
        assert wrong == {}
        assert not (writer.gone - writer.unknown) & rows.keys()
        assert writer.lost
    found.done("move", "keep", "--once")
    assert found.differences() == []
