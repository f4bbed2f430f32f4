"""Keeps drills in the user's cache, by the objects and nodes that they were made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.drills.record import Drill, read, written
from sandbox.cache import cache_directory, write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def kept(key: str) -> Drill | None:
    """The drill of these objects and nodes; None if there was none, or its file is damaged."""
    try:
        found = read(_path(key).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found is not None and found.key == key else None


def keep(drill: Drill) -> None:
    """Keep a drill for whoever asks the same again.

    Raises:
        OSError: the cache cannot be written.
    """
    write_atomically(_path(drill.key), written(drill))


def _path(key: str) -> Path:
    return cache_directory() / "drills" / f"{key}.json"
