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
from sandbox.wire import Secret, Unknown

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "secret-sha256"


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
        self._objects: dict[tuple[str, str], CloudObject] = {}
        self._load()

    def _load(self) -> None:
        if not self._journal.exists():
            return
        for line in self._journal.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a killed process may be cut: that object was never acknowledged
            key = (entry["token"], entry["id"])
            if "deleted" in entry:
                self._objects.pop(key, None)
            else:
                self._objects[key] = CloudObject(**entry)
        self.compact()

    def compact(self) -> None:
        """Rewrite the journal as one line per existing object."""
        with self._lock:
            lines = [json.dumps(asdict(item), separators=(",", ":")) for item in self._objects.values()]
            write_atomically(self._journal, "".join(f"{line}\n" for line in lines))

    def _append(self, entry: dict[str, Any]) -> None:
        with self._journal.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, separators=(",", ":")) + "\n")

    def put(self, item: CloudObject) -> None:
        """Create an object or replace what is remembered of it."""
        stored = CloudObject(item.token, item.id, item.urn, redacted(item.inputs), redacted(item.outputs))
        with self._lock:
            self._objects[item.token, item.id] = stored
            self._append(asdict(stored))

    def delete(self, token: str, identity: str) -> None:
        """Forget an object; one that is already gone is fine, as with the real services' idempotent deletes."""
        with self._lock:
            if self._objects.pop((token, identity), None) is not None:
                self._append({"token": token, "id": identity, "deleted": True})

    def get(self, token: str, identity: str) -> CloudObject | None:
        """The object of this type and id, if it exists."""
        with self._lock:
            return self._objects.get((token, identity))

    def all(self) -> list[CloudObject]:
        """Every existing object."""
        with self._lock:
            return list(self._objects.values())
