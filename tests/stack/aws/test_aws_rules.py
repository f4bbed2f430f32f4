"""What AWS refuses or punishes only after a long update, on the whole platform in every phase and environment."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

import pytest

from bailbondpro.facts.instance_classes import instance_class
from bailbondpro.facts.windows import week_minute, weekly_overlap
from components.network.cloudflare_ranges import cloudflare_ranges
from components.tuning.postgres import Profile, fits
from infra.limits import pool_sizes
from sandbox.providers.returned import as_returned
from tests.support.stack import COMBINATIONS, PHASES, record_platform, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

INSTANCE = "aws:rds/instance:Instance"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
ADDON = "aws:eks/addon:Addon"
SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a type token
everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)

GUIDE_TUNING = {
    "shared_buffers": ("262144", "pending-reboot"),  # 2 GB in pages of 8 kB
    "effective_cache_size": ("786432", "immediate"),  # 6 GB in pages of 8 kB
    "work_mem": ("262144", "immediate"),  # 256 MB in kB
    "maintenance_work_mem": ("1048576", "immediate"),  # 1 GB in kB
    "max_connections": ("200", "pending-reboot"),
    "max_worker_processes": ("8", "pending-reboot"),
}
"""The guide's tuning (Vertical Scaling, Performance Tuning) in the units of RDS, worked out by hand."""


@pytest.fixture
def platform(environment: str, phase: str) -> Recording:
    return recorded(environment, phase)


def primaries(platform: Recording) -> list[RecordedResource]:
    return [item for item in platform.of_type(INSTANCE) if not item.inputs.get("replicateSourceDb")]


def replicas(platform: Recording) -> list[RecordedResource]:
    return [item for item in platform.of_type(INSTANCE) if item.inputs.get("replicateSourceDb")]


def parameters(group: RecordedResource) -> dict[str, dict[str, str]]:
    return {entry["name"]: entry for entry in group.inputs["parameters"]}


def of_the_same_component(resource: RecordedResource, others: list[RecordedResource]) -> list[RecordedResource]:
    return [other for other in others if other.parent == resource.parent]


# PostgreSQL


@everywhere
def test_rds_never_manages_a_password_because_that_forbids_replicas(platform: Recording) -> None:
    for instance in platform.of_type(INSTANCE):
        assert not {"manageMasterUserPassword", "password", "masterUserSecretKmsKeyId"} & instance.inputs.keys()
    for primary in primaries(platform):
        assert "passwordWo" in primary.secret_inputs
        assert primary.inputs["passwordWoVersion"] > 0


@everywhere
def test_a_replica_takes_from_its_source_what_it_may_not_choose(platform: Recording) -> None:
    forbidden = {"username", "passwordWo", "dbName", "engine", "engineVersion", "dbSubnetGroupName"}
    known = {item.inputs["identifier"]: item for item in primaries(platform)}
    for replica in replicas(platform):
        assert not forbidden & replica.inputs.keys()
        assert replica.inputs["skipFinalSnapshot"] is True
        assert "finalSnapshotIdentifier" not in replica.inputs
        assert known[replica.inputs["replicateSourceDb"]].inputs["backupRetentionPeriod"] >= 1


@everywhere
def test_databases_restart_one_after_the_other_replicas_first_and_the_cache_apart(platform: Recording) -> None:
    windows = {item.inputs["identifier"]: item.inputs["maintenanceWindow"] for item in platform.of_type(INSTANCE)}
    own = [windows[item.inputs["identifier"]] for item in primaries(platform)]
    assert len(set(own)) == len(own)
    for replica in replicas(platform):
        before, after = replica.inputs["maintenanceWindow"], windows[replica.inputs["replicateSourceDb"]]
        assert week_minute(before.split("-")[0]) < week_minute(after.split("-")[0])
    cache = platform.one(CACHE).inputs["maintenanceWindow"]
    assert not [window for window in windows.values() if weekly_overlap(window, cache)]


@everywhere
def test_no_primary_names_a_zone_and_every_replica_does(platform: Recording) -> None:
    assert all("availabilityZone" not in item.inputs for item in primaries(platform))
    for primary in primaries(platform):
        siblings = of_the_same_component(primary, replicas(platform))
        zones = [item.inputs["availabilityZone"] for item in siblings]
        assert len(set(zones)) == min(len(zones), 3)


@everywhere
def test_server_connections_fit_every_database_with_the_reserve_kept(environment: str, phase: str) -> None:
    wanted = settings(environment, phase).postgres
    sizes = pool_sizes(settings(environment, phase))
    groups = recorded(environment, phase).of_type(PARAMETERS)
    allowed = min(int(parameters(group)["max_connections"]["value"]) for group in groups)
    if wanted.pooler.enabled:
        poolers = wanted.pooler.replicas + 1
        assert max(sizes.primary, sizes.replica, sizes.shard) * poolers <= allowed - wanted.reserved_connections
    else:
        scaling = settings(environment, phase).autoscaling
        pods = scaling.max_replicas + settings(environment, phase).app.max_surge
        assert pods * wanted.client_pools.primary <= allowed - wanted.reserved_connections


@everywhere
def test_every_servers_parameters_fit_the_memory_of_its_class(platform: Recording) -> None:
    for group in platform.of_type(PARAMETERS):
        values = parameters(group)
        connections = int(values["max_connections"]["value"])
        for instance in of_the_same_component(group, platform.of_type(INSTANCE)):
            memory = instance_class("rds", instance.inputs["instanceClass"]).memory_gib
            shared = int(values["shared_buffers"]["value"]) * 8192 / 1024**3
            grants = (memory - shared - connections * 0.01 - 1) * 1024**2 / int(values["work_mem"]["value"])
            assert grants >= 4, instance.name
            profile = Profile.GUIDE if shared == 2 else Profile.SCALED
            assert fits(profile, memory, connections) is None


@pytest.mark.parametrize("phase", PHASES)
def test_every_server_in_production_has_the_guides_tuning_in_the_units_of_rds(phase: str) -> None:
    groups = recorded("prod", phase).of_type(PARAMETERS)
    assert len(groups) == (5 if phase == "microservices" else 1)
    for group in groups:
        found = {name: (entry["value"], entry["applyMethod"]) for name, entry in parameters(group).items()}
        assert GUIDE_TUNING.items() <= found.items()


@everywhere
def test_no_parameter_is_sent_in_another_form_than_rds_returns_it(platform: Recording) -> None:
    for group in platform.of_type(PARAMETERS):
        assert as_returned(PARAMETERS, group.inputs, {}) == group.inputs


@everywhere
def test_every_server_demands_tls_and_every_url_offers_it(platform: Recording) -> None:
    for group in platform.of_type(PARAMETERS):
        assert parameters(group)["rds.force_ssl"]["value"] == "1"
    stored = [json.loads(item.inputs["secretString"]) for item in platform.of_type(SECRET_VERSION)]
    urls = [item["url"] for item in stored if item.get("url")]
    assert urls
    for url in urls:
        assert url.startswith("rediss://") or url.endswith("?sslmode=require"), url.split("@")[-1]


@everywhere
def test_storage_has_room_to_grow_and_names_no_iops_below_400_gib(platform: Recording) -> None:
    for primary in primaries(platform):
        inputs = primary.inputs
        assert 10 * inputs["maxAllocatedStorage"] >= 11 * inputs["allocatedStorage"]
        if inputs["allocatedStorage"] < 400:
            assert not {"iops", "storageThroughput"} & inputs.keys()


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_storage_and_counts_never_shrink_on_the_way_up(environment: str) -> None:
    sizes = [
        {item.urn: item.inputs["allocatedStorage"] for item in primaries(recorded(environment, phase))}
        for phase in PHASES
    ]
    for before, after in itertools.pairwise(sizes):
        assert before.keys() <= after.keys()
        assert all(after[urn] >= size for urn, size in before.items())


# Redis


@everywhere
def test_redis_is_in_cluster_mode_and_can_grow_online(platform: Recording) -> None:
    cache = platform.one(CACHE).inputs
    group = platform.one("aws:elasticache/parameterGroup:ParameterGroup").inputs
    assert (cache["engine"], cache["clusterMode"]) == ("valkey", "enabled")
    assert cache["automaticFailoverEnabled"] is True
    assert not {"nodeGroupConfigurations", "numCacheClusters", "authToken", "userGroupIds"} & cache.keys()
    assert {"name": "cluster-enabled", "value": "yes"} in group["parameters"]
    assert not cache["multiAzEnabled"] or cache["replicasPerNodeGroup"] >= 1


@everywhere
def test_the_tokens_letters_are_those_that_elasticache_takes(platform: Recording) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{16,128}", platform.one(CACHE).inputs["authTokenWo"])
    for password in platform.of_type("random:index/randomPassword:RandomPassword"):
        assert password.inputs["special"] is False


# EKS


@everywhere
def test_an_on_demand_pool_holds_its_size_where_it_can_change_in_place(
    platform: Recording, environment: str, phase: str
) -> None:
    templates = {item.name: item.inputs for item in platform.of_type(TEMPLATE)}
    for group in platform.of_type(NODE_GROUP):
        template = templates[f"{re.sub('-[abc]$', '', group.name)}-template"]
        spot = group.inputs["capacityType"] == "SPOT"
        assert ("instanceTypes" in group.inputs) is spot
        assert ("instanceType" in template) is not spot
        assert not {"diskSize", "remoteAccess", "nodeGroupName"} & group.inputs.keys()
        assert not {"imageId", "userData", "name"} & template.keys()
        reset = settings(environment, phase).pools.reset_desired
        assert group.ignore_changes == (() if reset else ("scalingConfig.desiredSize",))


@everywhere
def test_the_cluster_admits_by_access_entries_and_stays_in_standard_support(platform: Recording) -> None:
    cluster = platform.one("aws:eks/cluster:Cluster")
    assert cluster.inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert cluster.inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert "controlPlaneScalingConfig" not in cluster.inputs
    entries = {item.inputs["principalArn"] for item in platform.of_type("aws:eks/accessEntry:AccessEntry")}
    associations = platform.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert entries == {item.inputs["principalArn"] for item in associations}
    admins = [item for item in associations if item.inputs["policyArn"].endswith("/AmazonEKSClusterAdminPolicy")]
    assert admins
    provider = platform.one("pulumi:providers:kubernetes")
    assert {item.urn for item in admins} <= set(provider.dependencies)


@everywhere
def test_addons_that_nodes_need_come_before_them_and_those_that_need_nodes_after(platform: Recording) -> None:
    groups = {item.urn for item in platform.of_type(NODE_GROUP)}
    before = {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    needed = {item.urn for item in platform.of_type(ADDON) if item.inputs["addonName"] in before}
    assert len(needed) == len(before)
    for group in platform.of_type(NODE_GROUP):
        assert needed <= set(group.dependencies)
    for addon in platform.of_type(ADDON):
        assert groups.isdisjoint(addon.dependencies) is (addon.inputs["addonName"] in before), addon.name


@everywhere
def test_logs_of_services_go_to_groups_that_exist_before_and_expire(platform: Recording) -> None:
    groups = {item.inputs["name"]: item for item in platform.of_type("aws:cloudwatch/logGroup:LogGroup")}
    assert all(item.inputs["retentionInDays"] > 0 for item in groups.values())
    cluster = platform.one("aws:eks/cluster:Cluster")
    assert groups[f"/aws/eks/{cluster.inputs['name']}/cluster"].urn in cluster.dependencies
    for instance in platform.of_type(INSTANCE):
        for export in instance.inputs["enabledCloudwatchLogsExports"]:
            name = f"/aws/rds/instance/{instance.inputs['identifier']}/{export}"
            assert groups[name].urn in instance.dependencies


# The edge


@everywhere
def test_the_gateway_learns_the_visitors_address_from_cloudflare_alone(platform: Recording) -> None:
    for group in platform.of_type(TARGET_GROUP):
        assert group.inputs["preserveClientIp"] == "true"
    (config,) = [
        item.inputs["data"]["nginx.conf"]
        for item in platform.of_type("kubernetes:core/v1:ConfigMap")
        if "nginx.conf" in item.inputs["data"]
    ]
    trusted = set(re.findall(r"set_real_ip_from (\S+);", config))
    assert trusted == set(cloudflare_ranges().all)
    assert "real_ip_header CF-Connecting-IP;" in config


@everywhere
def test_a_leaving_gateway_pod_outlives_the_load_balancers_connections(platform: Recording) -> None:
    (gateway,) = [
        item.inputs["spec"]["template"]["spec"]
        for item in platform.of_type("kubernetes:apps/v1:Deployment")
        if item.inputs["metadata"]["name"] == "bailbondpro-gateway"
    ]
    stop = gateway["containers"][0]["lifecycle"]["preStop"]
    sleeps = int(re.findall(r"\d+", json.dumps(stop))[0])
    for group in platform.of_type(TARGET_GROUP):
        delay = group.inputs["deregistrationDelay"]
        assert 60 <= delay <= sleeps
        assert 120 <= sleeps < gateway["terminationGracePeriodSeconds"] - 60
        assert group.inputs["connectionTermination"] is False, "it would cut through answers on kept connections"
        check = group.inputs["healthCheck"]
        assert (check["path"], check["interval"], check["timeout"]) == ("/health", 30, 5)
        assert (check["unhealthyThreshold"], check["protocol"]) == (3, "HTTP")


def test_a_wrong_account_is_refused_by_the_provider_and_everything_is_tagged() -> None:
    for environment, phase in COMBINATIONS:
        wanted = settings(environment, phase, aws={"allowedAccountIds": ["123456789012"]})
        assert wanted.aws.allowed_account_ids == ("123456789012",)
        provider = recorded(environment, phase).one("pulumi:providers:aws").inputs
        tags = json.loads(provider["defaultTags"])["tags"]
        assert tags["Environment"] == wanted.environment.short
        assert "Phase" not in tags
    assert json.loads(recorded("prod", "horizontal").one("pulumi:providers:aws").inputs["allowedAccountIds"]) == [
        "123456789012"
    ]


def test_backups_go_to_a_second_region_under_a_key_of_their_own_there() -> None:
    platform = record_platform(settings("prod", "microservices", postgres={"backupRegion": "us-west-2"}))
    copies = platform.of_type("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")
    assert len(copies) == len(primaries(platform)) == 5
    for copy in copies:
        assert copy.inputs["region"] == "us-west-2"
        assert copy.inputs["kmsKeyId"].startswith("arn:aws:kms:us-west-2:")
        assert copy.inputs["retentionPeriod"] == 35
    assert len(platform.of_type("aws:kms/key:Key")) == 2
    assert not recorded("prod", "microservices").of_type(copies[0].type)
