"""No stack has two servers patched at once that must not be, and one that had would be told."""

from __future__ import annotations

import pytest

from plan.tokens import DATABASE
from policies.windows import meetings, patched, unscheduled
from tests.support.plans import edited, stack_plan
from tests.support.stack import COMBINATIONS


@pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)
def test_in_no_stack_two_servers_meet_that_must_not(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    assert patched(plan)
    assert meetings(plan) == []
    assert unscheduled(plan) == []


def test_two_shards_that_meet_are_named() -> None:
    plan = stack_plan("prod", "microservices")
    window = next(item.maintenance for item in patched(plan) if item.name == "shards-0-primary")
    (told,) = meetings(edited(plan, DATABASE, "shards-1-primary", maintenanceWindow=window))
    assert told == f"shards-0-primary and shards-1-primary would be patched at once ({window}, {window})"
