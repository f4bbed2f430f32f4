"""Audits that are kept: the answer for a zone's rules, under the name of everything that decides about it."""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import bailbondpro.edge
from bailbondpro.edge.proof.leaks import Audit, Leak
from sandbox.cache import cache_directory, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST = 64
"""Audits that are kept, about 130 bytes each without a leak; the one that was made first goes first."""


def audited(make: Callable[[], Audit], *decides: object) -> Audit:
    """An audit, made where none is kept for the same question.

    Args:
        make: makes it.
        decides: what it is asked about: dataclasses, and what they consist of. The evaluator's own modules, which
            import nothing but Python's library, and Python's version count by themselves.

    Raises:
        TypeError: something that is asked about has no text of its own.
    """
    lines = [sys.version, _evaluator(), *map(text_of, decides)]
    path = _folder() / f"{hashlib.sha256(chr(0).join(lines).encode()).hexdigest()}.json"
    found = _read(path)
    if found is None:
        found = make()
        with suppress(OSError):  # a full disk or a cache that cannot be written costs time and nothing else
            write_atomically(path, _sealed(json.dumps(asdict(found))))
            _prune()
    return found


def text_of(value: object) -> str:
    """A text that two values share only if they are equal, and that is the same in every process.

    Raises:
        TypeError: the value is of a kind that may have no such text.
    """
    if isinstance(value, str | int | float | bytes | None):
        return f"{type(value).__name__}:{value!r}"
    if isinstance(value, Enum):
        return f"{type(value).__qualname__}.{value.name}"
    if isinstance(value, type):
        raise TypeError(f"{value!r} is a class, not a value")
    return f"{type(value).__qualname__}({', '.join(_parts(value))})"


def _parts(value: object) -> Iterator[str]:
    if is_dataclass(value):
        yield from (f"{item.name}={text_of(getattr(value, item.name))}" for item in fields(value))
    elif isinstance(value, tuple | list):
        yield from map(text_of, value)
    elif isinstance(value, frozenset | set):
        yield from sorted(map(text_of, value))
    elif isinstance(value, dict):
        yield from sorted(f"{text_of(key)}: {text_of(item)}" for key, item in value.items())
    else:
        raise TypeError(f"{type(value).__name__} may have no text of its own")


@cache
def _evaluator() -> str:
    folder = Path(bailbondpro.edge.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _folder() -> Path:
    return cache_directory() / "audits"


def _sealed(text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def _read(path: Path) -> Audit | None:
    """The audit in a file; None where there is none, or where it is not as it was written."""
    try:
        seal, _, text = path.read_text(encoding="utf-8").partition("\n")
        if _sealed(text).partition("\n")[0] != seal:
            return None
        found = json.loads(text)
        return Audit(**{**found, "leaks": tuple(Leak(**leak) for leak in found["leaks"])})
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _prune() -> None:
    there = sorted(_folder().glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in there[MOST:]:
        path.unlink(missing_ok=True)
