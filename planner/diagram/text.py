"""How wide a text is, before any browser has drawn it.

Widths are those of DejaVu Sans, the widest of the fonts that a page falls back to, so that a text which fits here fits
with every other font of the stack.
"""

from __future__ import annotations

from functools import cache

_NORMAL = (
    (27, "'"), (28, "ijl"), (29, "IJ"), (32, " ,."), (34, "/:;\\|"), (35, "f"), (36, "-"), (39, "()[]t"), (40, "!"),
    (41, "r"), (46, '"'), (50, "*_`"), (52, "sz"), (53, "?"), (55, "c"), (56, "L"), (58, "Fk"), (59, "vxy"), (60, "P"),
    (61, "TYao"), (62, "e"), (63, "ESbdghnpqu"), (64, "$0123456789{}"), (66, "K"), (68, "AV"), (69, "BRXZ"), (70, "C"),
    (73, "U"), (75, "HN"), (77, "DG"), (78, "&"), (79, "OQ"), (82, "w"), (84, "#+<=>^~"), (86, "M"), (95, "%"),
    (97, "m"), (99, "W"), (100, "@…"),
)  # fmt: skip
_BOLD = (
    (31, "'"), (34, "ijl"), (35, " "), (37, "/IJ\\|"), (38, ",."), (40, ":;"), (42, "-"), (44, "f"), (46, "!()[]"),
    (48, "t"), (49, "r"), (50, "_`"), (52, '"*'), (58, "?z"), (59, "c"), (60, "s"), (64, "L"), (65, "vxy"), (67, "ak"),
    (68, "EFTe"), (69, "o"), (70, "$0123456789"), (71, "hnu{}"), (72, "SYbdgpq"), (73, "CPZ"), (76, "B"), (77, "AKRVX"),
    (81, "U"), (82, "G"), (83, "D"), (84, "#+<=>HN^~"), (85, "OQ"), (87, "&"), (92, "w"), (100, "%@M…"), (104, "m"),
    (110, "W"),
)  # fmt: skip
"""Advance widths in hundredths of the font size (DejaVu Sans and DejaVu Sans Bold 2.37, table hmtx, rounded)."""
_WIDEST = 1.1
"""Of a character that the table does not have: full-width characters of Asian scripts are one font size wide."""
_ROUNDING = 0.005
ELLIPSIS = "…"


@cache
def _widths(*, bold: bool) -> dict[str, float]:
    table = _BOLD if bold else _NORMAL
    return {letter: hundredths / 100 + _ROUNDING for hundredths, letters in table for letter in letters}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in pixels, rather too much than too little.

    Args:
        text: one line.
        size: font size in pixels.
        bold: whether it is set in bold.
    """
    known = _widths(bold=bold)
    return sum(known.get(letter, _WIDEST) for letter in text) * size


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(text + ELLIPSIS, size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def wrapped(text: str, room: float, size: float, *, most: int = 2, bold: bool = False) -> list[str]:
    """The text on at most so many lines, broken between words; what is left over ends in an ellipsis."""
    words, lines = text.split(), [""]
    for position, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = " ".join([lines[-1], *words[position:]])
            break
    return [fitted(line, room, size, bold=bold) for line in lines if line]
