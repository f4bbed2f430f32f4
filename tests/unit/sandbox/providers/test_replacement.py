"""The replacement tables against what real providers declare, and the conditions that decide case by case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.model.replacement import Situation
from sandbox.protocol.diff import changes
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.replacement import known_types, replacing, table_of
from sandbox.services import ROWS
from tests.support.paths import ROOT

DATA = ROOT / "tests" / "data"
DECLARED: dict[str, list[str]] = json.loads((DATA / "aws_force_new.json").read_text())["types"]
DIFFERENCES: list[dict[str, str]] = json.loads((DATA / "aws_replacement_differences.json").read_text())["differences"]
CONDITIONS = {token: row.replaced.when for token, row in ROWS.items() if row.replaced is not None and row.replaced.when}
RENAMED = {
    (row["type"], row["path"]): row["sandbox"].removeprefix("named ")
    for row in DIFFERENCES
    if row["sandbox"].startswith("named ")
}

CLUSTER = "aws:eks/cluster:Cluster"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
DATABASE = "aws:rds/instance:Instance"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
K8S_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type token


def replaced(token: str, old: dict[str, Any], new: dict[str, Any], config: dict[str, Any] | None = None) -> set[str]:
    return set(replacing(token, changes(old, new), old, new, config))


def in_table(token: str, path: str) -> bool:
    keys = path.split(".")
    return any(".".join(keys[:length]) in table_of(token).paths for length in range(1, len(keys) + 1))


def translated(token: str, path: str) -> str:
    head = path.split(".", maxsplit=1)[0]
    renamed = RENAMED.get((token, head))
    return path.replace(head, renamed, 1) if renamed else path


def explained(token: str, path: str) -> bool:
    return any(row["type"] in {token, "*"} and row["path"] == path for row in DIFFERENCES)


def test_whatever_a_real_provider_replaces_the_sandbox_replaces_or_the_difference_is_explained() -> None:
    missing = [
        (token, path)
        for token, paths in DECLARED.items()
        for path in paths
        if not in_table(token, translated(token, path)) and not explained(token, path)
    ]
    assert missing == []


def test_whatever_the_sandbox_replaces_beyond_the_real_provider_is_explained() -> None:
    unexplained = []
    for token, paths in DECLARED.items():
        declared = {translated(token, path) for path in paths}
        unexplained += [
            (token, path)
            for path in table_of(token).paths
            if not any(known == path or known.startswith(f"{path}.") for known in declared)
            and not explained(token, path)
        ]
    assert unexplained == []


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: f"{row['type']} {row['path']}")
def test_every_listed_difference_is_one(row: dict[str, str]) -> None:
    token, path = row["type"], row["path"]
    if row["type"] == "*":
        assert all("region" in table_of(token).paths for token in DECLARED)
        return
    declared = path in DECLARED[token]
    if row["sandbox"] == "replaces":
        assert in_table(token, path)
        assert not declared
    elif row["sandbox"] == "in place":
        assert declared
        assert not in_table(token, path)
    elif row["sandbox"] == "conditional":
        assert declared
        assert path in CONDITIONS[token]
        assert not in_table(token, path)
    else:
        schema = SchemaOracle().get(token)
        assert schema is not None
        assert declared
        assert path not in schema.inputs


def test_the_documentation_lists_every_difference_and_every_condition() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    absent = [
        (row["type"], row["path"])
        for row in DIFFERENCES
        if not any(row["path"] in line and row["type"].rsplit(":", 1)[-1] in line for line in rows)
    ]
    absent += [
        (token, name)
        for token, conditions in CONDITIONS.items()
        for name, condition in conditions.items()
        if not any(name in line and condition.says in line for line in rows)
    ]
    assert absent == []


def test_every_conditional_property_exists_in_the_sdk() -> None:
    oracle = SchemaOracle()
    for token, conditions in CONDITIONS.items():
        schema = oracle.get(token)
        assert schema is not None
        assert set(conditions) <= set(schema.inputs)
        assert token in known_types()


CASES: list[tuple[str, dict[str, Any], dict[str, Any], set[str]]] = [
    # What a database keeps through every phase.
    (DATABASE, {"identifier": "a"}, {"identifier": "b"}, set()),
    (DATABASE, {"dbSubnetGroupName": "a"}, {"dbSubnetGroupName": "b"}, set()),
    (DATABASE, {"allocatedStorage": 100}, {"allocatedStorage": 200}, set()),
    (DATABASE, {"multiAz": False}, {"multiAz": True}, set()),
    (DATABASE, {"engineVersion": "17"}, {"engineVersion": "18"}, set()),
    (DATABASE, {"replicateSourceDb": "a"}, {}, set()),
    (DATABASE, {"kmsKeyId": "a"}, {"kmsKeyId": "b"}, {"kmsKeyId"}),
    (DATABASE, {}, {"kmsKeyId": "b"}, {"kmsKeyId"}),
    (DATABASE, {"kmsKeyId": "a"}, {}, set()),
    (DATABASE, {}, {"s3Import": {"bucketName": "b"}}, {"s3Import"}),
    (DATABASE, {"region": "us-east-1"}, {"region": "us-west-2"}, {"region"}),
    # A cluster's encryption may come, but not go.
    (CLUSTER, {}, {"encryptionConfig": {"resources": ["secrets"]}}, set()),
    (CLUSTER, {"encryptionConfig": {"resources": ["secrets"]}}, {}, {"encryptionConfig"}),
    (CLUSTER, {"vpcConfig": {"subnetIds": ["a"]}}, {"vpcConfig": {"subnetIds": ["a", "b"]}}, set()),
    (CLUSTER, {}, {"accessConfig": {"bootstrapClusterCreatorAdminPermissions": True}}, set()),
    (CLUSTER, {}, {"accessConfig": {"bootstrapClusterCreatorAdminPermissions": False}}, {"accessConfig"}),
    (CLUSTER, {}, {"accessConfig": {"authenticationMode": "API"}}, set()),
    (
        CLUSTER,
        {"vpcConfig": {"controlPlaneEgressMode": "CUSTOMER_ROUTED"}},
        {"vpcConfig": {"controlPlaneEgressMode": "AWS_MANAGED"}},
        {"vpcConfig.controlPlaneEgressMode"},
    ),
    (
        CLUSTER,
        {"computeConfig": {"nodeRoleArn": "a"}},
        {"computeConfig": {"nodeRoleArn": "b"}},
        {"computeConfig.nodeRoleArn"},
    ),
    (CLUSTER, {"computeConfig": {"enabled": False}}, {"computeConfig": {"nodeRoleArn": "b"}}, set()),
    # A cache may go to Valkey and forward, never back.
    (CACHE, {"engine": "redis"}, {"engine": "valkey"}, set()),
    (CACHE, {}, {"engine": "valkey"}, set()),
    (CACHE, {"engine": "valkey"}, {"engine": "redis"}, {"engine"}),
    (CACHE, {"engine": "valkey"}, {}, {"engine"}),
    (CACHE, {"engineVersion": "8.0"}, {"engineVersion": "8.2"}, set()),
    (CACHE, {"engineVersion": "8.2"}, {"engineVersion": "8.0"}, {"engineVersion"}),
    (CACHE, {"engineVersion": "8.2"}, {"engineVersion": "8"}, set()),
    (
        CACHE,
        {"engine": "redis", "engineVersion": "7.1"},
        {"engine": "valkey", "engineVersion": "7.2"},
        set(),
    ),
    (
        CACHE,
        {"engineVersion": "6.2", "transitEncryptionEnabled": False},
        {"engineVersion": "6.2", "transitEncryptionEnabled": True},
        {"transitEncryptionEnabled"},
    ),
    (
        CACHE,
        {"engineVersion": "8.2", "transitEncryptionEnabled": False},
        {"engineVersion": "8.2", "transitEncryptionEnabled": True},
        set(),
    ),
    (CACHE, {}, {"nodeGroupConfigurations": [{"replicaCount": 1}]}, {"nodeGroupConfigurations"}),
    (CACHE, {"numNodeGroups": 1}, {"numNodeGroups": 3}, set()),
    # A network load balancer gains subnets, but cannot lose one.
    (
        BALANCER,
        {"loadBalancerType": "network", "subnets": ["a"]},
        {"loadBalancerType": "network", "subnets": ["a", "b"]},
        set(),
    ),
    (
        BALANCER,
        {"loadBalancerType": "network", "subnets": ["a", "b"]},
        {"loadBalancerType": "network", "subnets": ["a"]},
        {"subnets[1]"},
    ),
    (
        BALANCER,
        {"loadBalancerType": "application", "subnets": ["a", "b"]},
        {"loadBalancerType": "application", "subnets": ["a"]},
        set(),
    ),
    (
        BALANCER,
        {"loadBalancerType": "network"},
        {"loadBalancerType": "network", "securityGroups": ["sg-1"]},
        {"securityGroups"},
    ),
    (BALANCER, {}, {"loadBalancerType": "application"}, set()),
    (
        BALANCER,
        {"secondaryIpsAutoAssignedPerSubnet": 2},
        {"secondaryIpsAutoAssignedPerSubnet": 1},
        {"secondaryIpsAutoAssignedPerSubnet"},
    ),
    # A rule of a security group changes its ports in place, not the kind of its peer.
    (INGRESS, {"cidrIpv4": "10.0.0.0/8", "fromPort": 1}, {"cidrIpv4": "10.1.0.0/16", "fromPort": 2}, set()),
    (
        INGRESS,
        {"cidrIpv4": "10.0.0.0/8"},
        {"referencedSecurityGroupId": "sg-1"},
        {"cidrIpv4", "referencedSecurityGroupId"},
    ),
    ("aws:ec2/vpc:Vpc", {"instanceTenancy": "dedicated"}, {"instanceTenancy": "default"}, set()),
    ("aws:ec2/vpc:Vpc", {}, {"instanceTenancy": "dedicated"}, {"instanceTenancy"}),
    (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"vpcEndpointType": "Interface", "privateDnsEnabled": False},
        {"vpcEndpointType": "Interface", "privateDnsEnabled": True},
        set(),
    ),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", {}, {"privateDnsEnabled": True}, {"privateDnsEnabled"}),
    ("aws:ssm/parameter:Parameter", {"tier": "Advanced"}, {"tier": "Standard"}, {"tier"}),
    ("aws:ssm/parameter:Parameter", {"tier": "Standard"}, {"tier": "Advanced"}, set()),
    (
        "aws:eks/nodeGroup:NodeGroup",
        {},
        {"launchTemplate": {"id": "lt-1", "version": "1"}},
        {"launchTemplate"},
    ),
    # Kubernetes.
    ("kubernetes:core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"spec": {"type": "LoadBalancer"}}, set()),
    (
        "kubernetes:core/v1:Service",
        {"spec": {"ports": [{"port": 80}]}},
        {"spec": {"clusterIP": "None", "ports": [{"port": 80}]}},
        {"spec.clusterIP"},
    ),
    ("kubernetes:keda.sh/v1alpha1:ScaledObject", {"spec": {"maxReplicaCount": 1}}, {"spec": {}}, set()),
    (
        "kubernetes:keda.sh/v1alpha1:ScaledObject",
        {"metadata": {"name": "a", "namespace": "x"}},
        {"metadata": {"name": "a", "namespace": "y"}},
        {"metadata.namespace"},
    ),
    ("kubernetes:helm.sh/v3:Release", {"version": "1"}, {"version": "2"}, set()),
    ("kubernetes:helm.sh/v3:Release", {"namespace": "a"}, {"namespace": "b"}, {"namespace"}),
    (
        "kubernetes:scheduling.k8s.io/v1:PriorityClass",
        {"metadata": {"name": "a"}, "value": 1},
        {"metadata": {"name": "a"}, "value": 2},
        set(),
    ),
]


@pytest.mark.parametrize(("token", "old", "new", "expected"), CASES)
def test_a_change_replaces_exactly_what_the_real_provider_replaces(
    token: str, old: dict[str, Any], new: dict[str, Any], expected: set[str]
) -> None:
    assert replaced(token, old, new) == expected


@pytest.mark.parametrize(
    ("token", "old", "new", "config", "expected"),
    [
        (CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, {}, {"data.a"}),
        (CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, {"enableConfigMapMutable": "true"}, set()),
        (CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, {"enableSecretMutable": True}, {"data.a"}),
        (
            CONFIG_MAP,
            {"data": {"a": "1"}, "immutable": True},
            {"data": {"a": "2"}, "immutable": True},
            {"enableConfigMapMutable": "true"},
            {"data.a"},
        ),
        (K8S_SECRET, {"stringData": {"a": "1"}}, {"stringData": {"a": "2"}}, {"enableSecretMutable": True}, set()),
        (K8S_SECRET, {"type": "Opaque"}, {"type": "kubernetes.io/tls"}, {"enableSecretMutable": True}, {"type"}),
        (
            K8S_SECRET,
            {"metadata": {"name": "a"}},
            {"metadata": {"name": "b"}},
            {"enableSecretMutable": True},
            {"metadata.name"},
        ),
    ],
)
def test_config_maps_and_secrets_follow_the_switches_of_the_kubernetes_provider(
    token: str, old: dict[str, Any], new: dict[str, Any], config: dict[str, Any], expected: set[str]
) -> None:
    assert replaced(token, old, new, config) == expected


@pytest.mark.parametrize(
    ("token", "old", "new"),
    [
        (
            BALANCER,
            {"loadBalancerType": "network", "subnets": ["a"]},
            {"loadBalancerType": "network", "subnets": UNKNOWN},
        ),
        (BALANCER, {"secondaryIpsAutoAssignedPerSubnet": 3}, {"secondaryIpsAutoAssignedPerSubnet": UNKNOWN}),
        (CLUSTER, {"vpcConfig": {"controlPlaneEgressMode": "CUSTOMER_ROUTED"}}, {"vpcConfig": UNKNOWN}),
        (CLUSTER, {"computeConfig": {"nodeRoleArn": "a"}}, {"computeConfig": UNKNOWN}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_condition_guesses_what_is_not_yet_known(token: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    for change in changes(old, new):
        assert not CONDITIONS[token][str(change.keys[0])].forces(Situation(old, new), change)
