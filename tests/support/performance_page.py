"""What docs/performance.md says of the program's own cost, made of the history (`python -m benchmarks.performance`).

.venv/bin/python -m tests.support.performance_page            says whether the page differs
.venv/bin/python -m tests.support.performance_page --write    brings it and its picture up to date

Only what stands between the two marks is made; the rest of the page is written by hand.
"""

# ruff: noqa: E501 - a row of a table is one line, and the page is wider than code

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ops.answers.bench.answer import ALL
from ops.answers.bench.history import entries
from ops.views.bench import seconds, spread
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT
from tests.support.performance_picture import picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.answers.bench.answer import Benched, Compared, Grown

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "performance.svg"
BEGIN, END = "<!-- made by tests.support.performance_page -->", "<!-- end of what is made -->"
HEAD = """
# What the program costs beside a flat one

`./bbp bench` measures this program beside a flat program of the same resources, on the same engine and the same simulated cloud,
in one run: the sides of a pair take turns, and the median of the rounds' own ratios is said with the lowest and highest. The flat
program is made of the state that an update exports. It declares every resource with the same class of the SDK, the same inputs and
the same dependencies, and has no settings, components or checks. It runs twice: with what this repository repairs of the SDK
([ADR 84](adr/0084-two-repairs-of-the-sdk.md)), and on the SDK as published. `check`, `journey` and `report` have no flat
counterpart; their ratio is to all operations of the flat program.

```sh
./bbp bench --quick                            # one phase of dev and small sizes, on the terminal
./bbp bench --row tools --out bench.json       # one row in full, also as a JSON document
.venv/bin/python -m benchmarks.performance     # everything, kept as this release's entry, and this section made of it
```

Seconds depend on the machine, and ratios much less; a busy machine makes both scatter. `--from FILE` keeps what
`./bbp bench --out FILE` wrote instead of measuring again.

"""


def shown(kept: Sequence[Benched]) -> Benched:
    """The entry that the page is about: the last full one, or the last one."""
    return next((entry for entry in reversed(kept) if not entry.quick), kept[-1])


def section(kept: Sequence[Benched]) -> str:
    """What stands between the marks."""
    entry = shown(kept)
    machine = entry.machine
    form = "in its short form (`--quick`)" if entry.quick else "in full"
    said = (
        f"Release {entry.version}, measured on {entry.day} {form}, pairs: {entry.rounds}. {machine.cores} cores of {machine.processor},\n"
        f"{machine.memory_gib} GiB, Python {machine.python}, Pulumi {machine.engine}, its SDK {machine.sdk}. Processor seconds are medians; the simulated cloud is\n"
        "served by the program's own process, so that the memory of both is one number.\n\n"
    )
    history = (
        "\nEvery release, by class of machine (`benchmarks/history.json`):\n\n"
        "| release | day | machine | form | operations beside the flat program | beside the SDK as published |\n"
        "|---|---|---|---|---|---|\n" + "".join(map(_release, kept))
    )
    return f"{BEGIN}\n{HEAD}{said}{_pairs(entry.compared)}{_growth(entry.growth, entry.left_out)}{history}\n{END}\n"


def _pairs(rows: Sequence[Compared]) -> str:
    head = (
        "| row | phase | project, s | flat, s | SDK as published, s | to flat | to published | program, engine, cloud, s | wall, s | MiB: program, engine |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(map(_pair, rows)) if rows else ""


def _pair(row: Compared) -> str:
    own = row.project
    cells = (
        row.row,
        f"{row.phase}, {row.resources:,}",
        *(seconds(took.cpu) for took in (own, row.flat, row.published)),
        spread(row.to_flat),
        spread(row.to_published),
        ", ".join(map(seconds, (own.program, own.engine, own.sandbox))),
        seconds(own.wall),
        f"{own.program_mib:,}, {own.engine_mib:,}",
    )
    return f"| {' | '.join(cells)} |\n"


def _growth(rows: Sequence[Grown], left_out: Sequence[str]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"| {row.what} | {'; '.join(f'{point.resources:,}: {seconds(point.cpu)} s, {point.mib:,} MiB' for point in row.points)} "
        f"| {'-' if row.exponent is None else f'{row.exponent:.2f}'} |\n"
        for row in rows
    )
    missing = f"\nNot measured: {'; '.join(left_out)}.\n" if left_out else ""
    return (
        "\nWhat grows with resources. The exponent is that of a power through the sizes, by least squares of the logarithms; of tools\n"
        "that read a plan from 2,000 resources on where two such sizes were measured:\n\n"
        "| what | resources | exponent |\n|---|---|---|\n"
        f"{lines}{missing}\n![Processor seconds by number of resources, both axes logarithmic](images/performance.svg)\n"
    )


def _release(entry: Benched) -> str:
    rows = [row for row in entry.compared if row.row == ALL] or [row for row in entry.compared if row.row == "preview"]
    machine = entry.machine
    cells = (
        entry.version,
        entry.day,
        f"{machine.cores} cores of {machine.processor}",
        "quick" if entry.quick else "full",
        "; ".join(f"{row.phase} {row.to_flat.median:.2f}" for row in rows),
        "; ".join(f"{row.phase} {row.to_published.median:.2f}" for row in rows),
    )
    return f"| {' | '.join(cells)} |\n"


def page(text: str, kept: Sequence[Benched]) -> str:
    """The page with what is made in its place; behind everything else where it has no marks yet."""
    before, begin, rest = text.partition(BEGIN)
    after = rest.partition(f"{END}\n")[2] if begin else ""
    return (before if begin else before + "\n") + section(kept) + after


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether page and picture differ, or write them."""
    kept = entries()
    drawn = brought_up_to_date(PICTURE, picture(shown(kept).growth), __doc__, arguments)
    return brought_up_to_date(PAGE, page(PAGE.read_text("utf-8"), kept), __doc__, arguments) or drawn


if __name__ == "__main__":
    sys.exit(main())
