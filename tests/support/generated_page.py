"""What every program of a page in docs does: say whether the page is up to date, and bring it there."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def brought_up_to_date(page: Path, wanted: str, about: str | None, arguments: Sequence[str] | None) -> int:
    """Says whether a page is as wanted, 1 if not; with `--write` writes it.

    Args:
        page: the file.
        wanted: its text.
        about: what the program is, for its help.
        arguments: of the program; None takes those of the process.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the page up to date")
    write = parser.parse_args(arguments).write
    same = page.is_file() and page.read_text(encoding="utf-8") == wanted
    sys.stdout.write(f"{page.name} {'is up to date' if same else 'differs'}\n")
    if write:
        page.write_text(wanted, encoding="utf-8")
    return int(not same and not write)
