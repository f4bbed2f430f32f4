"""Kinds of the core group beside pods: namespaces, services, configuration, quotas, claims of storage."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.model.replacement import InPlace, Replaced
from sandbox.model.rows import Deletion
from sandbox.model.sources import Sources
from sandbox.services.kubernetes import namespaces
from sandbox.services.kubernetes.immutable import IMMUTABLE
from sandbox.services.kubernetes.kinds import NAMESPACE, SERVICE, row, stored
from sandbox.services.kubernetes.metadata import label_violations
from sandbox.services.kubernetes.names import label_problem, quantity
from sandbox.services.kubernetes.pods import LAST_PORT, PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


DATA_SIZE = 2**20
"""Bytes."""
NODE_PORTS = (30_000, 32_767)
"""Kubernetes documentation, kube-apiserver, --service-node-port-range: the default, which EKS has."""
SERVICE_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
PSA_LEVELS = ("privileged", "baseline", "restricted")
_PSA = "pod-security.kubernetes.io/"


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
    if kind == "ExternalName" and not given(spec, "externalName"):
        yield Violation("spec.externalName", "required for a service of type ExternalName")
    yield from _of_type(spec, kind, ports)
    yield from _address(spec.get("clusterIP"))
    for index, port in enumerate(ports):
        yield from _service_port(port, f"spec.ports[{index}]", several=len(ports) > 1)
    yield from _duplicates(ports)
    yield from label_violations(block(spec, "selector"), "spec.selector")


def _of_type(spec: dict[str, Any], kind: object, ports: list[dict[str, Any]]) -> Iterator[Violation]:
    """What only services of another type have."""
    if spec.get("clusterIP") == "None" and kind in {"NodePort", "LoadBalancer"}:
        yield Violation("spec.clusterIP", f"may not be set to 'None' for {kind} services")
    for name in ("loadBalancerSourceRanges", "loadBalancerClass"):
        if kind != "LoadBalancer" and given(spec, name) and known(kind):
            yield Violation(f"spec.{name}", f"may only be used when `type` is 'LoadBalancer', here {kind}")
    for index, port in enumerate(ports if kind in {"ClusterIP", "ExternalName"} else ()):
        if port.get("nodePort"):
            yield Violation(f"spec.ports[{index}].nodePort", f"may not be used when `type` is '{kind}' (Forbidden)")
    if kind == "ClusterIP" and given(spec, "externalTrafficPolicy"):
        yield Violation("spec.externalTrafficPolicy", "may only be set for externally-accessible services")


def _address(value: object) -> Iterator[Violation]:
    if not isinstance(value, str) or value in {"", "None"}:
        return
    try:
        ipaddress.ip_address(value)
    except ValueError:
        yield Violation("spec.clusterIP", f"{value!r}: must be empty, 'None', or a valid IP address")


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
        elif name == "nodePort" and found and not NODE_PORTS[0] <= found <= NODE_PORTS[1]:
            yield Violation(
                f"{at}.nodePort",
                f"{found:g}: provided port is not in the valid range. The range of valid ports is "
                f"{NODE_PORTS[0]}-{NODE_PORTS[1]}",
            )


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


_NEEDED = {
    "kubernetes.io/basic-auth": (("username", "password"), 1),
    "kubernetes.io/dockercfg": ((".dockercfg",), 1),
    "kubernetes.io/dockerconfigjson": ((".dockerconfigjson",), 1),
    "kubernetes.io/ssh-auth": (("ssh-privatekey",), 1),
    "kubernetes.io/tls": (("tls.crt", "tls.key"), 2),
}
"""Type of a Secret, the keys that it has, and how many of them at least (Kubernetes documentation, Secrets, Types)."""


def _secret_type(context: Context) -> Iterator[Violation]:
    kind = context.inputs.get("type")
    parts = [context.inputs.get(name) for name in ("data", "stringData")]
    if not isinstance(kind, str) or kind not in _NEEDED or any(part is not None and not known(part) for part in parts):
        return
    there = {key for part in parts if isinstance(part, dict) for key in part}
    wanted, least = _NEEDED[kind]
    missing = [key for key in wanted if key not in there]
    if len(wanted) - len(missing) < least:
        yield Violation(f'data["{missing[0]}"]', f"Required value: a Secret of type {kind} has {' and '.join(wanted)}")


def _claim(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    if not spec:
        return
    modes, requests = spec.get("accessModes"), block(block(spec, "resources"), "requests")
    if not given(spec, "accessModes"):
        yield Violation("spec.accessModes", "Required value: at least 1 access mode is required")
    if isinstance(modes, list) and "ReadWriteOncePod" in modes and len(modes) > 1:
        yield Violation("spec.accessModes", "may not use ReadWriteOncePod with other access modes (Forbidden)")
    if not given(requests, "storage") and not _awaited(spec, "resources", "requests"):
        yield Violation("spec.resources.requests.storage", "Required value")
    before = block(block(block(context.old or {}, "spec"), "resources"), "requests").get("storage")
    was, is_now = quantity(before), quantity(requests.get("storage"))
    if was is not None and is_now is not None and is_now < was:
        yield Violation(
            "spec.resources.requests.storage",
            f"{before} to {requests['storage']}: field can not be less than status.capacity (Forbidden); a volume only "
            "grows",
        )


def _awaited(value: dict[str, Any], *names: str) -> bool:
    """Whether something on the way is not yet known."""
    for name in names:
        inner = value.get(name)
        if inner is not None and not isinstance(inner, dict):
            return True
        value = inner or {}
    return False


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _quota(context: Context) -> Iterator[Violation]:
    for name, value in block(block(context.inputs, "spec"), "hard").items():
        if known(value) and quantity(value) is None:
            yield Violation(f'spec.hard["{name}"]', f"{value!r} is no quantity")


def _beside_data(_item: Mapping[str, Any], path: str) -> bool:
    steps = path.split(".")
    return len(steps) > 1 and steps[1].split("[")[0] not in {"data", "stringData"}


_API = "Kubernetes API reference; pkg/apis/core/validation"
_namespace = On("namespace", source="Kubernetes documentation, Pod Security Admission")
_service_on = On("service", source=_API)
_secret_on = On("secret", source="Kubernetes documentation, Secrets, Types of Secret; pkg/apis/core/validation")
_claims_on = On("claim", source="Kubernetes documentation, Persistent Volumes; pkg/apis/core/validation")
_quota_on = On("quota", source=_API)
_DATA = On("data", source=_API).custom("data", _data)
_MOUNTED = (
    "Kubernetes documentation, ConfigMaps, Mounted ConfigMaps are updated automatically: volumes after the kubelet's "
    "sync period and its cache, variables never"
)
ROWS = (
    row(
        NAMESPACE,
        Replaced(),
        _namespace.custom("pod-security", _pod_security),
        deletion=Deletion(refuses=namespaces.refuses, effects=namespaces.effects),
        sources=Sources(
            outputs="Kubernetes API reference, NamespaceStatus: the phase, and conditions only where a deletion is "
            "stuck; NamespaceSpec, finalizers; Kubernetes documentation, Automatic labelling",
            time=f"nothing waits while it is made; {namespaces.SOURCE}",
        ),
    ),
    row(
        SERVICE,
        Replaced(("spec.clusterIP",)),
        _service_on.one_of("spec.type", SERVICE_TYPES, "Unsupported value"),
        _service_on.one_of("spec.sessionAffinity", ("ClientIP", "None"), "Unsupported value"),
        _service_on.one_of("spec.ports[*].protocol", PROTOCOLS, "Unsupported value"),
        _service_on.custom("spec", _service),
        IMMUTABLE,
    ),
    row(
        "kubernetes:core/v1:ConfigMap",
        Replaced(("binaryData", "data"), in_place=InPlace("enableConfigMapMutable")),
        _DATA,
        IMMUTABLE,
        sources=stored(_MOUNTED),
    ),
    row(
        "kubernetes:core/v1:Secret",
        Replaced(("data", "stringData", "type"), in_place=InPlace("enableSecretMutable", still=("type",))),
        _DATA,
        IMMUTABLE,
        _secret_on.custom("type", _secret_type),
        readable=_beside_data,
        sources=stored(_MOUNTED),
    ),
    row(
        "kubernetes:core/v1:PersistentVolumeClaim",
        Replaced(
            (
                "spec.accessModes",
                "spec.selector",
                "spec.storageClassName",
                "spec.volumeName",
            )
        ),
        _claims_on.one_of("spec.accessModes[*]", ACCESS_MODES, "Unsupported value"),
        _claims_on.custom("spec", _claim),
        IMMUTABLE,
    ),
    row(
        "kubernetes:core/v1:ResourceQuota",
        Replaced(("spec.scopes",)),
        _quota_on.custom("hard", _quota),
    ),
    row(
        "kubernetes:core/v1:ServiceAccount",
        Replaced(),
        schema_only="what holds for every object is all that is looked at",
        sources=stored("since Kubernetes 1.24 no token is made for it"),
    ),
)
