"""Compares two property bags and says, path by path, what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sandbox.protocol.wire import unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["add", "delete", "update"]


@dataclass(frozen=True)
class Change:
    """One changed property: `path` in the engine's notation (`spec.ports[0].port`), `keys` as a tuple."""

    path: str
    keys: tuple[str | int, ...]
    kind: Kind
    old: Any
    new: Any


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Every leaf that differs between two property bags; secrets are compared by value."""
    return list(_walk(unwrap(old), unwrap(new), ()))


def _walk(old: Any, new: Any, keys: tuple[str | int, ...]) -> Iterator[Change]:  # noqa: ANN401 - any property value
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _walk(old.get(key), new.get(key), (*keys, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from _walk(before, after, (*keys, index))
    elif old != new:
        kind: Kind = "add" if old is None else "delete" if new is None else "update"
        yield Change(format_path(keys), keys, kind, old, new)


def format_path(keys: tuple[str | int, ...]) -> str:
    """Keys in the engine's notation: dots, `[0]` for indexes, `["a.b"]` for names with dots or slashes."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif "." in key or "/" in key or "[" in key:
            text += f'["{key}"]'
        else:
            text += f".{key}" if text else key
    return text
