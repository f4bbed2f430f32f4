"""What CloudWatch makes of an alarm and of the values that its metrics had: when it goes off, if ever.

Rules: Amazon CloudWatch User Guide, "Alarm evaluation", "Configuring how CloudWatch alarms treat missing data" and
"Using math expressions with CloudWatch metrics"; the tables of the second are tests of this module. The guide gives no
number for the evaluation range, only an example in which it is two data points longer than the evaluation periods: that
is taken.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Series: TypeAlias = "Sequence[float | None]"
"""A value for each minute, or for each period; None where nothing was published."""

MORE_IN_RANGE = 2
"""Data points that are looked at beyond the evaluation periods: assumed, as in the guide's example."""
VALUE = "m"
"""Name of the metric of an alarm that has a single one."""

_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "Average": lambda values: sum(values) / len(values),
    "Maximum": max,
    "Minimum": min,
    "Sum": sum,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_MISSING = {"breaching": True, "notBreaching": False}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARED: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric that an alarm reads.

    Attributes:
        namespace: CloudWatch namespace.
        name: name of the metric.
        statistic: how the samples of a period become one number.
        minutes: length of a period.
    """

    namespace: str
    name: str
    statistic: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A CloudWatch alarm as a plan has it.

    Attributes:
        name: logical name.
        dimensions: values of what its metrics are of.
        metrics: what it reads, with their names in its expression.
        expression: metric math over these names.
        comparison: when a value breaches.
        threshold: in the unit of the expression.
        evaluation_periods: data points that are looked at.
        datapoints_to_alarm: how many of them must breach.
        missing_breaches: whether a data point that is missing counts as breaching.
    """

    name: str
    dimensions: frozenset[str]
    metrics: tuple[tuple[str, Metric], ...]
    expression: str
    comparison: str
    threshold: float
    evaluation_periods: int
    datapoints_to_alarm: int
    missing_breaches: bool


def alarm_of(name: str, inputs: Mapping[str, Any]) -> Alarm:
    """An alarm from the inputs of a planned `MetricAlarm`.

    Raises:
        ValueError: it has something that this module does not know.
    """
    missing = str(inputs.get("treatMissingData", "missing"))
    if missing not in _MISSING:
        raise ValueError(f"{name}: treatMissingData {missing!r} is not modelled, only {sorted(_MISSING)}")
    queries = inputs.get("metricQueries") or ()
    read = {query["id"]: query["metric"] for query in queries if "metric" in query}
    expressions = [query["expression"] for query in queries if query.get("returnData")]
    if not queries:
        read, expressions = {VALUE: {**inputs, "stat": inputs["statistic"]}}, [VALUE]
    metrics = {key: _metric(value) for key, value in read.items()}
    dimensions = {frozenset((value.get("dimensions") or {}).values()) for value in read.values()}
    periods = {metric.minutes for metric in metrics.values()}
    if len(expressions) != 1 or len(periods) != 1 or len(dimensions) != 1:
        raise ValueError(f"{name}: one expression over metrics of one thing and one period is modelled, no more")
    return Alarm(
        name=name,
        dimensions=dimensions.pop(),
        metrics=tuple(metrics.items()),
        expression=str(expressions[0]),
        comparison=str(inputs["comparisonOperator"]),
        threshold=float(inputs["threshold"]),
        evaluation_periods=int(inputs["evaluationPeriods"]),
        datapoints_to_alarm=int(inputs.get("datapointsToAlarm") or inputs["evaluationPeriods"]),
        missing_breaches=_MISSING[missing],
    )


def _metric(found: Mapping[str, Any]) -> Metric:
    seconds, statistic = int(found["period"]), str(found["stat"])
    if seconds % 60 or statistic not in _STATISTICS:
        raise ValueError(f"{found['metricName']}: a period of {seconds} s or the statistic {statistic} is not modelled")
    return Metric(
        namespace=str(found["namespace"]),
        name=str(found["metricName"]),
        statistic=statistic,
        minutes=seconds // 60,
    )


def goes_off(alarm: Alarm, minutes: Mapping[str, Series]) -> int | None:
    """The minute at which an alarm goes off; None if it never does.

    Args:
        alarm: the alarm.
        minutes: by the name of a metric, its value in each minute, as many for all.

    Raises:
        KeyError: nothing is said of a metric that the alarm reads.
    """
    points = list(_points(alarm, minutes))
    period = alarm.metrics[0][1].minutes
    breaches = _COMPARISONS[alarm.comparison]
    judged = [None if value is None else breaches(value, alarm.threshold) for value in points]
    for end in range(alarm.evaluation_periods, len(judged) + 1):
        seen = judged[max(0, end - alarm.evaluation_periods - MORE_IN_RANGE) : end]
        if is_alarm(seen, alarm):
            return end * period
    return None


def is_alarm(seen: Sequence[bool | None], alarm: Alarm) -> bool:
    """Whether the data points of an evaluation range, the latest last, are an alarm: True breaches, None is missing."""
    real = [point for point in seen if point is not None][-alarm.evaluation_periods :]
    filled = (alarm.evaluation_periods - len(real)) * alarm.missing_breaches
    return sum(real) + filled >= alarm.datapoints_to_alarm


def _points(alarm: Alarm, minutes: Mapping[str, Series]) -> Iterator[float | None]:
    """What is compared with the threshold in each period; None where a metric has no value, as then is their sum."""
    tree = ast.parse(alarm.expression, mode="eval").body
    series = {name: _periods(minutes[metric.name], metric) for name, metric in alarm.metrics}
    for values in zip(*series.values(), strict=True):
        found = {name: value for name, value in zip(series, values, strict=True) if value is not None}
        yield calculated(tree, found) if len(found) == len(series) else None


def _periods(values: Series, metric: Metric) -> list[float | None]:
    statistic, size = _STATISTICS[metric.statistic], metric.minutes
    parts = [values[start : start + size] for start in range(0, len(values) - size + 1, size)]
    real = [[value for value in part if value is not None] for part in parts]
    return [statistic(part) if part else None for part in real]


def calculated(tree: ast.expr, values: Mapping[str, float]) -> float:
    """Metric math: numbers, metrics, the four operations, comparisons and `IF`.

    Raises:
        ValueError: the expression has something else.
    """
    match tree:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -calculated(inner, values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](calculated(left, values), calculated(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARED:
            return float(_COMPARED[type(sign)](calculated(left, values), calculated(right, values)))
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise], keywords=[]):
            return calculated(then if calculated(condition, values) else otherwise, values)
        case _:
            raise ValueError(f"metric math that is not modelled: {ast.unparse(tree)}")
