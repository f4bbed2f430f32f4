"""Reads what an engine wrote as JSON, strictly: of one key twice, the harmless value would hide the other one.

The engine writes every object from a Go structure or a map, so that each key stands once, and it writes no NaN, no
Infinity and no number beyond a double (Go documentation, `encoding/json`, Marshal; read 2026-11-30).
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


class ForeignJsonError(ValueError):
    """A text is JSON that no engine wrote; the message says what gives it away."""


class RepeatedKeyError(ForeignJsonError):
    """A key stands in an object twice: readers take the last value, and people see the first."""


def parsed(text: str) -> Any:  # noqa: ANN401 - any JSON document
    """The document in a text.

    Raises:
        RepeatedKeyError: a key stands in an object twice.
        ForeignJsonError: a number is none.
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    twice = next(name for name in found if names.count(name) > 1)
    urn = found.get("urn")
    where = f" of {urn[:200]}" if isinstance(urn, str) and twice != "urn" else ""
    raise RepeatedKeyError(f"the key {twice[:80]!r} stands twice in one object{where}")


def _no_number(text: str) -> NoReturn:
    raise ForeignJsonError(f"{text} is no number")


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ForeignJsonError(f"{text[:40]} is larger than any number")
    return found
