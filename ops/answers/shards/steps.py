"""`./bbp shard move` and `./bbp shard verify`: connect, take one step, say how far the move is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.shards.catalog import read_catalog
from ops.answers.shards.errors import MoveError
from ops.answers.shards.ledger import Ledger
from ops.answers.shards.mover import Mover
from ops.answers.shards.schema import read_schema
from ops.answers.shards.servers import connected
from ops.answers.shards.statements import script
from ops.jsonable import plain
from planner.shards.clients import PRIMARY, ShardError, reshard
from planner.shards.route import Route, place_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ops.answers.shards.ledger import State
    from planner.shards.route import Verification


@dataclass(frozen=True)
class Asked:
    """What a command line says.

    Attributes:
        schema: the schema file.
        service: beginning of the services' names.
        before: over how many shards clients lie, for a move that begins.
        after: over how many they will.
        at_most: seconds of pause.
        once: whether `keep` ends by itself.
    """

    schema: Path
    service: str
    before: int
    after: int
    at_most: float
    once: bool


@dataclass(frozen=True)
class Moved:
    """How far a move is after a step.

    Attributes:
        step: what was done.
        state: how far it is.
        deleted: rows that were deleted at their old places; None where the step deletes none.
    """

    step: str
    state: State
    deleted: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return {
            "step": self.step,
            "from": self.state.route.before or "primary",
            "to": self.state.route.after or "primary",
            "reached": self.state.step,
            "verified": self.state.verified,
            "pause_seconds": self.state.pause_seconds,
            "deleted_rows": self.deleted,
        }


@dataclass(frozen=True)
class Verified:
    """What a verification found, and on which way."""

    state: State
    verification: Verification

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        found = plain(self.verification)
        for difference, one in zip(found["differences"], self.verification.differences, strict=True):
            difference["place"] = place_name(one.place)
        return {**found, "complete": self.verification.complete}


def count_of(text: str) -> int:
    """A number of shards, 0 for the primary.

    Raises:
        MoveError: it is none.
    """
    if text == "primary":
        return 0
    if not text.isdecimal():
        raise MoveError(f"a place is a number of shards, or primary, not {text}")
    return int(text)


def moved(step: str, asked: Asked, say: Callable[[str], None]) -> Moved:
    """Take one step.

    Raises:
        MoveError: it cannot be taken; it may be started again.
        OSError: the schema file cannot be read.
    """
    wanted = _route(asked) if step == "publish" else None
    with _mover(asked.schema, asked.service, wanted, say) as mover:
        deleted = None
        match step:
            case "publish":
                mover.publish(_route(asked))
            case "copy":
                mover.copy()
            case "catch-up":
                mover.carry_over()
            case "cut-over":
                mover.cut_over(asked.at_most)
            case "keep":
                mover.keep(forever=not asked.once)
            case "back":
                mover.back(asked.at_most)
            case "clean-up":
                deleted = mover.clean_up()
            case _:
                pass
        return Moved(step, mover.ledger.read(), deleted)


def verified(schema: Path, service: str) -> Verified:
    """Compare old and new places of the move that goes on.

    Raises:
        MoveError: there is none, or another step runs.
        OSError: the schema file cannot be read.
    """
    with _mover(schema, service, None, lambda _: None) as mover:
        return Verified(mover.ledger.read(), mover.verify())


def printed(asked: Asked) -> str:
    """Every statement of a move for every server, to be read before it is begun.

    Raises:
        MoveError: the tables are not what the schema file says.
    """
    route, schema = _route(asked), read_schema(asked.schema)
    with connected(asked.service, [PRIMARY]) as servers:
        catalog = read_catalog(servers[PRIMARY], schema)
    parts = (
        script(
            catalog,
            place,
            route.before,
            route.after if place in route.sources else None,
            opened=route.after,
        )
        for place in route.everywhere
    )
    return "\n\n".join(parts)


def _route(asked: Asked) -> Route:
    """A move that can be begun: from fewer shards to more."""
    try:
        reshard(asked.before, asked.after)
    except ShardError as error:
        raise MoveError(f"{error}; the way back of a move that is open is `./bbp shard move back`") from error
    if asked.before == asked.after:
        raise MoveError(f"nothing moves from {asked.before} to {asked.after}")
    return Route(asked.before, asked.after)


@contextmanager
def _mover(schema: Path, service: str, wanted: Route | None, say: Callable[[str], None]) -> Iterator[Mover]:
    """A mover with sessions in every place of its move."""
    decided = read_schema(schema)
    if wanted is None:
        with connected(service, [PRIMARY]) as servers:
            wanted = Ledger(servers[PRIMARY]).read().route
    with connected(service, wanted.everywhere) as servers:
        yield Mover(servers, decided, say)
