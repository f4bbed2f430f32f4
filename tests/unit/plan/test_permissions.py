from __future__ import annotations

from dataclasses import replace

import pytest

from plan import Plan, PlannedResource
from plan.permissions import PERMISSIONS, Needs, needs_of, without_permissions
from plan.permissions.cloudflare import token_groups
from plan.permissions.model import Permissions, of
from plan.permissions.scopes import BUCKET, ROLE
from plan.tokens import DATABASE
from tests.support.plans import planned

THING = "aws:x"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


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


def named(name: str) -> PlannedResource:
    return planned(ROLE, name)


def handed(token: str, name: str, to: PlannedResource) -> PlannedResource:
    return replace(planned(token, name), dependencies=(to.urn,))


def test_the_needs_of_plans_are_their_types_the_names_that_pulumi_makes_and_whom_roles_are_handed_to() -> None:
    monitor, pods = named("shards-0-monitoring"), named("a" * 60)
    first = Plan(
        (
            monitor,
            named("shards-12-monitoring"),
            handed(DATABASE, "shards-0-primary", monitor),
            planned("cloudflare:index/ruleset:Ruleset", "cache", phase="http_ratelimit"),
            planned("random:index/randomId:RandomId"),
            replace(planned("bailbondpro:x:Y"), custom=False),
        )
    )
    second = Plan(
        (
            planned(BUCKET, "logs"),
            pods,
            handed(ASSOCIATION, "pods", pods),
            replace(planned("aws:ec2/vpc:Vpc"), op="delete"),
        )
    )
    found = needs_of([first, second])
    assert found == Needs(
        types=(ASSOCIATION, ROLE, DATABASE, BUCKET, "cloudflare:index/ruleset:Ruleset#http_ratelimit"),
        names={ROLE: ("a" * 40 + "*", "shards-*-monitoring*"), BUCKET: ("logs*",)},
        services=("monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com"),
    )
    assert Needs.from_data(found.as_data()) == found
    assert needs_of(plan for plan in (first, second)) == found


def test_a_type_that_takes_no_role_in_a_plan_is_handed_none() -> None:
    log = planned("aws:ec2/flowLog:FlowLog", "log")
    assert needs_of([Plan((named("flow-logs"), log))]).services == ()
    role = named("flow-logs")
    assert needs_of([Plan((role, replace(log, dependencies=(role.urn,))))]).services == ("vpc-flow-logs.amazonaws.com",)


def test_a_token_for_cloudflare_gets_the_groups_of_its_types_once_and_an_unknown_type_is_named() -> None:
    tls = ("cloudflare:index/originCaCertificate:OriginCaCertificate", "cloudflare:index/dnsRecord:DnsRecord")
    assert token_groups((*tls, tls[0], "aws:ec2/vpc:Vpc")) == ("Zone: DNS", "Zone: SSL and Certificates")
    with pytest.raises(ValueError, match=r"cloudflare:index/worker:Worker in plan/permissions/cloudflare\.py"):
        token_groups(["cloudflare:index/worker:Worker"])
