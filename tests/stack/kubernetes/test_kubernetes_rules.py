"""Every object of every phase and environment against the rules for manifests; every rule against what breaks it."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import tests.support.kubernetes_rules_objects  # noqa: F401 - registers its rules
from tests.support.kubernetes_rules import RULES, Manifest, World
from tests.support.kubernetes_rules_objects import CUSTOM
from tests.support.manifests import RELEASE, manifests
from tests.support.stack import COMBINATIONS, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

BRINGS = {
    "autoscaling.k8s.io/v1": "vertical-pod-autoscaler",
    "elbv2.k8s.aws/v1beta1": "aws-load-balancer-controller",
    "keda.sh/v1alpha1": "keda",
    "monitoring.coreos.com/v1": "kube-prometheus-stack",
}
"""The chart that installs the definitions of each group."""


@cache
def world(environment: str, phase: str) -> World:
    return World(environment, manifests(recorded(environment, phase)))


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
@pytest.mark.parametrize("name", RULES)
def test_every_object_of_every_stack_keeps_the_rule(name: str, environment: str, phase: str) -> None:
    assert list(RULES[name](world(environment, phase))) == []


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_a_custom_resource_waits_for_the_chart_that_brings_its_definition(environment: str, phase: str) -> None:
    recording = recorded(environment, phase)
    charts = {item.inputs["name"]: item.urn for item in recording.of_type(RELEASE)}
    custom = [item for item in recording if item.custom and item.inputs.get("apiVersion") in CUSTOM]
    assert custom
    late = [item.name for item in custom if charts[BRINGS[item.inputs["apiVersion"]]] not in item.dependencies]
    assert late == []


def first(objects: list[Manifest], kind: str, name: str = "") -> Manifest:
    """The one of that name, else the first by name that has it: in which order objects are recorded is not said."""
    found = [item for item in objects if item["kind"] == kind and name in item["metadata"]["name"]]
    return min(found, key=lambda item: (item["metadata"]["name"] != name, item["metadata"]["name"]))


def container(objects: list[Manifest]) -> dict[str, Any]:
    found: dict[str, Any] = pod(objects)["containers"][0]
    return found


def pod(objects: list[Manifest]) -> dict[str, Any]:
    found: dict[str, Any] = app(objects)["spec"]["template"]["spec"]
    return found


def app(objects: list[Manifest]) -> Manifest:
    return first(objects, "Deployment", "bailbondpro-app")


def extra(manifest: Manifest) -> Callable[[list[Manifest]], object]:
    metadata = {"name": "extra", "namespace": "production", "labels": {}}
    return lambda objects: objects.append({"metadata": metadata, **manifest})


def without(objects: list[Manifest], kind: str, name: str) -> None:
    objects.remove(first(objects, kind, name))


def literal_vertical(objects: list[Manifest]) -> None:
    """The guide's own: `Auto` on cpu and memory beside an autoscaler of both."""
    spec = first(objects, "VerticalPodAutoscaler", "bailbondpro-vpa")["spec"]
    spec["updatePolicy"] = {"updateMode": "Auto"}
    spec["resourcePolicy"] = {"containerPolicies": [{"containerName": "app"}]}


def heap(objects: list[Manifest]) -> None:
    """The guide's own: 4096 MiB in a container of 1 GiB."""
    entry = next(item for item in container(objects)["env"] if item["name"] == "NODE_OPTIONS")
    entry["value"] = "--max-old-space-size=4096 --max-semi-space-size=128"


def config(objects: list[Manifest], old: str, new: str) -> None:
    for item in objects:
        for name, text in item.get("data", {}).items():
            if name == "nginx.conf":
                assert old in text
                item["data"][name] = text.replace(old, new)


BREAKS: list[tuple[str, Callable[[list[Manifest]], object]]] = [
    ("prod runs fixed images", lambda o: container(o).update(image="bailbondpro:latest")),
    ("prod runs fixed images", lambda o: container(o).update(image="docker.io/library/nginx")),
    ("every container requests", lambda o: container(o)["resources"]["limits"].pop("memory")),
    ("every container requests", lambda o: container(o)["resources"]["limits"].update(cpu="100m")),
    ("every container requests", lambda o: container(o)["resources"]["requests"].pop("ephemeral-storage")),
    ("no container runs as root", lambda o: container(o)["securityContext"].update(readOnlyRootFilesystem=False)),
    (
        "no container runs as root",
        lambda o: container(o)["securityContext"].update(capabilities={"add": ["NET_ADMIN"]}),
    ),
    ("no container runs as root", lambda o: pod(o).update(securityContext={"runAsNonRoot": True, "runAsUser": 1})),
    ("no pod shares its node", lambda o: pod(o).update(hostNetwork=True)),
    ("no pod shares its node", lambda o: pod(o).update(volumes=[{"name": "root", "hostPath": {"path": "/"}}])),
    ("every workload has an account", lambda o: pod(o).pop("serviceAccountName")),
    ("every workload has an account", lambda o: pod(o).update(automountServiceAccountToken=True)),
    ("every server has readiness", lambda o: container(o).update(readinessProbe=container(o)["livenessProbe"])),
    ("every server has readiness", lambda o: container(o).pop("startupProbe")),
    ("a pod that ends outlives", lambda o: pod(o).update(terminationGracePeriodSeconds=60)),
    ("a pod that ends outlives", lambda o: container(o).pop("lifecycle")),
    ("one autoscaler for a Deployment", lambda o: app(o)["spec"].update(replicas=3)),
    ("one autoscaler for a Deployment", lambda o: o.append(first(o, "ScaledObject", "bailbondpro-hpa"))),
    ("one autoscaler for a Deployment", lambda o: without(o, "Deployment", "bailbondpro-app")),
    ("one autoscaler for a Deployment", lambda o: first(o, "ScaledObject")["spec"].update(minReplicaCount=1)),
    ("an autoscaler of pods and one of their size", literal_vertical),
    (
        "every Deployment of two pods or more has a budget",
        lambda o: without(o, "PodDisruptionBudget", "bailbondpro-app"),
    ),
    (
        "every Deployment of two pods or more has a budget",
        lambda o: first(o, "PodDisruptionBudget", "bailbondpro-app")["spec"].update(maxUnavailable=0),
    ),
    ("every Deployment of two pods or more spreads", lambda o: pod(o).pop("topologySpreadConstraints")),
    (
        "every Deployment of two pods or more spreads",
        lambda o: pod(o)["topologySpreadConstraints"][0].pop("nodeTaintsPolicy"),
    ),
    ("every Deployment of two pods or more spreads", lambda o: app(o)["spec"].pop("strategy")),
    ("every Deployment of two pods or more spreads", lambda o: app(o)["spec"].pop("progressDeadlineSeconds")),
    ("every pod is selected by a policy", lambda o: without(o, "NetworkPolicy", "default-deny")),
    ("every pod is selected by a policy", lambda o: without(o, "NetworkPolicy", "bailbondpro")),
    ("every Service selects pods", lambda o: first(o, "Service")["spec"].update(selector={"app": "nobody"})),
    ("every Service selects pods", lambda o: first(o, "Service")["spec"]["ports"][0].update(targetPort=9)),
    ("nothing but the load balancer", lambda o: first(o, "Service")["spec"].update(type="LoadBalancer")),
    ("nothing but the load balancer", extra({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {}})),
    ("selectors are labels", lambda o: app(o)["spec"]["selector"].update(matchLabels={"version": "1"})),
    ("every object carries", lambda o: app(o)["metadata"].pop("labels")),
    ("secret values reach pods", lambda o: container(o)["env"].append({"name": "A", "value": "redis://me:pw@host"})),
    ("secret values reach pods", lambda o: container(o)["env"].append({"name": "API_TOKEN", "value": "abc"})),
    (
        "secret values reach pods",
        extra({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a.ini": "password = hunter2"}}),
    ),
    ("no object lives in the default", lambda o: app(o)["metadata"].pop("namespace")),
    ("no object lives in the default", lambda o: first(o, "Namespace")["metadata"].pop("labels")),
    ("no object is of a version", lambda o: first(o, "PodDisruptionBudget").update(apiVersion="policy/v1beta1")),
    (
        "no role allows everything",
        extra({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [{"verbs": ["*"]}]}),
    ),
    ("names of environment variables", lambda o: container(o)["env"].append(dict(container(o)["env"][0]))),
    ("names of environment variables", lambda o: container(o)["ports"][0].pop("name")),
    ("a JavaScript heap fits", heap),
    ("every rate limit names a zone", lambda o: config(o, "limit_req zone=", "limit_req zone=nowhere_")),
    ("every alert says how bad", lambda o: first(o, "PrometheusRule")["spec"]["groups"][1]["rules"][0].pop("labels")),
    ("a quota of the namespace", extra({"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"pods": "5"}}})),
]


@pytest.mark.parametrize(("beginning", "change"), BREAKS, ids=[f"{i} {name}" for i, (name, _) in enumerate(BREAKS)])
def test_what_breaks_a_rule_is_found(beginning: str, change: Callable[[list[Manifest]], object]) -> None:
    (name,) = [rule for rule in RULES if rule.startswith(beginning)]
    broken = copy.deepcopy(world("prod", "microservices").objects)
    change(broken)
    assert list(RULES[name](World("prod", broken)))


def test_every_rule_has_something_that_breaks_it() -> None:
    assert [name for name in RULES if not any(name.startswith(beginning) for beginning, _ in BREAKS)] == []
