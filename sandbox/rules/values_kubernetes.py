"""What the Kubernetes API server refuses in objects: names, labels, ports, immutable fields.

Sources: Kubernetes documentation and API reference; `pkg/apis/*/validation` of Kubernetes 1.35.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.rules import values_kubernetes_autoscaling, values_kubernetes_pods
from sandbox.rules.values_kubernetes_names import (
    SUBDOMAIN,
    key_problem,
    label_problem,
    name_problem,
    quantity,
    service_problem,
    value_problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_PORT = 65_535
ANNOTATIONS_SIZE = OBJECT_SIZE = 2**18
DATA_SIZE = 2**20
HIGHEST_USER_PRIORITY = 1_000_000_000
SERVICE_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
PSA_LEVELS = ("privileged", "baseline", "restricted")
_PSA = "pod-security.kubernetes.io/"
_NAME_CHECKS = {
    "kubernetes:core/v1:Namespace": label_problem,
    "kubernetes:core/v1:Service": service_problem,
}
_FREE_NAMES = ("rbac.authorization.k8s.io/",)
"""Kinds whose names are path segments: `system:node` is fine for a ClusterRole."""


def _metadata(context: Context) -> Iterator[Violation]:
    metadata = block(context.inputs, "metadata")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if isinstance(name, str) and not any(group in context.token for group in _FREE_NAMES):
        reason = _NAME_CHECKS.get(context.token, name_problem)(name)
        if reason:
            yield Violation("metadata.name", reason)
    if isinstance(namespace, str) and (reason := label_problem(namespace)):
        yield Violation("metadata.namespace", reason)
    yield from _labels(block(metadata, "labels"), "metadata.labels")
    yield from _annotations(block(metadata, "annotations"), "metadata.annotations")
    for at, inner in (("spec.template.metadata", block(block(context.inputs, "spec"), "template")),):
        yield from _labels(block(block(inner, "metadata"), "labels"), f"{at}.labels")
        yield from _annotations(block(block(inner, "metadata"), "annotations"), f"{at}.annotations")


def _labels(labels: dict[str, Any], at: str) -> Iterator[Violation]:
    for key, value in labels.items():
        if reason := key_problem(key):
            yield Violation(f'{at}["{key}"]', reason)
        if not isinstance(value, str) and known(value):
            yield Violation(f'{at}["{key}"]', f"{value!r} is no text")
        if isinstance(value, str) and (reason := value_problem(value)):
            yield Violation(f'{at}["{key}"]', reason)


def _annotations(annotations: dict[str, Any], at: str) -> Iterator[Violation]:
    size = 0
    for key, value in annotations.items():
        if reason := key_problem(key.lower()):
            yield Violation(f'{at}["{key}"]', reason)
        if not isinstance(value, str) and known(value):
            yield Violation(f'{at}["{key}"]', f"{value!r} is no text")
        size += len(key) + len(value) if isinstance(value, str) else 0
    if size > ANNOTATIONS_SIZE:
        yield Violation(at, f"{size} bytes, at most {ANNOTATIONS_SIZE} are allowed (Too long)")


def _pod_security(context: Context) -> Iterator[Violation]:
    for key, value in block(block(context.inputs, "metadata"), "labels").items():
        if not key.startswith(_PSA) or not isinstance(value, str):
            continue
        at = f'metadata.labels["{key}"]'
        if key.endswith("-version"):
            if value != "latest" and not (value.startswith("v1.") and value[3:].isdecimal()):
                yield Violation(at, f"{value!r}: must be 'latest' or 'v1.x'")
        elif value not in PSA_LEVELS:
            yield Violation(at, f"{value!r}: must be one of {', '.join(PSA_LEVELS)}")


def _service(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    kind, ports = spec.get("type", "ClusterIP"), items(spec, "ports")
    headless = spec.get("clusterIP") == "None"
    if "ports" in spec and not spec["ports"] and not headless and kind != "ExternalName":
        yield Violation("spec.ports", "at least one port is required (Required value)")
    if headless and kind in {"NodePort", "LoadBalancer"}:
        yield Violation("spec.clusterIP", f"may not be set to 'None' for {kind} services")
    if kind == "ExternalName" and not given(spec, "externalName"):
        yield Violation("spec.externalName", "required for a service of type ExternalName")
    if kind != "LoadBalancer":
        for name in ("loadBalancerSourceRanges", "loadBalancerClass"):
            if given(spec, name) and known(kind):
                yield Violation(f"spec.{name}", f"may only be used when `type` is 'LoadBalancer', here {kind}")
    if kind == "ClusterIP" and given(spec, "externalTrafficPolicy"):
        yield Violation("spec.externalTrafficPolicy", "may only be set for externally-accessible services")
    for index, port in enumerate(ports):
        yield from _service_port(port, f"spec.ports[{index}]", several=len(ports) > 1)
    yield from _duplicates(ports)
    yield from _labels(block(spec, "selector"), "spec.selector")


def _service_port(port: dict[str, Any], at: str, *, several: bool) -> Iterator[Violation]:
    if several and not given(port, "name"):
        yield Violation(f"{at}.name", "required when a service has several ports")
    if isinstance(port.get("name"), str) and (reason := label_problem(port["name"])):
        yield Violation(f"{at}.name", reason)
    for name, low in (("port", 1), ("targetPort", 1), ("nodePort", 0)):
        value = port.get(name)
        found = number(value) if not isinstance(value, str) or value.isdecimal() else None
        if found is not None and not low <= found <= LAST_PORT:
            yield Violation(f"{at}.{name}", f"{found:g}: must be between {low} and {LAST_PORT}, inclusive")


def _duplicates(ports: list[dict[str, Any]]) -> Iterator[Violation]:
    names, numbers = (
        [port.get("name") for port in ports],
        [(port.get("port"), port.get("protocol", "TCP")) for port in ports],
    )
    for index, port in enumerate(ports):
        if known(names[index]) and names[index] in names[:index]:
            yield Violation(
                f"spec.ports[{index}].name", f"{port['name']!r} is the name of an earlier port (Duplicate value)"
            )
        if known(port.get("port")) and numbers[index] in numbers[:index]:
            yield Violation(f"spec.ports[{index}].port", f"{port['port']} is an earlier port (Duplicate value)")


def _data(context: Context) -> Iterator[Violation]:
    size = 0
    for name in ("data", "binaryData", "stringData"):
        for key, value in block(context.inputs, name).items():
            if not re.fullmatch(r"[A-Za-z0-9_.-]{1,253}", key):
                yield Violation(f'{name}["{key}"]', "a key holds letters, digits or '-_.' only, at most 253")
            size += len(value.encode()) if isinstance(value, str) else 0
            encoded = name == "binaryData" or (name == "data" and context.token.endswith(":Secret"))
            if encoded and isinstance(value, str) and not _is_base64(value):
                yield Violation(
                    f'{name}["{key}"]', "not base64; plain text belongs into stringData or data of a ConfigMap"
                )
    if size > DATA_SIZE:
        yield Violation("data", f"{size} bytes, at most {DATA_SIZE} are allowed (Too long)")


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _network_policy(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items(spec, direction)):
            at = f"spec.{direction}[{index}]"
            for number_, peer in enumerate(items(rule, peers)):
                yield from _peer(peer, f"{at}.{peers}[{number_}]")
            for number_, port in enumerate(items(rule, "ports")):
                low, high = number(port.get("port")), number(port.get("endPort"))
                if high is not None and low is not None and high < low:
                    yield Violation(
                        f"{at}.ports[{number_}].endPort", f"{high:g}: must be greater than or equal to `port`"
                    )


def _peer(peer: dict[str, Any], at: str) -> Iterator[Violation]:
    cidr = block(peer, "ipBlock").get("cidr")
    if given(peer, "ipBlock") and (given(peer, "podSelector") or given(peer, "namespaceSelector")):
        yield Violation(f"{at}.ipBlock", "may not be specified when `podSelector` or `namespaceSelector` is")
    if isinstance(cidr, str):
        try:
            outer = ipaddress.ip_network(cidr, strict=False)
        except ValueError:
            yield Violation(f"{at}.ipBlock.cidr", f"{cidr!r}: must be a valid CIDR value")
            return
        for inner in block(peer, "ipBlock").get("except") or []:
            if isinstance(inner, str) and not _inside(inner, outer):
                yield Violation(f"{at}.ipBlock.except", f"{inner!r}: must be a strict subset of `cidr`")


def _inside(inner: str, outer: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        found = ipaddress.ip_network(inner, strict=False)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and found != outer and found.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and found != outer and found.subnet_of(outer)


def _priority(context: Context) -> Iterator[Violation]:
    name, value = block(context.inputs, "metadata").get("name"), number(context.inputs.get("value"))
    if isinstance(name, str) and name.startswith("system-"):
        yield Violation("metadata.name", "priority class names with 'system-' prefix are reserved for system use only")
    if value is not None and value > HIGHEST_USER_PRIORITY:
        yield Violation(
            "value", f"{value:.10g}: maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}"
        )


def _quota(context: Context) -> Iterator[Violation]:
    for name, value in block(block(context.inputs, "spec"), "hard").items():
        if known(value) and quantity(value) is None:
            yield Violation(f'spec.hard["{name}"]', f"{value!r} is no quantity")


_IMMUTABLE: dict[str, tuple[tuple[str, ...], ...]] = {
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": (("value",), ("preemptionPolicy",)),
    "kubernetes:storage.k8s.io/v1:StorageClass": (("reclaimPolicy",), ("volumeBindingMode",)),
    "kubernetes:core/v1:PersistentVolumeClaim": (("spec", "volumeMode"), ("spec", "dataSource")),
}
"""Fields that the API server holds immutable and that the provider does not replace for."""


def _immutable(context: Context) -> Iterator[Violation]:
    old = context.old
    if old is None or _identity(old) != _identity(context.inputs):
        return
    for path in _IMMUTABLE.get(context.token, ()):
        before, after = _at(old, path), _at(context.inputs, path)
        if known(before) and known(after) and before != after:
            at = ".".join(path)
            yield Violation(
                at, f"{before!r} to {after!r}: field is immutable; give the object another name (Forbidden)"
            )
    if old.get("immutable") is True and context.inputs.get("immutable") is not True and context.token.endswith("Map"):
        yield Violation("immutable", "field is immutable when `immutable` is set")


def _identity(inputs: dict[str, Any]) -> tuple[Any, Any]:
    metadata = block(inputs, "metadata")
    return metadata.get("name"), metadata.get("namespace")


def _at(inputs: dict[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - property values have any shape
    value: Any = inputs
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


_API = "Kubernetes API reference; pkg/apis/core/validation"
_all = On("object", "kubernetes:*", "Kubernetes documentation, Object Names and IDs; Labels and Selectors")
_namespace = On("namespace", "kubernetes:core/v1:Namespace", "Kubernetes documentation, Pod Security Admission")
_service_on = On("service", "kubernetes:core/v1:Service", _API)
_config = On("data", ("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"), _API)
_policy = On("network-policy", "kubernetes:networking.k8s.io/v1:NetworkPolicy", "pkg/apis/networking/validation")
_class = On("priority-class", "kubernetes:scheduling.k8s.io/v1:PriorityClass", "pkg/apis/scheduling/validation")
_storage = On("storage-class", "kubernetes:storage.k8s.io/v1:StorageClass", "pkg/apis/storage/validation")
_cron = On("cron-job", "kubernetes:batch/v1:CronJob", "pkg/apis/batch/validation")
_quota_on = On("quota", "kubernetes:core/v1:ResourceQuota", _API)
_release = On("release", "kubernetes:helm.sh/v3:Release", "Helm documentation, helm install: release names")
_fixed = On("immutable", (*_IMMUTABLE, "kubernetes:core/v1:ConfigMap"), "pkg/apis/*/validation, update")
RULES: tuple[Rule, ...] = (
    _all.custom("metadata", _metadata),
    _namespace.custom("pod-security", _pod_security),
    _service_on.one_of("spec.type", SERVICE_TYPES, "Unsupported value"),
    _service_on.one_of("spec.sessionAffinity", ("ClientIP", "None"), "Unsupported value"),
    _service_on.one_of("spec.ports[*].protocol", ("TCP", "UDP", "SCTP"), "Unsupported value"),
    _service_on.custom("spec", _service),
    _config.custom("data", _data),
    _policy.one_of("spec.policyTypes[*]", ("Ingress", "Egress"), "Unsupported value"),
    _policy.custom("rules", _network_policy),
    _class.custom("class", _priority),
    _storage.one_of("reclaimPolicy", ("Delete", "Retain"), "Unsupported value"),
    _storage.one_of("volumeBindingMode", ("Immediate", "WaitForFirstConsumer"), "Unsupported value"),
    _cron.one_of("spec.concurrencyPolicy", ("Allow", "Forbid", "Replace"), "Unsupported value"),
    _quota_on.custom("hard", _quota),
    _release.longest("name", 53),
    _release.matches("name", SUBDOMAIN.pattern, "lower-case letters, digits, '-' or '.'"),
    _fixed.custom("fields", _immutable),
    *values_kubernetes_autoscaling.RULES,
    *values_kubernetes_pods.RULES,
)
