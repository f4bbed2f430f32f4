"""What is read of a row against what was sent: the same, another value, or nothing to hold against it. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = "nothing of what the POST sent is there"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
"""A text that is a number: with zeros in front it is an id or a telephone number, which loses them as one."""
_BETWEEN = re.compile(r"[\W_]+")
SHORTEST_TEXT, LEAST_NUMBER = 2, 100
"""What is known again under another name: a flag, a small number and a single letter stand for many things."""


@dataclass(frozen=True)
class ReadBack:
    """What one answer shows.

    Attributes:
        wrong: what contradicts the write; None where nothing does.
        unseen: names of what was sent that is nowhere, or in another form: nobody can say whether it was kept.
    """

    wrong: str | None = None
    unseen: tuple[str, ...] = ()


def compared(sent: object, made: object, read: object) -> ReadBack:
    """What is read, against what was sent and what the POST answered.

    Args:
        sent: the body of the POST.
        made: the body of its answer.
        read: the body of the GET of its Location.
    """
    names = {"id", *map(_name, sent)} if isinstance(sent, dict) else {"id"}
    others = [_contradicted(_rows(row, made)[0], row, frozenset(names)) for row in _rows(sent, read)]
    if name := _contradicted(made, read) or (others[0] if all(others) else None):
        return ReadBack(f"{name} is not what the POST answered")
    found = dict(_unlike(sent, read)) if isinstance(sent, dict) else {}
    if wrong := sorted(name for name, is_wrong in found.items() if is_wrong):
        return ReadBack(f"{wrong[0]} is not what the POST sent")
    if not values(sent) & values(read):
        return ReadBack(NOTHING)
    return ReadBack(unseen=tuple(sorted(found)))


def values(document: object) -> set[object]:
    """All texts and numbers of a JSON document."""
    return {
        plain(part)
        for part in _parts(document)
        if isinstance(part, str | int | float) and not isinstance(part, bool) and part != ""
    }


def plain(value: object) -> object:
    """The value that a text stands for: `700.00` is 700, and a moment is one with every offset."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return str(value).lower()
    text = str(value)
    if not isinstance(value, str) or _NUMBER.fullmatch(text):
        number = Decimal(text)
        return number if number.is_finite() else text
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return text


def _parts(document: object) -> Iterator[object]:
    """A document and all that is in it, what is outside first."""
    rest = [document]
    for part in rest:  # which grows meanwhile: an answer may be nested deeper than functions may
        yield part
        if isinstance(part, dict | list):
            rest += part.values() if isinstance(part, dict) else part


def _name(name: str) -> str:
    """clientId, client_id and client-id are one name."""
    return _BETWEEN.sub("", name).casefold() or name


def _under(name: str, read: object) -> list[object]:
    """What an object has under a name."""
    return [value for one, value in read.items() if _name(one) == _name(name)] if isinstance(read, dict) else []


def _rows(sent: object, read: object) -> list[object]:
    """The objects of an answer that what was sent is most like: alone, in an envelope, or among others."""
    names = sent if isinstance(sent, dict) else {}

    def alike(part: object) -> tuple[int, int]:
        there = [(name, one) for name in names for one in _under(name, part)]
        return sum(_same(names[name], one) for name, one in there), len(there)

    ranked = [(alike(part), part) for part in _parts(read) if isinstance(part, dict)]
    best = max((rank for rank, _ in ranked), default=None)
    return [part for rank, part in ranked if rank == best] or [read]


def _unlike(sent: dict[str, object], read: object, path: str = "") -> Iterator[tuple[str, bool]]:
    """Names of what was sent and is not read as it was, with whether it is wrong, or only not to be seen."""
    row = _rows(sent, read)[0]
    for key, value in sent.items():
        name = f"{path}{key}"
        there = _under(key, row) or [one for part in _parts(read) for one in _under(key, part)]
        if _empty(value) and all(map(_empty, there)):
            continue  # the application may have a value of its own for it, or leave it out
        if value is None or any(_same(value, one) for one in there):
            continue
        if isinstance(value, dict) and there and isinstance(there[0], dict):
            yield from _unlike(value, there[0], f"{name}.")
        elif not there:
            if not _known(value, read):
                yield name, False
        else:
            elsewhere = isinstance(value, str) and _known(value, row)
            yield name, not elsewhere and not any(_loosely(value, one) for one in there)


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})


def _same(sent: object, read: object) -> bool:
    """Whether a value is what was sent, in whatever form; a client may be read as an object with its id."""
    if isinstance(sent, dict) and isinstance(read, dict):
        return not any(_unlike(sent, read))
    if isinstance(sent, list) and isinstance(read, list):
        left = list(read)
        for one in sent:
            found = next((number for number, other in enumerate(left) if _same(one, other)), None)
            if found is None:
                return False
            del left[found]
        return True
    if isinstance(sent, dict | list) or isinstance(read, dict | list):
        return bool(values(sent)) and values(sent) <= values(read)
    if isinstance(sent, bool) and read in (0, 1):
        return sent == bool(read)
    return plain(sent) == plain(read)


def _known(value: object, read: object) -> bool:
    """Whether all of a value is there under other names, and nothing of it could as well be something else."""
    leaves = [part for part in _parts(value) if not isinstance(part, dict | list) and not _empty(part)]
    return all(_telling(one) for one in leaves) and {plain(one) for one in leaves} <= values(read)


def _telling(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return len(value) >= SHORTEST_TEXT if isinstance(value, str) else abs(Decimal(str(value))) >= LEAST_NUMBER


def _loosely(sent: object, read: object) -> bool:
    """Whether two texts differ in blanks and capitals alone, as of an address that was put in order."""
    return isinstance(sent, str) and isinstance(read, str) and sent.casefold().split() == read.casefold().split()


def _contradicted(made: object, read: object, only: frozenset[str] = frozenset()) -> str | None:
    """The name of what the POST answered otherwise than it is read.

    Args:
        made: what it answered.
        read: what is read.
        only: names that count, all of them where there is none.
    """
    wrong, rest = [], [("", made, read)]
    for path, one, other in rest:  # which grows meanwhile
        if isinstance(one, dict) and isinstance(other, dict):
            names = [name for name in one.keys() & other.keys() if not only or _name(name) in only]
            rest += [(f"{path}.{name}" if path else name, one[name], other[name]) for name in names]
        elif path and not isinstance(one, dict | list) and not isinstance(other, dict | list):
            wrong += [path] if plain(one) != plain(other) else []
    return min(wrong, default=None)
