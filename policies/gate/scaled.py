"""What is wrong of several resources together: two autoscalers of one workload, ways out, the order of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan.tokens import AUTOSCALERS, NAT, PRIORITY_CLASS, ROUTE
from plan.types.weaker.model import number
from plan.unknown import is_unknown
from policies.gate.model import ALONE, LED, ROOM, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan import Plan
    from plan.steps import Change
    from policies.gate.model import Finding

GATEWAY = "natGatewayId"


def scaled_twice(plan: Plan, before: Plan) -> Iterator[Finding]:
    """Every autoscaler of a workload that another one scales already, and did not before.

    Args:
        plan: what will stand.
        before: what stands.
    """
    known = {urn for urn, _ in _second(before)}
    for urn, name in _second(plan):
        if urn not in known:
            yield found(ROOM, urn, f"it would scale {name}, which another autoscaler scales", ("spec",))


def ranks_crossed(plan: Plan, before: Plan) -> Iterator[Finding]:
    """Every class of pods that would go before another one, and went after it.

    Args:
        plan: what will stand.
        before: what stands.
    """
    was, now = _ranks(before), _ranks(plan)
    for urn in sorted(was.keys() & now.keys()):
        passed = [
            other.rpartition("::")[2]
            for other in sorted(was.keys() & now.keys())
            if was[urn] < was[other] and now[urn] >= now[other] and now[urn] > was[urn]
        ]
        if passed:
            ranks = f"value would go from {was[urn]:g} to {now[urn]:g}"
            says = f"{ranks}: its pods would go before those of {', '.join(passed)}"
            yield found(ROOM, urn, says, ("value",))


def _ranks(plan: Plan) -> dict[str, float]:
    return {
        item.urn: rank
        for item in plan.of_type(PRIORITY_CLASS)
        if item.op != "delete" and (rank := number(item.inputs.get("value"))) is not None
    }


def ways_shared(plan: Plan, before: Plan) -> Iterator[Finding]:
    """Every way out of subnets that leads over another gateway than before, where fewer gateways are used in all.

    Args:
        plan: what will stand.
        before: what stands.
    """
    was, now = _gateways(before), _gateways(plan)
    if len(set(now.values())) < len(set(was.values())):
        for urn in sorted(urn for urn, gateway in now.items() if was.get(urn, gateway) != gateway):
            says = "natGatewayId would lead the way out of a zone through another zone"
            yield found(ALONE, urn, says, (GATEWAY,))


def ways_elsewhere(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every way out of subnets that would lead over a gateway that is none of the stack's own.

    Args:
        changes: what happens to each resource.
    """
    known = list(changes)
    ids = {side.id for change in known if change.type == NAT for side in (change.before, change.after) if side} - {""}
    # Physical ids need not be there; where routes lead already is the stack's own choice, too.
    own = ids | {str(change.before.inputs.get(GATEWAY)) for change in known if change.type == ROUTE and change.before}
    own -= {"", "None"}
    if not ids and any(change.type == NAT and change.before is None for change in known):
        return  # a way may lead over one that is made, of which no id says so
    for change in known:
        before, after = change.before, change.after
        if change.type != ROUTE or after is None or (before is not None and before.leftover):
            continue
        new = after.inputs.get(GATEWAY)
        if own and new and new not in own and not is_unknown(new):
            says = f"natGatewayId would lead the way out over {new}, which is no gateway of this stack"
            yield found(LED, change.urn, says, (GATEWAY,))


def _gateways(plan: Plan) -> dict[str, str]:
    return {
        item.urn: str(item.inputs[GATEWAY])
        for item in plan.of_type(ROUTE)
        if item.op != "delete" and item.inputs.get(GATEWAY)
    }


def _second(plan: Plan) -> Iterator[tuple[str, str]]:
    """All of the autoscalers of a workload that has more than one."""
    by_target: dict[tuple[str, str, str], list[str]] = {}
    for item in plan.of_type(*AUTOSCALERS):
        spec, about = item.inputs.get("spec"), item.inputs.get("metadata")
        target = spec.get("scaleTargetRef") if isinstance(spec, dict) else None
        name = target.get("name") if isinstance(target, dict) else None
        if item.op == "delete" or not isinstance(name, str) or is_unknown(name) or not isinstance(target, dict):
            continue
        namespace = about.get("namespace") if isinstance(about, dict) else None
        by_target.setdefault((str(namespace), str(target.get("kind") or "Deployment"), name), []).append(item.urn)
    for (_, _, name), urns in by_target.items():
        if len(urns) > 1:
            yield from ((urn, name) for urn in urns)
