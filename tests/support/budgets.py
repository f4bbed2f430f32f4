"""The budgets of the growth phases against the planned cost of AWS: the numbers in the phases' table are made here.

.venv/bin/python -m tests.support.budgets            what each budget is, and what it should be
.venv/bin/python -m tests.support.budgets --write    brings the row in infra/phases.py up to date
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.answers.cost import priced
from ops.rehearsal.planned import Planned
from planner.cost.budget import BudgetVerdict, fitting_limit
from planner.cost.monthly import Amount
from tests.support.paths import ROOT
from tests.support.plans import stack_plan
from tests.support.stack import CHECKED_IN, settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TABLE, README, PLANNING = ROOT / "infra" / "phases.py", ROOT / "README.md", ROOT / "docs" / "planning.md"
_ROW = re.compile(r'^    "budget\.monthlyLimitUsd": .*$', re.MULTILINE)
_COLUMNS = (17, 20, 17, 20, 17, 0)
"""Characters of each column of the table; the last one ends the line."""


@dataclass(frozen=True, kw_only=True)
class PhaseBudget:
    """The budget of a phase in an environment.

    Attributes:
        name: environment and phase.
        limit_usd: the number in the table.
        planned_usd: what AWS would bill for the plan in a month.
        assumed_usd: the part of it that rests on assumptions about usage.
        fitting_usd: the planned cost and its margin.
    """

    name: str
    limit_usd: int
    planned_usd: float
    assumed_usd: float
    fitting_usd: int

    @property
    def new_limit_usd(self) -> int:
        """The number in the table if it fits, else the one that would."""
        return self.limit_usd if self.fits else self.fitting_usd

    @property
    def fits(self) -> bool:
        """Whether the number is the planned cost and about its margin."""
        return BudgetVerdict(limit_usd=self.limit_usd, total=Amount(known_usd=self.planned_usd)).fits

    def __str__(self) -> str:
        """For people."""
        word = "fits" if self.fits else f"should be {self.fitting_usd:,}"
        return f"{self.name}: AWS {self.planned_usd:,.2f} USD a month, budget {self.limit_usd:,}: {word}"


def phase_budget(environment: str, phase: str) -> PhaseBudget:
    """The budget of a phase, from a plan of the checked-in defaults.

    Raises:
        ValueError: a part of the cost is unknown, so that no budget can be derived.
    """
    loaded = settings(environment, phase)
    cost = priced(Planned(stack_plan(environment, phase), loaded, "recorded")).cost
    total, fitting = cost.aws, fitting_limit(cost.aws)
    if fitting is None or total.usd is None:
        raise ValueError(f"{environment}, {phase}: {total.unknown} charges have no known price")
    return PhaseBudget(
        name=f"{environment}, {phase}",
        limit_usd=loaded.budget.monthly_limit_usd,
        planned_usd=total.usd,
        assumed_usd=cost.assumed.known_usd,
        fitting_usd=fitting,
    )


def row(limits: Sequence[int]) -> str:
    """The row of the table, by phase and within it dev and prod."""
    cells = "".join(f"{limit}, ".ljust(width) for limit, width in zip(limits, _COLUMNS, strict=True))
    return f'    "budget.monthlyLimitUsd":                 ({cells.rstrip().rstrip(",")}),'


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints every budget; with `--write` brings up to date what does not fit. 1 when something does not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="bring the table up to date")
    write = parser.parse_args(arguments).write
    found = [phase_budget(environment, phase) for phase in _phases() for environment in ("dev", "prod")]
    sys.stdout.write("".join(f"{item}\n" for item in found))
    if write:
        _write(found)
    return int(not write and not all(item.fits for item in found))


def _write(found: Sequence[PhaseBudget]) -> None:
    prod = found[1::2]
    _replace(TABLE, _ROW, row([item.new_limit_usd for item in found]))
    limits = [item.new_limit_usd for item in prod]
    _replace(README, *_line("monthly budget alarm", [f"{limit:,} USD" for limit in limits]))
    for label, values in (
        ("AWS, decided by the plan", [item.planned_usd - item.assumed_usd for item in prod]),
        ("AWS, resting on assumptions", [item.assumed_usd for item in prod]),
        ("the budget: AWS and 15 %", limits),
    ):
        _replace(PLANNING, *_line(label, [f"{value:,.0f}" for value in values]))


def _line(label: str, cells: Sequence[str]) -> tuple[re.Pattern[str], str]:
    """A row of a document's table: how it is found, and how it is written."""
    return re.compile(rf"^\| {re.escape(label)} \|.*$", re.MULTILINE), f"| {label} | {' | '.join(cells)} |"


def _replace(path: Path, pattern: re.Pattern[str], line: str) -> None:
    text, count = pattern.subn(line, path.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{path} has {count} rows like {line!r}, not one")
    path.write_text(text, encoding="utf-8")


def _phases() -> tuple[str, ...]:
    return tuple(dict.fromkeys(phase for _, phase in CHECKED_IN))


if __name__ == "__main__":
    sys.exit(main())
