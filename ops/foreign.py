"""Texts of servers and programs that are not ours, as people may see them: nothing in them steers a terminal."""

from __future__ import annotations

import re

MOST = 300
"""Characters of a text that are shown."""
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls of a terminal, and those that turn the direction of a line (Unicode Annex 9, section 2; unverified)."""


def steerless(text: str) -> str:
    """The same lines, with characters that control a terminal or a line's direction shown instead of obeyed."""
    return _STEERS.sub(lambda match: _shown(match[0]), text)


def visible(text: object) -> str:
    """One line: white space is one space each, and what nobody would see, or would turn the line around, is escaped."""
    return "".join(one if one.isprintable() else _shown(one) for one in " ".join(str(text).split()))


def one_line(text: object, most: int = MOST) -> str:
    """What is visible of a text, as far as people read."""
    seen = visible(text)
    return seen if len(seen) <= most else f"{seen[:most]}..."


def _shown(sign: str) -> str:
    return sign.encode("unicode_escape").decode()
