"""No step is taken with a server that is another one, or of another moment, than the move says of it."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support import programs
from tests.support.shard_servers import Databases, OneServer, contents, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISH = ("move", "publish", "--to", "2")


def begun(one_server: OneServer) -> Databases:
    """A move to two shards before its cut over."""
    made = one_server.databases(2)
    fill(made, 4)
    made.done(*PUBLISH)
    made.done("move", "copy")
    return made


@pytest.fixture
def copied(one_server: OneServer) -> Databases:
    return begun(one_server)


@pytest.fixture(scope="module")
def opened(one_server: OneServer) -> Databases:
    """The same after its cut over; every test leaves it as it was."""
    made = begun(one_server)
    made.done("move", "cut-over")
    return made


def database(found: Databases, place: int) -> str:
    named = re.search(r"dbname=(\S+)", found.conninfos[place])
    assert named is not None
    return named[1]


def saved(one_server: OneServer, found: Databases, place: int) -> str:
    """A copy of a database as it is now, to be put back later."""
    name = f"{database(found, place)}_saved"
    one_server.server.run(f"CREATE DATABASE {name} TEMPLATE {database(found, place)} STRATEGY file_copy")
    return name


def put_back(one_server: OneServer, found: Databases, place: int, name: str) -> None:
    """A database becomes what was saved, as a restore makes it."""
    one_server.server.run(f"DROP DATABASE {database(found, place)} WITH (FORCE)")
    one_server.server.run(f"ALTER DATABASE {name} RENAME TO {database(found, place)}")


def dumped(one_server: OneServer, found: Databases, place: int) -> None:
    """A database is made again from the schema of the primary, with all that a move keeps there."""
    one_server.server.run(f"DROP DATABASE {database(found, place)} WITH (FORCE)")
    one_server.server.run(f"CREATE DATABASE {database(found, place)} TEMPLATE template0")
    tools = programs.postgres_17()
    source = found.conninfos[PRIMARY].replace(" connect_timeout=10", "")
    dump = subprocess.run([tools / "pg_dump", "--schema-only", "-d", source], capture_output=True, check=True)
    command = [str(tools / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", found.conninfos[place]]
    subprocess.run(command, input=dump.stdout, capture_output=True, check=True)


@contextmanager
def swapped(found: Databases) -> Iterator[None]:
    """The services of both shards, mixed up."""
    file = Path(found.environment["PGSERVICEFILE"])
    good = file.read_text()
    file.write_text(good.replace("_shard_0", "_other").replace("_shard_1", "_shard_0").replace("_other", "_shard_1"))
    try:
        yield
    finally:
        file.write_text(good)


@pytest.mark.parametrize("words", [("move", "keep", "--once"), ("verify",), ("move", "back"), ("move", "clean-up")])
def test_services_that_are_mixed_up_end_every_step(opened: Databases, words: tuple[str, ...]) -> None:
    with swapped(opened):
        said = opened.refused(*words)
        status = opened.bbp("move", "status")
    assert "shard_0 says that it is shard_1: look at the service file" in said
    assert status.exit_code == 2
    assert "NO STEP CAN BE TAKEN" in status.stdout


def test_a_clean_up_that_is_started_again_with_mixed_up_services_deletes_nothing(opened: Databases) -> None:
    before = contents(opened, "clients", range(2))
    opened.run(PRIMARY, "UPDATE bbp_shards.move SET step = 'cleaning'")
    with swapped(opened):
        assert "shard_1 says that it is shard_0" in opened.refused("move", "clean-up")
    opened.run(PRIMARY, "UPDATE bbp_shards.move SET step = 'opened'")
    assert contents(opened, "clients", range(2)) == before


def test_a_shard_of_before_the_cut_over_is_neither_compared_nor_cleaned_up_after(
    one_server: OneServer, copied: Databases
) -> None:
    old = saved(one_server, copied, 0)
    copied.done("move", "cut-over")
    put_back(one_server, copied, 0, old)
    for words in (("verify",), ("move", "keep", "--once"), ("move", "clean-up"), PUBLISH):
        said = copied.refused(*words)
        assert "shard_0 says that clients lie on the primary, and the move" in said
        assert "is at step opened" in said
    ran = copied.bbp("move", "status", "--json")
    assert ran.exit_code == 2
    assert "was restored to another moment" in ran.stdout
    assert copied.run(PRIMARY, "SELECT count(*) > 0 FROM clients") == [(True,)]


def test_a_primary_of_before_the_cut_over_overwrites_no_newer_row(one_server: OneServer, copied: Databases) -> None:
    copied.run(PRIMARY, "UPDATE clients SET name = 'old note' WHERE id = 'client-1'")
    old = saved(one_server, copied, PRIMARY)
    copied.done("move", "cut-over")
    place = place_of("client-1", 2)
    copied.run(place, "UPDATE clients SET name = 'newest' WHERE id = 'client-1'")
    put_back(one_server, copied, PRIMARY, old)
    for words in (("move", "catch-up"), ("move", "copy"), ("move", "cut-over"), ("move", "cancel"), PUBLISH):
        assert "shard_0 says that clients lie on 2 shards" in copied.refused(*words)
    assert copied.run(place, "SELECT name FROM clients WHERE id = 'client-1'") == [("newest",)]


def test_a_target_that_is_made_again_from_the_primarys_schema_gets_every_row_again(
    one_server: OneServer, copied: Databases
) -> None:
    dumped(one_server, copied, 1)
    assert "shard_1 knows of no move: start `./bbp shard move publish` again" in copied.refused("move", "catch-up")
    copied.done(*PUBLISH)
    copied.done("move", "copy")
    assert copied.differences() == []
    copied.done("move", "cut-over")
    copied.done("move", "clean-up")
    dumped(one_server, copied, 0)
    assert copied.bbp("move", "status").exit_code == 0, "the move has ended, and says nothing of what came later"


def test_a_move_whose_target_is_gone_is_given_up(one_server: OneServer, copied: Databases) -> None:
    dumped(one_server, copied, 1)
    copied.done("move", "cancel")
    assert contents(copied, "clients", [0]) == []
    copied.done(*PUBLISH)


def test_writes_that_nobody_noted_before_the_cut_over_end_the_move(copied: Databases) -> None:
    copied.run(PRIMARY, "ALTER TABLE clients DISABLE TRIGGER USER")
    copied.run(PRIMARY, "UPDATE clients SET name = 'unseen' WHERE id = 'client-1'")
    for words in (("move", "copy"), PUBLISH):
        said = copied.refused(*words)
        assert "primary: nobody notes what is written to clients" in said
        assert "give the move up with `./bbp shard move cancel`" in said
    copied.done("move", "cancel")
    copied.done(*PUBLISH)
    copied.done("move", "copy")
    assert copied.differences() == []
