"""Every Kubernetes object of every phase and environment against the published schemas: no server, no network."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate
import pytest

from sandbox.services.kubernetes.custom.definitions import definitions
from tests.support.manifests import manifests, pods
from tests.support.stack import COMBINATIONS, recorded, settings

NEWEST = "1.37"
"""The newest minor version that the pinned kubernetes-validate knows; the real lane's API server is of it, too."""


def problems(objects: list[dict[str, Any]], version: str) -> list[str]:
    found = []
    for item in objects:
        try:
            kubernetes_validate.validate(item, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            found.append(f"{item['kind']} {item['metadata']['name']}: {path}: {error.message}")
        except kubernetes_validate.SchemaNotFoundError:
            if f"kubernetes:{item['apiVersion']}:{item['kind']}" not in definitions():
                found.append(f"{item['kind']} {item['metadata']['name']}: no schema for {item['apiVersion']}")
    return found


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_every_object_and_every_pod_fits_the_schemas_of_its_cluster_and_of_the_newest_kubernetes(
    environment: str, phase: str
) -> None:
    objects = manifests(recorded(environment, phase))
    everything = [*objects, *pods(objects)]
    assert len(everything) > 20
    for version in {settings(environment, phase).cluster.version, NEWEST}:
        assert problems(everything, version) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"replcas": 3}, "replcas"),
        ({"minReadySeconds": "ten"}, "'ten' is not of type"),
        ({"template": {"spec": {"containers": [{"name": "a", "prots": []}]}}}, "prots"),
    ],
)
def test_a_field_that_kubernetes_does_not_know_is_found(change: dict[str, Any], message: str) -> None:
    broken = copy.deepcopy(
        next(item for item in manifests(recorded("prod", "microservices")) if item["kind"] == "Deployment")
    )
    broken["spec"].update(change)
    found = problems([broken], NEWEST)
    assert len(found) == 1
    assert message in found[0]


def test_the_guides_vertical_autoscaler_has_no_schema() -> None:
    literal = {"apiVersion": "autoscaling/v2", "kind": "VerticalPodAutoscaler", "metadata": {"name": "bailbondpro-vpa"}}
    assert problems([literal], NEWEST) == ["VerticalPodAutoscaler bailbondpro-vpa: no schema for autoscaling/v2"]
