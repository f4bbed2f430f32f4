"""The order in which clients' rows can be moved between databases, and what is safe during each step. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from plan.placement import place_said, shard_names


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


def steps_between(before: int, after: int) -> tuple[Step, ...]:
    """From one number of shards to another, 0 for the primary; none where both are the same."""
    if before == after:
        return ()
    if after < before:
        return _fewer(before, after)
    return _more(before, after) if before else _first(after)


def _more(before: int, after: int) -> tuple[Step, ...]:
    """From some shards to more."""
    added = shard_names(before, after)
    return (
        Step(
            title=f"Provision {added}",
            detail=f"Set bailbondpro:postgres shards.count to {after}, rehearse, merge. Databases are added; none of "
            f"the first {before} is touched.",
            safe=f"reads and writes go on over {before} shards; a shard that exists is deleted only after clients have "
            "left it",
        ),
        _announced(before, after),
        *_moved(before, after, "Clients that do not move are not affected."),
    )


def _fewer(before: int, after: int) -> tuple[Step, ...]:
    """From some shards to fewer, or to the primary."""
    here, left = place_said(before), shard_names(after, before)
    stated = f"placement to shards, shards.placedOn to {after}" if after else "placement to primary, without placedOn"
    return (
        Step(
            title=f"Make room on {f'shard_0 to shard_{after - 1}' if after else 'the primary'}",
            detail=f"Disk, memory and connections for what {left} {_holds(after, before)}. Where the last move led "
            f"from {place_said(after)} to {here} and no clean-up ended it, `./bbp shard move keep` and `back` take the "
            "place of publish, copy and cut-over (docs/runbooks/shards-back.md).",
            safe=f"reads and writes go on on {here}; nothing has changed",
        ),
        _announced(before, after),
        *_filled(before, after, "Clients that do not move are not affected." if after else "Every client moves."),
        _switched(
            f"Set {stated}, shards.returnedFrom to the mapVersion of the move, and raise shards.mapVersion, without "
            f"movingTo, merge. shards.count stays {before}: old copies are the way back."
        ),
        _cleaned(),
        Step(
            title=f"Remove {left}, or keep {'it' if before == after + 1 else 'them'}",
            detail=f"Empty shards cost what full ones cost. Lower shards.count to {_servers(after)} in a deployment of "
            "its own: `./bbp shard placement` names the servers that it deletes; protection in production, and "
            "`./bbp journey` without allowShrink, refuse it.",
            safe="reads and writes go on; what a server still holds is gone with it",
        ),
    )


def _holds(first: int, end: int) -> str:
    return "holds" if end == first + 1 else "hold"


def _servers(after: int) -> str:
    return str(after) if after else "0, or leave some for a later move,"


def _first(after: int) -> tuple[Step, ...]:
    """From the primary, which holds every client, to the first shards."""
    return (
        Step(
            title=f"Provision shard_0 to shard_{after - 1}",
            detail=f"Set bailbondpro:postgres shards.count to {after}, leave placement at primary, rehearse, merge. "
            "Databases are added, empty; no pod is told of them.",
            safe="reads and writes go on, on the primary; a shard that exists is deleted only after clients have left "
            "it",
        ),
        Step(
            title="Deploy a version that can place clients",
            detail="It places by the map's count once SHARD_MAP_FILE and DATABASE_SHARD_n_URL are there, and uses the "
            "primary while they are not; what belongs to no client stays on the primary in both.",
            safe="reads and writes go on, on the primary; nothing has changed",
        ),
        _announced(0, after),
        *_moved(0, after, "Jobs count as writers."),
    )


def _announced(before: int, after: int) -> Step:
    """The first of the two deployments."""
    targets = (
        "Pods get the targets' addresses under names of their own (DATABASE_TARGET_SHARD_n_URL)."
        if after > before
        else "Pods can reach the targets already."
    )
    return Step(
        title="State the move",
        detail=f"Set placement to moving, shards.movingTo to {after} and raise shards.mapVersion, merge. {targets}",
        safe=f"reads and writes go on where they were ({place_said(before)}); back: placement as before, with a raised "
        "mapVersion",
    )


def _moved(before: int, after: int, writers: str) -> tuple[Step, ...]:
    """From the first copied row to the last deleted one."""
    return (
        *_filled(before, after, writers),
        _switched(
            f"Set placement to shards, shards.placedOn to {after} and raise shards.mapVersion, without movingTo, "
            "merge: map and variables roll the pods."
        ),
        _cleaned(),
    )


def _filled(before: int, after: int, writers: str) -> tuple[Step, ...]:
    """From the first copied row to the first write at the new places."""
    way = f"--from {before or 'primary'} --to {after or 'primary'}"
    return (
        Step(
            title="Copy",
            detail=f"Create the schema on the targets, then `./bbp shard move publish {way}` and `copy`: each client's "
            "rows to its place, and what is written meanwhile after them.",
            safe=f"reads and writes go on on {place_said(before)}; it is the truth, `./bbp shard move cancel` takes "
            "the copies away again",
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
    )


def _switched(how: str) -> Step:
    """The second of the two deployments."""
    return Step(
        title="Switch",
        detail=how,
        safe="pods that follow the databases have switched already; the others are refused until they have rolled. "
        "Back: `./bbp shard move back`, which `keep` holds short",
    )


def _cleaned() -> Step:
    """The last step of every move."""
    return Step(
        title="Remove the old copies",
        detail="After a backup of every server, `./bbp shard move clean-up` deletes moved clients where they lay.",
        safe="reads and writes go on; from here the way back is a move of everything",
    )
