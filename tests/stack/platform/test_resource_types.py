"""Every type of every plan has its row in `plan/types`; what the row says of it holds in every plan."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.facts.quotas import Quota
from infra.quotas import quota_needs
from plan import Plan
from plan.tokens import BUCKET, BUCKET_ENCRYPTION, DATABASE, LAUNCH_TEMPLATE
from plan.types import TYPES
from plan.types.aws import AWS
from plan.types.aws_parts import AWS_PARTS
from plan.types.kubernetes import KUBERNETES
from plan.types.model import DRAWN, AtRest, Bill, ResourceType, by_rule, encrypted_by, free, nothing_kept
from plan.types.others import OTHERS
from planner.cost.charges import RULES
from planner.diagram import scene_of
from policies.encryption import keeps, unencrypted
from tests.support.plans import edited, stack_plan
from tests.support.stack import EVERY_STACK, EVERYTHING, settings
from tests.support.type_rows import ASPECTS, contradictions, without_row, without_system

if TYPE_CHECKING:
    from collections.abc import Mapping

everywhere = pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
QUEUE: dict[str, Any] = {
    "token": "aws:sqs/queue:Queue",
    "noun": DRAWN,
    "bill": free("the first million requests"),
    "at_rest": nothing_kept(),
    "holds": None,
    "quotas": (),
}


@cache
def used() -> frozenset[str]:
    """Every type of every stack, without components."""
    return frozenset(item.type for at in EVERY_STACK for item in stack_plan(*at) if item.custom)


@cache
def counted() -> dict[str, Quota]:
    """Every quota that `./bbp quotas` counts, by code."""
    needs = quota_needs(settings(*EVERYTHING))
    return {item.code: Quota(item.service, item.code, item.name, item.default) for item in needs}


def test_every_type_of_every_plan_has_a_row() -> None:
    found = without_row(used())
    assert not found, "\n".join(found)


def test_a_type_without_a_row_is_named_with_every_aspect_and_its_file() -> None:
    assert without_row(["aws:sqs/queue:Queue", DATABASE]) == [
        "aws:sqs/queue:Queue: say its noun, bill, at_rest, holds, quotas in a ResourceType of plan/types/aws.py"
    ]
    assert without_row([DATABASE], {}) != []


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_row_that_leaves_an_aspect_out_is_no_row(aspect: str) -> None:
    assert set(QUEUE) == set(ASPECTS)
    ResourceType(**QUEUE)
    with pytest.raises(TypeError, match=f"'{aspect}'"):
        ResourceType(**{name: value for name, value in QUEUE.items() if name != aspect})


def test_a_type_stands_in_one_row_only() -> None:
    assert len(TYPES) == sum(map(len, (AWS, AWS_PARTS, KUBERNETES, OTHERS)))


@pytest.mark.parametrize("token", TYPES)
def test_no_row_contradicts_itself_or_refers_to_what_is_not_there(token: str) -> None:
    assert contradictions(TYPES[token], counted().values()) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"bill": by_rule("queue")}, "bill: there is no rule 'queue'"),
        ({"bill": Bill()}, "bill is a rule, free or unpriced"),
        ({"at_rest": AtRest()}, "at_rest is properties, another type or a reason"),
        ({"at_rest": encrypted_by("aws:sqs/nothing:Nothing")}, "at_rest: aws:sqs/nothing:Nothing is no type"),
        ({"quotas": (Quota("sqs", "L-0", "queues", 1),)}, "quotas: infra/quotas.py does not count queues"),
    ],
)
def test_what_a_row_refers_to_in_vain_is_named_with_its_file(wrong: Mapping[str, Any], named: str) -> None:
    (found,) = contradictions(ResourceType(**{**QUEUE, **wrong}), counted().values())
    assert found.startswith(f"aws:sqs/queue:Queue: {named}")
    assert found.endswith("(plan/types/aws.py)")


def test_every_rule_of_charges_and_every_quota_belongs_to_a_type() -> None:
    assert set(RULES) == {row.bill.rule for row in TYPES.values()} - {""}
    assert {quota.code for row in TYPES.values() for quota in row.quotas} == counted().keys()


@everywhere
def test_every_module_of_components_belongs_to_a_system(environment: str, phase: str) -> None:
    assert without_system(item.urn for item in stack_plan(environment, phase)) == []


def test_a_module_without_a_system_is_named_with_its_file() -> None:
    urn = "urn:pulumi:prod::bailbondpro::pulumi:pulumi:Stack$bailbondpro:queue:Queue$aws:sqs/queue:Queue::queue"
    assert without_system([urn]) == ["queue: add a System or an alias for it to plan/systems.py"]


# Encryption


@everywhere
def test_everything_that_keeps_data_is_encrypted(environment: str, phase: str) -> None:
    plan = stack_plan(environment, phase)
    assert sum(map(keeps, plan)) > 15
    assert unencrypted(plan) == []


@pytest.mark.parametrize("token", [token for token, row in TYPES.items() if row.at_rest.properties])
def test_each_property_that_encrypts_is_missed_when_it_is_off(token: str) -> None:
    plan = stack_plan(*EVERYTHING)
    for path in TYPES[token].at_rest.properties:
        names = [choice.split(".")[0].removesuffix("[*]") for choice in path.split(" | ")]
        found = unencrypted(edited(plan, token, "", **dict.fromkeys(names)))
        assert found
        assert all(line.endswith(f"({path})") for line in found)


def test_what_another_resource_encrypts_is_missed_without_it() -> None:
    plan = stack_plan("prod", "horizontal")
    for gone, token in ((BUCKET_ENCRYPTION, BUCKET), (LAUNCH_TEMPLATE, "aws:eks/nodeGroup:NodeGroup")):
        found = unencrypted(Plan(tuple(item for item in plan if item.type != gone)))
        names = sorted(item.name for item in plan.of_type(token))
        assert sorted(found) == [f"{name} (no {gone.rsplit(':', 1)[-1]})" for name in names]


def test_one_of_several_disks_in_the_clear_is_found_and_what_goes_is_not_looked_at() -> None:
    plan = stack_plan("prod", "horizontal")
    disks = [{"ebs": {"encrypted": "true"}}, {"ebs": {"encrypted": "false"}}]
    found = edited(plan, LAUNCH_TEMPLATE, blockDeviceMappings=disks)
    assert {line.split(" ", 1)[1] for line in unencrypted(found)} == {"(blockDeviceMappings[*].ebs.encrypted)"}
    assert unencrypted(Plan(tuple(replace(item, op="delete") for item in found))) == []


# The diagram


def lines(plan: Plan) -> set[str]:
    """Everything that a diagram says but the numbers of other resources."""
    scene = scene_of(plan, "")
    told = {(box.key, line) for box in (*scene.boxes, *scene.side) for line in (box.title, *box.lines)}
    return {f"{key}: {line}" for key, line in told if not re.search(r"\d+ (more )?resources?$", line)}


def test_what_a_row_calls_drawn_or_counted_changes_the_picture_and_the_rest_does_not() -> None:
    plan = stack_plan(*EVERYTHING)
    wanted = {token: bool(TYPES[token].noun.one) or TYPES[token].noun.drawn for token in used()}
    shown = {token: lines(Plan(tuple(item for item in plan if item.type != token))) != lines(plan) for token in used()}
    assert [token for token in sorted(used()) if wanted[token] != shown[token] and plan.of_type(token)] == []
