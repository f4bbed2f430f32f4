"""A server that was restored takes part again, and there is a way on that loses no row, at every step."""

from __future__ import annotations

import pytest

from ops.answers.shards import ending
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.real.test_shard_move_agreement import PUBLISH, begun, put_back, saved
from tests.real.test_shard_move_restored import HERE, NAMED, THERE, dies
from tests.support.shard_servers import SCHEMA, Databases, OneServer, contents, fill

WRITE = "UPDATE clients SET name = %s WHERE id = %s"
SPLIT = ("move", "publish", "--from", "2", "--to", "4")
STANDS = ("verify", "--served-stands", "--json")
MOVING = next(f"client-{n}" for n in range(1, 9) if place_of(f"client-{n}", 4) == 2)
"""A client who leaves shard 0 in a split from two shards to four."""


@pytest.fixture
def opened(one_server: OneServer) -> Databases:
    """A move after its cut over."""
    made = begun(one_server)
    made.done("move", "cut-over")
    return made


@pytest.fixture(scope="module")
def split(one_server: OneServer) -> Databases:
    """A split that was copied; every test leaves it there, or ends it."""
    made = one_server.databases(4)
    fill(made, 8)
    for words in (PUBLISH, ("move", "copy"), ("move", "cut-over"), ("move", "clean-up"), SPLIT, ("move", "copy")):
        made.done(*words)
    return made


def test_a_clean_up_with_a_restored_shard_asks_for_no_row_that_another_one_has_newer(
    one_server: OneServer, opened: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ending, "_deleted", dies)
        assert opened.bbp("move", "clean-up").exit_code == 9
    opened.run(0, WRITE, "newer", HERE)
    old = saved(one_server, opened, 0)
    opened.run(1, WRITE, "newest", THERE)
    opened.run(1, "DELETE FROM documents WHERE client_id = %s", THERE)
    assert opened.differences() == []
    put_back(one_server, opened, 0, old)
    assert opened.differences() == [("missing row", "shard_0", "clients")], "shard_1 was not restored"
    said = opened.refused("move", "clean-up")
    assert "1 rows of clients on primary are missing on shard_0, or otherwise" in said
    assert "write no older row over it" in said
    assert "1 rows that differed are noted where they are served" in " ".join(opened.bbp(*STANDS).stderr.split())
    assert opened.done("move", "clean-up")["deleted_rows"] > 0
    assert opened.run(0, NAMED, HERE) == [("newer",)]
    assert opened.run(1, NAMED, THERE) == [("newest",)]
    assert contents(opened, "clients", [PRIMARY]) == []
    assert opened.done("move", "clean-up")["deleted_rows"] == 0, "killed after its last word, it is started again"


def test_a_restored_shard_is_readmitted_while_another_ones_writes_are_on_their_way(
    one_server: OneServer, opened: Databases
) -> None:
    old = saved(one_server, opened, 0)
    opened.run(0, WRITE, "lost", HERE)
    opened.done("move", "keep", "--once")
    opened.run(1, WRITE, "pending", THERE)
    put_back(one_server, opened, 0, old)
    assert opened.differences() == [("changed value", "primary", "clients")]
    opened.run(0, WRITE, "lost", HERE)
    assert opened.differences() == []
    opened.done("move", "keep", "--once")
    assert opened.run(PRIMARY, NAMED, THERE) == [("pending",)]


def test_what_is_served_stands_where_a_restored_shard_is_never_without_writes(
    one_server: OneServer, opened: Databases
) -> None:
    documents = "SELECT count(*) FROM documents WHERE client_id = %s"
    old = saved(one_server, opened, 0)
    opened.done("move", "keep", "--once")
    put_back(one_server, opened, 0, old)
    opened.run(0, WRITE, "since", HERE)
    opened.unseen(0, f"DELETE FROM documents WHERE client_id = '{HERE}'")  # noqa: S608 - an own name
    for _ in range(2):
        assert len(opened.differences()) == 2, "nothing was noted, or changed"
    assert opened.bbp(*STANDS).exit_code == 2, "it lists what differed"
    opened.done("move", "keep", "--once")
    assert opened.done("verify")["complete"]
    assert opened.run(PRIMARY, NAMED, HERE) == [("since",)]
    assert opened.run(PRIMARY, documents, HERE) == [(0,)]


def test_a_key_by_another_name_is_not_held_while_writes_are_noted_by_the_old_one(opened: Databases) -> None:
    opened.run(0, "INSERT INTO documents VALUES (%s, 'new', 'x', now())", HERE)
    for place in (PRIMARY, 0, 1):
        opened.run(place, "ALTER TABLE documents RENAME name TO title")
    assert "writes to documents were noted by another name or primary key" in opened.refused(*PUBLISH)
    for place in (PRIMARY, 0, 1):
        opened.run(place, "ALTER TABLE documents RENAME title TO name")
    opened.run(0, "INSERT INTO documents VALUES (%s, 'newer', 'x', now())", HERE)
    for place in (PRIMARY, 0, 1):
        opened.run(place, "ALTER TABLE documents RENAME TO papers")
    opened.schema.write_text(SCHEMA.replace("documents", "papers"))
    assert "writes to documents were noted by another name or primary key" in opened.refused(*PUBLISH)
    for place in (PRIMARY, 0, 1):
        opened.run(place, "ALTER TABLE papers RENAME TO documents")
    opened.schema.write_text(SCHEMA)
    opened.done("move", "keep", "--once")
    assert len(opened.run(PRIMARY, "SELECT name FROM documents WHERE client_id = %s", HERE)) == 4


def test_before_the_cut_over_a_restored_source_stands_or_its_copies_are_given_up(
    one_server: OneServer, split: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = saved(one_server, split, 0)
    split.run(0, WRITE, "copied", MOVING)
    split.done("move", "catch-up")
    put_back(one_server, split, 0, old)
    split.run(0, WRITE, "since", MOVING)
    assert "cancel --drop-copies" in split.refused("move", "catch-up")
    assert split.differences() == [("changed value", "shard_2", "clients")]
    assert split.bbp(*STANDS).exit_code == 2
    split.done("move", "catch-up")
    assert split.done("verify")["complete"]
    assert split.run(2, NAMED, MOVING) == [("since",)]
    old = saved(one_server, split, 0)
    split.done("move", "catch-up")
    with monkeypatch.context() as patched:
        patched.setattr(ending, "_deleted", dies)
        assert split.bbp("move", "cancel").exit_code == 9
    put_back(one_server, split, 0, old)
    assert "`./bbp shard move cancel --drop-copies`" in split.refused("move", "cancel")
    split.run(0, "ALTER TABLE bbp_shards.placement RENAME TO hidden")
    assert "shard_0 knows of no move, and clients lie there" in split.refused("move", "cancel"), "made again, and empty"
    split.run(0, "ALTER TABLE bbp_shards.hidden RENAME TO placement")
    split.done("move", "cancel", "--drop-copies")
    assert split.bbp("move", "status").exit_code == 0
    assert split.done("move", "cancel")["deleted_rows"] == 0, "killed after its last word, it is started again"


def test_a_shard_of_before_the_end_of_a_clean_up_is_named_and_cleaned_up_again(
    one_server: OneServer, split: Databases
) -> None:
    for words in (SPLIT, ("move", "copy"), ("move", "cut-over")):
        split.done(*words)
    old = saved(one_server, split, 0)
    split.done("move", "clean-up")
    put_back(one_server, split, 0, old)
    split.run(2, WRITE, "newest", MOVING)
    assert split.bbp("move", "status").exit_code == 2
    said = split.refused("move", "publish", "--from", "4", "--to", "2")
    assert "shard_0 bears the mark of an earlier moment" in said
    assert "start `./bbp shard move clean-up` again" in said
    split.run(2, "ALTER TABLE bbp_shards.placement RENAME TO hidden")
    assert "shard_2 knows of no move" in split.refused("move", "clean-up"), "made again, and empty"
    split.run(2, "ALTER TABLE bbp_shards.hidden RENAME TO placement")
    assert split.run(0, NAMED, MOVING) != []
    assert split.done("move", "clean-up")["deleted_rows"] > 0
    assert split.run(0, NAMED, MOVING) == []
    assert split.run(2, NAMED, MOVING) == [("newest",)]
    assert split.bbp("move", "status").exit_code == 0
