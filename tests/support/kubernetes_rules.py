"""Rules for Kubernetes manifests, each as a function from a stack's objects to what breaks it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from components.kubernetes.quantities import mebibytes, millicores

Manifest = dict[str, Any]
Check = Callable[["World"], Iterator[str]]
RULES: dict[str, Check] = {}
SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
PUBLIC_REGISTRIES = ("docker.io/", "registry.k8s.io/", "public.ecr.aws/", "quay.io/")


@dataclass(frozen=True)
class World:
    """The objects of one stack.

    Attributes:
        environment: dev or prod.
        objects: every manifest.
    """

    environment: str
    objects: list[Manifest] = field(repr=False)

    def of(self, *kinds: str) -> list[Manifest]:
        """The objects of some kinds."""
        return [item for item in self.objects if item["kind"] in kinds]

    def templates(self) -> Iterator[tuple[str, Manifest]]:
        """Every pod template, with a name for messages."""
        for item in self.of("Deployment", "StatefulSet", "DaemonSet", "Job"):
            yield name_of(item), item["spec"]["template"]
        for item in self.of("CronJob"):
            yield name_of(item), item["spec"]["jobTemplate"]["spec"]["template"]

    def containers(self) -> Iterator[tuple[str, Manifest]]:
        """Every container, with a name for messages."""
        for name, template in self.templates():
            spec = template["spec"]
            for container in [*spec.get("initContainers", ()), *spec["containers"]]:
                yield f"{name}, {container['name']}", container

    def replicas(self, deployment: Manifest) -> int:
        """The fewest pods that a Deployment has."""
        for scaler in self.of(*SCALERS):
            if target_of(scaler) == (deployment["metadata"]["namespace"], deployment["metadata"]["name"]):
                spec = scaler["spec"]
                return int(spec.get("minReplicas", spec.get("minReplicaCount", 1)))
        return int(deployment["spec"].get("replicas", 1))


def name_of(item: Manifest) -> str:
    """Kind and name."""
    return f"{item['kind']} {item['metadata']['name']}"


def target_of(scaler: Manifest) -> tuple[str, str]:
    """Namespace and name of the Deployment that an autoscaler scales."""
    spec = scaler["spec"]
    reference = spec.get("scaleTargetRef") or spec["targetRef"]
    return scaler["metadata"]["namespace"], reference["name"]


def selects(labels: dict[str, str], template: Manifest) -> bool:
    """Whether labels are among a template's."""
    return bool(labels.items() <= template["metadata"]["labels"].items())


def rule(name: str) -> Callable[[Check], Check]:
    """Register a rule under the sentence that it holds."""

    def register(check: Check) -> Check:
        RULES[name] = check
        return check

    return register


@rule("prod runs fixed images: its own by digest, published ones by version")
def images(world: World) -> Iterator[str]:
    if world.environment != "prod":
        return
    for where, container in world.containers():
        image = str(container["image"])
        public = image.startswith(PUBLIC_REGISTRIES)
        tag = image.rsplit("/", 1)[-1].partition(":")[2]
        if not re.search(r"@sha256:[0-9a-f]{64}$", image) and not (public and tag not in {"", "latest"}):
            yield f"{where}: {image}"


@rule("every container requests and limits cpu, memory and ephemeral storage, no limit below its request")
def resources(world: World) -> Iterator[str]:
    size = {"cpu": millicores, "memory": mebibytes, "ephemeral-storage": mebibytes}
    for where, container in world.containers():
        requests, limits = (container.get("resources", {}).get(part, {}) for part in ("requests", "limits"))
        for name, read in size.items():
            if name not in requests or name not in limits:
                yield f"{where}: {name}"
            elif read(str(limits[name])) < read(str(requests[name])):
                yield f"{where}: {name} limit below request"


@rule("no container runs as root, gains privileges, has capabilities, or writes to its image")
def security(world: World) -> Iterator[str]:
    for where, container in world.containers():
        context = container.get("securityContext", {})
        wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True}
        broken = [key for key, value in wanted.items() if context.get(key) is not value]
        if context.get("privileged") or context.get("capabilities", {}) != {"drop": ["ALL"]}:
            broken.append("capabilities")
        if broken:
            yield f"{where}: {', '.join(broken)}"
    for where, template in world.templates():
        context = template["spec"].get("securityContext", {})
        if not context.get("runAsNonRoot") or not context.get("runAsUser"):
            yield f"{where}: runs as the image's user"
        if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{where}: seccomp"


@rule("no pod shares its node's network, processes or files")
def host(world: World) -> Iterator[str]:
    for where, template in world.templates():
        spec = template["spec"]
        shared = [key for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
        shared += [volume["name"] for volume in spec.get("volumes", ()) if "hostPath" in volume]
        if shared:
            yield f"{where}: {', '.join(shared)}"


@rule("every workload has an account of its own, without a token")
def accounts(world: World) -> Iterator[str]:
    known = {item["metadata"]["name"]: item for item in world.of("ServiceAccount")}
    used = Counter(template["spec"].get("serviceAccountName", "default") for _, template in world.templates())
    deployed = Counter(
        item["spec"]["template"]["spec"].get("serviceAccountName", "default") for item in world.of("Deployment")
    )
    for name in used:
        if name not in known or known[name].get("automountServiceAccountToken") is not False or deployed[name] > 1:
            yield f"account {name}"
    for where, template in world.templates():
        if template["spec"].get("automountServiceAccountToken") is not False:
            yield f"{where}: token"


@rule("every server has readiness and liveness that differ, and a startup probe before a late liveness")
def probes(world: World) -> Iterator[str]:
    for item in world.of("Deployment"):
        for container in item["spec"]["template"]["spec"]["containers"]:
            liveness, readiness = container.get("livenessProbe"), container.get("readinessProbe")
            where = f"{name_of(item)}, {container['name']}"
            served = container["name"] == item["spec"]["template"]["spec"]["containers"][0]["name"]
            if not liveness or not readiness or (served and liveness == readiness):
                yield where
            elif liveness.get("initialDelaySeconds", 0) >= 30 and "startupProbe" not in container:
                yield f"{where}: startup"


@rule("a pod that ends outlives the longest request that is proxied to it")
def grace(world: World) -> Iterator[str]:
    longest = max(proxy_timeouts(world), default=0)
    for item in world.of("Deployment"):
        spec = item["spec"]["template"]["spec"]
        first = spec["containers"][0]
        pause = pause_of(first.get("lifecycle", {}).get("preStop", {}))
        proxied = any(
            selects(service["spec"]["selector"], item["spec"]["template"])
            and service["spec"].get("clusterIP") == "None"
            for service in world.of("Service")
        )
        needed = longest if proxied else 0
        if not pause or spec.get("terminationGracePeriodSeconds", 30) <= pause + needed:
            yield f"{name_of(item)}: pause {pause} s, requests {needed} s"


def pause_of(hook: Manifest) -> int:
    """Seconds that a preStop hook waits, by itself or in a command."""
    if "sleep" in hook:
        return int(hook["sleep"]["seconds"])
    found = re.search(r"\bsleep (\d+)", " ".join(hook.get("exec", {}).get("command", ())))
    return int(found[1]) if found else 0


def proxy_timeouts(world: World) -> Iterator[int]:
    """Seconds that the gateway waits for an answer, on each of its routes."""
    for text in configs(world):
        yield from (int(found) for found in re.findall(r"proxy_read_timeout (\d+)s;", text))


def configs(world: World) -> Iterator[str]:
    """The texts of all ConfigMaps that are nginx configurations."""
    for item in world.of("ConfigMap"):
        yield from (text for name, text in item.get("data", {}).items() if name.endswith(".conf"))


@rule("one autoscaler for a Deployment that exists, with room to grow, and no replica count beside it")
def scalers(world: World) -> Iterator[str]:
    deployments = {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in world.of("Deployment")}
    targets = Counter(target_of(item) for item in world.of(*SCALERS))
    yield from (f"{name}: two autoscalers" for name, count in targets.items() if count > 1)
    for item in world.of(*SCALERS):
        spec, target = item["spec"], deployments.get(target_of(item))
        least = spec.get("minReplicas", spec.get("minReplicaCount", 0))
        most = spec.get("maxReplicas", spec.get("maxReplicaCount", 0))
        if target is None or "replicas" in target["spec"]:
            yield f"{name_of(item)}: {'no target' if target is None else 'replicas beside it'}"
        if most <= least or least < (2 if world.environment == "prod" else 1):
            yield f"{name_of(item)}: {least} to {most}"


@rule("an autoscaler of pods and one of their size never act on the same resource")
def vertical(world: World) -> Iterator[str]:
    for item in world.of("VerticalPodAutoscaler"):
        if item["spec"].get("updatePolicy", {}).get("updateMode", "Recreate") == "Off":
            continue
        policies = item["spec"].get("resourcePolicy", {}).get("containerPolicies", [{}])
        changed = {name for policy in policies for name in policy.get("controlledResources", ("cpu", "memory"))}
        for scaler in world.of(*SCALERS):
            if target_of(scaler) == target_of(item) and changed & scaled_resources(scaler):
                yield f"{name_of(item)}: {', '.join(sorted(changed & scaled_resources(scaler)))}"


def scaled_resources(scaler: Manifest) -> set[str]:
    """The resources that an autoscaler compares."""
    metrics = {metric["resource"]["name"] for metric in scaler["spec"].get("metrics", ()) if "resource" in metric}
    return metrics | ({item["type"] for item in scaler["spec"].get("triggers", ())} & {"cpu", "memory"})


@rule("every Deployment of two pods or more has a budget that lets one go")
def budgets(world: World) -> Iterator[str]:
    for item in world.of("Deployment"):
        count, template = world.replicas(item), item["spec"]["template"]
        mine = [b for b in world.of("PodDisruptionBudget") if selects(b["spec"]["selector"]["matchLabels"], template)]
        allowed = [b["spec"].get("maxUnavailable", count - int(b["spec"].get("minAvailable", 0))) for b in mine]
        if (count > 1 and not mine) or any(int(number) < 1 for number in allowed):
            yield f"{name_of(item)}: {count} pods, budget {allowed}"


@rule("every Deployment of two pods or more spreads over zones, and rolls without losing a pod")
def rollouts(world: World) -> Iterator[str]:
    for item in world.of("Deployment"):
        spec = item["spec"]
        spreads = spec["template"]["spec"].get("topologySpreadConstraints", ())
        keys = [c["topologyKey"] for c in spreads]
        if world.replicas(item) > 1 and "topology.kubernetes.io/zone" not in keys:
            yield f"{name_of(item)}: zones"
        if any(c["whenUnsatisfiable"] == "DoNotSchedule" and c.get("nodeTaintsPolicy") != "Honor" for c in spreads):
            yield f"{name_of(item)}: a lost or drained zone counts as one that could take pods"
        if spec.get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"{name_of(item)}: maxUnavailable"
        if "progressDeadlineSeconds" not in spec or "revisionHistoryLimit" not in spec:
            yield f"{name_of(item)}: deadline or history"
