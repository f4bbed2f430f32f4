"""Which shard holds a client, and which clients move when shards are added. Pure.

The hash is that of the guide (Database Sharding): for every UTF-16 code unit `hash = ((hash << 5) - hash) + unit`, cut
to a signed integer of 32 bits; at the end its absolute value, modulo the number of shards.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GUIDE_SHARDS = 4
"""The guide, Database Sharding: shardCount."""
MAX_SHARDS = 16
"""As many as the published shard map can list (`components/shards.py`)."""
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
    """Clients that one shard hands to another.

    Attributes:
        source: index of the shard that holds them now.
        target: index of the shard that will hold them.
        share: their part of all clients, when hashes are spread evenly.
        clients: how many of the given clients; None where none were given.
    """

    source: int
    target: int
    share: Fraction
    clients: int | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    """One client that changes its shard."""

    client_id: str
    source: int
    target: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a resharding.

    Attributes:
        title: what is done.
        detail: how.
        safe: what clients may do meanwhile, and whether there is a way back.
    """

    title: str
    detail: str
    safe: str


@dataclass(frozen=True, kw_only=True)
class ReshardPlan:
    """What adding shards moves, and in which order it can be done.

    Attributes:
        before: number of shards now.
        after: number of shards afterwards.
        flows: from where to where clients move, in order of source and target; what stays is in none.
        moved_share: part of all clients that move, when hashes are spread evenly.
        total: how many clients were given; None where none were.
        moves: the given clients that move, in the order they came in.
        steps: the way there.
        cheaper: a number of shards at least as large that moves fewer clients, if there is one.
    """

    before: int
    after: int
    flows: tuple[Flow, ...]
    moved_share: Fraction
    total: int | None
    moves: tuple[Move, ...]
    steps: tuple[Step, ...]
    cheaper: int | None


def moved_share(before: int, after: int) -> Fraction:
    """The part of evenly spread clients that change their shard.

    A hash stays where both remainders are equal, which happens `min` times in each period of `lcm`.
    """
    return 1 - Fraction(min(before, after), math.lcm(before, after))


def reshard(before: int, after: int, clients: Sequence[str] | None = None) -> ReshardPlan:
    """What changes when the number of shards grows.

    Args:
        before: number of shards now, 1 to 16.
        after: number of shards afterwards, more than before, up to 16.
        clients: all client ids, for exact numbers; None for shares only.

    Raises:
        ShardError: a number is out of range, or shards would disappear.
    """
    _check(before)
    _check(after)
    if after < before:
        raise ShardError(
            f"{before} shards cannot become {after}: the databases of the others would be deleted with every client "
            "that still lies there. The number of shards only grows; idle shards can run on smaller instances"
        )
    moves = tuple(_moves(before, after, clients or ()))
    return ReshardPlan(
        before=before,
        after=after,
        flows=tuple(_flows(before, after, None if clients is None else moves)),
        moved_share=moved_share(before, after),
        total=None if clients is None else len(clients),
        moves=moves,
        steps=_steps(before, after),
        cheaper=_cheaper(before, after),
    )


def _check(count: int) -> None:
    if not 1 <= count <= MAX_SHARDS:
        raise ShardError(f"a number of shards is 1 to {MAX_SHARDS}, not {count}")


def _moves(before: int, after: int, clients: Iterable[str]) -> Iterable[Move]:
    for client in clients:
        value = shard_hash(client)
        if value % before != value % after:
            yield Move(client_id=client, source=value % before, target=value % after)


def _flows(before: int, after: int, moves: Sequence[Move] | None) -> Iterable[Flow]:
    """Two remainders occur together once in each period, if at all (Chinese remainder theorem)."""
    common, share = math.gcd(before, after), Fraction(1, math.lcm(before, after))
    counted = None if moves is None else Counter((move.source, move.target) for move in moves)
    for source in range(before):
        for target in range(after):
            if source != target and source % common == target % common:
                found = None if counted is None else counted[source, target]
                yield Flow(source=source, target=target, share=share, clients=found)


def _cheaper(before: int, after: int) -> int | None:
    if after == before:
        return None
    larger = range(after + 1, MAX_SHARDS + 1)
    best = min(larger, key=lambda count: (moved_share(before, count), count), default=after)
    return best if moved_share(before, best) < moved_share(before, after) else None


def _steps(before: int, after: int) -> tuple[Step, ...]:
    if before == after:
        return ()
    added = f"shard_{before}" if after == before + 1 else f"shard_{before} to shard_{after - 1}"
    return (
        Step(
            title="Freeze the placement",
            detail=f"Set bailbondpro:postgres shards.placedOn to {before}: the shard map goes on counting {before}. "
            "Every running version must place clients by the map's count, whatever number of DATABASE_SHARD_n_URL "
            "variables and of entries in the map it is given.",
            safe="reads and writes go on; nothing has changed",
        ),
        Step(
            title=f"Provision {added}",
            detail=f"Set bailbondpro:postgres shards.count to {after}, rehearse, merge. Databases are added; none of "
            f"the first {before} is touched.",
            safe=f"reads and writes go on over {before} shards; the way back ends here: a shard that exists is not "
            "deleted again",
        ),
        Step(
            title="Copy what moves",
            detail="Create the schema on the new shards, then copy the moving clients with logical replication or in "
            "batches, and keep the copies up to date.",
            safe=f"reads and writes go on over {before} shards; the old place is the truth, copies may be dropped and "
            "made again",
        ),
        Step(
            title="Verify",
            detail="Compare row counts and checksums for each moving client.",
            safe="reads and writes go on; repeat until nothing differs",
        ),
        Step(
            title="Stop writes of moving clients, let the copies catch up, verify once more",
            detail="Clients that do not move are not affected. Jobs that write for many clients count as writers.",
            safe="only moving clients are read-only; the way back is to allow their writes again",
        ),
        Step(
            title="Switch",
            detail=f"Set shards.placedOn to {after}, merge: the new map rolls the pods. When the last of the old ones "
            "is gone, allow writes again.",
            safe="never two counts that may write at once: old pods must be gone before moving clients write",
        ),
        Step(
            title="Remove the old copies",
            detail="After a backup of every shard, delete the moved clients from where they lay.",
            safe="reads and writes go on; until this step the way back was to switch again, minus what was written "
            "since",
        ),
    )
