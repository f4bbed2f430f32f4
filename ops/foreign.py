"""Texts of servers and programs that are not ours, as people may see them: nothing in them steers a terminal."""

from __future__ import annotations

import re

MOST = 300
"""Characters of a text that are shown."""
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def steerless(text: str) -> str:
    """The same lines, with control characters shown instead of obeyed."""
    return _STEERS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def one_line(text: object, most: int = MOST) -> str:
    """One line: white space is one space each, and what nobody would see, or would turn the line around, is escaped."""
    joined = " ".join(str(text).split())
    seen = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in joined)
    return seen if len(seen) <= most else f"{seen[:most]}..."
