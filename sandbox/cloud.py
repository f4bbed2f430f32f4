"""The simulated cloud's memory: every object that exists, kept in an append-only journal.

A journal survives a killed process and costs the same for the thousandth object as for the first. Secret values are
kept as digests only: enough to see that one changed, useless to anyone who reads the file.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.cache import write_atomically
from sandbox.clock.moments import START, ClockError, read, written
from sandbox.indexes import Objects, by_id
from sandbox.objects import DIGEST, EXISTING, CloudObject, Ends, Waiting, redacted, restored, stored

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sandbox.clock.events import Event
    from sandbox.indexes import Keys

__all__ = [
    "DIGEST",
    "EXISTING",
    "Cloud",
    "CloudObject",
    "DamagedCloudError",
    "Ends",
    "Waiting",
    "redacted",
    "restored",
]

CLOCK = "clock"
"""The key of the journal's entry that says where the clock stands."""


class DamagedCloudError(Exception):
    """The journal was changed or damaged by somebody else; the message says where, and the way on."""


class _Store:
    """What every view of one cloud shares."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.objects = Objects()
        self.marks: dict[tuple[str, str, str], Ends | None] = {}
        """(kind, key, scope) -> when it is forgotten; None for never."""
        self.now = START
        self.happened: list[Event] = []


def _mark(mark: tuple[str, str, str], ends: Ends | None) -> dict[str, Any]:
    kind, key, scope = mark
    return {"mark": kind, "id": key, "scope": scope, **({"ends": asdict(ends)} if ends is not None else {})}


def _entry(item: CloudObject) -> dict[str, Any]:
    return {key: value for key, value in asdict(item).items() if value or key not in {"waiting", "made_up", "kept"}}


class Cloud:
    """All existing objects by type and id; thread-safe, journalled to one file.

    What a provider instance sees of it is `within` its region or cluster; the cloud itself sees everything.
    """

    def __init__(self, journal: Path, store: _Store | None = None, package: str | None = None, scope: str = "") -> None:
        self._journal = journal
        self._store = store or _Store()
        self._package = package
        self._scope = scope
        account = scope.partition("/")[0]
        self._scopes = (scope, f"{account}/", "") if "/" in scope else (scope, "")
        if store is None:
            self._load()

    def within(self, package: str, scope: str) -> Cloud:
        """This cloud as one provider instance sees it: of its own package what lies in this scope, or in none.

        Args:
            package: the provider package, for example "aws".
            scope: the region or the cluster.
        """
        return Cloud(self._journal, self._store, package, scope)

    @property
    def scope(self) -> str:
        """The region or cluster that this view looks from; empty for the whole cloud."""
        return self._scope

    def everywhere(self) -> Cloud:
        """This cloud with all regions and clusters."""
        return Cloud(self._journal, self._store)

    def sees(self, item: CloudObject) -> bool:
        """Whether an object lies where this view looks."""
        return self._looks(item.token, item.scope)

    def _looks(self, token: str, scope: str) -> bool:
        foreign = self._package is None or token.partition(":")[0] != self._package
        return foreign or scope in self._scopes

    @property
    def now(self) -> datetime:
        """Where the clock stands."""
        return self._store.now

    @property
    def happened(self) -> list[Event]:
        """What happened at once to something that exists, since this cloud was opened."""
        return self._store.happened

    def _load(self) -> None:
        if not self._journal.exists():
            return
        lines = self._journal.read_bytes().split(b"\n")
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                self._replay(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                if number == len(lines):
                    continue  # the last line of a killed process may be cut: that object was never acknowledged
                raise DamagedCloudError(
                    f"{self._journal}, line {number}: this is nothing that the simulated cloud wrote, so what existed "
                    "is not known any more\n  fix: begin anew with --fresh"
                ) from error
        self.compact()

    def _replay(self, entry: dict[str, Any]) -> None:
        if "mark" in entry:
            ends = entry.get("ends")
            self._store.marks[entry["mark"], entry["id"], entry.get("scope", "")] = Ends(**ends) if ends else None
        elif "ended" in entry:
            self._store.marks.pop((entry["ended"], entry["id"], entry["scope"]), None)
        elif CLOCK in entry:
            self._store.now = max(self._store.now, read(entry[CLOCK]))
        elif "together" in entry:
            for one in entry["together"]:
                self._replay(one)
        elif "deleted" in entry:
            key = (entry["token"], entry["id"], entry.get("scope", ""))
            self._store.objects.remove(*key)
            self._store.marks[key] = None
        else:
            waiting = tuple(Waiting(**one) for one in entry.pop("waiting", ()))
            doubtful = tuple(entry.pop("made_up", ()))
            self._store.objects.put(CloudObject(**entry, waiting=waiting, made_up=doubtful))

    def compact(self) -> None:
        """Rewrite the journal as one line per existing object and one per mark."""
        with self._store.lock:
            entries = [_entry(item) for item in self._store.objects]
            entries += [_mark(mark, self._store.marks[mark]) for mark in sorted(self._store.marks)]
            entries += [{CLOCK: written(self.now)}] if self.now != START else []
            lines = [json.dumps(entry, separators=(",", ":")) for entry in entries]
            write_atomically(self._journal, "".join(f"{line}\n" for line in lines))

    def _append(self, entry: dict[str, Any]) -> None:
        with self._journal.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def put(self, item: CloudObject) -> None:
        """Create an object or replace what is remembered of it."""
        self.put_all([item])

    def put_all(self, items: Sequence[CloudObject]) -> None:
        """Create or replace several objects as one step: a killed process leaves all of them or none."""
        kept = list(map(stored, items))
        with self._store.lock:
            entries = [entry for item in kept for entry in self._put(item)]
            if entries:
                self._append(entries[0] if len(entries) == 1 else {"together": entries})

    def _put(self, item: CloudObject) -> list[dict[str, Any]]:
        objects, entries = self._store.objects, []
        before = objects.at(item.token, item.id, "")
        if item.scope and before is not None and before.urn == item.urn:
            objects.remove(item.token, item.id, "")  # from before it was known where it lies
            entries.append({"token": item.token, "id": item.id, "scope": "", "deleted": True})
        objects.put(item)
        return [*entries, _entry(item)]

    def move_clock(self, moment: datetime) -> None:
        """Let the clock stand at a moment; it never goes back.

        Raises:
            ClockError: the moment lies before the clock's.
        """
        with self._store.lock:
            if moment < self.now:
                raise ClockError(f"the clock stands at {written(self.now)} and never goes back to {written(moment)}")
            if moment > self.now:
                self._append({CLOCK: written(moment)})
                self._store.now = moment

    @contextmanager
    def standing_at(self, moment: datetime) -> Iterator[None]:
        """Let what happens within carry a moment before the clock is written."""
        before = self._store.now
        self._store.now = moment
        try:
            yield
        finally:
            self._store.now = before

    def delete(self, token: str, identity: str) -> None:
        """Forget an object; one that is already gone is fine, as with the real services' idempotent deletes."""
        with self._store.lock:
            item = self.get(token, identity)
            if item is not None:
                self._store.objects.remove(token, identity, item.scope)
                self._store.marks[token, identity, item.scope] = None
                self._append({"token": token, "id": identity, "scope": item.scope, "deleted": True})

    def keep_only(self, known: Collection[tuple[str, str]]) -> int:
        """Forget every object that is not among these (type, id), as if it had never been made; returns how many."""
        with self._store.lock:
            unknown = [item for item in self.all() if (item.token, item.id) not in known]
            for item in unknown:
                self._store.objects.remove(item.token, item.id, item.scope)
            self.compact()
        return len(unknown)

    def forget(self, items: Iterable[CloudObject]) -> None:
        """Take objects out as if they had never been there."""
        with self._store.lock:
            for item in items:
                self._store.objects.remove(item.token, item.id, item.scope)
            self.compact()

    def exclusive(self) -> threading.RLock:
        """Holds everybody else off: `with cloud.exclusive():` looks and acts as one step."""
        return self._store.lock

    def mark(self, kind: str, key: str, ends: Ends | None = None) -> None:
        """Remember something that outlives its object, such as a final snapshot or a name that stays reserved.

        Args:
            kind: what sort of thing it is.
            key: which one.
            ends: when it is forgotten, and what happens then; None for never.
        """
        mark = (kind, key, self._scope)
        with self._store.lock:
            if mark not in self._store.marks or self._store.marks[mark] != ends:
                self._store.marks[mark] = ends
                self._append(_mark(mark, ends))

    def end_of(self, kind: str, key: str) -> Ends | None:
        """When something is forgotten that is remembered for a time; None for anything else."""
        with self._store.lock:
            return next((ends for scope in self._scopes if (ends := self._store.marks.get((kind, key, scope)))), None)

    def ending(self) -> list[Ends]:
        """The ends of all that is remembered for a time, wherever it lies."""
        with self._store.lock:
            return [ends for ends in self._store.marks.values() if ends is not None]

    def forget_ended(self, moment: datetime) -> None:
        """Forget what was to be remembered until a moment at most."""
        with self._store.lock:
            ended = [mark for mark, ends in self._store.marks.items() if ends and read(ends.at) <= moment]
            for kind, key, scope in ended:
                del self._store.marks[kind, key, scope]
                self._append({"ended": kind, "id": key, "scope": scope})

    def marked(self, kind: str, key: str) -> bool:
        """Whether something was remembered; for a type token and an id: whether such an object existed and is gone."""
        with self._store.lock:
            if self._package is None:
                return any(marked[:2] == (kind, key) for marked in self._store.marks)
            return any((kind, key, scope) in self._store.marks for scope in self._scopes)

    def get(self, token: str, identity: str) -> CloudObject | None:
        """The object of this type and id, if it exists."""
        with self._store.lock:
            objects = self._store.objects
            for scope in self._scopes:
                if (found := objects.at(token, identity, scope)) is not None:
                    return found
            if not self._looks(token, "elsewhere"):
                return None
            return next(iter(objects.having(token, by_id, (identity,))), None)

    def of_type(self, token: str) -> list[CloudObject]:
        """Every existing object of a type."""
        with self._store.lock:
            return [item for item in self._store.objects.of_type(token) if self.sees(item)]

    def having(self, token: str, keys: Keys, values: Iterable[Hashable]) -> list[CloudObject]:
        """Every existing object of a type that has one of these values, in the order of `of_type`.

        Args:
            token: the type.
            keys: what an object is found by; it reads nothing but the object, and equal ones share an index.
            values: what is looked for.
        """
        with self._store.lock:
            return [item for item in self._store.objects.having(token, keys, values) if self.sees(item)]

    def all(self) -> list[CloudObject]:
        """Every existing object."""
        with self._store.lock:
            return [item for item in self._store.objects if self.sees(item)]

    def tokens(self) -> list[str]:
        """The types of which objects exist."""
        with self._store.lock:
            return self._store.objects.tokens()
