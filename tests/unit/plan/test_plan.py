import json
from pathlib import Path
from typing import Any

import pytest

from plan import SYSTEMS, PlanError, load_plan, parse_preview, system_of

PREFIX = "urn:pulumi:prod::bailbondpro::"
PRIMARY = f"{PREFIX}bailbondpro:postgres:Postgres$aws:rds/instance:Instance::postgres-primary"


def step(op: str, urn: str = PRIMARY, **state: object) -> dict[str, Any]:
    token = urn.split("::")[2].rsplit("$", 1)[-1]
    return {
        "op": op,
        "urn": urn,
        "newState": {"urn": urn, "type": token, "custom": True, "inputs": {"instanceClass": "db.m7g.large"}, **state},
    }


def test_a_step_becomes_a_planned_resource() -> None:
    plan = parse_preview({"steps": [step("create", protect=True, parent="p", dependencies=["d"], provider="aws")]})
    (item,) = plan
    assert (item.op, item.type, item.name, item.system) == (
        "create",
        "aws:rds/instance:Instance",
        "postgres-primary",
        "postgres",
    )
    assert item.inputs == {"instanceClass": "db.m7g.large"}
    assert item.protect
    assert (item.parent, item.dependencies, item.provider) == ("p", ("d",), "aws")


def test_the_three_steps_of_a_replacement_are_one_resource() -> None:
    steps = [
        step("create-replacement"),
        {**step("replace"), "detailedDiff": {"availabilityZone": {"kind": "update-replace"}}},
        step("delete-replaced"),
    ]
    plan = parse_preview({"steps": steps})
    (item,) = plan
    assert item.op == "replace"
    assert item.changed == (("availabilityZone", "update-replace"),)
    assert plan.counts()["replace"] == 1


def test_deleted_resources_are_read_from_their_old_state() -> None:
    gone = step("delete")
    gone["oldState"] = gone.pop("newState")
    plan = parse_preview({"steps": [gone]})
    assert plan.counts() == {"create": 0, "update": 0, "replace": 0, "delete": 1, "same": 0}
    assert plan.of_type("aws:rds/instance:Instance") == []


def test_the_stack_itself_is_no_resource() -> None:
    root = step("create", f"{PREFIX}pulumi:pulumi:Stack::bailbondpro-prod")
    assert len(parse_preview({"steps": [root]})) == 0


def test_counts_per_system_add_up() -> None:
    subnet = f"{PREFIX}bailbondpro:network:Network$aws:ec2/subnet:Subnet::network-app-a"
    plan = parse_preview({"steps": [step("same"), step("create", subnet), step("update", subnet + "2")]})
    assert plan.by_system()["network"] == {"create": 1, "update": 1, "replace": 0, "delete": 0, "same": 0}
    assert plan.by_system()["postgres"]["same"] == 1
    assert [item.op for item in plan.changes()] == ["create", "update"]
    assert plan.get(PRIMARY) is not None
    assert plan.get("nowhere") is None


@pytest.mark.parametrize(
    ("qualified", "system"),
    [
        ("bailbondpro:network:Network$aws:ec2/vpc:Vpc", "network"),
        ("bailbondpro:shards:Shards$bailbondpro:postgres:Postgres$aws:rds/instance:Instance", "shards"),
        ("bailbondpro:microservice:Microservice$kubernetes:apps/v1:Deployment", "services"),
        ("pulumi:pulumi:Stack$bailbondpro:cdn:Cdn$cloudflare:index/ruleset:Ruleset", "cdn"),
        ("pulumi:providers:aws", "providers"),
        ("aws:s3/bucket:Bucket", "aws"),
        ("acme:index:Owner$aws:s3/bucket:Bucket", "acme"),
    ],
)
def test_a_resource_belongs_to_its_outermost_component(qualified: str, system: str) -> None:
    assert system_of(f"{PREFIX}{qualified}::x") == system


def test_system_keys_are_unique() -> None:
    assert len({system.key for system in SYSTEMS}) == len(SYSTEMS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON"),
        ("[]", "holds a list"),
        ("{}", r"plan\.json is no .*no `steps`"),
        ('{"steps": [{"op": "create"}]}', r"step 0 of .*plan\.json .*newState"),
        ('{"steps": [{"op": "explode", "urn": "a::b::c::d", "newState": {"type": "t"}}]}', "step 0"),
        ('{"steps": [{"op": "create", "urn": "a::b::c::d", "newState": {"type": "t", "inputs": "x"}}]}', "step 0"),
        ('{"steps": [7]}', "step 0"),
    ],
)
def test_a_file_that_is_no_preview_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(PlanError, match=message):
        load_plan(path)


def test_unchanged_resources_that_a_preview_counts_and_does_not_name_are_counted() -> None:
    summary = {"changeSummary": {"same": 3, "update": 1}}
    assert parse_preview({"steps": [step("same"), step("update", PRIMARY + "2")], **summary}).hidden == 2
    assert parse_preview({"steps": [step("same")], "changeSummary": {"same": 1}}).hidden == 0
    assert parse_preview({"steps": [step("create")]}).hidden == 0


def test_a_missing_plan_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read"):
        load_plan(tmp_path / "nowhere.json")


def test_a_saved_plan_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"steps": [step("create")]}))
    assert load_plan(path).counts()["create"] == 1
