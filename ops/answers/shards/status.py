"""`./bbp shard move status`: how far a move is, by every server that answers, while others take their steps."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from bailbondpro.facts.shards import MAX_SHARDS
from ops.answers.shards.deadline import limited
from ops.answers.shards.errors import MoveError, OverdueError
from ops.answers.shards.ledger import Ledger
from ops.answers.shards.schema import read_schema
from ops.answers.shards.servers import Server, service_of
from ops.foreign import one_line
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ops.answers.shards.ledger import State

SECONDS = 10.0
"""How long one server may take to answer."""
UNDEFINED = "definition of service"
"""How libpq begins to say that no service has this name (fe-connect.c, parseServiceInfo)."""


@dataclass(frozen=True)
class Said:
    """What one server says.

    Attributes:
        place: which it is.
        count: over how many shards clients lie, 0 for none; None where it knows of no move, or does not answer.
        following: over how many they will while writes are refused.
        problem: why it does not answer; empty where it does.
    """

    place: int
    count: int | None = None
    following: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class Standing:
    """How far a move is.

    Attributes:
        state: of the move; None where the primary does not answer, which keeps it.
        servers: each that takes part; without the primary those that have a service.
    """

    state: State | None
    servers: tuple[Said, ...]

    @property
    def silent(self) -> tuple[Said, ...]:
        """Servers that do not answer."""
        return tuple(one for one in self.servers if one.problem)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        servers = [
            {
                "place": place_name(one.place),
                "answers": not one.problem,
                "count": one.count,
                "next_count": one.following,
                "problem": one.problem,
            }
            for one in self.servers
        ]
        return {"step": "status", **(self.state.as_json() if self.state else {"reached": None}), "servers": servers}


def standing(schema: Path, prefix: str) -> Standing:
    """Ask every server, and wait for nobody's step.

    Raises:
        MoveError: no move was begun, or no server answers.
        OSError: the schema file cannot be read.
    """
    read_schema(schema)
    primary, state = _asked(prefix, PRIMARY, lambda server: Ledger(server).read())
    if state is not None:
        others = [place for place in state.route.everywhere if place != PRIMARY]
        return Standing(state, (primary, *(_asked(prefix, place)[0] for place in others)))
    shards = [_asked(prefix, place)[0] for place in range(MAX_SHARDS)]
    found = [one for one in shards if UNDEFINED not in one.problem]
    if all(one.problem for one in found):
        raise MoveError(primary.problem)
    return Standing(None, (primary, *found))


def _asked(prefix: str, place: int, read: Callable[[Server], State] | None = None) -> tuple[Said, State | None]:
    """What a server says, and the move where it is asked for it.

    Raises:
        MoveError: it answers, and no move was begun there.
    """
    try:
        server = Server(place, service_of(prefix, place))
    except MoveError as error:
        return Said(place, problem=one_line(error, 1000)), None
    try:
        with closing(server), limited([server], SECONDS, "its answer"):
            begun = server.one("SELECT to_regclass('bbp_shards.placement') IS NOT NULL")
            rows = server.rows("SELECT count, next_count FROM bbp_shards.placement") if begun else []
            count, following = rows[0] if rows else (None, None)
            return Said(place, count, following), read(server) if read else None
    except (OverdueError, psycopg.Error) as error:
        return Said(place, problem=one_line(error, 1000)), None
