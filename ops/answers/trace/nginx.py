"""Reads a configuration of nginx, so that a row of the ledger names a directive and not a piece of text."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[{};]|#[^\n]*|(?:\$\{|[^\s{};"\'])+')
SEPARATOR = " > "


class NginxTextError(ValueError):
    """Blocks do not end where they should: it is no configuration of nginx."""


@lru_cache(maxsize=8)
def directives(text: str) -> tuple[tuple[str, str], ...]:
    """Every directive with its blocks, as `http > server 8443 example.com > location / > access_log`, and its words.

    A block `server` is told from others by its port and its first name.

    Raises:
        NginxTextError: a block is not closed, or a directive does not end.
    """
    found: list[tuple[list[list[str]], str, str]] = []
    blocks: list[list[str]] = []
    words: list[str] = []
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == ";":
            _take(found, blocks, words)
            words = []
        elif piece == "{":
            blocks.append([" ".join(words)])
            words = []
        elif piece == "}":
            if not blocks:
                raise NginxTextError("a block ends that never began")
            blocks.pop()
        elif not piece.startswith("#"):
            words.append(piece[1:-1] if piece[0] in "\"'" else piece)
    if blocks or words:
        raise NginxTextError(f"{' '.join(blocks[-1]) if blocks else words[0]} does not end")
    return tuple((SEPARATOR.join([*(" ".join(block) for block in path), name]), said) for path, name, said in found)


def _take(found: list[tuple[list[list[str]], str, str]], blocks: list[list[str]], words: list[str]) -> None:
    if not words:
        return
    name, said = words[0], " ".join(words[1:])
    found.append((list(blocks), name, said))
    if blocks and blocks[-1][0] == "server" and name in {"listen", "server_name"}:
        wanted = 1 if name == "listen" else 2
        if len(blocks[-1]) == wanted:
            blocks[-1].append(words[1].rpartition(":")[2])
