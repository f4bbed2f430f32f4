"""The page of the pair rules, made of the rules that the sandbox applies.

.venv/bin/python -m tests.support.pair_page [--write]
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from sandbox.services import PAIRS
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.model.pairs import PairLine

PAGE = ROOT / "docs" / "sandbox-pairs.md"
HEAD = """# Objects that do not fit each other

Made of the rules in `sandbox/services/` by `python -m tests.support.pair_page --write`. A rule looks at two objects, or
at one object and at what exists; it says nothing of what it does not see: objects of other accounts, values that nobody
knows, and what an object of the seed file leaves out. [What the sandbox simulates](sandbox.md) says when they run. Each
has a refused case and accepted siblings in `tests/data/`.
"""
REFUSED = """## Refused by the service

| rule | refused | the service says | source |
|---|---|---|---|
"""
ACCEPTED = """## Accepted by the service, and refused here when an update is done

| rule | refused | what happens | source |
|---|---|---|---|
"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _row(line: PairLine, said: str) -> str:
    return f"| {line.id} | {_cell(line.refused)} | {_cell(said)} | {_cell(line.source)} |\n"


def page() -> str:
    """The page as it should be."""
    refused = "".join(_row(line, line.says) for line in PAIRS if line.says)
    accepted = "".join(_row(line, line.happens) for line in PAIRS if line.happens)
    return f"{HEAD}\n{REFUSED}{refused}\n{ACCEPTED}{accepted}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or say whether it is out of date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    if parser.parse_args(arguments).write:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page())


if __name__ == "__main__":
    sys.exit(main())
