"""The AWS components composed, as a stack composes them: order, protection, names, and what a preview can know."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from components.cluster.addons import Addons, AddonsArgs
from components.cluster.cluster import Cluster, ClusterArgs
from components.cluster.node_pools import NodePool, NodePools, NodePoolsArgs
from components.network.cloudflare_ranges import cloudflare_ranges
from components.network.load_balancer import LoadBalancer, LoadBalancerArgs
from components.network.network import FlowLogs, Network, NetworkArgs
from components.security.keys import DataKey, DataKeyArgs
from components.storage.buckets import (
    ImageRepository,
    ImageRepositoryArgs,
    LogsBucket,
    LogsBucketArgs,
    UploadsBucket,
    UploadsBucketArgs,
)
from tests.support.recording import Recording, record

PREFIX = "bailbondpro-test"
COMPONENTS = "bailbondpro:"


def compose(*, nats: int = 1, nodes: int = 2, instance_type: str = "t4g.large", protect: bool = False) -> None:
    key = DataKey("data-key", DataKeyArgs(alias=f"{PREFIX}-data", deletion_window_days=30, protect=protect))
    network = Network(
        "network",
        NetworkArgs(
            prefix=PREFIX,
            vpc_cidr="10.10.0.0/16",
            availability_zones=("us-east-1a", "us-east-1b", "us-east-1c"),
            nat_gateways=nats,
            interface_endpoints=("ecr.api",),
            region="us-east-1",
            flow_logs=FlowLogs(traffic_type="ALL", retention_days=30),
            cluster_name=PREFIX,
            protect=protect,
            log_key_arn=key.key_arn,
        ),
    )
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            cluster_name=PREFIX,
            version="1.35",
            subnet_ids=tuple(network.control_plane_subnet_ids),
            endpoint_public_access=False,
            public_access_cidrs=(),
            admin_principal_arns=("arn:aws:iam::000000000000:role/deploy",),
            key_arn=key.key_arn,
            log_types=("audit",),
            log_retention_days=30,
            deletion_protection=protect,
            protect=protect,
        ),
    )
    app = NodePool(name="app", instance_types=(instance_type,), min_size=1, desired_size=nodes, max_size=2 * nodes)
    pools = NodePools(
        "node-pools",
        NodePoolsArgs(
            prefix=PREFIX,
            cluster_name=cluster.cluster_name,
            cluster_version="1.35",
            subnet_ids=dict(zip("abc", network.app_subnet_ids, strict=True)),
            pools=(app,),
        ),
        pulumi.ResourceOptions(depends_on=[*cluster.node_prerequisites, *network.egress]),
    )
    Addons("addons", AddonsArgs(cluster_name=cluster.cluster_name, nodes=pools.node_groups))
    _around(key, network, cluster, protect=protect)


def _around(key: DataKey, network: Network, cluster: Cluster, *, protect: bool) -> None:
    logs = LogsBucket("logs", LogsBucketArgs(account_id=network.account_id, region="us-east-1", protect=protect))
    UploadsBucket(
        "uploads", UploadsBucketArgs(key_arn=key.key_arn, protect=protect, access_logs_bucket=logs.bucket_name)
    )
    ImageRepository("images", ImageRepositoryArgs(repository_name=f"{PREFIX}/app", protect=protect))
    LoadBalancer(
        "load-balancer",
        LoadBalancerArgs(
            prefix=PREFIX,
            vpc_id=network.vpc_id,
            subnet_ids=tuple(network.public_subnet_ids),
            cluster_security_group_id=cluster.security_group_id,
            client_cidrs_v4=cloudflare_ranges().ipv4,
            client_cidrs_v6=cloudflare_ranges().ipv6,
            deregistration_delay_seconds=60,
            deletion_protection=protect,
            protect=protect,
        ),
    )


@pytest.fixture(scope="module")
def up() -> Recording:
    return record(compose)


def reached(recording: Recording, urn: str) -> set[str]:
    """Everything that a resource waits for, directly or not."""
    dependencies = {resource.urn: resource.dependencies for resource in recording}
    found: set[str] = set()
    waiting = [urn]
    while waiting:
        for dependency in dependencies.get(waiting.pop(), ()):
            if dependency not in found:
                found.add(dependency)
                waiting.append(dependency)
    return found


def test_a_preview_of_a_new_stack_knows_no_output_and_still_plans_every_resource(up: Recording) -> None:
    preview = record(compose, preview=True)
    assert {resource.urn for resource in preview} == {resource.urn for resource in up}


def test_building_twice_gives_the_same_inputs(up: Recording) -> None:
    again = {resource.urn: resource.inputs for resource in record(compose)}
    assert again == {resource.urn: resource.inputs for resource in up}


def test_nodes_wait_for_the_cluster_its_networking_and_the_way_out(up: Recording) -> None:
    for nodes in up.of_type("aws:eks/nodeGroup:NodeGroup"):
        before = reached(up, nodes.urn)
        assert up.one("aws:eks/addon:Addon", "cluster-vpc-cni").urn in before
        assert up.one("aws:ec2/route:Route", "network-private-a-default").urn in before
        assert up.one("aws:ec2/natGateway:NatGateway").urn in before


def test_addons_wait_for_nodes(up: Recording) -> None:
    nodes = {item.urn for item in up.of_type("aws:eks/nodeGroup:NodeGroup")}
    assert len(nodes) == 3
    assert nodes <= set(reached(up, up.one("aws:eks/addon:Addon", "addons-coredns").urn))


def test_what_is_encrypted_waits_for_the_policy_of_the_key(up: Recording) -> None:
    policy = up.one("aws:kms/keyPolicy:KeyPolicy").urn
    for token in ("aws:eks/cluster:Cluster", "aws:ec2/flowLog:FlowLog"):
        assert policy in reached(up, up.one(token).urn)


def test_nothing_waits_for_itself(up: Recording) -> None:
    assert not [resource.name for resource in up if resource.urn in reached(up, resource.urn)]


def test_every_custom_resource_has_a_component_for_a_parent(up: Recording) -> None:
    for resource in up:
        if not resource.type.startswith(COMPONENTS):
            assert f"${COMPONENTS}" in resource.parent or f"::{COMPONENTS}" in resource.parent, resource.name


def test_urns_hold_no_environment_zone_address_or_size(up: Recording) -> None:
    words = ("test", "prod", "us-east", "10.10", "t4g", "large")
    names = [resource.urn.rsplit("::", 1)[-1] for resource in up]
    assert not [name for name in names if any(word in name for word in words)]


def test_a_bigger_platform_keeps_every_urn_and_adds_only_ways_out(up: Recording) -> None:
    bigger = record(lambda: compose(nats=3, nodes=8, instance_type="m8g.2xlarge"))
    added = {resource.type for resource in bigger if resource.urn not in {old.urn for old in up}}
    assert {resource.urn for resource in up} <= {resource.urn for resource in bigger}
    assert added == {"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"}


def test_a_bigger_platform_changes_only_routes_sizes_and_the_launch_template(up: Recording) -> None:
    bigger = {r.urn: r for r in record(lambda: compose(nats=3, nodes=8, instance_type="m8g.2xlarge"))}
    changed = {(r.type, key) for r in up for key, value in bigger[r.urn].inputs.items() if r.inputs.get(key) != value}
    custom = {pair for pair in changed if not pair[0].startswith(COMPONENTS)}
    assert custom == {
        ("aws:ec2/route:Route", "natGatewayId"),
        ("aws:eks/nodeGroup:NodeGroup", "scalingConfig"),
        ("aws:ec2/launchTemplate:LaunchTemplate", "instanceType"),
    }


def test_protection_covers_what_cannot_be_made_again() -> None:
    protected = {r.type for r in record(lambda: compose(protect=True)) if r.protect and not r.type.startswith("bail")}
    assert protected == {
        "aws:kms/key:Key",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:eks/cluster:Cluster",
        "aws:s3/bucket:Bucket",
        "aws:ecr/repository:Repository",
        "aws:lb/loadBalancer:LoadBalancer",
    }


def test_protection_changes_no_create_only_name(up: Recording) -> None:
    locked = record(lambda: compose(protect=True))
    assert {resource.urn for resource in locked} == {resource.urn for resource in up}


def test_a_providers_choice_reaches_every_child() -> None:
    def built() -> None:
        import pulumi_aws as aws

        provider = aws.Provider("elsewhere", region="eu-west-1")
        DataKey(
            "data-key",
            DataKeyArgs(alias="a-key", deletion_window_days=7, protect=False),
            pulumi.ResourceOptions(provider=provider),
        )

    recording = record(built)
    children: list[Any] = [r for r in recording if r.type.startswith("aws:kms/")]
    assert len(children) == 3
    assert all("elsewhere" in child.provider for child in children)


def test_no_ingress_rule_is_open_to_the_world(up: Recording) -> None:
    rules = up.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert rules
    assert not [rule.name for rule in rules if rule.inputs.get("cidrIpv4") == "0.0.0.0/0" or "cidrIpv6" in rule.inputs]


def test_generated_names_fit_their_services(up: Recording) -> None:
    limits = {
        "aws:lb/targetGroup:TargetGroup": 32,
        "aws:iam/role:Role": 64,
        "aws:s3/bucket:Bucket": 63,
        "aws:eks/nodeGroup:NodeGroup": 63,
        "aws:ec2/launchTemplate:LaunchTemplate": 128,
    }
    for resource in up:
        if resource.type in limits:
            assert len(resource.name) + 8 <= limits[resource.type], resource.name
