"""What depends on the state of another resource, or on a resource's own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import World, refused

if TYPE_CHECKING:
    from pathlib import Path

INSTANCE = "aws:rds/instance:Instance"
DB_PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CACHE_PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
ENTRY = "aws:eks/accessEntry:AccessEntry"
POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({}, "keeps no backups"),
        ({"backupRetentionPeriod": 0}, "keeps no backups"),
        ({"backupRetentionPeriod": 7, "manageMasterUserPassword": True}, "manageMasterUserPassword"),
    ],
)
def test_a_replica_is_refused_by_a_source_that_cannot_have_one(
    world: World, source: dict[str, object], says: str
) -> None:
    world.add(INSTANCE, "primary", identifier="primary", **source)
    refused(world.create(INSTANCE, identifier="r", replicateSourceDb="primary"), "replicateSourceDb", says)


def test_a_source_has_fifteen_replicas_at_most(world: World) -> None:
    world.add(INSTANCE, "primary", identifier="primary", backupRetentionPeriod=1)
    for number in range(14):
        world.add(INSTANCE, f"r-{number}", identifier=f"r-{number}", replicateSourceDb="primary")
    assert world.create(INSTANCE, identifier="r-14", replicateSourceDb="primary") == []
    world.add(INSTANCE, "r-14", identifier="r-14", replicateSourceDb="primary")
    refused(world.create(INSTANCE, identifier="r-15", replicateSourceDb="primary"), "replicateSourceDb", "15 at most")


def test_the_backups_of_a_source_cannot_be_ended(world: World) -> None:
    world.add(INSTANCE, "primary", identifier="primary", backupRetentionPeriod=1)
    assert world.update(INSTANCE, "primary", backupRetentionPeriod=0) == []
    world.add(INSTANCE, "r", identifier="r", replicateSourceDb="primary")
    refused(world.update(INSTANCE, "primary", backupRetentionPeriod=0), "backupRetentionPeriod", "replicas: r")


def test_a_parameter_group_is_of_the_engine_s_family(world: World) -> None:
    world.add(DB_PARAMETERS, "p", name="p", family="postgres16")
    wanted = {"identifier": "a", "engine": "postgres", "parameterGroupName": "p"}
    refused(world.create(INSTANCE, **wanted, engineVersion="17.6"), "parameterGroupName", "postgres16", "postgres17")
    assert world.create(INSTANCE, **wanted, engineVersion="16.9") == []


def test_cluster_mode_needs_a_parameter_group_that_enables_it(world: World) -> None:
    world.add(CACHE_PARAMETERS, "off", name="off", family="valkey8", parameters=[])
    world.add(
        CACHE_PARAMETERS,
        "on",
        name="on",
        family="valkey8",
        parameters=[{"name": "cluster-enabled", "value": "yes"}],
    )
    wanted = {"replicationGroupId": "c", "engine": "valkey", "engineVersion": "8.2", "clusterMode": "enabled"}
    refused(world.create(CACHE, **wanted, parameterGroupName="off"), "parameterGroupName", "cluster-enabled")
    assert world.create(CACHE, **wanted, parameterGroupName="on") == []


def test_storage_never_shrinks(world: World) -> None:
    world.add(INSTANCE, "a", identifier="a", allocatedStorage=200)
    refused(world.update(INSTANCE, "a", allocatedStorage=100), "allocatedStorage", "100 GiB is less than the 200 GiB")
    assert world.update(INSTANCE, "a", allocatedStorage=300) == []


def test_a_replica_of_small_storage_takes_no_iops(world: World) -> None:
    world.add(INSTANCE, "a", identifier="a", allocatedStorage=300, backupRetentionPeriod=7)
    wanted = {"identifier": "r", "replicateSourceDb": "a", "storageType": "gp3", "iops": 12_000}
    refused(world.create(INSTANCE, **wanted), "iops", "its source's 300 GiB", "less than 400")
    refused(world.create(INSTANCE, **wanted, allocatedStorage=400), "iops", "its source's 300 GiB")
    world.add(INSTANCE, "b", identifier="b", allocatedStorage=400, backupRetentionPeriod=7)
    assert world.create(INSTANCE, **{**wanted, "replicateSourceDb": "b"}) == []


def test_a_major_version_goes_forward_and_only_when_allowed(world: World) -> None:
    world.add(INSTANCE, "a", identifier="a", engine="postgres", engineVersion="17.6")
    refused(world.update(INSTANCE, "a", engineVersion="16.9"), "engineVersion", "never goes back")
    refused(world.update(INSTANCE, "a", engineVersion="18.1"), "engineVersion", "allowMajorVersionUpgrade")
    assert world.update(INSTANCE, "a", engineVersion="18.1", allowMajorVersionUpgrade=True) == []
    assert world.update(INSTANCE, "a", engineVersion="17.7") == []


def test_a_cluster_is_upgraded_one_minor_version_at_a_time(world: World) -> None:
    world.add(CLUSTER, "acme", name="acme", version="1.34", vpcConfig={})
    assert world.update(CLUSTER, "acme", version="1.35") == []
    refused(world.update(CLUSTER, "acme", version="1.36"), "version", "here to 1.35")
    refused(world.update(CLUSTER, "acme", version="1.33"), "version", "1.33 does not follow 1.34")


def test_nodes_are_never_newer_than_their_control_plane(world: World) -> None:
    world.add(CLUSTER, "acme", name="acme", version="1.34", vpcConfig={})
    refused(world.create(NODES, clusterName="acme", version="1.35"), "version", "1.34")
    assert world.create(NODES, clusterName="acme", version="1.33") == []


def test_an_access_policy_needs_an_access_entry(world: World) -> None:
    principal = "arn:aws:iam::123456789012:role/deploy"
    world.add(CLUSTER, "acme", name="acme", vpcConfig={}, accessConfig={"authenticationMode": "API"})
    refused(world.create(POLICY, clusterName="acme", principalArn=principal), "principalArn", "no access entry")
    world.add(ENTRY, "e", clusterName="acme", principalArn=principal)
    assert world.create(POLICY, clusterName="acme", principalArn=principal) == []


def test_a_cache_s_parameter_group_is_of_its_engine_s_family(world: World) -> None:
    world.add(CACHE_PARAMETERS, "p", name="p", family="valkey7")
    wanted = {"replicationGroupId": "c", "engine": "valkey", "parameterGroupName": "p"}
    refused(world.create(CACHE, **wanted, engineVersion="8.2"), "parameterGroupName", "valkey7", "needs valkey8")
    assert world.create(CACHE, **wanted, engineVersion="7.2") == []


def test_only_backups_that_exist_are_copied_to_another_region(world: World) -> None:
    copy = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    arn = "arn:aws:rds:us-east-1:000000000000:db:primary"
    world.add(INSTANCE, "primary", identifier="primary")
    wanted = {"sourceDbInstanceArn": arn, "region": "us-west-2"}
    refused(world.create(copy, **wanted), "sourceDbInstanceArn", "keeps no backups")
    world.add(INSTANCE, "primary", identifier="primary", backupRetentionPeriod=7)
    assert world.create(copy, **wanted) == []


def test_nodes_need_their_cluster(world: World) -> None:
    refused(world.create(NODES, clusterName="acme"), "clusterName", "No cluster found")


def test_a_minor_version_reaches_the_replicas_before_their_source(world: World) -> None:
    """terraform-provider-aws issue 22107, aws-cdk issue 26755."""
    world.add(INSTANCE, "a", identifier="a", engine="postgres", engineVersion="17", backupRetentionPeriod=7)
    world.add(INSTANCE, "r", identifier="r", replicateSourceDb="a", engineVersion="17.6")
    refused(world.update(INSTANCE, "a", engineVersion="17.7"), "engineVersion", "r 17.6", "DBUpgradeDependencyFailure")
    assert world.update(INSTANCE, "r", engineVersion="17.7") == []
    world.add(INSTANCE, "r", identifier="r", replicateSourceDb="a", engineVersion="17.7")
    assert world.update(INSTANCE, "a", engineVersion="17.7") == []


def test_a_replica_never_goes_back_behind_its_source(world: World) -> None:
    world.add(INSTANCE, "a", identifier="a", engine="postgres", engineVersion="17.7", backupRetentionPeriod=7)
    world.add(INSTANCE, "r", identifier="r", replicateSourceDb="a", engineVersion="17.8")
    refused(world.update(INSTANCE, "r", engineVersion="17.6"), "engineVersion", "older than the 17.7 of its source a")
    assert world.update(INSTANCE, "r", engineVersion="17.9") == []


def test_a_control_plane_goes_on_only_from_the_version_of_its_nodes(world: World) -> None:
    """terraform-provider-aws issue 19478."""
    world.add(CLUSTER, "acme", name="acme", version="1.35", vpcConfig={})
    world.add(NODES, "app", clusterName="acme", version="1.34")
    refused(world.update(CLUSTER, "acme", version="1.36"), "version", "node groups app are older than 1.35")
    assert world.update(CLUSTER, "acme", endpoint="x") == []
    world.add(NODES, "app", clusterName="acme", version="1.35")
    assert world.update(CLUSTER, "acme", version="1.36") == []


@pytest.mark.parametrize(
    ("version", "fits"), [("v1.36.0", False), ("v1.35.3", True), ("v1.32.1", True), ("v1.31.9", False)]
)
def test_kube_proxy_is_not_newer_than_the_control_plane_nor_more_than_three_minors_older(
    world: World, version: str, *, fits: bool
) -> None:
    world.add(CLUSTER, "acme", name="acme", version="1.35", vpcConfig={})
    wanted = {"clusterName": "acme", "addonVersion": f"{version}-eksbuild.1"}
    found = world.create("aws:eks/addon:Addon", addonName="kube-proxy", **wanted)
    assert (found == []) is fits
    assert world.create("aws:eks/addon:Addon", addonName="vpc-cni", **wanted) == []
