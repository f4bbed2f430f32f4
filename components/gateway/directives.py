"""nginx's configuration syntax: directives, blocks, quoting. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_INDENT = "    "
_SPECIAL = frozenset(" \t\n;{}\"'#\\")


@dataclass(frozen=True)
class Directive:
    """A directive; with `block` (even an empty one) it is a block."""

    name: str
    args: tuple[str, ...] = ()
    block: tuple[Directive, ...] | None = None


def directive(name: str, *args: str | int) -> Directive:
    """A simple directive."""
    return Directive(name, tuple(str(arg) for arg in args))


def block(name: str, *args: str, body: Iterable[Directive]) -> Directive:
    """A block directive."""
    return Directive(name, args, tuple(body))


def quoted(arg: str) -> str:
    """An argument as nginx reads it back: bare where it can be, quoted where it must be."""
    if arg and not _SPECIAL & set(arg):
        return arg
    escaped = arg.replace("\\", "\\\\").replace("\n", "\\n")
    if '"' in escaped and "'" not in escaped:
        return f"'{escaped}'"
    return '"' + escaped.replace('"', '\\"') + '"'


def text(directives: Iterable[Directive], depth: int = 0) -> str:
    """The configuration text of a list of directives."""
    lines = []
    for item in directives:
        head = _INDENT * depth + " ".join(quoted(word) for word in (item.name, *item.args))
        if item.block is None:
            lines.append(f"{head};\n")
        else:
            lines.append(f"{head} {{\n{text(item.block, depth + 1)}{_INDENT * depth}}}\n")
    return "".join(lines)
