"""The table of regions in docs/planning.md: what each checked-in stack costs in every region of the price book.

.venv/bin/python -m tests.support.prices_page            whether the table is up to date
.venv/bin/python -m tests.support.prices_page --write    brings it there
"""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import TYPE_CHECKING

from ops.answers.cost import usage_of
from ops.rehearsal.planned import Planned
from planner.cost.monthly import cost_of
from planner.cost.prices import price_book
from tests.support.generated_page import brought_up_to_date
from tests.support.paths import ROOT
from tests.support.plans import stack_plan
from tests.support.stack import CHECKED_IN, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.cost.monthly import Cost

PAGE = ROOT / "docs" / "planning.md"
SHORT = {"optimization": "opt.", "horizontal": "hor.", "microservices": "mic."}
_TABLE = re.compile(r"^\| AWS, USD a month \|.*?\n\n", re.MULTILINE | re.DOTALL)


@cache
def cost_in(environment: str, phase: str, region: str) -> Cost:
    """What a checked-in stack costs as if it lay in a region."""
    plan = stack_plan(environment, phase)
    return cost_of(plan, usage_of(Planned(plan, settings(environment, phase), "recorded"), {}), region=region)


def table() -> str:
    """The table, a region a line; `unknown` where a part has no price."""
    names = [f"{environment} {SHORT[phase]}" for environment, phase in CHECKED_IN]
    rows = [
        f"| {region} | {' | '.join(_cells(region))} | {_carried(region)} | {'yes' if complete(region) else 'no'} |"
        for region in price_book().regions()
    ]
    head = f"| AWS, USD a month | {' | '.join(names)} | carried over | complete |"
    return "\n".join([head, "|---" * (len(names) + 3) + "|", *rows]) + "\n\n"


def complete(region: str) -> bool:
    """Whether every charge of every checked-in stack has a price there."""
    return all(cost_in(environment, phase, region).aws.usd is not None for environment, phase in CHECKED_IN)


def _cells(region: str) -> list[str]:
    sums = [cost_in(environment, phase, region).aws.usd for environment, phase in CHECKED_IN]
    return ["unknown" if usd is None else f"{usd:,.0f}" for usd in sums]


def _carried(region: str) -> str:
    return f"{max(cost_in(environment, phase, region).carried_usd for environment, phase in CHECKED_IN):,.2f}"


def page() -> str:
    """The page with the table as it should be."""
    return _TABLE.sub(lambda _: table(), PAGE.read_text(encoding="utf-8"), count=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Say whether the table is up to date; with `--write` write it."""
    return brought_up_to_date(PAGE, page(), __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
