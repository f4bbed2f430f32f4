"""Characters that a reader of a path may take for ASCII, or for nothing: found in Unicode's own tables (`unicodedata`).

A character looks like ASCII where compatibility normalisation (UAX 15, NFKC), a change of case, or both make ASCII of
it; it is ignored where it has no form of its own: format characters, spaces, what Unicode has readers ignore, and
accents, which a letter before them takes in.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RANGES = ((0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
IGNORED = frozenset((0x034F, 0x2065, 0x3164, 0xFFA0, *(point for a, b in _RANGES for point in range(a, b + 1))))
"""What readers ignore though it is no format character (UAX 44, Default_Ignorable_Code_Point; read 2026-11-30)."""

_ACCENTS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""Blocks of combining marks that Latin letters take (Unicode, Blocks.txt; read 2026-11-30)."""
_SURROGATES = range(0xD800, 0xE000)


def forms(character: str) -> frozenset[str]:
    """What a character becomes by a change of case, by normalisation and by one after the other."""
    cased = (character, character.upper(), character.lower(), character.casefold(), character.title())
    composed = (unicodedata.normalize("NFKC", text) for text in cased)
    first = frozenset((*cased, *composed))
    return first | {text.casefold() for text in first}


def is_ignored(character: str) -> bool:
    """A reader may pass over a character, or take it into the letter before."""
    point = ord(character)
    accent = any(first <= point <= last for first, last in _ACCENTS) and unicodedata.category(character) != "Cn"
    return accent or point in IGNORED or unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}


@cache
def look_alikes() -> Mapping[str, tuple[str, ...]]:
    """ASCII in lower case with the characters that some form makes hold it, in order; what is ignored under "".

    Of a character beyond ASCII that has ASCII beside something else, such as a capital I with a dot, the ASCII counts.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for point in range(0x80, sys.maxunicode + 1):
        if point in _SURROGATES:
            continue
        character = chr(point)
        taken = {"".join(letter for letter in form if letter.isascii()).lower() for form in forms(character)} - {""}
        if taken:
            found[max(taken, key=len)].append(character)
        elif is_ignored(character):
            found[""].append(character)
    return {text: tuple(characters) for text, characters in found.items()}


def spelled(name: str) -> Iterator[str]:
    """A name with a part of it written as each character that looks like it, and with each ignored one inside."""
    for text, characters in look_alikes().items():
        at = name.find(text) if text else 1
        if at >= 0:
            yield from (f"{name[:at]}{quote(character)}{name[at + len(text) :]}" for character in characters)
