"""Rules that ask what exists: dangling references, misfits and taken names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.protocol.packages import tokens
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.rules import REFERENCE_RULES
from sandbox.services import REFERENCE_TABLES
from sandbox.services.kubernetes.custom.definitions import definitions
from tests.support.world import World, refused

if TYPE_CHECKING:
    from pathlib import Path

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
NAT = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INSTANCE = "aws:rds/instance:Instance"
DB_SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
DB_PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:eks/cluster:Cluster"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
STORED_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type token
ALIAS = "aws:kms/alias:Alias"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ENTRY = "aws:eks/accessEntry:AccessEntry"
CONFIG = "kubernetes:core/v1:ConfigMap"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# The tables.


def has_property(oracle: SchemaOracle, token: str, path: str) -> bool:
    """Whether a type has what stands first in a path; of a custom resource, what stands first in its `spec`."""
    steps = [step.removesuffix("[*]") for step in path.split(".")]
    schema = oracle.get(token)
    if schema is not None:
        return steps[0] in schema.inputs
    return steps[0] == "spec" and not {steps[1], f"{steps[1]}!"}.isdisjoint(definitions()[token].spec)


@pytest.mark.parametrize("table", REFERENCE_TABLES, ids=lambda table: table.rule.id)
def test_every_row_speaks_of_types_and_properties_that_the_sdk_has(table: Any) -> None:  # noqa: ANN401 - a table
    from fnmatch import fnmatchcase

    oracle = SchemaOracle()
    for row in table.rows:
        known = (*tokens(row.source.split(":")[0]), *definitions())
        sources = [token for token in known if fnmatchcase(token, row.source)]
        assert sources, row.source
        assert any(has_property(oracle, token, row.path) for token in sources), (row.source, row.path)
        assert all(target.token in tokens(target.token.split(":")[0]) for target in row.targets)
    oracle.flush()


def test_every_rule_has_a_name_of_its_own_and_a_source() -> None:
    names = [rule.id for rule in REFERENCE_RULES]
    assert len(names) == len(set(names))
    assert all(len(rule.source) > len("AWS docs") for rule in REFERENCE_RULES)


# References.


def test_an_id_of_nothing_is_refused_with_the_service_s_error(world: World) -> None:
    refused(world.create(SUBNET, vpcId="vpc-0123", cidrBlock="10.0.0.0/24"), "vpcId", "InvalidVpcID.NotFound")


def test_an_id_of_another_type_is_called_by_its_name(world: World) -> None:
    world.add(SUBNET, "subnet-1")
    refused(world.create(SUBNET, vpcId="subnet-1", cidrBlock="10.0.0.0/24"), "vpcId", f"it is the id of {SUBNET}")


def test_an_id_of_something_deleted_is_called_deleted(world: World) -> None:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").delete(VPC, "vpc-1")
    refused(world.create(GATEWAY, vpcId="vpc-1"), "vpcId", "has been deleted")


def test_unknown_references_are_not_guessed(world: World) -> None:
    assert world.create(SUBNET, vpcId=UNKNOWN, cidrBlock=UNKNOWN) == []


def test_references_in_lists_say_which_one_dangles(world: World) -> None:
    world.add(GROUP, "sg-1")
    found = world.create(INSTANCE, identifier="a", vpcSecurityGroupIds=["sg-1", "sg-2"])
    refused(found, "vpcSecurityGroupIds[1]", "'sg-2'")


def test_what_lies_outside_of_the_simulated_account_passes(world: World) -> None:
    world.add(ROLE, "r", name="r")
    assert world.create(ATTACHMENT, role="r", policyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy") == []
    assert world.create(ENTRY, clusterName=UNKNOWN, principalArn="arn:aws:iam::123456789012:role/deploy") == []
    assert world.create(ALARM, name="a", alarmActions=["arn:aws:sns:us-east-1:123456789012:pager"]) == []
    assert world.create(INSTANCE, identifier="a", parameterGroupName="default.postgres17") == []


def test_an_arn_of_the_simulated_account_must_exist(world: World) -> None:
    found = world.create(ALARM, name="a", alarmActions=["arn:aws:sns:us-east-1:000000000000:pager"])
    refused(found, "alarmActions[0]", "would tell nobody")


def test_an_arn_that_was_cut_short_is_the_id_of_nothing(world: World) -> None:
    found = world.create(ALIAS, name="alias/a", targetKeyId="arn:aws:kms")
    refused(found, "targetKeyId", "arn:aws:kms", "NotFoundException")


def test_the_security_group_that_eks_makes_for_a_cluster_may_be_referred_to(world: World) -> None:
    world.add(CLUSTER, "acme", name="acme", vpcConfig={"subnetIds": []}).add(GROUP, "sg-1")
    cluster = world.cloud.get(CLUSTER, "acme")
    assert cluster is not None
    made = cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]
    assert world.create(INGRESS, securityGroupId="sg-1", referencedSecurityGroupId=made) == []


# What fits.


def test_a_subnet_lies_in_its_vpc_and_overlaps_no_other(world: World) -> None:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").add(SUBNET, "s-1", vpcId="vpc-1", cidrBlock="10.0.0.0/19")
    refused(world.create(SUBNET, vpcId="vpc-1", cidrBlock="10.1.0.0/24"), "cidrBlock", "10.0.0.0/16", "Subnet.Range")
    refused(world.create(SUBNET, vpcId="vpc-1", cidrBlock="10.0.8.0/24"), "cidrBlock", "s-1", "InvalidSubnet.Conflict")
    assert world.create(SUBNET, vpcId="vpc-1", cidrBlock="10.0.32.0/19") == []
    assert world.update(SUBNET, "s-1", tags={"a": "b"}) == []


def test_a_second_range_of_a_vpc_counts(world: World) -> None:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16")
    world.add(
        "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
        "a",
        vpcId="vpc-1",
        cidrBlock="100.64.0.0/16",
    )
    assert world.create(SUBNET, vpcId="vpc-1", cidrBlock="100.64.1.0/24") == []


def three_zones(world: World) -> World:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").add(GATEWAY, "igw-1", vpcId="vpc-1")
    for zone in "abc":
        world.add(SUBNET, f"s-{zone}", vpcId="vpc-1", availabilityZone=f"us-east-1{zone}")
    return world.add(SUBNET, "s-a2", vpcId="vpc-1", availabilityZone="us-east-1a")


def test_databases_and_clusters_need_two_zones(world: World) -> None:
    three_zones(world).add(ROLE, "r", name="r", managedPolicyArns=["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"])
    refused(world.create(DB_SUBNETS, name="g", subnetIds=["s-a", "s-a2"]), "subnetIds", "DoesNotCoverEnoughAZs")
    assert world.create(DB_SUBNETS, name="g", subnetIds=["s-a", "s-b"]) == []
    role = "arn:aws:iam::000000000000:role/r"
    found = world.create(CLUSTER, name="acme", roleArn=role, vpcConfig={"subnetIds": ["s-a", "s-a2"]})
    refused(found, "vpcConfig.subnetIds", "at least two availability zones")


def test_a_load_balancer_takes_one_subnet_of_a_zone(world: World) -> None:
    three_zones(world)
    found = world.create(BALANCER, name="edge", loadBalancerType="network", subnets=["s-a", "s-a2", "s-b"])
    refused(found, "subnets", "s-a2 and s-a both lie in us-east-1a")
    assert world.create(BALANCER, name="edge", loadBalancerType="network", subnets=["s-a", "s-b"]) == []
    assert world.create(BALANCER, name="edge", loadBalancerType="network", subnets=["s-a"]) == []
    refused(world.create(BALANCER, name="edge", subnets=["s-a"]), "subnets", "two availability zones")


def test_nothing_is_public_before_the_internet_gateway(world: World) -> None:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").add(SUBNET, "s-1", vpcId="vpc-1")
    refused(world.create(NAT, subnetId="s-1"), "subnetId", "vpc-1 has no internet gateway", "Gateway.NotAttached")
    assert world.create(NAT, subnetId="s-1", connectivityType="private") == []
    assert world.create(BALANCER, name="in", internal=True, loadBalancerType="network", subnets=["s-1"]) == []


def test_a_database_and_its_security_group_share_a_vpc(world: World) -> None:
    three_zones(world).add(VPC, "vpc-2", cidrBlock="10.2.0.0/16").add(GROUP, "sg-2", vpcId="vpc-2")
    world.add(DB_SUBNETS, "g", name="g", subnetIds=["s-a", "s-b"]).add(GROUP, "sg-1", vpcId="vpc-1")
    wanted = {"identifier": "a", "dbSubnetGroupName": "g"}
    refused(world.create(INSTANCE, **wanted, vpcSecurityGroupIds=["sg-2"]), "vpcSecurityGroupIds[0]", "vpc-2", "vpc-1")
    assert world.create(INSTANCE, **wanted, vpcSecurityGroupIds=["sg-1"]) == []


def test_the_subnets_of_one_group_belong_to_one_vpc(world: World) -> None:
    three_zones(world).add(VPC, "vpc-2", cidrBlock="10.2.0.0/16")
    world.add(SUBNET, "s-far", vpcId="vpc-2", availabilityZone="us-east-1b")
    refused(world.create(DB_SUBNETS, name="g", subnetIds=["s-a", "s-far"]), "subnetIds", "several VPCs: vpc-1, vpc-2")


def test_a_service_has_one_private_name_in_a_vpc(world: World) -> None:
    endpoint = {"vpcId": "vpc-1", "serviceName": "com.amazonaws.us-east-1.sts", "privateDnsEnabled": True}
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").add(ENDPOINT, "vpce-1", **endpoint)
    refused(world.create(ENDPOINT, **endpoint), "privateDnsEnabled", "vpce-1", "conflicting DNS domain")
    assert world.create(ENDPOINT, **{**endpoint, "serviceName": "com.amazonaws.us-east-1.logs"}) == []
    assert world.create(ENDPOINT, **{**endpoint, "privateDnsEnabled": False}) == []


# Names.


@pytest.mark.parametrize(
    ("token", "names", "error"),
    [
        (INSTANCE, {"identifier": "acme"}, "DBInstanceAlreadyExists"),
        (CACHE, {"replicationGroupId": "acme"}, "ReplicationGroupAlreadyExists"),
        (CLUSTER, {"name": "acme"}, "ResourceInUseException"),
        (BALANCER, {"name": "acme"}, "DuplicateLoadBalancerName"),
        (TARGETS, {"name": "acme"}, "DuplicateTargetGroupName"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "acme"}, "ResourceAlreadyExistsException"),
        (STORED_SECRET, {"name": "acme"}, "ResourceExistsException"),
        ("aws:s3/bucket:Bucket", {"bucket": "acme"}, "BucketAlreadyOwnedByYou"),
        (ROLE, {"name": "acme"}, "EntityAlreadyExists"),
        (DB_PARAMETERS, {"name": "acme"}, "DBParameterGroupAlreadyExists"),
        ("aws:ssm/parameter:Parameter", {"name": "acme"}, "ParameterAlreadyExists"),
    ],
)
def test_a_name_is_carried_by_one_living_object(world: World, token: str, names: dict[str, str], error: str) -> None:
    assert world.create(token, **names) == []
    world.add(token, "other", **names)
    refused(world.create(token, **names), next(iter(names)), "taken by other", error)
    assert world.create(token, **dict.fromkeys(names, "acme2")) == []
    assert world.update(token, "other", tags={}) == []


def test_the_same_name_in_another_region_is_free(world: World) -> None:
    world.add(TARGETS, "other", name="acme", region="eu-west-1")
    assert world.create(TARGETS, name="acme") == []


def test_a_load_balancer_listens_once_on_a_port(world: World) -> None:
    world.add(BALANCER, "arn-lb", name="edge").add(LISTENER, "l", loadBalancerArn="arn-lb", port=443)
    refused(world.create(LISTENER, loadBalancerArn="arn-lb", port=443), "port", "DuplicateListener")
    assert world.create(LISTENER, loadBalancerArn="arn-lb", port=80) == []


def test_the_same_rule_of_a_security_group_is_refused(world: World) -> None:
    rule = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/8"}
    world.add(GROUP, "sg-1").add(INGRESS, "sgr-1", **rule)
    refused(world.create(INGRESS, **rule), "cidrIpv4", "InvalidPermission.Duplicate")
    assert world.create(INGRESS, **{**rule, "cidrIpv4": "10.1.0.0/16"}) == []


def test_a_deleted_secret_keeps_its_name_until_its_recovery_window_ends(world: World) -> None:
    world.add(STORED_SECRET, "arn-1", name="kept").add(STORED_SECRET, "arn-2", name="gone", recoveryWindowInDays=0)
    world.delete(STORED_SECRET, "arn-1")
    world.delete(STORED_SECRET, "arn-2")
    refused(world.create(STORED_SECRET, name="kept"), "name", "scheduled for deletion")
    assert world.create(STORED_SECRET, name="gone") == []


# Speed.


def test_rules_are_found_by_type_and_cost_little_in_a_large_cloud(world: World) -> None:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/8")
    for number in range(300):
        world.add(CONFIG, f"default/c-{number}", metadata={"name": f"c-{number}"})
        world.add(GROUP, f"sg-{number}", vpcId="vpc-1", name=f"g-{number}")
    started = time.process_time()
    for number in range(50):
        assert world.create(CONFIG, metadata={"name": f"new-{number}"}) == []
        assert world.create(GROUP, vpcId="vpc-1", name=f"new-{number}") == []
    assert (time.process_time() - started) / 100 < 0.01  # ten times what it may cost, for machines that are busy
