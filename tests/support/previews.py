"""Previews of a change without an engine: two recorded plans, compared as the simulated providers compare them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plan import Plan
from plan.unknown import UNKNOWN
from sandbox.protocol.diff import changes
from sandbox.providers.replacement import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plan import PlannedResource
    from tests.support.recording import Recording

_IDS = re.compile(r"\b(?:lt|sg|subnet|eipalloc|vpc|nat|rtb|igw|pl|vpce)-[0-9a-f]{8,17}\b")
"""Ids that AWS gives, as the simulated one does."""
HIDDEN = "[secret]"
"""How the engine writes a secret in a preview."""


def preview_between(base: Plan, head: Plan) -> Plan:
    """What a preview of head says where base stands.

    An engine knows more: what the cloud computed, and what is replaced because something else is. Steps stand in the
    order of their URNs: mocks register resources in another order each time.
    """
    before = {item.urn: item for item in base}
    after = {item.urn for item in head}
    gone = tuple(replace(item, op="delete", old_inputs=item.inputs) for item in base if item.urn not in after)
    steps = (*(_step(before.get(item.urn), item) for item in head), *gone)
    return Plan(tuple(sorted(steps, key=lambda item: item.urn)), head.config)


def _step(old: PlannedResource | None, new: PlannedResource) -> PlannedResource:
    if old is None:
        return replace(new, op="create", old_inputs={})
    found = changes(old.inputs, new.inputs) if new.custom else []
    forcing = replacing(new.type, found, old.inputs, new.inputs)
    kinds = tuple((one.path, f"{one.kind}-replace" if one.path in forcing else one.kind) for one in found)
    op = "replace" if forcing else "update" if found else "same"
    return replace(new, op=op, changed=kinds, old_inputs=old.inputs)  # type: ignore[arg-type]  # each is an `Op`


def secrets_of(recording: Recording) -> dict[str, frozenset[str]]:
    """Which inputs are secrets, by type."""
    found: dict[str, frozenset[str]] = {}
    for item in recording:
        found[item.type] = found.get(item.type, frozenset()) | item.secret_inputs
    return found


def masked(plan: Plan, secrets: Mapping[str, frozenset[str]]) -> Plan:
    """A preview with its secrets as the engine writes them."""
    return Plan(
        tuple(
            replace(item, inputs=_masked(item.inputs, found), old_inputs=_masked(item.old_inputs, found))
            for item in plan
            for found in [secrets.get(item.type, frozenset())]
        ),
        plan.config,
    )


def _masked(inputs: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    return {key: _hidden(key, value) if key in secrets else value for key, value in inputs.items()}


def _hidden(key: str, value: Any) -> Any:  # noqa: ANN401 - any value of a plan
    """A secret; of a chart's values, which are read one by one, the password alone."""
    if key != "values" or not isinstance(value, dict):
        return HIDDEN
    return {
        name: HIDDEN if name == "adminPassword" else _hidden("values", part) if isinstance(part, dict) else part
        for name, part in value.items()
    }


def document_of(plan: Plan, base: Plan) -> dict[str, Any]:
    """A preview as an engine writes it: both sides of every step, and what differs.

    Args:
        plan: the preview.
        base: what stands.
    """
    protected = {item.urn for item in base if item.protect}
    there = set(_IDS.findall(json.dumps([item.inputs for item in base], default=str)))
    return {"config": dict(plan.config), "steps": [_written(item, protected, there) for item in plan]}


def _unknown(value: Any, there: set[str]) -> Any:  # noqa: ANN401 - any value of a plan
    """Inputs as a preview knows them: an id that nothing of base has is one of something that is not made yet."""
    if isinstance(value, dict):
        return {key: _unknown(part, there) for key, part in value.items()}
    if isinstance(value, list):
        return [_unknown(part, there) for part in value]
    return UNKNOWN if isinstance(value, str) and _IDS.fullmatch(value) and value not in there else value


def _written(item: PlannedResource, protected: set[str], there: set[str]) -> dict[str, Any]:
    about = {
        "type": item.type,
        "urn": item.urn,
        "parent": item.parent,
        "custom": item.custom,
        "protect": item.protect,
        "provider": item.provider,
        "dependencies": list(item.dependencies),
    }
    sides: dict[str, Any] = {}
    if item.op != "create":
        sides["oldState"] = {**about, "protect": item.urn in protected, "inputs": item.old_inputs}
    if item.op != "delete":
        sides["newState"] = {**about, "inputs": _unknown(item.inputs, there)}
    diff = {path: {"kind": kind, "inputDiff": True} for path, kind in item.changed}
    return {"op": item.op, "urn": item.urn, **sides, **({"detailedDiff": diff} if diff else {})}


def renamed(plan: Plan, name: str, other: str) -> Plan:
    """The plan of a program in which a resource has another logical name, as everything that refers to it says, too."""
    urns = {item.urn: item.urn.removesuffix(f"::{name}") + f"::{other}" for item in plan if item.name == name}
    return Plan(
        tuple(
            replace(
                item,
                urn=urns.get(item.urn, item.urn),
                name=other if item.urn in urns else item.name,
                parent=urns.get(item.parent, item.parent),
                dependencies=tuple(urns.get(urn, urn) for urn in item.dependencies),
            )
            for item in plan
        ),
        plan.config,
    )
