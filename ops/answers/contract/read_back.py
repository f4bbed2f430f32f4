"""What is read of a row against what was sent: the same, another value, or nothing to hold against it. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

How = Literal["another", "nowhere", "odd"]
"""How a value is not what was sent: it is another, it is nowhere, or it has a form that may still stand for it."""
NOTHING = "nothing of what the POST sent is there"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
"""A text that is a number: with zeros in front it is an id or a telephone number, which loses them as one."""
_BETWEEN = re.compile(r"[\W_]+")
SHORTEST_TEXT, LEAST_NUMBER = 12, 1000
"""What is known again under another name, as is a text with a digit in it: a flag, a small number and a word such as
`active` stand for many things."""


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
    every = frozenset(_name(one) for part in _parts(sent) if isinstance(part, dict) for one in part)
    found = dict(_unlike(sent, read, every)) if isinstance(sent, dict) else {}
    if wrong := sorted(name for name, how in found.items() if how == "another"):
        return ReadBack(f"{wrong[0]} is not what the POST sent")
    if not values(sent) & values(read) and "odd" not in found.values():
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


def _parts(document: object, without: frozenset[str] = frozenset()) -> list[object]:
    """A document and all that is in it but under some names, what is outside first."""
    found = [document]
    for part in found:  # which grows meanwhile: an answer may be nested deeper than functions may
        if isinstance(part, dict):
            found += [value for name, value in part.items() if not without or _name(name) not in without]
        elif isinstance(part, list):
            found += part
    return found


@lru_cache(maxsize=4096)
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


def _unlike(sent: dict[str, object], read: object, every: frozenset[str], path: str = "") -> Iterator[tuple[str, How]]:
    """Names of what was sent and is not read as it was: another value, nowhere, or in a form that says nothing.

    Args:
        sent: the body, or an object in it.
        read: where it is looked for.
        every: all names that were sent; what stands under one of them is no other value under a new name.
        path: of the object.
    """
    row = _rows(sent, read)[0]
    around = _parts(read, frozenset(map(_name, sent)))
    beside = [part for part in around if isinstance(part, dict)]
    for key, value in sent.items():
        name = f"{path}{key}"
        there = _under(key, row) or [one for part in beside for one in _under(key, part)]
        if value is None or any(_same(value, one) for one in there) or (_empty(value) and all(map(_empty, there))):
            continue  # for an empty value the application may have one of its own, or leave it out
        if isinstance(value, dict) and (not there or isinstance(there[0], dict)):
            yield from _unlike(value, there[0] if there else read, every, f"{name}.")
        elif not there:
            if not _known(value, read, every):
                yield name, "nowhere"
        else:
            elsewhere = isinstance(value, str) and _known(value, row, every)
            yield name, "odd" if elsewhere or any(_other_form(value, one) for one in there) else "another"


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})


def _same(sent: object, read: object) -> bool:
    """Whether a value is what was sent, in whatever form; a client may be read as an object with its id."""
    if isinstance(sent, dict) and isinstance(read, dict):
        return not any(_unlike(sent, read, frozenset(map(_name, sent))))
    if isinstance(sent, list) and isinstance(read, list):
        left = list(read)
        for one in sent:
            found = next((number for number, other in enumerate(left) if _same(one, other)), None)
            if found is None:
                return False
            del left[found]
        return True
    if isinstance(sent, dict | list):
        leaves = _leaves(sent)
        alone = isinstance(read, dict | list) or len(leaves) == 1
        return alone and bool(leaves) and all(_same(one, read) for one in leaves)
    if isinstance(read, dict | list):
        return not isinstance(sent, bool) and plain(sent) in values(read)
    if isinstance(sent, bool) and read in (0, 1):
        return sent == bool(read)
    return plain(sent) == plain(read)


def _leaves(value: object, without: frozenset[str] = frozenset()) -> list[object]:
    parts = _parts(value, without)
    return [part for part in parts if not isinstance(part, dict | list) and not _empty(part)]


def _known(value: object, read: object, every: frozenset[str]) -> bool:
    """Whether all of a value is there under new names, and nothing of it could as well be something else."""
    there = {plain(one) for one in _leaves(read, every)}
    return all(_telling(one) and plain(one) in there for one in _leaves(value))


def _telling(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str) and not isinstance(plain(value), Decimal):
        return len(value) >= SHORTEST_TEXT or (len(value) > 1 and any(map(str.isdigit, value)))
    return abs(Decimal(str(value))) >= LEAST_NUMBER


def _other_form(sent: object, read: object) -> bool:
    """Whether a value may still be what was sent: `700 EUR` for 700, seconds for a moment, an address in capitals."""
    if isinstance(sent, dict | list) or isinstance(read, dict | list) or read is None:
        return False
    if isinstance(sent, bool) or isinstance(read, bool):
        return type(sent) is not type(read)
    one, other = plain(sent), plain(read)
    if isinstance(one, str) and isinstance(read, str):
        return one.casefold().split() == read.casefold().split()
    return type(one) is not type(other) and not (isinstance(sent, str) and sent.isdigit())


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
            wrong += [] if plain(one) == plain(other) or _other_form(one, other) else [path]
    return min(wrong, default=None)
