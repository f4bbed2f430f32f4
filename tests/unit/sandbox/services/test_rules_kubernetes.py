"""What Kubernetes objects need before they exist, and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import World, refused

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = "aws:lb/targetGroup:TargetGroup"
NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
RELEASE = "kubernetes:helm.sh/v3:Release"
SCALED = "kubernetes:keda.sh/v1alpha1:ScaledObject"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def metadata(name: str, namespace: str | None = "acme") -> dict[str, object]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def test_an_object_needs_its_namespace(world: World) -> None:
    refused(world.create(CONFIG, metadata=metadata("c")), "metadata.namespace", 'namespaces "acme" not found')
    world.add(NAMESPACE, "acme", metadata=metadata("acme", None))
    assert world.create(CONFIG, metadata=metadata("c")) == []
    assert world.create(CONFIG, metadata=metadata("c", "kube-system")) == []
    assert world.create(CONFIG, metadata=metadata("c", None)) == []
    assert world.create("kubernetes:scheduling.k8s.io/v1:PriorityClass", metadata=metadata("p", "ignored")) == []


def test_a_namespace_of_a_release_counts_when_the_release_makes_it(world: World) -> None:
    refused(world.create(RELEASE, name="k", namespace="keda", chart="keda"), "namespace", "createNamespace")
    world.add(RELEASE, "k", name="k", namespace="keda", chart="keda", createNamespace=True)
    assert world.create(CONFIG, metadata=metadata("c", "keda")) == []


def test_an_object_s_name_is_taken_whatever_version_it_was_written_in(world: World) -> None:
    world.add("kubernetes:autoscaling/v1:HorizontalPodAutoscaler", "h", metadata=metadata("h", "default"))
    found = world.create(HPA, metadata=metadata("h", "default"))
    refused(found, "metadata.name", 'HorizontalPodAutoscaler "h" already exists in default')
    assert world.create(CONFIG, metadata=metadata("h", "default")) == []


def scaled(name: str = "app", **annotations: str) -> dict[str, object]:
    return {
        "metadata": {"name": name, "namespace": "default", "annotations": annotations},
        "spec": {
            "scaleTargetRef": {"name": "app"},
            "advanced": {"horizontalPodAutoscalerConfig": {"name": "app-hpa"}},
        },
    }


@pytest.mark.parametrize(
    ("chart", "more", "served"),
    [
        ("keda", {}, True),
        ("oci://ghcr.io/kedacore/charts/keda", {}, True),
        ("./charts/keda-2.21.0.tgz", {}, True),
        ("keda", {"skipCrds": True}, False),
        ("metrics-server", {}, False),
    ],
)
def test_a_custom_resource_needs_a_release_that_brings_its_kind(
    world: World, chart: str, more: dict[str, object], served: bool
) -> None:
    world.add(DEPLOYMENT, "app", metadata=metadata("app", "default"))
    refused(world.create(SCALED, **scaled()), "kind", 'no matches for kind "ScaledObject"')
    world.add(RELEASE, "r", name="r", chart=chart, namespace="tools", **more)
    assert (world.create(SCALED, **scaled()) == []) is served


def test_a_definition_object_serves_its_kind_in_its_versions(world: World) -> None:
    versions = [{"name": "v1", "served": False}, {"name": "v2"}]
    spec = {"group": "acme.dev", "names": {"kind": "Bond"}, "versions": versions}
    world.add(DEFINITION, "d", metadata=metadata("bonds.acme.dev", None), spec=spec)
    assert world.create("kubernetes:acme.dev/v2:Bond", metadata=metadata("b", "default")) == []
    refused(world.create("kubernetes:acme.dev/v1:Bond", metadata=metadata("b", "default")), "kind", "acme.dev/v1")


def test_keda_takes_over_only_the_autoscaler_that_is_handed_to_it(world: World) -> None:
    world.add(RELEASE, "r", name="r", chart="keda", namespace="keda")
    world.add(DEPLOYMENT, "app", metadata=metadata("app", "default"))
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}}
    world.add(HPA, "h", metadata=metadata("app-hpa", "default"), spec=spec)
    refused(world.create(SCALED, **scaled()), "spec.scaleTargetRef", "already managed by the HorizontalPodAutoscaler")
    assert world.create(SCALED, **scaled(**{"scaledobject.keda.sh/transfer-hpa-ownership": "true"})) == []


@pytest.mark.parametrize(("config", "made"), [({}, "keda-hpa-app"), ({"name": "mine"}, "mine")])
def test_the_autoscaler_that_keda_keeps_is_nobody_elses_to_write(
    world: World, config: dict[str, str], made: str
) -> None:
    world.add(RELEASE, "r", name="r", chart="keda", namespace="keda")
    world.add(DEPLOYMENT, "app", metadata=metadata("app", "default"))
    advanced = {"horizontalPodAutoscalerConfig": config}
    world.add(
        SCALED, "s", metadata=metadata("app", "default"), spec={"scaleTargetRef": {"name": "app"}, "advanced": advanced}
    )
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}}
    refused(world.create(HPA, metadata=metadata(made, "default"), spec=spec), "spec.metrics", "keda-operator")
    assert world.create(HPA, metadata=metadata("another", "default"), spec=spec) == []
    world.add(NAMESPACE, "acme", metadata=metadata("acme", None))
    assert world.create(HPA, metadata=metadata(made, "acme"), spec=spec) == []


def test_a_target_group_binding_needs_its_service_and_its_target_group(world: World) -> None:
    binding = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
    world.add(RELEASE, "r", name="r", chart="aws-load-balancer-controller", namespace="kube-system")
    arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/t/1"
    wanted = {
        "metadata": metadata("b", "default"),
        "spec": {"serviceRef": {"name": "front", "port": 443}, "targetGroupARN": arn},
    }
    found = world.create(binding, **wanted)
    assert [line.split(":")[0] for line in found] == ["spec.targetGroupARN", "spec.serviceRef.name"]
    world.add(TARGETS, arn, name="t").add("kubernetes:core/v1:Service", "front", metadata=metadata("front", "default"))
    assert world.create(binding, **wanted) == []


def test_a_namespace_takes_its_contents_along(world: World) -> None:
    world.add(NAMESPACE, "acme", metadata=metadata("acme", None))
    world.add(CONFIG, "acme/c", metadata=metadata("c")).add(CONFIG, "default/c", metadata=metadata("c", "default"))
    assert world.delete(NAMESPACE, "acme") is None
    assert [item.id for item in world.cloud.all()] == ["default/c"]


def test_a_namespace_goes_after_what_a_controller_must_release_in_it(world: World) -> None:
    world.add(NAMESPACE, "acme", metadata=metadata("acme", None)).add(SCALED, "acme/s", metadata=metadata("s"))
    assert "it holds acme/s, and the controller of keda.sh is gone" in (world.delete(NAMESPACE, "acme") or "")
    world.add(RELEASE, "k", name="k", chart="keda", namespace="keda")
    assert world.delete(NAMESPACE, "acme") is None


def test_the_namespaces_of_kubernetes_itself_stay(world: World) -> None:
    world.add(NAMESPACE, "kube-system", metadata=metadata("kube-system", None))
    assert "may not be deleted" in (world.delete(NAMESPACE, "kube-system") or "")


@pytest.mark.parametrize(
    ("token", "finalizer", "chart"),
    [
        (SCALED, "finalizer.keda.sh", "keda"),
        ("kubernetes:keda.sh/v1alpha1:ScaledJob", "finalizer.keda.sh", "keda"),
        (
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding",
            "elbv2.k8s.aws/resources",
            "aws-load-balancer-controller",
        ),
    ],
)
def test_a_custom_resource_with_a_finalizer_goes_before_its_controller(
    world: World, token: str, finalizer: str, chart: str
) -> None:
    world.add(token, "s", metadata={"name": "s"})
    assert finalizer in (world.delete(token, "s") or "")
    world.add(RELEASE, "r", name="r", chart=chart, namespace="tools")
    assert world.delete(token, "s") is None


def test_the_name_of_a_release_is_used_once_in_a_namespace(world: World) -> None:
    release = {"name": "keda", "chart": "metrics-server", "namespace": "tools", "createNamespace": True}
    world.add(RELEASE, "first", **release)
    refused(world.create(RELEASE, **release), "name", "cannot re-use a name that is still in use")
    assert world.create(RELEASE, **{**release, "namespace": "other"}) == []


def test_scaled_objects_need_their_targets(world: World) -> None:
    world.add(RELEASE, "k", name="k", chart="keda", namespace="keda")
    refused(world.create(SCALED, **scaled()), "spec.scaleTargetRef.name", 'no Deployment "app" exists in default')
    world.add(DEPLOYMENT, "app", metadata=metadata("app", "default"))
    assert world.create(SCALED, **scaled()) == []
