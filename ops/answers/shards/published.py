"""What a move was published with, held at every later step: nobody changes a table or the schema file unseen."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.shards.catalog import Catalog, ForeignKey, Sequence, Table, title_of
from ops.answers.shards.errors import MoveError
from ops.answers.shards.schema import Schema
from ops.answers.shards.servers import text_of
from ops.answers.shards.statements import TRIGGERS, UNWATCHED
from planner.shards.route import place_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ops.answers.shards.ledger import State, Step
    from ops.answers.shards.servers import Server, Servers

LISTED = 20
"""Changes that are named; the first ones show what happened."""
UNDO = (
    "undo that, or give the move up with `./bbp shard move cancel` and publish it again: until the cut over clients "
    "lie where they were, and nothing is lost"
)
ADOPT = (
    "undo that; or, where it is meant, make it on every server and start `./bbp shard move publish` with the same "
    "--from and --to again, which compares everything before it holds the tables as they are"
)
ON = "undo that, and start the step again"
FIXES: dict[Step, str] = {"published": UNDO, "copied": UNDO, "fenced": UNDO, "opened": ADOPT, "returning": ADOPT}
"""What to do about a change at each step; at all others the step has to be ended first."""


@dataclass(frozen=True)
class Published:
    """What a move holds.

    Attributes:
        schema: the schema file.
        places: of each place its tables, and of each table what the move relies on, in sentences.
        catalog: the tables that take part, as steps use them.
    """

    schema: Schema
    places: Mapping[int, Mapping[str, tuple[str, ...]]]
    catalog: Catalog

    def as_json(self) -> str:
        """As the primary keeps it."""
        tables = [asdict(table) for table in self.catalog.tables]
        within = [[one.name, one.child.title, one.parent.title, one.columns] for one in self.catalog.within]
        free = [asdict(one) for one in self.catalog.free]
        schema = self.schema.model_dump()
        others = {"within": within, "free": free, "kept": self.catalog.kept}
        return json.dumps({"schema": schema, "places": self.places, "tables": tables, **others})

    @staticmethod
    def read(text: str) -> Published:
        """From what the primary keeps."""
        found = json.loads(text)
        tables = {table.title: table for table in map(_table, found["tables"])}
        within = tuple(
            ForeignKey(name, tables[child], tables[parent], _pairs(columns))
            for name, child, parent, columns in found["within"]
        )
        free = tuple(Sequence(**one) for one in found.get("free", ()))  # moves of earlier versions hold none
        kept = _pairs(found.get("kept", ()))
        places = {
            int(place): {title: tuple(said) for title, said in known.items()}
            for place, known in found["places"].items()
        }
        return Published(
            Schema.model_validate(found["schema"]),
            places,
            Catalog(tuple(tables.values()), within, free, kept),
        )


def _pairs(found: Iterable[Iterable[str]]) -> tuple[Any, ...]:
    return tuple(tuple(one) for one in found)


def _table(found: dict[str, Any]) -> Table:
    return Table(
        found["schema"],
        found["name"],
        columns=_pairs(found["columns"]),
        key=tuple(found["key"]),
        client=found["client"],
        sequences=tuple(Sequence(**one) for one in found["sequences"]),
        computed=_pairs(found["computed"]),
    )


UNOWNED = ""
"""Stands where a table's title would for sequences that number no table."""


def described(server: Server) -> Mapping[str, tuple[str, ...]]:
    """All that a move relies on of each table of a server, as it is now; under no title sequences of no table."""
    found: dict[str, list[str]] = {}
    for title, said in server.rows(text_of("described.sql")):
        found.setdefault(title, []).append(said)
    return {title: tuple(said) for title, said in found.items()}


def published(servers: Servers, schema: Schema, catalog: Catalog) -> Published:
    """What a move that begins now holds."""
    return Published(schema, {place: described(server) for place, server in servers.items()}, catalog)


def changes(held: Published, schema: Schema, now: Mapping[int, Mapping[str, tuple[str, ...]]]) -> Iterator[str]:
    """What is otherwise than when the move was published.

    Args:
        held: what it was published with.
        schema: the schema file as it is now.
        now: the tables of each place as they are now.
    """
    for key in Schema.model_fields:
        was, has = getattr(held.schema, key), getattr(schema, key)
        for name in sorted(was.keys() | has.keys()):
            if was.get(name) != has.get(name):
                said = f"{has.get(name, 'nothing')}, and was {was.get(name, 'nothing')}"
                yield f"the schema file says of {name} in {key}: {said}"
    ours = [table.title for table in held.catalog.tables]
    told = tuple(f"reference of {title}: " for title in ours)  # what refers from one of them is said of that one
    for place, tables in now.items():
        before = held.places.get(place, {})
        for title in sorted(tables.keys() - before.keys() - {UNOWNED}):
            yield f"{place_name(place)} has a table {title}, which is new"
        for title in (title_of(*name) for name in held.catalog.kept):
            if title not in tables:
                yield f"{place_name(place)} has no table {title} any more"
        for title in (UNOWNED, *ours):
            if title not in tables and title != UNOWNED:
                yield f"{place_name(place)} has no table {title} any more"
                continue
            was, has_now = before.get(title, ()), tables.get(title, ())
            of = f"{title} " if title else ""
            gone = [said for said in was if said not in has_now and not said.startswith(told)]
            new = [said for said in has_now if said not in was and not said.startswith(told)]
            yield from (f"{place_name(place)}: {of}had {said}" for said in gone)
            yield from (f"{place_name(place)}: {of}has {said}, which is new" for said in new)


def check_held(servers: Servers, held: Published, schema: Schema, step: Step) -> None:
    """That every server and the schema file are as the move was published with.

    Raises:
        MoveError: what changed, and what to do about it at this step.
    """
    found = list(changes(held, schema, {place: described(server) for place, server in servers.items()}))
    if found:
        more = f"; and {len(found) - LISTED} more changes" if len(found) > LISTED else ""
        said = "; ".join(found[:LISTED])
        raise MoveError(f"since the move was published: {said}{more}: {FIXES.get(step, ON)}")


PUBLISH = "start `./bbp shard move publish` again"
UNNOTED = (
    "what was written since the copy is in no note, and no copy becomes right by what follows: give the move up with "
    "`./bbp shard move cancel` and publish it again"
)
UNKEPT = (
    f"{PUBLISH}; what was written meanwhile is in no note: `./bbp shard verify` lists its clients, and an UPDATE of "
    "their rows to what they are, where they are served, notes them"
)
"""What to do where triggers are missing: where no note is lost, before the cut over, and after it."""


def _remedy(place: int, state: State, *, copied: bool) -> str:
    if state.step in {"opened", "returning"}:
        return UNKEPT if place in state.route.back.origins else PUBLISH
    return UNNOTED if copied and place in state.route.origins else PUBLISH


def check_watched(servers: Servers, catalog: Catalog, state: State, *, copied: bool) -> None:
    """That what is written anywhere is noted, and refused where it has to be.

    Args:
        servers: all that take part.
        catalog: the tables.
        state: of the move.
        copied: whether rows were copied already.

    Raises:
        MoveError: a table has no triggers of the move, or they are off.
    """
    schemas, names = [one.schema for one in catalog.tables], [one.name for one in catalog.tables]
    for server in servers.values():
        if without := [title_of(*row) for row in server.rows(UNWATCHED, schemas, names, TRIGGERS)]:
            raise MoveError(
                f"{server.name}: nobody notes what is written to {', '.join(without)}: "
                f"{_remedy(server.place, state, copied=copied)}"
            )


def left_of(held: Published, server: Server) -> Catalog:
    """The tables of a move that a server still has, so that copies in them can be deleted whatever else was changed.

    Raises:
        MoveError: the columns by which a row is known as a copy were changed.
    """
    now, before = described(server), held.places.get(server.place, {})
    left, problems = [], []
    for table in held.catalog.tables:
        if table.title not in now:
            continue
        left.append(table)
        for column in (*table.key, *((table.client,) if table.client is not None else ())):
            begins = f"column {column} "
            was, has = ([said for said in known[table.title] if said.startswith(begins)] for known in (before, now))
            if was != has:
                problems.append(f"{server.name}: {table.title}.{column} was changed, by which copies are known: {ON}")
    if problems:
        raise MoveError("; ".join(problems))
    return Catalog(tuple(left), ())
