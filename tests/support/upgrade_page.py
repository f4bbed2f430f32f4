"""The plans in docs/upgrades.md, as the command prints them: `python -m tests.support.upgrade_page` puts them in."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from ops.answers.upgrade.plan import plan
from ops.document.terminal import show
from ops.views.upgrade import section
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = ROOT / "docs" / "upgrades.md"
WAYS = (("postgres", "17", "18"), ("eks", "1.35", "1.36"))
WIDTH = 200
WRITE = ".venv/bin/python -m tests.support.upgrade_page --write"


def begin(way: Sequence[str]) -> str:
    """The line before a plan."""
    return f"<!-- {' '.join(way)}: python -m tests.support.upgrade_page -->\n"


END = "<!-- end of plan -->\n"


def printed(way: Sequence[str]) -> str:
    """What `./bbp upgrade plan` prints for prod, without colour."""
    text = io.StringIO()
    kind, before, after = way
    show(section(plan(kind, before, after, "prod")), Console(file=text, width=WIDTH, color_system=None))
    return f"```\n{text.getvalue().rstrip()}\n```\n"


def page() -> str:
    """The page with its plans as the command prints them."""
    text = PAGE.read_text(encoding="utf-8")
    for way in WAYS:
        before, found, rest = text.partition(begin(way))
        text = f"{before}{begin(way)}\n{printed(way)}\n{END}{rest.partition(END)[2]}" if found else text
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Says whether the page has the plans, 1 if not; with `--write` puts them in."""
    return brought_up_to_date(PAGE, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
