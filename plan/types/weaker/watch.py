"""Who is told, and of what: alarms, notifications and budgets that must not fall silent unnoticed.

Sources are the API references of the services; unverified where nothing else is said.
"""

from __future__ import annotations

import re
from typing import Any

from plan import tokens
from plan.tolerance import asks_as_much, ceiling_of, much_more, not_much_less, not_much_more
from plan.types.weaker.model import (
    FALSE,
    Weaker,
    becomes,
    changes,
    differs,
    keeps_all,
    stays,
    written,
)
from plan.types.weaker.told import another_machine, another_person, fewer_hear, others_hear
from plan.types.weaker.ways import appears, no_more
from plan.unknown import is_unknown

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_EVENTS = "aws:rds/eventSubscription:EventSubscription"
_NOTIFICATION = "cloudflare:index/notificationPolicy:NotificationPolicy"
_PROMETHEUS = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
_ANOMALIES = "aws:costexplorer/anomalySubscription:AnomalySubscription"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ENDS = "vector(#)"
"""How the moment at which a certificate ends stands in what an alert asks: of a new one it is known once it is made."""
_DAY = re.compile(r"vector\(\d+\)")
_ELSE = re.compile(r"(IF\([^()]*,[^()]*,)\s*\d+(?:\.\d+)?\s*\)")
"""A query that shows a number of its own where a condition does not hold (Amazon CloudWatch User Guide, Using metric
math, IF): the number says that nothing is wrong, and follows the class of a machine."""
_MUCH = 4
"""How many times a budget may rise at once: a phase of growth more than triples none of them."""


def _asks_else(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether queries ask something else: their numbers follow the classes of machines, by a little."""
    if not isinstance(old, list):
        return bool(new)
    # Keys in an order of their own: two previews need not write them in the same one.
    before, after = (_ELSE.sub(r"\1#)", written(item)) for item in (old, new))
    numbers = [list(map(float, _NUMBER.findall(text))) for text in (before, after)]
    if _NUMBER.sub("#", before) != _NUMBER.sub("#", after):
        return True
    return any(much_more(min(pair), max(pair)) for pair in zip(*numbers, strict=True))


def _fewer_rules(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether an alert of Prometheus is gone, or no longer asks all that it asked."""
    before, after = _expressions(old), _expressions(new)
    return any(
        not any(asks_as_much(one, other) or (is_unknown(other) and _ENDS in one) for other in after.get(name, ()))
        for name, asked in before.items()
        for one in asked
        if not is_unknown(one)
    )


def _expressions(groups: object) -> dict[str, frozenset[str]]:
    """The alternatives of what each alert asks, by its name; days that a certificate ends on change with it."""
    found: dict[str, frozenset[str]] = {}
    for group in groups if isinstance(groups, list) else ():
        rules = group.get("rules") if isinstance(group, dict) else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and rule.get("alert"):
                name = str(rule["alert"])
                asked = _DAY.sub(_ENDS, str(rule.get("expr"))).split(" or ")
                found[name] = found.get(name, frozenset()) | frozenset(asked)
    return found


WATCH_WEAKER: tuple[Weaker, ...] = (
    # Alarms of CloudWatch
    *(
        Weaker(
            token=_ALARM,
            path=(name,),
            than=than,
            says=says,
            loses="defence",
            source="Amazon CloudWatch API Reference, PutMetricAlarm",
            own=than is _asks_else,
        )
        for name, than, says in (
            ("alarmActions", keeps_all, "it tells somebody"),
            ("actionsEnabled", becomes(*FALSE), "it tells somebody"),
            ("namespace", changes, "it looks at what its name says"),
            ("metricName", changes, "it looks at what its name says"),
            ("metricQueries", _asks_else, "it looks at what its name says"),
            ("dimensions", differs, "it looks at what its name says"),
            ("unit", differs, "it looks at what its name says"),
            ("thresholdMetricId", differs, "it looks at what its name says"),
            ("evaluateLowSampleCountPercentiles", becomes("ignore"), "it rings where few measure"),
            ("statistic", changes, "it looks at what its name says"),
            ("extendedStatistic", differs, "it looks at what its name says"),
            ("comparisonOperator", changes, "it rings on the side on which it hurts"),
            ("treatMissingData", stays("breaching"), "it rings where nothing is measured"),
            ("evaluationPeriods", not_much_more, "it rings while there is time"),
            ("datapointsToAlarm", not_much_more, "it rings while there is time"),
            ("period", not_much_more, "it rings while there is time"),
        )
    ),
    *(
        Weaker(
            token=_ALARM,
            path=("threshold",),
            where=("comparisonOperator", operator),
            than=than,
            says="it rings before it is too late",
            loses="defence",
            source="Amazon CloudWatch API Reference, PutMetricAlarm",
        )
        for operator, than in (
            ("GreaterThanThreshold", not_much_more),
            ("GreaterThanOrEqualToThreshold", not_much_more),
            ("LessThanThreshold", not_much_less),
            ("LessThanOrEqualToThreshold", not_much_less),
        )
    ),
    Weaker(
        token=_ALARM,
        path=(),
        label="threshold",
        than=ceiling_of("threshold"),
        says="it rings before there is nothing left",
        loses="defence",
        source="Amazon CloudWatch API Reference, PutMetricAlarm",
    ),
    # Who is told
    *(
        Weaker(
            token=_SUBSCRIPTION,
            path=(name,),
            than=than,
            says="who subscribed hears of everything",
            loses="defence",
            source="Amazon SNS API Reference, Subscribe",
        )
        for name, than in (
            ("protocol", changes),
            ("topic", changes),
            ("filterPolicy", appears),
        )
    ),
    *(
        Weaker(
            token=_EVENTS,
            path=(name,),
            than=than,
            says="what happens to databases is told",
            loses="defence",
            source="Amazon RDS API Reference, CreateEventSubscription",
        )
        for name, than in (
            ("enabled", becomes(*FALSE)),
            ("snsTopic", changes),
            ("sourceType", changes),
            ("sourceIds", keeps_all),
            ("eventCategories", keeps_all),
        )
    ),
    *(
        Weaker(
            token=_NOTIFICATION,
            path=(name,),
            than=than,
            says="what happens at the edge is told",
            loses="defence",
            source="Cloudflare API Reference, Notification policies",
        )
        for name, than in (
            ("enabled", becomes(*FALSE)),
            ("mechanisms", fewer_hear),
            ("alertType", changes),
            ("filters", changes),
        )
    ),
    Weaker(
        token=_PROMETHEUS,
        path=("spec", "groups"),
        than=_fewer_rules,
        by_presence=True,
        says="these alerts ring",
        loses="defence",
        source="Prometheus Operator documentation, PrometheusRule",
    ),
    # What it may cost before somebody hears of it
    *(
        Weaker(
            token=tokens.BUDGET,
            path=(name,),
            than=than,
            says="who pays hears of it in time",
            loses="defence",
            source="AWS Cost Management User Guide, Managing your costs with AWS Budgets",
        )
        for name, than in (
            ("limitAmount", no_more(_MUCH)),
            ("notifications", fewer_hear),
            ("costFilters", changes),
            ("timeUnit", changes),
        )
    ),
    Weaker(
        token=_ANOMALIES,
        path=("subscribers",),
        than=fewer_hear,
        says="who pays hears of what is unusual",
        loses="defence",
        source="AWS Cost Management User Guide, Detecting unusual spend with AWS Cost Anomaly Detection",
    ),
    Weaker(
        token=_SUBSCRIPTION,
        path=(),
        than=another_machine,
        says="who subscribed hears of everything",
        loses="defence",
        source="Amazon SNS Developer Guide, Creating a subscription to an Amazon SNS topic",
        label="endpoint",
        own=True,
    ),
    # On-call moves from one to the next
    *(
        Weaker(
            token=token,
            path=path,
            than=than,
            says="these people hear of it",
            loses="defence",
            source=source,
            label=label,
            own=True,
            noted=True,
        )
        for token, path, label, than, source in (
            (_SUBSCRIPTION, (), "endpoint", another_person, "Amazon SNS API Reference, Subscribe"),
            (tokens.BUDGET, ("notifications",), "", others_hear, "AWS Budgets API Reference, Subscriber"),
            (_ANOMALIES, ("subscribers",), "", others_hear, "AWS Cost Explorer API Reference, Subscriber"),
            (_NOTIFICATION, ("mechanisms",), "", others_hear, "Cloudflare API Reference, Notification policies"),
        )
    ),
)
