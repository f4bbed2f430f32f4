"""How a move begins: what it is published with, and what it must not find."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from psycopg import sql

from ops.answers.shards import placement, statements
from ops.answers.shards.errors import MoveError
from ops.answers.shards.ledger import number_of
from ops.answers.shards.placement import BEGINS, FOREIGN, READMITTED, check_place
from ops.answers.shards.published import check_held, check_watched, published
from ops.answers.shards.reading import check_alike, read_catalog
from ops.answers.shards.rows import check_keys
from ops.answers.shards.sequences import align
from ops.answers.shards.shared import strange
from ops.answers.shards.verify import whole
from planner.shards.clients import PRIMARY
from planner.shards.route import places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.answers.shards.ledger import State
    from ops.answers.shards.mover import Mover
    from ops.answers.shards.published import Published
    from ops.answers.shards.schema import Schema
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route

LEFT = (
    "look at the service file. Copies of an earlier move go with its own end, `./bbp shard move clean-up` or `cancel`, "
    "and not with a dropped schema bbp_shards. Where that was dropped and no pod uses these servers (`./bbp shard "
    "placement`), run DROP SCHEMA IF EXISTS bbp_shards CASCADE and TRUNCATE there by hand; where clients do lie there, "
    "say so by --from"
)
"""What is said of rows at a place that should have none."""


def looked_at(servers: Servers, schema: Schema) -> Published:
    """What a move that begins now would hold.

    Raises:
        MoveError: something is undecided, cannot be moved or differs between servers.
    """
    catalog = read_catalog(servers[PRIMARY], schema)
    check_alike(catalog, servers, schema)
    return published(servers, schema, catalog)


def publish(mover: Mover, route: Route) -> None:
    """Begin a move: state, guards and capture everywhere. Clients are read and written where they were.

    Raises:
        MoveError: another move goes on, a server says that clients lie over another number of shards, or a target
            holds rows already. Nothing was changed then.
    """
    set_id, number = "", 0
    if mover.ledger.going_on(route):
        _again(mover, route)
    else:
        for place in route.everywhere:
            _check_stated(mover.servers[place], route)
        _check_empty(mover, route, route.targets)
        set_id, number = _set_of(mover.servers, route)
        _check_ended(mover)
    mover.ledger.begin(route, mover.held.as_json(), set_id, number)
    state = mover.ledger.read()
    for place in route.everywhere:
        server = mover.servers[place]
        with server.connection.transaction():
            for statement in statements.installed(place, route.before):
                server.execute(statement)
            server.execute(statements.joined(state.set_id, state.marks[-1]))
        if state.step == "published":
            _check_stated(server, route)
            server.execute(f"UPDATE bbp_shards.placement SET count = {route.before:d}")  # noqa: S608 - a number
        _, count, following = server.rows("SELECT place, count, next_count FROM bbp_shards.placement")[0]
        with server.connection.transaction():
            server.execute(statements.locked(mover.catalog), statements.placed(place, count, following))
            for statement in statements.watched(mover.catalog):
                server.execute(statement)
    mover.agree()
    mover.mark()
    mover.say(f"published on {', '.join(mover.servers[place].name for place in route.everywhere)}")


def _again(mover: Mover, route: Route) -> None:
    """Tables that were changed on every server after the cut over are held as they are, once they are compared.

    Raises:
        MoveError: they were changed before it, or differ between old and new places.
    """
    state = mover.ledger.read()
    if state.step in BEGINS:
        _begun(mover, state)
        return
    mover.agree()
    if state.step != "opened":
        check_held(mover.servers, mover.held, mover.schema, state.step)
        return
    now = looked_at(mover.servers, mover.schema)
    if now == mover.held:
        return
    _check_noted(mover, route.back, now)
    align(mover.servers, route.back, now.catalog)  # what is new begins with the same numbers everywhere
    found = whole(mover.servers, route.back, now.catalog, shared="none")
    if found.different:
        raise MoveError(
            f"tables were changed since the move was published, and {found.different:,} differences lie between old "
            "and new places: undo the change, or make the rows alike first; the old ones are the way back"
        )
    mover.hold_from_now(now)


def _check_noted(mover: Mover, back: Route, now: Published) -> None:
    """That all that is noted and not carried over can be, once tables are held as they are now.

    Notes of a table that was dropped go with it; where another one came, it may be the same by another name.

    Raises:
        MoveError: a primary key, or a table, has another name than in the notes.
    """
    before, after = mover.held.catalog.by_title, now.catalog.by_title
    for place in back.origins:
        server = mover.servers[place]
        for title, key in server.rows("SELECT DISTINCT tbl, pk::text FROM bbp_shards.changes"):
            if title in after or (title in before and after.keys() - before.keys()):
                check_keys(server, title, after.get(title), [key])


def _begun(mover: Mover, state: State) -> None:
    """Places that were made again take part again, and everything is copied once more; notes that are lost end a move.

    Raises:
        MoveError: a server is another one, holds rows that nobody copied, or did not note what was written there.
    """
    servers, route = mover.servers, state.route
    said = {place: placement.stated(server) for place, server in servers.items()}
    for place, server in servers.items():
        _check_stated(server, route)
        one = said[place]
        if one is not None and one.set_id not in {None, state.set_id}:
            raise MoveError(f"{server.name} {FOREIGN}")
    others = [place for place, one in said.items() if one is None or one.mark not in state.marks]
    check_held(servers, mover.held, mover.schema, state.step)
    copied = mover.ledger.copying
    if copied:
        check_watched({place: servers[place] for place in route.origins}, mover.catalog, state, copied=copied)
        if older := [servers[place].name for place in others if place in route.origins]:
            raise MoveError(f"{', '.join(older)} bears another mark than the primary: {READMITTED}")
    again = [place for place in route.targets if place in others]
    _check_empty(mover, route, again)
    if again and copied:
        mover.ledger.copy_again()
        names = ", ".join(servers[place].name for place in again)
        mover.say(f"{names}: made again, and empty; `./bbp shard move copy` copies every row again")


def _check_empty(mover: Mover, route: Route, fresh: Iterable[int]) -> None:
    """That new places hold no rows of clients: a copy would mix with rows of which nobody knows what they are.

    Raises:
        MoveError: some do, with tables and numbers.
    """
    held = []
    for place in fresh:
        if place in route.sources:
            continue
        name = mover.servers[place].name
        for table in mover.catalog.tables:
            query = sql.SQL("SELECT count(*) FROM {}").format(table.identifier)
            if table.client is not None and (rows := mover.servers[place].one(query)):
                held.append(f"{name} holds {rows:,} rows of {table.title}")
        if place == PRIMARY or placement.stated(mover.servers[place]) is not None:
            continue
        for title, rows in strange(mover.servers, mover.catalog, place):
            held.append(f"{name} holds {rows:,} rows of {title} that the primary has not, or otherwise")
    if held:
        raise MoveError(f"{', '.join(held)}, and a move begins with empty targets: {LEFT}")


def _set_of(servers: Servers, route: Route) -> tuple[str, int]:
    """The random name of the servers of a move that begins, the primary's or a new one, and the highest mark there.

    Raises:
        MoveError: a server belongs to another set, or holds clients and to none while the primary does.
    """
    said = {place: placement.stated(server) for place, server in servers.items()}
    named = {place: one.set_id for place, one in said.items() if one is not None}
    own = named.get(PRIMARY)
    for place, one in named.items():
        if one != own and (one is not None or place in route.sources):
            raise MoveError(f"{servers[place].name} {FOREIGN}")
    return own or str(uuid4()), max((number_of(one.mark) for one in said.values() if one is not None), default=0)


def _check_ended(mover: Mover) -> None:
    """That no server was put back to before the end of the last move: copies that it deleted lie there again.

    Raises:
        MoveError: some were, and what to do.
    """
    last = mover.ledger.last()
    if last is None:
        return
    said = {place: placement.stated(mover.servers[place]) for place in last.route.everywhere if place in mover.servers}
    problems = {
        place: placement.contradiction(last, place, one)
        for place, one in said.items()
        if one is not None and one.mark not in last.marks
    }
    if any(problems.values()):
        raise MoveError("; ".join(f"{mover.servers[one].name} {problem}" for one, problem in problems.items()))


def _check_stated(server: Server, route: Route) -> None:
    """The same where the server may never have heard of a move, or was left by an earlier one."""
    if (said := placement.stated(server)) is None:
        return
    left = server.place != PRIMARY and server.place not in {*route.sources, *places(said.count)}
    check_place(server, said.count if left else route.before)
