"""Changes that replace a resource only under a condition, as the real providers decide it while they plan.

Every condition names its source. "SDK documentation" is the text that pulumi_aws 7.51.1 carries from the provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.replacement import Condition, Situation, older

if TYPE_CHECKING:
    from sandbox.diff import Change


def version(text: object) -> tuple[int, ...]:
    """The numbers of a version; a missing or free part counts as the newest: `7.0` may be 7.0.7."""
    parts = [int(part) if part.isdecimal() else 999 for part in str(text).split(".")]
    return (*parts, 999, 999, 999)[:3]


def _encryption_removed(case: Situation, _: Change) -> bool:
    return bool(case.old.get("encryptionConfig")) and not case.new.get("encryptionConfig")


def _compute_role_changed(case: Situation, _: Change) -> bool:
    before = (case.old.get("computeConfig") or {}).get("nodeRoleArn")
    after = (case.new.get("computeConfig") or {}).get("nodeRoleArn")
    return bool(before and case.new.get("computeConfig") and before != after)


def _egress_taken_back(case: Situation, _: Change) -> bool:
    before = (case.old.get("vpcConfig") or {}).get("controlPlaneEgressMode")
    after = (case.new.get("vpcConfig") or {}).get("controlPlaneEgressMode") or "AWS_MANAGED"
    return bool(before == "CUSTOMER_ROUTED" and after == "AWS_MANAGED")


def _tenancy_to_dedicated(_: Situation, change: Change) -> bool:
    return (change.old or "default") == "default" and (change.new or "default") != "default"


def _engine_back_to_redis(_: Situation, change: Change) -> bool:
    return change.old == "valkey" and (change.new or "redis") == "redis"


def _cache_version_lowered(case: Situation, change: Change) -> bool:
    same_engine = (case.old.get("engine") or "redis") == (case.new.get("engine") or "redis")
    return bool(same_engine and change.old and change.new and older(change.new, change.old))


def _old_redis(case: Situation, _: Change) -> bool:
    given = case.old.get("engineVersion")
    return given is not None and version(given) < (7, 0, 5)


def _always(_: Situation, __: Change) -> bool:
    return True


def _subnets(inputs: dict[str, Any]) -> set[str]:
    mapped = [item.get("subnetId") for item in inputs.get("subnetMappings") or [] if isinstance(item, dict)]
    return {str(item) for item in [*(inputs.get("subnets") or []), *mapped]}


def _network(case: Situation) -> bool:
    return case.old.get("loadBalancerType") == "network"


def _subnet_removed(case: Situation, _: Change) -> bool:
    return _network(case) and bool(_subnets(case.old) - _subnets(case.new))


def _group_first_or_last(case: Situation, _: Change) -> bool:
    return _network(case) and bool(case.old.get("securityGroups")) != bool(case.new.get("securityGroups"))


def _secondary_addresses_lowered(_: Situation, change: Change) -> bool:
    return int(change.new or 0) < int(change.old or 0)


def _not_an_interface(case: Situation, _: Change) -> bool:
    return (case.old.get("vpcEndpointType") or "Gateway") != "Interface"


_PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def _kind_of_peer_changed(case: Situation, _: Change) -> bool:
    return [key for key in _PEERS if case.old.get(key)] != [key for key in _PEERS if case.new.get(key)]


def _tier_lowered(_: Situation, change: Change) -> bool:
    return change.old == "Advanced" and (change.new or "Standard") == "Standard"


_DOCS = "SDK documentation"
_CLUSTER = "terraform-provider-aws, internal/service/eks/cluster.go, 2025"
_CACHE = "terraform-provider-aws, internal/service/elasticache/replication_group.go, 2026"
_RULE = "terraform-provider-aws, internal/service/ec2/vpc_security_group_ingress_rule.go: a rule keeps its kind of peer"
_PEER_CONDITION = Condition(_kind_of_peer_changed, "the kind of peer changes", _RULE)

CONDITIONS: dict[str, dict[str, Condition]] = {
    "aws:eks/cluster:Cluster": {
        "encryptionConfig": Condition(_encryption_removed, "the encryption is removed", _CLUSTER),
        "computeConfig": Condition(_compute_role_changed, "an existing node role changes", _CLUSTER),
        "vpcConfig": Condition(_egress_taken_back, "the egress mode goes back from CUSTOMER_ROUTED", _DOCS),
    },
    "aws:ec2/vpc:Vpc": {
        "instanceTenancy": Condition(
            _tenancy_to_dedicated, "tenancy changes from default", "Amazon EC2 API reference, ModifyVpcTenancy"
        ),
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        "privateDnsEnabled": Condition(_not_an_interface, "the endpoint is not of type Interface", _DOCS),
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": dict.fromkeys(_PEERS, _PEER_CONDITION),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": dict.fromkeys(_PEERS, _PEER_CONDITION),
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "engine": Condition(_engine_back_to_redis, "valkey goes back to redis", _CACHE),
        "engineVersion": Condition(_cache_version_lowered, "the version is lowered", _CACHE),
        "transitEncryptionEnabled": Condition(_old_redis, "the engine is older than 7.0.5", _CACHE),
        "nodeGroupConfigurations": Condition(_always, "node groups are described one by one", _CACHE),
    },
    "aws:lb/loadBalancer:LoadBalancer": {
        "subnets": Condition(_subnet_removed, "a network load balancer loses a subnet", _DOCS),
        "securityGroups": Condition(
            _group_first_or_last, "a network load balancer gets its first or loses its last group", _DOCS
        ),
        "secondaryIpsAutoAssignedPerSubnet": Condition(
            _secondary_addresses_lowered, "secondary addresses become fewer", _DOCS
        ),
    },
    "aws:ssm/parameter:Parameter": {
        "tier": Condition(_tier_lowered, "tier Advanced becomes Standard", _DOCS),
    },
}
"""Type token -> top-level property -> condition."""
