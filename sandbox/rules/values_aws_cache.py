"""What Amazon ElastiCache and its provider refuse, as far as the inputs alone show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import On, changed, flag, given, number, off, text
from sandbox.model.windows import daily, weekly
from sandbox.rules.families import CACHE_FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NODES = 500
_TOKEN = r"[A-Za-z0-9!&#$^<>-]{16,128}"
_TOKEN_HINT = "16 to 128 letters, digits or ! & # $ ^ < > -"
_NODE = re.compile(r"cache\.([a-z0-9]+)\.(?:micro|small|medium|large|xlarge|\d{1,2}xlarge)")


def _node_type(context: Context) -> Iterator[Violation]:
    value = text(context.inputs, "nodeType")
    if not value:
        return
    found = _NODE.fullmatch(value)
    if found is None:
        yield Violation(
            "nodeType",
            f"{value!r} is no cache node type: cache.<family>.<size>, for example cache.t4g.small "
            "(InvalidParameterValue: The parameter CacheNodeType is invalid)",
        )
    elif found[1] not in CACHE_FAMILIES:
        yield Violation("nodeType", f"{value!r} is of the family {found[1]!r}, which ElastiCache does not offer")


def _version(context: Context) -> Iterator[Violation]:
    value, engine = text(context.inputs, "engineVersion"), text(context.inputs, "engine", "redis")
    if not value:
        return
    if engine == "valkey" and re.fullmatch(r"[7-9]\.\d{1,2}", value) is None:
        yield Violation("engineVersion", f"{value!r} is no version of Valkey: major.minor, for example 8.2")
    if engine == "redis" and re.fullmatch(r"6\.x|[67]\.\d|[2-5]\.\d{1,2}\.\d{1,2}", value) is None:
        yield Violation("engineVersion", f"{value!r} is no version of Redis OSS: for example 7.1, 6.2 or 5.0.6")


def _groups(context: Context) -> Iterator[Violation]:
    groups, replicas = number(context.inputs.get("numNodeGroups")), number(context.inputs.get("replicasPerNodeGroup"))
    if groups is not None and groups * ((replicas or 0) + 1) > MOST_NODES:
        yield Violation(
            "numNodeGroups",
            f"{groups:g} node groups of {(replicas or 0) + 1:g} nodes are more than {MOST_NODES} nodes "
            "(ClusterQuotaForCustomerExceeded)",
        )
    if not given(context.inputs, "nodeType") and not given(context.inputs, "globalReplicationGroupId"):
        yield Violation("nodeType", "required unless globalReplicationGroupId is set")


def _failover(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    failover = flag(inputs.get("automaticFailoverEnabled"))
    if failover is None and given(inputs, "automaticFailoverEnabled"):
        return
    groups, nodes = number(inputs.get("numNodeGroups")), number(inputs.get("numCacheClusters"))
    replicas = number(inputs.get("replicasPerNodeGroup"))
    if not failover and (inputs.get("clusterMode") == "enabled" or (groups or 0) > 1):
        yield Violation(
            "automaticFailoverEnabled",
            "must be true in cluster mode (InvalidParameterCombination: Automatic failover must be enabled for cluster "
            "mode enabled replication groups)",
        )
    if flag(inputs.get("multiAzEnabled")):
        if not failover:
            yield Violation("automaticFailoverEnabled", "must be true if multiAzEnabled is true")
        if replicas == 0 or nodes == 1:
            yield Violation(
                "multiAzEnabled", "needs at least one replica in each node group (InvalidParameterCombination)"
            )
    if failover and nodes == 1:
        yield Violation("numCacheClusters", "must be at least 2 if automaticFailoverEnabled is true")


def _encryption(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if off(inputs, "transitEncryptionEnabled"):
        for name in ("authToken", "authTokenWo", "userGroupIds", "transitEncryptionMode"):
            if given(inputs, name):
                yield Violation(name, "needs transitEncryptionEnabled (InvalidParameterCombination)")
    if given(inputs, "kmsKeyId") and flag(inputs.get("atRestEncryptionEnabled")) is False:
        yield Violation("atRestEncryptionEnabled", "must be true when kmsKeyId is given (InvalidParameterCombination)")
    if given(inputs, "authTokenUpdateStrategy") and not (given(inputs, "authToken") or given(inputs, "authTokenWo")):
        yield Violation("authTokenUpdateStrategy", "needs authToken")


def _windows(context: Context) -> Iterator[Violation]:
    snapshot, maintenance = text(context.inputs, "snapshotWindow"), text(context.inputs, "maintenanceWindow")
    if snapshot and (reason := daily(snapshot, 60)):
        yield Violation("snapshotWindow", reason)
    if maintenance and (reason := weekly(maintenance, 60)):
        yield Violation("maintenanceWindow", reason)


def _tiering(context: Context) -> Iterator[Violation]:
    node = text(context.inputs, "nodeType")
    if flag(context.inputs.get("dataTieringEnabled")) and node and not node.startswith("cache.r6gd."):
        yield Violation("dataTieringEnabled", f"needs a node type of the family r6gd, here {node}")


_STEPS = {("disabled", "compatible"), ("compatible", "enabled"), ("compatible", "disabled")}


def _updates(context: Context) -> Iterator[Violation]:
    mode = changed(context, "clusterMode")
    if mode and mode not in _STEPS:
        yield Violation(
            "clusterMode",
            f"cannot go from {mode[0]!r} to {mode[1]!r}: from 'disabled' through 'compatible' to 'enabled', and "
            "'enabled' stays (InvalidParameterCombination)",
        )
    token = changed(context, "authTokenWo") or changed(context, "authToken")
    if token and context.inputs.get("authTokenUpdateStrategy") == "SET":
        yield Violation(
            "authTokenUpdateStrategy",
            "SET takes no new token: it makes the one that ROTATE added the only one (InvalidParameterValue: SET is "
            "allowed only after ROTATE, with the same token)",
        )
    transit = changed(context, "transitEncryptionEnabled")
    if transit and flag(transit[1]) and context.inputs.get("transitEncryptionMode") != "preferred":
        yield Violation(
            "transitEncryptionMode",
            "must first be 'preferred' when encryption in transit is turned on for an existing group "
            "(InvalidParameterCombination)",
        )


_DOCS = "Amazon ElastiCache API Reference, CreateReplicationGroup"
_on = On("cache", "aws:elasticache/replicationGroup:ReplicationGroup", _DOCS)
_parameters = On(
    "cache-parameters",
    "aws:elasticache/parameterGroup:ParameterGroup",
    "Amazon ElastiCache API Reference, CreateCacheParameterGroup",
)
_subnets = On(
    "cache-subnets",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "Amazon ElastiCache API Reference, CreateCacheSubnetGroup",
)
RULES: tuple[Rule, ...] = (
    _on.matches(
        "replicationGroupId",
        r"(?=.{1,40}$)[a-zA-Z](?:-?[a-zA-Z0-9])*",
        "letters, digits and single hyphens, a letter first, no hyphen last, at most 40",
        "InvalidParameterValue",
    ),
    _on.custom("node-type", _node_type, "Amazon ElastiCache User Guide, Supported node types"),
    _on.one_of("engine", ("redis", "valkey")),
    _on.custom("version", _version, "Amazon ElastiCache User Guide, Engine versions"),
    _on.one_of("clusterMode", ("enabled", "disabled", "compatible")),
    _on.between("numNodeGroups", 1, 500, "", "InvalidParameterValue"),
    _on.between("replicasPerNodeGroup", 0, 5, "", "InvalidParameterValue: Replicas per node group"),
    _on.between("numCacheClusters", 1, 6),
    _on.exclusive("numCacheClusters", "numNodeGroups", source="terraform-provider-aws 5.5.0 schema"),
    _on.exclusive("numCacheClusters", "replicasPerNodeGroup", source="terraform-provider-aws, replication_group.go"),
    _on.custom("groups", _groups),
    _on.custom("failover", _failover, f"{_DOCS}; terraform-provider-aws, replication_group.go"),
    _on.exclusive("authToken", "authTokenWo", "userGroupIds", source="terraform-provider-aws 5.5.0 schema"),
    _on.matches("authToken", _TOKEN, _TOKEN_HINT, "InvalidParameterValue", secret=True),
    _on.matches("authTokenWo", _TOKEN, _TOKEN_HINT, "InvalidParameterValue", secret=True),
    _on.one_of("authTokenUpdateStrategy", ("SET", "ROTATE", "DELETE")),
    _on.one_of("transitEncryptionMode", ("preferred", "required")),
    _on.custom("encryption", _encryption),
    _on.between("snapshotRetentionLimit", 0, 35, "days"),
    _on.custom("windows", _windows),
    _on.at_most("logDeliveryConfigurations", 2),
    _on.one_of("logDeliveryConfigurations[*].destinationType", ("cloudwatch-logs", "kinesis-firehose")),
    _on.one_of("logDeliveryConfigurations[*].logFormat", ("text", "json")),
    _on.one_of("logDeliveryConfigurations[*].logType", ("slow-log", "engine-log")),
    _on.unique("logDeliveryConfigurations[*].logType", "log"),
    _on.one_of("networkType", ("ipv4", "ipv6", "dual_stack")),
    _on.one_of("ipDiscovery", ("ipv4", "ipv6")),
    _on.custom("tiering", _tiering),
    _on.custom("update", _updates, "Amazon ElastiCache API Reference, ModifyReplicationGroup"),
    _parameters.matches(
        "name",
        r"(?=.{1,255}$)[a-zA-Z](?:-?[a-zA-Z0-9])*",
        "letters (kept in lower case), digits and single hyphens, a letter first",
    ),
    _parameters.matches(
        "family",
        r"valkey[7-9]|redis(2\.6|2\.8|3\.2|4\.0|5\.0|6\.x|7)|memcached1\.[456]",
        "a family such as valkey8 or redis7",
        "InvalidParameterValue",
    ),
    _parameters.unique("parameters[*].name", "parameter"),
    _subnets.matches("name", r"[a-zA-Z0-9-]{1,255}", "1 to 255 letters, digits or hyphens"),
)
