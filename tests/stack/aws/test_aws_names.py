"""Every physical name of the platform fits its service, explicit or automatic, however long a service's own name is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from components.naming import NameKind, physical_name
from tests.support.limit_cases import service
from tests.support.stack import COMBINATIONS, record_platform, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

KINDS = {
    "aws:rds/instance:Instance": ("identifier", NameKind.RDS_IDENTIFIER),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("replicationGroupId", NameKind.REPLICATION_GROUP),
    "aws:eks/cluster:Cluster": ("name", NameKind.EKS_CLUSTER),
    "aws:lb/loadBalancer:LoadBalancer": ("name", NameKind.LOAD_BALANCER),
    "aws:cloudwatch/logGroup:LogGroup": ("name", NameKind.LOG_GROUP),
    "aws:secretsmanager/secret:Secret": ("name", NameKind.SECRET),
    "aws:ssm/parameter:Parameter": ("name", NameKind.SSM_PARAMETER),
    "aws:budgets/budget:Budget": ("name", NameKind.BUDGET),
    "aws:kms/alias:Alias": ("name", NameKind.KMS_ALIAS),
    "aws:ecr/repository:Repository": ("name", NameKind.ECR_REPOSITORY),
}
"""Types with explicit names: the property that holds it, and its rule."""

GENERATED = {
    "aws:lb/targetGroup:TargetGroup": NameKind.TARGET_GROUP,
    "aws:iam/role:Role": NameKind.IAM_ROLE,
    "aws:iam/rolePolicy:RolePolicy": NameKind.IAM_POLICY,
    "aws:eks/nodeGroup:NodeGroup": NameKind.NODE_GROUP,
    "aws:ec2/launchTemplate:LaunchTemplate": NameKind.LAUNCH_TEMPLATE,
    "aws:ec2/securityGroup:SecurityGroup": NameKind.SECURITY_GROUP,
    "aws:s3/bucket:Bucket": NameKind.S3_BUCKET,
    "aws:sns/topic:Topic": NameKind.SNS_TOPIC,
    "aws:cloudwatch/metricAlarm:MetricAlarm": NameKind.ALARM,
    "aws:rds/parameterGroup:ParameterGroup": NameKind.RDS_PARAMETER_GROUP,
    "aws:rds/subnetGroup:SubnetGroup": NameKind.RDS_SUBNET_GROUP,
    "aws:elasticache/parameterGroup:ParameterGroup": NameKind.CACHE_PARAMETER_GROUP,
    "aws:elasticache/subnetGroup:SubnetGroup": NameKind.CACHE_SUBNET_GROUP,
}
"""Types whose physical name Pulumi makes of the logical one, with their rules."""
PULUMIS_SUFFIX = len("-0123456")
LONGEST = "a" + "-b" * 19 + "c"
"""A service's name of forty characters, the longest that the settings take."""
everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)


def explicit(platform: Recording) -> list[tuple[RecordedResource, str, NameKind]]:
    found = []
    for item in platform:
        name, kind = KINDS.get(item.type, ("", None))
        if kind is not None and item.inputs.get(name):
            found.append((item, str(item.inputs[name]), kind))
    return found


@everywhere
def test_every_explicit_name_obeys_the_rule_of_its_service(environment: str, phase: str) -> None:
    names = explicit(recorded(environment, phase))
    assert len(names) > 15
    for item, name, kind in names:
        rule = kind.rule
        bare = name.removeprefix(rule.lead)
        assert rule.minimum <= len(name) <= rule.maximum, item.name
        assert re.fullmatch(f"{rule.first}({rule.body})*", bare), f"{item.name}: {name}"
        assert rule.double_hyphen or "--" not in bare


@everywhere
def test_no_explicit_name_was_cut(environment: str, phase: str) -> None:
    for item, name, kind in explicit(recorded(environment, phase)):
        assert physical_name(kind, name.removeprefix(kind.rule.lead)) == name, item.name


@everywhere
def test_no_two_resources_of_a_kind_share_a_name(environment: str, phase: str) -> None:
    names = [(item.type, name) for item, name, _ in explicit(recorded(environment, phase))]
    assert len(names) == len(set(names))


@everywhere
def test_every_generated_name_has_room_for_pulumis_suffix(environment: str, phase: str) -> None:
    for item in recorded(environment, phase):
        if item.type in GENERATED and not item.inputs.get("name"):
            assert len(item.name) + PULUMIS_SUFFIX <= GENERATED[item.type].rule.maximum, item.name


@everywhere
def test_members_and_replicas_fit_with_what_services_append(environment: str, phase: str) -> None:
    platform = recorded(environment, phase)
    cache = platform.one("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    assert len(f"{cache['replicationGroupId']}-0001-001") <= 50
    for item in platform.of_type("aws:rds/instance:Instance"):
        snapshot = item.inputs.get("finalSnapshotIdentifier")
        assert snapshot is None or re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{0,253}[a-z0-9]", snapshot)


def test_the_longest_service_name_gives_kubernetes_names_that_are_labels() -> None:
    wanted = settings(
        "prod",
        "microservices",
        services=[service(LONGEST, minReplicas=2, maxReplicas=2, paths=["/api/longest/"])],
    )
    assert len(LONGEST) == 40
    names = [
        item.inputs["metadata"]["name"]
        for item in record_platform(wanted)
        if item.type.startswith("kubernetes:") and LONGEST in str(item.inputs.get("metadata", {}).get("name"))
    ]
    assert len(names) > 5
    for name in names:
        assert len(name) <= 63, name
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name)
