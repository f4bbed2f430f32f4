"""Automatic physical names: what the real providers add in Check when a program gives none."""

from __future__ import annotations

from typing import Any

from sandbox.computed import short_hash
from sandbox.services import ROWS

NAMED = {
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
    "aws:ecr/repository:Repository": "name",
    "aws:ec2/launchTemplate:LaunchTemplate": "name",
    "aws:ec2/securityGroup:SecurityGroup": "name",
    "aws:eks/cluster:Cluster": "name",
    "aws:eks/nodeGroup:NodeGroup": "nodeGroupName",
    "aws:elasticache/cluster:Cluster": "clusterId",
    "aws:elasticache/parameterGroup:ParameterGroup": "name",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:elasticache/subnetGroup:SubnetGroup": "name",
    "aws:budgets/budget:Budget": "name",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "name",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "name",
    "aws:iam/policy:Policy": "name",
    "aws:iam/role:Role": "name",
    "aws:iam/rolePolicy:RolePolicy": "name",
    "aws:kms/alias:Alias": "name",
    "aws:lb/loadBalancer:LoadBalancer": "name",
    "aws:lb/targetGroup:TargetGroup": "name",
    "aws:rds/eventSubscription:EventSubscription": "name",
    "aws:rds/instance:Instance": "identifier",
    "aws:rds/parameterGroup:ParameterGroup": "name",
    "aws:rds/subnetGroup:SubnetGroup": "name",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:secretsmanager/secret:Secret": "name",
    "aws:sns/topic:Topic": "name",
    "aws:ssm/parameter:Parameter": "name",
    "kubernetes:helm.sh/v3:Release": "name",
}
"""Types that get `<logical name>-<7 hexadecimal digits>` in this property (Pulumi documentation, Autonaming)."""

_LOWERED = (
    "aws:elasticache/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:s3/bucket:Bucket",
)
"""Types whose automatic name the provider writes in lower case (pulumi-aws, provider/resources.go: AutoNameTransform).

All others get the logical name as it is, and a service that refuses capitals refuses it there, too.
"""
_BEGINNINGS = {"aws:kms/alias:Alias": "alias/"}
"""What an automatic name begins with because the service demands it (same file, aws_kms_alias)."""
_PREFIXES = {
    "name": "namePrefix",
    "bucket": "bucketPrefix",
    "identifier": "identifierPrefix",
    "nodeGroupName": "nodeGroupNamePrefix",
}
NAMED |= {row.token: row.name.key for row in ROWS.values() if row.name is not None}
AUTONAMED = "pulumi.com/autonamed"


def with_name(token: str, logical: str, new: dict[str, Any], old: dict[str, Any], seed: bytes) -> dict[str, Any]:
    """Inputs with an automatic name where the program gave none; an existing automatic name is kept.

    Args:
        token: the Pulumi type token.
        logical: the logical name.
        new: inputs from the program.
        old: inputs of the existing resource, empty for a new one.
        seed: the engine's random seed for this resource: a replacement gets another name.
    """
    if token.startswith("kubernetes:") and "metadata" in new:
        return _kubernetes(logical, new, old, seed)
    if token.startswith("kubernetes:") and token not in NAMED:
        return {**new, **_kubernetes(logical, {"metadata": {}}, old, seed)}
    key = NAMED.get(token)
    if key is None or new.get(key) is not None or new.get(_PREFIXES.get(key, "")) is not None:
        return new
    return {**new, key: old.get(key) or _automatic(token, logical, seed)}


def _automatic(token: str, logical: str, seed: bytes) -> str:
    name = f"{logical}-{short_hash(logical, seed.hex(), length=7)}"
    named = ROWS[token].name if token in ROWS else None
    beginning = named.beginning if named is not None else _BEGINNINGS.get(token, "")
    whole = name if name.startswith(beginning) else beginning + name
    return whole.lower() if token in _LOWERED or (named is not None and named.lowered) else whole


def _kubernetes(logical: str, new: dict[str, Any], old: dict[str, Any], seed: bytes) -> dict[str, Any]:
    metadata = new["metadata"]
    if not isinstance(metadata, dict) or metadata.get("name") is not None or metadata.get("generateName"):
        return new
    before = old.get("metadata") or {}
    kept = before.get("name") if AUTONAMED in (before.get("annotations") or {}) else None
    name = kept or f"{logical}-{short_hash(logical, seed.hex())}"
    annotations = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    return {**new, "metadata": {**metadata, "name": name, "annotations": annotations}}
