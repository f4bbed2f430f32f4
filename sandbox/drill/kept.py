"""Keeps drills by the objects and nodes that they were made with: in the user's cache, or in a folder of one's own."""

from __future__ import annotations

import os
from pathlib import Path

from plan.drills.record import Drill, read, written
from sandbox.cache import cache_directory, write_atomically

FOLDER = "BBP_DRILLS_DIR"
"""The environment variable that names a folder for drills, so that a pipeline can carry them from run to run."""


def drills_directory() -> Path:
    """Where drills are kept: `BBP_DRILLS_DIR` wins; otherwise `drills` in the user's cache."""
    own = os.environ.get(FOLDER)
    return Path(own).absolute() if own else cache_directory() / "drills"


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
    return drills_directory() / f"{key}.json"
