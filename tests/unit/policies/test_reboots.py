from __future__ import annotations

import pytest

from components.tuning.postgres import Parameter, Profile, parameters
from ops.answers.journey import Journey, JourneyStep
from ops.views.journey import section
from plan import Plan, PlannedResource, parse_preview
from plan.tokens import DATABASE, PARAMETER_GROUP
from policies.reboots import (
    RebootOrder,
    Value,
    reboot_order,
    reboots,
)
from tests.support.told import told

PARENT = "urn:pulumi:prod::bailbondpro::bailbondpro:postgres:Postgres::postgres"
SHARDS = "urn:pulumi:prod::bailbondpro::bailbondpro:shards:Shards::shards"


def values(entries: tuple[Parameter, ...]) -> dict[str, Value]:
    return {p.name: Value(value=p.value, static=p.apply_method == "pending-reboot") for p in entries}


def inputs(**numbers: int) -> dict[str, object]:
    return {
        "parameters": [
            {"name": name, "value": str(value), "applyMethod": "pending-reboot"} for name, value in numbers.items()
        ]
    }


def planned(token: str, name: str, op: str = "same", parent: str = PARENT, **more: object) -> PlannedResource:
    return PlannedResource(f"{parent}${token}::{name}", token, name, op, parent=parent, **more)  # type: ignore[arg-type]  # what a test names is of the right type


def plan(before: dict[str, object], after: dict[str, object], *, replicas: int = 2, op: str = "update") -> Plan:
    servers = [planned(DATABASE, "postgres-primary", inputs={})]
    servers += [
        planned(DATABASE, f"postgres-replica-{n}", inputs={"replicateSourceDb": "p"}) for n in range(1, replicas + 1)
    ]
    group = planned(PARAMETER_GROUP, "postgres-parameters", op, inputs=after, old_inputs=before)
    return Plan((group, *servers, planned(DATABASE, "shards-0-primary", parent=SHARDS, inputs={})))


def test_raised_connections_reboot_replicas_before_the_primary() -> None:
    before, after = values(parameters(Profile.GUIDE, 8, 200)), values(parameters(Profile.GUIDE, 8, 300))
    assert reboot_order(before, after) is RebootOrder.REPLICAS_FIRST
    assert reboot_order(after, before) is RebootOrder.PRIMARY_FIRST


def test_another_way_to_apply_the_same_value_restarts_nothing() -> None:
    before = {"rds.force_ssl": Value(value="1", static=False)}
    assert reboot_order(before, {"rds.force_ssl": Value(value="1", static=True)}) is RebootOrder.NONE


def test_a_rise_and_a_fall_at_once_take_two_steps() -> None:
    (found,) = reboots(
        plan(inputs(max_connections=200, max_worker_processes=8), inputs(max_connections=300, max_worker_processes=4))
    )
    assert found.refused
    assert "deploy what rises first" in found.sentence()


def test_dynamic_changes_need_no_reboot_and_other_static_ones_need_no_order() -> None:
    base = values(parameters(Profile.SCALED, 8))
    assert reboot_order(base, base) is RebootOrder.NONE
    assert reboot_order(base, {**base, "work_mem": Value(value="1024", static=False)}) is RebootOrder.NONE
    assert reboot_order(base, {**base, "shared_buffers": Value(value="1024", static=True)}) is RebootOrder.ANY


def test_a_plan_names_the_servers_of_its_group_in_their_order() -> None:
    (found,) = reboots(plan(inputs(max_connections=200), inputs(max_connections=300)))
    assert found.first == ("postgres-replica-1", "postgres-replica-2")
    assert found.then == ("postgres-primary",)
    assert found.changed == ("max_connections 200 -> 300",)
    assert "reboot postgres-replica-1, postgres-replica-2 first" in found.sentence()


def test_lowered_connections_reboot_the_primary_first() -> None:
    (found,) = reboots(plan(inputs(max_connections=300), inputs(max_connections=200)))
    assert found.first == ("postgres-primary",)
    assert found.then == ("postgres-replica-1", "postgres-replica-2")


@pytest.mark.parametrize(("old", "new"), [(200, 300), (300, 200)])
def test_a_server_without_replicas_just_reboots(old: int, new: int) -> None:
    (found,) = reboots(plan(inputs(max_connections=old), inputs(max_connections=new), replicas=0))
    assert (found.first, found.then) == (("postgres-primary",), ())
    assert "reboot postgres-primary for it to take effect" in found.sentence()


def test_a_group_that_is_new_or_unchanged_asks_for_nothing() -> None:
    assert reboots(plan({}, inputs(max_connections=300), op="create")) == []
    assert reboots(plan(inputs(max_connections=300), inputs(max_connections=300))) == []


def test_the_order_is_read_from_the_engines_own_preview() -> None:
    def step(op: str, token: str, name: str, old: dict[str, object], new: dict[str, object]) -> dict[str, object]:
        state = {"type": token, "custom": True, "parent": PARENT}
        return {
            "op": op,
            "urn": f"{PARENT.removesuffix('::postgres')}${token}::{name}",
            "oldState": {**state, "inputs": old},
            "newState": {**state, "inputs": new},
        }

    source: dict[str, object] = {"replicateSourceDb": "bailbondpro-prod-primary"}
    steps = [
        step(
            "update", PARAMETER_GROUP, "postgres-parameters", inputs(max_connections=200), inputs(max_connections=400)
        ),
        step("same", DATABASE, "postgres-primary", {}, {}),
        step("same", DATABASE, "postgres-replica-1", source, source),
    ]
    (found,) = reboots(parse_preview({"steps": steps}))
    assert (found.first, found.then) == (("postgres-replica-1",), ("postgres-primary",))


def test_a_journey_prints_the_order_of_reboots() -> None:
    step = JourneyStep("a", "b", plan(inputs(max_connections=200), inputs(max_connections=300)).resources)
    assert step.ok
    assert "reboot postgres-replica-1, postgres-replica-2 first" in told(section(Journey("prod", (step,))))
    (asked,) = step.as_json()["reboots"]
    assert asked["then"] == ["postgres-primary"]


def test_a_journey_is_not_safe_where_no_order_of_reboots_is() -> None:
    before = inputs(max_connections=200, max_worker_processes=8)
    step = JourneyStep("a", "b", plan(before, inputs(max_connections=300, max_worker_processes=4)).resources)
    assert not step.ok
