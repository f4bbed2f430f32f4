"""Runs autoscalers on the real controller, all in one cluster, and compares it with the planner's scaler."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from planner.hpa.spec import SYNC_SECONDS
from sandbox.drill.metrics.predicted import SETTLED_SECONDS, Change, Predictor, Scenario, difference, looks_of
from sandbox.drill.metrics.series import CPU, MEMORY, Workload
from sandbox.drill.numbers import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.drill.cluster import Cluster
    from sandbox.drill.metrics.answers import Look
    from sandbox.drill.metrics.server import Metrics

Manifest: TypeAlias = dict[str, Any]

LONGEST_GAP_SECONDS = SYNC_SECONDS + 5.0
"""Between two looks of a controller that keeps to its times."""
LONGEST_DELAY_SECONDS = 5.0
"""From its last question until its decision can be seen."""
READY_SECONDS = 300.0
"""Simulated seconds that the first pods of all scenarios may take, on a busy machine."""
TAIL_SECONDS = 20.0
"""How long before the end of a scenario no change is compared: only one of the two may have come to it."""


class ComparisonError(Exception):
    """The runs could not be made; the message says what did not happen."""


@dataclass(frozen=True)
class Compared:
    """One scenario in both ways.

    Attributes:
        scenario: its name.
        real: what the controller did.
        predicted: what the planner's scaler does at the same moments.
        looks: how often the controller looked.
        problem: where they differ; empty where they agree.
        late: why the run says nothing about a difference: the machine was too busy for the controller to keep to its
            times; empty where it kept to them.
    """

    scenario: str
    real: tuple[Change, ...]
    predicted: tuple[Change, ...]
    looks: int
    problem: str = ""
    late: str = ""

    @property
    def differs(self) -> bool:
        """Whether they differ where the controller kept to its times."""
        return bool(self.problem and not self.late)


def deployment(scenario: Scenario, namespace: str) -> Manifest:
    """The workload of a scenario."""
    container: Manifest = {
        "name": "app",
        "image": "example.com/app:1",
        "resources": {"requests": {CPU: f"{scenario.cpu}m", MEMORY: f"{scenario.memory}Mi"}},
        "readinessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 1},
    }
    annotations = {
        f"{DOMAIN}/start-seconds": str(scenario.start_seconds),
        f"{DOMAIN}/boot-seconds": str(scenario.boot_seconds),
    }
    labels = {"app": scenario.name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": scenario.name, "namespace": namespace},
        "spec": {
            "replicas": scenario.start,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": annotations},
                "spec": {"terminationGracePeriodSeconds": 5, "containers": [container]},
            },
        },
    }


def autoscaler(scenario: Scenario, namespace: str) -> Manifest:
    """The HorizontalPodAutoscaler of a scenario."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": scenario.name}
    metrics = [
        # An external metric belongs to nobody: its labels say whose it is.
        {**metric, "external": {**metric["external"], "metric": _owned(metric["external"]["metric"], scenario)}}
        if metric["type"] == "External"
        else metric
        for metric in scenario.spec["metrics"]
    ]
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": scenario.name, "namespace": namespace},
        "spec": {**scenario.spec, "metrics": metrics, "scaleTargetRef": target},
    }


def _owned(metric: Manifest, scenario: Scenario) -> Manifest:
    return {**metric, "selector": {"matchLabels": {"app": scenario.name}}}


def workload(scenario: Scenario, namespace: str) -> Workload:
    """What is measured of a scenario."""
    kinds = {
        metric[kind]["metric"]["name"]: kind
        for metric in scenario.spec["metrics"]
        if (kind := str(metric["type"]).lower()) in {"pods", "external"}
    }
    return Workload(
        name=scenario.name,
        namespace=namespace,
        labels={"app": scenario.name},
        resources={name: series for name, series in scenario.series.items() if name in {CPU, MEMORY}},
        custom={name: series for name, series in scenario.series.items() if kinds.get(name) == "pods"},
        external={name: series for name, series in scenario.series.items() if kinds.get(name) == "external"},
    )


class _Counts:
    """When the wanted count of each Deployment of a namespace changed."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.seen: dict[str, list[Change]] = {}
        self._cluster, self._namespace = cluster, namespace
        self._watch = cluster.api.watch("apps/v1", "Deployment")
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        for change in self._watch:
            metadata, replicas = change.live["metadata"], change.live["spec"]["replicas"]
            if change.kind == "DELETED" or metadata["namespace"] != self._namespace:
                continue
            seen = self.seen.setdefault(metadata["name"], [])
            if not seen or seen[-1].replicas != replicas:
                seen.append(Change(self._cluster.clock.seconds, replicas))

    def stop(self) -> None:
        self._watch.stop()
        self._thread.join(timeout=5)


def compare(cluster: Cluster, metrics: Metrics, scenarios: Sequence[Scenario], rounds: int = 3) -> tuple[Compared, ...]:
    """Run scenarios side by side and compare each; the cluster needs a node with room for all of their pods.

    Those that differ are run again, fewer at a time: on a busy machine the controller decides now and then one period
    before or after the planner, and what really differs does so again.

    Args:
        cluster: where they run.
        metrics: what answers its controller.
        scenarios: of different names.
        rounds: how often at most.

    Raises:
        ComparisonError: the first pods do not become ready.
    """
    found: dict[str, Compared] = {}
    left = list(scenarios)
    for number in range(1, rounds + 1):
        found |= {item.scenario: item for item in _together(cluster, metrics, left, f"autoscaling-{number}")}
        left = [scenario for scenario in left if found[scenario.name].problem]
        if not left:
            break
    return tuple(found[scenario.name] for scenario in scenarios)


def _together(cluster: Cluster, metrics: Metrics, scenarios: Sequence[Scenario], namespace: str) -> list[Compared]:
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}])
    cluster.apply(deployment(scenario, namespace) for scenario in scenarios)
    wanted = sum(scenario.start for scenario in scenarios)
    counts = _Counts(cluster, namespace)
    try:
        if not cluster.clock.wait_until(lambda: len(cluster.ready_pods(namespace)) == wanted, READY_SECONDS):
            raise ComparisonError(f"{len(cluster.ready_pods(namespace))} of {wanted} pods became ready")
        cluster.clock.sleep(SETTLED_SECONDS)
        metrics.begin(workload(scenario, namespace) for scenario in scenarios)
        beginning = cluster.clock.seconds
        cluster.apply(autoscaler(scenario, namespace) for scenario in scenarios)
        cluster.clock.sleep(max(scenario.seconds for scenario in scenarios) - (cluster.clock.seconds - beginning))
    finally:
        counts.stop()
    asked = tuple(metrics.looks)
    for scenario in scenarios:
        for item in (autoscaler(scenario, namespace), deployment(scenario, namespace)):
            cluster.api.remove(item)
    return [_compared(scenario, counts.seen[scenario.name], asked, beginning) for scenario in scenarios]


def _compared(scenario: Scenario, seen: Sequence[Change], asked: Sequence[Look], beginning: float) -> Compared:
    end = scenario.seconds - TAIL_SECONDS
    looks = looks_of(asked, scenario, beginning)
    real = [Change(change.at - beginning, change.replicas) for change in seen if change.at > beginning]
    predicted = Predictor(scenario).run(looks, real)
    problem = difference(
        [change for change in real if change.at < end], [change for change in predicted if change.at < end]
    )
    return Compared(scenario.name, tuple(real), tuple(predicted), len(looks), problem, lateness(looks, real))


def lateness(looks: Sequence[tuple[float, ...]], changes: Sequence[Change]) -> str:
    """Why a run says nothing: the controller looked too seldom, or its decisions came long after its looks."""
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(looks)]
    if max(gaps, default=0.0) > LONGEST_GAP_SECONDS:
        return f"{max(gaps):.0f} s passed between two looks"
    ends = [max(look) for look in looks]
    delays = [change.at - max((end for end in ends if end <= change.at), default=change.at) for change in changes]
    if max(delays, default=0.0) > LONGEST_DELAY_SECONDS:
        return f"a decision came {max(delays):.0f} s after its look"
    return ""
