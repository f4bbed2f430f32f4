"""Pods that whoever selected them by their labels would lose.

Sources are the Kubernetes documentation, Labels and Selectors, Service, Disruptions and Network Policies; unverified
2026-12-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.kubernetes.pods import PODS
from policies.gate.made.labels import labels_of, matches, selector_of, space_of
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
    "kubernetes:monitoring.coreos.com/v1:PodMonitor": ("selector", "nobody would measure them any more"),
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
            then, now = (_selector(other.type, side.inputs, part) for side in (other.before, other.after))
            if space_of(other.after.inputs) != space_of(after.inputs) or not matches(then, old):
                continue
            if not matches(now, new):
                kind = other.type.rpartition(":")[2]
                name = (other.after.inputs.get("metadata") or {}).get("name") or other.urn.rpartition("::")[2]
                says = f"labels of its pods would no longer be those that {kind} {name} selects: {becomes}"
                yield found(LED, change.urn, says, ("spec.template.metadata.labels",))


def _selector(token: str, inputs: Inputs, part: str) -> tuple[Inputs, list[Any]]:
    chosen = (inputs.get("spec") or {}).get(part)
    return selector_of({"matchLabels": chosen} if token == tokens.SERVICE and chosen else chosen)
