"""Whether services offer, there, what the plan asks for: versions, classes, types, images."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from plan import tokens
from tests.support.aws_account import ACCOUNT, Error
from tests.support.preflight import one, resource, subject

if TYPE_CHECKING:
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


def cluster_versions(status: str, version: str = "1.35") -> dict[str, Any]:
    return {"eks:DescribeClusterVersions": {"clusterVersions": [{"clusterVersion": version, "versionStatus": status}]}}


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (cluster_versions("STANDARD_SUPPORT"), "met"),
        (cluster_versions("EXTENDED_SUPPORT"), "not met"),
        (cluster_versions("STANDARD_SUPPORT", "1.40"), "not met"),
        ({"eks:DescribeClusterVersions": {"clusterVersions": []}}, "not met"),
    ],
)
def test_the_version_of_kubernetes_must_be_offered_and_in_standard_support(
    answers: dict[str, Any], verdict: str
) -> None:
    assert one(subject(CLUSTER), "EKS 1.35", answers).verdict == verdict


@pytest.mark.parametrize(
    ("own", "answers", "verdict"),
    [
        (None, {}, "met"),
        ("v1.20.4-eksbuild.2", {}, "met"),
        ("v1.0.0-eksbuild.1", {}, "not met"),
        (None, {"eks:DescribeAddonVersions": {"addons": []}}, "not met"),
        (None, {"eks:DescribeAddonVersions": Error("InvalidParameterException")}, "not met"),
    ],
)
def test_an_addon_must_go_with_the_cluster(own: str | None, answers: dict[str, Any], verdict: str) -> None:
    addon = resource(tokens.ADDON, "cni", addonName="vpc-cni", addonVersion=own)
    assert one(subject(CLUSTER, addon), "add-on vpc-cni", answers).verdict == verdict


def test_an_instance_type_must_be_in_every_zone_of_its_nodes() -> None:
    of = subject(TEMPLATE, *SUBNETS, nodes(instanceTypes=["c8g.xlarge"]))
    two = {"InstanceTypeOfferings": [{"Location": f"us-east-1{letter}"} for letter in "ab"]}
    assert one(of, "m8g.large").verdict == "met"
    found = one(of, "c8g.xlarge", {"ec2:DescribeInstanceTypeOfferings": two})
    assert (found.verdict, found.said) == ("not met", "not in us-east-1c; offered in us-east-1a, us-east-1b")


def test_a_group_of_one_zone_asks_for_that_zone() -> None:
    group = replace(resource(tokens.NODE_GROUP, "nodes"), dependencies=(TEMPLATE.urn, SUBNETS[0].urn))
    only_a = {"InstanceTypeOfferings": [{"Location": "us-east-1a"}]}
    of = subject(TEMPLATE, *SUBNETS, group)
    assert one(of, "m8g.large", {"ec2:DescribeInstanceTypeOfferings": only_a}).verdict == "met"


@pytest.mark.parametrize(
    ("offered", "verdict"),
    [(("17.5", "17.6"), "met"), (("16.9", "18.1"), "not met"), (("170.1",), "not met"), ((), "not met")],
)
def test_a_major_version_of_rds_is_met_by_any_of_its_minors(offered: tuple[str, ...], verdict: str) -> None:
    versions = [{"Engine": "postgres", "EngineVersion": version, "Status": "available"} for version in offered]
    assert (
        one(subject(PRIMARY), "postgres 17", {"rds:DescribeDBEngineVersions": {"DBEngineVersions": versions}}).verdict
        == verdict
    )


def orderable(letters: str, **changed: object) -> dict[str, Any]:
    option = {
        "Engine": "postgres",
        "EngineVersion": "17.6",
        "AvailabilityZones": [{"Name": f"us-east-1{letter}"} for letter in letters],
        "StorageType": "gp3",
        "MultiAZCapable": True,
        "SupportsStorageEncryption": True,
        **changed,
    }
    return {"rds:DescribeOrderableDBInstanceOptions": {"OrderableDBInstanceOptions": [option]}}


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (orderable("abc"), "met"),
        (orderable("ab"), "met"),
        (orderable("a"), "not met"),
        (orderable("de"), "not met"),
        (orderable("abc", EngineVersion="16.4"), "not met"),
        (orderable("abc", StorageType="io1"), "not met"),
        (orderable("abc", MultiAZCapable=False), "not met"),
        (orderable("abc", SupportsStorageEncryption=False), "not met"),
        ({"rds:DescribeOrderableDBInstanceOptions": {"OrderableDBInstanceOptions": []}}, "not met"),
    ],
)
def test_a_class_with_a_standby_must_be_orderable_in_two_zones_of_the_network(
    answers: dict[str, Any], verdict: str
) -> None:
    assert one(subject(*SUBNETS, PRIMARY), "db.m7g.large", answers).verdict == verdict


@pytest.mark.parametrize(("answers", "verdict"), [(orderable("c"), "met"), (orderable("ab"), "not met")])
def test_a_replica_takes_its_primarys_engine_and_must_be_orderable_in_its_own_zone(
    answers: dict[str, Any], verdict: str
) -> None:
    found = one(subject(*SUBNETS, PRIMARY, REPLICA), "db.m7g.large with postgres 17 on gp3 in", answers)
    assert found.verdict == verdict


@pytest.mark.parametrize(("version", "verdict"), [("8.2", "met"), ("8.2.1", "met"), ("8.20", "not met")])
def test_a_version_of_the_cache_must_be_offered(version: str, verdict: str) -> None:
    answers = {"elasticache:DescribeCacheEngineVersions": {"CacheEngineVersions": [{"EngineVersion": version}]}}
    assert one(subject(CACHE), "valkey 8.2", answers).verdict == verdict


def test_a_node_type_without_any_trace_in_the_region_is_not_judged() -> None:
    none: dict[str, Any] = {"elasticache:DescribeReservedCacheNodesOfferings": {"ReservedCacheNodesOfferings": []}}
    assert one(subject(CACHE), "cache.t4g.medium").verdict == "met"
    assert one(subject(CACHE), "cache.t4g.medium", none).verdict == "not judged"


def test_an_image_must_be_in_its_repository_by_digest_or_by_tag() -> None:
    def pod(image: str) -> PlannedResource:
        return resource(tokens.DEPLOYMENT, "app", spec={"template": {"spec": {"containers": [{"image": image}]}}})

    name = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/bailbondpro"
    for image in (f"{name}@sha256:{'ab' * 32}", f"{name}:1.0.0", f"{name}:1.0.0@sha256:{'ab' * 32}"):
        assert one(subject(VPC, pod(image)), image).verdict == "met"
        for code in ("ImageNotFoundException", "RepositoryNotFoundException"):
            found = one(subject(VPC, pod(image)), image, {"ecr:DescribeImages": Error(code)})
            assert (found.verdict, "push it" in found.fix) == ("not met", True)


def test_images_of_other_registries_and_of_charts_are_named_and_never_called_met() -> None:
    pod = resource(
        tokens.DEPLOYMENT, "app", spec={"initContainers": [{"image": "docker.io/nginx:1"}], "containers": []}
    )
    chart = resource(tokens.RELEASE, "keda", name="keda")
    found = one(subject(VPC, pod, chart), "1 images of other registries and those of 1 charts")
    assert found.verdict == "not asked"
    assert "docker.io/nginx:1, those of the chart keda" in found.said
