"""Quotas: what applies to the account, what others have of it, what the stack takes."""

from __future__ import annotations

from typing import Any

import pytest

from bailbondpro.facts import quotas
from infra.quotas import quota_needs
from ops.answers.preflight.quotas import USED
from ops.answers.preflight.subject import Subject
from plan import tokens
from tests.support.aws_account import Error
from tests.support.preflight import TAGS, one, stack_subject, subject

SUBJECT = stack_subject("prod", "horizontal")
assert SUBJECT.settings is not None
NEEDED = {need.code: need.needed for need in quota_needs(SUBJECT.settings)}
LARGEST = {need.code: need.needed for need in SUBJECT.later[1]}
CPUS, LATER_CPUS = NEEDED[quotas.ON_DEMAND.code], LARGEST[quotas.ON_DEMAND.code]
SPOT_CPUS, SERVERS = NEEDED[quotas.SPOT.code], NEEDED[quotas.DATABASES.code]
OWN = [
    {"Key": key, "Value": value}
    for key, value in {**TAGS, "Environment": "prod", "ManagedBy": "pulumi", "Stack": "bailbondpro-prod"}.items()
]


def limit(value: float) -> dict[str, Any]:
    return {"service-quotas:GetServiceQuota": {"Quota": {"Value": value}}}


def instances(*kinds: tuple[str, str, str], tags: list[dict[str, str]] | None = None) -> dict[str, Any]:
    found = [
        {
            "InstanceType": kind,
            "State": {"Name": state},
            "CpuOptions": {"CoreCount": 4, "ThreadsPerCore": 2},
            "Tags": tags or [],
            **({"InstanceLifecycle": "spot"} if lifecycle == "spot" else {}),
        }
        for kind, state, lifecycle in kinds
    ]
    return {"ec2:DescribeInstances": {"Reservations": [{"Instances": found}]}}


def test_every_quota_of_a_stack_has_its_use_counted() -> None:
    assert SUBJECT.settings is not None
    assert {(need.service, need.code) for need in quota_needs(SUBJECT.settings)} == set(USED)


def test_what_fits_is_met_and_what_a_later_phase_needs_is_said() -> None:
    assert CPUS < LATER_CPUS
    found = one(SUBJECT, "vCPUs of on-demand", limit(CPUS))
    assert (found.verdict, found.said) == ("met", f"needs {CPUS} of {CPUS}; others have 0")
    assert "before phase microservices: aws service-quotas request-service-quota-increase" in found.fix
    assert found.fix.endswith(f"--desired-value {LATER_CPUS}")
    assert one(SUBJECT, "vCPUs of on-demand", limit(LATER_CPUS)).fix == ""


def test_what_does_not_fit_is_not_met_and_asks_for_the_largest_phase_at_once() -> None:
    found = one(SUBJECT, "vCPUs of on-demand", limit(CPUS - 1))
    assert found.verdict == "not met"
    assert found.fix.endswith(f"--service-code ec2 --quota-code L-1216C47A --desired-value {LATER_CPUS}")


def test_others_use_counts_and_this_stacks_own_does_not() -> None:
    kinds = (
        ("m8g.2xlarge", "running", ""),
        ("m8g.2xlarge", "terminated", ""),
        ("p5.48xlarge", "running", ""),
        ("c8g.2xlarge", "pending", "spot"),
    )
    most = CPUS + 7
    others = {**limit(most), **instances(*kinds)}
    assert one(SUBJECT, "vCPUs of on-demand", others).said == f"needs {CPUS} of {most}; others have 8"
    assert one(SUBJECT, "vCPUs of on-demand", others).verdict == "not met"
    assert one(SUBJECT, "vCPUs of spot", others).said == f"needs {SPOT_CPUS} of {most}; others have 8"
    own = {**limit(most), **instances(*kinds, tags=OWN)}
    assert one(SUBJECT, "vCPUs of on-demand", own).said == f"needs {CPUS} of {most}; others have 0"


def test_a_quota_that_was_never_raised_takes_the_services_default() -> None:
    answers = {
        "service-quotas:GetServiceQuota": Error("NoSuchResourceException"),
        "service-quotas:GetAWSDefaultServiceQuota": {"Quota": {"Value": SERVERS - 1.0}},
    }
    assert one(SUBJECT, "DB instances", answers).said == f"needs {SERVERS} of {SERVERS - 1}; others have 0"
    assert one(SUBJECT, "DB instances", answers).verdict == "not met"


NAT = {"SubnetId": "s", "State": "available", "Tags": []}
NOT_COUNTED: tuple[dict[str, Any], ...] = ({"State": "deleted"}, {"Tags": OWN}, {"SubnetId": "t"})
BALANCER = {"Type": "network", "LoadBalancerName": "another"}
CACHE = {"NumCacheNodes": 1, "ReplicationGroupId": "another"}


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        (quotas.VPCS.name, {"ec2:DescribeVpcs": {"Vpcs": [{"Tags": OWN}, {"Tags": []}, {}]}}),
        (quotas.ADDRESSES.name, {"ec2:DescribeAddresses": {"Addresses": [{"Tags": OWN}, {"Tags": []}, {}]}}),
        (
            quotas.NAT_GATEWAYS.name,
            {
                "ec2:DescribeNatGateways": {
                    "NatGateways": [
                        NAT,
                        NAT,
                        {**NAT, "State": "deleted"},
                        {**NAT, "Tags": OWN},
                        {**NAT, "SubnetId": "t"},
                    ]
                },
                "ec2:DescribeSubnets": {
                    "Subnets": [
                        {"SubnetId": "s", "AvailabilityZone": "us-east-1a"},
                        {"SubnetId": "t", "AvailabilityZone": "us-east-1b"},
                    ]
                },
            },
        ),
        (quotas.CLUSTERS.name, {"eks:ListClusters": {"clusters": ["bailbondpro-prod", "a", "b"]}}),
        (
            quotas.LOAD_BALANCERS.name,
            {
                "elbv2:DescribeLoadBalancers": lambda parameters, _: (
                    Error("LoadBalancerNotFound")
                    if "Names" in parameters
                    else {
                        "LoadBalancers": [
                            BALANCER,
                            BALANCER,
                            {"Type": "application", "LoadBalancerName": "x"},
                            {"Type": "network", "LoadBalancerName": "bailbondpro-prod-edge"},
                        ]
                    }
                )
            },
        ),
        (
            quotas.DATABASES.name,
            {
                "rds:DescribeDBInstances": lambda parameters, _: (
                    Error("DBInstanceNotFound")
                    if parameters.get("DBInstanceIdentifier")
                    else {"DBInstances": [{"TagList": OWN}, {"TagList": []}, {}]}
                )
            },
        ),
        (
            quotas.CACHE_NODES.name,
            {
                "elasticache:DescribeCacheClusters": {
                    "CacheClusters": [
                        CACHE,
                        {"NumCacheNodes": 1},
                        {**CACHE, "ReplicationGroupId": "bailbondpro-prod-redis"},
                    ]
                }
            },
        ),
    ],
)
def test_two_of_others_are_counted_and_those_of_this_stack_are_not(name: str, answers: dict[str, Any]) -> None:
    assert one(SUBJECT, name, answers).said.endswith("; others have 2")


def test_a_quota_whose_use_cannot_be_read_is_not_judged() -> None:
    found = one(SUBJECT, "DB instances", {"rds:DescribeDBInstances": Error("AccessDenied", 403)})
    assert (found.verdict, found.fix.startswith("allow rds:DescribeDBInstances")) == ("not judged", True)


def test_a_plan_without_configuration_says_that_its_size_is_not_known() -> None:
    of = subject(*(item for item in SUBJECT.plan if item.type == tokens.VPC))
    assert one(of, "quotas").verdict == "not asked"
    assert isinstance(of, Subject)
