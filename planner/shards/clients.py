"""Which shard holds a client, and which clients move when shards are added or left. Pure.

The hash is that of the guide (Database Sharding): for every UTF-16 code unit `hash = ((hash << 5) - hash) + unit`, cut
to a signed integer of 32 bits; at the end its absolute value, modulo the number of shards.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bailbondpro.facts.shards import GUIDE_SHARDS, MAX_SHARDS
from planner.shards.steps import Step, steps_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PRIMARY = -1
"""Stands for the primary where a shard's index would stand: before the first move it holds every client."""
LEAST = 2
"""A single shard divides nothing."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
"""What is read as a number of shards: without leading zeros, which elsewhere mean another base."""
_BRIEF = 40
"""Characters of a wrong one that are shown."""
_RANGE = 1 << 32
_MASK = _RANGE - 1
_SIGN = 1 << 31


class ShardError(ValueError):
    """A number of shards that cannot be, or a plan that nobody may carry out."""


def shard_hash(client_id: str) -> int:
    """The guide's hash of a client id, 0 to 2 147 483 648.

    The upper end is no slip: `Math.abs` of JavaScript's smallest 32-bit integer is a double and stays positive, where
    languages with 32-bit integers overflow. Ids are hashed by UTF-16 code units as JavaScript holds them: a character
    outside of the basic plane counts as two, and halves of such pairs are accepted alone.
    """
    value = 0
    # "utf-16" writes in this machine's byte order, as `array` reads, and begins with a byte order mark
    for unit in array("H", client_id.encode("utf-16", "surrogatepass"))[1:]:
        value = (31 * value + unit) & _MASK
    return _RANGE - value if value >= _SIGN else value


def shard_of(client_id: str, count: int = GUIDE_SHARDS) -> int:
    """The index of a client's shard, 0 to `count - 1`.

    Raises:
        ShardError: `count` is not 1 to 16.
    """
    _check(count)
    return shard_hash(client_id) % count


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Clients that one place hands to another.

    Attributes:
        source: index of the shard that holds them now; `PRIMARY` for the primary.
        target: index of the shard that will hold them; `PRIMARY` for the primary.
        share: their part of all clients, when hashes are spread evenly.
        clients: how many of the given clients; None where none were given.
        rows: how many rows these have; None where no rows were given.
    """

    source: int
    target: int
    share: Fraction
    clients: int | None = None
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    """One client that changes its shard."""

    client_id: str
    source: int
    target: int


@dataclass(frozen=True, kw_only=True)
class ReshardPlan:
    """What another number of shards moves, and in which order it can be done.

    Attributes:
        before: number of shards that hold clients now; 0 while all of them are on the primary.
        after: number of shards afterwards; 0 for the primary.
        flows: from where to where clients move, in order of source and target; what stays is in none.
        moved_share: part of all clients that move, when hashes are spread evenly.
        total: how many clients were given; None where none were.
        moved_rows: how many rows the given clients that move have; None where no rows were given.
        moves: the given clients that move, in the order they came in.
        steps: the way there.
        cheaper: a number of shards further the same way (more where they become more, fewer where fewer) that moves
            fewer clients, if there is one.
    """

    before: int
    after: int
    flows: tuple[Flow, ...]
    moved_share: Fraction
    total: int | None
    moved_rows: int | None
    moves: tuple[Move, ...]
    steps: tuple[Step, ...]
    cheaper: int | None


def moved_share(before: int, after: int) -> Fraction:
    """The part of evenly spread clients that change their place; all of them between the primary (0) and shards.

    A hash stays where both remainders are equal, which happens `min` times in each period of `lcm`.
    """
    if not before or not after:
        return Fraction(before != after)
    return 1 - Fraction(min(before, after), math.lcm(before, after))


def reshard(
    before: int, after: int, clients: Sequence[str] | None = None, rows: Mapping[str, int] | None = None
) -> ReshardPlan:
    """What changes when clients lie over another number of shards.

    Args:
        before: number of shards that hold clients now: 0 (all are on the primary), or 2 to 16.
        after: number of shards afterwards: the same.
        clients: all client ids, each once, for exact numbers; None for shares only.
        rows: how many rows each of them has; None for clients only.

    Raises:
        ShardError: a number is out of range.
    """
    for count in (before, after):
        _check_place(count, "a place")
    moves = tuple(_moves(before, after, clients or ()))
    return ReshardPlan(
        before=before,
        after=after,
        flows=tuple(_flows(before, after, None if clients is None else moves, rows)),
        moved_share=moved_share(before, after),
        total=None if clients is None else len(clients),
        moved_rows=None if rows is None else sum(rows[move.client_id] for move in moves),
        moves=moves,
        steps=steps_between(before, after),
        cheaper=_cheaper(before, after),
    )


def count_of(text: str, what: str) -> int:
    """A number of shards that clients may lie over, 0 for the primary.

    Args:
        text: the number, or `primary`.
        what: how to call it in an error.

    Raises:
        ShardError: it is none.
    """
    if text == "primary":
        return 0
    if not _NUMBER.fullmatch(text):
        raise ShardError(f"{what} is primary, or a number of shards, {LEAST} to {MAX_SHARDS}, not {_brief(text)!a}")
    _check_place(int(text), what)
    return int(text)


def _check_place(count: int, what: str) -> None:
    if count and not LEAST <= count <= MAX_SHARDS:
        single = ": a single shard divides nothing" if count == 1 else ""
        raise ShardError(f"{what} is primary, or a number of shards, {LEAST} to {MAX_SHARDS}, not {count}{single}")


def _check(count: int) -> None:
    if not 1 <= count <= MAX_SHARDS:
        said = str(count) if abs(count) < _RANGE else "one of so many digits"
        raise ShardError(f"a number of shards is 1 to {MAX_SHARDS}, not {said}")


def _brief(text: str) -> str:
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF]}..."


def _moves(before: int, after: int, clients: Iterable[str]) -> Iterable[Move]:
    for client in clients:
        value = shard_hash(client)
        source, target = (value % count if count else PRIMARY for count in (before, after))
        if source != target:
            yield Move(client_id=client, source=source, target=target)


def _flows(before: int, after: int, moves: Sequence[Move] | None, rows: Mapping[str, int] | None) -> Iterable[Flow]:
    counted = None if moves is None else Counter((move.source, move.target) for move in moves)
    weighed: Counter[tuple[int, int]] = Counter()
    for move in moves or ():
        weighed[move.source, move.target] += rows[move.client_id] if rows is not None else 0
    for source, target, share in _ways(before, after):
        yield Flow(
            source=source,
            target=target,
            share=share,
            clients=None if counted is None else counted[source, target],
            rows=None if rows is None else weighed[source, target],
        )


def _ways(before: int, after: int) -> Iterable[tuple[int, int, Fraction]]:
    """Two remainders occur together once in each period, if at all (Chinese remainder theorem)."""
    if not before or not after:
        yield from ((PRIMARY, target, Fraction(1, after)) for target in range(after))
        yield from ((source, PRIMARY, Fraction(1, before)) for source in range(before))
        return
    common, share = math.gcd(before, after), Fraction(1, math.lcm(before, after))
    for source in range(before):
        for target in range(after):
            if source != target and source % common == target % common:
                yield source, target, share


def _cheaper(before: int, after: int) -> int | None:
    if not before or not after or after == before:
        return None
    further = range(after + 1, MAX_SHARDS + 1) if after > before else range(LEAST, after)
    best = min(further, key=lambda count: (moved_share(before, count), abs(count - after)), default=after)
    return best if moved_share(before, best) < moved_share(before, after) else None
