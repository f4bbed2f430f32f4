"""What docs/restore.md says that recovery points cost is what the price book says of the plans."""

from __future__ import annotations

import re

from bailbondpro.facts.backups import RESTORE_USD_PER_GB
from ops.answers.cost import priced
from ops.rehearsal.planned import Planned
from planner.cost.prices import price_book
from tests.support.paths import ROOT
from tests.support.plans import changed_plan
from tests.support.stack import PHASES, settings

COPIED = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"


def page() -> str:
    return " ".join((ROOT / "docs" / "restore.md").read_text("utf-8").split())


def monthly_usd(phase: str, **backups: object) -> float:
    """Of production's recovery points alone."""
    changes = {"storage": {"backups": {"enabled": True, **backups}}}
    found = priced(Planned(changed_plan("prod", phase, **changes), settings("prod", phase, **changes), "recorded"))
    lines = [line for line in found.cost.lines if line.type == "aws:backup/selection:Selection"]
    assert [line.charge.sku for line in lines if line.price is None] == []
    return sum(line.charge.quantity * line.price.usd for line in lines if line.price is not None)


def test_the_page_has_the_cost_of_one_vault_in_each_phase() -> None:
    said = re.search(r"one vault come to (\d+), (\d+) and (\d+) USD a month for production in its three phases", page())
    assert said is not None
    assert [int(number) for number in said.groups()] == [round(monthly_usd(phase)) for phase in PHASES]


def copied_usd(phase: str) -> float:
    """Of production's copied backups alone."""
    changes = {"postgres": {"backupRegion": "us-west-2"}}
    found = priced(Planned(changed_plan("prod", phase, **changes), settings("prod", phase, **changes), "recorded"))
    lines = [line for line in found.cost.lines if line.type == COPIED]
    assert [line.charge.sku for line in lines if line.price is None] == []
    return sum(line.charge.quantity * line.price.usd for line in lines if line.price is not None)


def test_the_page_has_the_cost_of_copied_backups_in_each_phase() -> None:
    said = re.search(r"second region \(`postgres.backupRegion`\) come to (\d+), (\d+) and (\d+) USD", page())
    assert said is not None
    assert [int(number) for number in said.groups()] == [round(copied_usd(phase)) for phase in PHASES]


def test_the_page_has_the_prices_of_a_locked_version_and_of_a_restored_server() -> None:
    book = price_book()
    standard, compute, disk = (
        book.find(sku, "us-east-1") for sku in ("s3/standard", "rds/postgres/db.m7g.large", "rds/gp3")
    )
    assert standard is not None
    assert compute is not None
    assert disk is not None
    assert f"costs {standard.usd:g} USD a month for as long as its days go on" in page()
    hour = compute.usd + 100 * disk.usd / book.hours_per_month
    assert f"a restored server {hour:.2f} USD an hour (db.m7g.large, 100 GiB)" in page()
    assert f"{RESTORE_USD_PER_GB} USD for each GB restored" in page()


def test_a_second_region_doubles_it() -> None:
    assert monthly_usd("horizontal", copyRegion="us-west-2") == 2 * monthly_usd("horizontal")
