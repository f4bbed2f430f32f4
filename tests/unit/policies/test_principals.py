"""Whom policies let in, and what security groups and the edge let through, in forms that hide it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from plan import Plan, PlannedResource
from plan.unknown import UNKNOWN
from policies.principals import any_token, anybody
from policies.rules import rules
from policies.rules.edge import SETTING

ALLOWED: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OPEN: dict[str, dict[str, Any]] = {
    "a star": {"Principal": "*"},
    "a star in a list": {"Principal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]}},
    "a star of every kind": {"Principal": {"*": "*"}},
    "a star of identity providers": {"Principal": {"Federated": "*"}},
    "everybody but one": {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}},
    "a condition that all callers meet": {"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": "*"}}},
    "a condition that all roles meet": {
        "Principal": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:*"}},
    },
    "a condition about the way": {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    "all addresses": {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}},
    "a condition that is met by who says nothing": {
        "Principal": "*",
        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
    },
    "a condition on who it is not": {"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "1"}}},
    "one account, or any": {
        "Principal": "*",
        "Condition": {"StringLike": {"aws:SourceAccount": ["123456789012", "*"]}},
    },
}
NARROW: dict[str, dict[str, Any]] = {
    "an account": {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
    "a service": {"Principal": {"Service": "logs.amazonaws.com"}},
    "an organization": {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}},
    "a key in other letters": {"Principal": "*", "Condition": {"stringequals": {"AWS:SourceAccount": "123456789012"}}},
    "a block of addresses": {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
    "an ARN with a wildcard at its end": {
        "Principal": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bailbondpro-*"}},
    },
}


def resource(token: str, logical: str = "one", /, **inputs: Any) -> PlannedResource:  # noqa: ANN401 - inputs of a plan
    urn = f"urn:pulumi:prod::bailbondpro::{token}::{logical}"
    return PlannedResource(urn=urn, type=token, name=logical, op="create", inputs=inputs)


def broken(rule: str, *items: PlannedResource) -> list[tuple[str, bool]]:
    """What a rule says of a plan, with whether it is known."""
    judge = next(one.judge for one in rules() if one.id == rule)
    return [(found.says, found.known) for found in judge(Plan(items), True)]


@pytest.mark.parametrize("statement", OPEN.values(), ids=OPEN)
def test_a_statement_for_anybody_is_one_however_it_is_written(statement: dict[str, Any]) -> None:
    assert anybody({**ALLOWED, **statement})


@pytest.mark.parametrize("statement", NARROW.values(), ids=NARROW)
def test_a_statement_for_somebody_is_not_for_anybody(statement: dict[str, Any]) -> None:
    assert not anybody({**ALLOWED, **statement})


@pytest.mark.parametrize(
    ("token", "name", "rule"),
    [
        ("aws:kms/key:Key", "policy", "open-policy"),
        ("aws:kms/keyPolicy:KeyPolicy", "policy", "open-policy"),
        ("aws:sns/topicPolicy:TopicPolicy", "policy", "open-policy"),
        ("aws:secretsmanager/secret:Secret", "policy", "open-policy"),
        ("aws:backup/vaultPolicy:VaultPolicy", "policy", "open-policy"),
        ("aws:s3/bucketPolicy:BucketPolicy", "policy", "public-bucket"),
        ("aws:iam/role:Role", "assumeRolePolicy", "iam-wildcard"),
    ],
)
def test_every_policy_that_lets_anybody_in_breaks_a_rule(token: str, name: str, rule: str) -> None:
    for statement in OPEN.values():
        text = json.dumps({"Statement": [{**ALLOWED, **statement}]})
        assert any(known for _, known in broken(rule, resource(token, **{name: text})))
    for statement in NARROW.values():
        text = json.dumps({"Statement": [{**ALLOWED, **statement}]})
        assert broken(rule, resource(token, **{name: text})) == []


def test_names_of_elements_in_other_letters_and_texts_that_are_no_policy_do_not_pass() -> None:
    small = json.dumps({"statement": [{"effect": "Allow", "principal": "*", "action": "*", "resource": "*"}]})
    twice = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Principal": {"Service": "a"}}]}'
    assert broken("open-policy", resource("aws:kms/key:Key", policy=small)) == [("policy lets anybody in", True)]
    for text in (twice, "{", UNKNOWN):
        assert [known for _, known in broken("open-policy", resource("aws:kms/key:Key", policy=text))] == [False]
        assert [known for _, known in broken("iam-wildcard", resource("aws:iam/role:Role", assumeRolePolicy=text))] == [
            False
        ]


@pytest.mark.parametrize(
    ("condition", "open_"),
    [
        (None, True),
        ({"StringEquals": {"issuer:aud": "sts.amazonaws.com"}}, True),
        ({"StringLike": {"issuer:sub": "repo:*"}}, True),
        ({"StringLike": {"issuer:sub": ["repo:acme/platform:*", "*"]}}, True),
        ({"StringEqualsIfExists": {"issuer:sub": "repo:acme/platform:ref"}}, True),
        ({"StringLike": {"issuer:sub": "system:serviceaccount:*:*"}}, True),
        ({"StringEquals": {"issuer:sub": "repo:acme/platform:environment:prod"}}, False),
        ({"StringLike": {"issuer:sub": "repo:acme/*"}}, False),
    ],
)
def test_a_role_for_tokens_says_whose(condition: dict[str, Any] | None, open_: bool) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/issuer"},
        **({"Condition": condition} if condition else {}),
    }
    assert any_token(statement) is open_
    text = json.dumps({"Statement": statement})
    assert bool(broken("iam-wildcard", resource("aws:iam/role:Role", assumeRolePolicy=text))) is open_


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"Action": "**"}, "every action"),
        ({"Resource": "arn:aws:*"}, "every action"),
        ({"Resource": "arn:*:*:*:*:*"}, "every action"),
        ({"Resource": None, "NotResource": "arn:aws:s3:::a"}, "every action"),
        ({"Action": ["s3:GetObject", "IAM:*"]}, "more can be taken"),
        ({"Action": "iam:PassRole"}, "more can be taken"),
    ],
)
def test_a_policy_for_everything_is_one_however_it_is_written(changes: dict[str, Any], says: str) -> None:
    statement = {key: value for key, value in {**ALLOWED, **changes}.items() if value is not None}
    text = json.dumps({"Statement": [statement]})
    assert [says in found for found, _ in broken("iam-wildcard", resource("aws:iam/policy:Policy", policy=text))] == [
        True
    ]
    narrow = {key: value for key, value in statement.items() if key != "NotResource"}
    own = json.dumps({"Statement": [{**narrow, "Resource": "arn:aws:iam::123456789012:role/a"}]})
    assert broken("iam-wildcard", resource("aws:iam/policy:Policy", policy=own)) == []


def test_a_role_with_a_managed_policy_for_everything_in_its_own_list_is_named() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert broken("iam-wildcard", resource("aws:iam/role:Role", managedPolicyArns=[arn])) == [(f"attaches {arn}", True)]


GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SSH = {"fromPort": 22, "toPort": 22, "protocol": "tcp"}


def test_blocks_that_are_the_internet_together_are_named_in_one_rule_and_in_several() -> None:
    pieces = [f"{number}.0.0.0/8" for number in range(256)]
    [(says, known)] = broken("open-security-group", resource(GROUP, ingress=[{**SSH, "cidrBlocks": pieces}]))
    assert (known, "let the internet reach port 22" in says) == (True, True)
    several = [
        resource(INGRESS, str(number), securityGroupId="sg-1", ipProtocol="tcp", fromPort=22, toPort=22, cidrIpv4=block)
        for number, block in enumerate(pieces)
    ]
    assert len(broken("open-security-group", *several)) > 200
    assert broken("open-security-group", *several[:4:2]) == []


def test_a_block_that_cannot_be_read_and_a_list_that_is_not_in_the_plan_do_not_pass() -> None:
    for given in ({"cidrIpv4": " 0.0.0.0/0"}, {"prefixListId": "pl-1"}, {"cidrIpv4": UNKNOWN}):
        item = resource(INGRESS, ipProtocol="tcp", fromPort=22, toPort=22, **given)
        assert [known for _, known in broken("open-security-group", item)] == [False]


def test_ports_of_the_web_do_not_count_where_all_protocols_are_let_in() -> None:
    web = {"fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"}
    assert broken("open-security-group", resource(INGRESS, ipProtocol="tcp", **web)) == []
    assert broken("open-security-group", resource(INGRESS, ipProtocol="-1", **web)) == [
        ("0.0.0.0/0 reaches every port", True)
    ]


def test_an_api_server_for_many_blocks_that_are_the_internet_answers_all_of_it() -> None:
    pieces = [f"{number}.0.0.0/8" for number in range(256)]
    config = {"endpointPublicAccess": True, "publicAccessCidrs": pieces}
    assert broken("public-api-server", resource("aws:eks/cluster:Cluster", vpcConfig=config)) != []


@pytest.mark.parametrize("value", [True, "true", UNKNOWN])
def test_a_database_that_is_public_or_may_be_is_named(value: object) -> None:
    found = broken("public-store", resource("aws:rds/instance:Instance", publiclyAccessible=value))
    assert [known for _, known in found] == [value != UNKNOWN]


@pytest.mark.parametrize(
    ("name", "weak", "strong"),
    [("ssl", "flexible", "strict"), ("min_tls_version", "1.0", "1.2"), ("always_use_https", "off", "on")],
)
def test_an_edge_that_can_be_read_on_the_way_breaks_a_rule(name: str, weak: str, strong: str) -> None:
    assert broken("edge-tls", resource(SETTING, settingId=name, value=weak)) == [(f"{name}: {weak}", True)]
    assert broken("edge-tls", resource(SETTING, settingId=name, value=strong)) == []


def test_only_the_account_that_deploys_may_take_all_of_a_service_and_nobody_everything() -> None:
    def told(urn: str, action: str) -> list[tuple[str, bool]]:
        text = json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
        return broken("iam-wildcard", replace(resource("aws:iam/policy:Policy", policy=text), urn=urn))

    deploys = "urn:pulumi:test::bailbondpro::bailbondpro:bootstrap:Account$aws:iam/policy:Policy::deploy-data"
    other = "urn:pulumi:test::bailbondpro::bailbondpro:app:Workload$aws:iam/policy:Policy::bootstrap:Account"
    assert told(deploys, "rds:ModifyDBInstance") == []
    assert told(other, "rds:ModifyDBInstance")
    assert told(deploys, "*")
    assert told(deploys, "iam:PassRole")
