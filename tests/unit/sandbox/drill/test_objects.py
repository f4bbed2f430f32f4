"""The objects of a drill: what a program declares, what its charts and add-ons run, in an order that can be applied."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plan import Op, Plan, PlannedResource
from plan.tokens import ADDON, CONFIG_MAP, DEPLOYMENT, RELEASE
from sandbox.drill.objects import collect, objects
from sandbox.drill.objects.rows import ADDON_ROWS, ROWS
from sandbox.drill.objects.unknown import SECRET, UNKNOWN
from tests.support.plans import planned

if TYPE_CHECKING:
    from sandbox.drill.objects import DrillObject

NAMESPACE, SECRETS = "kubernetes:core/v1:Namespace", "kubernetes:core/v1:Secret"


def resource(token: str, name: str, *needs: PlannedResource, op: Op = "create", **inputs: object) -> PlannedResource:
    """A planned resource that depends on others."""
    urn = f"urn:pulumi:test::any::{token}::{name}"
    version, kind = token.removeprefix("kubernetes:").split(":")
    told = {"apiVersion": version.removeprefix("core/"), "kind": kind, **inputs}
    return PlannedResource(
        urn=urn,
        type=token,
        name=name,
        op=op,
        inputs=told,
        dependencies=tuple(item.urn for item in needs),
    )


def release(chart: str, **inputs: object) -> PlannedResource:
    """A release of a chart."""
    item = planned(RELEASE, chart, chart=chart, namespace="tools", **inputs)
    return replace(item, inputs={**item.inputs, "name": chart})


def one(found: tuple[DrillObject, ...], kind: str, name: str) -> dict[str, Any]:
    """The manifest of the only object of this kind and name."""
    (item,) = [item for item in found if (item.kind, item.name) == (kind, name)]
    return item.manifest


def pod(found: tuple[DrillObject, ...], kind: str, name: str) -> dict[str, Any]:
    """The spec of its pods."""
    spec: dict[str, Any] = one(found, kind, name)["spec"]["template"]["spec"]
    return spec


def test_unknown_names_are_those_of_what_a_resource_depends_on() -> None:
    room = resource(NAMESPACE, "room", metadata={"name": "production"})
    first = resource(CONFIG_MAP, "first", room, metadata={"namespace": UNKNOWN}, data=UNKNOWN)
    second = resource(CONFIG_MAP, "second", room, metadata={"name": "second", "namespace": UNKNOWN}, data={})
    volumes = [{"name": part, "configMap": {"name": UNKNOWN}} for part in ("a", "b")]
    template = {"metadata": {}, "spec": {"volumes": volumes, "containers": [{"name": "c", "image": UNKNOWN}]}}
    app = resource(DEPLOYMENT, "app", room, first, second, metadata={"namespace": UNKNOWN}, spec={"template": template})
    target = {"kind": "Deployment", "name": UNKNOWN, "apiVersion": "apps/v1"}
    scaler = resource(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "s",
        room,
        app,
        metadata={},
        spec={"scaleTargetRef": target},
    )
    found = objects(Plan((scaler, app, second, first, room)))
    made = {item.urn: item for item in found}
    spec = made[app.urn].pod_spec
    assert spec is not None
    assert [volume["configMap"]["name"] for volume in spec["volumes"]] == [made[first.urn].name, "second"]
    assert made[app.urn].namespace == made[first.urn].namespace == "production"
    assert made[first.urn].manifest["data"] == {}
    assert spec["containers"][0]["image"].startswith("stand-in-")
    assert made[scaler.urn].manifest["spec"]["scaleTargetRef"]["name"] == made[app.urn].name
    assert (found[0].kind, found[-1].kind) == ("Namespace", "HorizontalPodAutoscaler")


def test_what_decides_about_pods_is_left_to_its_default_and_said() -> None:
    spec = {"replicas": UNKNOWN, "template": {"spec": {"containers": []}}}
    found = collect(Plan((resource(DEPLOYMENT, "app", metadata={"name": "app"}, spec=spec),)))
    assert "replicas" not in found.objects[0].manifest["spec"]
    assert found.stand_ins == (
        "Deployment app: spec.replicas is not known yet: the API server's default stands for it",
    )


def test_secrets_hold_made_up_values_that_the_api_server_can_decode() -> None:
    plan = Plan(
        (
            resource(SECRETS, "whole", metadata={"name": "whole"}, stringData=SECRET),
            resource(SECRETS, "each", metadata={"name": "each"}, data={"url": SECRET}),
        )
    )
    found = objects(plan)
    assert one(found, "Secret", "whole")["stringData"] == {}
    assert base64.b64decode(one(found, "Secret", "each")["data"]["url"]).startswith(b"stand-in-")
    assert all(SECRET not in str(item.manifest) for item in found)


def test_deleted_objects_components_and_webhooks_are_left_out_and_lists_are_opened() -> None:
    listed = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}} for name in ("x", "y")]
    hook = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration"
    plan = Plan(
        (
            resource(CONFIG_MAP, "gone", op="delete", metadata={"name": "gone"}),
            resource(hook, "hook", metadata={"name": "hook"}),
            resource("kubernetes:core/v1:ConfigMapList", "list", items=listed),
        )
    )
    found = collect(plan)
    assert [item.name for item in found.objects] == ["x", "y"]
    assert found.omitted == ("ValidatingWebhookConfiguration hook: nobody answers the API server's calls in a drill",)


def test_a_chart_runs_its_workloads_with_the_values_that_are_set() -> None:
    values = {
        "operator": {"replicaCount": 3.0, "nodeSelector": {"pool": "own"}},
        "webhooks": {"enabled": False},
        "resources": {"operator": {"requests": {"cpu": "1", "memory": "1Gi"}}},
        "priorityClassName": "high",
        "tolerations": [{"key": "t", "operator": "Exists"}],
        "nodeSelector": {"pool": "all"},
        "podDisruptionBudget": {"operator": {"maxUnavailable": 1}, "metricServer": {}},
        "affinity": UNKNOWN,
    }
    found = objects(Plan((release("keda", values=values, createNamespace=True, version="2.20.2"),)))
    assert [(item.kind, item.name) for item in found] == [
        ("Namespace", "tools"),
        ("PodDisruptionBudget", "keda-operator"),
        ("Deployment", "keda-operator"),
        ("Deployment", "keda-operator-metrics-apiserver"),
    ]
    assert {item.origin for item in found[1:]} == {"stand-in"}
    operator = one(found, "Deployment", "keda-operator")
    assert operator["spec"]["replicas"] == 3
    spec = pod(found, "Deployment", "keda-operator")
    assert spec["nodeSelector"] == {"pool": "own"}
    assert spec["priorityClassName"] == "high"
    assert spec["tolerations"] == values["tolerations"]
    assert "affinity" not in spec
    assert spec["containers"][0]["resources"] == {"requests": {"cpu": "1", "memory": "1Gi"}}
    other = pod(found, "Deployment", "keda-operator-metrics-apiserver")
    assert other["nodeSelector"] == {"pool": "all"}
    assert other["containers"][0]["resources"]["requests"] == {"cpu": "100m", "memory": "100Mi"}


def test_pods_of_prometheus_are_apart_as_the_values_choose() -> None:
    def affinity(**spec: object) -> object:
        values = {"prometheus": {"prometheusSpec": spec}}
        found = objects(Plan((release("kube-prometheus-stack", values=values),)))
        return pod(found, "StatefulSet", "prometheus-kube-prometheus-stack-prometheus").get("affinity", {})

    soft: Any = affinity()
    hard: Any = affinity(podAntiAffinity="hard", podAntiAffinityTopologyKey="topology.kubernetes.io/zone")
    (preferred,) = soft["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    (required,) = hard["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert preferred["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"
    assert required["topologyKey"] == "topology.kubernetes.io/zone"
    assert affinity(podAntiAffinity="") == {}


def test_an_add_on_runs_with_its_configuration() -> None:
    settings = '{"autoScaling": {"enabled": true, "minReplicas": 4}, "resources": {"requests": {"cpu": "7m"}}}'
    found = collect(Plan((planned(ADDON, "dns", addonName="coredns", configurationValues=settings),)))
    coredns = one(found.objects, "Deployment", "coredns")
    assert coredns["spec"]["replicas"] == 4
    assert coredns["spec"]["template"]["spec"]["containers"][0]["resources"] == {"requests": {"cpu": "7m"}}
    assert not any("assumed to request" in sentence for sentence in found.stand_ins)


def test_nothing_that_is_not_known_passes_in_silence() -> None:
    plan = Plan(
        (
            release("keda", version="9.9.9"),
            release("a-chart-that-nobody-knows"),
            planned(ADDON, "x", addonName="an-add-on-that-nobody-knows"),
            planned(ADDON, "proxy", addonName="kube-proxy"),
        )
    )
    found = collect(plan)
    assert [text.split(":")[0] for text in found.omitted] == [
        "chart a-chart-that-nobody-knows (a-chart-that-nobody-knows)",
        "add-on an-add-on-that-nobody-knows (an-add-on-that-nobody-knows)",
    ]
    said = " | ".join(found.stand_ins)
    assert "its workload is that of version 2.20.2, and 9.9.9 is installed" in said
    assert "container kube-proxy is assumed to request 100m" in said
    assert "add-on kube-proxy, kube-proxy: nobody looked its workload up in a document" in said


def test_every_selector_chooses_its_own_pods_alone() -> None:
    plan = Plan((*(release(chart) for chart in ROWS), *(planned(ADDON, name, addonName=name) for name in ADDON_ROWS)))
    chosen: dict[tuple[str, str], list[dict[str, str]]] = {}
    for item in objects(plan):
        if item.pod_spec is not None:
            labels = item.manifest["spec"]["template"]["metadata"]["labels"]
            assert item.manifest["spec"]["selector"]["matchLabels"].items() <= labels.items()
            assert item.pod_spec["containers"]
            chosen.setdefault((item.namespace, str(sorted(labels.items()))), []).append(labels)
    assert all(len(same) == 1 for same in chosen.values())


def test_every_row_names_its_document_or_says_that_nobody_looked() -> None:
    for row in (*ROWS.values(), *ADDON_ROWS.values()):
        assert bool(row.read) <= bool(row.document), row.name
        assert row.parts, row.name
        assert len({part.name for part in row.parts}) == len(row.parts), row.name
