"""The autoscaler that KEDA makes of a ScaledObject."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.metrics.handover import OWNER_LABEL, Handed, generated


def _scaled(**spec: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a spec
    triggers = [
        {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}},
        {"type": "prometheus", "metadata": {"threshold": "100"}},
    ]
    return {
        "metadata": {"name": "web", "namespace": "shop", "uid": "u", "labels": {"team": "a"}},
        "spec": {"scaleTargetRef": {"name": "web"}, "triggers": triggers, **spec},
    }


def test_it_has_the_name_the_bounds_and_the_behavior_that_the_scaled_object_says() -> None:
    config = {"name": "mine", "behavior": {"scaleDown": {"stabilizationWindowSeconds": 1}}}
    found = generated(_scaled(minReplicaCount=2, maxReplicaCount=9, advanced={"horizontalPodAutoscalerConfig": config}))

    assert found["metadata"]["name"] == "mine"
    assert (found["spec"]["minReplicas"], found["spec"]["maxReplicas"]) == (2, 9)
    assert found["spec"]["behavior"] == config["behavior"]
    assert found["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


def test_without_numbers_it_has_those_of_keda_and_a_name_of_its_own() -> None:
    found = generated(_scaled())

    assert found["metadata"]["name"] == "keda-hpa-web"
    assert (found["spec"]["minReplicas"], found["spec"]["maxReplicas"]) == (1, 100)
    assert "behavior" not in found["spec"]


def test_it_goes_with_its_scaled_object_and_bears_its_labels() -> None:
    metadata = generated(_scaled())["metadata"]

    (owner,) = metadata["ownerReferences"]
    assert (owner["kind"], owner["uid"], owner["controller"]) == ("ScaledObject", "u", True)
    assert metadata["labels"]["team"] == "a"
    assert metadata["labels"][OWNER_LABEL] == "web"


def test_triggers_become_metrics_in_the_order_of_their_kinds() -> None:
    external, resource = generated(_scaled())["spec"]["metrics"]

    assert external["external"]["metric"] == {
        "name": "s1-prometheus",
        "selector": {"matchLabels": {OWNER_LABEL: "web"}},
    }
    assert external["external"]["target"] == {"type": "AverageValue", "averageValue": "100"}
    assert resource["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}


def test_the_spans_without_an_owner_are_summed() -> None:
    handed = Handed("to KEDA", "new first", (), 3, ((1.0, 2.5), (4.0, 4.5)), "KEDA")

    assert handed.without_owner == pytest.approx(2.0)
