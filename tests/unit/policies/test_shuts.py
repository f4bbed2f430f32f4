"""Policies that shut out services, accounts or everybody, and rights that a role gets by another way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from tests.support.gate_cases import steps_of

KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
LOGS = {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": ["kms:Encrypt"], "Resource": "*"}
REFUSES = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
TLS = {**REFUSES, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
DECRYPTS: dict[str, Any] = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:key"}
VIA = {**DECRYPTS, "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}
TAKES = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::123456789012:role/*"}


def policy(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": list(entries)})}


def stopping(token: str, was: dict[str, Any], then: dict[str, Any], op: str = "update") -> set[str]:
    line = {"do": op, "thing": "one", "was": was, "is": then, "changed": sorted({*was, *then})}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps}))
    return {one.rule for one in found.stopping} & {"led-elsewhere", "admits-more", "weakened"}


@pytest.mark.parametrize(
    ("token", "was", "then", "rules"),
    [
        (KEY_POLICY, policy(ROOT, LOGS), policy(LOGS), {"led-elsewhere"}),
        (KEY_POLICY, policy(ROOT, LOGS), policy(ROOT), {"led-elsewhere"}),
        (KEY_POLICY, policy(ROOT), policy(ROOT, REFUSES), {"led-elsewhere"}),
        (KEY_POLICY, policy(ROOT), policy(ROOT, TLS), set()),
        (KEY_POLICY, policy(LOGS), policy({**LOGS, "Action": "kms:*"}), set()),
        (KEY_POLICY, policy(ROOT), policy({**ROOT, "Sid": "Other", "Action": ["kms:*"]}), set()),
        (ENDPOINT, {}, policy({**REFUSES, "Action": "*"}), {"led-elsewhere"}),
        (ROLE_POLICY, policy(VIA), policy(DECRYPTS), {"admits-more"}),
        (ROLE_POLICY, policy(DECRYPTS), policy(VIA), set()),
        (ROLE_POLICY, policy(DECRYPTS), policy(DECRYPTS, TAKES), {"admits-more"}),
        (ROLE_POLICY, policy(DECRYPTS, TAKES), policy(DECRYPTS), set()),
    ],
)
def test_a_policy_shuts_out_no_service_and_gives_no_role_of_another(
    token: str, was: dict[str, Any], then: dict[str, Any], rules: set[str]
) -> None:
    assert stopping(token, was, then) == rules


@pytest.mark.parametrize(
    ("token", "made", "rules"),
    [
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", {"serviceAccount": "default"}, {"admits-more"}),
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", {"serviceAccount": "app"}, set()),
        (
            "aws:iam/role:Role",
            {"assumeRolePolicy": policy({**ROOT, "Action": "sts:AssumeRole"})["policy"]},
            {"admits-more"},
        ),
        (
            "aws:iam/role:Role",
            {"assumeRolePolicy": policy({**LOGS, "Action": "sts:AssumeRole"})["policy"]},
            set(),
        ),
    ],
)
def test_what_is_made_gives_no_rights_to_whoever_comes(token: str, made: dict[str, Any], rules: set[str]) -> None:
    assert stopping(token, {}, made, "create") == rules
