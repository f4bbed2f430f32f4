"""Policies of the cluster's network by which pods are reached from another namespace or network, and were not.

Policies add up: a new one opens what no other one refuses (Kubernetes documentation, Network Policies; unverified
2026-12-01). Pods of the same namespace that are named are its own components, and may be let through.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from plan.tokens import NETWORK_POLICY
from plan.types.weaker.model import written
from plan.types.weaker.ways import wide
from plan.unknown import is_unknown
from policies.documents import listed
from policies.gate.model import ADMITS, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding
    from policies.gate.peers import Standing

_METADATA = tuple(map(ip_address, ("169.254.169.254", "fd00:ec2::254")))
"""Where a node gets the keys of its role (Amazon EC2 User Guide, Instance metadata; unverified 2026-12-01). Pods get
theirs elsewhere, at 169.254.170.23, and each its own alone (EKS User Guide, EKS Pod Identities)."""
_WEB = 80
_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True, kw_only=True)
class _Way:
    """Who is let in, as it is written, and on which port; every port where none is named."""

    peer: str
    port: str


def reached_more(change: Change, stand: Standing) -> Iterator[Finding]:
    """Every way from another namespace or network that a policy opens to pods that stand.

    Args:
        change: what happens.
        stand: the inputs of what stands, by type.
    """
    before, after = change.before, change.after
    if change.type != NETWORK_POLICY or after is None or (before is not None and before.leftover):
        return
    new, old = _spec(after.inputs), _spec(before.inputs) if before is not None else {}
    if new == old or is_unknown(new):
        return
    space = _namespace(after.inputs)
    same = before is not None and new.get("podSelector") == old.get("podSelector")
    others = [one for one in stand.get(NETWORK_POLICY, ()) if _namespace(one) == space]
    met = [old] if same else [spec for one in others if _meet(new, spec := _spec(one)) and spec != old]
    beside = [_spec(one) for one in others if _spec(one).get("podSelector") == new.get("podSelector")]
    for way in _ways(new, space):
        if any(_admits(known, way) for spec in beside for known in _ways(spec, space)):
            continue
        if not met or all(any(_admits(known, way) for known in _ways(spec, space)) for spec in met):
            continue
        known = all(any(known.peer == way.peer for known in _ways(spec, space)) for spec in met)
        says = f"spec would let {way.peer[:160]} reach {_selected(new)} on {way.port or 'every port'}"
        low = (known and bool(way.port) and not _whole(new)) or _public(way)
        yield found(ADMITS, change.urn, says, ("spec",), noted=low)
    if _leads_to_roles(new) and not (_leads_to_roles(old) or (same and _wide(new) and not _wide(old))):
        says = f"spec would let {_selected(new)} reach {_METADATA[0]}, where keys of their node's role are given out"
        yield found(ADMITS, change.urn, says, ("spec",))


def _spec(inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any value of a plan
    return inputs.get("spec") or {}


def _namespace(inputs: Mapping[str, Any]) -> object:
    metadata = inputs.get("metadata")
    return metadata.get("namespace") if isinstance(metadata, dict) else None


def _ways(spec: Mapping[str, Any], space: object) -> Iterator[_Way]:
    """Every way in from another namespace or a network; what lets everybody in is judged by rows."""
    for rule in listed(spec.get("ingress")):
        ports = [written({"protocol": "TCP", **port}) for port in listed(rule.get("ports"))] or [""]
        for peer in listed(rule.get("from")):
            if not _anybody(peer) and ("ipBlock" in peer or _elsewhere(peer, space)):
                yield from (_Way(peer=written(peer), port=port) for port in ports)


def _anybody(peer: Mapping[str, Any]) -> bool:
    """Whether a peer is every address, or every pod there is: rows judge that (`plan.types.weaker`)."""
    if "ipBlock" in peer:
        return wide((peer["ipBlock"] or {}).get("cidr"))
    chosen = [peer.get(name) for name in ("namespaceSelector", "podSelector")]
    return chosen[0] is not None and not any(any(one.values()) for one in chosen if one)


def _elsewhere(peer: Mapping[str, Any], space: object) -> bool:
    chosen = peer.get("namespaceSelector")
    if chosen is None:
        return False
    only = chosen.get("matchLabels") if isinstance(chosen, dict) else None
    return not (isinstance(only, dict) and space is not None and only.get(_NAME) == space)


def _admits(known: _Way, way: _Way) -> bool:
    return known.peer == way.peer and known.port in {way.port, ""}


def _public(way: _Way) -> bool:
    """Whether somebody is let in by an address of the internet: wide blocks are judged by rows."""
    block = _network(way.peer.partition('"cidr": "')[2].partition('"')[0])
    return block is not None and block.is_global


def _network(text: object) -> Any:  # noqa: ANN401 - a network of either version
    try:
        return ip_network(str(text), strict=False)
    except ValueError:
        return None


def _whole(spec: Mapping[str, Any]) -> bool:
    """Whether a policy names no pods: it is about all of its namespace, or all but some."""
    return not any(True for _ in _values(spec))


def _values(spec: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Labels that pods must have to be meant, with the values of which one must stand there."""
    selector = spec.get("podSelector") or {}
    for key, value in (selector.get("matchLabels") or {}).items():
        yield str(key), frozenset((str(value),))
    for one in listed(selector.get("matchExpressions")):
        if one.get("operator") == "In":
            yield str(one.get("key")), frozenset(map(str, listed(one.get("values"))))


def _meet(spec: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two policies may be about the same pods: no label of one keeps those of the other out."""
    if _whole(other):
        return _whole(spec)
    theirs = list(_values(other))
    if any(key == label and not values & wanted for key, values in _values(spec) for label, wanted in theirs):
        return False
    return not any(_kept_out(one, theirs) for one in listed((spec.get("podSelector") or {}).get("matchExpressions")))


def _kept_out(one: Mapping[str, Any], theirs: Iterable[tuple[str, frozenset[str]]]) -> bool:
    key, values = one.get("key"), frozenset(map(str, listed(one.get("values"))))
    if one.get("operator") == "NotIn":
        return any(label == key and wanted <= values for label, wanted in theirs)
    return one.get("operator") == "DoesNotExist" and any(label == key for label, _ in theirs)


def _selected(spec: Mapping[str, Any]) -> str:
    selector = spec.get("podSelector") or {}
    return f"pods with {written(selector)[:120]}" if any(selector.values()) else "every pod of its namespace"


def _leads_to_roles(spec: Mapping[str, Any]) -> bool:
    return any(_asked(rule) and _reaches(block) for rule, block in _blocks(spec))


def _wide(spec: Mapping[str, Any]) -> bool:
    """Whether everybody may be asked: rows judge where that is new."""
    return any(wide(block.get("cidr")) for _, block in _blocks(spec))


def _blocks(spec: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for rule in listed(spec.get("egress")):
        for peer in listed(rule.get("to")):
            if isinstance(peer.get("ipBlock"), dict):
                yield rule, peer["ipBlock"]


def _asked(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is about the port on which keys are given out."""
    ports = listed(rule.get("ports"))
    return not ports or any(port.get("port") in {None, _WEB} or "endPort" in port for port in ports)


def _reaches(block: Mapping[str, Any]) -> bool:
    open_, left_out = _network(block.get("cidr")), [_network(part) for part in listed(block.get("except"))]
    reached = (one for one in _METADATA if open_ is not None and one in open_)
    return any(not any(part is not None and one in part for part in left_out) for one in reached)
