"""What exists before a rehearsal: the seed file that is named, or the one beside the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.console import note
from sandbox.program.foreign import ProgramError
from sandbox.seed import FILE, Seed, read_seed

if TYPE_CHECKING:
    from pathlib import Path

    from ops.rehearsal.session import RehearseOptions


def seed_file(options: RehearseOptions, root: Path) -> Path | None:
    """The file of what exists beforehand: the named one, or the one beside the program where there is one.

    Raises:
        ProgramError: the named one is not there.
    """
    path = options.exists or root / FILE
    if options.exists is None and not path.exists():
        return None
    if not path.is_file():
        raise ProgramError(f"--exists {path}: there is no such file\n  fix: name a file as {FILE} is described")
    return path


def seed_of(options: RehearseOptions, root: Path) -> Seed:
    """The entries of that file.

    Raises:
        ProgramError: there is no such file.
        SeedError: the file says what cannot be.
    """
    path = seed_file(options, root)
    if path is None:
        return Seed()
    found = read_seed(path)
    counted = {"objects": found.objects, "look-ups": found.lookups, "stacks": found.stacks}
    told = ", ".join(f"{len(items)} {noun}" for noun, items in counted.items() if items)
    note(f"{told or 'nothing'} of {path} exist beforehand")
    return found
