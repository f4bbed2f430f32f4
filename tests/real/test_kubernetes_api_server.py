"""Every Kubernetes object of the platform against a real kube-apiserver."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.kubernetes.api import ApiError, KubernetesApi
from tests.support.manifests import chart_namespaces, manifests, pods
from tests.support.stack import COMBINATIONS, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.kubernetes.api_server import ApiServer

Manifest = dict[str, Any]
SIMULATED_CERTIFICATE = "x509: malformed certificate"
"""The server's warning about the gateway's certificate, which nobody signed under mocks."""


class Applier:
    """Applies the objects of one stack and takes them away again."""

    def __init__(self, api: KubernetesApi) -> None:
        self.api = api
        self.applied: list[Manifest] = []

    def apply(self, objects: list[Manifest]) -> dict[str, str]:
        """Apply for real; the version of every object afterwards."""
        versions = {}
        for item in objects:
            self.applied.append(item)
            live = self.api.apply(item).live
            versions[describe(item)] = live["metadata"]["resourceVersion"]
        return versions

    def clear(self) -> None:
        for item in self.applied:
            if item["kind"] != "Namespace":
                self.api.delete(item)


def describe(item: Manifest) -> str:
    return f"{item['apiVersion']} {item['kind']} {item['metadata'].get('namespace', '')}/{item['metadata']['name']}"


def refusals(api: KubernetesApi, objects: list[Manifest]) -> list[str]:
    """What a strict dry run refuses or warns about."""

    def check(item: Manifest) -> list[str]:
        try:
            warnings = api.apply(item, dry_run=True).warnings
            return [f"{describe(item)}: warning: {text}" for text in warnings if text != SIMULATED_CERTIFICATE]
        except ApiError as error:
            return [f"{describe(item)}: {error}"]

    with ThreadPoolExecutor(max_workers=4) as pool:
        return [line for lines in pool.map(check, objects) for line in lines]


@pytest.fixture
def applier(api_server: ApiServer) -> Iterator[Applier]:
    found = Applier(api_server.api)
    yield found
    found.clear()


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_the_api_server_takes_every_object_and_a_second_apply_changes_nothing(
    applier: Applier, environment: str, phase: str
) -> None:
    recording = recorded(environment, phase)
    objects = manifests(recording)
    namespaces = [item for item in objects if item["kind"] == "Namespace"]
    charts = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in chart_namespaces(recording)
    ]
    applier.apply([*namespaces, *charts])
    classes = [item for item in objects if item["kind"] == "PriorityClass"]
    applier.apply(classes)
    assert refusals(applier.api, objects) == []
    refused = []
    for pod in pods(objects):
        try:
            warnings = applier.api.create(pod, dry_run=True).warnings
        except ApiError as error:
            refused.append(f"{describe(pod)}: {error}")
        else:
            refused += [f"{describe(pod)}: warning: {text}" for text in warnings]
    assert refused == []
    assert len(list(pods(objects))) >= 2
    first = applier.apply(objects)
    assert applier.apply(objects) == first


def test_the_guides_vertical_autoscaler_is_of_a_version_that_no_server_has(api_server: ApiServer) -> None:
    literal = {
        "apiVersion": "autoscaling/v2",
        "kind": "VerticalPodAutoscaler",
        "metadata": {"name": "bailbondpro-vpa", "namespace": "default"},
    }
    with pytest.raises(ApiError, match='no matches for kind "VerticalPodAutoscaler" in version "autoscaling/v2"'):
        api_server.api.apply(literal, dry_run=True)


def changed(environment: str, phase: str, kind: str, change: object) -> Manifest:
    """An object of the platform with one part of its spec replaced."""
    found = next(item for item in manifests(recorded(environment, phase)) if item["kind"] == kind)
    broken = copy.deepcopy(found)
    broken["metadata"]["namespace"] = "default"
    assert isinstance(change, dict)
    _overlay(broken["spec"], change)
    return broken


def _overlay(target: Any, change: Any) -> None:  # noqa: ANN401 - parts of a manifest
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _overlay(target[key], value)
        else:
            target[key] = value


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("Deployment", {"replcas": 3}, "field not declared in schema"),
        ("Deployment", {"template": {"spec": {"restartPolicy": "OnFailure"}}}, 'supported values: "Always"'),
        (
            "HorizontalPodAutoscaler",
            {"behavior": {"scaleUp": {"stabilizationWindowSeconds": 3601}}},
            "must be less than or equal to 3600",
        ),
        (
            "HorizontalPodAutoscaler",
            {"minReplicas": 5, "maxReplicas": 4},
            "must be greater than or equal to `minReplicas`",
        ),
        ("PodDisruptionBudget", {"minAvailable": 1, "maxUnavailable": 1}, "cannot be both set"),
        ("VerticalPodAutoscaler", {"updatePolicy": {"updateMode": "Sometimes"}}, "Unsupported value"),
        ("PrometheusRule", {"groups": [{"name": "a", "rules": [{"expr": "1", "for": "5minutes"}]}]}, "should match"),
        ("TargetGroupBinding", {"targetType": "pod"}, "Unsupported value"),
        ("ScaledObject", {"maxReplicaCount": "many"}, "expected numeric"),
    ],
)
def test_the_api_server_refuses_what_the_platform_must_never_send(
    api_server: ApiServer, kind: str, change: object, message: str
) -> None:
    phase, environment = "microservices", "prod"
    if kind == "HorizontalPodAutoscaler":
        phase, environment = "horizontal", "dev"
    with pytest.raises(ApiError, match=message):
        api_server.api.apply(changed(environment, phase, kind, change), dry_run=True)


def test_a_pod_without_a_security_context_is_refused_in_the_platforms_namespace(applier: Applier) -> None:
    objects = manifests(recorded("prod", "microservices"))
    applier.apply([item for item in objects if item["kind"] in {"Namespace", "PriorityClass"}])
    pod = copy.deepcopy(next(pods(objects)))
    assert applier.api.create(pod, dry_run=True).live["kind"] == "Pod"
    del pod["spec"]["containers"][0]["securityContext"]
    with pytest.raises(ApiError, match="violates PodSecurity"):
        applier.api.create(pod, dry_run=True)
