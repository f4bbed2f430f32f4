"""What controllers write into objects that programs read back: the addresses of services and ingresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.outputs import Inputs, short_hash
from sandbox.services.kubernetes.kinds import SERVICE

if TYPE_CHECKING:
    from sandbox.model.place import Place

INGRESSES = frozenset(("kubernetes:networking.k8s.io/v1:Ingress",))


def written(token: str, inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    """What is added to an object besides its metadata, laid over its properties.

    Sources: Kubernetes API reference, ServiceSpec, ServiceStatus and IngressStatus; Kubernetes documentation,
    Service: type LoadBalancer. The host name is that of a load balancer of AWS; other clouds answer with an address.
    """
    spec = inputs.get("spec")
    kind = spec.get("type", "ClusterIP") if isinstance(spec, dict) else None
    if token in INGRESSES:
        return {"status": {"loadBalancer": _balancer(token, identity, place)}}
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
