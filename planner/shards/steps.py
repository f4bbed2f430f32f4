"""The order in which clients' rows can be moved between databases, and what is safe during each step. Pure."""

from __future__ import annotations

from dataclasses import dataclass


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


def growth_steps(before: int, after: int) -> tuple[Step, ...]:
    """From some shards to more."""
    if before == after:
        return ()
    added = f"shard_{before}" if after == before + 1 else f"shard_{before} to shard_{after - 1}"
    return (
        Step(
            title="Freeze the placement",
            detail=f"bailbondpro:postgres placement stays shards and shards.placedOn stays {before}: the map goes "
            f"on counting {before}, and pods are told of no other. Every running version must place clients by "
            "the map's count.",
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


def first_move_steps(after: int) -> tuple[Step, ...]:
    """From the primary, which holds every client, to the first shards."""
    return (
        Step(
            title=f"Provision shard_0 to shard_{after - 1}",
            detail=f"Set bailbondpro:postgres shards.count to {after}, leave placement at primary, rehearse, merge. "
            "Databases are added, empty; no pod is told of them.",
            safe="reads and writes go on, on the primary; a shard that exists is not deleted again",
        ),
        Step(
            title="Deploy a version that can place clients",
            detail="It places by the map's count once SHARD_MAP_FILE and DATABASE_SHARD_n_URL are there, and uses the "
            "primary while they are not; what belongs to no client stays on the primary in both.",
            safe="reads and writes go on, on the primary; nothing has changed",
        ),
        Step(
            title="Copy every client to its shard",
            detail="Create the schema on the shards, then copy each client's rows with logical replication or in "
            "batches, and keep the copies up to date. `./bbp shard of` names each client's shard; the servers are in "
            "SSM, their credentials in Secrets Manager.",
            safe="reads and writes go on, on the primary; it is the truth, copies may be dropped and made again",
        ),
        Step(
            title="Verify",
            detail="Compare row counts and checksums for each client and table, and the totals over all shards with "
            "the primary's.",
            safe="reads and writes go on, on the primary; repeat until nothing differs",
        ),
        Step(
            title="Stop writes of clients, let the copies catch up, verify once more",
            detail="Jobs count as writers.",
            safe="clients are read-only; the way back is to allow writes again",
        ),
        Step(
            title="Switch",
            detail=f"Set placement to shards and shards.placedOn to {after} in one change, merge: secrets, map and "
            "variables roll the pods. When the last of the old ones is gone, allow writes again.",
            safe="never two placements that may write at once: old pods must be gone before anyone writes. Back: stop "
            "writes, copy back what was written since, and set placement to primary",
        ),
        Step(
            title="Remove the old copies",
            detail="After a backup of the primary and of every shard, delete the clients' rows from the primary.",
            safe="reads and writes go on, on the shards; from here the way back is a move of everything",
        ),
    )
