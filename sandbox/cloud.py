"""The simulated cloud's memory: every object that exists, kept in an append-only journal.

A journal survives a killed process and costs the same for the thousandth object as for the first. Secret values are
kept as digests only: enough to see that one changed, useless to anyone who reads the file.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.cache import write_atomically
from sandbox.protocol.wire import Secret, Unknown

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

DIGEST = "secret-sha256"


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

    @property
    def name(self) -> str:
        """The logical name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]


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


class Cloud:
    """All existing objects by type and id; thread-safe, journalled to one file."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._lock = threading.RLock()
        self._objects: dict[str, dict[str, CloudObject]] = {}
        self._marks: set[tuple[str, str]] = set()
        self._load()

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
            self._marks.add((entry["mark"], entry["id"]))
        elif "deleted" in entry:
            self._objects.get(entry["token"], {}).pop(entry["id"], None)
            self._marks.add((entry["token"], entry["id"]))
        else:
            self._objects.setdefault(entry["token"], {})[entry["id"]] = CloudObject(**entry)

    def compact(self) -> None:
        """Rewrite the journal as one line per existing object and one per mark."""
        with self._lock:
            entries = [asdict(item) for item in self.all()]
            entries += [{"mark": kind, "id": key} for kind, key in sorted(self._marks)]
            lines = [json.dumps(entry, separators=(",", ":")) for entry in entries]
            write_atomically(self._journal, "".join(f"{line}\n" for line in lines))

    def _append(self, entry: dict[str, Any]) -> None:
        with self._journal.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def put(self, item: CloudObject) -> None:
        """Create an object or replace what is remembered of it."""
        stored = CloudObject(item.token, item.id, item.urn, redacted(item.inputs), redacted(item.outputs))
        with self._lock:
            self._objects.setdefault(item.token, {})[item.id] = stored
            self._append(asdict(stored))

    def delete(self, token: str, identity: str) -> None:
        """Forget an object; one that is already gone is fine, as with the real services' idempotent deletes."""
        with self._lock:
            if self._objects.get(token, {}).pop(identity, None) is not None:
                self._marks.add((token, identity))
                self._append({"token": token, "id": identity, "deleted": True})

    def keep_only(self, known: Collection[tuple[str, str]]) -> int:
        """Forget every object that is not among these (type, id), as if it had never been made; returns how many."""
        with self._lock:
            unknown = [item for item in self.all() if (item.token, item.id) not in known]
            for item in unknown:
                del self._objects[item.token][item.id]
            self.compact()
        return len(unknown)

    def exclusive(self) -> threading.RLock:
        """Holds everybody else off: `with cloud.exclusive():` looks and acts as one step."""
        return self._lock

    def mark(self, kind: str, key: str) -> None:
        """Remember something that outlives its object, such as a final snapshot or a name that stays reserved."""
        with self._lock:
            if (kind, key) not in self._marks:
                self._marks.add((kind, key))
                self._append({"mark": kind, "id": key})

    def marked(self, kind: str, key: str) -> bool:
        """Whether something was remembered; for a type token and an id: whether such an object existed and is gone."""
        with self._lock:
            return (kind, key) in self._marks

    def get(self, token: str, identity: str) -> CloudObject | None:
        """The object of this type and id, if it exists."""
        with self._lock:
            return self._objects.get(token, {}).get(identity)

    def of_type(self, token: str) -> list[CloudObject]:
        """Every existing object of a type."""
        with self._lock:
            return list(self._objects.get(token, {}).values())

    def all(self) -> list[CloudObject]:
        """Every existing object."""
        with self._lock:
            return [item for items in self._objects.values() for item in items.values()]

    def tokens(self) -> list[str]:
        """The types of which objects exist."""
        with self._lock:
            return [token for token, items in self._objects.items() if items]
