"""The pause of a move: writes of clients that move are refused, for so long and no longer."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg

from ops.answers.shards import placement
from ops.answers.shards.deadline import limited
from ops.answers.shards.errors import MoveError, OverdueError
from ops.answers.shards.sequences import align
from ops.answers.shards.shared import bring, check_left
from ops.answers.shards.verify import rechecked, unopened, whole
from ops.foreign import one_line

if TYPE_CHECKING:
    from ops.answers.shards.ledger import Step
    from ops.answers.shards.mover import Mover
    from ops.answers.shards.verify import Shared
    from planner.shards.route import Route, Verification

AGAIN = "start the same step again when it answers"
LIFT_SECONDS = 20.0
"""How long one source may take to admit writes again; it waits for nobody there."""


def taken(
    mover: Mover, route: Route, steps: tuple[Step, Step, Step, Step], at_most: float, *, drop_shared: bool
) -> None:
    """From the first of four steps to the last; started again it goes on from where it was.

    Args:
        mover: who moves.
        route: from where to where.
        steps: before, fenced, opening and after.
        at_most: seconds of pause.
        drop_shared: whether shared rows which only shards that are left have are given up.

    Raises:
        MoveError: something differs, takes too long or does not answer. Its words say where clients are written.
    """
    before, _, opening, after = steps
    step = mover.ledger.read().step
    open_already = placement.opened(mover.servers, route) if step == opening else frozenset()
    if open_already:
        _go_on(mover, route, open_already)
    else:
        if step != before:
            # It was cut off before any place was open: nothing that it did is relied on.
            _give_up(mover, route, steps, led=step == opening)
            mover.say("cut off before, and begun again: clients are written where they were")
        _prepare(mover, route, drop_shared=drop_shared)
        _paused(mover, route, steps, at_most, "aims" if drop_shared else "all")
    for place in route.sources:
        placement.lift(mover.servers[place], route.after)
    # From here on the shards that are left take no rows of no client: the way back begins with the primary's.
    bring(mover.servers, route.back, mover.catalog, mover.say)
    align(mover.servers, route.back, mover.catalog)
    mover.ledger.verified(whole=True)
    mover.ledger.note(after)


def _go_on(mover: Mover, route: Route, open_already: frozenset[int]) -> None:
    """Open the places that are left: clients may be written at the others, so that there is no way but forward.

    Raises:
        MoveError: they do not hold what the old places do, where what moves there is refused; nothing more is opened.
    """
    left = frozenset({*route.everywhere} - open_already)
    bring(mover.servers, route, mover.catalog, mover.say, left)
    align(mover.servers, route, mover.catalog)
    found = unopened(mover.servers, route, mover.catalog, left)
    if found.different:
        names = ", ".join(mover.servers[place].name for place in sorted({one.place for one in found.differences}))
        raise MoveError(
            f"{found.different:,} differences at {names}, and no place is opened that lacks what the old ones hold: "
            "writes of its clients stay refused until it is restored to a moment of the pause "
            "(docs/runbooks/shard-lost.md)"
        )
    mover.mark()
    with ExitStack() as opened:
        placement.lead_on(opened, mover.servers, route, mover.catalog)


def _prepare(mover: Mover, route: Route, *, drop_shared: bool) -> None:
    """All that can be done while clients are written.

    Everything is compared, also what was verified before: a table that came since, a trigger that was off for a while
    and rows of the replica role leave no note. In the pause only what is written meanwhile is compared.
    """
    mover.hold()
    if not drop_shared:
        check_left(mover.servers, route, mover.catalog)
    bring(mover.servers, route, mover.catalog, mover.say)
    mover.catch_up(route)
    mover.say("everything is compared before the pause, while clients are written")
    _equal(whole(mover.servers, route, mover.catalog, shared="aims"))
    mover.ledger.verified(whole=True)
    mover.catch_up(route)


def _paused(mover: Mover, route: Route, steps: tuple[Step, Step, Step, Step], at_most: float, shared: Shared) -> None:
    """From the fence to the opening; given up, clients are written where they were.

    Until the first new place is open nobody was written there, so that there is a way back for as long as that.
    """
    _, fenced, opening, _ = steps
    doing, led, last = "nothing was done yet", False, False
    try:
        with limited(mover.servers.values(), at_most, "the pause"), ExitStack() as opened:
            mover.ledger.note(fenced)
            doing = "whoever was writing was waited for"
            for place in route.origins:
                placement.state(mover.servers[place], mover.catalog, route.before, route.after)
            doing = "the last writes were carried over"
            mover.hold()  # also what was changed while everything was compared, or before a killed step
            mover.catch_up(route, left=0)
            doing = "what was written last was compared"
            found = rechecked(mover.servers, route, mover.catalog, shared=shared)
            _equal(found, behind=found.behind)
            mover.mark()  # who does not bear it may not hold what was compared
            doing, led = "the new places were prepared", True
            mover.ledger.note(opening)
            placement.lead_on(opened, mover.servers, route, mover.catalog)
            last = True
    except (MoveError, psycopg.Error, KeyboardInterrupt) as error:
        if last:
            raise MoveError(f"a new place did not say whether it is open: {one_line(error)}; {AGAIN}") from error
        _give_up(mover, route, steps, led=led)
        if isinstance(error, KeyboardInterrupt):
            mover.say("interrupted: clients are written where they were")
            raise
        said = f"{one_line(error)}, while {doing}" if isinstance(error, OverdueError) else one_line(error)
        raise MoveError(f"{said}; clients are written where they were") from error


def _give_up(mover: Mover, route: Route, steps: tuple[Step, Step, Step, Step], *, led: bool) -> None:
    """Admit clients where they were, at every source that answers, whoever it was that stopped answering.

    Args:
        mover: who moves.
        route: of the move.
        steps: before, fenced, opening and after.
        led: whether places may lead readers on to new ones.

    Raises:
        MoveError: a source does not answer; there writes stay refused.
    """
    before, fenced, _, _ = steps
    if led:
        # Started again in the middle of this, the step must not open new places without the writes admitted here.
        try:
            with limited([mover.primary], LIFT_SECONDS, "the primary"):
                mover.primary.again()
                mover.ledger.note(fenced)
        except (MoveError, psycopg.Error) as error:
            raise MoveError(f"writes stay refused: the primary does not answer ({one_line(error)}); {AGAIN}") from error
    refused = []
    for place in route.origins:
        server = mover.servers[place]
        try:
            with limited([server], LIFT_SECONDS, server.name):
                server.again()
                placement.lift(server, route.before)
        except (MoveError, psycopg.Error) as error:
            refused.append(f"{server.name} ({one_line(error)})")
    if refused:
        raise MoveError(
            f"writes stay refused at {', '.join(refused)}: start the same step again when it answers; at all other "
            "sources clients are written where they were"
        )
    try:
        with limited([mover.primary], LIFT_SECONDS, "the primary"):
            mover.primary.again()
            mover.ledger.note(before)
    except (MoveError, psycopg.Error) as error:
        said = f"the primary did not note that nothing was switched ({one_line(error)}); {AGAIN}"
        raise MoveError(f"clients are written where they were, but {said}") from error


def _equal(found: Verification, behind: int = 0) -> None:
    if found.different:
        raise MoveError(f"{found.different:,} differences: `./bbp shard verify` lists them")
    if behind:
        raise MoveError(f"writes of {behind:,} clients are not carried over")
