"""`./bbp shard move status`: how far a move is, by every server that answers, while others take their steps."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import psycopg

from bailbondpro.facts.shards import MAX_SHARDS
from ops.answers.shards.deadline import limited
from ops.answers.shards.errors import MoveError, OverdueError
from ops.answers.shards.ledger import Ledger
from ops.answers.shards.placement import contradiction, stated
from ops.answers.shards.schema import read_schema
from ops.answers.shards.servers import Server, service_of
from ops.foreign import one_line
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ops.answers.shards.ledger import State
    from ops.answers.shards.placement import Stated

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
        contradiction: why it cannot take part in the next step; empty where it can.
    """

    place: int
    count: int | None = None
    following: int | None = None
    problem: str = ""
    contradiction: str = ""


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

    @property
    def contradicting(self) -> tuple[Said, ...]:
        """Servers that are not what the step of the move says of them."""
        return tuple(one for one in self.servers if one.contradiction)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        servers = [
            {
                "place": place_name(one.place),
                "answers": not one.problem,
                "count": one.count,
                "next_count": one.following,
                "problem": one.problem,
                "contradiction": one.contradiction,
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
    primary, own, state = _asked(prefix, PRIMARY, lambda server: Ledger(server).read())
    if state is not None:
        others = [place for place in state.route.everywhere if place != PRIMARY]
        asked = ((primary, own), *(_asked(prefix, place)[:2] for place in others))
        if _asked(prefix, PRIMARY, lambda server: Ledger(server).read())[2] != state:
            return Standing(state, tuple(said for said, _ in asked))  # a step was taken meanwhile
        return Standing(state, tuple(_judged(*one, state) for one in asked))
    shards = [_asked(prefix, place)[0] for place in range(MAX_SHARDS)]
    found = [one for one in shards if UNDEFINED not in one.problem]
    if all(one.problem for one in found):
        raise MoveError(primary.problem)
    return Standing(None, (primary, *found))


def _judged(said: Said, own: Stated | None, state: State) -> Said:
    return said if said.problem else replace(said, contradiction=contradiction(state, said.place, own))


def _asked(
    prefix: str, place: int, read: Callable[[Server], State] | None = None
) -> tuple[Said, Stated | None, State | None]:
    """What a server says, and the move where it is asked for it.

    Raises:
        MoveError: it answers, and no move was begun there.
    """
    try:
        server = Server(place, service_of(prefix, place))
    except MoveError as error:
        return Said(place, problem=one_line(error, 1000)), None, None
    try:
        with closing(server), limited([server], SECONDS, "its answer"):
            own = stated(server)
            said = Said(place) if own is None else Said(place, own.count, own.following)
            return said, own, read(server) if read else None
    except (OverdueError, psycopg.Error) as error:
        return Said(place, problem=one_line(error, 1000)), None, None
