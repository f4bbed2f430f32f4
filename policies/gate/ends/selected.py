"""Pods that whoever selected them by their labels would lose.

Sources are the Kubernetes documentation, Labels and Selectors, Service, Disruptions and Network Policies; unverified
2026-12-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.selectors import namespace_of, selects, service_selects
from plan.types.weaker.kubernetes.pods import PODS, labels_of
from policies.gate.model import LED, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plan.steps import Change
    from policies.gate.model import Finding

    Inputs = Mapping[str, Any]

_SELECTS: Mapping[str, tuple[str, str]] = {
    tokens.SERVICE: ("selector", "it would send them nothing any more"),
    tokens.DISRUPTION_BUDGET: ("selector", "it would keep none of them any more"),
    tokens.NETWORK_POLICY: ("podSelector", "it would hold for them no more"),
    tokens.DEPLOYMENT: ("selector", "they would not be its pods"),
    tokens.POD_MONITOR: ("selector", "nobody would measure them any more"),
}
"""Who selects pods, by which property of its spec, and what becomes of pods that it selects no more."""


def lost_by_selectors(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every workload whose pods get other labels, and would be selected no more by what stands and stays.

    Args:
        changes: what happens to each resource.
    """
    listed = list(changes)
    for change in listed:
        before, after = change.before, change.after
        if change.type not in PODS or before is None or after is None:
            continue
        old, new = (labels_of(change.type, side.inputs) for side in (before, after))
        if old == new:
            continue
        for other in listed:
            if other.type not in _SELECTS or other.before is None or other.after is None:
                continue
            part, becomes = _SELECTS[other.type]
            if namespace_of(other.after.inputs) != namespace_of(after.inputs):
                continue
            if _chooses(other.type, other.before.inputs, part, old) and not _chooses(
                other.type, other.after.inputs, part, new
            ):
                kind = other.type.rpartition(":")[2]
                name = (other.after.inputs.get("metadata") or {}).get("name") or other.urn.rpartition("::")[2]
                says = f"labels of its pods would no longer be those that {kind} {name} selects: {becomes}"
                yield found(LED, change.urn, says, ("spec.template.metadata.labels",))


def _chooses(token: str, inputs: Inputs, part: str, labels: Inputs) -> bool:
    chosen = (inputs.get("spec") or {}).get(part)
    return (service_selects if token == tokens.SERVICE else selects)(chosen, labels)
