"""What controllers write into objects that programs read back: addresses, and that workloads are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.outputs import Inputs, short_hash
from sandbox.services.kubernetes.kinds import NAMESPACE, SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.model.place import Place

INGRESSES = frozenset(("kubernetes:networking.k8s.io/v1:Ingress",))
SKIP_AWAIT = "pulumi.com/skipAwait"
_MADE = "2026-01-01T00:00:00Z"


def _condition(kind: str, reason: str) -> dict[str, Any]:
    return {"type": kind, "status": "True", "reason": reason, "lastTransitionTime": _MADE}


def _wanted(spec: Inputs, name: str = "replicas") -> int:
    found = spec.get(name)
    return int(found) if isinstance(found, int | float) else 1


def _counted(count: int, names: str) -> dict[str, Any]:
    """The API leaves out what is 0."""
    return dict.fromkeys(names.split(), count) if count else {}


def _deployment(spec: Inputs) -> dict[str, Any]:
    count = _wanted(spec)
    available = _condition("Available", "MinimumReplicasAvailable")
    progressing = _condition("Progressing", "NewReplicaSetAvailable")
    return {
        "observedGeneration": 1,
        **_counted(count, "availableReplicas readyReplicas replicas updatedReplicas"),
        "conditions": [available, progressing],
    }


def _stateful(spec: Inputs) -> dict[str, Any]:
    count = _wanted(spec)
    counted = _counted(count, "currentReplicas readyReplicas updatedReplicas")
    return {"observedGeneration": 1, "availableReplicas": count, "replicas": count, **counted}


def _job(spec: Inputs) -> dict[str, Any]:
    if spec.get("suspend") is True:
        return {"conditions": [_condition("Suspended", "JobSuspended")]}
    complete = _condition("Complete", "CompletionsReached")
    times = {"startTime": _MADE, "completionTime": _MADE}
    return {"conditions": [complete], "succeeded": _wanted(spec, "completions"), "ready": 0, **times}


_STATUS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "kubernetes:apps/v1:Deployment": _deployment,
    "kubernetes:apps/v1:StatefulSet": _stateful,
    "kubernetes:batch/v1:Job": _job,
}
"""What the provider waits for before it says that an object is made (pulumi-kubernetes, provider/pkg/await)."""


def _unawaited(inputs: Inputs) -> bool:
    metadata = inputs.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and str(annotations.get(SKIP_AWAIT)).lower() == "true"


def written(token: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """What is added to an object besides its metadata, laid over its properties.

    Sources: Kubernetes API reference, DeploymentStatus, StatefulSetStatus, JobStatus, NamespaceStatus, NamespaceSpec,
    ServiceSpec, ServiceStatus and IngressStatus; Kubernetes documentation, Service: type LoadBalancer.
    The host name is that of a load balancer of AWS; other clouds answer with an address.
    """
    if token == NAMESPACE:
        return {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    spec = inputs.get("spec")
    kind = spec.get("type", "ClusterIP") if isinstance(spec, dict) else None
    if token in INGRESSES:
        return {"status": {"loadBalancer": _balancer(token, identity, place)}}
    if token in _STATUS:
        return {"status": {} if _unawaited(inputs) else _STATUS[token](spec if isinstance(spec, dict) else {})}
    if token != SERVICE or not isinstance(spec, dict):
        return {"status": {}}
    address = {}
    if kind != "ExternalName" and not spec.get("clusterIP"):
        digits = int(short_hash(token, identity, length=8), 16)
        own = f"172.20.{digits // 254 % 254}.{digits % 254 + 1}"  # the range that EKS takes for services of a 10/8 VPC
        address = {"spec": {"clusterIP": own, "clusterIPs": [own]}}
    balancer = _balancer(token, identity, place) if kind == "LoadBalancer" else {}
    return {**address, "status": {"loadBalancer": balancer}}


def _balancer(token: str, identity: str, place: Place) -> dict[str, Any]:
    host = f"{short_hash(token, identity, length=32)}-{short_hash(identity, length=10)}"
    return {"ingress": [{"hostname": f"{host}.{place.region or 'us-east-1'}.elb.amazonaws.com"}]}
