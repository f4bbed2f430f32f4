"""Label selectors: which pods they choose, and for which traffic a network policy holds.

Sources are the Kubernetes documentation, Labels and Selectors; Service; Network Policies (unverified 2026-12-01).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def selects(selector: object, labels: Mapping[str, Any]) -> bool:
    """Whether a label selector chooses labels; one that is absent or null chooses nothing, an empty one everything.

    Args:
        selector: with `matchLabels` and `matchExpressions`, which must all hold.
        labels: of pods.
    """
    if not isinstance(selector, dict):
        return False
    wanted, expressions = selector.get("matchLabels") or {}, selector.get("matchExpressions") or []
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(one, labels) for one in expressions
    )


def _holds(one: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = str(one.get("key")), one.get("values") or []
    return {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }.get(str(one.get("operator")), False)


def service_selects(selector: object, labels: Mapping[str, Any]) -> bool:
    """The same of a Service, whose selector is a map of labels; an empty one chooses nothing."""
    return bool(selector) and selects({"matchLabels": selector}, labels)


def directions(policy: Mapping[str, Any]) -> frozenset[str]:
    """For what a network policy holds: `Ingress`, `Egress`, or both.

    One that does not say so holds for what arrives, and for what leaves if it has rules for that.

    Args:
        policy: its spec.
    """
    said = policy.get("policyTypes")
    return frozenset(map(str, said)) if said else frozenset(("Ingress", *(("Egress",) if policy.get("egress") else ())))


def namespace_of(inputs: Mapping[str, Any]) -> str:
    """The namespace of an object, in which its selectors choose.

    Args:
        inputs: of the object.
    """
    return str((inputs.get("metadata") or {}).get("namespace") or "default")
