"""What each metric of a HorizontalPodAutoscaler asks for, as kube-controller-manager 1.37 computes it. Pure.

Amounts are whole milli-units (0.35 cores are 350), as in the controller; divisions round down where its
divisions do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from planner.hpa.spec import HpaSpec

CPU_INITIALIZATION_SECONDS = 300
"""For so long after its start, a pod's cpu counts only while it is Ready (kube-controller-manager,
--horizontal-pod-autoscaler-cpu-initialization-period)."""
INITIAL_READINESS_SECONDS = 30
"""A pod that is not Ready and changed within this time of its start never was (kube-controller-manager,
--horizontal-pod-autoscaler-initial-readiness-delay)."""
WHOLE_REQUEST_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A measured amount.

    Attributes:
        milli: the amount.
        at: when it was measured, in seconds.
        window: over how many seconds.
    """

    milli: int
    at: float = 0
    window: float = 30


@dataclass(frozen=True, kw_only=True)
class Pod:
    """What the controller sees of a pod.

    Attributes:
        sample: the metric; None while none has arrived.
        request: the request of all containers together, in milli-units; only needed for a utilization.
        phase: status.phase.
        terminating: whether it is being deleted.
        ready: its Ready condition.
        ready_changed: when that condition last changed, in seconds.
        started: status.startTime, in seconds; long ago by default.
    """

    sample: Sample | None
    request: int = 0
    phase: Literal["Pending", "Running", "Failed"] = "Running"
    terminating: bool = False
    ready: bool = True
    ready_changed: float = -1e9
    started: float = -1e9


@dataclass(frozen=True)
class _Groups:
    """Pods by how they count: measured, not ready yet, and without a sample."""

    measured: tuple[Pod, ...]
    unready: tuple[Pod, ...]
    missing: tuple[Pod, ...]


def utilization_proposal(
    spec: HpaSpec, current: int, pods: Sequence[Pod], target_percent: int, *, cpu: bool, now: float = 0
) -> int | None:
    """What a Resource metric with a target of type Utilization asks for.

    Args:
        spec: the autoscaler; its tolerances count.
        current: replicas of the Deployment.
        pods: all pods of the Deployment.
        target_percent: of the requests.
        cpu: whether the resource is cpu; pods that are only starting do not count then.
        now: seconds.

    Returns:
        The count; None when the controller reports an error: nothing measured, or a pod without a request.
    """
    if any(pod.request <= 0 for pod in pods):
        return None

    def amounts(items: Iterable[tuple[Pod, int]]) -> float | None:
        pairs = list(items)
        requested = sum(pod.request for pod, _ in pairs)
        return (sum(used for _, used in pairs) * 100 // requested) / target_percent if requested else None

    full = max(WHOLE_REQUEST_PERCENT, target_percent)
    return _proposal(spec, current, _grouped(pods, cpu=cpu, now=now), amounts, lambda pod: pod.request * full // 100)


def alike_proposal(
    spec: HpaSpec, current: int, used_milli: int, request_milli: int, target_percent: int, *, pending: int = 0
) -> int | None:
    """The same where pods are Ready since long or Pending, use the same and request the same: without a list of them.

    Args:
        spec: the autoscaler; its tolerances count.
        current: replicas of the Deployment, at least 1.
        used_milli: what each that is Ready uses.
        request_milli: what each requests.
        target_percent: of the requests.
        pending: of the replicas, those that no node has room for; the others are measured.

    Returns:
        The count; None when the controller reports an error: nothing measured, or a pod without a request.
    """
    measured = current - pending
    if request_milli <= 0 or measured <= 0:
        return None
    ratio = (used_milli * 100 // request_milli) / target_percent
    if not pending or ratio <= 1:
        return current if within_tolerance(spec, ratio) else math.ceil(ratio * measured)
    careful = (used_milli * measured * 100 // (request_milli * current)) / target_percent
    return _careful_count(spec, current, ratio, careful, current)


def pods_proposal(spec: HpaSpec, current: int, pods: Sequence[Pod], target_milli: int) -> int | None:
    """What a Pods metric with a target of type AverageValue asks for, such as 100 requests per second and pod.

    Args:
        spec: the autoscaler; its tolerances count.
        current: replicas of the Deployment.
        pods: all pods of the Deployment.
        target_milli: for each pod, in milli-units.

    Returns:
        The count; None when nothing is measured.
    """

    def average(items: Iterable[tuple[Pod, int]]) -> float | None:
        used = [milli for _, milli in items]
        return (sum(used) // len(used)) / target_milli if used else None

    return _proposal(spec, current, _grouped(pods, cpu=False, now=0), average, lambda _: target_milli)


def average_value_proposal(spec: HpaSpec, replicas: int, usage_milli: int, target_milli: int) -> int:
    """What an Object or External metric with a target of type AverageValue asks for; KEDA's requests per second.

    Args:
        spec: the autoscaler; its tolerances count.
        replicas: pods that exist (status.replicas), ready or not.
        usage_milli: the metric of all pods together.
        target_milli: for each pod.
    """
    if within_tolerance(spec, usage_milli / (target_milli * replicas)):
        return replicas
    return math.ceil(usage_milli / target_milli)


def value_proposal(spec: HpaSpec, replicas: int, ready: int, usage_milli: int, target_milli: int) -> int:
    """What an Object or External metric with a target of type Value asks for; KEDA's response time.

    Args:
        spec: the autoscaler; its tolerances count.
        replicas: pods that exist (spec.replicas).
        ready: of these, pods that are Ready: they alone are multiplied (kube-controller-manager, replica calculator,
            getUsageRatioReplicaCount).
        usage_milli: the metric.
        target_milli: what it should be.
    """
    ratio = usage_milli / target_milli
    return replicas if within_tolerance(spec, ratio) else math.ceil(ratio * ready)


def within_tolerance(spec: HpaSpec, ratio: float) -> bool:
    """Whether a metric is so near to its target that nothing changes; both ends belong to it."""
    return 1.0 - spec.down_tolerance <= ratio <= 1.0 + spec.up_tolerance


def _grouped(pods: Sequence[Pod], *, cpu: bool, now: float) -> _Groups:
    measured, unready, missing = [], [], []
    for pod in pods:
        if pod.terminating or pod.phase == "Failed":
            continue
        if pod.phase == "Pending":
            unready.append(pod)
        elif pod.sample is None:
            missing.append(pod)
        elif cpu and _starting(pod, pod.sample, now):
            unready.append(pod)
        else:
            measured.append(pod)
    return _Groups(tuple(measured), tuple(unready), tuple(missing))


def _starting(pod: Pod, sample: Sample, now: float) -> bool:
    """Whether a pod's cpu is that of its start and says nothing about load."""
    if pod.started + CPU_INITIALIZATION_SECONDS > now:
        return not pod.ready or sample.at < pod.ready_changed + sample.window
    return not pod.ready and pod.started + INITIAL_READINESS_SECONDS > pod.ready_changed


def _proposal(
    spec: HpaSpec,
    current: int,
    groups: _Groups,
    ratio_of: Callable[[Iterable[tuple[Pod, int]]], float | None],
    full: Callable[[Pod], int],
) -> int | None:
    amounts = [(pod, pod.sample.milli) for pod in groups.measured if pod.sample is not None]
    ratio = ratio_of(amounts)
    if ratio is None:
        return None
    rising_unready = bool(groups.unready) and ratio > 1
    if not rising_unready and not groups.missing:
        return current if within_tolerance(spec, ratio) else math.ceil(ratio * len(groups.measured))
    amounts += _assumed(groups, ratio, full)
    return _careful_count(spec, current, ratio, ratio_of(amounts), len(amounts))


def _careful_count(spec: HpaSpec, current: int, ratio: float, careful: float | None, pods: int) -> int:
    """The count where pods without a sample are taken for what holds the change back; never to the other side."""
    if careful is None or within_tolerance(spec, careful) or _opposite(ratio, careful):
        return current
    wanted = math.ceil(careful * pods)
    turned = (careful < 1 and wanted > current) or (careful > 1 and wanted < current)
    return current if turned else wanted


def _assumed(groups: _Groups, ratio: float, full: Callable[[Pod], int]) -> list[tuple[Pod, int]]:
    """What pods without a sample are taken for: always what holds the change back."""
    if ratio > 1:
        return [(pod, 0) for pod in (*groups.missing, *groups.unready)]
    return [(pod, full(pod)) for pod in groups.missing] if ratio < 1 else []


def _opposite(one: float, other: float) -> bool:
    return (one < 1 < other) or (one > 1 > other)
