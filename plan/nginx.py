"""Reads a configuration of nginx: every directive with its words and the blocks around it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[{};]|#[^\n]*|(?:\$\{\w+\}|[^\s{};"\'])+')
"""A quoted text, what ends a directive or a block, a comment, or a word; a variable may have braces of its own."""


class NginxError(ValueError):
    """A block or a directive does not end where it should: this is no configuration of nginx."""


@dataclass(frozen=True)
class Block:
    """A block around a directive.

    Attributes:
        words: what it begins with, such as `location`, `/static/`.
        number: which block of the file it is; two blocks may begin alike.
    """

    words: tuple[str, ...]
    number: int

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class Directive:
    """A directive.

    Attributes:
        blocks: those around it, the outermost first.
        name: its first word; of an entry of a `map` the value that it is about.
        words: the others, without their quotes.
    """

    blocks: tuple[Block, ...]
    name: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.name, *self.words))


@lru_cache(maxsize=32)  # a report reads the gateway's a dozen times, and one reading takes 20 ms
def read_nginx(text: str) -> tuple[Directive, ...]:
    """Every directive of a configuration, in its order; a block is none by itself.

    Raises:
        NginxError: a block is not closed or never began, or a directive does not end.
    """
    found: list[Directive] = []
    blocks: list[Block] = []
    words: list[str] = []
    begun = 0
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == ";":
            if words:
                found.append(Directive(tuple(blocks), words[0], tuple(words[1:])))
            words = []
        elif piece == "{":
            blocks.append(Block(tuple(words), begun))
            begun += 1
            words = []
        elif piece == "}":
            if words or not blocks:
                raise NginxError(f"{words[0]} does not end" if words else "a block ends that never began")
            blocks.pop()
        elif not piece.startswith("#"):
            words.append(piece[1:-1] if piece[0] in "\"'" else piece)
    if words or blocks:
        raise NginxError(f"{words[0] if words else blocks[-1]} does not end")
    return tuple(found)
