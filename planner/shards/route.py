"""From where to where each client goes in a move, and whether what lies there is all of it. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from planner.shards.clients import PRIMARY, shard_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

SHARED = ""
"""Stands where a client would stand for rows that belong to none; the empty id is a client all the same."""
Kind = Literal["missing row", "extra row", "changed value", "wrong shard", "sequence behind"]


@lru_cache(maxsize=1 << 20)
def _hashed(client: str) -> int:
    return shard_hash(client)


def place_of(client: str, count: int) -> int:
    """Where a client lies over so many shards; `PRIMARY` over none."""
    return _hashed(client) % count if count else PRIMARY


def places(count: int) -> tuple[int, ...]:
    """Every place over so many shards."""
    return tuple(range(count)) if count else (PRIMARY,)


def place_name(place: int) -> str:
    """The guide's name of a shard, or the primary."""
    return "primary" if place == PRIMARY else f"shard_{place}"


@dataclass(frozen=True)
class Route:
    """A move from one number of shards to another; 0 is the primary.

    Attributes:
        before: over how many shards clients lie.
        after: over how many they will.
    """

    before: int
    after: int

    @cached_property
    def sources(self) -> tuple[int, ...]:
        """Where clients lie."""
        return places(self.before)

    @cached_property
    def targets(self) -> tuple[int, ...]:
        """Where they will lie."""
        return places(self.after)

    @property
    def everywhere(self) -> tuple[int, ...]:
        """Each place that takes part, the primary first: the move's own state is kept there."""
        return tuple(sorted({PRIMARY, *self.sources, *self.targets}))

    @property
    def back(self) -> Route:
        """The same way in the other direction."""
        return Route(self.after, self.before)

    def source(self, client: str) -> int:
        """Where a client lies."""
        return place_of(client, self.before)

    def target(self, client: str) -> int:
        """Where it will lie."""
        return place_of(client, self.after)

    def shared_aims(self, here: int) -> tuple[int, ...]:
        """Where rows that belong to no client are copied to: from the first source to every place that is new."""
        return tuple(place for place in self.targets if place not in self.sources) if here == self.sources[0] else ()

    def aims(self, client: str, here: int) -> tuple[int, ...]:
        """Where rows of a client that lie at a source are copied to; none for a client that stays, or is not there."""
        if self.source(client) != here or self.target(client) == here:
            return ()
        return (self.target(client),)


@dataclass(frozen=True)
class Tally:
    """The rows of one client in one table.

    Attributes:
        rows: how many.
        checksum: the sum of their hashes, which does not depend on their order.
    """

    rows: int
    checksum: int


Tallies = dict[str, dict[str, Tally]]
"""Of one place: table, then client, then its rows."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that a complete copy has not.

    Attributes:
        kind: what is wrong.
        place: where.
        table: in which table.
        client: whose row; empty for a table that belongs to no client, and for a sequence.
        detail: what was counted.
    """

    kind: Kind
    place: int
    table: str
    client: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a comparison of sources and targets found.

    Attributes:
        clients: clients that were compared.
        rows: their rows at the sources.
        behind: clients whose last writes are not carried over yet: nothing is said about them.
        differences: what is wrong.
    """

    clients: int
    rows: int
    behind: int
    differences: tuple[Difference, ...]

    @property
    def complete(self) -> bool:
        """Whether the targets hold everything; never where nothing was compared."""
        return not self.differences and not self.behind and self.clients > 0


def compare(
    route: Route,
    found: Mapping[int, Tallies],
    behind: Iterable[str] = (),
    sequences: Iterable[Difference] = (),
    shared: Collection[str] = (),
) -> Verification:
    """Hold the rows at every target against those at their sources.

    Args:
        route: who lies where.
        found: what was counted at every place.
        behind: clients that nothing is said about.
        sequences: those that are behind.
        shared: tables whose rows belong to no client.
    """
    left_out = frozenset(behind)
    tables = sorted({table for tallies in found.values() for table in tallies})
    differences: list[Difference] = []
    compared: Counter[str] = Counter()
    for table in tables:
        of_table = {place: tallies.get(table, {}) for place, tallies in found.items()}
        differences += _misplaced(route, table, of_table) if table not in shared else ()
        for source in route.sources:
            for client, tally in of_table.get(source, {}).items():
                aims = route.shared_aims(source) if table in shared else route.aims(client, source)
                if not aims or client in left_out:
                    continue
                compared[client] += tally.rows
                for aim in aims:
                    differences += _different(aim, table, client, tally, of_table.get(aim, {}).get(client))
        differences += _without_source(route, table, of_table, left_out) if table not in shared else ()
    return Verification(
        clients=len(compared),
        rows=sum(compared.values()),
        behind=len(left_out),
        differences=(*differences, *sequences),
    )


def _misplaced(route: Route, table: str, found: Mapping[int, Mapping[str, Tally]]) -> Iterable[Difference]:
    for place, clients in found.items():
        for client, tally in clients.items():
            allowed = {route.source(client), route.target(client)}
            if place not in allowed:
                detail = f"{tally.rows} rows; {' or '.join(sorted(map(place_name, allowed)))} is its place"
                yield Difference(kind="wrong shard", place=place, table=table, client=client, detail=detail)


def _different(aim: int, table: str, client: str, source: Tally, target: Tally | None) -> Iterable[Difference]:
    held = target.rows if target is not None else 0
    if target == source:
        return
    kind: Kind = "missing row" if held < source.rows else "extra row" if held > source.rows else "changed value"
    detail = f"{held} of {source.rows} rows" if held != source.rows else f"{held} rows, of which at least one differs"
    yield Difference(kind=kind, place=aim, table=table, client=client, detail=detail)


def _without_source(
    route: Route, table: str, found: Mapping[int, Mapping[str, Tally]], left_out: frozenset[str]
) -> Iterable[Difference]:
    """Rows at a target of clients that the source has none of in this table."""
    for target in route.targets:
        for client, tally in found.get(target, {}).items():
            source = route.source(client)
            arrives = target in route.aims(client, source)
            if arrives and client not in left_out and client not in found.get(source, {}):
                detail = f"{tally.rows} rows, none at {place_name(source)}"
                yield Difference(kind="extra row", place=target, table=table, client=client, detail=detail)
