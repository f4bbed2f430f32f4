"""`./bbp shard move` and `./bbp shard verify`: connect, take one step, say how far the move is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.shards.beginning import publish
from ops.answers.shards.ending import cancel, clean_up, compared
from ops.answers.shards.errors import MoveError
from ops.answers.shards.ledger import ENDED, Ledger
from ops.answers.shards.mover import Mover
from ops.answers.shards.placement import GIVEN_UP
from ops.answers.shards.reading import read_catalog
from ops.answers.shards.schema import read_schema
from ops.answers.shards.servers import connected
from ops.answers.shards.statements import script
from ops.jsonable import plain
from plan.placement import place_said
from planner.shards.clients import PRIMARY, ShardError, count_of
from planner.shards.route import Route, place_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ops.answers.shards.ledger import State
    from planner.shards.route import Verification


@dataclass(frozen=True)
class Asked:
    """What a command line says.

    Attributes:
        schema: the schema file.
        service: beginning of the services' names.
        before: where clients lie, for a move that begins: a number of shards, or `primary`.
        after: where they will.
        at_most: seconds of pause.
        once: whether `keep` ends by itself.
        drop_shared: whether shared rows which only shards that are left have are given up.
        drop_copies: whether copies are given up that may be newer than what is served, at a place that was restored.
    """

    schema: Path
    service: str
    before: str = "primary"
    after: str = "4"
    at_most: float = 30.0
    once: bool = False
    drop_shared: bool = False
    drop_copies: bool = False


@dataclass(frozen=True)
class StepOption:
    """An option that some steps take, and what it is left out as."""

    name: str
    steps: tuple[str, ...]


STEPS = ("publish", "copy", "catch-up", "cut-over", "keep", "back", "clean-up", "cancel", "status")
"""In the order in which a move goes on."""
ENDINGS_AGAIN = frozenset({"clean-up", "cancel", GIVEN_UP, "verify"})
"""What deletes, or compares, also what came back after a move has ended."""
STEP_OPTIONS = (
    StepOption("--from", ("publish",)),
    StepOption("--to", ("publish",)),
    StepOption("--print", ("publish",)),
    StepOption("--pause-at-most", ("cut-over", "back")),
    StepOption("--once", ("keep",)),
    StepOption("--drop-shared", ("cut-over", "back")),
    StepOption("--drop-copies", ("cancel",)),
)


def check_step(step: str, given: Iterable[str]) -> None:
    """That a step exists and takes the options that were given.

    Raises:
        MoveError: it does not; every option that it does not take is named with the steps that do.
    """
    if step not in STEPS:
        own = "; `./bbp shard verify` is a command of its own" if step == "verify" else ""
        raise MoveError(f"{step!a} is no step of a move, steps are {', '.join(STEPS)}{own}")
    wrong = [one for one in STEP_OPTIONS if one.name in given and step not in one.steps]
    if wrong:
        said = "; ".join(f"{one.name} belongs to {' and '.join(one.steps)}" for one in wrong)
        raise MoveError(f"`./bbp shard move {step}` does not take {', '.join(one.name for one in wrong)}: {said}")


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
        return {"step": self.step, **self.state.as_json(), "deleted_rows": self.deleted}


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


def moved(step: str, asked: Asked, say: Callable[[str], None]) -> Moved:
    """Take one step; `status`, which takes none, is `standing`.

    Raises:
        MoveError: it cannot be taken; it may be started again.
        OSError: the schema file cannot be read.
    """
    wanted = _route(asked) if step == "publish" else None
    word = GIVEN_UP if asked.drop_copies else step
    with _mover(asked.schema, asked.service, wanted, say, word) as mover:
        deleted = None
        match step:
            case "publish":
                publish(mover, _route(asked))
            case "copy":
                mover.copy()
            case "catch-up":
                mover.carry_over()
            case "cut-over":
                mover.cut_over(asked.at_most, drop_shared=asked.drop_shared)
            case "keep":
                mover.keep(forever=not asked.once)
            case "back":
                mover.back(asked.at_most, drop_shared=asked.drop_shared)
            case "clean-up":
                deleted = clean_up(mover)
            case _:
                deleted = cancel(mover, drop_copies=asked.drop_copies)
        return Moved(step, mover.ledger.read(), deleted)


def verified(schema: Path, service: str, say: Callable[[str], None], *, stands: bool = False) -> Verified:
    """Compare old and new places of the move that goes on.

    Args:
        schema: the schema file.
        service: beginning of the services' names.
        say: where messages go.
        stands: whether what differs is right where clients are served.

    Raises:
        MoveError: there is none, or another step runs.
        OSError: the schema file cannot be read.
    """
    with _mover(schema, service, None, say, "verify") as mover:
        state = mover.ledger.read()
        deleting = state.step == "cleaning" or (state.step == "cleaned" and mover.agreed.restored)
        return Verified(state, compared(mover, stands=stands) if deleting else mover.verify(stands=stands))


def printed(asked: Asked) -> str:
    """Every statement of a move for every server, to be read before it is begun.

    Raises:
        MoveError: the tables are not what the schema file says.
    """
    route, schema = _route(asked), read_schema(asked.schema)
    with connected(asked.service, [PRIMARY], alone=False) as servers:
        catalog = read_catalog(servers[PRIMARY], schema)
    return "\n\n".join(script(catalog, route, place) for place in route.everywhere)


def _route(asked: Asked) -> Route:
    """A move that can be begun: from any number of shards to any other."""
    try:
        before, after = count_of(asked.before, "--from"), count_of(asked.after, "--to")
    except ShardError as error:
        raise MoveError(str(error)) from error
    if before == after:
        raise MoveError(f"clients stay on {place_said(before)}, nothing moves: give --to another number than --from")
    return Route(before, after)


@contextmanager
def _mover(schema: Path, service: str, wanted: Route | None, say: Callable[[str], None], step: str) -> Iterator[Mover]:
    """A mover with sessions in every place of its move, each the server and of the moment that the ledger says.

    Only `publish` makes servers that know of no move take part, and `cancel` leaves them out. A mark on every server
    before what is done and behind it shows from then on which ones are put back to an earlier moment.
    """
    decided = read_schema(schema)
    route = wanted
    if route is None:
        with connected(service, [PRIMARY], alone=False) as servers:
            route = Ledger(servers[PRIMARY]).read().route
    with connected(service, route.everywhere) as servers:
        if wanted is None and Ledger(servers[PRIMARY]).read().route != route:
            raise MoveError("another move was begun meanwhile: start the step again")
        mover = Mover(servers, decided, say, wanted)
        if wanted is not None:
            yield mover
            return
        ended = mover.ledger.read().step in ENDED
        if not ended or step in ENDINGS_AGAIN:
            mover.agree(step)
        if ended:
            yield mover
            return
        if not mover.agreed.restored or step == "keep":
            mover.mark()
        yield mover
        if not mover.agreed.restored:
            mover.mark()
