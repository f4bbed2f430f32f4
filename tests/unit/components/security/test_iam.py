from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components.security.iam import (
    Arn,
    Condition,
    Effect,
    Statement,
    equals,
    extended,
    policy_document,
    secrets_below,
    service_trust,
)

READ = Statement(sid="Read", actions=("s3:GetObject",), resources=("arn:aws:s3:::b/*",))


def test_equal_statements_give_equal_text() -> None:
    assert policy_document(READ) == policy_document(replace(READ))


def test_an_identity_policy_names_no_principal() -> None:
    (statement,) = json.loads(policy_document(READ))["Statement"]
    assert statement == {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::b/*"],
    }


def test_conditions_of_one_operator_are_joined() -> None:
    statement = Statement(
        sid="S", actions=("sts:AssumeRole",), services=("x",), conditions=(equals("a", "1"), equals("b", "2"))
    )
    rendered = json.loads(policy_document(statement))["Statement"][0]
    assert rendered["Condition"] == {"StringEquals": {"a": ["1"], "b": ["2"]}}


def test_a_deny_is_written_as_a_deny() -> None:
    statement = Statement(
        sid="D",
        actions=("s3:*",),
        resources=("*",),
        accounts=("*",),
        effect=Effect.DENY,
        conditions=(Condition(operator="Bool", key="aws:SecureTransport", values=("false",)),),
    )
    rendered = json.loads(policy_document(statement))["Statement"][0]
    assert rendered["Effect"] == "Deny"
    assert rendered["Principal"] == {"AWS": ["*"]}


def test_a_policy_without_statements_or_with_a_sid_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        policy_document()
    with pytest.raises(ValueError, match="every sid once"):
        policy_document(READ, READ)


def test_a_trust_policy_tags_sessions_only_when_asked() -> None:
    plain = json.loads(service_trust("ec2.amazonaws.com"))["Statement"][0]
    tagged = json.loads(service_trust("pods.eks.amazonaws.com", tag_session=True))["Statement"][0]
    assert plain["Action"] == ["sts:AssumeRole"]
    assert tagged["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert "Resource" not in plain


def test_an_arn_is_read_into_its_fields() -> None:
    arn = Arn.parse("arn:aws:eks:us-east-1:000000000000:cluster/a:b")
    assert (arn.partition, arn.service, arn.region, arn.account) == ("aws", "eks", "us-east-1", "000000000000")
    assert arn.resource == "cluster/a:b"


@pytest.mark.parametrize("text", ["", "arn:aws:s3", "urn:aws:s3:::b", "arn::s3:::b", "arn:aws:s3:::"])
def test_what_is_no_arn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no ARN"):
        Arn.parse(text)


def test_a_policy_is_extended_by_statements_with_sids_of_their_own() -> None:
    first = policy_document(Statement(sid="A", actions=("s3:GetObject",), resources=("*",)))
    both = extended(first, Statement(sid="B", actions=("s3:PutObject",), resources=("*",)))
    assert [item["Sid"] for item in json.loads(both)["Statement"]] == ["A", "B"]
    with pytest.raises(ValueError, match="every sid once"):
        extended(first, Statement(sid="A", actions=("s3:PutObject",), resources=("*",)))


def test_secrets_are_readable_below_one_path_of_the_same_account_only() -> None:
    statement = secrets_below("acme-prod/app/", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1")
    assert statement.resources == ("arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:acme-prod/app/*",)
    assert set(statement.actions) == {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}
