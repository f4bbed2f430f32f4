"""Sequences of the targets: ahead of the sources', and of each other's, so that no two rows get one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from bailbondpro.facts.shards import MAX_SHARDS
from ops.answers.shards.catalog import title_of
from ops.answers.shards.errors import MoveError
from ops.answers.shards.fitness import first_number
from planner.shards.clients import PRIMARY
from planner.shards.route import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ops.answers.shards.catalog import Catalog, Table
    from ops.answers.shards.servers import Server, Servers
    from planner.shards.route import Route


def _stride(place: int) -> tuple[int, int]:
    """How far apart the numbers of a place lie, and what they leave when divided by that."""
    return (1, 0) if place == PRIMARY else (MAX_SHARDS, place)


def _shards(places: Iterable[int]) -> list[int]:
    """Those whose numbers lie apart: the primary's own, where clients lie there, are whatever the application made."""
    return [place for place in places if place != PRIMARY]


def _reached(server: Server, name: tuple[str, str]) -> int:
    """The last number that a sequence gave; 0 where it gave none."""
    return int(
        server.one(
            sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {}").format(
                sql.Identifier(*name)
            )
        )
    )


def _following(server: Server, name: tuple[str, str]) -> tuple[int, int]:
    """The number that a sequence gives next, and how far its numbers lie apart."""
    step = int(server.one("SELECT increment_by FROM pg_sequences WHERE schemaname = %s AND sequencename = %s", *name))
    query = sql.SQL("SELECT CASE WHEN is_called THEN last_value + {} ELSE last_value END FROM {}")
    return int(server.one(query.format(sql.Literal(step), sql.Identifier(*name)))), step


def _numbered(catalog: Catalog) -> Iterator[tuple[Table | None, tuple[str, str], int]]:
    for table in catalog.tables:
        for one in table.sequences:
            yield table, (one.schema, one.name), one.top
    for one in catalog.free:
        yield None, (one.schema, one.name), one.top


def align(servers: Servers, route: Route, catalog: Catalog) -> None:
    """Put the sequences of the targets ahead, and those of shards that clients leave, or stay on, apart.

    Raises:
        MoveError: one has no number left that no other place gives.
    """
    everywhere = {*route.sources, *route.targets}
    for table, name, top in _numbered(catalog):
        given = 0
        for places in (_shards(route.sources), [place for place in route.targets if place not in route.sources]):
            reached = max(_reached(servers[place], name) for place in everywhere)
            for place in places:
                step, rest = _stride(place)
                following, apart = _following(servers[place], name)
                if following > given and (apart, following % step) == (step, rest):
                    continue
                start = first_number(reached, top, step, rest)
                if start is None:
                    holder = f"it and its column in {table.title}" if table else "it"
                    raise MoveError(
                        f"{name[1]} gave {reached} of at most {top}, and {servers[place].name} needs numbers of its "
                        f"own: let {holder} hold more (bigint) on every server"
                    )
                servers[place].execute(
                    sql.SQL("ALTER SEQUENCE {} INCREMENT BY {} RESTART WITH {}").format(
                        sql.Identifier(*name), sql.Literal(step), sql.Literal(start)
                    )
                )
            given = max(_reached(servers[place], name) for place in route.sources)


def sequences_behind(servers: Servers, route: Route, catalog: Catalog) -> Iterator[Difference]:
    """Sequences of targets that would give a number of a source's; of all shards, one that another place gives."""
    for table, name, _ in _numbered(catalog):
        reached = max(_reached(servers[place], name) for place in route.sources)
        for place in dict.fromkeys((*_shards(route.sources), *route.targets)):
            step, rest = _stride(place)
            following, apart = _following(servers[place], name)
            detail = ""
            if following <= reached and place not in route.sources:
                detail = f"{name[1]} gives {following} next, and a source gave {reached}"
            elif (apart, following % step) != (step, rest):
                detail = f"{name[1]} gives {following} next, by {apart}: another place gives the same numbers"
            if detail:
                title = table.title if table else title_of(*name)
                yield Difference(kind="sequence behind", place=place, table=title, client="", detail=detail)
