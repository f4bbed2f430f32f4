"""Rules for manifests beyond pods and their scaling: networks, names, secrets, versions, alerts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from components.kubernetes.quantities import mebibytes
from tests.support.kubernetes_rules import World, configs, name_of, rule, selects

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT_IN = {
    "v1": ("ConfigMap", "Namespace", "ResourceQuota", "LimitRange", "Secret", "Service", "ServiceAccount"),
    "apps/v1": ("Deployment",),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "batch/v1": ("CronJob", "Job"),
    "networking.k8s.io/v1": ("NetworkPolicy",),
    "policy/v1": ("PodDisruptionBudget",),
    "rbac.authorization.k8s.io/v1": ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "storage.k8s.io/v1": ("StorageClass",),
}
"""Served and not deprecated in 1.35 to 1.37 (Kubernetes documentation, Deprecated API Migration Guide)."""
CUSTOM = {
    "autoscaling.k8s.io/v1": ("VerticalPodAutoscaler",),
    "elbv2.k8s.aws/v1beta1": ("TargetGroupBinding",),
    "keda.sh/v1alpha1": ("ScaledObject", "TriggerAuthentication"),
    "monitoring.coreos.com/v1": ("PodMonitor", "PrometheusRule", "ServiceMonitor"),
}
CLUSTER_WIDE = ("Namespace", "PriorityClass", "StorageClass", "ClusterRole", "ClusterRoleBinding")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|API_KEY")
SECRET_TEXT = re.compile(
    r"://[^/\s:@]+:[^@\s]+@|(?i:password|secret_key|auth_token)\s*[=:]\s*[^\s$]|BEGIN [A-Z ]*PRIVATE KEY"
)
STANDARD_LABELS = ("name", "part-of", "component", "managed-by")


@rule("every pod is selected by a policy of its own, and its namespace is closed in both directions")
def networks(world: World) -> Iterator[str]:
    policies = world.of("NetworkPolicy")
    namespaces = {item["metadata"]["namespace"] for item in world.of("Deployment")}
    closed = {
        item["metadata"]["namespace"]
        for item in policies
        if not item["spec"]["podSelector"].get("matchLabels")
        and sorted(item["spec"]["policyTypes"]) == ["Egress", "Ingress"]
        and not item["spec"].get("ingress")
        and not item["spec"].get("egress")
    }
    yield from (f"namespace {name}" for name in namespaces - closed)
    for where, template in world.templates():
        own = [item["spec"]["podSelector"].get("matchLabels") for item in policies]
        if not any(labels and selects(labels, template) for labels in own):
            yield where


@rule("every Service selects pods that listen on its target port")
def services(world: World) -> Iterator[str]:
    for item in world.of("Service"):
        chosen = [template for _, template in world.templates() if selects(item["spec"]["selector"], template)]
        ports = {
            value
            for template in chosen
            for container in template["spec"]["containers"]
            for port in container.get("ports", ())
            for value in (port["containerPort"], port.get("name"))
        }
        if not chosen or any(port.get("targetPort", port["port"]) not in ports for port in item["spec"]["ports"]):
            yield name_of(item)


@rule("nothing but the load balancer of AWS leads into the cluster")
def entrances(world: World) -> Iterator[str]:
    for item in world.of("Service", "Ingress"):
        if item["kind"] == "Ingress" or item["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield name_of(item)


@rule("selectors are labels of the template that no rollout changes")
def selectors(world: World) -> Iterator[str]:
    for item in world.of("Deployment"):
        labels = item["spec"]["selector"]["matchLabels"]
        moving = [key for key in labels if re.search("version|hash|checksum|release", key)]
        if not selects(labels, item["spec"]["template"]) or moving:
            yield name_of(item)


@rule("every object carries the recommended labels")
def labels(world: World) -> Iterator[str]:
    for item in world.objects:
        found = item["metadata"].get("labels", {})
        if [key for key in STANDARD_LABELS if not found.get(f"app.kubernetes.io/{key}")]:
            yield name_of(item)


@rule("secret values reach pods by reference only")
def secrets(world: World) -> Iterator[str]:
    for where, container in world.containers():
        for entry in container.get("env", ()):
            text = str(entry.get("value", ""))
            if SECRET_TEXT.search(text) or (text and SECRET_NAME.search(entry["name"])):
                yield f"{where}: {entry['name']}"
    for item in world.of("ConfigMap"):
        for name, text in item.get("data", {}).items():
            if SECRET_TEXT.search(str(text)):
                yield f"{name_of(item)}: {name}"


@rule("no object lives in the default namespace, and the platform's own admits restricted pods only")
def namespaces(world: World) -> Iterator[str]:
    for item in world.objects:
        if item["kind"] not in CLUSTER_WIDE and item["metadata"].get("namespace", "default") == "default":
            yield name_of(item)
    for item in world.of("Namespace"):
        found = item["metadata"].get("labels", {})
        for mode in ("enforce", "audit", "warn"):
            prefix = f"pod-security.kubernetes.io/{mode}"
            if found.get(prefix) != "restricted" or not re.fullmatch(r"v1\.\d+", found.get(f"{prefix}-version", "")):
                yield f"{name_of(item)}: {mode}"


@rule("no object is of a version that Kubernetes has deprecated")
def versions(world: World) -> Iterator[str]:
    known = {**BUILT_IN, **CUSTOM}
    for item in world.objects:
        if item["kind"] not in known.get(item["apiVersion"], ()):
            yield f"{name_of(item)}: {item['apiVersion']}"


@rule("no role allows everything")
def roles(world: World) -> Iterator[str]:
    for item in world.of("Role", "ClusterRole"):
        for entry in item.get("rules", ()):
            if any("*" in entry.get(part, ()) for part in ("verbs", "resources", "apiGroups")):
                yield name_of(item)


@rule("names of environment variables, ports and containers are unique, and every port has one")
def names(world: World) -> Iterator[str]:
    for where, container in world.containers():
        repeated = [n for n, count in Counter(e["name"] for e in container.get("env", ())).items() if count > 1]
        if repeated:
            yield f"{where}: {', '.join(repeated)}"
    for where, template in world.templates():
        ports = [port for container in template["spec"]["containers"] for port in container.get("ports", ())]
        numbers, titles = [port["containerPort"] for port in ports], [port.get("name") for port in ports]
        if None in titles or len(set(numbers)) < len(numbers) or len(set(titles)) < len(titles):
            yield f"{where}: ports"


@rule("a JavaScript heap fits into 80 % of its container's memory")
def heaps(world: World) -> Iterator[str]:
    for where, container in world.containers():
        options = next((str(e.get("value")) for e in container.get("env", ()) if e["name"] == "NODE_OPTIONS"), "")
        old, young = (re.search(rf"--max-{part}-space-size=(\d+)", options) for part in ("old", "semi"))
        if old is None:
            continue
        heap = int(old[1]) + 3 * int(young[1] if young else 16)
        if heap > 0.8 * mebibytes(str(container["resources"]["limits"]["memory"])):
            yield f"{where}: {heap} MiB"


@rule("every rate limit names a zone that exists, and no zone is of two kinds")
def zones(world: World) -> Iterator[str]:
    for text in configs(world):
        declared = set(re.findall(r"limit_req_zone \S+ zone=(\w+):", text))
        used = set(re.findall(r"limit_req zone=(\w+)", text))
        shared = set(re.findall(r"^\s*zone (\w+) ", text, re.MULTILINE))
        yield from (f"zone {name}" for name in (used - declared) | (declared & shared))


@rule("every alert says how bad it is, what is wrong, and where to read on")
def alerts(world: World) -> Iterator[str]:
    for item in world.of("PrometheusRule"):
        for group in item["spec"]["groups"]:
            for entry in group["rules"]:
                told = {**entry.get("labels", {}), **entry.get("annotations", {})}
                if "alert" in entry and not all(told.get(key) for key in ("severity", "summary", "runbook")):
                    yield entry["alert"]


@rule("a quota of the namespace holds what the autoscalers may start")
def quotas(world: World) -> Iterator[str]:
    for item in world.of("ResourceQuota"):
        pods = int(item["spec"]["hard"].get("pods", 0) or 0)
        most = sum(
            int(scaler["spec"].get("maxReplicas", scaler["spec"].get("maxReplicaCount", 0)))
            for scaler in world.of("HorizontalPodAutoscaler", "ScaledObject")
        )
        if 0 < pods < most:
            yield f"{name_of(item)}: {pods} pods, the autoscalers may start {most}"
