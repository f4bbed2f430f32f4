"""The stand-in for CloudWatch that alarms are judged by says what Amazon's own tables say."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.support.cloudwatch import Alarm, alarm_of, calculated, goes_off, is_alarm

POINTS = {"0": False, "X": True, "-": None}


def alarm(**changes: object) -> Alarm:
    inputs: dict[str, Any] = {
        "namespace": "AWS/RDS",
        "metricName": "CPUUtilization",
        "dimensions": {"DBInstanceIdentifier": "one"},
        "statistic": "Average",
        "period": 60,
        "evaluationPeriods": 5,
        "datapointsToAlarm": 3,
        "comparisonOperator": "GreaterThanThreshold",
        "threshold": 80,
        "treatMissingData": "notBreaching",
    }
    return alarm_of("one", {**inputs, **changes})


@pytest.mark.parametrize(
    ("points", "needed", "breaching", "not_breaching"),
    [
        # Evaluation periods 3; the table for datapoints to alarm 3, then the one for 2.
        # 0 is fine, X breaches, - is missing.
        ("0-X-X", 3, False, False),
        ("0----", 3, False, False),
        ("-----", 3, True, False),
        ("0XX-X", 3, True, True),
        ("--X--", 3, True, False),
        ("0-X-X", 2, True, True),
        ("00X0X", 2, True, True),
        ("0-X--", 2, True, False),
        ("----0", 2, True, False),
        ("---X-", 2, True, False),
    ],
)
def test_missing_data_is_treated_as_in_amazons_tables(
    points: str, needed: int, *, breaching: bool, not_breaching: bool
) -> None:
    seen = [POINTS[point] for point in points]
    for treatment, expected in (("breaching", breaching), ("notBreaching", not_breaching)):
        found = alarm(evaluationPeriods=3, datapointsToAlarm=needed, treatMissingData=treatment)
        assert is_alarm(seen, found) is expected, treatment


def test_three_bad_minutes_of_five_are_an_alarm_and_two_are_none() -> None:
    assert goes_off(alarm(), {"CPUUtilization": [10, 10, 90, 10, 90, 10, 90]}) == 7
    assert goes_off(alarm(), {"CPUUtilization": [10, 10, 90, 90, 10, 10, 10]}) is None


def test_the_samples_of_a_period_become_one_number_by_the_statistic() -> None:
    minutes = {"CPUUtilization": [0, 0, 0, 0, 100] * 5}
    assert goes_off(alarm(period=300), minutes) is None
    assert goes_off(alarm(period=300, statistic="Maximum"), minutes) == 25
    assert goes_off(alarm(period=300, statistic="Sum"), minutes) == 25
    assert goes_off(alarm(period=300, statistic="Minimum"), minutes) is None


def test_what_is_published_every_five_minutes_never_sets_off_an_alarm_of_minutes() -> None:
    minutes = {"CPUUtilization": [100.0, None, None, None, None] * 12}
    assert goes_off(alarm(), minutes) is None
    assert goes_off(alarm(period=300), minutes) == 25


def test_an_expression_has_no_value_where_one_of_its_metrics_has_none() -> None:
    metric = {"namespace": "AWS/RDS", "stat": "Average", "period": 60, "dimensions": {"a": "b"}}
    queries = [
        {"id": "guarded", "expression": "IF(cpu > 10, value, 50)", "returnData": True},
        {"id": "value", "metric": {**metric, "metricName": "CPUCreditBalance"}},
        {"id": "cpu", "metric": {**metric, "metricName": "CPUUtilization"}},
    ]
    found = alarm(metricQueries=queries, comparisonOperator="LessThanThreshold", threshold=50)
    low: list[float | None] = [10.0] * 10
    assert goes_off(found, {"CPUCreditBalance": low, "CPUUtilization": [20.0] * 10}) == 5
    assert goes_off(found, {"CPUCreditBalance": low, "CPUUtilization": [5.0] * 10}) is None
    assert goes_off(found, {"CPUCreditBalance": [None] * 10, "CPUUtilization": [20.0] * 10}) is None


@pytest.mark.parametrize(
    ("expression", "value"),
    [("100 * hits < 80 * (hits + misses)", 0), ("IF(hits > 1, hits - 1, -misses / 2)", 8), ("hits + misses", 10)],
)
def test_metric_math_is_calculated(expression: str, value: float) -> None:
    assert calculated(ast.parse(expression, mode="eval").body, {"hits": 9, "misses": 1}) == value


@pytest.mark.parametrize(
    "changes",
    [{"treatMissingData": "ignore"}, {"statistic": "p99"}, {"period": 10}],
)
def test_what_is_not_modelled_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not modelled"):
        alarm(**changes)


def test_metric_math_that_is_not_modelled_is_refused() -> None:
    with pytest.raises(ValueError, match="not modelled: FILL"):
        calculated(ast.parse("FILL(value, 0)", mode="eval").body, {"value": 1})
