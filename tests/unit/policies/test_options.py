"""Options of a resource that the gate compares: what the engine passes over, and through what it is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from ops.answers.gate import gate
from plan.preview import read_preview
from tests.support.gate_cases import steps_of

DATABASE, BUCKET_POLICY = "aws:rds/instance:Instance", "aws:s3/bucketPolicy:BucketPolicy"
AWS = "urn:pulumi:prod::bailbondpro::pulumi:providers:aws::"


def stopped(token: str, old: dict[str, Any], new: dict[str, Any], op: str = "same") -> set[tuple[str, tuple[str, ...]]]:
    line = {"do": op, "thing": "one", "both": {"a": "b"}, "old": old, "new": new}
    steps = list(steps_of(line, {"one": {"type": token}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})).stopping
    return {(one.rule, one.properties) for one in found if one.properties}


@pytest.mark.parametrize(
    ("token", "path", "rule"),
    [
        (DATABASE, "deletionProtection", "protection-lost"),
        (DATABASE, '["deletionProtection"]', "protection-lost"),
        (DATABASE, "*", "protection-lost"),
        (DATABASE, "multiAz", "weakened"),
        (DATABASE, "vpcSecurityGroupIds", "weakened"),
        (DATABASE, "identifier", "weakened"),
        ("aws:eks/nodeGroup:NodeGroup", "scalingConfig.maxSize", "weakened"),
        ("aws:eks/nodeGroup:NodeGroup", '["scalingConfig"]', "weakened"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4", "weakened"),
        ("kubernetes:apps/v1:Deployment", "spec.template.spec.containers[0].image", "weakened"),
        (DATABASE, "optionGroupName", "weakened"),
        (BUCKET_POLICY, "policy", "weakened"),
        ("kubernetes:helm.sh/v3:Release", "values", "weakened"),
        ("aws:eks/addon:Addon", "configurationValues", "weakened"),
    ],
)
def test_what_is_compared_is_never_passed_over_from_now_on(token: str, path: str, rule: str) -> None:
    assert (rule, (path,)) in stopped(token, {}, {"ignoreChanges": [path]})
    assert stopped(token, {"ignoreChanges": [path]}, {"ignoreChanges": [path]}) == set()
    assert stopped(token, {"ignoreChanges": [path]}, {}) == set()


@pytest.mark.parametrize(
    ("token", "path"),
    [
        (DATABASE, "tags"),
        (DATABASE, "engineVersion"),
        ("aws:eks/nodeGroup:NodeGroup", "scalingConfig.desiredSize"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "tags"),
    ],
)
def test_what_nothing_compares_or_the_program_means_may_be_passed_over(token: str, path: str) -> None:
    assert stopped(token, {}, {"ignoreChanges": [path]}) == set()


@pytest.mark.parametrize("op", ["same", "update"])
def test_data_is_looked_for_through_the_provider_that_made_it(op: str) -> None:
    own, other = {"provider": f"{AWS}aws::id-1"}, {"provider": f"{AWS}other::id-2"}
    assert stopped(DATABASE, own, other, op) == {("elsewhere", ("provider",))}
    assert stopped(DATABASE, own, {"provider": f"{AWS}aws::id-9"}, op) == set()
    sdk = [{"provider": f"{AWS}default_{version}::id"} for version in ("6_1_0", "7_0_0")]
    assert stopped(DATABASE, sdk[0], sdk[1], op) == set()


def test_a_second_provider_deploys_to_the_same_account() -> None:
    def found(accounts: str | None, **more: str) -> set[str]:
        sides = ({"allowedAccountIds": '["123456789012"]'}, {"allowedAccountIds": accounts, **more})
        lines = (
            {"do": "same", "thing": "sdk", "name": "aws", "was": sides[0], "is": sides[0]},
            {"do": "create", "thing": "sdk", "name": "second", "is": sides[1]},
        )
        steps = [step for line in lines for step in steps_of(line, {"sdk": {"type": "pulumi:providers:aws"}})]
        preview = read_preview({"config": {"bailbondpro:environment": "prod"}, "steps": steps})
        return {one.rule for one in gate(preview).stopping}

    assert found('["999999999999"]') == {"elsewhere"}
    assert found(None) == {"elsewhere"}
    assert found('["123456789012"]', region="eu-west-1") == set()


def test_what_holds_data_is_replaced_by_no_more_properties_than_before() -> None:
    lost = {("protection-lost", ("*",))}
    assert stopped(DATABASE, {}, {"replaceOnChanges": ["*"]}) == lost
    assert stopped(DATABASE, {"replaceOnChanges": ["*"]}, {"replaceOnChanges": ["*"]}) == set()
    assert stopped("aws:cloudwatch/metricAlarm:MetricAlarm", {}, {"replaceOnChanges": ["*"]}) == set()


def test_what_admits_is_looked_for_through_the_provider_that_made_it() -> None:
    own, other = {"provider": f"{AWS}aws::id-1"}, {"provider": f"{AWS}other::id-2"}
    assert stopped(BUCKET_POLICY, own, other) == {("elsewhere", ("provider",))}
