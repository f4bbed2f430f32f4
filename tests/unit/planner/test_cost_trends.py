"""Trends of bills: the guide's rule for each service, months that stand out, USD for a user."""

from __future__ import annotations

import pytest

from planner.cost.trends import bill_trends


def months(*amounts: float, service: str = "EC2") -> dict[str, dict[str, float]]:
    return {f"2026-{number:02d}": {service: amount} for number, amount in enumerate(amounts, 1)}


def test_each_service_has_the_guides_trend_and_its_share_of_the_last_month() -> None:
    costs = months(100, 100, 100, 130, 130, 130)
    for services in costs.values():
        services["RDS"] = 50.0
    found = bill_trends(costs)
    assert [(one.service, one.trend) for one in found.services] == [("EC2", "increasing"), ("RDS", "stable")]
    assert [round(one.percent or 0, 1) for one in found.services] == [72.2, 27.8]
    assert found.total.trend == "increasing"


def test_a_month_that_costs_twice_as_much_stands_out_and_the_next_ones_are_compared_with_what_is_usual() -> None:
    found = bill_trends(months(100, 102, 98, 101, 250, 99))
    assert {(one.service, one.month) for one in found.anomalies} == {("all services", "2026-05"), ("EC2", "2026-05")}
    assert {one.usual_usd for one in found.anomalies} == {100.5}


@pytest.mark.parametrize("last", [100, 119, 81])
def test_a_steady_service_stands_out_by_nothing_below_a_fifth(last: float) -> None:
    assert bill_trends(months(100, 100, 100, 100, last)).anomalies == ()


def test_a_few_dollars_stand_out_nowhere_and_steady_growth_neither() -> None:
    assert bill_trends(months(1, 1, 1, 5)).anomalies == ()
    assert bill_trends(months(100, 110, 121, 133, 146, 161)).anomalies == ()


def test_a_new_service_stands_out_once_it_is_known_that_there_was_none() -> None:
    costs = months(100, 100, 100, 100)
    costs["2026-04"]["NAT"] = 60.0
    found = {(one.service, one.month, one.usd, one.usual_usd) for one in bill_trends(costs).anomalies}
    assert ("NAT", "2026-04", 60.0, 0.0) in found


def test_usd_for_a_user_is_of_months_in_which_users_were_counted() -> None:
    users = {"2026-01": [50.0, 70.0], "2026-03": [65.0], "2027-01": [1.0], "2026-02": []}
    found = bill_trends(months(100, 120, 130, 140), users)
    assert found.per_user == {"2026-01": pytest.approx(100 / 60), "2026-03": 2}
    assert found.user_trend is None


def test_a_month_between_two_others_that_is_in_no_export_is_no_month_without_cost() -> None:
    costs = months(100, 100, 100)
    del costs["2026-02"]
    with pytest.raises(ValueError, match="2026-02 between 2026-01 and 2026-03 is in no export"):
        bill_trends(costs)


def test_months_go_on_over_the_turn_of_a_year() -> None:
    assert bill_trends({"2025-12": {"a": 1.0}, "2026-01": {"a": 1.0}}).months == ("2025-12", "2026-01")
