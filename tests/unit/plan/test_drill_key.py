"""The key of a drill: the same for what decides the same, another one for anything that may decide otherwise."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from plan.drills import drill_key

if TYPE_CHECKING:
    from collections.abc import Callable

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "app", "namespace": "production", "labels": {"app": "app"}},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "app"}},
        "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {
            "metadata": {"labels": {"app": "app"}, "annotations": {"checksum/secrets": "a"}},
            "spec": {
                "priorityClassName": "app",
                "terminationGracePeriodSeconds": 90,
                "nodeSelector": {"pool": "app"},
                "tolerations": [{"key": "spot", "operator": "Exists"}],
                "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone"}],
                "containers": [
                    {
                        "name": "app",
                        "image": "app:1",
                        "env": [{"name": "A", "value": "1"}],
                        "args": ["--verbose"],
                        "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}},
                        "readinessProbe": {"periodSeconds": 5},
                        "lifecycle": {"preStop": {"sleep": {"seconds": 15}}},
                    }
                ],
            },
        },
    },
}
BUDGET: dict[str, Any] = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "app", "namespace": "production"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "app"}}},
}
SECRET: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"url": "x"}}
NODES: list[dict[str, Any]] = [
    {"kind": "Node", "metadata": {"name": name, "labels": {"zone": name}}, "status": {"capacity": {"cpu": "2"}}}
    for name in ("a", "b", "c")
]


def key(change: Callable[[dict[str, Any]], object] = lambda _: None) -> str:
    """The key with a changed Deployment."""
    deployment = copy.deepcopy(DEPLOYMENT)
    change(deployment)
    return str(drill_key([deployment, BUDGET, SECRET], NODES))


def pod(deployment: dict[str, Any]) -> dict[str, Any]:
    """The spec of its pods."""
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return found


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    """Its only container."""
    found: dict[str, Any] = pod(deployment)["containers"][0]
    return found


def turned(value: Any) -> Any:  # noqa: ANN401 - any part of a manifest
    """The same value with all keys in the opposite order."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


def test_order_of_objects_nodes_and_keys_does_not_matter() -> None:
    objects, nodes = [DEPLOYMENT, BUDGET, SECRET], list(NODES)
    for mixed in itertools.permutations(objects):
        assert str(drill_key(map(turned, mixed), reversed(nodes))) == key()


SAME: dict[str, Callable[[dict[str, Any]], object]] = {
    "image": lambda item: container(item).update(image="app@sha256:0"),
    "environment": lambda item: container(item).update(env=[]),
    "arguments": lambda item: container(item).pop("args"),
    "a checksum on the pods": lambda item: item["spec"]["template"]["metadata"].update(annotations={"checksum/x": "b"}),
    "no annotations at all": lambda item: item["spec"]["template"]["metadata"].pop("annotations"),
    "a status": lambda item: item.update(status={"readyReplicas": 3}),
    "what the server noted": lambda item: item["metadata"].update(uid="1", resourceVersion="7", generation=2),
    "a null": lambda item: item["spec"].update(paused=None),
    "a whole number as a float": lambda item: item["spec"].update(replicas=3.0),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_decides_nothing_does_not_change_the_key(change: Callable[[dict[str, Any]], object]) -> None:
    assert key(change) == key()


OTHER: dict[str, Callable[[dict[str, Any]], object]] = {
    "replicas": lambda item: item["spec"].update(replicas=4),
    "surge": lambda item: item["spec"]["strategy"]["rollingUpdate"].update(maxSurge=2),
    "requests": lambda item: container(item)["resources"]["requests"].update(cpu="600m"),
    "limits": lambda item: container(item)["resources"].update(limits={"memory": "1Gi"}),
    "priority": lambda item: pod(item).update(priorityClassName="gateway"),
    "grace": lambda item: pod(item).update(terminationGracePeriodSeconds=30),
    "pre-stop": lambda item: container(item)["lifecycle"]["preStop"]["sleep"].update(seconds=5),
    "probe": lambda item: container(item)["readinessProbe"].update(periodSeconds=1),
    "node selector": lambda item: pod(item).update(nodeSelector={"pool": "spot"}),
    "tolerations": lambda item: pod(item).pop("tolerations"),
    "spread": lambda item: pod(item)["topologySpreadConstraints"][0].update(nodeTaintsPolicy="Honor"),
    "affinity": lambda item: pod(item).update(affinity={"podAntiAffinity": {}}),
    "a second container": lambda item: pod(item)["containers"].append({"name": "exporter"}),
    "labels": lambda item: item["spec"]["template"]["metadata"].update(labels={"app": "other"}),
    "safe to evict": lambda item: item["spec"]["template"]["metadata"]["annotations"].update(
        {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
    ),
    "namespace": lambda item: item["metadata"].update(namespace="other"),
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_what_may_decide_otherwise_changes_the_key(change: Callable[[dict[str, Any]], object]) -> None:
    assert key(change) != key()


def test_another_budget_node_object_or_version_is_another_key() -> None:
    base = [DEPLOYMENT, BUDGET, SECRET]
    tighter = {**BUDGET, "spec": {**BUDGET["spec"], "maxUnavailable": 0}}
    tainted = [{**NODES[0], "spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]}}, *NODES[1:]]
    smaller = [{**NODES[0], "status": {"capacity": {"cpu": "1"}}}, *NODES[1:]]
    keys = [
        drill_key(base, NODES),
        drill_key([DEPLOYMENT, tighter, SECRET], NODES),
        drill_key([DEPLOYMENT, SECRET], NODES),
        drill_key([DEPLOYMENT, DEPLOYMENT, BUDGET, SECRET], NODES),
        drill_key(base, NODES[:2]),
        drill_key(base, tainted),
        drill_key(base, smaller),
        drill_key(base, NODES, "1.37.2"),
        drill_key(NODES, base),
    ]
    assert len({str(found) for found in keys}) == len(keys)


def test_what_a_secret_holds_is_not_in_the_key_and_its_absence_neither() -> None:
    other = {**SECRET, "stringData": {"url": "y"}}
    assert drill_key([DEPLOYMENT, BUDGET, other], NODES) == drill_key([DEPLOYMENT, BUDGET], NODES)
