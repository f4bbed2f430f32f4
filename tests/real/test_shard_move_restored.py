"""A server that is put back to an earlier moment, or is another one, loses nobody a row; nor does a step cut off."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ops.answers.shards import ending, pause, placement
from ops.answers.shards.verify import whole
from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.real.test_shard_move_agreement import PUBLISH, begun, database, put_back, saved
from tests.support.shard_servers import Databases, OneServer, contents, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.shards.catalog import Catalog
    from ops.answers.shards.servers import Servers
    from planner.shards.route import Route, Verification

HERE, THERE = (next(f"client-{n}" for n in range(1, 5) if place_of(f"client-{n}", 2) == at) for at in (0, 1))
"""A client of each shard."""
NAMED = "SELECT name FROM clients WHERE id = %s"


@pytest.fixture(scope="module")
def moved(one_server: OneServer) -> Databases:
    """A move that was copied; every test leaves it there."""
    return begun(one_server)


@pytest.fixture(scope="module")
def opened(one_server: OneServer) -> Databases:
    """The same after its cut over; every test leaves it so."""
    made = begun(one_server)
    made.done("move", "cut-over")
    return made


@contextmanager
def served_by(found: Databases, place: int, other: Databases) -> Iterator[None]:
    """The service of a shard leads to the primary of another application."""
    services, passwords = (Path(found.environment[name]) for name in ("PGSERVICEFILE", "PGPASSFILE"))
    good = services.read_text()
    passwords.write_text(passwords.read_text() + Path(other.environment["PGPASSFILE"]).read_text())
    services.write_text(good.replace(f"dbname={database(found, place)}\n", f"dbname={database(other, PRIMARY)}\n"))
    try:
        yield
    finally:
        services.write_text(good)


@contextmanager
def lost(found: Databases, place: int, client: str) -> Iterator[None]:
    """Documents of a client are gone as after a restore that no mark shows, and come back."""
    chosen = f"documents WHERE client_id = '{client}'"
    found.unseen(place, f"CREATE TABLE bbp_shards.kept AS SELECT * FROM {chosen}; DELETE FROM {chosen}")  # noqa: S608 - own names
    yield
    found.unseen(place, "INSERT INTO documents SELECT * FROM bbp_shards.kept; DROP TABLE bbp_shards.kept")


def dies(*_: object, **__: object) -> None:
    """As a process that is killed: nothing is tidied up, and its sessions end."""
    raise SystemExit(9)


def dies_half_open(opened: object, servers: Servers, route: Route, catalog: Catalog) -> None:  # noqa: ARG001 - its name
    """One new place is open, the other is not."""
    for place in route.sources:
        placement.state(servers[place], catalog, route.after, route.before)
    placement.state(servers[route.targets[0]], catalog, route.after)
    dies()


@pytest.mark.parametrize("stage", [(pause, "rechecked"), (placement, "lead_on")])
def test_what_is_cut_off_in_its_pause_compares_everything_when_it_is_started_again(
    moved: Databases, monkeypatch: pytest.MonkeyPatch, stage: tuple[object, str]
) -> None:
    for word, before, after, target, written in (
        ("cut-over", "copied", "opened", place_of(HERE, 2), PRIMARY),
        ("back", "opened", "copied", PRIMARY, place_of(HERE, 2)),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(*stage, dies)
            assert moved.bbp("move", word).exit_code == 9
        with pytest.raises(psycopg.Error, match="lies elsewhere"):
            moved.run(written, "UPDATE clients SET name = 'refused' WHERE id = %s", HERE)
        with lost(moved, target, HERE):
            assert "1 differences" in moved.refused("move", word)
            assert moved.done("move", "status")["reached"] == before
            moved.run(written, "UPDATE clients SET name = 'written' WHERE id = %s", HERE)
        assert moved.done("move", word)["reached"] == after


def test_a_place_that_lacks_rows_is_not_opened_beside_one_that_is_open(
    moved: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(placement, "lead_on", dies_half_open)
        assert moved.bbp("move", "cut-over").exit_code == 9
    moved.run(0, "UPDATE clients SET name = 'newer' WHERE id = %s", HERE)
    with lost(moved, 1, THERE):
        assert "1 differences at shard_1, and no place is opened" in moved.refused("move", "cut-over")
        with pytest.raises(psycopg.Error, match="lies elsewhere"):
            moved.run(1, "UPDATE clients SET name = 'refused' WHERE id = %s", THERE)
    assert moved.done("move", "cut-over")["reached"] == "opened"
    assert moved.run(0, NAMED, HERE) == [("newer",)]
    moved.done("move", "back")
    assert moved.run(PRIMARY, NAMED, HERE) == [("newer",)]


def test_a_copy_of_an_earlier_moment_is_compared_or_given_up(one_server: OneServer, moved: Databases) -> None:
    for row in ((), ("late",)):
        old = saved(one_server, moved, place_of("late", 2))
        for client in row:
            moved.run(PRIMARY, "INSERT INTO clients VALUES (%s)", client)
        moved.done("move", "catch-up")
        put_back(one_server, moved, place_of("late", 2), old)
        assert moved.bbp("move", "status").exit_code == 2
        for words in (("move", "catch-up"), ("move", "copy"), ("move", "cut-over")):
            assert "bears the mark of an earlier moment of this step" in moved.refused(*words)
        assert moved.differences() == [("missing row", f"shard_{place_of(client, 2)}", "clients") for client in row]
    assert "holds" in moved.refused(*PUBLISH)
    moved.run(PRIMARY, "UPDATE bbp_shards.identity SET mark = '1-old'")
    assert "primary bears the mark of an earlier moment" in moved.refused("move", "cancel"), "copies may be newer"
    moved.done("move", "cancel", "--drop-copies")
    number = "SELECT split_part(mark, '-', 1)::integer FROM bbp_shards.identity"
    before = moved.run(0, number)
    assert contents(moved, "clients", range(2)) == []
    moved.done(*PUBLISH)
    assert moved.run(0, number) > before, "what is put back to the last move bears no later mark"
    moved.done("move", "copy")
    assert moved.differences() == []


def test_a_shard_of_an_earlier_moment_carries_no_older_row_over_a_newer_one(
    one_server: OneServer, opened: Databases
) -> None:
    write = "UPDATE clients SET name = %s WHERE id = %s"
    opened.run(0, write, "old", HERE)
    old = saved(one_server, opened, 0)
    opened.done("move", "keep", "--once")
    opened.run(0, write, "newest", HERE)
    opened.done("move", "keep", "--once")
    put_back(one_server, opened, 0, old)
    for words in (("move", "keep", "--once"), ("move", "back"), ("move", "clean-up"), PUBLISH):
        assert "shard_0 bears the mark of an earlier moment of this step" in opened.refused(*words)
    assert opened.differences() == [("changed value", "primary", "clients")], "though its write is noted"
    opened.run(0, write, "newest", HERE)
    assert opened.done("verify")["complete"]
    opened.done("move", "keep", "--once")
    assert opened.run(PRIMARY, NAMED, HERE) == [("newest",)]


def test_a_primary_of_an_earlier_moment_gets_what_its_shards_have(one_server: OneServer, opened: Databases) -> None:
    old = saved(one_server, opened, PRIMARY)
    opened.run(1, "UPDATE clients SET name = 'carried' WHERE id = %s", THERE)
    opened.done("move", "keep", "--once")
    put_back(one_server, opened, PRIMARY, old)
    assert "shard_1 bears the mark of a later moment of this step than the primary" in opened.refused("move", "back")
    opened.done("move", "keep", "--once")
    assert opened.differences() == [("changed value", "primary", "clients")]
    opened.run(1, "UPDATE clients SET name = name WHERE id = %s", THERE)
    opened.done("move", "keep", "--once")
    assert opened.differences() == []


def test_clean_up_deletes_no_row_that_its_new_place_has_not(opened: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = contents(opened, "documents", [PRIMARY])

    def written(*rest: Any, **more: Any) -> Verification:  # noqa: ANN401 - of the function itself
        opened.run(0, "UPDATE clients SET name = name || '.' WHERE id = %s", HERE)
        return whole(*rest, **more)

    with lost(opened, 0, HERE):
        with monkeypatch.context() as patched:
            patched.setattr(ending, "whole", written)
            said = opened.refused("move", "clean-up")
        assert "2 rows of documents on primary are missing on shard_0, or otherwise" in said
        assert opened.done("move", "status")["reached"] == "opened"
        opened.run(PRIMARY, "UPDATE bbp_shards.move SET step = 'cleaning'")
        assert "2 rows of documents on primary are missing on shard_0" in opened.refused("move", "clean-up")
        assert opened.differences() == [("missing row", "shard_0", "documents")]
        assert contents(opened, "documents", [PRIMARY]) == kept
    old = opened.run(PRIMARY, "UPDATE bbp_shards.move SET step = 'cleaning' RETURNING marks")
    opened.run(0, "UPDATE documents SET at = now() WHERE client_id = %s", HERE)
    opened.run(0, "UPDATE bbp_shards.identity SET mark = '1-old'")
    assert "2 rows of documents on primary are missing on shard_0" in opened.refused("move", "clean-up"), (
        "its notes may be old"
    )
    assert opened.differences() == [("missing row", "shard_0", "documents")]
    opened.run(0, "UPDATE bbp_shards.identity SET mark = %s", old[0][0][-1])
    assert opened.differences() == []
    assert opened.done("move", "clean-up")["deleted_rows"] > 0
    assert contents(opened, "documents", [PRIMARY]) == []


def test_another_server_takes_no_part_and_loses_no_row(one_server: OneServer) -> None:
    made, live = one_server.databases(2), one_server.databases(0)
    fill(made, 4)
    live.run(PRIMARY, "INSERT INTO courts SELECT n, 'live ' || n FROM generate_series(1, 5) n")
    with served_by(made, 1, live):
        assert "shard_1 holds 5 rows of courts that the primary has not, or otherwise" in made.refused(*PUBLISH)
    made.done(*PUBLISH)
    fill_live = "INSERT INTO clients SELECT 'client-' || n FROM generate_series(1, 9) n"
    live.run(PRIMARY, fill_live)
    with served_by(made, 1, live):
        assert "shard_1 holds 9 rows of clients" in made.refused(*PUBLISH)
        ran = made.bbp("move", "cancel")
    assert ran.exit_code == 0, ran.output
    assert "shard_1: knows of no move and was left out" in " ".join(ran.stderr.split())
    assert live.run(PRIMARY, "SELECT count(*) FROM clients") == [(9,)]
    made.run(0, "UPDATE bbp_shards.identity SET set_id = gen_random_uuid()")
    assert "shard_0 belongs to another set of servers" in made.refused(*PUBLISH)
    assert made.run(PRIMARY, "SELECT step FROM bbp_shards.move") == [("cancelled",)], "nothing was begun"


def test_a_server_of_another_set_takes_part_in_no_step(moved: Databases) -> None:
    set_id = moved.run(1, "SELECT set_id FROM bbp_shards.identity")[0][0]
    moved.run(1, "UPDATE bbp_shards.identity SET set_id = gen_random_uuid()")
    steps = (("move", "catch-up"), ("verify",), ("move", "cut-over"), ("move", "cancel"), PUBLISH)
    for words in steps:
        assert "shard_1 belongs to another set of servers than the primary" in moved.refused(*words)
    moved.run(1, "UPDATE bbp_shards.identity SET set_id = %s", set_id)
    moved.done("move", "catch-up")
