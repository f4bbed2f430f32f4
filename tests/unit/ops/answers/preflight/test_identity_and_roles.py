"""Each question of AWS: when it is met, when not, and what the fix is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.facts.regions import home_of, partition_of
from ops.answers.preflight.subject import chosen
from plan import tokens
from tests.support.aws_account import ACCOUNT, NOON, SESSION, Error
from tests.support.preflight import findings, one, outcome, resource, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plan import PlannedResource

VPC = resource(tokens.VPC, "vpc", region="us-east-1")
SUBNETS = [
    resource(tokens.SUBNET, f"subnet-{letter}", region="us-east-1", availabilityZone=f"us-east-1{letter}")
    for letter in "abc"
]
CLUSTER = resource(tokens.CLUSTER, "cluster", name="bailbondpro-test", version="1.35")
PRIMARY = resource(
    tokens.DATABASE,
    "primary",
    identifier="bailbondpro-test-primary",
    engine="postgres",
    engineVersion="17",
    instanceClass="db.m7g.large",
    storageType="gp3",
    multiAz=True,
)
REPLICA = resource(
    tokens.DATABASE,
    "replica",
    identifier="bailbondpro-test-replica",
    replicateSourceDb="bailbondpro-test-primary",
    instanceClass="db.m7g.large",
    storageType="gp3",
    availabilityZone="us-east-1c",
)
CACHE = resource(
    tokens.CACHE,
    "redis",
    replicationGroupId="bailbondpro-test-redis",
    engine="valkey",
    engineVersion="8.2",
    nodeType="cache.t4g.medium",
    logDeliveryConfigurations=[{"logType": "slow-log"}],
)
TEMPLATE = resource(tokens.LAUNCH_TEMPLATE, "template", instanceType="m8g.large")


def nodes(**inputs: object) -> PlannedResource:
    group = resource(tokens.NODE_GROUP, "nodes", **inputs)
    return replace(group, dependencies=(TEMPLATE.urn, *(subnet.urn for subnet in SUBNETS)))


def caller(arn: str, account: str = ACCOUNT) -> dict[str, Any]:
    return {"sts:GetCallerIdentity": {"Account": account, "Arn": arn, "UserId": "x"}}


def test_the_allowed_account_is_met() -> None:
    found = one(subject(VPC), "identity")
    assert found.verdict == "met"
    assert SESSION in found.said


@pytest.mark.parametrize(
    ("accounts", "answers", "verdict", "says"),
    [
        ('["999999999999"]', {}, "not met", "take credentials of 999999999999"),
        ('["123456789012"]', caller(f"arn:aws:iam::{ACCOUNT}:root"), "not met", "a role's credentials"),
        ("", {}, "not judged", "allowedAccountIds"),
    ],
)
def test_another_account_the_root_user_and_an_account_that_nothing_allows_stop_all_other_questions(
    accounts: str, answers: dict[str, Any], verdict: str, says: str
) -> None:
    found = findings(subject(VPC, CLUSTER, accounts=accounts), answers)
    first = found.pop("identity and account")
    assert (first.verdict, says in first.fix) == (verdict, True)
    assert {item.verdict for item in found.values()} == {"not asked"}


def test_a_region_that_nobody_opted_into_is_not_met() -> None:
    answers = {"ec2:DescribeRegions": {"Regions": [{"RegionName": "eu-south-1", "OptInStatus": "not-opted-in"}]}}
    found = one(subject(resource(tokens.VPC, "vpc", region="eu-south-1"), region="eu-south-1"), "region eu", answers)
    assert found.verdict == "not met"
    assert found.fix.startswith("aws account enable-region --region-name eu-south-1")
    assert one(subject(VPC), "region us-east-1").said == "opt-in-not-required"


def zones(**changed: str) -> dict[str, Any]:
    def one_of(letter: str) -> dict[str, str]:
        item = {"ZoneName": f"us-east-1{letter}", "ZoneId": f"use1-az{ord(letter) - 96 + 3}", "State": "available"}
        return {**item, **(changed if letter == "b" else {})}

    return {"ec2:DescribeAvailabilityZones": {"AvailabilityZones": [one_of(letter) for letter in "abc"]}}


@pytest.mark.parametrize(
    ("answers", "verdict", "says"),
    [
        (zones(), "met", "us-east-1b (use1-az5)"),
        (zones(ZoneName="us-east-1f"), "not met", "us-east-1b is no zone of us-east-1"),
        (zones(State="impaired"), "not met", "us-east-1b is not available (impaired)"),
        (zones(ZoneId="use1-az3"), "not met", "us-east-1b is use1-az3, where EKS puts no control plane"),
    ],
)
def test_zones_of_the_network_must_be_there_available_and_fit_for_eks(
    answers: dict[str, Any], verdict: str, says: str
) -> None:
    found = one(subject(*SUBNETS, CLUSTER), "zones", answers)
    assert (found.verdict, says in found.said) == (verdict, True), found
    if verdict == "not met":
        assert "choose of us-east-1a, us-east-1c" in found.fix


def test_a_zone_without_a_control_plane_is_fine_without_eks() -> None:
    assert one(subject(*SUBNETS), "zones", zones(ZoneId="use1-az3")).verdict == "met"


def organization(payer: str) -> dict[str, Any]:
    return {"organizations:DescribeOrganization": {"Organization": {"MasterAccountId": payer}}}


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [({}, "met"), (organization(ACCOUNT), "met"), (organization("111111111111"), "not met")],
)
def test_a_member_of_an_organization_gets_no_anomaly_monitor(answers: dict[str, Any], verdict: str) -> None:
    monitor = resource("aws:costexplorer/anomalyMonitor:AnomalyMonitor", "monitor")
    found = one(subject(monitor), "no member", answers)
    assert found.verdict == verdict
    assert ("anomalyDetection: false" in found.fix) is (verdict == "not met")
    assert not any(name.startswith("no member") for name in findings(subject(VPC)))


def test_the_budgets_tag_is_never_called_met() -> None:
    budget = resource(tokens.BUDGET, "monthly", costFilters=[{"name": "TagKeyValue", "values": ["user:Stack$a"]}])
    assert one(subject(budget), "cost allocation tag").verdict == "not asked"


def volume_key(key: str, policy: str = "{}", grants: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "ec2:GetEbsDefaultKmsKeyId": {"KmsKeyId": key},
        "kms:GetKeyPolicy": {"Policy": policy},
        "kms:ListGrants": {"Grants": [{"GranteePrincipal": name} for name in grants]},
    }


OWN_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"ec2:GetEbsEncryptionByDefault": {"EbsEncryptionByDefault": False}}, "met"),
        (volume_key("alias/aws/ebs"), "met"),
        (volume_key(OWN_KEY), "not met"),
        (volume_key(OWN_KEY, policy='{"Principal": "AWSServiceRoleForAutoScaling"}'), "met"),
        (volume_key(OWN_KEY, grants=("arn:aws:iam::1:role/x/AWSServiceRoleForAutoScaling",)), "met"),
    ],
)
def test_auto_scaling_must_be_able_to_use_the_accounts_volume_key(answers: dict[str, Any], verdict: str) -> None:
    found = one(subject(TEMPLATE), "key that encrypts volumes", answers)
    assert found.verdict == verdict
    assert found.fix.startswith("aws kms create-grant") is (verdict == "not met")


@pytest.mark.parametrize(
    ("count", "service", "verdict"), [(9, "x", "met"), (10, "x", "not met"), (10, "delivery.logs.amazonaws.com", "met")]
)
def test_log_delivery_needs_room_for_a_policy(count: int, service: str, verdict: str) -> None:
    used = [{"policyName": f"p{number}", "policyDocument": service} for number in range(count)]
    assert (
        one(subject(CACHE), "room for", {"logs:DescribeResourcePolicies": {"resourcePolicies": used}}).verdict
        == verdict
    )


def missing_roles(*names: str) -> Callable[[Mapping[str, Any], str], object]:
    def answer(parameters: Mapping[str, Any], _: str) -> object:
        name = parameters["RoleName"]
        if name in names:
            return Error("NoSuchEntity", 404)
        arn = f"arn:aws:iam::{ACCOUNT}:role/deployers/{name}"
        return {"Role": {"Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLEEXAMPLE", "Arn": arn, "CreateDate": NOON}}

    return answer


def test_a_role_that_exists_is_met_and_one_that_may_be_made_is_too() -> None:
    of = subject(PRIMARY)
    assert one(of, "AWSServiceRoleForRDS").said.startswith("it exists: arn:aws:iam::")
    found = one(of, "AWSServiceRoleForRDS", {"iam:GetRole": missing_roles("AWSServiceRoleForRDS")})
    assert found.verdict == "met"
    assert f"arn:aws:iam::{ACCOUNT}:role/deployers/bailbondpro-deploy may iam:CreateServiceLinkedRole" in found.said


def test_a_role_that_may_not_be_made_is_not_met() -> None:
    denied = {"EvaluationResults": [{"EvalActionName": "iam:CreateServiceLinkedRole", "EvalDecision": "implicitDeny"}]}
    answers = {"iam:GetRole": missing_roles("AWSServiceRoleForRDS"), "iam:SimulatePrincipalPolicy": denied}
    found = one(subject(PRIMARY), "AWSServiceRoleForRDS", answers)
    assert found.verdict == "not met"
    assert found.fix == "aws iam create-service-linked-role --aws-service-name rds.amazonaws.com"


def test_the_role_of_spot_is_asked_for_spot_alone_and_must_exist() -> None:
    answers = {"iam:GetRole": missing_roles("AWSServiceRoleForEC2Spot")}
    assert "AWSServiceRoleForEC2Spot" not in findings(subject(TEMPLATE, *SUBNETS, nodes(capacityType="ON_DEMAND")))
    found = one(subject(TEMPLATE, *SUBNETS, nodes(capacityType="SPOT")), "AWSServiceRoleForEC2Spot", answers)
    assert found.verdict == "not met"


def test_permissions_that_cannot_be_simulated_are_not_judged() -> None:
    answers = {
        **caller(f"arn:aws:sts::{ACCOUNT}:federated-user/ada"),
        "iam:GetRole": missing_roles("AWSServiceRoleForRDS"),
    }
    assert one(subject(PRIMARY), "AWSServiceRoleForRDS", answers).verdict == "not judged"


@pytest.mark.parametrize(
    ("region", "partition", "home"),
    [
        ("eu-south-1", "aws", "us-east-1"),
        ("cn-northwest-1", "aws-cn", "cn-north-1"),
        ("us-gov-east-1", "aws-us-gov", "us-gov-west-1"),
        ("us-iso-east-1", "aws-iso", "us-iso-east-1"),
    ],
)
def test_global_questions_are_asked_in_a_region_that_is_always_enabled(region: str, partition: str, home: str) -> None:
    assert (partition_of(region), home_of(region)) == (partition, home)


def test_a_plan_without_aws_asks_nothing_of_aws() -> None:
    assert outcome(subject(resource(tokens.DEPLOYMENT, "app"))).findings == ()


def test_a_name_with_pulumis_random_part_is_not_chosen_and_an_unknown_one_is_none() -> None:
    def name(value: object) -> str:
        return chosen(resource(tokens.BUCKET, "uploads-bucket", bucket=value), "bucket")

    assert name("uploads-bucket-55739de") == ""
    assert name("04da6b54-80e4-46f7-96ec-b56ff0331ba9") == ""
    assert name(None) == ""
    assert name("uploads") == "uploads"
