"""The load under which an autoscaler wants a number of pods."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.metrics.handover import OWNER_LABEL
from sandbox.drill.metrics.loads import load

TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "containers": [
            {"name": "app", "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}}},
            {"name": "exporter", "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}},
        ]
    },
}


def hpa(*metrics: dict[str, Any], labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": "web", "namespace": "shop", "labels": labels or {}},
        "spec": {"scaleTargetRef": {"name": "web"}, "minReplicas": 3, "maxReplicas": 9, "metrics": list(metrics)},
    }


def resource(name: str, **target: object) -> dict[str, Any]:
    return {"type": "Resource", "resource": {"name": name, "target": target}}


def external(**target: object) -> dict[str, Any]:
    return {"type": "External", "external": {"metric": {"name": "requests"}, "target": target}}


def test_shares_of_requests_are_those_of_all_containers_together() -> None:
    cpu, memory = resource("cpu", averageUtilization=70), resource("memory", averageUtilization=80)
    found = load(hpa(cpu, memory), TEMPLATE, 4)
    assert found is not None
    assert (found.name, found.namespace, found.labels) == ("web", "shop", {"app": "web"})
    assert found.resources["cpu"].amount(0) == pytest.approx(4 * 600 * 0.7)
    assert found.resources["memory"].amount(0) == pytest.approx(4 * 576 * 0.8)


def test_an_average_is_multiplied_and_keeps_the_labels_that_keda_asks_with() -> None:
    found = load(hpa(external(averageValue="100"), labels={OWNER_LABEL: "web"}), TEMPLATE, 2.5)
    assert found is not None
    assert found.external["requests"].amount(0) == pytest.approx(250)
    assert found.asked_as == {OWNER_LABEL: "web"}
    pods = {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"averageValue": "1500m"}}}
    again = load(hpa(pods), TEMPLATE, 2)
    assert again is not None
    assert again.custom["rps"].amount(0) == pytest.approx(3)


@pytest.mark.parametrize(("pods", "amount"), [(1.5, 50), (5, 100), (12, 130)])
def test_a_single_value_is_above_below_or_at_its_target(pods: float, amount: float) -> None:
    found = load(hpa(external(value="100")), TEMPLATE, pods)
    assert found is not None
    assert found.external["requests"].amount(0) == pytest.approx(amount)


@pytest.mark.parametrize(
    "metric",
    [
        {"type": "Object", "object": {"metric": {"name": "x"}, "target": {"value": "1"}}},
        {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "app", "target": {}}},
        resource("ephemeral-storage", averageUtilization=50),
        resource("cpu"),
        external(),
    ],
)
def test_what_cannot_be_told_from_a_target_is_not_guessed(metric: dict[str, Any]) -> None:
    assert load(hpa(resource("cpu", averageUtilization=70), metric), TEMPLATE, 4) is None


def test_a_share_of_a_request_that_a_container_does_not_make_cannot_be_told() -> None:
    template = {"spec": {"containers": [*TEMPLATE["spec"]["containers"], {"name": "bare"}]}}
    assert load(hpa(resource("cpu", averageUtilization=70)), template, 4) is None
