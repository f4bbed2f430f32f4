"""KEDA: objects and jobs that are scaled by what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, items, number
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Alike
from sandbox.services.kubernetes.autoscaling import scaling
from sandbox.services.kubernetes.custom.finalizers import finalized
from sandbox.services.kubernetes.inventory import objects
from sandbox.services.kubernetes.kinds import Kind, name_of, namespace_of, row
from sandbox.services.kubernetes.targets import kind_from, scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTOSCALER = Kind("autoscaling", "v2", "HorizontalPodAutoscaler")
SCALED_OBJECT = Kind("keda.sh", "v1alpha1", "ScaledObject")
_TRANSFER = "scaledobject.keda.sh/transfer-hpa-ownership"


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
        yield from scaling(block(block(config, "behavior"), direction), at)


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


def _scaled_twice(context: Context) -> Iterator[Violation]:
    """KEDA's webhook admits one autoscaler for a workload."""
    spec, metadata = context.inputs.get("spec") or {}, context.inputs.get("metadata") or {}
    mine, namespace = spec.get("scaleTargetRef"), namespace_of(context.inputs)
    if context.cloud is None or not isinstance(mine, dict) or namespace is None:
        return
    name = (((spec.get("advanced") or {}).get("horizontalPodAutoscalerConfig")) or {}).get("name")
    handed_over = (metadata.get("annotations") or {}).get(_TRANSFER) == "true"
    for kind in (AUTOSCALER, SCALED_OBJECT):
        for item in objects(context.cloud, kind):
            other = (item.inputs.get("spec") or {}).get("scaleTargetRef") or {}
            same = other.get("name") == mine.get("name") and kind_from(other).same(kind_from(mine))
            taken_over = kind is AUTOSCALER and handed_over and name == name_of(item.inputs)
            if same and item.id != context.id and namespace_of(item.inputs) == namespace and not taken_over:
                yield Violation(
                    "spec.scaleTargetRef",
                    f"the workload {mine.get('name')!r} is already managed by the {kind.name} {name_of(item.inputs)!r} "
                    "(KEDA admission webhook)",
                )


def _kept_by_keda(context: Context) -> Iterator[Violation]:
    """KEDA's operator holds the fields of the autoscaler that it makes: nobody else applies them without force."""
    mine, namespace = name_of(context.inputs), namespace_of(context.inputs)
    if context.cloud is None or mine is None or namespace is None:
        return
    for item in objects(context.cloud, SCALED_OBJECT):
        config = block(block(block(item.inputs, "spec"), "advanced"), "horizontalPodAutoscalerConfig")
        made = config.get("name") or f"keda-hpa-{name_of(item.inputs)}"
        if made == mine and namespace_of(item.inputs) == namespace:
            yield Violation(
                "spec.metrics",
                f'Apply failed with 1 conflict: conflict with "keda-operator" using autoscaling/v2: .spec.metrics: the '
                f"ScaledObject {name_of(item.inputs)!r} keeps the autoscaler {mine!r}, and takes it along when it is "
                "deleted, also where both want the same and nothing conflicts; delete the ScaledObject in an update of "
                "its own before this one",
            )


_on = On("keda", source="KEDA documentation, ScaledObject specification")
_RELEASED = finalized("finalizer.keda.sh")
ROWS = (
    row(
        "kubernetes:keda.sh/v1alpha1:ScaledObject",
        Replaced(),
        _on.custom("object", _scaled_object),
        deletion=_RELEASED,
    ),
    row("kubernetes:keda.sh/v1alpha1:ScaledJob", NONE, deletion=_RELEASED, schema_only="no stack has one"),
)
ALIKE = (
    Alike(
        "kubernetes:keda.sh/*:ScaledObject",
        state=(
            Rule(
                "scaled-object-target",
                "KEDA documentation, ScaledObject specification, scaleTargetRef",
                (),
                scaled("spec.scaleTargetRef", "KEDA would report ScaledObjectCheckFailed and never scale"),
            ),
            Rule(
                "scaled-twice",
                "KEDA documentation, Admission Webhooks; Transfer ownership of an existing HPA",
                (),
                _scaled_twice,
            ),
        ),
    ),
    Alike(
        "kubernetes:autoscaling/*:HorizontalPodAutoscaler",
        state=(
            Rule(
                "kept-by-keda",
                "Kubernetes documentation, Server-Side Apply, Conflicts; tried with KEDA's operator 2.21.0",
                (),
                _kept_by_keda,
            ),
        ),
    ),
)
"""In every version of the group."""
