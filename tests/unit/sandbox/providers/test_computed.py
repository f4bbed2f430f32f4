"""Ids in the forms that the services document, and counters that go up with every update."""

from __future__ import annotations

import re

import pytest

from sandbox.model.place import HOME
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.computed import VOLATILE, computed_outputs, resource_id

SHORT_NAMES = {
    "eip:Eip": "eipalloc",
    "flowLog:FlowLog": "fl",
    "internetGateway:InternetGateway": "igw",
    "launchTemplate:LaunchTemplate": "lt",
    "managedPrefixList:ManagedPrefixList": "pl",
    "natGateway:NatGateway": "nat",
    "routeTable:RouteTable": "rtb",
    "routeTableAssociation:RouteTableAssociation": "rtbassoc",
    "securityGroup:SecurityGroup": "sg",
    "defaultSecurityGroup:DefaultSecurityGroup": "sg",
    "subnet:Subnet": "subnet",
    "vpc:Vpc": "vpc",
    "vpcEndpoint:VpcEndpoint": "vpce",
}
"""Amazon EC2 User Guide, Resource IDs; each is followed by 17 hexadecimal digits."""
RULES = (
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
)
GIVEN = {
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:ecr/repository:Repository": "name",
    "aws:elasticache/parameterGroup:ParameterGroup": "name",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:eks/cluster:Cluster": "name",
    "aws:iam/role:Role": "name",
    "aws:kms/alias:Alias": "name",
    "aws:rds/instance:Instance": "identifier",
    "aws:rds/subnetGroup:SubnetGroup": "name",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:ssm/parameter:Parameter": "name",
}
"""Types whose id the SDK documents as the name that was given (section Import)."""
ARNS = (
    "aws:lb/listener:Listener",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:secretsmanager/secret:Secret",
    "aws:sns/topic:Topic",
)
"""Types whose id the SDK documents as their ARN (section Import)."""


@pytest.mark.parametrize(
    ("token", "short"),
    [*((f"aws:ec2/{end}", short) for end, short in SHORT_NAMES.items()), *((rule, "sgr") for rule in RULES)],
)
def test_an_id_of_ec2_has_its_short_name_and_seventeen_digits(token: str, short: str) -> None:
    assert re.fullmatch(short + "-[0-9a-f]{17}", resource_id(token, "x", {}))
    assert resource_id(token, "y", {}) != resource_id(token, "x", {})


@pytest.mark.parametrize(("token", "key"), GIVEN.items())
def test_an_id_that_is_a_name_is_the_given_one(token: str, key: str) -> None:
    assert resource_id(token, "logical", {key: "given"}) == "given"


@pytest.mark.parametrize("token", ARNS)
def test_an_id_that_is_an_arn_is_the_one_among_the_outputs(token: str) -> None:
    identity = resource_id(token, "logical", {})
    assert identity.startswith("arn:aws:")
    assert identity == computed_outputs(token, "logical", {}, identity)["arn"]


def test_versions_that_every_update_raises_are_unknown_in_its_preview() -> None:
    assert VOLATILE == {
        "aws:ec2/launchTemplate:LaunchTemplate": ("latestVersion",),
        "aws:ssm/parameter:Parameter": ("version",),
    }


def test_a_default_that_the_service_fills_in_is_not_hidden_by_a_value_of_its_type() -> None:
    lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    schema = SchemaOracle().get(lifecycle)
    assert schema is not None
    assert "transitionDefaultMinimumObjectSize" not in computed_outputs(
        lifecycle, "a", {"bucket": "b"}, "b", HOME, schema
    )
