"""What selects what: labels, terms of affinity, taints.

Kubernetes documentation, "Labels and Selectors", "Assigning Pods to Nodes", "Taints and Tolerations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from planner.capacity.scheduling import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Manifest: TypeAlias = dict[str, Any]

KEEPS_AWAY = frozenset({"NoSchedule", "NoExecute"})
"""Effects of taints that no pod starts in spite of without tolerating them."""
NAME_FIELD = "metadata.name"


def selects(selector: Manifest | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches labels; one that is absent matches nothing, an empty one everything."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and _met(
        selector.get("matchExpressions"), labels
    )


def _met(expressions: Iterable[Manifest] | None, labels: Mapping[str, str]) -> bool:
    return all(
        Requirement(
            key=str(item["key"]), operator=str(item["operator"]), values=tuple(map(str, item.get("values") or ()))
        ).met_by(labels.get(item["key"]))
        for item in expressions or ()
    )


def chosen_by(pod: Manifest, node: Manifest) -> bool:
    """Whether a node has what a pod's node selector and required node affinity ask for."""
    spec, labels = pod["spec"], node["metadata"].get("labels") or {}
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return required is None or in_terms(required, node)


def in_terms(required: Manifest, node: Manifest) -> bool:
    """Whether a node meets one of the terms of a node selector; a term without requirements matches nothing."""
    labels = node["metadata"].get("labels") or {}
    fields = {NAME_FIELD: node["metadata"]["name"]}
    return any(
        (term.get("matchExpressions") or term.get("matchFields"))
        and _met(term.get("matchExpressions"), labels)
        and _met(term.get("matchFields"), fields)
        for term in required.get("nodeSelectorTerms") or ()
    )


def tolerated(pod: Manifest, node: Manifest) -> bool:
    """Whether a pod may start on a node in spite of its taints."""
    tolerations = pod["spec"].get("tolerations") or ()
    return all(
        any(_tolerates(toleration, taint) for toleration in tolerations)
        for taint in node["spec"].get("taints") or ()
        if taint.get("effect") in KEEPS_AWAY
    )


def _tolerates(toleration: Manifest, taint: Manifest) -> bool:
    effect, key = toleration.get("effect"), toleration.get("key")
    if (effect and effect != taint.get("effect")) or (key and key != taint.get("key")):
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool(key) and (toleration.get("value") or "") == (taint.get("value") or "")
