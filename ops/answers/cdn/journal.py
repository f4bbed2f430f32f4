"""What a purge has done already, in a file, so that one that was interrupted goes on where it ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.cdn.error import CdnError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass
class Journal:
    """One file; of another zone, kind or softness it is refused instead of believed.

    Attributes:
        path: the file; it exists while something is left.
        purge: what the file belongs to: zone, kind of values, soft or not.
        done: values that the API has accepted.
    """

    path: Path
    purge: dict[str, Any]
    done: frozenset[str] = frozenset()

    @classmethod
    def opened(cls, path: Path, *, zone: str, selector: str, soft: bool) -> Journal:
        """The journal of a purge, with what an earlier run has done.

        Raises:
            CdnError: the file is no journal, or one of another purge.
            OSError: it cannot be read.
        """
        purge = {"zone": zone, "selector": selector, "soft": soft}
        if not path.exists():
            return cls(path, purge)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            done = frozenset(str(value) for value in found["done"])
            same = {key: found[key] for key in purge} == purge
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CdnError(f"{path} is no journal of a purge; name another file, or delete it") from error
        if not same:
            raise CdnError(f"{path} belongs to another purge (zone, kind or --soft); name another file, or delete it")
        return cls(path, purge, done)

    def add(self, values: Iterable[str]) -> None:
        """Remember what was accepted; the file is replaced as a whole, so that no half of it can be read.

        Raises:
            OSError: it cannot be written.
        """
        self.done |= frozenset(values)
        half = self.path.with_name(f"{self.path.name}.part")
        half.write_text(json.dumps({**self.purge, "done": sorted(self.done)}), encoding="utf-8")
        half.replace(self.path)

    def close(self) -> None:
        """Everything is done: another purge begins anew."""
        self.path.unlink(missing_ok=True)
