"""What the services refuse to delete, and what goes or changes with what is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INSTANCE = "aws:rds/instance:Instance"
DB_SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
DB_PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE_SUBNETS = "aws:elasticache/subnetGroup:SubnetGroup"
CACHE_PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def three_zones(world: World) -> World:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").add(GATEWAY, "igw-1", vpcId="vpc-1")
    for zone in "abc":
        world.add(SUBNET, f"s-{zone}", vpcId="vpc-1", availabilityZone=f"us-east-1{zone}")
    return world.add(SUBNET, "s-a2", vpcId="vpc-1", availabilityZone="us-east-1a")


def test_a_vpc_goes_after_what_is_in_it(world: World) -> None:
    world.add(VPC, "vpc-1", cidrBlock="10.0.0.0/16").add(SUBNET, "s-1", vpcId="vpc-1")
    assert "DependencyViolation" in (world.delete(VPC, "vpc-1") or "")
    assert world.delete(SUBNET, "s-1") is None
    assert world.delete(VPC, "vpc-1") is None


def test_what_is_gone_may_be_deleted_again(world: World) -> None:
    assert world.delete(VPC, "vpc-1") is None


def test_a_security_group_goes_after_the_rules_that_refer_to_it_from_other_groups(world: World) -> None:
    world.add(GROUP, "sg-1").add(GROUP, "sg-2").add(INGRESS, "own", securityGroupId="sg-1")
    world.add(INGRESS, "other", securityGroupId="sg-2", referencedSecurityGroupId="sg-1")
    assert "other refers to it by referencedSecurityGroupId" in (world.delete(GROUP, "sg-1") or "")
    assert world.delete(INGRESS, "other") is None
    assert world.delete(GROUP, "sg-1") is None


def test_a_subnet_goes_after_the_databases_in_it(world: World) -> None:
    three_zones(world).add(DB_SUBNETS, "g", name="g", subnetIds=["s-a", "s-b"])
    world.add(INSTANCE, "db", identifier="db", dbSubnetGroupName="g", skipFinalSnapshot=True)
    assert "network interface" in (world.delete(SUBNET, "s-a") or "")
    assert "InvalidDBSubnetGroupStateFault" in (world.delete(DB_SUBNETS, "g") or "")
    assert world.delete(SUBNET, "s-c") is None
    assert world.delete(INSTANCE, "db") is None
    assert world.delete(SUBNET, "s-a") is None


def test_a_subnet_goes_after_the_caches_in_it(world: World) -> None:
    three_zones(world).add(CACHE_SUBNETS, "g", name="g", subnetIds=["s-a", "s-b"])
    world.add(CACHE, "c", replicationGroupId="c", subnetGroupName="g")
    assert "network interface" in (world.delete(SUBNET, "s-a") or "")
    assert world.delete(CACHE, "c") is None
    assert world.delete(SUBNET, "s-a") is None


@pytest.mark.parametrize(
    ("user", "inputs", "target", "error"),
    [
        (NODES, {"clusterName": "x"}, (CLUSTER, {"name": "x", "vpcConfig": {}}), "Cluster has nodegroups attached"),
        (ATTACHMENT, {"role": "x"}, (ROLE, {"name": "x"}), "must detach all policies first"),
        (LISTENER, {"defaultActions": [{"targetGroupArn": "x"}]}, (TARGETS, {"name": "t"}), "ResourceInUse"),
        (INSTANCE, {"parameterGroupName": "x"}, (DB_PARAMETERS, {"name": "x"}), "InvalidDBParameterGroupState"),
        (CACHE, {"parameterGroupName": "x"}, (CACHE_PARAMETERS, {"name": "x"}), "InvalidCacheParameterGroupState"),
        (
            "cloudflare:index/loadBalancer:LoadBalancer",
            {"defaultPools": ["x"]},
            ("cloudflare:index/loadBalancerPool:LoadBalancerPool", {}),
            "1005",
        ),
    ],
)
def test_what_is_in_use_cannot_be_deleted(
    world: World, user: str, inputs: dict[str, object], target: tuple[str, dict[str, object]], error: str
) -> None:
    world.add(target[0], "x", **target[1]).add(user, "user", **inputs)
    assert error in (world.delete(target[0], "x") or "")
    world.cloud.delete(user, "user")
    assert world.delete(target[0], "x") is None


@pytest.mark.parametrize(
    ("token", "switch"),
    [(INSTANCE, "deletionProtection"), (CLUSTER, "deletionProtection"), (BALANCER, "enableDeletionProtection")],
)
def test_deletion_protection_is_switched_off_first(world: World, token: str, switch: str) -> None:
    world.add(token, "x", skipFinalSnapshot=True, vpcConfig={}, **{switch: True})
    assert f"{switch} is on" in (world.delete(token, "x") or "")
    world.add(token, "x", skipFinalSnapshot=True, vpcConfig={}, **{switch: False})
    assert world.delete(token, "x") is None


def test_a_final_snapshot_needs_a_name_that_is_free(world: World) -> None:
    world.add(INSTANCE, "a", identifier="a")
    assert "finalSnapshotIdentifier is required" in (world.delete(INSTANCE, "a") or "")
    world.add(INSTANCE, "a", identifier="a", finalSnapshotIdentifier="a-final")
    assert world.delete(INSTANCE, "a") is None
    world.add(INSTANCE, "a", identifier="a", finalSnapshotIdentifier="a-final")
    assert "DBSnapshotAlreadyExists" in (world.delete(INSTANCE, "a") or "")


def test_a_replica_has_no_final_snapshot(world: World) -> None:
    world.add(INSTANCE, "r", identifier="r", replicateSourceDb="p", finalSnapshotIdentifier="r-final")
    assert "replica has no final snapshot" in (world.delete(INSTANCE, "r") or "")


def test_replicas_of_a_deleted_source_become_instances_of_their_own(world: World) -> None:
    world.add(INSTANCE, "p", identifier="p", backupRetentionPeriod=1, skipFinalSnapshot=True)
    world.add(INSTANCE, "r", identifier="r", replicateSourceDb="p")
    assert world.delete(INSTANCE, "p") is None
    replica = world.cloud.get(INSTANCE, "r")
    assert replica is not None
    assert "replicateSourceDb" not in replica.inputs


def test_a_bucket_stays_locked_when_its_lock_configuration_is_gone(world: World) -> None:
    versioning = "aws:s3/bucketVersioning:BucketVersioning"
    lock = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    world.add("aws:s3/bucket:Bucket", "acme", bucket="acme")
    world.add(versioning, "v", bucket="acme", versioningConfiguration={"status": "Enabled"})
    world.add(lock, "l", bucket="acme")
    assert world.delete(lock, "l") is None
    (refusal,) = world.update(versioning, "v", versioningConfiguration={"status": "Suspended"})
    assert "which never goes off" in refusal
