"""What the sandbox sends to a real Kubernetes API, and what it takes from it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.kubernetes.cluster import KubernetesCluster, identified, is_object, sent, with_live
from sandbox.protocol.wire import Secret


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("kubernetes:core/v1:Secret", True),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", True),
        ("kubernetes:helm.sh/v3:Release", False),
        ("kubernetes:yaml/v2:ConfigFile", False),
        ("aws:s3/bucket:Bucket", False),
    ],
)
def test_objects_go_to_the_api_and_charts_do_not(token: str, expected: bool) -> None:
    assert is_object(token) is expected


def test_an_object_is_found_again_by_its_type_and_id() -> None:
    assert identified("kubernetes:core/v1:Secret", "production/db-secret") == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db-secret", "namespace": "production"},
    }
    assert identified("kubernetes:scheduling.k8s.io/v1:PriorityClass", "app") == {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "app"},
    }


def test_what_is_sent_has_no_nulls_no_envelopes_and_none_of_pulumis_own_keys() -> None:
    inputs = {
        "kind": "Secret",
        "__defaults": [],
        "data": {"a": Secret("YQ=="), "b": None},
        "items": [{"__defaults": [], "x": 1}],
    }
    assert sent(inputs) == {"kind": "Secret", "data": {"a": "YQ=="}, "items": [{"x": 1}]}


def test_outputs_hold_what_the_server_filled_in_and_nothing_that_changes_at_every_look() -> None:
    inputs = {"kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}
    live = {
        "kind": "Service",
        "metadata": {"name": "a", "uid": "1-2", "resourceVersion": "9", "managedFields": [{}]},
        "spec": {"ports": [{"port": 80, "protocol": "TCP"}], "clusterIP": "10.96.0.7"},
        "status": {"loadBalancer": {}},
    }
    assert with_live(inputs, live) == {
        "kind": "Service",
        "metadata": {"name": "a", "uid": "1-2"},
        "spec": {"ports": [{"port": 80}], "clusterIP": "10.96.0.7"},
    }


def test_the_data_that_a_server_makes_of_a_secrets_text_is_secret() -> None:
    inputs = {"kind": "Secret", "metadata": {"name": "a"}, "stringData": Secret({"url": "x"})}
    outputs = with_live(inputs, {"kind": "Secret", "metadata": {"name": "a"}, "data": {"url": "eA=="}})
    assert outputs["data"] == Secret({"url": "eA=="})
    assert outputs["stringData"] == Secret({"url": "x"})


class FakeApi:
    """An API that holds one object; a dry run answers with `expected`."""

    def __init__(self, live: dict[str, Any] | None, expected: dict[str, Any]) -> None:
        self.live = live
        self.expected = expected

    def read(self, _manifest: dict[str, Any]) -> dict[str, Any] | None:
        return self.live

    def apply(self, _manifest: dict[str, Any], *, dry_run: bool, force: bool) -> Any:  # noqa: ANN401 - an Applied
        assert dry_run
        assert force
        return type("Applied", (), {"live": self.expected})


def looked(inputs: dict[str, Any], live: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    whole = {"metadata": {"name": "a"}, **live}
    cluster = KubernetesCluster(FakeApi(whole, {"metadata": {"name": "a"}, **expected}), has_controllers=False)  # type: ignore[arg-type]  # a double
    seen = cluster.look({"metadata": {"name": "a"}, **inputs})
    assert seen is not None
    return {key: value for key, value in seen.inputs.items() if key != "metadata"}


def test_another_spelling_of_the_same_value_is_kept_as_it_was_given() -> None:
    assert looked({"cpu": "1000m"}, {"cpu": "1"}, {"cpu": "1"}) == {"cpu": "1000m"}


def test_a_value_that_somebody_changed_takes_the_place_of_ours() -> None:
    inputs = {"spec": {"ports": [{"port": 80}, {"port": 90}], "paused": False, "only": 1}}
    expected = {"spec": {"ports": [{"port": 80, "x": 1}, {"port": 90, "x": 1}], "paused": False, "only": 1}}
    live = {"spec": {"ports": [{"port": 80, "x": 1}, {"port": 91, "x": 1}], "paused": True}}
    assert looked(inputs, live, expected) == {"spec": {"ports": [{"port": 80}, {"port": 91}], "paused": True}}


def test_a_list_that_became_longer_is_seen_as_it_is() -> None:
    assert looked({"args": ["a"]}, {"args": ["a", "b"]}, {"args": ["a"]}) == {"args": ["a", "b"]}


def test_a_secret_text_that_somebody_changed_is_seen_and_stays_secret() -> None:
    inputs = {"stringData": {"url": Secret("one"), "name": Secret("same")}}
    expected = {"data": {"url": "b25l", "name": "c2FtZQ=="}}
    live = {"data": {"url": "dHdv", "name": "c2FtZQ=="}}
    assert looked(inputs, live, expected)["stringData"] == {"url": Secret("two"), "name": Secret("same")}


def test_an_object_that_is_gone_is_gone() -> None:
    cluster = KubernetesCluster(FakeApi(None, {}), has_controllers=True)  # type: ignore[arg-type]  # a double
    assert cluster.look({"metadata": {"name": "a"}}) is None
