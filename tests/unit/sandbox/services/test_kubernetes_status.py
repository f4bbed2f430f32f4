"""The addresses that controllers give to services and ingresses."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.model.place import Place
from sandbox.providers.computed import computed_outputs

SERVICE, INGRESS = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"
PLACE = Place("eu-central-1")


def outputs(token: str, **spec: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    inputs = {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}
    return computed_outputs(token, "web", inputs, "shop/web", PLACE)


@pytest.mark.parametrize(("token", "spec"), [(SERVICE, {"type": "LoadBalancer"}), (INGRESS, {})])
def test_what_is_reached_from_outside_has_the_name_of_a_load_balancer(token: str, spec: dict[str, Any]) -> None:
    (ingress,) = outputs(token, **spec)["status"]["loadBalancer"]["ingress"]
    assert ingress["hostname"].endswith(".eu-central-1.elb.amazonaws.com")


def test_a_service_has_an_address_of_its_own_unless_it_says_otherwise() -> None:
    found = outputs(SERVICE, ports=[])
    assert found["spec"]["clusterIP"].startswith("172.20.")
    assert found["status"] == {"loadBalancer": {}}
    assert "spec" not in outputs(SERVICE, clusterIP="None")
    assert "spec" not in outputs(SERVICE, type="ExternalName", externalName="a.example.com")
    assert outputs("kubernetes:apps/v1:DaemonSet")["status"] == {}


def test_workloads_that_the_provider_waits_for_are_there() -> None:
    deployment = outputs("kubernetes:apps/v1:Deployment", replicas=3)["status"]
    assert (deployment["readyReplicas"], deployment["availableReplicas"]) == (3, 3)
    assert [item["type"] for item in deployment["conditions"]] == ["Available", "Progressing"]
    assert "readyReplicas" not in outputs("kubernetes:apps/v1:Deployment", replicas=0)["status"]
    assert outputs("kubernetes:apps/v1:StatefulSet")["status"]["readyReplicas"] == 1
    assert outputs("kubernetes:batch/v1:Job", completions=4)["status"]["succeeded"] == 4
    assert outputs("kubernetes:core/v1:Namespace")["status"] == {"phase": "Active"}


def test_a_workload_that_nobody_waits_for_has_no_status_yet() -> None:
    metadata = {"name": "web", "annotations": {"pulumi.com/skipAwait": "true"}}
    inputs = {"metadata": metadata, "spec": {}}
    found = computed_outputs("kubernetes:apps/v1:Deployment", "web", inputs, "shop/web", PLACE)
    assert found["status"] == {}
