"""The application's namespace: closed, restricted, bounded, and its own."""

from __future__ import annotations

from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.kubernetes.namespace import Namespace, NamespaceArgs, Quota
from tests.support.recording import Recording, record

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def namespace(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    return record(lambda: Namespace("namespace", NamespaceArgs(name="production", **changes)))


def test_the_namespace_admits_restricted_pods_of_a_pinned_version_only() -> None:
    labels = namespace(pod_security_version="v1.35").one("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.35"


def test_the_namespace_is_closed_in_both_directions() -> None:
    policy = namespace().one(POLICY).inputs
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policy["metadata"]["namespace"] == "production"


def test_the_gateway_outranks_the_application() -> None:
    classes = namespace().of_type("kubernetes:scheduling.k8s.io/v1:PriorityClass")
    values = {item.inputs["metadata"]["name"]: item.inputs["value"] for item in classes}
    assert values == {"bailbondpro-app": 1000, "bailbondpro-gateway": 2000, "bailbondpro-batch": 100}
    assert not any(item.inputs["globalDefault"] for item in classes)


def test_a_quota_bounds_all_pods_together() -> None:
    quota = Quota(cpu_requests="40", memory_requests="64Gi", memory_limits="96Gi", pods=100)
    hard = namespace(quota=quota).one("kubernetes:core/v1:ResourceQuota", "namespace-quota").inputs["spec"]["hard"]
    assert hard == {"requests.cpu": "40", "requests.memory": "64Gi", "limits.memory": "96Gi", "pods": "100"}
    assert namespace().of_type("kubernetes:core/v1:ResourceQuota") == []


def test_the_protected_resource_is_the_namespace_itself() -> None:
    assert namespace(protect=True).one("kubernetes:core/v1:Namespace").protect
    assert not namespace().one("kubernetes:core/v1:Namespace").protect


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_the_platform_never_moves_into_a_namespace_of_kubernetes(name: str) -> None:
    with pytest.raises(ValueError, match="of its own"):
        NamespaceArgs(name=name)


def test_a_first_preview_shows_its_name_in_what_comes_after_it() -> None:
    def build() -> None:
        space = Namespace("namespace", NamespaceArgs(name="production"))
        kubernetes.core.v1.ConfigMap("inside", metadata={"namespace": space.namespace})

    previewed = record(build, preview=True)
    inside = previewed.one("kubernetes:core/v1:ConfigMap")
    assert inside.inputs["metadata"]["namespace"] == "production"
    assert previewed.one("kubernetes:core/v1:Namespace").urn in inside.dependencies
