from __future__ import annotations

import json
from typing import Any

import pytest

from components.budget import Budget, BudgetArgs, CostTag
from tests.support.recording import Recording, record

BUDGET = "aws:budgets/budget:Budget"
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription"
TOPIC = "arn:aws:sns:us-east-1:000000000000:alerts"


ARGUMENTS: dict[str, Any] = {
    "budget_name": "bailbondpro-test",
    "monthly_limit_usd": 2060,
    "cost_filter_tag": CostTag(key="Project", value="bailbondpro"),
    "emails": ("owner@example.com",),
    "topic_arns": (TOPIC,),
    "anomaly_detection": True,
}


def arguments(**changes: object) -> BudgetArgs:
    return BudgetArgs(**{**ARGUMENTS, **changes})


def recorded(**changes: object) -> Recording:
    def build() -> dict[str, Any]:
        budget = Budget("budget", arguments(**changes))
        return {"name": budget.budget_name, "monitor": budget.monitor_arn}

    return record(build)


def test_the_limit_is_monthly_in_dollars_with_cents() -> None:
    inputs = recorded(monthly_limit_usd=1055.5).one(BUDGET).inputs
    assert inputs["limitAmount"] == "1055.50"
    assert (inputs["limitUnit"], inputs["timeUnit"], inputs["budgetType"]) == ("USD", "MONTHLY", "COST")


def test_only_costs_of_the_tag_count() -> None:
    assert recorded().one(BUDGET).inputs["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:Project$bailbondpro"]}
    ]


def test_people_are_told_at_eighty_and_hundred_percent_spent_and_at_hundred_forecast() -> None:
    notifications = recorded().one(BUDGET).inputs["notifications"]
    told = {(n["notificationType"], n["threshold"]) for n in notifications}
    assert told == {("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)}
    for notification in notifications:
        assert notification["subscriberEmailAddresses"] == ["owner@example.com"]
        assert notification["subscriberSnsTopicArns"] == [TOPIC]
        assert notification["thresholdType"] == "PERCENTAGE"


def test_a_new_limit_changes_nothing_but_the_limit() -> None:
    low, high = recorded(monthly_limit_usd=1055).one(BUDGET), recorded(monthly_limit_usd=4875).one(BUDGET)
    assert low.name == high.name
    assert {k for k in low.inputs if low.inputs[k] != high.inputs[k]} == {"limitAmount"}


def test_anomalies_are_watched_by_tag_because_an_account_has_one_monitor_by_service() -> None:
    inputs = recorded().one(MONITOR).inputs
    assert inputs["monitorType"] == "CUSTOM"
    assert "monitorDimension" not in inputs
    specification = json.loads(inputs["monitorSpecification"])
    assert specification["Tags"] == {"Key": "Project", "MatchOptions": None, "Values": ["bailbondpro"]}
    assert set(specification) == {"And", "CostCategories", "Dimensions", "Not", "Or", "Tags"}


def test_a_topic_hears_anomalies_at_once_and_people_read_a_daily_digest() -> None:
    subscriptions = {s.inputs["frequency"]: s.inputs for s in recorded().of_type(SUBSCRIPTION)}
    assert subscriptions["IMMEDIATE"]["subscribers"] == [{"type": "SNS", "address": TOPIC}]
    assert subscriptions["DAILY"]["subscribers"] == [{"type": "EMAIL", "address": "owner@example.com"}]


def test_either_kind_of_subscriber_will_do() -> None:
    assert [s.inputs["frequency"] for s in recorded(emails=()).of_type(SUBSCRIPTION)] == ["IMMEDIATE"]
    assert [s.inputs["frequency"] for s in recorded(topic_arns=()).of_type(SUBSCRIPTION)] == ["DAILY"]


def test_small_anomalies_stay_quiet() -> None:
    for subscription in recorded(anomaly_threshold_usd=250).of_type(SUBSCRIPTION):
        dimension = subscription.inputs["thresholdExpression"]["dimension"]
        assert dimension["key"] == "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
        assert dimension["values"] == ["250"]
        assert dimension["matchOptions"] == ["GREATER_THAN_OR_EQUAL"]


def test_subscriptions_follow_the_monitor() -> None:
    recording = recorded()
    assert {tuple(s.inputs["monitorArnLists"]) for s in recording.of_type(SUBSCRIPTION)} == {
        (recording.result["monitor"],)
    }


def test_everything_hangs_below_the_component_and_the_name_comes_out() -> None:
    recording = recorded()
    assert {r.parent for r in recording if r.custom} == {recording.one("bailbondpro:budget:Budget").urn}
    assert recording.result["name"] == "bailbondpro-test"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"monthly_limit_usd": 0}, "monthly_limit_usd"),
        ({"anomaly_threshold_usd": 0}, "anomaly_threshold_usd"),
        ({"emails": tuple(f"p{i}@example.com" for i in range(11))}, "at most 10"),
        ({"topic_arns": (TOPIC, TOPIC)}, "at most 1"),
        ({"emails": (), "topic_arns": ()}, "tells nobody"),
        ({"budget_name": "b" * 101}, "budget_name"),
        ({"budget_name": "a:b"}, "budget name"),
    ],
)
def test_what_budgets_would_refuse_is_refused_before_anything_is_built(
    changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        arguments(**changes)


def test_no_monitor_is_made_unless_somebody_says_that_the_account_pays_its_own_bill() -> None:
    assert (
        BudgetArgs(**{key: value for key, value in ARGUMENTS.items() if key != "anomaly_detection"}).anomaly_detection
        is False
    )


def test_nothing_is_watched_where_anomalies_are_not_wanted() -> None:
    recording = recorded(anomaly_detection=False)
    assert recording.of_type("aws:costexplorer/anomalyMonitor:AnomalyMonitor") == []
    assert recording.of_type("aws:costexplorer/anomalySubscription:AnomalySubscription") == []
    assert len(recording.of_type("aws:budgets/budget:Budget")) == 1
