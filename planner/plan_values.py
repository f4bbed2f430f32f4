"""Reads values out of planned resources, of which a preview may not know some yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plan.tokens import AUTOSCALERS

if TYPE_CHECKING:
    from plan import Plan, PlannedResource

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes where a value is known only after an update (Pulumi engine, plugin.UnknownStringValue)."""
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|Ti|k|M|G|T)?")
_FACTORS = {"m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2.0**10, "Mi": 2.0**20}
_FACTORS |= {"Gi": 2.0**30, "Ti": 2.0**40}


def number(inputs: dict[str, Any], *path: str, default: float) -> float:
    """A number at a path of inputs, or a default where it is absent or not known yet."""
    value = at(inputs, *path)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def text(inputs: dict[str, Any], *path: str) -> str:
    """A text at a path of inputs; empty where it is absent or not known yet."""
    value = at(inputs, *path)
    return value if isinstance(value, str) and value != UNKNOWN else ""


def at(inputs: Any, *path: str) -> Any:  # noqa: ANN401 - inputs of a plan are JSON
    """The value at a path of nested objects; None where there is none."""
    for key in path:
        if not isinstance(inputs, dict):
            return None
        inputs = inputs.get(key)
    return inputs


def items(inputs: dict[str, Any], *path: str) -> list[Any]:
    """A list at a path of inputs; empty where it is absent or not known yet."""
    value = at(inputs, *path)
    return value if isinstance(value, list) else []


def quantity(value: object) -> float | None:
    """A Kubernetes quantity such as `500m` or `50Gi` in cores or bytes; None for what is none."""
    found = _QUANTITY.fullmatch(str(value))
    return float(found[1]) * _FACTORS[found[2] or ""] if found else None


def dependencies_of_type(plan: Plan, item: PlannedResource, token: str) -> list[PlannedResource]:
    """What a resource depends on, of one type, by name."""
    return sorted(plan.dependencies(item, token), key=lambda other: other.name)


def scalers_of(plan: Plan, deployment: PlannedResource) -> list[PlannedResource]:
    """The autoscalers of a Deployment, in the plan's order."""
    return [item for item in plan.dependents(deployment.urn) if item.type in AUTOSCALERS]


def region_of(plan: Plan) -> str:
    """The AWS region that most of the plan lies in: its default provider's; empty where none says."""
    regions = [text(item.inputs, "region") for item in plan.of_type("pulumi:providers:aws")]
    return next((region for region in regions if region), "")
