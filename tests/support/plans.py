"""Plans of the checked-in stacks without an engine: what a recording registered, as everything to be created."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from plan import Plan, PlannedResource
from tests.support.stack import record_platform, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.recording import RecordedResource, Recording

STACK = "pulumi:pulumi:Stack"


def plan_of(recording: Recording) -> Plan:
    """The plan that would create what a recording registered.

    Mocks put only the type of the direct parent into a URN; the engine puts the types of all parents there, so URNs are
    made anew.
    """
    items = {item.urn: item for item in recording if item.type != STACK}
    urns = {urn: engine_urn(item, items) for urn, item in items.items()}
    return Plan(
        tuple(
            PlannedResource(
                urn=urns[item.urn],
                type=item.type,
                name=item.name,
                op="create",
                inputs=copy.deepcopy(item.inputs),
                parent=urns.get(item.parent, item.parent),
                dependencies=tuple(urns.get(urn, urn) for urn in item.dependencies),
                protect=item.protect,
                provider=item.provider,
                custom=item.custom,
            )
            for item in items.values()
        )
    )


def engine_urn(item: RecordedResource, items: Mapping[str, RecordedResource]) -> str:
    """The URN that the engine gives a recorded resource: with the types of all its parents, found in `items` by URN."""
    types = [item.type]
    parent = items.get(item.parent)
    while parent is not None:
        types.insert(0, parent.type)
        parent = items.get(parent.parent)
    stack, project = item.urn.split("::")[:2]
    return f"{stack}::{project}::{'$'.join(types)}::{item.name}"


def edited(plan: Plan, token: str, name: str = "", **inputs: object) -> Plan:
    """The plan with inputs of all resources of a type replaced, or only of those with a name."""
    return Plan(
        tuple(
            replace(item, inputs={**item.inputs, **inputs}) if item.type == token and name in {"", item.name} else item
            for item in plan
        )
    )


def resized(plan: Plan, name: str, **resources: Mapping[str, str]) -> Plan:
    """The plan with other resources of a Deployment's serving container.

    Args:
        plan: the plan.
        name: logical name of the Deployment.
        resources: `limits` and `requests`; amounts that are not named stay.
    """
    (item,) = [item for item in plan if item.name == name]
    template = copy.deepcopy(item.inputs["spec"]["template"])
    own = template["spec"]["containers"][0]["resources"]
    for kind, amounts in resources.items():
        own[kind].update(amounts)
    return edited(plan, item.type, name, spec={**item.inputs["spec"], "template": template})


@cache
def stack_plan(environment: str, phase: str) -> Plan:
    """The plan of a checked-in stack in a phase; built once, so do not change what it holds."""
    return plan_of(recorded(environment, phase))


def changed_plan(environment: str, phase: str, **changes: object) -> Plan:
    """The plan of a checked-in stack with whole areas of its configuration replaced."""
    return plan_of(record_platform(settings(environment, phase, **changes)))


def planned(token: str, name: str = "thing", **inputs: object) -> PlannedResource:
    """One resource to be created, at the top of the stack."""
    return PlannedResource(
        urn=f"urn:pulumi:test::bailbondpro::{token}::{name}", type=token, name=name, op="create", inputs=inputs
    )


def write_plan(path: Path, plan: Plan) -> Path:
    """A file of a plan, as `pulumi preview --json` writes it."""
    steps = [
        {
            "op": item.op,
            "urn": item.urn,
            "newState": {
                "type": item.type,
                "inputs": item.inputs,
                "parent": item.parent,
                "custom": item.custom,
                "dependencies": item.dependencies,
            },
        }
        for item in plan
    ]
    path.write_text(json.dumps({"config": dict(plan.config), "steps": steps}, default=str))
    return path
