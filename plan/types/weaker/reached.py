"""Ways through the network that close, or open inside of it.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.model import Weaker, keeps_all, number, written
from plan.types.weaker.ways import appears, network, wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan.types.weaker.kubernetes.ways import Row

_POLICIES = "Kubernetes documentation, Network Policies"
_GROUPS = "Amazon VPC User Guide, Security group rules"
_ENDPOINTS = "AWS PrivateLink Guide, Gateway endpoints; Interface endpoints"
_LISTS = "Amazon VPC User Guide, Consolidate and manage network CIDR blocks with managed prefix lists"
_SIDES = (("ingress", "from"), ("egress", "to"))
_LARGEST = 16
"""Prefix of the largest VPC: what is wider is no network of ours (Amazon VPC User Guide, VPC CIDR blocks)."""
_MANY = 100
"""Ports that a rule may open to a block at once (ours): a program needs a few."""
_HOST = {4: 25, 6: 49}
"""Prefixes from which on a block of the internet is somebody's alone: networks announce no smaller ones than /24 and
/48 to each other (RFC 7454, 6.1.3; unverified 2026-11-30)."""


def _shuts_out(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether pods that a policy named are let through no more, or a port is open to nobody any more.

    Where another way comes on the same side, the program leads its pods over that one.
    """
    return any(_lost(old, new, side, peers) and not _lost(new, old, side, peers) for side, peers in _SIDES)


def _lost(old: object, new: object, side: str, peers: str) -> bool:
    return any(
        not any(_lets(rule, peer, peers, port) for rule in _rules(new, side))
        for known in _rules(old, side)
        for peer, port in _ways(known, peers)
    )


def _rules(spec: object, side: str) -> list[dict[str, Any]]:
    found = spec.get(side) if isinstance(spec, dict) else None
    return [rule for rule in found if isinstance(rule, dict)] if isinstance(found, list) else []


def _ways(rule: dict[str, Any], peers: str) -> Iterator[tuple[str, str]]:
    """Every pair of named pods and port; of what names nobody, the port alone."""
    named = [written(peer) for peer in rule.get(peers) or () if _named(peer)]
    ports = [_port(port) for port in rule.get("ports") or ()]
    for peer in named or [""]:
        for port in ports or [""]:
            if peer or port:
                yield peer, port


def _port(port: object) -> str:
    return written({"protocol": "TCP", **port}) if isinstance(port, dict) else written(port)


def _named(peer: object) -> bool:
    """Whether a peer names pods or namespaces by a label: blocks and everybody are judged where they open."""
    chosen = [peer.get(name) for name in ("podSelector", "namespaceSelector")] if isinstance(peer, dict) else []
    return any(isinstance(one, dict) and any(one.values()) for one in chosen)


def _lets(rule: dict[str, Any], peer: str, peers: str, port: str) -> bool:
    given, ports = rule.get(peers) or (), rule.get("ports") or ()
    through = not peer or not given or any(written(one) == peer or not _narrow(one) for one in given)
    return through and (not port or not ports or port in map(_port, ports))


def _narrow(peer: object) -> bool:
    return _named(peer) or (isinstance(peer, dict) and "ipBlock" in peer)


def _whole_namespace(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a policy lets every pod of its namespace through on a port, and named them before."""
    return bool(set(_unnamed(new)) - set(_unnamed(old))) and bool(old)


def _unnamed(spec: object) -> Iterator[tuple[str, str]]:
    for side, peers in _SIDES:
        for rule in _rules(spec, side):
            given = rule.get(peers) or ()
            if not given or not all(map(_narrow, given)):
                ports = rule.get("ports") or ["every port"]
                yield from ((side, _port(port)) for port in ports)


def _opens_inside(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a rule lets more than a network through, or a block on more than a few ports."""
    return not _loose(old) and _loose(new)


def _loose(rule: object) -> bool:
    if not isinstance(rule, dict):
        return False
    block = network(rule.get("cidrIpv4"))
    if block is None or block.is_global or wide(rule.get("cidrIpv4")):
        return False  # the internet is judged by other rows
    first, last = number(rule.get("fromPort")), number(rule.get("toPort"))
    every = str(rule.get("ipProtocol")) in {"-1", "all"} or (
        first is not None and last is not None and last - first >= _MANY
    )
    return every or block.prefixlen < _LARGEST


def _blocks(entries: object) -> set[str]:
    listed = entries if isinstance(entries, list) else ()
    return {str(entry["cidr"]) for entry in listed if isinstance(entry, dict) and entry.get("cidr")}


def _forgets(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a list names a block no more that no other of its blocks holds."""
    after = [found for block in _blocks(new) if (found := network(block)) is not None]
    gone = (network(block) for block in _blocks(old) - _blocks(new) if not wide(block))
    return bool(after) and any(one is not None and not any(_in(one, other) for other in after) for one in gone)


def _in(one: Any, other: Any) -> bool:  # noqa: ANN401 - networks of either version
    return bool(one.version == other.version and one.subnet_of(other))


def _names_a_host(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a list of networks names a single host of the internet, and named none."""
    return bool(old) and bool(_hosts(new)) and not _hosts(old)


def _hosts(entries: object) -> set[str]:
    found = {block: network(block) for block in _blocks(entries)}
    return {block for block, one in found.items() if one and one.is_global and one.prefixlen >= _HOST[one.version]}


_ROWS: tuple[Row, ...] = (
    (tokens.NETWORK_POLICY, ("spec",), _shuts_out, "these pods are let through on these ports", "way", _POLICIES),
    (tokens.NETWORK_POLICY, ("spec",), _whole_namespace, "only named pods are let through", "defence", _POLICIES),
    (tokens.DEFAULT_SECURITY_GROUP, ("ingress",), appears, "it lets nobody in", "defence", _GROUPS),
    (
        tokens.ENDPOINT,
        ("routeTableIds",),
        keeps_all,
        "these subnets reach the service inside of the VPC",
        "way",
        _ENDPOINTS,
    ),
    (tokens.ENDPOINT, ("subnetIds",), keeps_all, "the service is reached in each of these zones", "way", _ENDPOINTS),
    (tokens.PREFIX_LIST, ("entries",), _forgets, "these networks reach what asks for its list", "way", _LISTS),
    (tokens.PREFIX_LIST, ("entries",), _names_a_host, "it names networks, and no single host", "defence", _LISTS),
)
REACHED: tuple[Weaker, ...] = (
    *(
        Weaker(token=token, path=path, than=than, says=says, loses=loses, source=source)
        for token, path, than, says, loses, source in _ROWS
    ),
    Weaker(
        token=tokens.INGRESS_RULE,
        path=(),
        label="cidrIpv4",
        than=_opens_inside,
        made="securityGroupId",
        says="it lets through a network at the most, on a few ports",
        loses="defence",
        source=_GROUPS,
    ),
)
