"""Values that come back in another form, on the real engine: previews and refreshes show what the provider shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.engine import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plan.model import Plan


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def policy(*actions: str, **principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def changed(plan: Plan) -> dict[str, list[str]]:
    return {item.name: sorted(path for path, _ in item.changed) for item in plan if item.changed}


def respelled(order: int) -> Callable[[], None]:
    """The same platform, written in one way or the other."""

    def program() -> None:
        import pulumi_aws as aws
        import pulumi_kubernetes as kubernetes

        vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16")
        zones = ("us-east-1a", "us-east-1b")
        subnets = [
            aws.ec2.Subnet(
                f"subnet-{number}", vpc_id=vpc.id, cidr_block=f"10.20.{number}.0/24", availability_zone=zones[number]
            ).id
            for number in range(2)
        ]
        actions, root = ("sts:AssumeRole", "sts:TagSession"), "arn:aws:iam::111122223333:root"
        aws.iam.Role(
            "role",
            assume_role_policy=policy(*actions[:: 1 if order else -1], AWS=root if order else "111122223333"),
        )
        aws.lb.LoadBalancer("lb", load_balancer_type="network", internal=True, subnets=subnets[:: 1 if order else -1])
        aws.budgets.Budget(
            "budget",
            budget_type="COST",
            limit_amount="100" if order else "100.0",
            limit_unit="USD",
            time_unit="MONTHLY",
        )
        kubernetes.core.v1.ResourceQuota(
            "quota", metadata={"name": "quota"}, spec={"hard": {"cpu": "1000m" if order else "1"}}
        )

    return program


def never_at_rest(*, protocol: str = "TCP", suffix: str = ":*") -> Callable[[], None]:
    def program() -> None:
        import pulumi
        import pulumi_aws as aws

        vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16")
        group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id)
        aws.vpc.SecurityGroupEgressRule(
            "web", security_group_id=group.id, ip_protocol=protocol, cidr_ipv4="0.0.0.0/0", from_port=80, to_port=80
        )
        logs = aws.cloudwatch.LogGroup("logs")
        bucket = aws.s3.Bucket("bucket")
        rules = [{"id": "old", "status": "Enabled", "expiration": {"days": 9}, "filter": {"prefix": ""}}]
        lifecycle = aws.s3.BucketLifecycleConfiguration("lifecycle", bucket=bucket.id, rules=rules)
        role = aws.iam.Role("role", assume_role_policy=policy("sts:AssumeRole", Service="vpc-flow-logs.amazonaws.com"))
        aws.ec2.FlowLog(
            "flow",
            vpc_id=vpc.id,
            traffic_type="ALL",
            iam_role_arn=role.arn,
            log_destination=pulumi.Output.concat(logs.arn, suffix),
        )
        pulumi.export("size", lifecycle.transition_default_minimum_object_size)

    return program


def test_another_spelling_is_no_change_in_previews_updates_and_refreshes(bench: Bench) -> None:
    bench.up(respelled(0))
    assert changed(bench.preview(respelled(1))) == {}
    with bench.session(respelled(1)) as session:
        assert session.stack.deployment() == session.stack.export_stack().deployment, "no secret is in it"
        assert session.refresh().get("update", 0) == 0
    assert changed(bench.preview(respelled(1))) == {}


def test_a_value_that_comes_back_otherwise_is_seen_in_every_preview_until_the_program_says_it_the_services_way(
    bench: Bench,
) -> None:
    outputs = bench.up(never_at_rest())
    assert outputs["size"] == "all_storage_classes_128K"
    seen = {"web": ["ipProtocol"], "flow": ["logDestination"]}
    plan = bench.preview(never_at_rest())
    assert changed(plan) == seen
    assert {item.name: item.op for item in plan if item.changed} == {"web": "update", "flow": "replace"}
    bench.up(never_at_rest())
    assert changed(bench.preview(never_at_rest())) == seen
    bench.up(never_at_rest(protocol="tcp", suffix=""))
    assert changed(bench.preview(never_at_rest(protocol="tcp", suffix=""))) == {}
