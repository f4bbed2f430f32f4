"""Other ways to pay for the same instances: commitments and spot, each with its terms and how much of it is known.

A scenario changes what instances cost, nothing else. Where the rate of every instance is known, so is the sum; where
only the vendor's "up to" is, the sum is at least that, and unknown. The shares of the scaling guide stand beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from planner.cost.monthly import amount
from planner.cost.optimizer import SAVINGS, Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from planner.cost.monthly import Amount, Cost, Line


class ScenarioError(ValueError):
    """No scenario of that name; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One way to pay.

    Attributes:
        name: as `--scenario` takes it.
        title: the vendor's name.
        terms: how long, how paid, and what it is bound to.
        skus: beginnings of the SKUs that it is for.
        guide: the guide's rule whose share stands beside it.
        source: where the numbers are from.
        date: when those were current.
        at_most_percent: the vendor's "up to"; None where none is known.
        rates: USD an hour by region and SKU; empty where none are known.
    """

    name: str
    title: str
    terms: str
    skus: tuple[str, ...]
    guide: Action
    source: str
    date: str
    at_most_percent: float | None
    rates: Mapping[str, Mapping[str, float]]

    def is_for(self, sku: str) -> bool:
        """Whether a SKU can be paid so."""
        return sku.startswith(self.skus)


@dataclass(frozen=True, kw_only=True)
class ScenarioCost:
    """What a scenario makes of a plan's cost.

    Attributes:
        scenario: the scenario.
        now: what its instances cost on demand, USD a month.
        then_usd: what they would cost; None where the rate of one is unknown.
        least_usd: what they would cost at the vendor's "up to"; None where that or a price is unknown.
        guide_usd: what they would cost by the guide's share; None where a price is unknown.
    """

    scenario: Scenario
    now: Amount
    then_usd: float | None
    least_usd: float | None
    guide_usd: float | None

    @property
    def difference_usd(self) -> float | None:
        """What is added; None where one side is unknown."""
        return None if self.then_usd is None or self.now.usd is None else self.then_usd - self.now.usd


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Every scenario that is known.

    Raises:
        ValueError: one of them names no source or no rule of the guide.
    """
    document = json.loads(files("planner").joinpath("data/commitments.json").read_text("utf-8"))
    found = []
    for row in document["scenarios"]:
        source = document["sources"].get(row["source"])
        if source is None or row["guide"] not in get_args(Action):
            raise ValueError(f"the scenario {row['name']} names no source or no rule of the guide")
        found.append(
            Scenario(
                name=row["name"],
                title=row["title"],
                terms=row["terms"],
                skus=tuple(row["skus"]),
                guide=row["guide"],
                source=source["title"],
                date=source["date"],
                at_most_percent=row.get("at_most_percent"),
                rates=MappingProxyType(row.get("rates", {})),
            )
        )
    return tuple(found)


def named(names: Iterable[str]) -> tuple[Scenario, ...]:
    """The scenarios of these names, in the order of the list; `all` is every one.

    Raises:
        ScenarioError: there is none of a name.
    """
    wanted, known = set(names), {item.name for item in scenarios()}
    if strange := sorted(wanted - known - {"all"}):
        raise ScenarioError(f"there is no scenario {strange[0]!r}; there are all, {', '.join(sorted(known))}")
    return tuple(item for item in scenarios() if "all" in wanted or item.name in wanted)


def in_scenario(scenario: Scenario, cost: Cost) -> ScenarioCost:
    """What a scenario makes of a cost; every instance of the plan is paid so, at the number that the cost counts."""
    lines = [line for line in cost.lines if scenario.is_for(line.charge.sku) and line.charge.quantity]
    now = amount(lines)
    rates = scenario.rates.get(cost.region, {})
    prices = [_at(line, rates) for line in lines]
    known = [usd for usd in prices if usd is not None]
    return ScenarioCost(
        scenario=scenario,
        now=now,
        then_usd=sum(known) if len(known) == len(prices) else None,
        least_usd=_less(now, scenario.at_most_percent),
        guide_usd=_less(now, 100 * SAVINGS[scenario.guide]),
    )


def _at(line: Line, rates: Mapping[str, float]) -> float | None:
    rate = rates.get(line.charge.sku)
    return None if rate is None else line.charge.quantity * rate * line.hours


def _less(now: Amount, percent: float | None) -> float | None:
    return None if percent is None or now.usd is None else now.usd * (100 - percent) / 100
