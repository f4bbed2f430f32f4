"""What the Kubernetes API server, KEDA and the Vertical Pod Autoscaler refuse in autoscalers and disruption budgets.

The form of custom resources is their CRD's business; here stand numbers and combinations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.rules.values_kubernetes_names import quantity

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
UPDATE_MODES = ("Off", "Initial", "Recreate", "InPlaceOrRecreate", "InPlace", "Auto")

WHOLE = 100
"""Percent of everything."""


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
        yield from _scaling(block(behavior, direction), f"spec.behavior.{direction}")


def _scaling(rules: dict[str, Any], at: str) -> Iterator[Violation]:
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


def _budget(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    if given(spec, "minAvailable") and given(spec, "maxUnavailable"):
        yield Violation("spec.minAvailable", "minAvailable and maxUnavailable cannot be both set")
    for name in ("minAvailable", "maxUnavailable"):
        value = spec.get(name)
        text = str(value).removesuffix(".0")
        percent = text.removesuffix("%")
        if known(value) and (not percent.isdecimal() or (text.endswith("%") and int(percent) > WHOLE)):
            yield Violation(f"spec.{name}", f"{value!r}: must be a whole number or a percentage up to 100%")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if known(policy) and policy not in ("IfHealthyBudget", "AlwaysAllow"):
        yield Violation(
            "spec.unhealthyPodEvictionPolicy", f"{policy!r}: supported values: AlwaysAllow, IfHealthyBudget"
        )


def _vertical(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    mode = block(spec, "updatePolicy").get("updateMode")
    if known(mode) and mode not in UPDATE_MODES:
        yield Violation("spec.updatePolicy.updateMode", f"{mode!r}: supported values: {', '.join(UPDATE_MODES)}")
    for index, policy in enumerate(items(block(spec, "resourcePolicy"), "containerPolicies")):
        at = f"spec.resourcePolicy.containerPolicies[{index}]"
        low, high = block(policy, "minAllowed"), block(policy, "maxAllowed")
        for name in low.keys() & high.keys():
            least, most = quantity(low[name]), quantity(high[name])
            if least is not None and most is not None and least > most:
                yield Violation(f"{at}.minAllowed.{name}", f"{low[name]} is above maxAllowed {high[name]}")


def _scaled_object(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    low, high, idle = (number(spec.get(name)) for name in ("minReplicaCount", "maxReplicaCount", "idleReplicaCount"))
    if low is not None and high is not None and low > high:
        yield Violation("spec.minReplicaCount", f"{low:g}: must be less than or equal to maxReplicaCount {high:g}")
    if idle is not None and idle >= (low or 0):
        yield Violation("spec.idleReplicaCount", f"{idle:g}: must be less than minReplicaCount {low or 0:g}")
    for name in ("pollingInterval", "cooldownPeriod", "initialCooldownPeriod"):
        value = number(spec.get(name))
        if value is not None and value < 0:
            yield Violation(f"spec.{name}", f"{value:g}: must not be negative")
    if spec.get("triggers") == []:
        yield Violation("spec.triggers", "at least one trigger is required")
    yield from _triggers(spec)
    config = block(block(spec, "advanced"), "horizontalPodAutoscalerConfig")
    for direction in ("scaleUp", "scaleDown"):
        at = f"spec.advanced.horizontalPodAutoscalerConfig.behavior.{direction}"
        yield from _scaling(block(block(config, "behavior"), direction), at)


def _triggers(spec: dict[str, Any]) -> Iterator[Violation]:
    names: set[str] = set()
    for index, trigger in enumerate(items(spec, "triggers")):
        at, kind, name = f"spec.triggers[{index}]", trigger.get("type"), trigger.get("name")
        metadata, metric = block(trigger, "metadata"), trigger.get("metricType")
        if isinstance(name, str) and name in names:
            yield Violation(f"{at}.name", f"{name!r} is the name of an earlier trigger: must be unique")
        names.add(str(name))
        yield from _trigger(kind, metadata, metric, at)
        for key, value in metadata.items():
            if not isinstance(value, str) and known(value):
                yield Violation(f"{at}.metadata.{key}", f"{value!r} is no text; every value of metadata is one")


def _trigger(kind: object, metadata: dict[str, Any], metric: object, at: str) -> Iterator[Violation]:
    if kind in {"cpu", "memory"}:
        if "type" in metadata:
            yield Violation(f"{at}.metadata.type", "removed from KEDA: metricType stands beside metadata")
        if metric == "Value":
            yield Violation(f"{at}.metricType", f"a {kind} trigger takes Utilization or AverageValue")
    elif metric == "Utilization" and known(kind):
        yield Violation(f"{at}.metricType", f"Utilization is for cpu and memory triggers, here {kind}")
    if kind == "prometheus":
        for needed in ("query", "serverAddress", "threshold"):
            if needed not in metadata:
                yield Violation(f"{at}.metadata.{needed}", "required for a trigger of type prometheus")


_HPA = "Kubernetes API reference; pkg/apis/autoscaling/validation"
_hpa = On("hpa", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", _HPA)
_pdb = On("pdb", "kubernetes:policy/v1:PodDisruptionBudget", "Kubernetes API reference; pkg/apis/policy/validation")
_vpa = On("vpa", "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "Vertical Pod Autoscaler API and admission")
_keda = On("keda", "kubernetes:keda.sh/v1alpha1:ScaledObject", "KEDA documentation, ScaledObject specification")
RULES: tuple[Rule, ...] = (
    _hpa.custom("bounds", _bounds),
    _hpa.custom("behavior", _behavior),
    _hpa.custom("metrics", _metrics),
    _pdb.custom("budget", _budget),
    _vpa.custom("policy", _vertical),
    _keda.custom("object", _scaled_object),
)
