"""What the program costs beside a flat one, kept as an entry of the history, and the page that is made of it.

    .venv/bin/python -m benchmarks.performance               # all rows and sizes: the better part of an hour
    .venv/bin/python -m benchmarks.performance --quick       # one phase of dev and small sizes: minutes
    .venv/bin/python -m benchmarks.performance --from FILE   # what `./bbp bench --out FILE` wrote

The history (`benchmarks/history.json`) has one entry for each release and class of machine.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ops.answers.bench.answer import benched
from ops.answers.bench.history import keep, measured_in
from ops.answers.bench.scope import scope
from tests.support import performance_page

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure or read, keep, and bring the page up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the short form")
    parser.add_argument("--from", dest="file", type=Path, metavar="FILE", help="keep what is in this file")
    given = parser.parse_args(arguments)
    keep(measured_in(given.file) if given.file else benched(scope(quick=given.quick), quick=given.quick))
    return performance_page.main(["--write"])


if __name__ == "__main__":
    sys.exit(main())
