"""By how much a number may differ at once before somebody is asked: alarms, alert rules, limits of rates, schedules.

People tune such numbers, and a phase of growth moves them with the classes of machines. What is lost by one factor of
two is found again by the next look at a dashboard; what is lost by ten is a switch that went off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.types.weaker.model import number

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = 2.0
"""How many times as large or as small a number may become at once (ours)."""
_ROUNDED = 1 + 1e-6
"""What rounding adds: half of an odd number of bytes is half of it."""
CEILING = 95.0
"""Percent above which an alarm over a share never rings in time: what is full at 100 is lost by then (ours)."""
_SHARES = re.compile(r"(?:Utilization|Percentage|Percent|UsagePercentage)$")
"""How CloudWatch names metrics that are percents (Amazon CloudWatch User Guide, services that publish; unverified)."""
_BOUND = re.compile(r"(==|!=|>=|<=|>|<)\s*(?:bool\s+)?(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])")
"""A comparison of PromQL with a number (Prometheus documentation, Operators)."""
_TAKEN = (">", ">=")
_GIVEN = ("<", "<=")


def much_more(before: float, after: float) -> bool:
    """Whether a number has grown by more than is tolerated; nothing tolerates a growth from nothing."""
    return after > max(before, 0) * TOLERANCE * _ROUNDED


def much_less(before: float, after: float) -> bool:
    """Whether a number has shrunk by more than is tolerated."""
    return after * _ROUNDED < before / TOLERANCE if before > 0 else after < before


def not_much_more(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a number is much larger, or gone."""
    before, after = number(old), number(new)
    return before is not None and (after is None or much_more(before, after))


def not_much_less(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Weaker where a number is much smaller, or gone."""
    before, after = number(old), number(new)
    return before is not None and (after is None or much_less(before, after))


def above_ceiling(before: float, after: float) -> bool:
    """Whether the bound of a share is at last so high that nobody is told in time."""
    return after > CEILING >= before


def is_share(metric: object) -> bool:
    """Whether a metric of CloudWatch is a share in percent, by its name."""
    return _SHARES.search(str(metric)) is not None


def asks_as_much(old: str, new: str) -> bool:
    """Whether an expression of PromQL rings about as early as another one: their bounds alone may differ, by little."""
    if _bounds_apart(old) != _bounds_apart(new):
        return False
    share = old.strip().startswith("100 *")
    return not any(
        _rings_later(operator, float(before), float(after), share=share)
        for (operator, before), (_, after) in zip(_BOUND.findall(old), _BOUND.findall(new), strict=True)
    )


def _bounds_apart(text: str) -> str:
    return _BOUND.sub(lambda found: f"{found[1]} #", text)


def _rings_later(operator: str, before: float, after: float, *, share: bool) -> bool:
    if operator in _TAKEN:
        return much_more(before, after) or (share and above_ceiling(before, after))
    return much_less(before, after) if operator in _GIVEN else before != after


def ceiling_of(name: str) -> Callable[[Any, Any], bool]:
    """Weaker where an alarm over a share, by its metric's name, has a bound above the ceiling and had none.

    Args:
        name: the input that holds the bound.
    """

    def than(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
        if not isinstance(old, dict) or not isinstance(new, dict) or not any(map(is_share, _metrics(new))):
            return False
        before, after = number(old.get(name)), number(new.get(name))
        rises = str(new.get("comparisonOperator", "Greater")).startswith("Greater")
        return rises and before is not None and after is not None and above_ceiling(before, after)

    return than


def _metrics(alarm: Any) -> list[str]:  # noqa: ANN401 - any value of a plan
    """The metrics that an alarm looks at: its own, or those of its queries."""
    found = [str(alarm.get("metricName"))]
    queries = alarm.get("metricQueries")
    for query in queries if isinstance(queries, list) else ():
        metric = query.get("metric") if isinstance(query, dict) else None
        if isinstance(metric, dict):
            found.append(str(metric.get("metricName")))
    return found
