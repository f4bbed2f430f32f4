"""What the engine itself asks of a state before it works with it (Pulumi 3.259, `Snapshot.VerifyIntegrity`)."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from ops.answers.state.model import Trouble
from ops.answers.state.reading import EARLIER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ops.answers.state.reading import Entry, State

REPAIR = "`pulumi state repair --stack STACK` puts resources in order and takes such references away"
PROVIDERS = "pulumi:providers:"
_PARTS = 4
"""Of a URN: the name space, the stack's part, types and name."""


def broken(state: State) -> Iterator[Trouble]:
    """Everything for which the engine refuses a state, where it ends at the first."""
    yield from state.broken
    if state.engine and state.magic != hashlib.sha256(state.engine.encode()).hexdigest():
        says = f"its magic does not belong to the version {state.engine} beside it: somebody edited the manifest"
        yield Trouble(level="broken", where="state", says=says, fix=EARLIER)
    yield from _forms(state.entries)
    yield from _copies(state.entries)
    circle = circles(state.entries)
    yield from _order(state.entries, circle)
    for urns in circle:
        says = f"resources need each other in a circle: {' -> '.join(urn.split('::', 3)[-1] for urn in urns)}"
        yield Trouble(level="broken", where=urns[0], says=says, fix=EARLIER)


def _forms(entries: Sequence[Entry]) -> Iterator[Trouble]:
    for entry in entries:
        if not entry.urn:
            yield Trouble(level="broken", where=entry.where, says="it has no urn", fix=EARLIER)
        elif not entry.urn.startswith("urn:pulumi:") or len(entry.urn.split("::", 3)) < _PARTS:
            yield Trouble(level="broken", where=entry.where, says=f"{entry.urn[:80]!r} is no URN", fix=EARLIER)
        if not entry.type:
            yield Trouble(level="broken", where=entry.where, says="it has no type", fix=EARLIER)
        elif entry.urn and _type_in(entry.urn) not in {"", entry.type}:
            says = f"its type is {entry.type}, and its URN says {_type_in(entry.urn)}"
            yield Trouble(level="broken", where=entry.where, says=says, fix=EARLIER)
        if not entry.custom and entry.id:
            yield Trouble(level="broken", where=entry.where, says="a component has an id", fix=EARLIER)
        if entry.custom and not entry.id:
            yield Trouble(level="broken", where=entry.where, says="it has no id", fix=EARLIER)


def _type_in(urn: str) -> str:
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) >= _PARTS else ""


def _copies(entries: Sequence[Entry]) -> Iterator[Trouble]:
    standing = Counter(entry.urn for entry in entries if entry.urn and not entry.leftover)
    for urn, count in standing.items():
        if count > 1:
            says = f"it stands there {count} times, and at most one of them may be no old copy"
            yield Trouble(level="broken", where=urn, says=says, fix=EARLIER)


def _order(entries: Sequence[Entry], circle: Sequence[Sequence[str]]) -> Iterator[Trouble]:
    """What is missing, or comes too late; a resource in a circle is said once, with the circle."""
    all_urns = {entry.urn for entry in entries}
    providers = {f"{entry.urn}::{entry.id}" for entry in entries if entry.type.startswith(PROVIDERS)}
    round_about = {urn for urns in circle for urn in urns}
    seen: set[str] = set()
    known: set[str] = set()
    for entry in entries:
        if entry.provider and not entry.replacing and entry.provider not in known:
            later = entry.provider in providers
            says = f"its provider {entry.provider.rpartition('::')[0].rpartition('::')[2] or entry.provider[:80]} "
            says += "comes after it" if later else "is missing, and it cannot be without"
            yield Trouble(level="broken", where=entry.where, says=says, fix=REPAIR if later else EARLIER)
        for what, urn in entry.needs:
            if urn in seen or (entry.urn in round_about and urn in round_about):
                continue
            missing = urn not in all_urns
            says = f"its {what} {urn.split('::', 3)[-1]} {'is missing' if missing else 'comes after it'}"
            # Without its parent the engine would give it another URN: the program would not know it any more.
            fix = EARLIER if missing and what == "parent" else REPAIR
            yield Trouble(level="broken", where=entry.where, says=says, fix=fix)
        seen.add(entry.urn)
        if entry.type.startswith(PROVIDERS):
            known.add(f"{entry.urn}::{entry.id}")


def circles(entries: Sequence[Entry]) -> list[list[str]]:
    """One way around in each group of resources that need each other: no order is right for them."""
    needs: Mapping[str, list[str]] = {
        entry.urn: [urn for _, urn in entry.needs] + [entry.provider.rpartition("::")[0]] for entry in entries
    }
    left = {urn: sum(need in needs for need in set(found)) for urn, found in needs.items()}
    used: dict[str, list[str]] = {}
    for urn, found in needs.items():
        for need in set(found):
            used.setdefault(need, []).append(urn)
    ready = [urn for urn, count in left.items() if not count]
    while ready:
        urn = ready.pop()
        del left[urn]
        for user in used.get(urn, ()):
            left[user] -= 1
            if not left[user]:
                ready.append(user)
    found_circles: list[list[str]] = []
    told: set[str] = set()
    for start in left:
        way: list[str] = []
        at = start
        while at not in told and at not in way:
            way.append(at)
            at = next(need for need in needs[at] if need in left)
        if at in way:
            found_circles.append([*way[way.index(at) :], at])
        told.update(way)
    return found_circles
