"""The horizontal autoscaler, and the scaling rules that KEDA hands on to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row
from sandbox.services.kubernetes.names import quantity
from sandbox.services.kubernetes.targets import scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_WINDOW, LONGEST_PERIOD = 3600, 1800
"""Seconds, Kubernetes `pkg/apis/autoscaling/validation`."""

METRICS = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
TARGETS = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}


def _bounds(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    low, high = number(spec.get("minReplicas")), number(spec.get("maxReplicas"))
    if high is not None and high < 1:
        yield Violation("spec.maxReplicas", f"{high:g}: must be greater than 0")
    if low is not None and low < 0:
        yield Violation("spec.minReplicas", f"{low:g}: must be greater than or equal to 0")
    if high is not None and high < (1 if low is None else low):
        yield Violation(
            "spec.maxReplicas", f"{high:g}: must be greater than or equal to `minReplicas`, here {low or 1:g}"
        )
    kinds = {metric.get("type") for metric in items(spec, "metrics")}
    if low == 0 and all(map(known, kinds)) and not kinds & {"Object", "External"}:
        yield Violation(
            "spec.minReplicas", "0: must specify at least one Object or External metric to support scaling to zero"
        )


def _behavior(context: Context) -> Iterator[Violation]:
    behavior = block(block(context.inputs, "spec"), "behavior")
    for direction in ("scaleUp", "scaleDown"):
        yield from scaling(block(behavior, direction), f"spec.behavior.{direction}")


def scaling(rules: dict[str, Any], at: str) -> Iterator[Violation]:
    """What is wrong with the rules of one direction."""
    window = number(rules.get("stabilizationWindowSeconds"))
    if window is not None and not 0 <= window <= LONGEST_WINDOW:
        yield Violation(
            f"{at}.stabilizationWindowSeconds",
            f"{window:g}: must be less than or equal to {LONGEST_WINDOW} and not below 0",
        )
    if rules.get("selectPolicy") not in (None, "Max", "Min", "Disabled") and known(rules.get("selectPolicy")):
        yield Violation(f"{at}.selectPolicy", f"{rules['selectPolicy']!r}: supported values: Disabled, Max, Min")
    if rules.get("policies") == []:
        yield Violation(f"{at}.policies", "must specify at least one Policy")
    tolerance = rules.get("tolerance")
    if known(tolerance) and (quantity(tolerance) is None or (quantity(tolerance) or 0) < 0):
        yield Violation(f"{at}.tolerance", f"{tolerance!r}: must be a quantity that is not below 0, for example 0.05")
    for index, policy in enumerate(items(rules, "policies")):
        here = f"{at}.policies[{index}]"
        value, period = number(policy.get("value")), number(policy.get("periodSeconds"))
        if policy.get("type") not in ("Pods", "Percent") and known(policy.get("type")):
            yield Violation(f"{here}.type", f"{policy['type']!r}: supported values: Percent, Pods")
        if value is not None and value < 1:
            yield Violation(f"{here}.value", f"{value:g}: must be greater than zero")
        if period is not None and not 1 <= period <= LONGEST_PERIOD:
            yield Violation(f"{here}.periodSeconds", f"{period:g}: must be within 1..{LONGEST_PERIOD}")


def _metrics(context: Context) -> Iterator[Violation]:
    for index, metric in enumerate(items(block(context.inputs, "spec"), "metrics")):
        at, kind = f"spec.metrics[{index}]", metric.get("type")
        if not known(kind):
            continue
        if kind not in METRICS:
            yield Violation(f"{at}.type", f"{kind!r}: supported values: {', '.join(sorted(METRICS))}")
            continue
        source = METRICS[kind]
        for other in METRICS.values():
            if (other == source) != given(metric, other):
                reason = "required" if other == source else "not allowed"
                yield Violation(f"{at}.{other}", f"{reason}: type is {kind}")
        if isinstance(metric.get(source), dict):
            yield from _target(block(metric[source], "target"), f"{at}.{source}.target", kind)


def _target(target: dict[str, Any], at: str, metric: str) -> Iterator[Violation]:
    kind = target.get("type")
    if not known(kind):
        return
    if kind not in TARGETS:
        yield Violation(f"{at}.type", f"{kind!r}: must be either Utilization, Value, or AverageValue")
        return
    if not given(target, TARGETS[kind]):
        yield Violation(f"{at}.{TARGETS[kind]}", f"required for a target of type {kind}")
    if kind == "Utilization" and metric in {"Pods", "Object", "External"}:
        yield Violation(f"{at}.type", f"Utilization is for Resource and ContainerResource metrics, here {metric}")
    percent = number(target.get("averageUtilization"))
    if percent is not None and percent < 1:
        yield Violation(f"{at}.averageUtilization", f"{percent:g}: must be greater than 0")
    for name in ("averageValue", "value"):
        amount = quantity(target[name]) if known(target.get(name)) else None
        if known(target.get(name)) and (amount is None or amount <= 0):
            yield Violation(f"{at}.{name}", f"{target[name]!r}: must be a quantity above 0")


_on = On("hpa", source="Kubernetes API reference; pkg/apis/autoscaling/validation")
ROWS = (
    row(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        Replaced(),
        _on.custom("bounds", _bounds),
        _on.custom("behavior", _behavior),
        _on.custom("metrics", _metrics),
    ),
)
SETTLED = (
    Rule(
        "autoscaler-target",
        "Kubernetes documentation, Horizontal Pod Autoscaling, condition AbleToScale: FailedGetScale",
        ("kubernetes:autoscaling/*:HorizontalPodAutoscaler",),
        scaled("spec.scaleTargetRef", "the autoscaler is accepted and never scales (FailedGetScale)"),
    ),
)
"""In every version of the group, once everything is there."""
