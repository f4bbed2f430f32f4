"""Which way to go, as the guide's two classes decide it: a formula over queries that KEDA evaluates. Pure.

The formula says only a direction, as a ratio to a target of 1, and never a count: how far the count moves is said by
the steps of the policy, which the controller rounds as the guide does (up by half rounds up, down by a fifth rounds
down). KEDA casts the result to a float and makes an error of a query without a number; with an error the controller
leaves the count alone (KEDA 2.21, pkg/scaling/modifiers/formula.go, pkg/scalers/prometheus_scaler.go; read 2026-11-30).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Signal: TypeAlias = Literal["cpu", "memory", "latency", "errors", "available", "changed", "moved"]

TARGET = 1
"""What the formula is compared with: the ratio that leaves the count alone."""
FAR_UP, STAY, DOWN = 1000, TARGET, 0
"""Ratios that ask for more, and for fewer, than any step allows; one ready pod times the first is above any maximum."""
ALMOST_ONE = 0.9
"""Of a pod: what the ratio adds at the maximum, so that rounding up makes exactly one more of any number of pods."""
WINDOW = "5m"
"""Of response times and errors, and what the cooldown looks back over before pods are added."""
WINDOW_BEFORE_DOWN = "4m"
"""The same before pods go, less the minute for which the controller is to be sure of that."""


@dataclass(frozen=True, kw_only=True)
class ScalingFormula:
    """How a guide's class decides.

    Attributes:
        cpu_share: below this share of its threshold, cpu allows fewer pods.
        memory_share: the same of memory; None where memory is not looked at.
        latency_share: the same of the response time; None where any time below the threshold does.
        error_percent: failed requests in percent below which pods may go. No pod goes above it, nor while one of them
            is not ready.
        one_by_cpu: whether cpu adds a single pod, and only the response time as many as the steps allow.
        cooldown: whether nothing changes within five minutes of a change, whichever way it went.
    """

    cpu_share: float
    memory_share: float | None = None
    latency_share: float | None = None
    error_percent: float = 1
    one_by_cpu: bool = False
    cooldown: bool = False


@dataclass(frozen=True, kw_only=True)
class ScalingThresholds:
    """Above which pods are added; None where a signal is left out.

    Attributes:
        cpu: percent of the requests.
        memory: percent of the requests.
        latency: 95th percentile of the response time in milliseconds.
        max_replicas: most pods.
    """

    cpu: int | None
    memory: int | None
    latency: int | None
    max_replicas: int


def signals(formula: ScalingFormula, above: ScalingThresholds) -> tuple[Signal, ...]:
    """What the formula asks for, each by the name of its trigger."""
    wanted: tuple[tuple[Signal, bool], ...] = (
        ("cpu", above.cpu is not None),
        ("memory", above.memory is not None),
        ("latency", above.latency is not None),
        ("errors", True),
        ("available", True),
        ("changed", formula.cooldown),
        ("moved", formula.cooldown),
    )
    return tuple(name for name, used in wanted if used)


def text(formula: ScalingFormula, above: ScalingThresholds) -> str:
    """The formula in the language of KEDA's scaling modifiers (expr-lang)."""
    cpu = above.cpu
    slow = _above((("latency", above.latency),))
    busy = _above((("cpu", cpu),))
    if not formula.one_by_cpu:
        slow, busy = _above((("cpu", cpu), ("memory", above.memory), ("latency", above.latency))), ()
    calm = (
        *(("moved < 1",) if formula.cooldown else ()),
        "available >= 100",
        *_below("cpu", cpu, formula.cpu_share),
        *_below("memory", above.memory, formula.memory_share),
        *_below("latency", above.latency, formula.latency_share),
        f"errors < {formula.error_percent:g}",
    )
    found = f"({' && '.join(calm)} ? {DOWN} : {STAY})"
    if busy:
        ratio = round(1 + ALMOST_ONE / above.max_replicas, 4)
        found = f"(available >= 100 && {_any(busy)} ? {ratio:g} : {found})"
    if slow:
        rested = "changed < 1 && " if formula.cooldown else ""
        found = f"({rested}available > 0 && {_any(slow)} ? {FAR_UP} : {found})"
    return found[1:-1]


def _above(pairs: Iterable[tuple[Signal, int | None]]) -> tuple[str, ...]:
    return tuple(f"{name} > {threshold}" for name, threshold in pairs if threshold is not None)


def _below(name: Signal, threshold: int | None, share: float | None) -> tuple[str, ...]:
    return () if threshold is None or share is None else (f"{name} < {threshold * share:g}",)


def _any(conditions: tuple[str, ...]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' || '.join(conditions)})"


def query(signal: Signal, pods: str, deployment: str, latency: str) -> str:
    """PromQL of a signal.

    Nothing is answered where a series is missing, which stops the autoscaler. Without any request the response time is
    0, and all are taken as failed: an application that hangs answers none either, and must not lose pods for it.

    Args:
        signal: which.
        pods: label matchers of the Deployment's pods.
        deployment: label matchers of the Deployment.
        latency: the 95th percentile of the response time.
    """
    every = f"sum(rate(http_requests_total{{{pods}}}[{WINDOW}]))"
    failed = f'sum(rate(http_requests_total{{{pods},status=~"5.."}}[{WINDOW}]))'
    idle = f"({every} == 0)"
    asked = f'sum(kube_pod_container_resource_requests{{{pods},resource="%s"}})'
    wanted = f"max(kube_deployment_spec_replicas{{{deployment}}})"
    changes = f"max(changes(kube_deployment_spec_replicas{{{deployment}}}[%s]))"
    used_cpu = f'sum(rate(container_cpu_usage_seconds_total{{{pods},container!=""}}[2m]))'
    used_memory = f'sum(container_memory_working_set_bytes{{{pods},container!=""}})'
    queries: tuple[tuple[Signal, str], ...] = (
        ("cpu", f"100 * {used_cpu} / {asked % 'cpu'}"),
        ("memory", f"100 * {used_memory} / {asked % 'memory'}"),
        ("latency", f"({latency} >= 0) or {idle}"),
        ("errors", f"(100 * ({failed} or vector(0)) / {every} >= 0) or ({idle} + 100)"),
        ("available", f"100 * max(kube_deployment_status_replicas_ready{{{deployment}}}) / {wanted}"),
        ("changed", changes % WINDOW),
        ("moved", changes % WINDOW_BEFORE_DOWN),
    )
    return dict(queries)[signal]
