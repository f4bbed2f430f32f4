"""Property paths of a change, short enough to read."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDEX = re.compile(r"\[\d+\]")
SHOWN = 8
"""Longer lists are cut."""


def summary(paths: Sequence[str], shown: int = SHOWN) -> str:
    """The changed properties in one line.

    One entry too many in a list moves all entries behind it, and every one of them counts as changed: where there are
    more paths than fit, those inside one list become that list with their number.

    Args:
        paths: property paths as the engine writes them, such as `spec.containers[0].env[3].name`.
        shown: how many stand in the line at most; the rest is counted.
    """
    parts = list(paths)
    if len(parts) > shown:
        lists = Counter(_list_of(path) for path in paths)
        parts = [_counted(name, count) for name, count in lists.items()]
    more = f" and {len(parts) - shown} more" if len(parts) > shown else ""
    return ", ".join(parts[:shown]) + more


def _list_of(path: str) -> str:
    """The innermost list that a path leads through, or the path itself."""
    indexes = list(_INDEX.finditer(path))
    return path[: indexes[-1].start()] + "[]" if indexes else path


def _counted(name: str, count: int) -> str:
    if not name.endswith("[]"):
        return name
    return f"{name.removesuffix('[]')} ({count} {'change' if count == 1 else 'changes'})"
