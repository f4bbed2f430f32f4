"""Shows what a plan costs, alone or beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.costs.bills import bills_text
from ops.document.blocks import Item, Items, More, Section, Table, Text, Verdict
from plan import SYSTEMS
from planner.cost.difference import change
from planner.cost.monthly import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.cost import Comparison, CostReport
    from ops.answers.costs.levers import JudgedLever
    from ops.document.blocks import Block
    from planner.cost.monthly import Cost, Line

LARGEST = 12
"""Charges and differences that stand in the open; of the charges the rest is folded away."""
SHOWN_SKUS = 5
"""SKUs without a price that one sentence names."""
MORE = " + ?"
"""Stands behind a sum of which a part is unknown."""
TITLES = {system.key: system.title for system in SYSTEMS}


def verdict(report: CostReport) -> Verdict:
    """What it costs, against its budget; no number stands for a sum with an unknown part."""
    total, budget = report.cost.total, report.budget
    detail = f"{report.cost.coverage.percent:.0f} % of what costs is priced"
    if budget is not None:
        detail = f"{budget.sentence()}; {detail}"
    known = f"{total.known_usd:,.0f} USD"
    clear = not total.unknown and (budget is None or budget.state == "under")
    return Verdict(
        question="What does it cost?",
        answer=f"unknown; {known} a month of it are known" if total.unknown else f"{known} a month",
        detail=detail,
        state="good" if clear else "note" if report.judged else "bad",
        section="cost",
    )


def section(report: CostReport) -> Section:
    """Sums, charges, what is unknown, what the sums rest on, the comparison, and what would save."""
    lines = sorted(report.cost.lines, key=lambda line: (-(line.monthly_usd or 0), line.name, line.charge.sku))
    blocks: list[Block] = [Text(text=_first(report)), _systems(report), *_unknown(report.cost)]
    blocks.append(_charges(f"The {min(LARGEST, len(lines))} largest charges", lines[:LARGEST]))
    if lines[LARGEST:]:
        rest = _charges("All other charges", lines[LARGEST:])
        blocks.append(More(title=f"{len(lines) - LARGEST} more charges", blocks=(rest,), bulk=True))
    blocks += [Text(text=line) for line in _context(report)]
    if report.comparison:
        blocks += _comparison(report.comparison)
    blocks += _levers(report)
    blocks += _savings(report)
    blocks += _scenarios(report)
    if report.bills is not None:
        blocks.append(Text(text=bills_text(report.bills)))
    return Section(id="cost", title="Cost", blocks=tuple(blocks))


def unknown_sum(report: CostReport) -> str:
    """Why the question about the cost has no answer, and what would give it one."""
    cost, budget = report.cost, report.budget
    skus = list(dict.fromkeys(line.charge.sku for line in cost.unknown()))
    named = ", ".join(skus[:SHOWN_SKUS]) + (f" and {len(skus) - SHOWN_SKUS} more" if skus[SHOWN_SKUS:] else "")
    verdict = f"; no verdict on the budget: {budget.sentence()}" if budget and budget.state == "unknown" else ""
    return (
        f"the cost is unknown: {cost.total.unknown} charges have no known price in {cost.region} ({named}){verdict}. "
        f"./bbp prices refresh --region {cost.region} reads AWS's price list"
    )


def usd(amount: Amount) -> str:
    """A sum, marked where a part of it is unknown."""
    return f"{amount.known_usd:,.2f}{MORE if amount.unknown else ''}"


def _signed(difference: float | None) -> str:
    return "unknown" if difference is None else f"{difference:+,.2f}"


def _known(amount_usd: float | None) -> str:
    return "unknown" if amount_usd is None else f"{amount_usd:,.2f}"


def _coverage(cost: Cost) -> str:
    coverage = cost.coverage
    return f"{coverage.percent:.0f} % of the {len(coverage.kinds)} kinds of resources that cost are priced in full"


def _first(report: CostReport) -> str:
    """What is priced and how well; that a sum is unknown has to be said before any number."""
    cost = report.cost
    unknown = (
        f"UNKNOWN: The cost is unknown, {cost.total.unknown} charges have no known price. The sums below are what is "
        f"known of them, `{MORE}` marks those with an unknown part, and none of them is a total. "
        if cost.total.unknown
        else ""
    )
    carried = f", {cost.carried_usd:,.2f} USD on prices read in other regions alone" if cost.carried_usd else ""
    return (
        f"{unknown}Monthly cost of {report.planned.origin}. List prices of {cost.region} on demand, without tax: "
        f"{usd(cost.fixed)} USD are decided by the plan, {usd(cost.assumed)} USD rest on assumptions about usage, "
        f"{cost.unverified_usd:,.2f} USD on prices that are not verified{carried}. {_coverage(cost)}; "
        f"{cost.coverage.free} of {cost.coverage.resources} resources are free."
    )


def _systems(report: CostReport) -> Table:
    if report.comparison:
        return _systems_of_both(report.comparison)
    total = report.cost.total
    rows = [
        (TITLES.get(key, key), usd(part), f"{100 * part.known_usd / total.usd:.1f}" if total.usd else "-")
        for key, part in report.cost.by_system().items()
    ]
    return Table(
        caption="By system, USD a month",
        columns=("System", "USD", "%"),
        rows=(*rows, ("Known part" if total.unknown else "Total", usd(total), "100.0" if total.usd else "-")),
        numbers=frozenset({1, 2}),
        total=True,
    )


def _systems_of_both(found: Comparison) -> Table:
    now, then = found.now.cost.by_system(), found.then.cost.by_system()
    both = [(key, now.get(key, Amount()), then.get(key, Amount())) for key in dict.fromkeys([*now, *then])]
    whole = "Total" if found.usd is not None else "Known part"
    sums = (whole, usd(found.now.cost.total), usd(found.then.cost.total), _signed(found.usd))
    return Table(
        caption=f"By system, USD a month; now: {found.now.origin}, then: {found.then.origin}",
        columns=("System", "Now", "Then", "Difference"),
        rows=(*((TITLES.get(key, key), usd(old), usd(new), _signed(change(old, new))) for key, old, new in both), sums),
        numbers=frozenset({1, 2, 3}),
        total=True,
    )


def _unknown(cost: Cost) -> Iterator[Block]:
    found = cost.unknown()
    if found:
        yield Table(
            caption="Not in the total: no known price",
            columns=("Resource", "SKU", "Why"),
            rows=tuple(sorted((line.name, line.charge.sku, line.unknown) for line in found)),
        )
    if cost.coverage.unpriced:
        names = tuple(Item(text=name, state="note") for name in cost.coverage.unpriced)
        yield Items(caption="Kinds that are not priced in full", items=names)
    elif not found:
        yield Text(text="Every kind of resource that costs something has a price.")


def _charges(caption: str, lines: Sequence[Line]) -> Table:
    return Table(
        caption=f"{caption}, USD a month",
        columns=("Resource", "USD", "Quantity", "SKU", "Why", "Price of"),
        rows=tuple(
            (
                line.name,
                _known(line.monthly_usd),
                f"{line.charge.quantity:,g} {line.charge.unit}",
                line.charge.sku,
                line.charge.why,
                f"{line.price.date}, {line.price.confidence}" if line.price else "unknown",
            )
            for line in lines
        ),
        numbers=frozenset({1, 2}),
    )


def _context(report: CostReport) -> Iterator[str]:
    """What the sum may be held against, and what it rests on."""
    cost, usage, guide = report.cost, report.cost.usage, report.guide
    if cost.per_user_usd is not None:
        yield f"Per active user, of {usage.users:,g}: {cost.per_user_usd:,.2f} USD."
    yield (
        f"The scaling guide's formula for that load: {guide.servers} servers, {guide.cost_usd:,.2f} USD; "
        f"{_beside(cost.aws, guide.cost_usd)}."
    )
    if report.budget is not None:
        yield f"The plan's budget, of AWS alone: {report.budget.sentence()}."
    assumed = ", ".join(f"{name} {value}" for name, value in usage.as_json().items())
    yield f"Assumptions about usage (the cost command changes them with --set name=value): {assumed}."


def _beside(aws: Amount, formula_usd: float) -> str:
    """What AWS is planned at beside the guide's formula; a sum with an unknown part is only ever above it."""
    apart, least = aws.known_usd - formula_usd, "at least " if aws.unknown else ""
    planned = f"AWS is planned at {least}{aws.known_usd:,.2f} USD"
    if aws.unknown and apart <= 0:
        return f"{planned}, so no difference can be told"
    return f"{planned}, {least}{abs(apart):,.2f} USD {'over' if apart > 0 else 'below'} it"


def _comparison(found: Comparison) -> Iterator[Block]:
    yield Table(
        caption=f"From now to then: {_signed(found.usd)} USD a month",
        columns=("Resource", "Now", "Then", "Difference"),
        rows=tuple(
            (item.urn.rsplit("::", 1)[-1], usd(item.now), usd(item.then), _signed(item.usd))
            for item in found.differences[:LARGEST]
        ),
        numbers=frozenset({1, 2, 3}),
    )
    if found.now.cost.total.unknown or found.then.cost.total.unknown:
        answer = "unknown, like a part of the sums"
    elif found.break_even_users is None:
        answer = "at no number of users does the larger one cost as little per user as the smaller one"
    else:
        answer = (
            f"from {found.break_even_users:,.0f} active users on, the larger one costs no more per user than the "
            "smaller one at its own users"
        )
    yield Text(text=f"Break-even: {answer}.")


def _levers(report: CostReport) -> Iterator[Table]:
    if report.levers:
        yield Table(
            caption="What could go, each alone (list prices), what that gives up, and whether the stack may have it so",
            columns=("Setting", "USD a month", "Gives up", "Check"),
            rows=tuple(
                ("; ".join(item.settings), _known(item.saving_usd), item.gives_up, _check(item))
                for item in report.levers
            ),
            numbers=frozenset({1}),
        )


def _check(lever: JudgedLever) -> str:
    if lever.refused is None:
        return "unknown: no stack file"
    return "; ".join(lever.refused) or "accepts it"


def _savings(report: CostReport) -> Iterator[Table]:
    if report.recommendations:
        yield Table(
            caption="What would save, by the scaling guide's rules (its shares; a commitment's real discount depends "
            "on its terms)",
            columns=("Resource", "USD a month", "Rule", "Because"),
            rows=tuple(
                (item.name, _known(item.saving_usd), item.title, item.because) for item in report.recommendations
            ),
            numbers=frozenset({1}),
        )


def _scenarios(report: CostReport) -> Iterator[Table]:
    if report.scenarios:
        yield Table(
            caption="Other ways to pay for the same instances, each alone, USD a month (no advice: read the terms)",
            columns=("Scenario", "Now", "Then", "Difference", "At least", "By the guide's share", "Terms", "Source"),
            rows=tuple(
                (
                    f"{item.scenario.title} ({item.scenario.name})",
                    usd(item.now),
                    _known(item.then_usd),
                    _signed(item.difference_usd),
                    _known(item.least_usd),
                    _known(item.guide_usd),
                    item.scenario.terms,
                    f"{item.scenario.source}; {item.scenario.date}",
                )
                for item in report.scenarios
            ),
            numbers=frozenset({1, 2, 3, 4, 5}),
        )
