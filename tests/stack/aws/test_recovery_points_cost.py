"""What docs/restore.md says that recovery points cost is what the price book says of the plans."""

from __future__ import annotations

import re

from ops.answers.cost import priced
from ops.rehearsal.planned import Planned
from tests.support.paths import ROOT
from tests.support.plans import changed_plan
from tests.support.stack import PHASES, settings


def monthly_usd(phase: str, **backups: object) -> float:
    """Of production's recovery points alone."""
    changes = {"storage": {"backups": {"enabled": True, **backups}}}
    found = priced(Planned(changed_plan("prod", phase, **changes), settings("prod", phase, **changes), "recorded"))
    lines = [line for line in found.cost.lines if line.type == "aws:backup/selection:Selection"]
    assert [line.charge.sku for line in lines if line.price is None] == []
    return sum(line.charge.quantity * line.price.usd for line in lines if line.price is not None)


def test_the_page_has_the_cost_of_one_vault_in_each_phase() -> None:
    text = " ".join((ROOT / "docs" / "restore.md").read_text("utf-8").split())
    said = re.search(r"come to (\d+), (\d+) and (\d+) USD a month for production in its three phases", text)
    assert said is not None
    assert [int(number) for number in said.groups()] == [round(monthly_usd(phase)) for phase in PHASES]


def test_a_second_region_doubles_it() -> None:
    assert monthly_usd("horizontal", copyRegion="us-west-2") == 2 * monthly_usd("horizontal")
