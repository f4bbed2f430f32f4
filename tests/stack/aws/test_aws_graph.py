"""The AWS half as a graph: every reference leads somewhere, only the entry is public, everything is encrypted."""

from __future__ import annotations

import ipaddress
import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from components.network.cloudflare_ranges import cloudflare_ranges
from plan.types import TYPES
from sandbox.model.base import values_at
from sandbox.providers.computed import computed_outputs, resource_id
from tests.support.stack import COMBINATIONS, ENVIRONMENTS, PHASES, recorded, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.recording import RecordedResource, Recording

INSTANCE = "aws:rds/instance:Instance"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
KEY = "aws:kms/key:Key"
KEYED = [
    (token, choice)
    for token, row in TYPES.items()
    for path in row.at_rest.properties
    for choice in path.split(" | ")
    if re.search(r"(KeyId|keyArn|kmsKey)$", choice)
]
"""Types, and the properties that name the key of what they keep."""
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INSECURE = ("false", ["false"])
everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)

IDENTITY = re.compile(r"(vpc|subnet|sg|rtb|nat|igw|eipalloc|pl|lt|vpce)-[0-9a-f]{17}")
OWN_ARN = re.compile(r"arn:aws:[\w-]+:[\w-]*:000000000000:[\w:/.-]+")
ENDPOINT = re.compile(r"[\w.-]+\.(?:rds|cache|elb)\.[\w.-]*amazonaws\.com|[\w.-]+\.rds\.amazonaws\.com")
PRINCIPALS = {"events.rds.amazonaws.com", "monitoring.rds.amazonaws.com"}
"""Service principals that have the shape of an endpoint."""


@pytest.fixture
def platform(environment: str, phase: str) -> Recording:
    return recorded(environment, phase)


def texts(value: object) -> Iterator[str]:
    """Every text inside a value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def outputs(resource: RecordedResource) -> dict[str, Any]:
    identity = resource_id(resource.type, resource.name, resource.inputs)
    return {"id": identity, **computed_outputs(resource.type, resource.name, resource.inputs, identity)}


def known(platform: Recording) -> set[str]:
    """Everything that a registered resource is called by or gives out."""
    return {text for item in platform if item.custom for text in texts(outputs(item))}


def aws(platform: Recording) -> list[RecordedResource]:
    return [item for item in platform if item.type.startswith("aws:")]


# References


@everywhere
def test_every_id_and_arn_of_this_account_is_one_of_a_registered_resource(platform: Recording) -> None:
    given = known(platform)
    checked = 0
    for item in platform:
        for text in texts(item.inputs):
            if IDENTITY.fullmatch(text) or OWN_ARN.fullmatch(text):
                checked += 1
                assert text in given, f"{item.name}: {text}"
    assert checked > 150


@everywhere
def test_every_endpoint_that_the_platform_tells_is_one_of_its_own(platform: Recording) -> None:
    given = known(platform)
    told = {host for item in platform for text in texts(item.inputs) for host in ENDPOINT.findall(text)}
    assert len(told) > len(PRINCIPALS)
    assert told - PRINCIPALS <= {host for text in given for host in ENDPOINT.findall(text)} | given


@everywhere
def test_groups_are_referred_to_by_the_names_they_have(platform: Recording) -> None:
    kinds = {
        "parameterGroupName": (
            "aws:rds/parameterGroup:ParameterGroup",
            "aws:elasticache/parameterGroup:ParameterGroup",
        ),
        "dbSubnetGroupName": ("aws:rds/subnetGroup:SubnetGroup",),
        "subnetGroupName": ("aws:elasticache/subnetGroup:SubnetGroup",),
        "clusterName": ("aws:eks/cluster:Cluster",),
        "bucket": ("aws:s3/bucket:Bucket",),
        "secretId": ("aws:secretsmanager/secret:Secret",),
    }
    for item in aws(platform):
        for name, tokens in kinds.items():
            if name in item.inputs and item.type not in tokens:
                there = {outputs(other)["id"] for token in tokens for other in platform.of_type(token)}
                assert item.inputs[name] in there, f"{item.name}.{name}"


@everywhere
def test_databases_and_caches_lie_in_the_data_subnets_and_nodes_in_those_of_the_app(platform: Recording) -> None:
    tiers = {
        outputs(item)["id"]: re.sub(r"^network-|-[abc]$", "", item.name)
        for item in platform.of_type("aws:ec2/subnet:Subnet")
    }
    groups = [
        *platform.of_type("aws:rds/subnetGroup:SubnetGroup"),
        *platform.of_type("aws:elasticache/subnetGroup:SubnetGroup"),
    ]
    assert {tiers[subnet] for group in groups for subnet in group.inputs["subnetIds"]} == {"data"}
    nodes = platform.of_type("aws:eks/nodeGroup:NodeGroup")
    assert {tiers[subnet] for group in nodes for subnet in group.inputs["subnetIds"]} == {"app"}
    cluster = platform.one("aws:eks/cluster:Cluster").inputs
    assert {tiers[subnet] for subnet in cluster["vpcConfig"]["subnetIds"]} == {"control-plane"}
    balancer = platform.one("aws:lb/loadBalancer:LoadBalancer").inputs
    assert {tiers[subnet] for subnet in balancer["subnets"]} == {"public"}


# Exposure


@everywhere
def test_one_load_balancer_is_public_and_admits_cloudflare_only(
    platform: Recording, environment: str, phase: str
) -> None:
    balancer = platform.one("aws:lb/loadBalancer:LoadBalancer").inputs
    assert (balancer["loadBalancerType"], balancer["internal"]) == ("network", False)
    admitted = {
        entry["cidr"]
        for item in platform.of_type("aws:ec2/managedPrefixList:ManagedPrefixList")
        for entry in item.inputs["entries"]
    }
    assert admitted == {*cloudflare_ranges().all, *settings(environment, phase).gateway.allowed_cidrs}


@everywhere
def test_no_rule_admits_the_internet_and_each_names_one_source(platform: Recording) -> None:
    network = ipaddress.IPv4Network(platform.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"])
    sources = {"cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"}
    for rule in platform.of_type(INGRESS):
        assert len(sources & rule.inputs.keys()) == 1, rule.name
        assert rule.inputs["ipProtocol"] == "tcp"
        if "cidrIpv4" in rule.inputs:
            assert ipaddress.IPv4Network(rule.inputs["cidrIpv4"]).subnet_of(network)
    for group in platform.of_type("aws:ec2/securityGroup:SecurityGroup"):
        assert not {"ingress", "egress"} & group.inputs.keys()
    assert not {"ingress", "egress"} & platform.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs.keys()


@everywhere
def test_only_the_public_subnets_lead_to_the_internet_gateway(platform: Recording) -> None:
    tables = {outputs(item)["id"]: item.name for item in platform.of_type("aws:ec2/routeTable:RouteTable")}
    routes = platform.of_type("aws:ec2/route:Route")
    ways = {tables[item.inputs["routeTableId"]]: item.inputs for item in routes}
    assert [name for name, way in ways.items() if "gatewayId" in way] == ["network-public-routes"]
    assert not {"network-data-routes", "network-control-plane-routes"} & ways.keys()
    assert sum("natGatewayId" in way for way in ways.values()) == 3
    assert all(item.inputs["mapPublicIpOnLaunch"] is False for item in platform.of_type("aws:ec2/subnet:Subnet"))


@everywhere
def test_nothing_else_can_be_reached_from_outside(platform: Recording) -> None:
    assert all(item.inputs["publiclyAccessible"] is False for item in platform.of_type(INSTANCE))
    blocked = {
        item.inputs["bucket"]: item.inputs
        for item in platform.of_type("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    }
    for bucket in platform.of_type("aws:s3/bucket:Bucket"):
        block = blocked[outputs(bucket)["id"]]
        flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        assert all(block[flag] is True for flag in flags)
    cluster = platform.one("aws:eks/cluster:Cluster").inputs["vpcConfig"]
    assert cluster["endpointPrivateAccess"] is True
    assert "0.0.0.0/0" not in cluster.get("publicAccessCidrs", [])
    assert not cluster["endpointPublicAccess"] or cluster["publicAccessCidrs"]
    kinds = {item.inputs["spec"].get("type", "ClusterIP") for item in platform.of_type("kubernetes:core/v1:Service")}
    assert kinds == {"ClusterIP"}


@everywhere
def test_no_policy_allows_everything_to_anybody(platform: Recording) -> None:
    for item in aws(platform):
        for name in ("policy", "assumeRolePolicy"):
            if not isinstance(item.inputs.get(name), str):
                continue
            for statement in json.loads(item.inputs[name]).get("Statement", []):
                if statement["Effect"] == "Allow":
                    assert "*" not in texts(statement.get("Principal")), item.name
                    assert "*" not in texts(statement.get("Action")), item.name


# Encryption


@everywhere
def test_what_is_kept_is_encrypted_with_the_platforms_own_key(platform: Recording) -> None:
    # A key in another region is for the copies of backups there.
    (key,) = [outputs(item)["arn"] for item in platform.of_type(KEY) if "region" not in item.inputs]
    used = set()
    for token, path in KEYED:
        for item in platform.of_type(token):
            for _, value in values_at(item.inputs, path):
                assert value == key or "region" in item.inputs, f"{item.name}.{path}"
                used.add(token)
    assert used == {token for token, _ in KEYED if platform.of_type(token)}
    cluster = platform.one("aws:eks/cluster:Cluster").inputs
    assert cluster["encryptionConfig"]["resources"] == ["secrets"]
    images = platform.one("aws:ecr/repository:Repository").inputs
    assert images["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": key}]


@everywhere
def test_every_disk_bucket_and_connection_is_encrypted(platform: Recording) -> None:
    for template in platform.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
        assert [disk["ebs"]["encrypted"] for disk in template.inputs["blockDeviceMappings"]] == ["true"]
        assert template.inputs["metadataOptions"]["httpTokens"] == "required"
    for volumes in platform.of_type("kubernetes:storage.k8s.io/v1:StorageClass"):
        assert volumes.inputs["parameters"]["encrypted"] == "true"
    buckets = {outputs(item)["id"] for item in platform.of_type("aws:s3/bucket:Bucket")}
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"  # noqa: S105 - a type token
    assert {item.inputs["bucket"] for item in platform.of_type(token)} == buckets
    for policy in platform.of_type("aws:s3/bucketPolicy:BucketPolicy"):
        denied = [item for item in json.loads(policy.inputs["policy"])["Statement"] if item["Effect"] == "Deny"]
        assert any(item["Condition"].get("Bool", {}).get("aws:SecureTransport") in INSECURE for item in denied)
    cache = platform.one(CACHE).inputs
    assert (cache["transitEncryptionEnabled"], cache["transitEncryptionMode"]) == (True, "required")


# Alarms


@everywhere
def test_the_storage_alarm_of_a_database_is_a_share_of_its_own_storage(platform: Recording) -> None:
    alarms = {
        alarm.inputs["dimensions"]["DBInstanceIdentifier"]: alarm.inputs["threshold"]
        for alarm in platform.of_type(ALARM)
        if alarm.inputs.get("metricName") == "FreeStorageSpace"
    }
    for instance in platform.of_type(INSTANCE):
        own = instance.inputs["allocatedStorage"] * 1024**3
        assert alarms[instance.inputs["identifier"]] == pytest.approx(0.2 * own, abs=1), instance.name


@everywhere
def test_every_database_every_cache_node_and_the_load_balancer_have_their_alarms(platform: Recording) -> None:
    watched: dict[str, set[str]] = {}
    for alarm in platform.of_type(ALARM):
        for metric in [query["metric"] for query in alarm.inputs.get("metricQueries", ()) if "metric" in query] or [
            alarm.inputs
        ]:
            for value in metric["dimensions"].values():
                watched.setdefault(value, set()).add(metric["metricName"])
    for instance in platform.of_type(INSTANCE):
        wanted = {"CPUUtilization", "FreeableMemory", "FreeStorageSpace", "DatabaseConnections"}
        wanted |= {"ReplicaLag"} if "replicateSourceDb" in instance.inputs else {"MaximumUsedTransactionIDs"}
        assert wanted <= watched[instance.inputs["identifier"]], instance.name
    cache = platform.one(CACHE).inputs
    for shard in range(1, int(cache["numNodeGroups"]) + 1):
        for node in range(1, int(cache["replicasPerNodeGroup"]) + 2):
            name = f"{cache['replicationGroupId']}-{shard:04d}-{node:03d}"
            assert {"EngineCPUUtilization", "DatabaseMemoryUsagePercentage", "Evictions"} <= watched[name]
    balancer = platform.one("aws:lb/loadBalancer:LoadBalancer")
    assert {"UnHealthyHostCount", "HealthyHostCount"} <= watched[outputs(balancer)["arnSuffix"]]


@everywhere
def test_every_alarm_reaches_people_and_so_do_the_databases_events(platform: Recording) -> None:
    topic = outputs(platform.one("aws:sns/topic:Topic"))["arn"]
    for alarm in platform.of_type(ALARM):
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [topic]
    events = platform.one("aws:rds/eventSubscription:EventSubscription").inputs
    assert set(events["sourceIds"]) == {item.inputs["identifier"] for item in platform.of_type(INSTANCE)}
    assert events["snsTopic"] == topic


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_resource_of_aws_goes_away_on_the_way_up(environment: str) -> None:
    for before, after in itertools.pairwise(PHASES):
        old = {item.urn for item in recorded(environment, before) if item.type.startswith("aws:")}
        assert old <= {item.urn for item in recorded(environment, after)}
