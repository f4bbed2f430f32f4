"""Security Hub's standards before every plan: nothing is open, every reason is needed, every check can fail."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import Plan
from plan.tokens import ENDPOINT, ROUTE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION
from policies.posture import Control, posture_of, record
from policies.posture.checks import BLOCKED, BUCKET_POLICY, FLOW_LOG, PUBLIC_ACCESS, RULES, holds
from policies.rules import rules
from tests.support import posture_page
from tests.support.plans import planned, stack_plan
from tests.support.posture_page import BOOTSTRAP, RESTORED, plans
from tests.support.stack import EVERY_STACK

if TYPE_CHECKING:
    from collections.abc import Callable

everywhere = pytest.mark.parametrize("stack", [*EVERY_STACK, BOOTSTRAP, RESTORED], ids="-".join)
CHECKED = [control for control in record().controls if control.met is not None]
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EVERYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"}
WILD = {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*"}}
LOOSE = {"Statement": [{**EVERYBODY, "Principal": {"Service": "logs.amazonaws.com"}, "Condition": WILD}]}
"""A policy that nobody but a service uses, by a condition that Security Hub does not evaluate."""
BROKEN: dict[str, dict[str, Any]] = {
    "admits_nothing": {"ingress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]},
    "assigns_no_address": {"assignIpv6AddressOnCreation": True},
    "opens_web_only": {
        "cidrIpv4": "0.0.0.0/0",
        "fromPort": 22,
        "toPort": 22,
        "ingress": [{"cidrBlocks": ["0.0.0.0/0"], "fromPort": 22, "toPort": 22}],
    },
    "opens_by_fixed_values": {"policy": json.dumps({"Statement": [EVERYBODY]})},
    "opens_to_no_account": {"policy": json.dumps({"Statement": [EVERYBODY]})},
    "not_everything": {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})},
    "no_whole_service": {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})},
    "decrypts_with_own_keys": {
        "policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": ["kms:Dec*"], "Resource": ["*"]}]})
    },
}
"""Inputs that break a rule."""


def the_plan(control: Control) -> Plan:
    """A plan that has what a control asks about, production first."""
    found = [plan for plan in plans().values() if any(plan.of_type(token) for token in control.types)]
    return found[-1]


def inputs_without(inputs: dict[str, Any], path: list[str], value: object) -> dict[str, Any]:
    """Inputs with another value at a path, in every entry of a list; None takes it away."""
    name, *below = path
    key = name.removesuffix("[*]")
    if not below:
        kept = {other: old for other, old in inputs.items() if other != key}
        return kept if value is None else {**kept, key: value}
    under = inputs.get(key) or {}
    entries = under if isinstance(under, list) else [under]
    changed = [inputs_without(entry, below, value) for entry in entries]
    return {**inputs, key: changed if isinstance(under, list) else changed[0]}


def edited(control: Control, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Plan:
    """The plan with other inputs of everything that a control asks about."""
    plan = the_plan(control)
    return Plan(tuple(replace(i, inputs=change(i.inputs)) if i.type in control.types else i for i in plan))


def changed(plan: Plan, token: str, **inputs: object) -> Plan:
    """The plan with other inputs of everything of a type."""
    return Plan(tuple(replace(i, inputs={**i.inputs, **inputs}) if i.type == token else i for i in plan))


def without(plan: Plan, *tokens: str) -> Plan:
    return Plan(tuple(item for item in plan if item.type not in tokens))


def open_routes(plan: Plan) -> Plan:
    """The plan with every route in every table leading to an internet gateway."""
    tables = tuple(table.urn for table in plan.of_type(ROUTE_TABLE))
    routes = {
        item.urn: replace(item, inputs={**item.inputs, "gatewayId": "igw-1"}, dependencies=tables)
        for item in plan.of_type(ROUTE)
    }
    return Plan(tuple(routes.get(item.urn, item) for item in plan))


def broken(control: Control) -> list[Plan]:
    """Plans in which nothing does what the control asks any more, for each way to fail it."""
    met, plan = control.met or {}, the_plan(control)
    by_rule = {
        "tls_only": [without(plan, BUCKET_POLICY)],
        "no_way_out": [open_routes(plan), without(plan, ROUTE_TABLE_ASSOCIATION)],
        "rejects_are_logged": [without(plan, FLOW_LOG), changed(plan, FLOW_LOG, trafficType="ACCEPT")],
        "blocks_public_access": [changed(plan, PUBLIC_ACCESS, **{name: False}) for name in BLOCKED],
        "not_public": [without(plan, PUBLIC_ACCESS), changed(plan, BUCKET_POLICY, policy=json.dumps(LOOSE))],
    }
    if met.keys() & {"beside", "sibling", "endpoint"}:
        return [without(plan, met.get("beside") or met.get("sibling") or ENDPOINT)]
    if "rule" in met:
        return by_rule.get(met["rule"]) or [edited(control, lambda inputs: {**inputs, **BROKEN[met["rule"]]})]
    path = met["property"].split(".")
    return [
        edited(control, lambda inputs, value=value: inputs_without(inputs, path, value))  # type: ignore[misc]  # bound
        for value in wrong_values(control)
    ]


def wrong_values(control: Control) -> list[object]:
    """Values of a property that a control refuses; None for one that is not there."""
    met = control.met or {}
    if control.id == "IAM.27":
        return ["arn:aws:iam::aws:policy/AWSCloudShellFullAccess"]
    if "not_in" in met or "unset" in met:
        return list(met.get("not_in", [[{"associatePublicIpAddress": "true"}]]))
    if "set" in met:
        return [None]
    other = not met["is"] if isinstance(met.get("is"), bool) else [] if "has" in met else "default"
    return [None, 0 if "at_least" in met else other]


@everywhere
def test_nothing_is_open_and_nothing_is_left_undecided(stack: tuple[str, str]) -> None:
    found = posture_of(plans()[stack], posture_page.environment_of(stack))
    assert {one.control.id: one.offending for one in found.findings if one.offending} == {}
    assert {one.control.id: one.undecided for one in found.findings if one.undecided} == {}
    assert [tally.open for tally in found.tallies] == [0, 0]


@everywhere
def test_every_rule_holds_on_every_stack(stack: tuple[str, str]) -> None:
    """Mocks do not mask secrets: the rule about them is held against plans of the engine."""
    production = posture_page.environment_of(stack) == "production"
    told = {
        f"{rule.id}: {one.urn} {one.says}"
        for rule in rules()
        if rule.id != "plain-secret"
        for one in rule.judge(plans()[stack], production)
    }
    assert told == set()


@everywhere
def test_every_type_of_aws_in_a_plan_is_judged_or_said_to_have_no_control(stack: tuple[str, str]) -> None:
    assert posture_of(plans()[stack], "prod").unjudged == (), "name their controls in policies/posture/posture.yaml"


@pytest.mark.parametrize("control", CHECKED, ids=lambda control: control.id)
def test_a_control_that_is_met_turns_red_when_its_property_breaks(control: Control) -> None:
    plan = the_plan(control)
    assert any(holds(control.met or {}, item, plan) for item in plan.of_type(*control.types)) or control.accepted
    for wrong in broken(control):
        told = [holds(control.met or {}, item, wrong) for item in wrong.of_type(*control.types)]
        judged = [
            verdict
            for verdict, item in zip(told, wrong.of_type(*control.types), strict=True)
            if (control.met or {}).get("unless") not in item.inputs
        ]
        assert judged, control.id
        assert set(judged) == {False}, f"{control.id} does not notice"


def test_every_rule_is_used_and_every_rule_can_be_broken() -> None:
    used = {control.met["rule"] for control in CHECKED if control.met is not None and "rule" in control.met}
    assert used == RULES.keys()
    assert used == BROKEN.keys() | {
        "tls_only",
        "no_way_out",
        "rejects_are_logged",
        "blocks_public_access",
        "not_public",
    }


def test_a_bucket_that_others_log_to_does_not_count_as_logged_itself() -> None:
    (found,) = (
        one for one in posture_of(stack_plan("prod", "horizontal"), "prod").findings if one.control.id == "S3.9"
    )
    assert found.excused == ("logs-bucket",)


def test_a_broken_property_is_open_where_no_reason_excuses_it() -> None:
    plan = stack_plan("prod", "microservices")
    public = [replace(i, inputs={**i.inputs, "publiclyAccessible": True}) if "replica" in i.name else i for i in plan]
    found = posture_of(Plan(tuple(public)), "prod")
    opened = {one.control.id: one.offending for one in found.findings if one.state == "open"}
    assert opened.keys() == {"RDS.2"}
    assert "postgres-replica-1" in opened["RDS.2"]
    assert [tally.open for tally in found.tallies] == [1, 1]


def test_a_value_that_is_not_known_yet_passes_nothing() -> None:
    plan = stack_plan("prod", "microservices")
    unknown = [replace(i, inputs={**i.inputs, "policy": "04da6b54"}) if "policy" in i.inputs else i for i in plan]
    found = {one.control.id: one for one in posture_of(Plan(tuple(unknown)), "prod").findings}
    assert found["S3.5"].undecided
    assert found["KMS.5"].undecided == ("data-key-policy",)


def test_a_reason_that_excuses_nothing_is_named() -> None:
    used: set[tuple[str, int]] = set()
    for stack, plan in plans().items():
        environment = posture_page.environment_of(stack)
        for control in CHECKED:
            bad = [i.name for i in plan.of_type(*control.types) if holds(control.met or {}, i, plan) is False]
            used |= {
                (control.id, number)
                for number, reason in enumerate(control.accepted)
                if any(reason.excuses(name, environment) for name in bad)
            }
    wanted = {(control.id, number) for control in CHECKED for number, _ in enumerate(control.accepted)}
    assert wanted - used == set()


def test_a_condition_with_a_wildcard_bounds_nothing_for_security_hub() -> None:
    control = next(one for one in CHECKED if one.id == "SNS.4")
    plan = edited(control, lambda inputs: {**inputs, "policy": json.dumps(LOOSE)})
    assert {holds(control.met or {}, item, plan) for item in plan.of_type(*control.types)} == {False}


def test_a_policy_that_allows_all_but_some_actions_allows_whole_services() -> None:
    control = next(one for one in CHECKED if one.id == "IAM.21")
    policy = {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}
    plan = edited(control, lambda inputs: {**inputs, "policy": json.dumps(policy)})
    assert {holds(control.met or {}, item, plan) for item in plan.of_type(*control.types)} == {False}


def test_it_is_said_of_every_control_where_its_text_was_read() -> None:
    counts = Counter(control.read for control in record().controls)
    assert counts.keys() == {"guide", "archive", "title"}
    assert counts["title"] < 10, "a control whose text nobody read may ask for something else"


def test_every_acceptance_says_why_in_words() -> None:
    known = record()
    reasons = [reason.because for control in known.controls for reason in control.accepted]
    assert all(len(because) > 20 for because in (*reasons, known.account_because))
    assert all(len(found.because) > 20 or found.because.startswith("as ") for found in known.checkov)
    answered = [control.id for control in known.controls if control.met is None and not control.accepted]
    assert answered == [], "neither met nor accepted"


def test_a_control_stands_once_and_belongs_to_a_standard() -> None:
    known = record()
    ids = [control.id for control in known.controls]
    ids += [one for others in known.elsewhere.values() for one in others]
    ids += {one for others in known.account.values() for one in others}
    assert [one for one, count in Counter(ids).items() if count > 1] == []
    assert {key for control in known.controls for key in control.of} | known.account.keys() == known.standards.keys()


def test_controls_of_types_that_no_plan_has_are_judged_once_a_plan_has_one() -> None:
    known = record()
    planned_types = {item.type for plan in plans().values() for item in plan}
    assert planned_types & known.elsewhere.keys() == set(), "their controls in posture.yaml ask about a plan"
    modules = {token.split(":")[1] for token in planned_types if token.startswith("aws:")}
    assert {name for name in known.unused if any(at.split("/")[0] == name or at == name for at in modules)} == set()
    stale = known.types - planned_types
    assert stale == set(), "types that no plan has any more"


def test_a_type_that_nobody_judged_is_named() -> None:
    plan = Plan((planned("aws:sqs/queue:Queue", "jobs"),))
    assert posture_of(plan, "prod").unjudged == ("aws:sqs/queue:Queue",)


def test_the_page_says_what_the_record_says() -> None:
    wanted = posture_page.text()
    assert posture_page.DOCUMENT.read_text("utf-8") == wanted, (
        "run: .venv/bin/python -m tests.support.posture_page --write"
    )
