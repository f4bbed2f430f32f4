"""Rows of no client are the primary's: new shards get them, and none is lost in silence with a shard that is left."""

from __future__ import annotations

import psycopg
import pytest

from planner.shards.clients import PRIMARY
from tests.support.shard_servers import Databases, OneServer, contents, fill

NAME = "UPDATE courts SET name = %s WHERE id = 1"


def placed(found: Databases, before: str, after: str) -> None:
    """A move until its cut over is due."""
    found.done("move", "publish", "--from", before, "--to", after)
    found.done("move", "copy")


def courts(found: Databases, place: int) -> dict[int, str]:
    return {int(str(number)): str(name) for number, name in contents(found, "courts", [place])}


@pytest.fixture(scope="module")
def found(one_server: OneServer) -> Databases:
    """Two shards of four in use, where the move before has ended; the tests go on from one another."""
    made = one_server.databases(4)
    fill(made, 6)
    placed(made, "primary", "2")
    made.done("move", "cut-over")
    made.done("move", "clean-up")
    return made


def test_new_shards_get_the_primarys_rows_and_those_in_use_keep_their_own(found: Databases) -> None:
    found.run(PRIMARY, NAME, "of the primary")
    found.run(1, NAME, "of shard 1")
    ran = found.bbp("move", "publish", "--from", "2", "--to", "4")
    assert ran.exit_code == 0, ran.output
    said = " ".join(found.bbp("move", "copy").output.split())
    assert "courts: 1 rows are otherwise on shard_1 than on the primary, from which new shards get theirs" in said
    found.run(PRIMARY, "DELETE FROM courts WHERE id = 3 AND NOT EXISTS (SELECT FROM clients)")
    with pytest.raises(psycopg.Error, match="rows of no client are written on the primary") as refused:
        found.run(3, NAME, "too early")
    assert refused.value.sqlstate == "BBP01"
    found.done("move", "catch-up")
    assert found.differences() == []
    found.done("move", "cut-over")
    names = [courts(found, place).get(1) for place in (PRIMARY, 0, 1, 2, 3)]
    assert names == ["of the primary", "court 1", "of shard 1", "of the primary", "of the primary"]
    assert [3 in courts(found, place) for place in (PRIMARY, 1, 3)] == [False, True, False]
    found.run(3, "INSERT INTO courts VALUES (3, 'in use now')")
    found.done("move", "clean-up")


def test_the_way_to_the_primary_refuses_to_lose_what_only_shards_have(found: Databases) -> None:
    found.run(0, NAME, "of the primary")
    found.run(3, "INSERT INTO courts VALUES (9, 'of shard 3')")
    placed(found, "4", "primary")
    assert ("extra row", "shard_3", "courts") in found.differences()
    said = found.refused("move", "cut-over")
    assert 'courts on shard_1, {"id": 1}: the primary has it otherwise, which owns rows of no client' in said
    assert 'courts on shard_3, {"id": 9}: the primary has none' in said
    assert "write them on the primary, or state with --drop-shared that the shards' are given up" in said
    found.run(PRIMARY, "INSERT INTO courts VALUES (9, 'of shard 3')")
    before = courts(found, PRIMARY)
    found.done("move", "cut-over", "--drop-shared")
    assert courts(found, PRIMARY) == before == {1: "of the primary", 2: "court 2", 9: "of shard 3"}
    assert found.differences() == [], "the way back is as it will be"
    with pytest.raises(psycopg.Error, match="rows of no client are written on the primary"):
        found.run(3, NAME, "nobody would see it")


def test_going_back_to_shards_brings_them_what_the_primary_has_by_then(found: Databases) -> None:
    found.run(PRIMARY, NAME, "newer")
    found.done("move", "back")
    assert courts(found, 1) == courts(found, 3) == courts(found, PRIMARY)
    found.run(2, NAME, "of shard 2")
    assert 'courts on shard_2, {"id": 1}' in found.refused("move", "cut-over")
    found.done("move", "cut-over", "--drop-shared")
    found.done("move", "clean-up")
    assert courts(found, PRIMARY)[1] == "newer"
    assert courts(found, 2) == {}
