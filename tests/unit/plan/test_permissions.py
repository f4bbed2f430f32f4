from __future__ import annotations

import json
from dataclasses import replace

import pytest

from plan import Plan, PlannedResource
from plan.permissions import PERMISSIONS, Needs, needs_of, without_permissions
from plan.permissions.cloudflare import token_groups
from plan.permissions.model import Permissions, of
from plan.permissions.scopes import BUCKET, ROLE
from tests.support.plans import planned

THING = "aws:x"


def test_a_write_among_the_reads_of_a_row_is_refused_and_a_read_among_its_writes_too() -> None:
    with pytest.raises(ValueError, match="aws:x: ec2:CreateVpc is no reading action"):
        Permissions(token=THING, reads=of("ec2", "CreateVpc"), creates=())
    row = Permissions(token=THING, reads=(), creates=())
    for kind in ("creates", "updates", "deletes"):
        with pytest.raises(ValueError, match="aws:x: ec2:DescribeVpcs reads"):
            replace(row, **{kind: of("ec2", "DescribeVpcs")})  # type: ignore[arg-type]  # a field by its name


def test_every_row_reads_and_makes() -> None:
    assert [token for token, row in PERMISSIONS.items() if not (row.reads and row.creates)] == []


def test_a_type_of_aws_without_a_row_is_named_with_the_place_of_its_row() -> None:
    assert without_permissions(("aws:sqs/queue:Queue", "random:index/x:X", *PERMISSIONS)) == [
        "aws:sqs/queue:Queue: say what it reads, creates, updates and deletes in plan/permissions/"
    ]


def role(name: str, *services: str) -> PlannedResource:
    statements = [{"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": ["sts:AssumeRole"]}]
    return planned(ROLE, name, assumeRolePolicy=json.dumps({"Statement": statements}))


def test_the_needs_of_plans_are_their_types_the_names_that_pulumi_makes_and_whom_roles_are_handed_to() -> None:
    first = Plan(
        (
            role("shards-0-monitoring", "monitoring.rds.amazonaws.com"),
            role("shards-12-monitoring", "monitoring.rds.amazonaws.com"),
            planned("cloudflare:index/ruleset:Ruleset", "cache", phase="http_ratelimit"),
            planned("random:index/randomId:RandomId"),
            replace(planned("bailbondpro:x:Y"), custom=False),
        )
    )
    second = Plan(
        (
            planned(BUCKET, "logs"),
            role("a" * 60, "pods.eks.amazonaws.com"),
            replace(planned("aws:ec2/vpc:Vpc"), op="delete"),
        )
    )
    found = needs_of([first, second])
    assert found == Needs(
        types=(ROLE, BUCKET, "cloudflare:index/ruleset:Ruleset#http_ratelimit"),
        names={ROLE: ("a" * 40 + "*", "shards-*-monitoring*"), BUCKET: ("logs*",)},
        services=("monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com"),
    )
    assert Needs.from_data(found.as_data()) == found


def test_a_trust_that_is_not_known_yet_is_no_service() -> None:
    assert (
        needs_of([Plan((planned(ROLE, "late", assumeRolePolicy="04da6b54-80e4-46f7-96ec-b56ff0331ba9"),))]).services
        == ()
    )


def test_a_token_for_cloudflare_gets_the_groups_of_its_types_once_and_an_unknown_type_is_named() -> None:
    tls = ("cloudflare:index/originCaCertificate:OriginCaCertificate", "cloudflare:index/dnsRecord:DnsRecord")
    assert token_groups((*tls, tls[0], "aws:ec2/vpc:Vpc")) == ("Zone: DNS", "Zone: SSL and Certificates")
    with pytest.raises(ValueError, match=r"cloudflare:index/worker:Worker in plan/permissions/cloudflare\.py"):
        token_groups(["cloudflare:index/worker:Worker"])
