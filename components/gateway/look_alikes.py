"""Characters beyond ASCII that a reader of a path may take for ASCII, or for nothing. Pure.

The table is written out, and wider than any one version of Unicode: computed from Python's own, the same program would
make another nginx.conf under another Python. A test holds it against what `unicodedata` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RANGES: tuple[tuple[int, int], ...] = (
    # controls, the space and signs of Latin-1: the unbreakable space, the soft hyphen, raised letters and digits
    *((0x80, 0xA0), (0xA8, 0xA8), (0xAA, 0xAA), (0xAD, 0xAD), (0xAF, 0xAF), (0xB2, 0xB4), (0xB8, 0xBA), (0xBC, 0xBE)),
    # letters that a change of case or normalisation takes apart: sharp s, dotted and dotless i, long s, digraphs
    *((0xDF, 0xDF), (0x130, 0x133), (0x13F, 0x140), (0x149, 0x149), (0x17F, 0x17F), (0x1C4, 0x1CC), (0x1F0, 0x1F3)),
    # modifier letters; combining marks, with which a letter before them is another letter; Greek signs
    *((0x2B0, 0x36F), (0x37A, 0x37A), (0x37E, 0x37E), (0x384, 0x385)),
    # format characters and fillers that nobody sees
    *((0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2)),
    *((0x115F, 0x1160), (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    # combining marks, phonetic extensions, Latin letters that lower case takes apart, Greek signs
    *((0x1AB0, 0x1AFF), (0x1D00, 0x1DFF), (0x1E96, 0x1E9F), (0x1FBD, 0x1FC1), (0x1FCD, 0x1FCF), (0x1FDD, 0x1FDF)),
    *((0x1FED, 0x1FEF), (0x1FFD, 0x1FFE)),
    # spaces, joiners, directions, leaders and doubled signs of punctuation, raised and lowered letters, rupees
    *((0x2000, 0x200F), (0x2017, 0x2017), (0x2024, 0x202F), (0x203C, 0x203E), (0x2047, 0x2049), (0x205F, 0x209F)),
    *((0x20A8, 0x20A8), (0x20D0, 0x20FF)),
    # letterlike signs and forms of numbers, what is enclosed, doubled signs of mathematics, letters of Latin Extended
    *((0x2100, 0x218F), (0x2460, 0x24FF), (0x2A74, 0x2A76), (0x2C7C, 0x2C7D), (0xA7F0, 0xA7F9)),
    # spaces, fillers, enclosed and squared letters of East Asia
    *((0x3000, 0x3000), (0x309B, 0x309C), (0x3164, 0x3164), (0x3200, 0x33FF)),
    # ligatures; what Arabic forms have of Latin; variations, vertical and small forms; fullwidth forms and specials
    *((0xFB00, 0xFB06), (0xFB29, 0xFB29), (0xFC5E, 0xFC63), (0xFDFA, 0xFDFB), (0xFE00, 0xFE7F), (0xFEFF, 0xFFFF)),
    # raised letters, format characters of scripts, shorthand and music, letters of mathematics, outlined letters
    *((0x10780, 0x107BF), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1345F), (0x1BCA0, 0x1BCAF)),
    *((0x1CC00, 0x1CEBF), (0x1D173, 0x1D17A), (0x1D400, 0x1D7FF), (0x1F100, 0x1F1BF), (0x1FB00, 0x1FBFF)),
    # tags and variations
    (0xE0000, 0xE0FFF),
)
"""Code points, first and last: some form of a character has ASCII in it by case or compatibility normalisation (UAX 15,
NFKC), or readers ignore it (UAX 44, Default_Ignorable_Code_Point), or it changes the letter before it. Unicode 14;
blocks that later versions fill with more of the kind are taken whole. Letters of scripts and words are left: an e with
an accent, punctuation, East Asian characters, the euro, emoji (unicodedata of Python 3.11; read 2026-11-30)."""


def escapes(size: int) -> str:
    """An expression of the percent-encoded UTF-8 of every range whose characters have so many bytes."""
    found: dict[str, list[str]] = {}
    for first, last in RANGES:
        if len(chr(first).encode()) == size:
            for sequence in _sequences(tuple(chr(first).encode()), tuple(chr(last).encode())):
                *head, tail = map(_bytes, sequence)
                found.setdefault("%".join(head), []).append(tail)
    return "|".join(f"%{head}%{_one_of(tails)}" for head, tails in found.items())


def _sequences(first: tuple[int, ...], last: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Ranges of each byte whose products are the sequences from the first to the last; both have the same length."""
    if len(first) == 1:
        yield ((first[0], last[0]),)
        return
    lowest, highest = (0x80,) * (len(first) - 1), (0xBF,) * (len(first) - 1)
    start, end = first[0], last[0]
    if start == end:
        yield from (((start, start), *rest) for rest in _sequences(first[1:], last[1:]))
        return
    if first[1:] != lowest:
        yield from (((start, start), *rest) for rest in _sequences(first[1:], highest))
        start += 1
    tail = last[1:] != highest
    if start <= end - tail:
        yield ((start, end - tail), *((0x80, 0xBF) for _ in lowest))
    if tail:
        yield from (((end, end), *rest) for rest in _sequences(lowest, last[1:]))


def _bytes(between: tuple[int, int]) -> str:
    """The two digits of every byte from one to another."""
    first, last = between
    if first >> 4 == last >> 4:
        return f"{first >> 4:x}{_digits(first & 15, last & 15)}"
    parts = []
    begins, ends = first >> 4, last >> 4
    if first & 15:
        parts.append(f"{begins:x}{_digits(first & 15, 15)}")
        begins += 1
    if last & 15 != 15:  # noqa: PLR2004 - the last hexadecimal digit
        parts.append(f"{ends:x}{_digits(0, last & 15)}")
        ends -= 1
    if begins <= ends:
        parts.append(f"{_digits(begins, ends)}{_digits(0, 15)}")
    return _one_of(parts)


def _digits(first: int, last: int) -> str:
    digits = "0123456789abcdef"[first : last + 1]
    if len(digits) == 1:
        return digits
    return {"0123456789abcdef": "[0-9a-f]"}.get(digits, f"[{digits}]")


def _one_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"
