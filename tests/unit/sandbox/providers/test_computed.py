"""Ids in the forms that the services document, and counters that go up with every update."""

from __future__ import annotations

import re

import pytest

from sandbox.model.place import HOME
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.computed import GENERATED, VOLATILE, computed_outputs, made_up, resource_id
from sandbox.services import ROWS, bcrypt

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


@pytest.mark.parametrize("token", sorted(token for token in ROWS if token.startswith(GENERATED)))
def test_what_is_generated_has_the_same_keys_where_only_they_are_asked_for(token: str) -> None:
    schema = SchemaOracle().get(token)
    for inputs in ({}, {"algorithm": "ED25519", "length": 20}, {"algorithm": "DSA"}):
        whole = computed_outputs(token, "it", inputs, "it", schema=schema)
        assert list(computed_outputs(token, "it", inputs, "it", schema=schema, form=True)) == list(whole)
        assert not any(isinstance(value, dict) for value in whole.values()), "no part of it is known to a preview"


def test_no_password_is_hashed_for_a_preview_that_shows_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    token, inputs = "random:index/randomPassword:RandomPassword", {"length": 31}
    hashed: list[str] = []
    monkeypatch.setattr(bcrypt, "hashed", hashed.append)
    schema = SchemaOracle().get(token)
    for name in ("one", "two", "three"):
        assert computed_outputs(token, name, inputs, "", schema=schema, form=True).keys() >= {"result", "bcryptHash"}
        assert "bcryptHash" not in made_up(token, inputs, schema)
    assert len(hashed) == 1, "for all of the same inputs"
    computed_outputs(token, "one", inputs, "one", schema=schema)
    assert len(hashed) == 2
