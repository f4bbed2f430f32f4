"""The metrics APIs' answers."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.metrics.answers import Look, Replay, wanted_labels
from sandbox.drill.metrics.series import Series, Workload

STAMP = "2026-01-01T00:00:00Z"
RESOURCES = "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods?labelSelector=app%3Dweb"
CUSTOM = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/pods/%2A/rps?labelSelector=app%3Dweb"
EXTERNAL = "/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/queue?labelSelector=app%3Dweb"


def _pod(name: str, *, ready: bool = True) -> dict[str, Any]:
    condition = {"type": "Ready", "status": str(ready)}
    return {
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "app"}, {"name": "log"}]},
        "status": {"conditions": [condition]},
    }


def _replay(*pods: dict[str, Any], **series: Any) -> Replay:  # noqa: ANN401 - fields of a workload
    workload = Workload(name="web", namespace="shop", labels={"app": "web"}, **series)
    return Replay([workload], lambda _: pods, offset=100)


def _items(replay: Replay, target: str, at: float = 100) -> list[dict[str, Any]]:
    document = replay.answer(target, at, STAMP).document
    assert document is not None
    return list(document["items"])


def test_the_use_of_a_pod_is_that_of_its_first_container() -> None:
    replay = _replay(
        _pod("a"),
        _pod("b"),
        resources={"cpu": Series(points=((0, 700),)), "memory": Series(points=((0, 64),), shared=False)},
    )

    first, second = _items(replay, RESOURCES)
    assert first["containers"][0] == {"name": "app", "usage": {"cpu": "350000u", "memory": str(64 * 1024 * 1024)}}
    assert first["containers"][1]["usage"] == {"cpu": "0", "memory": "0"}
    assert (second["metadata"]["name"], second["window"], second["timestamp"]) == ("b", "30s", STAMP)


def test_a_pod_that_nobody_measures_is_left_out_and_one_metric_may_be_missing() -> None:
    replay = _replay(
        _pod("a"),
        _pod("b"),
        resources={"cpu": Series(points=((0, 700),), silent=1), "memory": Series(points=((0, 64),), silent=2)},
    )

    (only,) = _items(replay, RESOURCES)
    assert only["metadata"]["name"] == "b"
    assert list(only["containers"][0]["usage"]) == ["cpu"]


def test_a_metric_of_pods_has_a_value_for_each() -> None:
    replay = _replay(_pod("a"), _pod("b", ready=False), custom={"rps": Series(points=((0, 90.5),))})

    values = [(item["describedObject"]["name"], item["value"]) for item in _items(replay, CUSTOM)]
    assert values == [("a", "90500m"), ("b", "0m")]


def test_an_external_metric_is_one_number() -> None:
    replay = _replay(external={"queue": Series(points=((0, 12), (60, 30)), gaps=((90, 99),))})

    assert [item["value"] for item in _items(replay, EXTERNAL, 159)] == ["12000m"]
    assert [item["value"] for item in _items(replay, EXTERNAL, 160)] == ["30000m"]
    assert _items(replay, EXTERNAL, 190) == []


def test_only_what_is_asked_for_is_answered_and_it_is_remembered() -> None:
    replay = _replay(_pod("a"), resources={"cpu": Series(points=((0, 700),))})

    assert replay.answer(RESOURCES, 130, STAMP).look == Look(130, "web", "resources")
    for target in (RESOURCES.replace("shop", "other"), RESOURCES.replace("web", "api"), CUSTOM, EXTERNAL):
        asked = replay.answer(target, 130, STAMP)
        assert asked.look is None
        assert (asked.document or {})["items"] == []


@pytest.mark.parametrize(
    "group", ["metrics.k8s.io/v1beta1", "custom.metrics.k8s.io/v1beta2", "external.metrics.k8s.io/v1beta1"]
)
def test_each_api_says_what_it_has(group: str) -> None:
    document = _replay().answer(f"/apis/{group}", 0, STAMP).document

    assert document is not None
    assert (document["kind"], document["groupVersion"]) == ("APIResourceList", group)


def test_another_path_is_not_there() -> None:
    assert _replay().answer("/openapi/v2", 0, STAMP).document is None


@pytest.mark.parametrize(
    ("selector", "labels"),
    [
        ("app=web,tier=front", {"app": "web", "tier": "front"}),
        ("app==web", {"app": "web"}),
        ("app in (web),tier=front", {"app": "web", "tier": "front"}),
        ("", {}),
    ],
)
def test_selectors_of_equalities_are_read(selector: str, labels: dict[str, str]) -> None:
    assert wanted_labels(selector) == labels
