"""The user's cache directory and atomic file writes."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def cache_directory() -> Path:
    """Where engines and derived schemas are kept between runs.

    `BBP_CACHE_DIR` wins; otherwise the platform's habit: `XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches` on macOS.
    """
    if override := os.environ.get("BBP_CACHE_DIR"):
        return Path(override).absolute()  # programs that are started elsewhere get paths below it
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "bailbondpro"
    common = Path(os.environ.get("XDG_CACHE_HOME") or "")
    # A relative path is to be ignored (XDG Base Directory Specification).
    return (common if common.is_absolute() else Path.home() / ".cache") / "bailbondpro"


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step: a reader, a crash or a full disk never sees half of it.

    Args:
        path: the file to replace; its directory is made when missing.
        text: the whole new content.
        mode: permission bits of the new file, independent of the umask.

    Raises:
        OSError: the directory cannot be written or the disk is full; the old file is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(temporary, mode)  # noqa: PTH101 - mkstemp gives a name, not a Path
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
