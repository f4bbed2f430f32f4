"""State on real servers where clients lie: who waits for whom, and in which order old and new places change.

Services that are mixed up and servers that were restored to an earlier moment look like any other, but for what they
say of themselves: no step carries, compares or deletes anything before all of them fit the step on the primary.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psycopg

from ops.answers.shards import statements
from ops.answers.shards.errors import MoveError
from ops.answers.shards.ledger import ENDED, number_of
from plan.placement import place_said
from planner.shards.clients import PRIMARY
from planner.shards.route import place_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.answers.shards.catalog import Catalog
    from ops.answers.shards.ledger import State, Step
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route

Counts = tuple[int, int | None]
"""Over how many shards clients lie, and over how many they will while writes are refused."""
UNMOVED: frozenset[Step] = frozenset({"published", "copied", "cancelling", "cancelled"})
"""Steps at which clients are served where they were before the move."""
MOVED: frozenset[Step] = frozenset({"opened", "cleaning", "cleaned"})
"""Steps at which clients are served where they are after it."""
BEGINS: frozenset[Step] = frozenset({"published", "copied"})
"""Steps at which a place may be made anew: the copies on it are only copies."""
FOREIGN = (
    "belongs to another set of servers than the primary: look at the service file; where the schema bbp_shards of the "
    "primary was dropped, docs/runbooks/shard-lost.md says how it comes back"
)
"""What is said of a server with another identity."""
Moment = Literal["same", "earlier", "later"]
"""Where a server's mark stands to those of the primary's ledger."""
BOTH: frozenset[Moment] = frozenset({"earlier", "later"})
MOMENTS: dict[Moment, str] = {
    "same": "",
    "earlier": "bears the mark of an earlier moment of this step than the primary: it was restored. ",
    "later": "bears the mark of a later moment of this step than the primary, which was restored. ",
}
"""What is said of a server that says the right thing, and did not see what was done last; or only it did."""
STANDS = "--served-stands"
"""What differs is right where clients are served: so says an operator who has looked at it."""
READMITTED = (
    "`./bbp shard verify` lets it take part again where nothing differs, and what differs can be looked at first "
    f"(docs/runbooks/shard-lost.md: {STANDS})"
)
"""What becomes of such a server."""
COPIES = ". Where its copies are not, `./bbp shard move cancel`, then `publish`: clients lie where they were"
"""What else can be done where nothing but copies is lost."""
AGAIN = (
    "The step that was cut off can be started again: it admits clients where they were, or looks at every row first "
    "(docs/runbooks/shard-lost.md)"
)
"""What becomes of it where a step was cut off."""
GIVEN_UP = "cancel --drop-copies"
"""A move that is given up with copies that may be newer than what is served."""
DROPPED = f"`./bbp shard move {GIVEN_UP}` gives the copies up, with what only they have"
"""What else can be done where the place that copies come from was restored."""
CAME_BACK: dict[Step, str] = {
    "cleaned": "start `./bbp shard move clean-up` again: it deletes the old copies that came back",
    "cancelling": DROPPED,
    "cancelled": f"start `./bbp shard move cancel` again: it deletes copies that came back; {DROPPED}",
}
"""What to do with a server that was put back to before, or into, the end of a move."""
OTHER = (
    "it is another server, or was restored to another moment than the primary, and nothing is carried, compared or "
    "deleted before all of them agree (docs/runbooks/shard-lost.md)"
)
"""What is said of a server that contradicts the step of the move."""
LOOKING = frozenset(
    {
        *(("cut-over", step) for step in ("fenced", "opening")),
        *(("back", step) for step in ("returning", "reopening")),
        ("clean-up", "cleaning"),
    }
)
"""What was cut off and is started again: it admits clients where they were, or looks before it opens or deletes."""
TRIES = 10
"""How often a table that is in use is waited for, 5 seconds each."""
LEFT_OUT = "knows of no move and was left out: what lies there is as it was, look at it before it is used"
"""What is said of a server that takes no part where copies are deleted."""
BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
"""What a writer that holds a table for long makes of a lock."""


@dataclass(frozen=True)
class Stated:
    """What a server says of itself.

    Attributes:
        place: which it is.
        count: over how many shards clients lie, 0 for none.
        following: over how many they will while writes are refused.
        set_id: the random name of the servers that it belongs to; None where it was never given one.
        mark: the last that a move left there.
    """

    place: int
    count: int
    following: int | None
    set_id: str | None
    mark: str | None


def stated(server: Server) -> Stated | None:
    """What a server says of itself; None where it never heard of a move.

    `pg_dump --schema-only` of a server that did brings the tables of a move without their rows: that is no word of it.
    """
    if server.one("SELECT to_regclass('bbp_shards.placement') IS NOT NULL") is not True:
        return None
    rows = server.rows("SELECT place, count, next_count FROM bbp_shards.placement")
    if not rows:
        return None
    named = server.one("SELECT to_regclass('bbp_shards.identity') IS NOT NULL") is True
    who = server.rows("SELECT set_id::text, mark::text FROM bbp_shards.identity") if named else []
    return Stated(*rows[0], *(who[0] if who else (None, None)))


def expected(route: Route, step: Step, place: int) -> frozenset[Counts]:
    """All that a server may say at a step, also where the step was killed in its middle."""
    if step in UNMOVED:
        return frozenset({(route.before, None)})
    if step in MOVED:
        return frozenset({(route.after, None)})
    way = route if step in {"fenced", "opening"} else route.back
    fenced, led = (way.before, way.after), (way.after, way.before)
    found: set[Counts] = {fenced} if place in way.origins else set()
    if place in way.sources:
        found.add(led)
    if step in {"fenced", "returning"}:
        return frozenset({(way.before, None), *found})
    # Every source refused writes before the first place opened: one that admits them is of an earlier moment.
    return frozenset({(way.after, None), *found, *(() if place in way.sources else ((way.before, None),))})


def moment_of(state: State, said: Stated) -> Moment:
    """Whether a server saw all that was done: marks are numbered in their order, and random behind that."""
    if said.mark in state.marks:
        return "same"
    return "later" if number_of(said.mark) > max(map(number_of, state.marks)) else "earlier"


def contradiction(state: State, place: int, said: Stated | None, taken: frozenset[Moment] = frozenset()) -> str:
    """Why a server cannot take part in the next step; empty where it can.

    Args:
        state: of the move.
        place: which server it should be.
        said: what it says.
        taken: moments of the step at which it takes part all the same.
    """
    if said is None:
        if state.step in BEGINS:
            return "knows of no move: start `./bbp shard move publish` again"
        return "" if state.step in ENDED else f"knows of no move, which is at step {state.step}: {OTHER}"
    if said.place != place:
        return f"says that it is {place_name(said.place)}: look at the service file"
    if said.set_id != state.set_id:
        return FOREIGN
    if (said.count, said.following) in expected(state.route, state.step, place):
        moment = moment_of(state, said)
        return "" if moment == "same" or moment in taken else MOMENTS[moment] + _remedy(state, place, moment)
    more = "" if said.following is None else f", and go to {place_said(said.following)}"
    return (
        f"says that clients lie on {place_said(said.count)}{more}, and the move from {place_said(state.route.before)} "
        f"to {place_said(state.route.after)} is at step {state.step}: {OTHER}"
    )


def _remedy(state: State, place: int, moment: Moment) -> str:
    """What can be done about a server of another moment of a step."""
    if state.step in CAME_BACK:
        return CAME_BACK[state.step]
    if any(state.step == step for _, step in LOOKING):
        return AGAIN
    if state.step in BEGINS:
        return READMITTED + (COPIES if moment == "later" or place not in state.route.sources else f". {DROPPED}")
    return READMITTED


def takes(route: Route, word: str, step: Step, place: int) -> frozenset[Moment]:
    """Moments of a step at which a place takes part in something all the same, because that relies on none of its rows.

    Args:
        route: of the move.
        word: what is to be done.
        step: that was reached.
        place: which server.
    """
    if word in {"verify", GIVEN_UP} or (word, step) in {*LOOKING, ("clean-up", "cleaned")}:
        return BOTH
    later: frozenset[Moment] = frozenset({"later"})
    if word == "cancel":  # its copies go, and nothing else lies there
        return BOTH if place in {*route.targets} - {*route.sources, PRIMARY} else later
    if word == "keep":  # nothing is read there
        return later if place in route.back.origins else BOTH
    return frozenset()


@dataclass(frozen=True)
class Agreed:
    """Servers that take part.

    Attributes:
        known: those that know of the move.
        restored: which of them are of another moment of its step.
        number: the highest of all marks.
    """

    known: frozenset[int]
    restored: Mapping[int, Moment]
    number: int

    @property
    def earlier(self) -> frozenset[int]:
        """Those that were restored, while the primary was not."""
        return frozenset(place for place, moment in self.restored.items() if moment == "earlier")


def agreed(servers: Servers, state: State, word: str = "") -> Agreed:
    """That every server is the one that its service names, and of the moment of the step.

    Args:
        servers: all that take part.
        state: of the move.
        word: what is to be done. Where copies are deleted, servers that know of no move are left out.

    Raises:
        MoveError: some are not; all of them, with what they say.
    """
    said = {place: stated(server) for place, server in servers.items()}
    left_out = word in {"cancel", GIVEN_UP} or state.step in ENDED
    known = {place: one for place, one in sorted(said.items()) if one is not None or not left_out}
    problems = {
        place: contradiction(state, place, one, takes(state.route, word, state.step, place))
        for place, one in known.items()
    }
    if any(problems.values()):
        raise MoveError("; ".join(f"{servers[one].name} {problem}" for one, problem in problems.items() if problem))
    moments = {place: moment_of(state, one) for place, one in known.items() if one is not None}
    return Agreed(
        frozenset(known),
        {place: moment for place, moment in moments.items() if moment != "same"},
        max(map(number_of, [*state.marks, *(one.mark for one in said.values() if one is not None)])),
    )


def check_place(server: Server, before: int) -> None:
    """That a server says which place it is, and that clients lie where the move found them.

    Raises:
        MoveError: it says something else.
    """
    said = stated(server)
    if said is None:
        raise MoveError(f"{server.name} knows of no move: start `./bbp shard move publish` again")
    if said.place != server.place:
        raise MoveError(f"{server.name} says that it is {place_name(said.place)}: look at the service file")
    if said.count != before:
        raise MoveError(f"{server.name} says that clients lie on {place_said(said.count)}, not on {place_said(before)}")


def state(server: Server, catalog: Catalog, count: int, following: int | None = None) -> None:
    """State a placement on one server, after every writer that is at it."""
    with ExitStack() as stack:
        _stated(stack, server, catalog, count, following)


def lead_on(opened: ExitStack, servers: Servers, route: Route, catalog: Catalog) -> None:
    """Admit clients where they lie from here on, once they are refused everywhere.

    A new place is written as soon as it is open, and who reads an old one that does not know of it would miss that. So
    every old place leads on before a new one opens. What is in use is waited for before both.

    Args:
        opened: at its end the new places open. Old ones among the places are open after `lift`.
        servers: all of them.
        route: the move.
        catalog: its tables.
    """
    for place in sorted(set(route.everywhere) - set(route.sources)):
        _stated(opened, servers[place], catalog, route.after)
    for place in route.sources:
        state(servers[place], catalog, route.after, route.before)


def opened(servers: Servers, route: Route) -> frozenset[int]:
    """Places that admit clients where they lie after a move."""
    said = {place: stated(servers[place]) for place in route.everywhere}
    counts = {place: (one.count, one.following) for place, one in said.items() if one is not None}
    return frozenset(place for place, one in counts.items() if one == (route.after, None))


def lift(server: Server, count: int) -> None:
    """Admit clients of whom it is certain that they lie here, and refuse nobody more than before.

    It waits for no writer: who still sees the old statement is refused once more, and tries again.
    """
    with server.connection.transaction():
        server.execute(statements.placed(server.place, count))


def _stated(stack: ExitStack, server: Server, catalog: Catalog, count: int, following: int | None = None) -> None:
    """State it in a transaction that ends with the stack."""
    for attempt in range(TRIES):
        try:
            with ExitStack() as own:
                own.enter_context(server.connection.transaction())
                server.execute(statements.locked(catalog), statements.placed(server.place, count, following))
                stack.enter_context(own.pop_all())
        except BUSY:
            if attempt == TRIES - 1:
                raise
        else:
            return
