"""Plans of the checked-in stacks without an engine: what a recording registered, as everything to be created."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING

from plan import Plan, PlannedResource
from tests.support.stack import record_platform, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import Recording


def plan_of(recording: Recording) -> Plan:
    """The plan that would create what a recording registered."""
    return Plan(
        tuple(
            PlannedResource(
                urn=item.urn,
                type=item.type,
                name=item.name,
                op="create",
                inputs=copy.deepcopy(item.inputs),
                parent=item.parent,
                dependencies=item.dependencies,
                protect=item.protect,
                provider=item.provider,
                custom=item.custom,
            )
            for item in recording
            if item.type != "pulumi:pulumi:Stack"
        )
    )


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
