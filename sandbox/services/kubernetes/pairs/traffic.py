"""Services: their addresses and ports in the cluster, and whether what leads to them arrives anywhere."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import block, items, number
from sandbox.services.kubernetes.inventory import chart_of, find
from sandbox.services.kubernetes.kinds import RELEASE, SERVICE, Kind, namespace_of
from sandbox.services.kubernetes.pairs.cluster import closed, closed_namespace, own_cluster, workloads

if TYPE_CHECKING:
    from collections.abc import Iterator

INGRESS = ("kubernetes:networking.k8s.io/v1:Ingress",)
STATEFUL = ("kubernetes:apps/v1:StatefulSet",)
WEBHOOKS = (
    "kubernetes:admissionregistration.k8s.io/*:ValidatingWebhookConfiguration",
    "kubernetes:admissionregistration.k8s.io/*:MutatingWebhookConfiguration",
)
SERVICES_OF_EKS = tuple(ipaddress.ip_network(cidr) for cidr in ("10.100.0.0/16", "172.20.0.0/16"))
"""One of these EKS takes where none is given (Amazon EKS API Reference, KubernetesNetworkConfigRequest)."""
CHART_CLASSES = {"aws-load-balancer-controller": "alb", "ingress-nginx": "nginx", "nginx-ingress": "nginx"}
"""Chart -> the IngressClass that it brings, where its values name no other (each chart's own documentation)."""
USE_ANNOTATION = "use-annotation"
"""As a port's name: an annotation says what happens (AWS Load Balancer Controller, Ingress annotations)."""
_SERVICE = Kind("", "v1", "Service")


def _ports_taken(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    taken = {
        (port.get("nodePort"), port.get("protocol") or "TCP"): item
        for item in cloud.of_type(SERVICE)
        if item.id != context.id
        for port in items(block(item.inputs, "spec"), "ports")
        if port.get("nodePort")
    }
    for index, port in enumerate(items(block(context.inputs, "spec"), "ports")):
        wanted = number(port.get("nodePort"))
        bearer = taken.get((wanted, port.get("protocol") or "TCP")) if wanted else None
        if bearer is not None:
            yield Violation(
                f"spec.ports[{index}].nodePort",
                f"{wanted:g}: provided port is already allocated, to {bearer.name}; leave it out to be given a free "
                "one",
            )


def _addresses(context: Context) -> Iterator[Violation]:
    cloud, wanted = context.cloud, block(context.inputs, "spec").get("clusterIP")
    if cloud is None or not isinstance(wanted, str) or wanted in {"", "None"}:
        return
    for item in cloud.of_type(SERVICE):
        if item.id != context.id and block(item.inputs, "spec").get("clusterIP") == wanted:
            yield Violation(
                "spec.clusterIP", f"{wanted!r}: provided IP is already allocated, to {item.name}; leave it out"
            )
            return
    cluster = own_cluster(cloud)
    if cluster is None or ":" in wanted:
        return
    given = block(cluster.inputs, "kubernetesNetworkConfig").get("serviceIpv4Cidr")
    try:
        address = ipaddress.ip_address(wanted)
        ranges = (ipaddress.ip_network(given),) if isinstance(given, str) else SERVICES_OF_EKS
    except ValueError:
        return
    if not any(address in network for network in ranges):
        listed = " or ".join(map(str, ranges))
        yield Violation(
            "spec.clusterIP",
            f"{wanted!r}: provided IP is not in the valid range. The range of valid IPs is {listed}",
        )


def _target_ports(context: Context) -> Iterator[Violation]:
    """A port that is named after no port of the pods: the Service gets no endpoints for it."""
    cloud, namespace, spec = context.cloud, namespace_of(context.inputs), block(context.inputs, "spec")
    selector = block(spec, "selector")
    if cloud is None or namespace is None or not selector:
        return
    chosen = [
        found
        for found in workloads(cloud, namespace)
        if all(found.labels.get(key) == value for key, value in selector.items())
    ]
    names = {
        port.get("name") for found in chosen for _, container in found.containers for port in items(container, "ports")
    }
    for index, port in enumerate(items(spec, "ports")):
        wanted = port.get("targetPort")
        if chosen and isinstance(wanted, str) and not wanted.isdecimal() and wanted not in names:
            listed = ", ".join(sorted(str(name) for name in names if name)) or "none"
            yield Violation(
                f"spec.ports[{index}].targetPort",
                f"{wanted!r} is the name of no port of {chosen[0].kind} {chosen[0].item.name}, which has {listed}: the "
                "Service is accepted and its EndpointSlice stays without addresses; name a port of the pods",
            )


def _governing(context: Context) -> Iterator[Violation]:
    cloud, namespace = context.cloud, namespace_of(context.inputs)
    wanted = block(context.inputs, "spec").get("serviceName")
    if cloud is None or namespace is None or not isinstance(wanted, str) or not wanted:
        return
    if closed_namespace(cloud, namespace) and find(cloud, _SERVICE, namespace, wanted) is None:
        yield Violation(
            "spec.serviceName",
            f'no Service "{wanted}" exists in {namespace}: the StatefulSet is accepted and its pods have no names in '
            "DNS; make a headless Service of this name",
        )


def _class(context: Context) -> Iterator[Violation]:
    cloud, wanted = context.cloud, block(context.inputs, "spec").get("ingressClassName")
    if cloud is None or not isinstance(wanted, str) or own_cluster(cloud) is None:
        return
    if not all(chart_of(item.inputs) in CHART_CLASSES for item in cloud.of_type(RELEASE)) and not closed(cloud):
        return
    brought = {CHART_CLASSES.get(chart_of(item.inputs)) for item in cloud.of_type(RELEASE)}
    if wanted not in brought and find(cloud, Kind("networking.k8s.io", "v1", "IngressClass"), "", wanted) is None:
        yield Violation(
            "spec.ingressClassName",
            f'no IngressClass "{wanted}" exists, and nothing brings it: the Ingress is accepted, no controller serves '
            "it, and the update waits in vain for its address (Ingress .status.loadBalancer field was not updated)",
        )


def _backends(context: Context) -> Iterator[Violation]:
    spec, found = block(context.inputs, "spec"), []
    if "defaultBackend" in spec:
        found.append(("spec.defaultBackend", block(spec, "defaultBackend")))
    for index, rule in enumerate(items(spec, "rules")):
        for number_, path in enumerate(items(block(rule, "http"), "paths")):
            found.append((f"spec.rules[{index}].http.paths[{number_}].backend", block(path, "backend")))
    for at, backend in found:
        yield from _backend(context, at, block(backend, "service"))


def _backend(context: Context, at: str, wanted: dict[str, Any]) -> Iterator[Violation]:
    cloud, namespace, name = context.cloud, namespace_of(context.inputs), wanted.get("name")
    asked = block(wanted, "port")
    if cloud is None or namespace is None or not isinstance(name, str) or asked.get("name") == USE_ANNOTATION:
        return
    service = find(cloud, _SERVICE, namespace, name)
    if service is None:
        if closed_namespace(cloud, namespace):
            yield Violation(
                f"{at}.service.name",
                f'no Service "{name}" exists in {namespace} (provider: No matching service found for ingress rule); '
                "make it, or name one that exists",
            )
        return
    ports = items(block(service.inputs, "spec"), "ports")
    for key, of in (("number", "port"), ("name", "name")):
        if asked.get(key) is not None and ports and asked[key] not in {port.get(of) for port in ports}:
            listed = ", ".join(str(port.get(of)) for port in ports)
            yield Violation(
                f"{at}.service.port.{key}",
                f"{asked[key]!r} is no port of the Service {name!r}, which has {listed}: the controller finds no "
                "endpoints and answers 503",
            )


def _webhooks(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for index, hook in enumerate(items(context.inputs, "webhooks")):
        service = block(block(hook, "clientConfig"), "service")
        name, namespace = service.get("name"), service.get("namespace")
        if cloud is None or not isinstance(name, str) or not isinstance(namespace, str):
            continue
        fails = hook.get("failurePolicy", "Fail") == "Fail"
        if fails and closed_namespace(cloud, namespace) and find(cloud, _SERVICE, namespace, name) is None:
            yield Violation(
                f"webhooks[{index}].clientConfig.service.name",
                f'no Service "{name}" exists in {namespace}, and failurePolicy is Fail: every request that it matches '
                f'is refused (Internal error occurred: failed calling webhook "{hook.get("name")}": service "{name}" '
                "not found); make the configuration depend on what serves it, or set failurePolicy to Ignore",
            )


STATE = (
    Rule(
        "node-port-free",
        "Kubernetes documentation, Service, Choosing your own port; pkg/registry/core/service/portallocator",
        (SERVICE,),
        _ports_taken,
    ),
    Rule(
        "cluster-ip-free",
        "Kubernetes documentation, Service ClusterIP allocation; pkg/registry/core/service/ipallocator",
        (SERVICE,),
        _addresses,
    ),
)
"""What the API server refuses beside other Services."""
SETTLED = (
    Rule("service-target-port", "Kubernetes documentation, Service, Port definitions", (SERVICE,), _target_ports),
    Rule("stateful-set-service", "Kubernetes documentation, StatefulSets, Stable Network ID", STATEFUL, _governing),
    Rule("ingress-class", "Kubernetes documentation, Ingress, Ingress class", INGRESS, _class),
    Rule(
        "ingress-backends",
        "pulumi-kubernetes, provider/pkg/await/ingress.go; Kubernetes documentation, Ingress, backends",
        INGRESS,
        _backends,
    ),
    Rule(
        "webhook-service",
        "Kubernetes documentation, Dynamic Admission Control, Failure policy; issues of many operators",
        WEBHOOKS,
        _webhooks,
    ),
)
"""What is accepted and does nothing, once everything is there."""
