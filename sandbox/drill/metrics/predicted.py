"""What the planner's own scaler would decide where the real controller looked. Pure.

The pods are imagined: made when the count rises, running and ready after the seconds that the scenario says. The
moments are those at which the real controller asked for each metric, so that both judge the same amounts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

from planner.hpa.controller import HpaController
from planner.hpa.metrics import Pod, Sample, average_value_proposal, pods_proposal, utilization_proposal
from planner.hpa.spec import SYNC_SECONDS, HpaSpec, spec_of
from planner.plan_values import quantity
from sandbox.drill.metrics.series import CPU, WINDOW_SECONDS, Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.drill.metrics.answers import Look

Manifest: TypeAlias = dict[str, Any]

RUN_SECONDS = 500.0
"""How long a run goes: the five minutes that a count is held before it falls, and the first steps down after them."""
SETTLED_SECONDS = 60.0
"""For so long the first pods are ready before an autoscaler meets them."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A run of one autoscaler.

    Attributes:
        name: what to call it.
        note: what it is about.
        spec: of the HorizontalPodAutoscaler, without its target.
        start: pods at the beginning.
        series: by `cpu`, `memory`, or the name of the metric of a `Pods` or `External` entry.
        cpu: millicores that a pod requests.
        memory: MiB that it requests.
        start_seconds: from a pod's creation until its containers run.
        boot_seconds: from there until it is ready.
        seconds: how long it goes.
    """

    name: str
    note: str
    spec: Manifest
    start: int
    series: dict[str, Series]
    cpu: int = 500
    memory: int = 512
    start_seconds: int = 2
    boot_seconds: int = 2
    seconds: float = RUN_SECONDS


@dataclass(frozen=True)
class Change:
    """A new count.

    Attributes:
        at: seconds since the autoscaler was made.
        replicas: the count from then on.
    """

    at: float
    replicas: int


@dataclass
class _Imagined:
    made: float
    scenario: Scenario

    @property
    def runs(self) -> float:
        return self.made + self.scenario.start_seconds

    @property
    def ready(self) -> float:
        return self.runs + self.scenario.boot_seconds


@dataclass
class Predictor:
    """Follows one scenario in the planner's way."""

    scenario: Scenario
    spec: HpaSpec = field(init=False)
    _pods: list[_Imagined] = field(init=False)

    def __post_init__(self) -> None:
        self.spec = spec_of(self.scenario.spec)
        long_ago = -SETTLED_SECONDS - self.scenario.start_seconds - self.scenario.boot_seconds
        self._pods = [_Imagined(long_ago, self.scenario) for _ in range(self.scenario.start)]

    def run(self, looks: Sequence[tuple[float, ...]], decided: Sequence[Change] = ()) -> list[Change]:
        """The changes of the count.

        Args:
            looks: for each look of the real controller, when it asked for each metric of the spec.
            decided: what came of them; a look that led to a change was over when the change was made, which its memory
                of counts goes by. On a busy machine that is some simulated seconds after its last question.
        """
        controller = HpaController(self.spec)
        changes: list[Change] = []
        current = self.scenario.start
        if not self.spec.min_replicas <= current <= self.spec.max_replicas:
            # It asks for no metric while the count is out of its bounds.
            looks = [(), *looks]
        controller.begin(0, current)
        for asked, then in zip_longest(looks, looks[1:], fillvalue=(float("inf"),)):
            # It decides when it has the last answer.
            now = max(asked, default=0.0)
            now = next((change.at for change in decided if now <= change.at < min(then)), now)
            metrics = self.scenario.spec["metrics"] if asked else ()
            proposals = [self._proposal(metric, at) for metric, at in zip(metrics, asked, strict=True)]
            wanted = controller.sync(now, current, proposals).replicas
            if wanted != current:
                changes.append(Change(now, wanted))
                self._scale(now, wanted)
            current = wanted
        return changes

    def _scale(self, now: float, wanted: int) -> None:
        """More pods are made; of too many the youngest go, among them all that are not ready."""
        while len(self._pods) < wanted:
            self._pods.append(_Imagined(now, self.scenario))
        while len(self._pods) > wanted:
            self._pods.remove(max(self._pods, key=lambda pod: pod.made))

    def _proposal(self, metric: Manifest, at: float) -> int | None:
        current = len(self._pods)
        if metric["type"] == "Resource":
            name, target = metric["resource"]["name"], metric["resource"]["target"]
            request = self.scenario.cpu if name == CPU else self.scenario.memory
            seen = self._seen(self.scenario.series.get(name), at, request * 1000)
            return utilization_proposal(self.spec, current, seen, target["averageUtilization"], cpu=name == CPU, now=at)
        kind = "pods" if metric["type"] == "Pods" else "external"
        name = metric[kind]["metric"]["name"]
        series = self.scenario.series[name]
        wanted = round((quantity(metric[kind]["target"]["averageValue"]) or 0) * 1000)
        if kind == "pods":
            return pods_proposal(self.spec, current, self._seen(series, at, 0), wanted)
        amount = series.amount(at)
        return None if amount is None else average_value_proposal(self.spec, current, round(amount * 1000), wanted)

    def _seen(self, series: Series | None, at: float, request: int) -> list[Pod]:
        running = [pod for pod in self._pods if pod.runs <= at]
        ready = [pod.ready <= at for pod in running]
        amounts: list[int | None] = series.each(at, ready) if series else [None] * len(running)
        seen = [
            Pod(
                sample=None if amount is None else Sample(milli=amount, at=at, window=WINDOW_SECONDS),
                request=request,
                ready=serves,
                ready_changed=pod.ready if serves else pod.made,
                started=pod.made,
            )
            for pod, serves, amount in zip(running, ready, amounts, strict=True)
        ]
        waiting = Pod(sample=None, request=request, phase="Pending", ready=False)
        return seen + [waiting] * (len(self._pods) - len(running))


def looks_of(asked: Iterable[Look], scenario: Scenario, beginning: float) -> list[tuple[float, ...]]:
    """The looks of one autoscaler: when it asked for each metric of its spec, in seconds since the beginning.

    It asks for all of them in their order; a look that is not complete is left out.
    """
    names = [metric_name(metric) for metric in scenario.spec["metrics"]]
    looks: list[tuple[float, ...]] = []
    times: list[float] = []
    for look in sorted(asked, key=lambda item: item.at):
        if look.workload != scenario.name:
            continue
        if look.metric != names[len(times)]:
            times = []
            if look.metric != names[0]:
                continue
        times.append(look.at - beginning)
        if len(times) == len(names):
            looks.append(tuple(times))
            times = []
    return looks


def metric_name(metric: Manifest) -> str:
    """How a question for a metric is remembered: `resources` for cpu and memory, else the metric's own name."""
    kind = str(metric["type"]).lower()
    return "resources" if kind == "resource" else str(metric[kind]["metric"]["name"])


def difference(real: Sequence[Change], predicted: Sequence[Change]) -> str:
    """Where the two ways do not agree, in one sentence.

    Empty where the counts are the same in the same order, each within one sync period of the controller.
    """
    for number, (one, other) in enumerate(zip(real, predicted, strict=False), start=1):
        if one.replicas != other.replicas:
            return (
                f"change {number}: the controller sets {one.replicas} at {one.at:.0f} s, "
                f"the planner {other.replicas} at {other.at:.0f} s"
            )
        if abs(one.at - other.at) > SYNC_SECONDS:
            return f"change {number} to {one.replicas}: at {one.at:.0f} s, and at {other.at:.0f} s in the planner"
    if len(real) != len(predicted):
        longer, who = (real, "the controller") if len(real) > len(predicted) else (predicted, "the planner")
        extra = longer[min(len(real), len(predicted))]
        return f"only {who} sets {extra.replicas} at {extra.at:.0f} s"
    return ""
