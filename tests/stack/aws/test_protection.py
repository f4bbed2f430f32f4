"""Production protects what holds data twice, and the policy notices each protection that is off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plan import Plan
from policies.protection import GUARDS, bare, protectable, unguarded
from policies.restored import restored_copies
from policies.windows import patched, unscheduled
from tests.support.plans import stack_plan
from tests.support.posture_page import restored_plan

PHASES = ("optimization", "horizontal", "microservices")
OFF: dict[str, object] = {
    "deletionProtection": False,
    "enableDeletionProtection": False,
    "skipFinalSnapshot": True,
    "deleteAutomatedBackups": True,
    "backupRetentionPeriod": 0,
    "finalSnapshotIdentifier": None,
    "snapshotRetentionLimit": 0,
    "forceDestroy": True,
    "forceDelete": True,
    "recoveryWindowInDays": 0,
}
"""Values that take a protection off."""


@pytest.mark.parametrize("phase", PHASES)
def test_production_protects_all_that_holds_data_in_pulumi_and_in_aws(phase: str) -> None:
    plan = stack_plan("prod", phase)
    assert bare(plan) == []
    assert unguarded(plan) == []
    assert protectable(plan) > 20


@pytest.mark.parametrize(
    ("token", "name"), [(token, guard.property) for token, guards in GUARDS.items() for guard in guards]
)
def test_each_protection_that_is_off_is_named(token: str, name: str) -> None:
    plan = next(
        found for stack in ("prod", "everything") if (found := stack_plan(stack, "microservices")).of_type(token)
    )
    chosen = next(item for item in plan if item.type == token and "replicateSourceDb" not in item.inputs)
    changed = replace(chosen, inputs={**chosen.inputs, name: OFF[name]})
    told = unguarded(Plan(tuple(changed if item.urn == chosen.urn else item for item in plan)))
    assert [line for line in told if name in line] == told
    assert told[0].startswith(chosen.name)


def test_an_absent_protection_counts_as_off_where_the_service_does_not_protect_by_default() -> None:
    plan = stack_plan("prod", "horizontal")
    for token, name in (
        ("aws:rds/instance:Instance", "deletionProtection"),
        ("aws:eks/cluster:Cluster", "deletionProtection"),
    ):
        chosen = next(item for item in plan if item.type == token and "replicateSourceDb" not in item.inputs)
        cut = replace(chosen, inputs={key: value for key, value in chosen.inputs.items() if key != name})
        assert unguarded([cut]) == [f"{chosen.name} ({name}: true)"]


def test_a_resource_that_goes_needs_no_protection() -> None:
    chosen = next(item for item in stack_plan("dev", "optimization") if item.type == "aws:s3/bucket:Bucket")
    assert unguarded([chosen])
    assert unguarded([replace(chosen, op="delete")]) == bare([replace(chosen, op="delete")]) == []


def test_a_restored_server_needs_no_protection_and_no_window_while_its_source_is_in_the_plan() -> None:
    plan = restored_plan()
    assert restored_copies(plan) == ("restored-server",)
    assert (bare(plan), unguarded(plan), unscheduled(plan)) == ([], [], [])
    assert "restored-server" not in {item.name for item in patched(plan)}


def test_a_restored_server_whose_source_is_not_in_the_plan_is_held_to_every_rule() -> None:
    alone = Plan(tuple(item for item in restored_plan() if item.name != "postgres-primary"))
    assert restored_copies(alone) == ()
    assert bare(alone) == ["restored-server"]
    assert [line for line in unguarded(alone) if "deletionProtection" in line]
    assert "restored-server" in unscheduled(alone)
