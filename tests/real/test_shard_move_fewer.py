"""Clients go to fewer shards and to the primary by a move of their own, and a move that is given up leaves no trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from planner.shards.clients import PRIMARY
from planner.shards.route import place_of
from tests.support.shard_servers import CLIENT_TABLES, Databases, contents, fill, held

if TYPE_CHECKING:
    from tests.support.shard_servers import OneServer

Contents = dict[str, list[tuple[object, ...]]]


def everything(found: Databases, places: range | list[int]) -> Contents:
    return {table: contents(found, table, places) for table in CLIENT_TABLES}


def at_home(found: Databases, count: int, existing: int) -> None:
    """Every row lies where the guide's hash says, and nowhere else."""
    for table in CLIENT_TABLES:
        assert held(found, table, 0)[PRIMARY] == set() or count == 0
        for place, clients in held(found, table, existing).items():
            assert {place_of(client, count) for client in clients} <= {place}


def moved(found: Databases, before: str, after: str) -> None:
    """A whole move, with writes after the copy and after the cut over."""
    source, target = (0 if one == "primary" else int(one) for one in (before, after))
    found.done("move", "publish", "--from", before, "--to", after)
    found.done("move", "copy")
    found.run(place_of("client-5", source), "UPDATE clients SET name = 'late' WHERE id = 'client-5'")
    found.run(place_of("client-6", source), "DELETE FROM documents WHERE client_id = 'client-6'")
    found.done("move", "cut-over")
    here, there = place_of("client-7", source), place_of("client-7", target)
    found.run(there, "INSERT INTO bonds (client_id, amount) VALUES ('client-7', 7)")
    if here != there:
        with pytest.raises(psycopg.Error, match="lies elsewhere"):
            found.run(here, "UPDATE clients SET name = 'old map' WHERE id = 'client-7'")
    found.done("move", "keep", "--once")
    assert found.differences() == []
    found.done("move", "clean-up")


def test_three_shards_become_two_then_none_and_four_again(one_server: OneServer) -> None:
    found = one_server.databases(4)
    fill(found, 12)
    moved(found, "primary", "3")
    at_home(found, 3, 4)
    before = everything(found, range(4))
    moved(found, "3", "2")
    at_home(found, 2, 4)
    after = everything(found, range(4))
    assert len(after["bonds"]) == len(before["bonds"]) + 1
    assert after["payments"] == before["payments"]
    assert contents(found, "courts", [2]) == [], "rows of no client go with a shard that is left"
    assert "clients lie on 2 shards, not on 3 shards" in found.refused("move", "publish", "--from", "3", "--to", "4")
    moved(found, "2", "primary")
    at_home(found, 0, 4)
    assert len(contents(found, "bonds", [PRIMARY])) == len(after["bonds"]) + 1
    assert len(contents(found, "courts", [PRIMARY])) == 3
    moved(found, "primary", "4")  # shard_2 says that clients lie over 2 shards since it was left
    at_home(found, 4, 4)
    numbers = [row[0] for row in contents(found, "bonds", range(4))]
    assert len(set(numbers)) == len(numbers) == len(after["bonds"]) + 2


def test_the_way_back_of_an_open_move_is_named_and_a_move_is_given_up(one_server: OneServer) -> None:
    found = one_server.databases(4)
    fill(found, 10)
    before = everything(found, [PRIMARY])
    found.done("move", "publish", "--to", "4")
    found.done("move", "copy")
    found.done("move", "cut-over")
    said = found.refused("move", "publish", "--from", "4", "--to", "primary")
    assert "a move from primary to 4 goes on here, at step opened" in said
    assert "`back` is this one" in said
    assert "it is given up while clients are served where they were" in found.refused("move", "cancel")
    assert "rows are copied while clients are written at their old places" in found.refused("move", "copy")
    found.done("move", "back")
    copies = sum(len(rows) for rows in everything(found, range(4)).values())
    shared = 4 * len(contents(found, "courts", [PRIMARY]))
    assert found.done("move", "cancel")["deleted_rows"] == copies + shared
    assert everything(found, range(4)) == {table: [] for table in CLIENT_TABLES}
    assert everything(found, [PRIMARY]) == before
    found.run(PRIMARY, "UPDATE clients SET name = 'goes on' WHERE id = 'client-1'")
    assert found.run(PRIMARY, "SELECT count(*) FROM bbp_shards.changes") == [(0,)]
    assert "the last move has ended" in found.refused("move", "cut-over")
    moved(found, "primary", "2")
    at_home(found, 2, 4)
