"""Where bills go: the guide's trend of each service, months that stand out, and USD for a user. Pure.

The trend is the guide's analyzeCostTrends: the later half of the last six months against the earlier one, more than
10 % apart (scaling guide, Cost Optimization). The guide names no rule for what stands out; ours is robust against one
earlier outlier: the median of up to six months before, and three times their median deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from planner.cost.optimizer import TREND_MONTHS, Trend, trend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EARLIER = 3
"""So many months before one make it comparable (our choice; the guide wants as many for a trend)."""
DEVIATIONS = 3 * 1.4826
"""Three standard deviations, as the median deviation tells them of a normal distribution."""
LEAST_SHARE, LEAST_USD = 0.2, 5.0
"""Less than a fifth, or than 5 USD, stands out nowhere: a steady service has hardly any deviation (our choice)."""
ALL = "all services"


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """A month in which a service cost something else than before.

    Attributes:
        service: which one.
        month: YYYY-MM.
        usd: what it cost.
        usual_usd: the median of the months before.
    """

    service: str
    month: str
    usd: float
    usual_usd: float


@dataclass(frozen=True, kw_only=True)
class ServiceTrend:
    """One service over the months.

    Attributes:
        service: as the bill calls it.
        monthly_usd: of each complete month, the oldest first; 0 where the bill has none.
        percent: share of the last complete month's bill; None where that is 0.
        trend: the guide's; None where too little is known.
    """

    service: str
    monthly_usd: tuple[float, ...]
    percent: float | None
    trend: Trend | None


@dataclass(frozen=True, kw_only=True)
class BillTrends:
    """Bills of complete months.

    Attributes:
        months: YYYY-MM, the oldest first, without a gap.
        services: the most expensive of the last month first.
        total: all of them together.
        anomalies: months that stand out, the newest first.
        per_user: USD for a user by month, of the months in which users are known.
        user_trend: the guide's trend of that.
    """

    months: tuple[str, ...]
    services: tuple[ServiceTrend, ...]
    total: ServiceTrend
    anomalies: tuple[Anomaly, ...]
    per_user: Mapping[str, float]
    user_trend: Trend | None


def bill_trends(
    costs: Mapping[str, Mapping[str, float]], users: Mapping[str, Sequence[float]] | None = None
) -> BillTrends:
    """Where bills go.

    Args:
        costs: USD by month (YYYY-MM, complete ones alone) and service.
        users: active users as they were counted in each month.

    Raises:
        ValueError: there is no month, or one between two others is missing.
    """
    if not costs:
        raise ValueError("no complete month is billed")
    months = tuple(_between(min(costs), max(costs)))
    if missing := [month for month in months if month not in costs]:
        raise ValueError(f"{', '.join(missing)} between {months[0]} and {months[-1]} is in no export, or is not final")
    names = {name for month in costs.values() for name in month}
    series = {name: tuple(costs[month].get(name, 0.0) for month in months) for name in names}
    whole = tuple(sum(costs[month].values()) for month in months)
    services = [_service(name, found, whole[-1]) for name, found in series.items()]
    counted = {month: fmean(found) for month, found in (users or {}).items() if found and month in costs}
    per_user = {month: sum(costs[month].values()) / counted[month] for month in months if counted.get(month, 0) > 0}
    anomalies = [one for name, found in {**series, ALL: whole}.items() for one in _anomalies(name, found, months)]
    return BillTrends(
        months=months,
        services=tuple(sorted(services, key=lambda one: (-one.monthly_usd[-1], one.service))),
        total=_service(ALL, whole, whole[-1]),
        anomalies=tuple(sorted(anomalies, key=lambda one: (one.month, abs(one.usd - one.usual_usd)), reverse=True)),
        per_user=per_user,
        user_trend=trend(tuple(per_user.values())),
    )


def _service(name: str, monthly: tuple[float, ...], whole: float) -> ServiceTrend:
    percent = 100 * monthly[-1] / whole if whole > 0 else None
    return ServiceTrend(service=name, monthly_usd=monthly, percent=percent, trend=trend(monthly))


def _anomalies(name: str, monthly: tuple[float, ...], months: tuple[str, ...]) -> list[Anomaly]:
    found = []
    for number in range(EARLIER, len(months)):
        before = monthly[max(0, number - TREND_MONTHS) : number]
        usual = median(before)
        deviation = median(abs(one - usual) for one in before)
        bound = max(DEVIATIONS * deviation, LEAST_SHARE * abs(usual), LEAST_USD)
        if abs(monthly[number] - usual) > bound:
            found.append(Anomaly(service=name, month=months[number], usd=monthly[number], usual_usd=usual))
    return found


def _between(first: str, last: str) -> list[str]:
    """Every month from one to another."""
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(start, end + 1)]
