"""Clients are moved between real databases by `./bbp shard move`, and `./bbp shard verify` misses nothing."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from ops.answers.shards.servers import LOCK
from planner.shards.clients import PRIMARY, shard_hash
from planner.shards.route import place_of
from tests.support.paths import DATA
from tests.support.servers import wait_until
from tests.support.shard_servers import CLIENT_TABLES, UNSEEN, Databases, contents, fill, held

if TYPE_CHECKING:
    from typer.testing import Result

    from tests.support.shard_servers import OneServer

ALL = "tables: {clients: id, bonds: client_id, payments: client_id, documents: client_id}\n"


@pytest.fixture
def empty(one_server: OneServer) -> Databases:
    """A primary and four shards."""
    return one_server.databases(4)


@pytest.fixture
def found(empty: Databases) -> Databases:
    fill(empty)
    return empty


@pytest.fixture
def copied(found: Databases) -> Databases:
    found.done("move", "publish", "--to", "4")
    found.done("move", "copy")
    assert found.differences() == []
    return found


@pytest.fixture(scope="module")
def shared(one_server: OneServer) -> Databases:
    """A copy that is complete, damaged and repaired by one test after the other."""
    made = one_server.databases(4)
    fill(made)
    made.done("move", "publish", "--to", "4")
    made.done("move", "copy")
    assert made.differences() == []
    return made


def test_the_hash_in_the_database_is_the_guides(empty: Databases) -> None:
    empty.done("move", "publish", "--to", "4")
    vectors = json.loads((DATA / "shard_vectors.json").read_text())
    ids = [row["client_id"] for row in vectors if "\0" not in row["client_id"]]
    ids = [one for one in ids if not any("\ud800" <= letter <= "\udfff" for letter in one)]
    assert len(ids) > 300
    rows = empty.run(PRIMARY, "SELECT bbp_shards.client_hash(one) FROM unnest(%s::text[]) AS one", ids)
    assert [row[0] for row in rows] == [shard_hash(one) for one in ids]


def test_every_client_comes_to_the_shard_of_the_guides_hash_with_all_its_rows(copied: Databases) -> None:
    before = {table: contents(copied, table, [PRIMARY]) for table in CLIENT_TABLES}
    answer = copied.done("move", "cut-over")
    assert answer["reached"] == "opened"
    assert 0 < answer["pause_seconds"] < 30
    assert copied.differences() == []
    for table in CLIENT_TABLES:
        assert contents(copied, table, range(4)) == before[table]
        for place, clients in held(copied, table, 4).items():
            assert {place_of(client, 4) for client in clients} == {place}
    assert contents(copied, "courts", [2]) == contents(copied, "courts", [PRIMARY])
    assert contents(copied, "audit", range(4)) == []


def test_a_writer_is_sent_away_from_the_old_place_and_let_in_at_the_new_one(copied: Databases) -> None:
    write = "UPDATE clients SET name = 'x' WHERE id = 'client-1'"
    place = place_of("client-1", 4)
    with pytest.raises(psycopg.Error, match="lies elsewhere") as refused:
        copied.run(place, write)
    assert refused.value.sqlstate == "BBP01"
    copied.run(PRIMARY, write)
    copied.done("move", "cut-over")
    with pytest.raises(psycopg.Error, match="lies elsewhere"):
        copied.run(PRIMARY, write)
    with pytest.raises(psycopg.Error, match="lies elsewhere"):
        copied.run((place + 1) % 4, "INSERT INTO clients (id) VALUES ('client-1')")
    copied.run(place, write)
    assert copied.run(place, "SELECT count, next_count FROM bbp_shards.placement") == [(4, None)]


def test_a_transaction_that_began_before_the_pause_is_carried_over_or_refused(copied: Databases) -> None:
    with psycopg.connect(copied.conninfos[PRIMARY]) as old:
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT count(*) FROM clients")
        copied.done("move", "cut-over")
        with pytest.raises(psycopg.Error, match="lies elsewhere"):
            old.execute("UPDATE clients SET name = 'late' WHERE id = 'client-1'")


WAITING = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'bbp shard move' AND wait_event_type = 'Lock'"
"""Whether the move waits for whoever writes."""


def test_a_write_that_is_not_committed_yet_when_the_pause_begins_is_waited_for(copied: Databases) -> None:
    answers: list[dict[str, object]] = []
    with psycopg.connect(copied.conninfos[PRIMARY]) as slow:
        slow.execute("UPDATE clients SET name = 'just in time' WHERE id = 'client-1'")
        mover = threading.Thread(target=lambda: answers.append(copied.done("move", "cut-over")))
        mover.start()
        wait_until(lambda: copied.run(PRIMARY, WAITING) != [], "the move to wait for the writer", seconds=60)
        assert copied.run(PRIMARY, "SELECT step FROM bbp_shards.move") == [("fenced",)]
        slow.commit()
        mover.join(60)
    assert [answer["reached"] for answer in answers] == ["opened"]
    rows = copied.run(place_of("client-1", 4), "SELECT name FROM clients WHERE id = 'client-1'")
    assert rows == [("just in time",)]


def test_a_pause_that_takes_too_long_is_given_up_and_writes_go_on_where_they_were(copied: Databases) -> None:
    with psycopg.connect(copied.conninfos[PRIMARY]) as slow:
        slow.execute("UPDATE clients SET name = 'slow' WHERE id = 'client-1'")
        said = copied.refused("move", "cut-over", "--pause-at-most", "1")
        copied.run(PRIMARY, "UPDATE clients SET name = 'goes on' WHERE id = 'client-2'")
    assert "the pause took more than 1 s, while whoever was writing was waited for; clients are written where" in said
    assert copied.done("move", "status")["reached"] == "copied"
    copied.done("move", "cut-over")


def test_what_is_written_during_the_copy_follows(found: Databases) -> None:
    found.done("move", "publish", "--to", "4")
    found.done("move", "copy")
    for statement in (
        "INSERT INTO clients VALUES ('late', 'x', 1)",
        "INSERT INTO bonds (client_id, amount) SELECT 'late', n FROM generate_series(1, 10) n",
        "UPDATE bonds SET amount = amount + 100 WHERE client_id = 'client-7'",
        "DELETE FROM payments WHERE client_id = 'client-8'",
        "DELETE FROM documents WHERE client_id = 'client-9'",
        "UPDATE documents SET client_id = 'late' WHERE client_id = 'client-10'",
        "UPDATE documents SET name = 'renamed' WHERE client_id = 'client-11' AND name = 'd1'",
        "UPDATE courts SET name = 'moved' WHERE id = 2",
    ):
        found.run(PRIMARY, statement)
    with psycopg.connect(found.conninfos[PRIMARY]) as swap:  # two unique values change places
        swap.execute("UPDATE bonds SET number = 'spare' WHERE number = 'no-client-1'")
        swap.execute("UPDATE bonds SET number = 'no-client-1' WHERE number = 'no-client-2'")
        swap.execute("UPDATE bonds SET number = 'no-client-2' WHERE number = 'spare'")
    ran = found.bbp("verify")
    assert ran.exit_code == 2
    assert "not carried over yet" in " ".join(ran.stdout.split())
    found.done("move", "catch-up")
    assert found.differences() == []
    for table in CLIENT_TABLES:
        assert contents(found, table, range(4)) == contents(found, table, [PRIMARY])


CLIENT, STRANGER = (next(f"client-{n}" for n in range(1, 40) if place_of(f"client-{n}", 4) == at) for at in (2, 3))
TOUCH = "UPDATE documents SET at = now() WHERE client_id = ':client'"
GONE = "DELETE FROM documents WHERE client_id = ':client' AND name = 'd1'"
BACK = "INSERT INTO documents SELECT * FROM kept"
WRONG = {
    "missing row": ("documents", GONE, BACK),
    "extra row": (
        "documents",
        "INSERT INTO documents VALUES (':client', 'd9')",
        "DELETE FROM documents WHERE name = 'd9'",
    ),
    "changed value": (
        "documents",
        "UPDATE documents SET body = 'x' WHERE client_id = ':client' AND name = 'd1'",
        f"{GONE}; {BACK}",
    ),
    "wrong shard": (
        "documents",
        "INSERT INTO documents VALUES (':stranger', 'd1')",
        "DELETE FROM documents WHERE client_id = ':stranger'",
    ),
    "sequence behind": (
        "bonds",
        "ALTER SEQUENCE bonds_id_seq RESTART WITH 3",
        "ALTER SEQUENCE bonds_id_seq RESTART WITH 200002",
    ),
}


def worded(statement: str) -> str:
    """With the client of shard_2, and the one of another."""
    return statement.replace(":client", CLIENT).replace(":stranger", STRANGER)


@pytest.mark.parametrize("kind", WRONG)
def test_verify_finds_what_is_not_as_it_should_be(shared: Databases, kind: str) -> None:
    table, damage, repair = WRONG[kind]
    kept = "CREATE TEMP TABLE kept AS SELECT * FROM documents WHERE client_id = ':client' AND name = 'd1'"
    with psycopg.connect(shared.conninfos[2], autocommit=True) as connection:
        for statement in (UNSEEN, kept, damage):
            connection.execute(worded(statement).encode())
        assert shared.differences() == [(kind, "shard_2", table)]
        connection.execute(worded(repair).encode())
    assert shared.differences() == []


def test_verify_finds_a_shared_row_that_differs_and_numbers_that_two_places_give(shared: Databases) -> None:
    shared.unseen(0, "UPDATE courts SET name = 'x' WHERE id = 1")
    shared.run(3, "ALTER SEQUENCE bonds_id_seq INCREMENT BY 1")
    assert sorted(shared.differences()) == [
        ("changed value", "shard_0", "courts"),
        ("sequence behind", "shard_3", "bonds"),
    ]
    shared.unseen(0, "UPDATE courts SET name = 'court 1' WHERE id = 1")
    shared.run(3, "ALTER SEQUENCE bonds_id_seq INCREMENT BY 16")


def test_a_cut_over_of_a_copy_that_is_not_complete_leaves_writes_where_they_were(found: Databases) -> None:
    found.done("move", "publish", "--to", "4")
    found.done("move", "copy")
    found.unseen(2, worded(GONE))
    assert "1 differences" in found.refused("move", "cut-over")
    assert found.run(PRIMARY, "SELECT fenced_at FROM bbp_shards.move") == [(None,)], "nobody had to wait for that"
    found.run(PRIMARY, worded(TOUCH))
    with pytest.raises(psycopg.Error, match="lies elsewhere"):
        found.run(2, worded("INSERT INTO documents VALUES (':client', 'd7')"))


def test_verify_finds_a_row_that_refers_to_another_clients(found: Databases) -> None:
    found.run(
        PRIMARY,
        "INSERT INTO payments (client_id, bond_id, cents) "
        "SELECT 'client-1', min(id), 1 FROM bonds WHERE client_id = 'client-2'",
    )
    found.done("move", "publish", "--to", "4")
    found.done("move", "copy")
    assert ("wrong shard", "primary", "payments") in found.differences()


def test_nothing_that_was_compared_is_no_complete_copy(empty: Databases) -> None:
    empty.done("move", "publish", "--to", "4")
    empty.done("move", "copy")
    ran = empty.bbp("verify")
    assert ran.exit_code == 2
    assert "nothing was compared" in ran.stdout


def test_the_way_back_brings_what_was_written_on_the_shards(copied: Databases) -> None:
    copied.done("move", "cut-over")
    place = place_of("client-3", 4)
    copied.run(place, "UPDATE clients SET name = 'on the shard' WHERE id = 'client-3'")
    (number,) = copied.run(place, "INSERT INTO bonds (client_id, amount) VALUES ('client-3', 1) RETURNING id")[0]
    (other,) = copied.run(
        place_of("client-4", 4), "INSERT INTO bonds (client_id, amount) VALUES ('client-4', 1) RETURNING id"
    )[0]
    assert (number % 16, other % 16) == (place, place_of("client-4", 4))
    copied.done("move", "keep", "--once")
    assert copied.differences() == []
    answer = copied.done("move", "back")
    assert (answer["reached"], answer["pause_seconds"] > 0) == ("copied", True)
    copied.run(PRIMARY, "UPDATE clients SET name = name || '!' WHERE id = 'client-3'")
    assert copied.run(PRIMARY, "SELECT name FROM clients WHERE id = 'client-3'") == [("on the shard!",)]
    assert copied.run(PRIMARY, "SELECT count(*) FROM bonds WHERE id = ANY(%s)", [number, other]) == [(2,)]
    assert copied.run(PRIMARY, "SELECT nextval('bonds_id_seq') > %s", max(number, other)) == [(True,)]
    copied.done("move", "cut-over")
    assert copied.run(place, "SELECT name FROM clients WHERE id = 'client-3'") == [("on the shard!",)]


def test_two_steps_at_once_are_one_too_many(copied: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.answers.shards.servers.LOCK_SECONDS", 0.5)
    with psycopg.connect(copied.conninfos[1], autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        assert "another step of a move or a verification runs" in copied.refused("verify")
        answer = copied.done("move", "status")
    assert answer["reached"] == "copied"
    assert [one["count"] for one in answer["servers"]] == [0] * 5


def test_verify_and_the_way_back_need_nobody_to_end_what_keeps_it(copied: Databases) -> None:
    copied.done("move", "cut-over")
    kept: list[Result] = []
    keeper = threading.Thread(target=lambda: kept.append(copied.bbp("move", "keep")))
    keeper.start()
    place = place_of("client-3", 4)
    copied.run(place, "UPDATE clients SET name = 'on the shard' WHERE id = 'client-3'")
    wait_until(lambda: copied.run(place, "SELECT 1 FROM bbp_shards.changes") == [], "it to be carried back", seconds=30)
    assert copied.done("verify")["complete"]
    copied.done("move", "back")
    keeper.join(60)
    assert kept[0].exit_code == 0
    assert "the move is at step copied: nothing is carried back any more" in " ".join(kept[0].output.split())
    assert copied.run(PRIMARY, "SELECT name FROM clients WHERE id = 'client-3'") == [("on the shard",)]
