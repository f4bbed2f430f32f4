"""Whoever was told by one address, and is told by another in the same change: on-call moves from one to the next."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plan.tokens import TOPIC_SUBSCRIPTION
from plan.types.weaker.model import written
from plan.types.weaker.told import PEOPLE
from policies.gate.model import URN_DISAPPEARS, found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan.steps import Change, State
    from policies.gate.model import Finding

ADDRESS = "endpoint"


def succeeded(changes: Iterable[Change]) -> dict[str, Finding]:
    """What is said of each subscription that goes while another one comes that differs in its address alone.

    Args:
        changes: what happens to each resource.
    """
    known = [one for one in changes if one.type == TOPIC_SUBSCRIPTION]
    come = Counter(_but_for_its_address(one.after) for one in known if one.before is None and one.after is not None)
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
    return told


def _but_for_its_address(side: State) -> str:
    return written({key: value for key, value in side.inputs.items() if key != ADDRESS})
