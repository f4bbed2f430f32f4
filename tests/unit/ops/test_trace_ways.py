"""How far the ledger of the scaling guide is checked, without any plan."""

from __future__ import annotations

import re

from bailbondpro.guide import ledger
from ops.answers.trace.answer import traced
from ops.answers.trace.checkout import Checkout
from ops.document.blocks import Table
from ops.views.trace import section, without_answer

OTHER_UNITS = {
    *("objectives.uptime", "manager.cpu", "manager.up", "manager.slow", "manager.metrics"),
    *("tuner.shared-buffers", "tuner.cache-size", "tuner.maintenance", "lb.static.expires", "balancer.health-timeout"),
    *("compose.services.app.deploy.resources.limits.cpus", "compose.services.app.deploy.resources.reservations.cpus"),
    *("vpa.spec.resourcePolicy.containerPolicies.0.maxAllowed.cpu", "cache.port"),
    *("vpa.spec.resourcePolicy.containerPolicies.0.maxAllowed.memory",),
    *("scaler.up-response", "scaler.down-cpu", "scaler.down-memory", "scaler.down-response", "scaler.cooldown"),
    *("scaler.up-factor", "scaler.down-factor"),
}
"""Rows that say a number in another unit, one that no unit is of, or one of a profile that stands under its name."""


def test_every_number_that_an_exact_row_says_is_its_default_or_what_it_compares() -> None:
    found = set()
    for row in (entry.row for entry in ledger() if entry.row.answer == "exact"):
        numbers = re.findall(r"(?<![\w.\[])\d[\d,]*(?:\.\d+)?", row.says)
        compared = f"{row.default} {row.value} {' '.join(row.holds)} {row.at} {row.why}"
        whole = (re.escape(number.replace(",", "")) for number in numbers)
        rests = {"default", "value", "holds"} & row.model_fields_set
        if rests and not all(re.search(rf"(?<![\d.]){number}(?!\d)", compared) for number in whole):
            found.add(row.id)
    assert found == OTHER_UNITS


def test_how_rows_are_checked_is_counted_and_shown() -> None:
    report = traced(ledger(), {}, Checkout(None, None))
    ways = {way.what: way.rows for way in report.ways}
    assert ways == {
        "the default of a key is compared": 156,
        "a property is compared with a plan": 309,
        "a key exists that has no one default": 15,
        "no key chooses it": 362,
        "tests exist": 128,
        "clauses of the contract exist": 60,
        "a row of the deviations exists": 147,
        "nothing is compared, and all that is named exists": 190,
    }
    for shown in (section(report), without_answer(report)):
        assert any(
            isinstance(block, Table) and block.caption.startswith("How rows are checked") for block in shown.blocks
        )
