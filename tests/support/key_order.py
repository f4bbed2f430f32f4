"""The same value with its keys in another order: maps of Protocol Buffers, in which plans travel, have none."""

from __future__ import annotations

from typing import Any


def turned(value: Any) -> Any:  # noqa: ANN401 - any value of a plan
    """The value with every map's keys in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in reversed(value.items())}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


def at(value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any value of a plan
    """What stands at a path, or None."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
