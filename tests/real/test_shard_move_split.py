"""Some clients move between shards, and those that stay are written all the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from ops.answers.shards.mover import Mover
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.shard_servers import CLIENT_TABLES, Databases, contents, fill, held

if TYPE_CHECKING:
    from ops.answers.shards.servers import Server
    from planner.shards.route import Route
    from tests.support.shard_servers import OneServer


def written_after_every_batch(found: Databases, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Clients that stay at home in a move from 4 shards to 5 are written whenever a batch is carried over."""
    staying = {
        place: f"client-{n}"
        for n in range(1, 40)
        if (place := place_of(f"client-{n}", 4)) == place_of(f"client-{n}", 5)
    }
    carry, written = Mover._carry, []

    def busy(mover: Mover, route: Route, source: Server, limit: int) -> int | None:
        carried = carry(mover, route, source, limit)
        if source.place in staying:
            found.run(source.place, "UPDATE clients SET name = name WHERE id = %s", staying[source.place])
            written.append(source.place)
        return carried

    monkeypatch.setattr(Mover, "_carry", busy)
    return written


def test_old_copies_go_last_and_four_shards_become_five_under_writes_of_clients_that_stay(
    one_server: OneServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = one_server.databases(5)
    fill(copied)
    copied.done("move", "publish", "--to", "4")
    copied.done("move", "copy")
    before = {table: contents(copied, table, [PRIMARY]) for table in CLIENT_TABLES}
    assert "after it is opened" in copied.refused("move", "clean-up")
    copied.done("move", "cut-over")
    assert copied.done("move", "clean-up")["deleted_rows"] == sum(map(len, before.values()))
    assert {len(contents(copied, table, [PRIMARY])) for table in CLIENT_TABLES} == {0}
    assert "there is a way back from opened" in copied.refused("move", "back")
    assert "clients lie on 4 shards, not on the primary" in copied.refused("move", "publish", "--to", "5")
    assert "the last move has ended" in copied.refused("move", "copy")
    with pytest.raises(psycopg.Error) as sent_away:
        copied.run(PRIMARY, "INSERT INTO clients (id, name) VALUES ('client-1', 'forgotten --from')")
    assert sent_away.value.sqlstate == "BBP01"
    copied.done("move", "publish", "--from", "4", "--to", "5")
    copied.done("move", "copy")
    copied.run(place_of("client-5", 4), "UPDATE clients SET name = 'five' WHERE id = 'client-5'")
    copied.done("move", "catch-up")
    assert copied.differences() == []
    stays = written_after_every_batch(copied, monkeypatch)
    copied.done("move", "cut-over")
    monkeypatch.undo()
    assert stays
    copied.done("move", "back")
    assert copied.differences() == []
    copied.run(place_of("client-5", 4), "UPDATE clients SET name = 'five again' WHERE id = 'client-5'")
    copied.done("move", "cut-over")
    assert copied.run(place_of("client-5", 5), "SELECT name FROM clients WHERE id = 'client-5'") == [("five again",)]
    copied.done("move", "clean-up")
    for table in CLIENT_TABLES:
        for place, clients in held(copied, table, 5).items():
            assert {place_of(client, 5) for client in clients} <= {place}
    assert contents(copied, "documents", range(5)) == before["documents"]
    assert len(contents(copied, "clients", range(5))) == len(before["clients"])
