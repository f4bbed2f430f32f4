"""Who may speak to whom, and what leads in from outside."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, block, given, items, number
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE
from sandbox.services.kubernetes.kinds import row, stored
from sandbox.services.kubernetes.names import name_problem
from sandbox.services.kubernetes.pods import PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Iterator


def _network_policy(context: Context) -> Iterator[Violation]:
    spec = block(context.inputs, "spec")
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items(spec, direction)):
            at = f"spec.{direction}[{index}]"
            for number_, peer in enumerate(items(rule, peers)):
                yield from _peer(peer, f"{at}.{peers}[{number_}]")
            for number_, port in enumerate(items(rule, "ports")):
                low, high = number(port.get("port")), number(port.get("endPort"))
                if high is not None and low is None and (port.get("port") is None or isinstance(port["port"], str)):
                    yield Violation(
                        f"{at}.ports[{number_}].endPort", "must be specified with a numeric `port` (Forbidden)"
                    )
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


_CLASS = "kubernetes.io/ingress.class"
PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")


def _ingress(context: Context) -> Iterator[Violation]:
    spec, metadata = block(context.inputs, "spec"), block(context.inputs, "metadata")
    if spec and not given(spec, "rules") and not given(spec, "defaultBackend") and known(spec.get("rules", [])):
        yield Violation("spec", "either `defaultBackend` or `rules` must be specified (Invalid value)")
    if given(spec, "ingressClassName") and _CLASS in block(metadata, "annotations") and context.old is None:
        yield Violation(
            f'metadata.annotations["{_CLASS}"]', "can not be set when the class field is also set (Invalid value)"
        )
    if isinstance(spec.get("defaultBackend"), dict):
        yield from _backend(spec["defaultBackend"], "spec.defaultBackend")
    for index, rule in enumerate(items(spec, "rules")):
        host = rule.get("host")
        if isinstance(host, str) and host and not _is_host(host):
            yield Violation(f"spec.rules[{index}].host", f"{host!r}: a DNS name, one '*.' may stand first, no address")
        for number_, path in enumerate(items(block(rule, "http"), "paths")):
            yield from _path(path, f"spec.rules[{index}].http.paths[{number_}]")


def _is_host(host: str) -> bool:
    return name_problem(host.removeprefix("*.")) is None and not host.replace(".", "").isdecimal()


def _path(path: dict[str, Any], at: str) -> Iterator[Violation]:
    kind, value = path.get("pathType"), path.get("path")
    if not given(path, "pathType"):
        yield Violation(f"{at}.pathType", "Required value: pathType must be specified")
    elif known(kind) and kind not in PATH_TYPES:
        yield Violation(f"{at}.pathType", f"Unsupported value: {kind!r}: supported values: {', '.join(PATH_TYPES)}")
    absolute = kind in {"Exact", "Prefix"}
    if absolute and (not given(path, "path") or (isinstance(value, str) and not value.startswith("/"))):
        yield Violation(f"{at}.path", f"{value!r}: must be an absolute path")
    if isinstance(path.get("backend"), dict):
        yield from _backend(path["backend"], f"{at}.backend")


def _backend(backend: dict[str, Any], at: str) -> Iterator[Violation]:
    if given(backend, "service") == given(backend, "resource"):
        yield Violation(at, "exactly one of `service` and `resource` is required")
    service = block(backend, "service")
    port = service.get("port")
    if service and (port is None or (isinstance(port, dict) and given(port, "name") == given(port, "number"))):
        yield Violation(f"{at}.service.port", "Required value: exactly one of port name and port number")


def _inside(inner: str, outer: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        found = ipaddress.ip_network(inner, strict=False)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Network):
        return isinstance(outer, ipaddress.IPv4Network) and found != outer and found.subnet_of(outer)
    return isinstance(outer, ipaddress.IPv6Network) and found != outer and found.subnet_of(outer)


_ingress_on = On("ingress", source="Kubernetes documentation, Ingress; pkg/apis/networking/validation")
_on = On("network-policy", source="pkg/apis/networking/validation")
ROWS = (
    row(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        Replaced(),
        _on.one_of("spec.policyTypes[*]", ("Ingress", "Egress"), "Unsupported value"),
        _on.one_of("spec.ingress[*].ports[*].protocol", PROTOCOLS, "Unsupported value"),
        _on.one_of("spec.egress[*].ports[*].protocol", PROTOCOLS, "Unsupported value"),
        _on.custom("rules", _network_policy),
        sources=stored("Kubernetes documentation, Network Policies: its plugin handles it some time later"),
    ),
    row("kubernetes:networking.k8s.io/v1:Ingress", NONE, _ingress_on.custom("spec", _ingress)),
)
