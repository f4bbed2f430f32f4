"""The last right over everything in a cluster, which nobody could give again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.gate.model import LED, found
from policies.gate.newcomers import EVERYTHING, RIGHTS, whole_cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from plan.steps import Change
    from policies.gate.model import Finding


def left_alone(changes: Iterable[Change]) -> Iterator[Finding]:
    """The last right over everything in a cluster that goes: nobody would deploy to it, or give such a right again.

    Args:
        changes: what happens to each resource.
    """
    rights = [change for change in changes if change.type == RIGHTS]
    left = [change for change in rights if change.after is not None and _administers(change.after.inputs)]
    lost = [
        change
        for change in rights
        if change.before is not None and _administers(change.before.inputs) and change not in left
    ]
    if lost and not left:
        says = (
            f"policyArn would no longer be {EVERYTHING[0]} for anybody: who deploys could change nothing in the cluster"
        )
        yield found(LED, lost[0].urn, says, ("policyArn",))


def _administers(inputs: Mapping[str, Any]) -> bool:
    return whole_cluster(inputs) and str(inputs.get("policyArn")).endswith(EVERYTHING[0])
