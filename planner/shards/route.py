"""From where to where each client goes in a move, and whether what lies there is all of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from planner.shards.clients import PRIMARY, shard_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHARED = ""
"""Stands where a client would stand for rows that belong to none; the empty id is a client all the same."""
LISTED = 10_000
"""Differences that are kept; of a copy that was never made every client is one."""
Kind = Literal["missing row", "extra row", "changed value", "wrong shard", "sequence behind"]


@lru_cache(maxsize=1 << 16)
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
        """Where rows that belong to no client are copied to: from the primary, which owns them, to every new shard."""
        if here != PRIMARY:
            return ()
        return tuple(place for place in self.targets if place not in self.sources and place != PRIMARY)

    @cached_property
    def origins(self) -> tuple[int, ...]:
        """Where something is copied from: where clients lie, and the primary while new shards get its shared rows."""
        return tuple(sorted({*self.sources, *((PRIMARY,) if self.shared_aims(PRIMARY) else ())}))

    @property
    def left(self) -> tuple[int, ...]:
        """Shards that no client lies on afterwards: what only they have of shared rows would be gone with them."""
        return tuple(place for place in self.sources if place != PRIMARY and place not in self.targets)

    def aims(self, client: str, here: int) -> tuple[int, ...]:
        """Where rows of a client that lie at a source are copied to; none for a client that stays, or is not there."""
        if self.source(client) != here or self.target(client) == here:
            return ()
        return (self.target(client),)

    def carries(self, client: str, here: int, *, shared: bool) -> bool:
        """Whether what is written of a client here goes anywhere: a client that stays is never waited for.

        Args:
            client: whose row was written.
            here: where.
            shared: whether the row belongs to no client.
        """
        return bool(self.shared_aims(here) if shared else self.aims(client, here))


@dataclass(frozen=True)
class Tally:
    """The rows of one client in one table.

    Attributes:
        rows: how many.
        checksum: the sum of their hashes, which does not depend on their order.
    """

    rows: int
    checksum: int


ONE = Tally(1, 0)
"""Of one row, when rows are compared one by one."""
NOTHING = Tally(0, 0)
"""Of a table without rows."""


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
        differences: what is wrong, of more than LISTED the first ones.
        different: how many there are.
    """

    clients: int
    rows: int
    behind: int
    differences: tuple[Difference, ...]
    different: int

    @property
    def complete(self) -> bool:
        """Whether the targets hold everything; never where nothing was compared."""
        return not self.different and not self.behind and self.clients > 0


class Comparison:
    """Holds the rows at every target against those at their sources, table by table and client by client.

    What it keeps does not grow with the rows: a number for each client that was compared, and the differences listed.

    Args:
        route: who lies where.
        behind: clients that nothing is said about.
        judged: targets of the clients that something is said about. Default: all.
    """

    def __init__(self, route: Route, behind: Iterable[str] = (), judged: frozenset[int] | None = None) -> None:
        self.route, self.behind = route, frozenset(behind)
        self.judged = frozenset(route.targets) if judged is None else judged
        self._clients: set[int] = set()
        self._rows, self._different = 0, 0
        self._listed: list[Difference] = []

    def table(self, title: str, found: Mapping[int, Iterable[tuple[str, Tally]]], *, shared: bool = False) -> None:
        """Compare one table.

        Args:
            title: its name.
            found: of each place the clients and their rows, in the order of the clients' code points.
            shared: whether its rows belong to no client.
        """
        streams = [_placed(place, tallies) for place, tallies in found.items()]
        for client, group in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
            here = {place: tally for _, place, tally in group}
            self.note(self._of_no_client(title, here) if shared else self._of_client(title, client, here))

    def _of_client(self, table: str, client: str, here: Mapping[int, Tally]) -> Iterator[Difference]:
        source, target = self.route.source(client), self.route.target(client)
        for place, tally in here.items():
            if place not in {source, target}:
                allowed = " or ".join(sorted({place_name(source), place_name(target)}))
                detail = f"{tally.rows} rows; {allowed} is its place"
                yield Difference(kind="wrong shard", place=place, table=table, client=client, detail=detail)
        if source == target or client in self.behind or target not in self.judged:
            return
        if source in here:
            self._compared(client, here[source])
            yield from _different(target, table, client, here[source], here.get(target))
        elif target in here:
            detail = f"{here[target].rows} rows, none at {place_name(source)}"
            yield Difference(kind="extra row", place=target, table=table, client=client, detail=detail)

    def _of_no_client(self, table: str, here: Mapping[int, Tally]) -> Iterator[Difference]:
        aims = self.route.shared_aims(PRIMARY)
        if not aims or SHARED in self.behind:
            return
        owned = here.get(PRIMARY, NOTHING)
        self._compared(SHARED, owned)
        for aim in aims:
            yield from _different(aim, table, SHARED, owned, here.get(aim, NOTHING))

    def _compared(self, client: str, tally: Tally) -> None:
        self._clients.add(hash(client))
        self._rows += tally.rows

    def seen(self, clients: Iterable[str]) -> None:
        """Count rows that were compared, each by its client."""
        for client in clients:
            self._compared(client, ONE)

    def note(self, differences: Iterable[Difference]) -> None:
        """Count what is wrong."""
        for one in differences:
            self._different += 1
            if len(self._listed) < LISTED:
                self._listed.append(one)

    @property
    def found(self) -> Verification:
        """What was compared until here."""
        return Verification(
            clients=len(self._clients),
            rows=self._rows,
            behind=len(self.behind),
            differences=tuple(self._listed),
            different=self._different,
        )


def _placed(place: int, tallies: Iterable[tuple[str, Tally]]) -> Iterator[tuple[str, int, Tally]]:
    return ((client, place, tally) for client, tally in tallies)


def _different(aim: int, table: str, client: str, source: Tally, target: Tally | None) -> Iterator[Difference]:
    held = target.rows if target is not None else 0
    if target == source:
        return
    kind: Kind = "missing row" if held < source.rows else "extra row" if held > source.rows else "changed value"
    detail = f"{held} of {source.rows} rows" if held != source.rows else f"{held} rows, of which at least one differs"
    yield Difference(kind=kind, place=aim, table=table, client=client, detail=detail)


def unlike(owner: Iterable[tuple[str, int]], other: Iterable[tuple[str, int]]) -> Iterator[tuple[str, Kind]]:
    """Rows that two copies of one table have not alike, and what the other one's are to the owner's.

    Args:
        owner: key and hash of each row, in the order of the keys.
        other: the same of the other copy.
    """
    streams = [_numbered(which, rows) for which, rows in enumerate((owner, other))]
    for key, group in groupby(merge(*streams), key=itemgetter(0)):
        found = {which: row for _, which, row in group}
        if 0 not in found or 1 not in found:
            yield key, "missing row" if 0 in found else "extra row"
        elif found[0] != found[1]:
            yield key, "changed value"


def _numbered(which: int, rows: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int, int]]:
    return ((key, which, row) for key, row in rows)
