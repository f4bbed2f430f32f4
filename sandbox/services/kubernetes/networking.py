"""Who may speak to whom."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, block, given, items, number
from sandbox.model.replacement import Replaced
from sandbox.services.kubernetes.kinds import row

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


_on = On("network-policy", source="pkg/apis/networking/validation")
ROWS = (
    row(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        Replaced(),
        _on.one_of("spec.policyTypes[*]", ("Ingress", "Egress"), "Unsupported value"),
        _on.custom("rules", _network_policy),
    ),
)
