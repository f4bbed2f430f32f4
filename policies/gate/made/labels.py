"""Labels of pods, and whether a selector selects them (Kubernetes documentation, Labels and Selectors; unverified)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan.types.weaker.kubernetes.pods import PODS
from policies.documents import listed
from policies.gate.weaker import value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    Inputs = Mapping[str, Any]


def space_of(inputs: Inputs) -> str:
    """The namespace of an object."""
    return str((inputs.get("metadata") or {}).get("namespace") or "default")


def labels_of(token: str, inputs: Inputs) -> Inputs:
    """The labels of the pods of a workload."""
    template = value_at(inputs, PODS[token][:-1])
    return (template.get("metadata") or {}).get("labels") or {} if isinstance(template, dict) else {}


def selector_of(selector: Any) -> tuple[Inputs, list[Any]]:  # noqa: ANN401 - any value of a plan
    """The labels and expressions of a selector."""
    found = selector if isinstance(selector, dict) else {}
    return found.get("matchLabels") or {}, listed(found.get("matchExpressions"))


def matches(selects: tuple[Inputs, list[Any]], labels: Inputs) -> bool:
    """Whether labels are those that a selector selects (Kubernetes documentation, Labels and Selectors)."""
    pairs, expressions = selects
    if not labels or not (pairs or expressions) or any(labels.get(key) != value for key, value in pairs.items()):
        return False
    return all(_holds(one, labels.get(one.get("key"))) for one in expressions)


def _holds(one: Inputs, value: object) -> bool:
    values, operator = listed(one.get("values")), one.get("operator")
    if operator in {"In", "NotIn"}:
        return (value in values) is (operator == "In")
    return (value is not None) is (operator == "Exists")
