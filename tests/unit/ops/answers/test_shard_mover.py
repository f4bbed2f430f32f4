"""What the mover does with a row whose place another one still has."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import psycopg
import pytest

from ops.answers.shards import mover as module
from ops.answers.shards.catalog import Table
from ops.answers.shards.errors import MoveError
from ops.answers.shards.mover import TRIES, Mover
from ops.answers.shards.rows import Row
from planner.shards.clients import PRIMARY
from planner.shards.route import Route

if TYPE_CHECKING:
    from ops.answers.shards.servers import Server

TABLE = Table("public", "rooms", (("client_id", "text"), ("id", "bigint")), ("id",), "client_id")
ROW = Row("client-1", '{"id": 1}', b"client-1\t1")
ERRORS = [psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("failures", [1, TRIES])
def test_writes_are_carried_over_before_a_row_whose_place_is_taken_is_put_again(
    monkeypatch: pytest.MonkeyPatch, error: type[psycopg.Error], failures: int
) -> None:
    asked: list[str] = []

    def put(*_: object) -> None:
        asked.append("put")
        if asked.count("put") <= failures:
            raise error("taken")

    monkeypatch.setattr(module, "put", put)
    monkeypatch.setattr(module, "rows_of", lambda *_: [ROW])
    mover: Any = object.__new__(Mover)
    mover.servers = {place: SimpleNamespace(replica_role=nullcontext) for place in (0, 1)}
    mover.catch_up = lambda _: asked.append("catch up")
    source = cast("Server", SimpleNamespace(place=PRIMARY))
    if failures < TRIES:
        mover._put(Route(0, 2), source, TABLE, [ROW])
        assert asked == ["put", "catch up", "put"]
    else:
        with pytest.raises(MoveError, match="rooms: taken"):
            mover._put(Route(0, 2), source, TABLE, [ROW])
