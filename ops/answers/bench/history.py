"""What was measured of each release, kept as data: `benchmarks/history.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from ops.answers.bench.answer import Benched
from ops.inputs.stack_file import ROOT
from ops.jsonable import plain
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HISTORY = ROOT / "benchmarks" / "history.json"
_ENTRIES = TypeAdapter(tuple[Benched, ...])


def entries(file: Path = HISTORY) -> tuple[Benched, ...]:
    """What is kept, oldest first."""
    return _ENTRIES.validate_json(file.read_text(encoding="utf-8")) if file.exists() else ()


def measured_in(file: Path) -> Benched:
    """What `./bbp bench --out FILE` wrote."""
    return TypeAdapter(Benched).validate_json(file.read_text(encoding="utf-8"))


def with_entry(kept: Sequence[Benched], new: Benched) -> tuple[Benched, ...]:
    """The history with one more entry: of a release and a machine there is one, and a short form replaces no full one.

    Raises:
        ValueError: the release has a full entry from such a machine, and the new one is the short form.
    """
    same = [entry for entry in kept if (entry.version, entry.machine) == (new.version, new.machine)]
    if new.quick and any(not entry.quick for entry in same):
        raise ValueError(f"release {new.version} has a full entry of such a machine: the short form says less")
    return (*(entry for entry in kept if entry not in same), new)


def keep(new: Benched, file: Path = HISTORY) -> None:
    """Write an entry into the history.

    Raises:
        ValueError: see `with_entry`.
    """
    write_atomically(file, json.dumps(plain(with_entry(entries(file), new)), indent=1) + "\n")
