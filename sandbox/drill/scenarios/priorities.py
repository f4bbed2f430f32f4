"""A full cluster: what matters pushes away what does not, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sandbox.drill.recorder import name_of
from sandbox.drill.scenarios.base import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.drill.scenarios.base import Findings
    from sandbox.drill.stage import Stage
    from sandbox.kubernetes.api import Manifest

NAMESPACE = "filler"
PREEMPTION_SECONDS = 600.0
"""The longest wait for the first pod that makes room."""
LOWEST = -1_000_000
"""Below everything, and below the -10 from which a pod makes the node autoscaler add nodes
(cluster-autoscaler/FAQ.md, "How does Cluster Autoscaler work with Pod Priority and Preemption?")."""


def _filler(stage: Stage) -> list[Manifest]:
    """Pods of the lowest priority that take what is left of every node, in small pieces."""
    labels = {"app": NAMESPACE}
    container = {
        "name": NAMESPACE,
        "image": "registry.k8s.io/pause:3.10",
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
    }
    count = stage.free_millicores() // 100 + 20
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": NAMESPACE},
            "value": LOWEST,
            "preemptionPolicy": "Never",
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": NAMESPACE, "namespace": NAMESPACE},
            "spec": {
                "replicas": count,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "priorityClassName": NAMESPACE,
                        "terminationGracePeriodSeconds": 0,
                        "tolerations": [{"operator": "Exists"}],
                        "containers": [container],
                    },
                },
            },
        },
    ]


def _preemption(stage: Stage, found: Findings) -> None:
    objects = _filler(stage)
    stage.cluster.apply(objects)
    try:
        full = stage.clock.wait_until(lambda: any(not pod["spec"].get("nodeName") for pod in _fillers(stage)), 120)
        stage.clock.sleep(30)
        placed = sum(bool(pod["spec"].get("nodeName")) for pod in _fillers(stage))
        if not full or not placed:
            found.problems.append(f"the cluster could not be filled: {placed} fillers run")
            return
        began = stage.clock.seconds
        stage.freeze()
        stage.scale("maximum")
        stage.clock.wait_until(lambda: any(_pushed(stage, began)), PREEMPTION_SECONDS)
        stage.clock.sleep(60)
        pushed = list(_pushed(stage, began))
        found.notes.append(
            f"{placed} pods of the lowest priority filled the nodes; {len(pushed)} pods were pushed away"
        )
        found.problems += [
            f"{name} was pushed away although pods of a lower priority run"
            for name in sorted(set(pushed))
            if not name.startswith(f"{NAMESPACE}/") and any(pod["spec"].get("nodeName") for pod in _fillers(stage))
        ]
        if not pushed:
            found.problems.append("no pod of the lowest priority made room")
        waiting = Counter(name.rpartition("-")[0] for name in stage.refusals() if not name.startswith(f"{NAMESPACE}/"))
        found.notes += [f"{count} pods of {name} wait for a new node" for name, count in sorted(waiting.items())]
    finally:
        stage.freeze(frozen=False)
        for item in reversed(objects):
            stage.api.remove(item)


def _pushed(stage: Stage, since: float) -> Iterator[str]:
    """The pods that the scheduler pushed away since a moment."""
    line = stage.recorder.time_line().between(since, stage.clock.seconds)
    return (event.name for event in line.of(kind="Pod", what="Preempted"))


def _fillers(stage: Stage) -> list[Manifest]:
    return [pod for pod in stage.cluster.pods(NAMESPACE) if name_of(pod["metadata"]).startswith(NAMESPACE)]


SCENARIOS = (Scenario("preemption", "all scale up on nodes that are full of lesser pods", "minimum", _preemption),)
