"""Tables and schema file of a move stay what it was published with, or no step is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.shards import pause
from ops.answers.shards.verify import whole
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.shard_servers import SCHEMA, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.shards.route import Verification
    from tests.support.shard_servers import Databases, OneServer

CANCEL = "undo that, or give the move up with `./bbp shard move cancel`"
MEANT = "make it on every server and start `./bbp shard move publish` with the same --from and --to again"


@pytest.fixture(scope="module")
def copied(one_server: OneServer) -> Databases:
    """A move to two shards before its cut over; every test leaves it as it was."""
    made = one_server.databases(2)
    fill(made, 2)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    return made


@pytest.fixture(scope="module")
def opened(one_server: OneServer) -> Iterator[Databases]:
    """The same after its cut over; at the end it goes back and leaves no trace."""
    made = one_server.databases(2)
    fill(made, 2)
    made.done("move", "publish", "--to", "2")
    made.done("move", "copy")
    made.done("move", "cut-over")
    yield made
    made.done("move", "back")
    made.run(1, "DROP TABLE documents")
    made.done("move", "cancel")
    assert made.run(0, "SELECT count(*) FROM bonds") == [(0,)]


CHANGES = {
    "primary has a table notes, which is new": (PRIMARY, "CREATE TABLE notes (id text)", "DROP TABLE notes"),
    "shard_1: documents has column more text, which is new": (
        1,
        "ALTER TABLE documents ADD more text",
        "ALTER TABLE documents DROP more",
    ),
    "primary: bonds had column amount integer": (
        PRIMARY,
        "ALTER TABLE payments ALTER cents TYPE bigint; ALTER TABLE bonds RENAME amount TO cents",
        "ALTER TABLE payments ALTER cents TYPE integer; ALTER TABLE bonds RENAME cents TO amount",
    ),
    "shard_0: payments had payments_bond FOREIGN KEY (bond_id) REFERENCES public.bonds(id)": (
        0,
        "ALTER TABLE payments DROP CONSTRAINT payments_bond",
        "ALTER TABLE payments ADD CONSTRAINT payments_bond FOREIGN KEY (bond_id) REFERENCES bonds NOT VALID",
    ),
    "shard_0 has no table documents any more": (
        0,
        "ALTER TABLE documents RENAME TO kept",
        "ALTER TABLE kept RENAME TO documents",
    ),
    "primary: documents had documents_pkey PRIMARY KEY (client_id, name)": (
        PRIMARY,
        "ALTER TABLE documents DROP CONSTRAINT documents_pkey",
        "ALTER TABLE documents ADD PRIMARY KEY (client_id, name)",
    ),
}


@pytest.mark.parametrize("said", CHANGES)
def test_a_table_that_changes_on_any_server_before_the_cut_over_stops_it(copied: Databases, said: str) -> None:
    place, change, undone = CHANGES[said]
    copied.run(place, change)
    try:
        refused = copied.refused("move", "cut-over")
    finally:
        copied.run(place, undone)
    assert said in refused
    assert CANCEL in refused


@pytest.mark.parametrize(
    "words", [("move", "publish", "--to", "2"), ("move", "copy"), ("move", "catch-up"), ("verify",)]
)
def test_every_step_before_the_cut_over_holds_the_schema_file(copied: Databases, words: tuple[str, ...]) -> None:
    copied.schema.write_text(SCHEMA.replace("documents: client_id", "documents: name"))
    try:
        said = copied.refused(*words)
    finally:
        copied.schema.write_text(SCHEMA)
    assert "the schema file says of documents in tables: name, and was client_id" in said
    assert CANCEL in said


def test_what_changes_while_everything_is_compared_is_seen_in_the_pause(
    copied: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*rest: Any, **more: Any) -> Verification:  # noqa: ANN401 - of the function itself
        copied.run(PRIMARY, "CREATE TABLE notes (id text)")
        return whole(*rest, **more)

    monkeypatch.setattr(pause, "whole", changed)
    said = copied.refused("move", "cut-over")
    copied.run(PRIMARY, "DROP TABLE notes")
    assert "primary has a table notes, which is new" in said
    assert "clients are written where they were" in said
    copied.run(PRIMARY, "UPDATE clients SET name = name || '!' WHERE id = 'client-1'")


@pytest.mark.parametrize("words", [("keep", "--once"), ("back",), ("clean-up",)])
def test_every_step_after_the_cut_over_holds_the_tables(opened: Databases, words: tuple[str, ...]) -> None:
    opened.run(1, "CREATE TABLE notes (id text)")
    try:
        said = opened.refused("move", *words)
    finally:
        opened.run(1, "DROP TABLE notes")
    assert "shard_1 has a table notes, which is new" in said
    assert MEANT in said


def test_a_change_that_is_meant_is_held_once_it_is_made_everywhere_and_compared(opened: Databases) -> None:
    notes = "CREATE TABLE notes (client_id text PRIMARY KEY, said text); ALTER TABLE bonds ADD more text"
    publish = ("move", "publish", "--to", "2")
    for place in (0, 1):
        opened.run(place, notes)
    opened.schema.write_text(SCHEMA.replace("{clients: id", "{notes: client_id, clients: id"))
    assert "notes is no table of primary" in opened.refused(*publish)
    opened.run(PRIMARY, notes)
    lost = place_of("client-1", 2)
    opened.run(lost, "INSERT INTO notes VALUES ('client-1', 'unseen')")
    assert "1 differences lie between old and new places" in opened.refused(*publish)
    opened.run(lost, "DELETE FROM notes")
    opened.done(*publish)
    opened.run(lost, "INSERT INTO notes VALUES ('client-1', 'noted')")
    opened.run(lost, "UPDATE bonds SET more = 'kept' WHERE client_id = 'client-1'")
    opened.done("move", "keep", "--once")
    assert opened.differences() == []
    assert opened.run(PRIMARY, "SELECT said FROM notes") == [("noted",)]
