"""Reads a rendered nginx configuration back, so that tests ask for directives and not for text."""

from __future__ import annotations

import re


def words(config: str) -> list[tuple[str, ...]]:
    """Every directive of a rendered configuration, with the path of the blocks around it, as words."""
    token = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[{};]|[^\s{};"\']+')
    stack: list[str] = []
    current: list[str] = []
    found: list[tuple[str, ...]] = []
    for match in token.finditer(config):
        word = match[0]
        if word == ";":
            found.append(("/".join(stack), *current))
            current = []
        elif word == "{":
            stack.append(" ".join(current))
            current = []
        elif word == "}":
            stack.pop()
        else:
            current.append(word[1:-1] if word[0] in "\"'" else word)
    assert not stack
    assert not current
    return found


def inside(config: str, path: str) -> dict[str, tuple[str, ...]]:
    """The directives directly inside the block whose path ends with `path`, by name (the last one wins)."""
    return {item[1]: item[2:] for item in words(config) if item[0].endswith(path)}


def blocks(config: str, path: str) -> list[tuple[str, ...]]:
    """The directives directly inside every block whose path ends with `path`, in order."""
    return [item[1:] for item in words(config) if item[0].endswith(path)]


def segment(path: str) -> str:
    """The name of the block that serves a path by whole segments."""
    return "location ~* ^" + "".join(f"/{part}(;[^/]*)?" for part in path.strip("/").split("/")) + "(/|$)"
