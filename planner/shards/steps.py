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
            title=f"Provision {added}",
            detail=f"Set bailbondpro:postgres shards.count to {after}, rehearse, merge. Databases are added; none of "
            f"the first {before} is touched.",
            safe=f"reads and writes go on over {before} shards; the way back ends here: a shard that exists is not "
            "deleted again",
        ),
        _announced(str(before), after),
        *_moved(f"{before} shards", "Clients that do not move are not affected.", after),
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
        _announced("primary", after),
        *_moved("the primary", "Jobs count as writers.", after),
    )


def _announced(before: str, after: int) -> Step:
    """The first of the two deployments."""
    return Step(
        title="State the move",
        detail=f"Set placement to moving, shards.movingTo to {after} and raise shards.mapVersion, merge. Pods get the "
        "targets' addresses under names of their own (DATABASE_TARGET_SHARD_n_URL).",
        safe=f"reads and writes go on where they were ({before}); back: placement as before, with a raised mapVersion",
    )


def _moved(here: str, writers: str, after: int) -> tuple[Step, ...]:
    """From the first copied row to the last deleted one."""
    return (
        Step(
            title="Copy",
            detail="Create the schema on the targets, then `./bbp shard move publish` and `copy`: each client's rows "
            "to its shard, and what is written meanwhile after them.",
            safe=f"reads and writes go on on {here}; it is the truth, copies may be dropped and made again",
        ),
        Step(
            title="Verify",
            detail="`./bbp shard verify` compares counts and checksums of every client and table.",
            safe="reads and writes go on; repeat until nothing differs",
        ),
        Step(
            title="Cut over",
            detail="`./bbp shard move cut-over` refuses writes of clients that move, lets the copies catch up, "
            "verifies once more, opens the new places and prints how many seconds that took. " + writers,
            safe="a write in those seconds is refused, to be tried again; from then on the old places refuse writes",
        ),
        Step(
            title="Switch",
            detail=f"Set placement to shards, shards.placedOn to {after} and raise shards.mapVersion, without "
            "movingTo, merge: map and variables roll the pods.",
            safe="pods that follow the databases have switched already; the others are refused until they have rolled. "
            "Back: `./bbp shard move back`, which `keep` holds short",
        ),
        Step(
            title="Remove the old copies",
            detail="After a backup of every server, `./bbp shard move clean-up` deletes moved clients where they lay.",
            safe="reads and writes go on; from here the way back is a move of everything",
        ),
    )
