"""What goes while its successor comes in the same change: on-call by another address, pods by another autoscaler."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plan.selectors import namespace_of
from plan.tokens import AUTOSCALERS, HPA, SCALED_OBJECT, TOPIC_SUBSCRIPTION
from plan.types.weaker.kubernetes.ways import deep
from plan.types.weaker.model import number, written
from plan.types.weaker.told import PEOPLE
from policies.gate.model import URN_DISAPPEARS, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan.steps import Change, State
    from policies.gate.model import Finding

ADDRESS = "endpoint"


def succeeded(changes: Iterable[Change]) -> dict[str, Finding]:
    """What is said of each thing that goes while its successor comes.

    A subscription's differs in its address alone, or is that of somebody who stays told of the same. An autoscaler's is
    of the other kind and scales the same pods within the same bounds, and both have the name by which KEDA takes an
    autoscaler over (KEDA documentation, Scaling Deployments, `transfer-hpa-ownership`; the drill of the handover shows
    that no pod is lost).

    Args:
        changes: what happens to each resource.
    """
    known = list(changes)
    return {**_subscriptions(known), **dict(_autoscalers(known))}


def _autoscalers(changes: Iterable[Change]) -> Iterator[tuple[str, Finding]]:
    known = [one for one in changes if one.type in AUTOSCALERS]
    come = [one.after for one in known if one.before is None and one.after is not None]
    for change in known:
        before = change.before
        if change.kind != "delete" or before is None or before.leftover or "refresh" in change.ops:
            continue
        if any(before.type != other.type and _takes_over(before, other) for other in come):
            says = "it goes, and another autoscaler of the same name and bounds scales its pods"
            fix = "look at the targets of both: they are written in other words"
            yield change.urn, found(URN_DISAPPEARS, change.urn, says, noted=True, fix=fix)


def _takes_over(old: State, new: State) -> bool:
    (name, *mine), (other, *theirs) = map(_scales, (old, new))
    bounds = [deep(side.inputs, "spec", key) for side in (old, new) for key in _BOUNDS[side.type]]
    least, most, fewer, more = map(number, bounds)
    if name is None or name != other or mine != theirs or None in {least, most, fewer, more}:
        return False
    return (fewer or 0) >= (least or 0) and (more or 0) >= (most or 0)


_BOUNDS = {HPA: ("minReplicas", "maxReplicas"), SCALED_OBJECT: ("minReplicaCount", "maxReplicaCount")}


def _scales(side: State) -> tuple[object, str, object]:
    """The name of its autoscaler, its namespace, and the workload that it scales."""
    own = ("metadata", "name") if side.type == HPA else ("spec", "advanced", "horizontalPodAutoscalerConfig", "name")
    return deep(side.inputs, *own), namespace_of(side.inputs), deep(side.inputs, "spec", "scaleTargetRef", "name")


def _subscriptions(changes: Iterable[Change]) -> dict[str, Finding]:
    known = [one for one in changes if one.type == TOPIC_SUBSCRIPTION]
    come = Counter(_but_for_its_address(one.after) for one in known if one.before is None and one.after is not None)
    left = {_topic(one.after) for one in known if one.after is not None and one.before is not None}
    told: dict[str, Finding] = {}
    for change in known:
        before = change.before
        if change.kind != "delete" or before is None or before.leftover or "refresh" in change.ops:
            continue
        if before.inputs.get("protocol") not in PEOPLE:
            continue
        kind = _but_for_its_address(before)
        if come[kind]:
            come[kind] -= 1
            says = (
                f"{ADDRESS} {before.inputs.get(ADDRESS)} would be told no more, and another one of the same topic and "
                f"protocol is: it hears nothing before it has confirmed"
            )
            fix = "keep both until the new address has confirmed"
            told[change.urn] = found(URN_DISAPPEARS, change.urn, says, (ADDRESS,), noted=True, fix=fix)
        elif _topic(before) in left:
            says = f"{ADDRESS} {before.inputs.get(ADDRESS)} would be told no more, and others of its topic still are"
            told[change.urn] = found(
                URN_DISAPPEARS, change.urn, says, (ADDRESS,), noted=True, fix="look at who is left"
            )
    return told


def _topic(side: State) -> tuple[str, str]:
    """What people are told of, and how: by mail, or by a message to their phones."""
    return str(side.inputs.get("topic")), str(side.inputs.get("protocol"))


def _but_for_its_address(side: State) -> str:
    return written({key: value for key, value in side.inputs.items() if key != ADDRESS})
