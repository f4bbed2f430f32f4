"""Rehearsals that are kept: the state that they left and what they said, under the name of what decided about it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.cache import cache_directory, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 24
"""Rehearsals that are kept, about 5 MB each; the one that was not used for the longest time goes first."""
ABANDONED = 24 * 3600.0
"""Seconds after which what a killed review has left is removed."""
SEAL, PLAN, SAID, SANDBOX = "seal.json", "plan.json", "rehearsal.json", "sandbox"


@dataclass(frozen=True)
class Kept:
    """A rehearsal on disk.

    Attributes:
        key: its name.
        folder: the engine's preview, what the rehearsal said, and its sandbox.
        again: whether it was there already.
    """

    key: str
    folder: Path
    again: bool = False

    @property
    def plan(self) -> Path:
        """The preview document of the engine."""
        return self.folder / PLAN

    @property
    def sandbox(self) -> Path:
        """What `BBP_SANDBOX_DIR` is to name; never used itself, only copies of it are."""
        return self.folder / SANDBOX

    def said(self) -> dict[str, Any]:
        """The JSON document of the rehearsal."""
        found = json.loads((self.folder / SAID).read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError(f"{self.folder / SAID} holds no object")
        return found


def kept_directory() -> Path:
    """Where they are kept."""
    return cache_directory() / "review"


def kept(key: str) -> Kept | None:
    """The rehearsal of this name; None where there is none, or where a file of it is not as it was written."""
    folder = kept_directory() / key
    if not folder.is_dir():
        return None
    try:
        sealed = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        whole = sealed == _contents(folder)
    except (OSError, ValueError):
        whole = False
    if not whole:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    (folder / SEAL).touch()
    return Kept(key, folder, again=True)


@contextmanager
def making() -> Iterator[Path]:
    """A folder in which a rehearsal is made, on the disk where it is kept; what is left of it is removed."""
    kept_directory().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=kept_directory(), prefix=".made-") as name:
        yield Path(name)


def keep(key: str, made: Path) -> Kept:
    """Keep what was made; what somebody else made meanwhile stays.

    Args:
        key: its name.
        made: a folder of `making`, which is moved.
    """
    for home in (made / SANDBOX).glob("*/home"):
        shutil.rmtree(home, ignore_errors=True)  # the engine's home: each run makes its own
    write_atomically(made / SEAL, json.dumps(_contents(made)))
    folder = kept_directory() / key
    with suppress(OSError):  # another review of the same content was faster
        made.rename(folder)
        made.mkdir()  # its context removes it
    _prune(folder)
    return Kept(key, folder)


def _contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SEAL)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _prune(newest: Path) -> None:
    def used(folder: Path) -> float:
        try:
            return (folder / SEAL).stat().st_mtime
        except OSError:
            return 0.0

    there = [path for path in kept_directory().iterdir() if path.is_dir() and (path / SEAL).exists() and path != newest]
    for folder in sorted(there, key=used, reverse=True)[MOST - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in kept_directory().glob(".made-*"):
        with suppress(OSError):  # it has just been finished
            if time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)
