"""Policies of permissions that are made: beside those that their role has, and of a role that is new."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from tests.support.gate_cases import steps_of

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
OWN = "arn:aws:iam::123456789012:role/"
DEPLOYS = "urn:pulumi:account::bailbondpro::bailbondpro:bootstrap:Account$aws:iam/rolePolicy:RolePolicy::deploy"
RULES = {"admits-more", "led-elsewhere"}


def statement(action: str | list[str], on: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a statement
    return {"Effect": effect, "Action": action, "Resource": on, **more}


def policy(*entries: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(entries)})


READS = statement("s3:GetObject", "arn:aws:s3:::uploads/*")
PASSES = statement("iam:PassRole", f"{OWN}scheduler")
NARROW = policy(
    statement(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::uploads/letters/*"),
    statement("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/letters-*"),
    statement(["sqs:SendMessage", "sqs:ReceiveMessage"], "arn:aws:sqs:us-east-1:123456789012:letters"),
    statement("iam:*", "*", "Deny"),
)


def findings(token: str, made: dict[str, Any], urn: str = "") -> dict[str, bool]:
    """What is said of something that is made beside the policy of a role, with whether it stops."""
    things = {"there": {"type": ROLE_POLICY, "inputs": {"role": "app", "policy": policy(READS, PASSES)}}}
    lines: list[dict[str, Any]] = [{"do": "same", "thing": "there"}, {"do": "create", "thing": "new", "is": made}]
    if urn:
        lines[1]["urn"] = urn
    steps = [step for line in lines for step in steps_of(line, things | {"new": {"type": token}})]
    found = gate(read_preview({"config": {"bailbondpro:environment": "production"}, "steps": steps}))
    return {one.says: one.stops for one in found.findings if one.rule in RULES}


@pytest.mark.parametrize(
    ("token", "made"),
    [
        (ROLE_POLICY, {"role": "app", "policy": policy(statement("iam:Put*", f"{OWN}app"))}),
        (ROLE_POLICY, {"role": UNKNOWN, "policy": policy(statement("sts:AssumeRole", f"{OWN}deploy"))}),
        (ROLE_POLICY, {"role": "app", "policy": policy(statement("iam:PassRole", f"{OWN}*"))}),
        (ROLE_POLICY, {"role": "app", "policy": policy(statement("rds:Delete*", "arn:aws:rds:us-east-1::db:a"))}),
        (ROLE_POLICY, {"role": "app", "policy": policy(statement("*", "*", "Deny"))}),
        (ROLE_POLICY, {"role": "app", "policy": policy(statement(["s3:*", "iam:*"], "*", "Deny"))}),
        ("aws:iam/policy:Policy", {"policy": policy(statement("IAM:CreateAccessKey", "*"))}),
        (ROLE, {"inlinePolicies": [{"name": "a", "policy": policy(statement("iam:AttachRolePolicy", f"{OWN}a"))}]}),
        (BUCKET_POLICY, {"bucket": "uploads", "policy": policy(statement("s3:GetObject", "*", "Deny", Principal="*"))}),
        (KEY_POLICY, {"keyId": "k", "policy": policy(statement("kms:Decrypt", "*", Principal={"AWS": f"{OWN}a"}))}),
    ],
)
def test_what_is_made_gives_and_refuses_no_more_than_people_aim_at(token: str, made: dict[str, Any]) -> None:
    assert True in findings(token, made).values()


@pytest.mark.parametrize(
    ("token", "made"),
    [
        (ROLE_POLICY, {"role": UNKNOWN, "policy": NARROW}),
        (ROLE_POLICY, {"role": "letters", "policy": NARROW}),
        (ROLE_POLICY, {"role": "app", "policy": policy(PASSES)}),
        (
            ROLE_POLICY,
            {"role": "app", "policy": policy(statement("iam:*", "*", "Deny", Condition={"Bool": {"a": "b"}}))},
        ),
        (ROLE, {"inlinePolicies": [{"name": "a", "policy": NARROW}]}),
        (
            BUCKET_POLICY,
            {"bucket": "uploads", "policy": policy(statement("s3:DeleteBucket", "*", "Deny", Principal="*"))},
        ),
        (BUCKET_POLICY, {"bucket": UNKNOWN, "policy": policy(statement("s3:*", "*", "Deny", Principal="*"))}),
    ],
)
def test_a_new_service_with_a_narrow_policy_of_its_own_is_ordinary(token: str, made: dict[str, Any]) -> None:
    assert True not in findings(token, made).values()


def test_what_a_role_reads_from_now_on_is_told_and_of_a_new_role_it_is_not() -> None:
    assert list(findings(ROLE_POLICY, {"role": "app", "policy": NARROW}).values()) == [False, False]
    assert findings(ROLE_POLICY, {"role": "letters", "policy": policy(READS)}) == {}


def test_a_role_that_deploys_may_be_made_and_what_it_may_take_is_told() -> None:
    made = {"role": "deploy", "policy": policy(PASSES, statement("rds:DeleteDBInstance", "arn:aws:rds:::db:*"))}
    assert set(findings(ROLE_POLICY, made, DEPLOYS).values()) == {False}
    assert set(findings(ROLE_POLICY, made).values()) == {True}


def test_another_policy_of_a_role_that_stands_is_told_and_of_a_new_role_it_is_not() -> None:
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"  # noqa: S105 - a type's name
    made = {"policyArn": "arn:aws:iam::123456789012:policy/others"}
    assert list(findings(token, {"role": "app", **made}).values()) == [False]
    assert findings(token, {"role": "letters", **made}) == {}


def test_what_is_said_names_the_action_and_the_resource() -> None:
    says = next(iter(findings(ROLE_POLICY, {"role": UNKNOWN, "policy": policy(PASSES)})))
    assert says.startswith(f"policy would allow iam:PassRole on {OWN}scheduler")
