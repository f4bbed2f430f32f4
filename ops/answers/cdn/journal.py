"""What a purge has done already, in a file, so that one that was interrupted goes on where it ended."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.cdn.error import CdnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MAX_AGE = 3_600
"""Seconds after its beginning in which a purge may go on, six times what one run may take (by judgement): what was
purged earlier than that may be in the cache again."""


@dataclass
class Journal:
    """One file; of another purge, or of one that began long ago, it is refused instead of believed.

    Attributes:
        path: the file; it exists while something is left.
        purge: what the file belongs to: zone, kind of values, their digest, soft or not.
        began: when the purge did, in seconds since 1970.
        done: values that the API has accepted.
    """

    path: Path
    purge: dict[str, Any]
    began: float
    done: frozenset[str] = frozenset()

    @classmethod
    def opened(
        cls,
        path: Path,
        *,
        zone: str,
        selector: str,
        values: Iterable[str],
        soft: bool,
        clock: Callable[[], float] = time.time,
    ) -> Journal:
        """The journal of a purge, with what an earlier run has done.

        Raises:
            CdnError: the file is no journal, one of another purge, or too old.
            OSError: it cannot be read.
        """
        digest = hashlib.sha256("\n".join(sorted(set(values))).encode()).hexdigest()
        purge = {"zone": zone, "selector": selector, "values": digest, "soft": soft}
        now = clock()
        if not path.exists():
            return cls(path, purge, now)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            done = frozenset(str(value) for value in found["done"])
            began = float(found["began"])
            same = {key: found[key] for key in purge} == purge
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise CdnError(f"{path} is no journal of a purge; name another file, or delete it") from error
        if not same:
            raise CdnError(
                f"{path} belongs to another purge (zone, kind, values or --soft); name another file, or delete it"
            )
        if not 0 <= now - began <= MAX_AGE:
            raise CdnError(
                f"{path} is of a purge that did not begin within the last {MAX_AGE // 60} minutes: what it did may be "
                "in the cache again; name another file, or delete it"
            )
        return cls(path, purge, began, done)

    def add(self, values: Iterable[str]) -> None:
        """Remember what was accepted; the file is replaced as a whole, so that no half of it can be read.

        Raises:
            OSError: it cannot be written.
        """
        self.done |= frozenset(values)
        half = self.path.with_name(f"{self.path.name}.part")
        half.write_text(json.dumps({**self.purge, "began": self.began, "done": sorted(self.done)}), encoding="utf-8")
        half.replace(self.path)

    def close(self) -> None:
        """Everything is done: another purge begins anew."""
        self.path.unlink(missing_ok=True)
