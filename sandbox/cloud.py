"""The simulated cloud's memory: every object that exists, kept in an append-only journal.

A journal survives a killed process and costs the same for the thousandth object as for the first. Secret values are
kept as digests only: enough to see that one changed, useless to anyone who reads the file.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sandbox.cache import write_atomically
from sandbox.protocol.wire import Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

DIGEST = "secret-sha256"
EXISTING = "urn:existing::"
"""How the URN of an object begins that was there before the program."""


class DamagedCloudError(Exception):
    """The journal was changed or damaged by somebody else; the message says where, and the way on."""


@dataclass
class CloudObject:
    """One existing resource, as the cloud remembers it."""

    token: str
    id: str
    urn: str
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    scope: str = ""
    """The region or cluster that it lies in (`sandbox.model.place.Place.scope`); empty for what is known everywhere."""

    @property
    def name(self) -> str:
        """The logical name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def was_there(self) -> bool:
        """Whether it existed before the program: whoever made it knows why."""
        return self.urn.startswith(EXISTING)


def redacted(value: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """The value with every secret replaced by its digest and every unknown by None."""
    if isinstance(value, Secret):
        text = json.dumps(redacted(value.value), sort_keys=True, default=str)
        return {DIGEST: hashlib.sha256(text.encode()).hexdigest()}
    if isinstance(value, dict):
        return {key: redacted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return None if isinstance(value, Unknown) else value


def restored(stored: Any, current: Any) -> Any:  # noqa: ANN401 - property values have any shape
    """A stored value in which digests are exchanged for the values that the caller still knows."""
    if isinstance(stored, dict):
        if DIGEST in stored:
            return current if redacted(current) == stored or current is not None else Secret(stored[DIGEST])
        known = current if isinstance(current, dict) else {}
        return {key: restored(item, known.get(key)) for key, item in stored.items()}
    if isinstance(stored, list):
        items = current if isinstance(current, list) else []
        return [restored(item, items[i] if i < len(items) else None) for i, item in enumerate(stored)]
    return stored


class _Store:
    """What every view of one cloud shares."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.objects: dict[str, dict[tuple[str, str], CloudObject]] = {}
        """Type -> (id, scope) -> object: a log group of one name may exist in every region."""
        self.marks: set[tuple[str, str, str]] = set()
        """(kind, key, scope)."""


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
            self._store.marks.add((entry["mark"], entry["id"], entry.get("scope", "")))
        elif "deleted" in entry:
            key = (entry["id"], entry.get("scope", ""))
            self._store.objects.get(entry["token"], {}).pop(key, None)
            self._store.marks.add((entry["token"], *key))
        else:
            item = CloudObject(**entry)
            self._store.objects.setdefault(item.token, {})[item.id, item.scope] = item

    def compact(self) -> None:
        """Rewrite the journal as one line per existing object and one per mark."""
        with self._store.lock:
            entries = [asdict(item) for items in self._store.objects.values() for item in items.values()]
            entries += [{"mark": kind, "id": key, "scope": scope} for kind, key, scope in sorted(self._store.marks)]
            lines = [json.dumps(entry, separators=(",", ":")) for entry in entries]
            write_atomically(self._journal, "".join(f"{line}\n" for line in lines))

    def _append(self, entry: dict[str, Any]) -> None:
        with self._journal.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def put(self, item: CloudObject) -> None:
        """Create an object or replace what is remembered of it."""
        stored = replace(item, inputs=redacted(item.inputs), outputs=redacted(item.outputs))
        with self._store.lock:
            items = self._store.objects.setdefault(item.token, {})
            before = items.get((item.id, ""))
            if item.scope and before is not None and before.urn == item.urn:
                del items[item.id, ""]  # from before it was known where it lies
                self._append({"token": item.token, "id": item.id, "scope": "", "deleted": True})
            items[item.id, item.scope] = stored
            self._append(asdict(stored))

    def delete(self, token: str, identity: str) -> None:
        """Forget an object; one that is already gone is fine, as with the real services' idempotent deletes."""
        with self._store.lock:
            item = self.get(token, identity)
            if item is not None:
                del self._store.objects[token][identity, item.scope]
                self._store.marks.add((token, identity, item.scope))
                self._append({"token": token, "id": identity, "scope": item.scope, "deleted": True})

    def keep_only(self, known: Collection[tuple[str, str]]) -> int:
        """Forget every object that is not among these (type, id), as if it had never been made; returns how many."""
        with self._store.lock:
            unknown = [item for item in self.all() if (item.token, item.id) not in known]
            for item in unknown:
                del self._store.objects[item.token][item.id, item.scope]
            self.compact()
        return len(unknown)

    def forget(self, items: Iterable[CloudObject]) -> None:
        """Take objects out as if they had never been there."""
        with self._store.lock:
            for item in items:
                self._store.objects.get(item.token, {}).pop((item.id, item.scope), None)
            self.compact()

    def exclusive(self) -> threading.RLock:
        """Holds everybody else off: `with cloud.exclusive():` looks and acts as one step."""
        return self._store.lock

    def mark(self, kind: str, key: str) -> None:
        """Remember something that outlives its object, such as a final snapshot or a name that stays reserved."""
        with self._store.lock:
            if (kind, key, self._scope) not in self._store.marks:
                self._store.marks.add((kind, key, self._scope))
                self._append({"mark": kind, "id": key, "scope": self._scope})

    def marked(self, kind: str, key: str) -> bool:
        """Whether something was remembered; for a type token and an id: whether such an object existed and is gone."""
        with self._store.lock:
            if self._package is None:
                return any(marked[:2] == (kind, key) for marked in self._store.marks)
            return any((kind, key, scope) in self._store.marks for scope in self._scopes)

    def get(self, token: str, identity: str) -> CloudObject | None:
        """The object of this type and id, if it exists."""
        with self._store.lock:
            items = self._store.objects.get(token, {})
            for scope in self._scopes:
                if (found := items.get((identity, scope))) is not None:
                    return found
            if not self._looks(token, "elsewhere"):
                return None
            return next((item for (known, _), item in items.items() if known == identity), None)

    def of_type(self, token: str) -> list[CloudObject]:
        """Every existing object of a type."""
        with self._store.lock:
            return [item for item in self._store.objects.get(token, {}).values() if self.sees(item)]

    def all(self) -> list[CloudObject]:
        """Every existing object."""
        with self._store.lock:
            return [item for items in self._store.objects.values() for item in items.values() if self.sees(item)]

    def tokens(self) -> list[str]:
        """The types of which objects exist."""
        with self._store.lock:
            return [token for token, items in self._store.objects.items() if items]
