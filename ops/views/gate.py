"""Shows whether a preview may be deployed, and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.gate.answer import clean
from ops.document.blocks import Item, Items, Section, State, Table, Text
from plan.paths import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.gate import Gate
    from ops.answers.gate.money import Money
    from ops.document.blocks import Block
    from policies.gate import Finding, Step

SHOWN = 40
"""Findings and steps of which a terminal shows more than anybody reads; `--json` has all of them."""
STEPS = 20
ORDER = ("create", "update", "replace", "delete", "forget", "read", "same", "unknown")


def section(gate: Gate) -> Section:
    """The answer in one line, then what stops, what is worth knowing, who answers for what, the money, the steps."""
    return Section(id="gate", title="Gate", blocks=tuple(_blocks(gate)), open=True)


def _blocks(gate: Gate) -> Iterator[Block]:
    yield Text(text=gate.headline)
    yield from _findings(gate.stopping, "What stops it", "bad")
    yield from _findings(tuple(one for one in gate.findings if not one.stops), "Worth knowing", "note")
    if gate.waived:
        items = tuple(
            Item(
                text=clean(f"{one.finding.rule}, {one.finding.name}: {one.finding.says}"),
                detail=clean(f"{one.waiver.owner}, until {one.waiver.expires}: {one.waiver.reason}"),
                state="note",
            )
            for one in gate.waived
        )
        yield Items(caption="Waived", items=items)
    if gate.waiver_problems:
        wrong = tuple(
            Item(
                text=clean(f"{one.trouble}{f', entry {one.number}' if one.number else ''}: {one.says}"),
                state="bad" if one.refuses else "note",
            )
            for one in gate.waiver_problems
        )
        yield Items(caption="Waivers", items=wrong)
    yield Text(text=_money(gate.money))
    if gate.standing or gate.later:
        yield Text(text=_policies(gate))
    if standing := tuple(step for step in gate.steps if step.level):
        yield _steps(standing)
    yield Text(
        text=", ".join(f"{gate.counts[kind]:,} {kind}" for kind in ORDER if gate.counts.get(kind)) or "no resource"
    )


def _findings(findings: tuple[Finding, ...], caption: str, state: State) -> Iterator[Block]:
    if not findings:
        return
    items = [
        Item(
            text=clean(f"{one.rule} ({one.severity}{'' if one.judged else ', not judged'}), {one.name}: {one.says}"),
            detail=clean(f"{one.fix} · {one.urn}"),
            state=state,
        )
        for one in findings[:SHOWN]
    ]
    if len(findings) > SHOWN:
        items.append(Item(text=f"and {len(findings) - SHOWN:,} more; --json has all of them", state=state))
    yield Items(caption=caption, items=tuple(items))


def _money(money: Money) -> str:
    if money.difference_usd is None:
        known = f"no price of {', '.join(money.unknown)}" if money.unknown else "steps that cannot be read"
        return f"Cost: by how much it changes is not known ({known})."
    if money.now_usd is None or money.then_usd is None:
        return f"Cost: {money.difference_usd:+,.2f} USD a month; the sum is not known."
    percent = f", {money.percent:+.1f} %" if money.percent is not None else ""
    return (
        f"Cost: {money.now_usd:,.2f} USD a month, then {money.then_usd:,.2f} ({money.difference_usd:+,.2f}{percent})."
    )


def _policies(gate: Gate) -> str:
    said = []
    if gate.standing:
        said.append(f"{gate.standing:,} violations stood before and stay (./bbp policy --plan FILE)")
    if gate.later:
        said.append(
            f"{gate.later:,} answers about what is made are known only in the update, where the policy pack judges them"
        )
    return f"Policies: {'; '.join(said)}."


def _steps(steps: tuple[Step, ...]) -> Table:
    more = f"; {len(steps) - STEPS:,} more stand in --json" if len(steps) > STEPS else ""
    return Table(
        caption=f"What stands and changes, by what hangs on it{more}",
        columns=("Step", "Resource", "Holds", "Depend on it", "Because of"),
        rows=tuple(
            (
                step.kind,
                clean(step.name),
                step.holds,
                f"{step.reach:,}{' or more' if step.at_least else ''}",
                clean(f"forced by {summary(step.forced)}" if step.forced else summary(step.changed)),
            )
            for step in steps[:STEPS]
        ),
        numbers=frozenset((3,)),
    )
