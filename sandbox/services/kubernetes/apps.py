"""Workloads that keep pods running, and the pod itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, given, number
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE
from sandbox.services.kubernetes.kinds import row
from sandbox.services.kubernetes.pods import POD, PROTOCOLS
from sandbox.services.kubernetes.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator

PULL = ("Always", "IfNotPresent", "Never")


def _selector(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    wanted = block(block(spec, "selector"), "matchLabels")
    labels: Any = spec
    for key in ("template", "metadata", "labels"):
        labels = labels.get(key, {})
        if not isinstance(labels, dict):
            return  # not yet known
    for key, value in wanted.items():
        if known(value) and known(labels.get(key, "")) and labels.get(key) != value:
            yield Violation(
                "spec.template.metadata.labels",
                f"the selector wants {key}={value}, the template has {labels.get(key)!r} (Invalid value: `selector` "
                "does not match template `labels`)",
            )
    selector = spec.get("selector")
    if isinstance(selector, dict) and not any(given(selector, name) for name in ("matchLabels", "matchExpressions")):
        yield Violation("spec.selector", "empty (Invalid value: empty selector is invalid for deployment)")


def _rollout(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    strategy = block(spec, "strategy")
    rolling = block(strategy, "rollingUpdate")
    if strategy.get("type") == "Recreate" and given(strategy, "rollingUpdate"):
        yield Violation("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
    if (
        rolling
        and str(rolling.get("maxSurge")) in {"0", "0%", "0.0"}
        and str(rolling.get("maxUnavailable")) in {"0", "0%", "0.0"}
    ):
        yield Violation("spec.strategy.rollingUpdate.maxUnavailable", "may not be 0 when `maxSurge` is 0")
    ready, deadline = number(spec.get("minReadySeconds")), number(spec.get("progressDeadlineSeconds"))
    if ready is not None and deadline is not None and deadline <= ready:
        yield Violation("spec.progressDeadlineSeconds", f"{deadline:g}: must be greater than minReadySeconds {ready:g}")


_on = On("workload", source="Kubernetes API reference; pkg/apis/apps/validation")
_deployment = On("deployment", source="Kubernetes API reference; pkg/apis/apps/validation")
_IN_TEMPLATE = "spec.template.spec"
WORKLOAD = (
    _on.custom("selector", _selector),
    _on.between("spec.replicas", 0, 2_147_483_647),
    _on.between("spec.revisionHistoryLimit", 0, 2_147_483_647),
    _on.between(f"{_IN_TEMPLATE}.terminationGracePeriodSeconds", 0, 2_147_483_647, "seconds"),
    _on.one_of(f"{_IN_TEMPLATE}.restartPolicy", ("Always",), "Unsupported value"),
    _on.one_of(f"{_IN_TEMPLATE}.containers[*].imagePullPolicy", PULL),
    _on.one_of(f"{_IN_TEMPLATE}.containers[*].ports[*].protocol", PROTOCOLS),
    *POD,
    *SHAPES,
)
"""The rules of every workload."""
ROWS = (
    row(
        "kubernetes:apps/v1:Deployment",
        Replaced(("spec.selector",)),
        *WORKLOAD,
        _deployment.custom("rollout", _rollout),
        _deployment.one_of("spec.strategy.type", ("Recreate", "RollingUpdate")),
    ),
    row("kubernetes:apps/v1:DaemonSet", Replaced(("spec.selector",)), *WORKLOAD),
    row("kubernetes:apps/v1:ReplicaSet", NONE, *WORKLOAD),
    row(
        "kubernetes:apps/v1:StatefulSet",
        Replaced(
            (
                "spec.podManagementPolicy",
                "spec.revisionHistoryLimit",
                "spec.selector",
                "spec.serviceName",
                "spec.volumeClaimTemplates",
            )
        ),
        *WORKLOAD,
    ),
    row("kubernetes:core/v1:Pod", NONE, *POD, *SHAPES),
)
