"""How far the ledger of the scaling guide is checked, without any plan."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bailbondpro.guide import LedgerError, ledger, read_chapter
from ops.answers.trace.answer import Traced, traced
from ops.answers.trace.checkout import Checkout
from ops.document.blocks import Table
from ops.views.trace import section, without_answer

OTHER_UNITS = {
    *("objectives.uptime", "manager.up", "manager.slow", "manager.metrics"),
    *("tuner.shared-buffers", "tuner.cache-size", "tuner.maintenance", "lb.static.expires"),
    *("compose.services.app.deploy.resources.limits.cpus", "compose.services.app.deploy.resources.reservations.cpus"),
    "vpa.spec.resourcePolicy.containerPolicies.0.maxAllowed.cpu",
    "vpa.spec.resourcePolicy.containerPolicies.0.maxAllowed.memory",
    *("scaler.current", "scaler.down-cpu", "scaler.down-memory", "scaler.down-response", "scaler.cooldown"),
    *("scaler.up-factor", "scaler.down-factor"),
}
"""Rows that say a number in another unit, one that no unit is of, one of a profile that stands under its name, or one
that the guide makes up."""


def test_every_number_that_an_exact_row_says_is_its_default_or_what_it_compares() -> None:
    found = set()
    for row in (entry.row for entry in ledger() if entry.row.answer == "exact"):
        numbers = re.findall(r"(?<![\w.\[])\d[\d,]*(?:\.\d+)?", row.says)
        compared = f"{row.default} {row.value} {row.number} {' '.join(row.holds)} {row.at} {row.why}"
        whole = (re.escape(number.replace(",", "")) for number in numbers)
        rests = {"default", "value", "holds", "number"} & row.model_fields_set
        if rests and not all(re.search(rf"(?<![\d.]){number}(?!\d)", compared) for number in whole):
            found.add(row.id)
    assert found == OTHER_UNITS


WORDED = {
    *("optimizer.cpu-factor", "optimizer.disk-factor", "scaler.down-factor"),
    *("growth.requests-24", "capacity.history-add", "manager.down"),
}
"""Rows that say their number in a word, in millions, in months or as a share of another one."""


def test_every_constant_is_a_number_that_its_row_says() -> None:
    found = set()
    for row in (entry.row for entry in ledger() if entry.row.constant):
        said = [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", row.says)]
        numbers: list[Any] = row.number if isinstance(row.number, list) else [row.number]
        # as it is, in percent, as a factor, in milliseconds
        forms = [{one, 100 * one, 100 * (one - 1), 1 + one / 100, 1000 * one} for one in map(float, numbers)]
        if not all(any(abs(form - one) < 1e-9 for form in each for one in said) for each in forms):
            found.add(row.id)
    assert found == WORDED


def constant_row(constant: str, number: object) -> Traced:
    text = f"{{id: a.b, says: it is, answer: planner, tests: [t], constant: '{constant}', number: {number}}}"
    (row,) = traced(read_chapter("x.yaml", f"chapter: A\nsections: {{B: [{text}]}}"), {}, Checkout({"t": 1}, None)).rows
    return row


@pytest.mark.parametrize(
    ("constant", "number", "said"),
    [
        ("planner.capacity.growth.CPU_BUFFER", 1.5, ()),
        ("planner.capacity.growth.CPU_BUFFER", 1.6, "planner.capacity.growth.CPU_BUFFER is 1.5, the ledger says 1.6"),
        ("planner.capacity.platform.PHASE_TOP.horizontal.2", 100, ()),
        ("planner.capacity.platform.PHASE_USERS.horizontal", [500, 1500], ()),
        ("components.autoscaling.policy.guide_autoscaler().latency_ms", 500, ()),
        ("planner.capacity.growth.NOTHING", 1, "the program has no planner.capacity.growth.NOTHING"),
        ("planner.nothing.at_all", 1, "the program has no planner.nothing"),
        ("planner.capacity.platform.PHASE_TOP.horizontal.9", 1, "the program has no planner.capacity.platform"),
        ("planner.capacity.growth.CPU_BUFFER()", 1.5, "the program has no planner.capacity.growth.CPU_BUFFER()"),
        ("os.sep", 1, "os.sep: constants are looked for in planner, components and bailbondpro"),
    ],
)
def test_a_constant_that_is_not_as_its_row_says_is_false(constant: str, number: object, said: str | tuple[()]) -> None:
    row = constant_row(constant, number)
    assert row.state == ("false" if said else "holds")
    assert [problem for problem in row.problems if str(said) not in problem] == []


@pytest.mark.parametrize("half", ["constant: planner.x.Y", "number: 3"])
def test_a_constant_without_a_number_is_no_row(half: str) -> None:
    text = f"{{id: a.b, says: it is, answer: planner, tests: [t], {half}}}"
    with pytest.raises(LedgerError, match="a constant is compared with a number: give both"):
        read_chapter("x.yaml", f"chapter: A\nsections: {{B: [{text}]}}")


def test_how_rows_are_checked_is_counted_and_shown() -> None:
    report = traced(ledger(), {}, Checkout(None, None))
    ways = {way.what: way.rows for way in report.ways}
    assert ways == {
        "the default of a key is compared": 156,
        "a property is compared with a plan": 310,
        "a constant that commands compute with is compared": 71,
        "a key exists that has no one default": 15,
        "no key chooses it": 362,
        "tests exist": 128,
        "clauses of the contract exist": 60,
        "a row of the deviations exists": 150,
        "nothing is compared, and all that is named exists": 136,
    }
    for shown in (section(report), without_answer(report)):
        assert any(
            isinstance(block, Table) and block.caption.startswith("How rows are checked") for block in shown.blocks
        )
