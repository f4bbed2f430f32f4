"""docs/theory.md, made of the simulation and of queueing theory.

.venv/bin/python -m tests.support.theory_page            says whether the page differs
.venv/bin/python -m tests.support.theory_page --write    brings it up to date
"""

# ruff: noqa: E501 - a row of a table is one line, and the page is wider than code

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT
from tests.support.theory_rows import REQUESTS
from tests.support.theory_ways import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.support.theory_rows import Row

PAGE = ROOT / "docs" / "theory.md"
HEAD = f"""\
# The simulation against queueing theory

[`./bbp simulate`](planning.md#traffic-simulation) computes response times in closed form. Here it is held against systems whose
answer is known. Each is a platform of its own that goes through the whole simulation, an hour in steps of 15 seconds with its
chance in the arrivals; what is shown is the mean over the steps. Theory is written a second time in `tests/support/theory.py`,
without the simulation's formulas: by states and what comes and goes, by exact results of other people, by mean value analysis,
or, where there is no formula, by {REQUESTS:,} requests one by one. Times are in milliseconds; a service takes one on average
where nothing else is said. A deviation is in percent of theory: above zero the simulation is slower, which errs on the safe side.

The table is made by `.venv/bin/python -m tests.support.theory_page --write`; a test holds it, and every deviation within its
bound. Another breaks the formulas one by one and sees rows leave their bounds.

| system | what | theory | simulation | deviation, % | bound, % |
|---|---|---|---|---|---|
"""
TAIL = """
## What that says

- **Exponential service, in a row or alone**: exact but for what chance does to the arrivals of a step and for loads that are
  rounded to half a percent. Above 99 % no balance is reached within a step; there a line grows as a fluid instead.
- **Constant service** (M/D/c) is told with `--assume service_variation=0`, and then lies within 14 % (Allen and Cunneen's
  approximation; the mean is exact for one server, the median is not). By default every service is taken as exponential: for work
  that always takes as long, the 95th percentile comes out twice as long as it is. Measure your services before you trust the
  default in either direction: where a few requests take very long, give more than 1. The two rows show 0.5 and 2.
- **`least_conn`** is no common line: a request that was sent to a pod stays with it. The shortest of several lines is what the
  simulation computes; it knows of one gateway, and several that each count their own connections do worse.
- **`round_robin`** is simulated as if every request drew its pod by chance. It is fairer than that, and the simulation about half
  too slow.
- **Refusal** (a database without a pooler whose connections are all taken) is exact; what waits while it refuses is a fluid.
- **Clients who wait for each answer** are no scenario: requests arrive however long answers take, as those of many users do. At the
  same number of answers a second that is too slow by the share of the load that is one's own: half for a single client, nothing
  for a thousand.
- **The cache's hits** are exact for keys that are asked for equally often, each kept from when it is computed, as **the limit for one
  client** is for clients who ask as the assumptions say. Real ones do not: measure the hits before you trust them.
- What has no row is not held against theory: lines while they grow and shrink, priorities, retries, and a cache whose keys are not
  equally popular.
"""


def line(row: Row) -> str:
    """A system as a line of the table."""
    cells = (
        row.system,
        row.reference,
        ", ".join(map(_number, row.theory)),
        ", ".join(map(_number, row.simulated)),
        ", ".join(f"{round(deviation) + 0:+d}" for deviation in row.deviations),
        f"{row.low:+g} to {row.high:+g}",
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def page(systems: Iterable[Row]) -> str:
    """The page."""
    return HEAD + "\n".join(map(line, systems)) + "\n" + TAIL


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether the page differs, or write it."""
    return brought_up_to_date(PAGE, page(rows()), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
