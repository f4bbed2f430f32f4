"""The tables of docs/quirks.md, made of what the rows say of values that come back in another form.

.venv/bin/python -m tests.support.quirks            says which tables differ
.venv/bin/python -m tests.support.quirks --write    brings them up to date
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from sandbox.model.returned import Kind, Shows, Value
from sandbox.providers.returned import known_values
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DOCUMENT = ROOT / "docs" / "quirks.md"
_KINDS = {Kind.ORDER: "order", Kind.FORM: "form", Kind.DROPPED: "dropped"}


def short(token: str) -> str:
    """A type as its SDK names it: `eks.Cluster`."""
    package, module, name = token.split(":") if token.count(":") > 1 else (*token.split(":"), "")
    if package == "aws":
        return f"`{module.split('/')[0]}.{name}`"
    if package == "kubernetes":
        return (
            f"`{name}`" if name else {"*": "every object"}.get(module, f"every kind of `{module.removesuffix('/*')}`")
        )
    return f"`{name}`"


def _cells(tokens: list[str], paths: list[str]) -> tuple[str, str]:
    return ", ".join(dict.fromkeys(map(short, tokens))), ", ".join(f"`{path}`" if path else "any" for path in paths)


def _grouped(wanted: Callable[[Value], bool]) -> list[tuple[list[str], list[str], Value]]:
    """Values that differ in nothing but their property, and types that have the same of them."""
    by_type: dict[tuple[str, str, str, str, Shows, bool], list[str]] = {}
    example: dict[tuple[str, str, str, str, Shows, bool], Value] = {}
    for token, value in known_values():
        if wanted(value):
            key = (token, value.sent, value.back, value.source, value.shows, value.simulated)
            by_type.setdefault(key, []).append(value.path)
            example[key] = value
    merged: dict[object, tuple[list[str], list[str], Value]] = {}
    for key, paths in by_type.items():
        tokens, _, _ = merged.setdefault((key[1:], tuple(paths)), ([], paths, example[key]))
        tokens.append(key[0])
    return list(merged.values())


def _table(head: str, rows: list[str]) -> list[str]:
    return [f"| {head} |", "|" + "---|" * (head.count("|") + 1), *rows]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _formed(value: Value) -> bool:
    return value.kind in _KINDS


def tables() -> dict[str, list[str]]:
    """Each table by the heading that it stands under."""
    shown = _grouped(lambda value: value.shows is not Shows.NEVER and value.simulated)
    silent = _grouped(lambda value: _formed(value) and value.shows is Shows.NEVER and value.simulated)
    defaults = _grouped(lambda value: value.kind is Kind.DEFAULT and value.simulated)
    hidden = _grouped(lambda value: value.kind is Kind.HIDDEN)
    late = _grouped(lambda value: value.kind is Kind.LATE and not value.elsewhere)
    read = _grouped(lambda value: not value.simulated and value.kind is not Kind.LATE)
    return {
        "What a preview shows": _table(
            "type | property | what is sent | what comes back | shown | read in",
            [_row(*_cells(t, p), v.sent, v.back, v.shows.value, v.source) for t, p, v in shown],
        ),
        "What no preview shows": _table(
            "type | property | what is sent | what comes back | read in",
            [_row(*_cells(t, p), v.sent, v.back, v.source) for t, p, v in silent],
        ),
        "What is filled in": _table(
            "type | property | with | read in",
            [_row(*_cells(t, p), v.back, v.source) for t, p, v in defaults],
        ),
        "What no answer holds": _table(
            "type | property | read in",
            [_row(*_cells(t, p), v.source) for t, p, v in hidden],
        ),
        "What is answered late": _table(
            "type | property | what is sent | what is answered at first | read in",
            [_row(*_cells(t, p), v.sent, v.back, v.source) for t, p, v in late],
        ),
        "What was read about and is not simulated": _table(
            "type | property | what is sent | what comes back | shown | read in",
            [_row(*_cells(t, p), v.sent, v.back, v.shows.value, v.source) for t, p, v in read],
        ),
    }


def rendered(text: str) -> str:
    """A document with these tables in the place of its own."""
    for heading, lines in tables().items():
        pattern = re.compile(rf"(^## {re.escape(heading)}\n(?:(?!## |\|).*\n)*)(?:\|.*\n)*", re.MULTILINE)
        table = "".join(f"{line}\n" for line in lines)
        text = pattern.sub(lambda found, table=table: found[1] + table, text)  # type: ignore[misc]  # bound at once
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what differs, 1 if anything does; with `--write` brings the document up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the tables up to date")
    write = parser.parse_args(arguments).write
    before = DOCUMENT.read_text(encoding="utf-8")
    after = rendered(before)
    now, then = after.splitlines(), before.splitlines()
    gone, new = [line for line in then if line not in now], [line for line in now if line not in then]
    sys.stdout.write("".join(f"{line}\n" for line in (*(f"- {x}" for x in gone), *(f"+ {x}" for x in new))))
    if write:
        DOCUMENT.write_text(after, encoding="utf-8")
    return int(before != after and not write)


if __name__ == "__main__":
    sys.exit(main())
