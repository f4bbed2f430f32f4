"""What holds for the whole platform, in every phase and environment."""

import ipaddress
import json
import re

import pytest

from plan import SYSTEMS, system_of
from policies.stateful import STATEFUL
from sandbox.protocol.diff import changes
from sandbox.providers.replacement import replacing
from tests.support.recording import RecordedResource, Recording
from tests.support.stack import COMBINATIONS, ENVIRONMENTS, EVERYTHING, PHASES, WITHOUT_CDN, recorded

INSTANCE = "aws:rds/instance:Instance"
REPLICATION_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BUCKET_ENCRYPTION = "BucketServerSideEncryptionConfiguration"
MUTABLE = {"kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"}
"""The stack's Kubernetes provider changes these in place."""
everywhere = pytest.mark.parametrize(("environment", "phase"), COMBINATIONS)


@pytest.fixture
def platform(environment: str, phase: str) -> Recording:
    return recorded(environment, phase)


def by_urn(recording: Recording) -> dict[str, RecordedResource]:
    return {resource.urn: resource for resource in recording}


@everywhere
def test_no_two_resources_share_a_urn(platform: Recording) -> None:
    urns = [resource.urn for resource in platform]
    assert len(urns) == len(set(urns))


@everywhere
def test_every_resource_belongs_to_a_known_system(platform: Recording) -> None:
    known = {system.key for system in SYSTEMS}
    assert {system_of(resource.urn) for resource in platform} <= known


@everywhere
def test_no_logical_or_physical_name_holds_the_phase(platform: Recording) -> None:
    word = re.compile(rf"\b({'|'.join(PHASES)})\b(?!-pod-autoscaler)")
    for resource in platform:
        assert not word.search(resource.name)
        assert not word.search(json.dumps(resource.inputs)), resource.name


@everywhere
def test_the_number_of_databases_is_that_of_the_phase(platform: Recording, environment: str, phase: str) -> None:
    instances = platform.of_type(INSTANCE)
    replicas = [item for item in instances if item.inputs.get("replicateSourceDb")]
    shards = [item for item in instances if "shard" in item.name and item not in replicas]
    expected = {
        ("prod", "optimization"): (1, 0, 0),
        ("prod", "horizontal"): (1, 3, 0),
        ("prod", "microservices"): (1, 3, 4),
        ("dev", "optimization"): (1, 0, 0),
        ("dev", "horizontal"): (1, 1, 0),
        ("dev", "microservices"): (1, 1, 4),
        EVERYTHING: (1, 3 + 4 * 2, 4),
        WITHOUT_CDN: (1, 0, 0),
    }[environment, phase]
    assert (len(instances) - len(replicas) - len(shards), len(replicas), len(shards)) == expected


def test_production_runs_the_guides_redis_cluster_of_three_shards() -> None:
    for phase in ("horizontal", "microservices"):
        assert recorded("prod", phase).one(REPLICATION_GROUP).inputs["numNodeGroups"] == 3


def test_the_horizontal_phase_scales_from_three_to_ten_pods() -> None:
    (spec,) = [
        item
        for item in recorded("prod", "horizontal").of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")
        if item.inputs["spec"]["scaleTargetRef"]["name"] == "bailbondpro-app"
    ]
    assert (spec.inputs["spec"]["minReplicas"], spec.inputs["spec"]["maxReplicas"]) == (3, 10)
    assert spec.inputs["metadata"]["name"] == "bailbondpro-hpa"


def test_the_microservices_phase_scales_from_three_to_twenty_pods_on_requests_too() -> None:
    scaled = recorded("prod", "microservices").one(
        "kubernetes:keda.sh/v1alpha1:ScaledObject", "autoscaler-scaled-object"
    )
    spec = scaled.inputs["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (3, 20)
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["name"] == "bailbondpro-hpa"
    assert any(trigger["metadata"].get("threshold") == "100" for trigger in spec["triggers"])


@everywhere
def test_the_application_is_the_guides_deployment(platform: Recording) -> None:
    (deployment,) = [
        item
        for item in platform.of_type("kubernetes:apps/v1:Deployment")
        if item.inputs["metadata"]["name"] == "bailbondpro-app"
    ]
    spec = deployment.inputs["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert "replicas" not in spec
    assert spec["selector"]["matchLabels"] == {"app": "bailbondpro"}
    assert container["name"] == "app"
    assert container["ports"][0]["containerPort"] == 3000
    assert container["resources"]["requests"]["cpu"] == "500m"
    assert container["resources"]["requests"]["memory"] == "512Mi"
    assert container["resources"]["limits"]["cpu"] == "1000m"
    assert container["resources"]["limits"]["memory"] == "1Gi"
    liveness, readiness = container["livenessProbe"], container["readinessProbe"]
    assert (liveness["httpGet"]["path"], liveness["initialDelaySeconds"], liveness["periodSeconds"]) == (
        "/health",
        30,
        10,
    )
    assert (readiness["httpGet"]["path"], readiness["initialDelaySeconds"], readiness["periodSeconds"]) == (
        "/ready",
        5,
        5,
    )


@everywhere
def test_the_application_is_told_every_database_that_holds_clients(
    platform: Recording, environment: str, phase: str
) -> None:
    (deployment,) = [
        item
        for item in platform.of_type("kubernetes:apps/v1:Deployment")
        if item.inputs["metadata"]["name"] == "bailbondpro-app"
    ]
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    names = {entry["name"] for entry in container["env"]}
    replicas = {"optimization": 0, "horizontal": 3, "microservices": 3}[phase] if environment == "prod" else None
    assert {"DATABASE_URL", "DATABASE_PRIMARY_URL", "REDIS_URL", "REDIS_HOST", "REDIS_PORT"} <= names
    if replicas is not None:
        assert sum(name.startswith("DATABASE_REPLICA_") for name in names) == replicas
    assert (sum(name.startswith("DATABASE_SHARD_") for name in names) > 0) is ((environment, phase) == EVERYTHING)


@everywhere
def test_nothing_but_the_load_balancer_admits_the_internet(platform: Recording) -> None:
    for rule in platform.of_type(INGRESS):
        assert rule.inputs.get("cidrIpv4") != "0.0.0.0/0", rule.name
        assert rule.inputs.get("cidrIpv6") != "::/0", rule.name
    for instance in platform.of_type(INSTANCE):
        assert instance.inputs["publiclyAccessible"] is False


@everywhere
def test_everything_that_holds_data_is_encrypted(platform: Recording) -> None:
    for instance in platform.of_type(INSTANCE):
        if not instance.inputs.get("replicateSourceDb"):
            assert instance.inputs["storageEncrypted"] is True
    cache = platform.one(REPLICATION_GROUP).inputs
    assert cache["atRestEncryptionEnabled"] in {True, "true"}
    assert cache["transitEncryptionEnabled"] is True
    buckets = platform.of_type("aws:s3/bucket:Bucket")
    encryption = platform.of_type(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    assert len(encryption) == len(buckets)


@everywhere
def test_subnets_are_disjoint_and_inside_the_vpc(platform: Recording) -> None:
    vpc = ipaddress.IPv4Network(platform.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"])
    subnets = [ipaddress.IPv4Network(item.inputs["cidrBlock"]) for item in platform.of_type("aws:ec2/subnet:Subnet")]
    assert len(subnets) == 12
    assert all(subnet.subnet_of(vpc) for subnet in subnets)
    assert not any(one.overlaps(two) for i, one in enumerate(subnets) for two in subnets[i + 1 :])


@pytest.mark.parametrize("phase", PHASES)
def test_production_protects_what_holds_data(phase: str) -> None:
    unprotected = [
        f"{item.type} {item.name}"
        for item in recorded("prod", phase)
        if item.type in STATEFUL
        and not item.protect
        # Rotating a password replaces it: protecting it would forbid rotation.
        and item.type != "random:index/randomPassword:RandomPassword"
    ]
    assert unprotected == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize(("before", "after"), [(a, b) for a in PHASES for b in PHASES if a != b])
def test_no_phase_change_replaces_a_resource(environment: str, before: str, after: str) -> None:
    old, new = by_urn(recorded(environment, before)), by_urn(recorded(environment, after))
    replaced = []
    for urn in old.keys() & new.keys():
        if old[urn].type in MUTABLE:
            continue
        found = changes(old[urn].inputs, new[urn].inputs)
        if paths := replacing(old[urn].type, found, old[urn].inputs):
            replaced.append(f"{old[urn].type} {old[urn].name}: {sorted(paths)}")
    assert replaced == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_growing_never_takes_a_stateful_resource_away(environment: str) -> None:
    for before, after in (("optimization", "horizontal"), ("horizontal", "microservices")):
        old, new = by_urn(recorded(environment, before)), by_urn(recorded(environment, after))
        lost = [urn for urn in old.keys() - new.keys() if old[urn].type in STATEFUL]
        assert lost == []


@everywhere
def test_passwords_and_urls_are_secret_wherever_they_are_inputs(platform: Recording) -> None:
    for instance in platform.of_type(INSTANCE):
        if not instance.inputs.get("replicateSourceDb"):
            assert "passwordWo" in instance.secret_inputs
    for secret in platform.of_type("kubernetes:core/v1:Secret"):
        assert {"stringData", "data"} & secret.secret_inputs, secret.name


def test_a_preview_with_unknown_outputs_builds_the_same_resources() -> None:
    from tests.support.stack import record_platform, settings

    known = {resource.urn for resource in recorded("prod", "microservices")}
    unknown = {resource.urn for resource in record_platform(settings("prod", "microservices"), preview=True)}
    assert unknown == known


@everywhere
def test_the_kubernetes_provider_changes_config_maps_and_secrets_in_place(platform: Recording) -> None:
    provider = platform.one("pulumi:providers:kubernetes").inputs
    assert {provider["enableConfigMapMutable"], provider["enableSecretMutable"]} == {"true"}
