"""Replication groups of ElastiCache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, changed, flag, given, number, off, text
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Condition, Replaced, Situation, older, words
from sandbox.model.rows import NONE, Row, by_name
from sandbox.model.sources import Sources
from sandbox.model.windows import daily, weekly
from sandbox.services.aws.cloudwatch import LOG_GROUP
from sandbox.services.aws.ec2.places import GROUP_OF_THE_SAME_VPC, subnets_of_group
from sandbox.services.aws.ec2.targets import DEPENDENCY, SECURITY_GROUP
from sandbox.services.aws.elasticache import nodes
from sandbox.services.aws.elasticache.endpoints import outputs
from sandbox.services.aws.elasticache.groups import PARAMETER_GROUP, SUBNET_GROUP
from sandbox.services.aws.elasticache.timing import REPLICATION_TIMING, VALID_TOKENS
from sandbox.services.aws.kms import KEY_ARN
from sandbox.services.aws.sns import TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.protocol.diff import Change

FIREHOSE = Target("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", ("name",))
_SUBNETS = subnets_of_group("subnetGroupName", SUBNET_GROUP[0].token)
MOST_NODES = 500
_TOKEN = r"[A-Za-z0-9!&#$^<>-]{16,128}"
_TOKEN_HINT = "16 to 128 letters, digits or ! & # $ ^ < > -"


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


def _single_token(context: Context) -> Iterator[Violation]:
    """SET is for a group that knows two tokens, after ROTATE only: one that knows one never saw a ROTATE."""
    strategy = changed(context, "authTokenUpdateStrategy")
    if context.cloud is None or strategy is None or strategy[1] != "SET":
        return
    group = context.cloud.get(context.token, context.id)
    if group is not None and len(group.kept.get(VALID_TOKENS, ())) == 1:
        yield Violation(
            "authTokenUpdateStrategy",
            "SET needs a group that knows two tokens, and this one knows one: ROTATE comes first "
            "(InvalidParameterValue: SET is allowed only after ROTATE)",
        )


_DOCS = "Amazon ElastiCache API Reference, CreateReplicationGroup"
FIRST_REDIS_WITHOUT_MINOR = 7
"""From here on a family carries the major version alone (Amazon ElastiCache API, CreateCacheParameterGroup)."""


def _cache_family(context: Context) -> Iterator[Violation]:
    name, version = context.inputs.get("parameterGroupName"), context.inputs.get("engineVersion")
    engine = context.inputs.get("engine", "redis")
    if context.cloud is None or not isinstance(name, str) or not known(version):
        return
    group = context.cloud.get(PARAMETER_GROUP[0].token, name)
    family = group.inputs.get("family") if group is not None else None
    wanted = _cache_family_of(str(engine), str(version))
    if known(family) and family != wanted:
        yield Violation(
            "parameterGroupName",
            f"{name} is of family {family}, a group of {engine} {version} needs {wanted} (InvalidParameterCombination)",
        )


def _cache_family_of(engine: str, version: str) -> str:
    """The parameter group family of a version: whole majors from Redis OSS 7 and for Valkey, 6.x, or two numbers."""
    major, _, minor = version.partition(".")
    if engine != "redis" or not major.isdecimal() or int(major) >= FIRST_REDIS_WITHOUT_MINOR:
        return f"{engine}{major}"
    return "redis6.x" if major == "6" else f"redis{major}.{minor.split('.', 1)[0]}"


def _cluster_mode(context: Context) -> Iterator[Violation]:
    name = context.inputs.get("parameterGroupName")
    if context.cloud is None or context.inputs.get("clusterMode") != "enabled" or not isinstance(name, str):
        return
    group = context.cloud.get(PARAMETER_GROUP[0].token, name)
    if group is None:
        return
    values = {item.get("name"): item.get("value") for item in group.inputs.get("parameters") or []}
    if values.get("cluster-enabled") != "yes":
        yield Violation(
            "parameterGroupName",
            f"{name} does not set cluster-enabled to yes, which cluster mode needs (InvalidParameterCombination)",
        )


def _numbers(text: object) -> tuple[int, ...]:
    """The numbers of a version; a missing or free part counts as the newest: `7.0` may be 7.0.7."""
    parts = [int(part) if part.isdecimal() else 999 for part in str(text).split(".")]
    return (*parts, 999, 999, 999)[:3]


def _engine_back_to_redis(_: Situation, change: Change) -> bool:
    return change.old == "valkey" and (change.new or "redis") == "redis"


def _cache_version_lowered(case: Situation, change: Change) -> bool:
    same_engine = (case.old.get("engine") or "redis") == (case.new.get("engine") or "redis")
    return bool(same_engine and change.old and change.new and older(change.new, change.old))


def _old_redis(case: Situation, _: Change) -> bool:
    given = case.old.get("engineVersion")
    return given is not None and _numbers(given) < (7, 0, 5)


def _always(_: Situation, __: Change) -> bool:
    return True


_CACHE = "terraform-provider-aws, internal/service/elasticache/replication_group.go, 2026"


_on = On("cache", source=_DOCS)

ROWS = (
    Row(
        token="aws:elasticache/cluster:Cluster",
        name=Named("clusterId", lowered=True, kept_lowered=True),
        id=by_name,
        replaced=NONE,
        references=(),
        unique=(),
        values=(),
        schema_only="no stack has one: every cache is a replication group",
    ),
    Row(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        name=Named("replicationGroupId", lowered=True, kept_lowered=True),
        id=by_name,
        outputs=outputs,
        replaced=Replaced(
            words(
                "atRestEncryptionEnabled dataTieringEnabled globalReplicationGroupId kmsKeyId "
                "networkType nodeGroupConfigurations port replicationGroupId securityGroupNames "
                "snapshotArns snapshotName subnetGroupName"
            ),
            kept=words(
                "atRestEncryptionEnabled dataTieringEnabled globalReplicationGroupId securityGroupNames subnetGroupName"
            ),
            when={
                "engine": Condition(_engine_back_to_redis, "valkey goes back to redis", _CACHE),
                "engineVersion": Condition(_cache_version_lowered, "the version is lowered", _CACHE),
                "transitEncryptionEnabled": Condition(_old_redis, "the engine is older than 7.0.5", _CACHE),
                "nodeGroupConfigurations": Condition(_always, "node groups are described one by one", _CACHE),
            },
        ),
        references=(
            Reference("subnetGroupName", SUBNET_GROUP, "CacheSubnetGroupNotFoundFault", "CacheSubnetGroupInUse"),
            Reference(
                "parameterGroupName",
                PARAMETER_GROUP,
                "CacheParameterGroupNotFound",
                "InvalidCacheParameterGroupState: the group is used by a cache cluster",
            ),
            Reference("securityGroupIds[*]", SECURITY_GROUP, "InvalidParameterValue", DEPENDENCY),
            Reference("kmsKeyId", KEY_ARN, "InvalidParameterValue"),
            Reference("notificationTopicArn", TOPIC, "InvalidParameterValue"),
            Reference(
                "logDeliveryConfigurations[*].destination",
                (*LOG_GROUP, FIREHOSE),
                "InvalidParameterValue: the log delivery destination does not exist",
            ),
        ),
        unique=(Unique(("replicationGroupId",), "ReplicationGroupAlreadyExists: Replication group already exists"),),
        values=(
            _on.matches(
                "replicationGroupId",
                r"(?=.{1,40}$)[a-zA-Z](?:-?[a-zA-Z0-9])*",
                "letters, digits and single hyphens, a letter first, no hyphen last, at most 40",
                "InvalidParameterValue",
            ),
            _on.custom("node-type", nodes.check, "Amazon ElastiCache User Guide, Supported node types"),
            _on.one_of("engine", ("redis", "valkey")),
            _on.custom("version", _version, "Amazon ElastiCache User Guide, Engine versions"),
            _on.one_of("clusterMode", ("enabled", "disabled", "compatible")),
            _on.between("numNodeGroups", 1, 500, "", "InvalidParameterValue"),
            _on.between("replicasPerNodeGroup", 0, 5, "", "InvalidParameterValue: Replicas per node group"),
            _on.between("numCacheClusters", 1, 6),
            _on.exclusive("numCacheClusters", "numNodeGroups", source="terraform-provider-aws 5.5.0 schema"),
            _on.exclusive(
                "numCacheClusters", "replicasPerNodeGroup", source="terraform-provider-aws, replication_group.go"
            ),
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
        ),
        state=(
            GROUP_OF_THE_SAME_VPC,
            Rule("cache-family", "Amazon ElastiCache API Reference, CreateCacheParameterGroup", (), _cache_family),
            Rule(
                "cache-single-token",
                "Amazon ElastiCache User Guide, Authenticating with the AUTH command: Setting the AUTH token; Amazon "
                "ElastiCache API Reference, ModifyReplicationGroup: AuthTokenUpdateStrategy",
                (),
                _single_token,
            ),
            Rule(
                "cache-cluster-mode",
                "Amazon ElastiCache User Guide, Valkey and Redis OSS configuration and limits: cluster-enabled",
                (),
                _cluster_mode,
            ),
        ),
        through=_SUBNETS,
        sources=Sources(
            outputs="Amazon ElastiCache User Guide, Finding connection endpoints; Amazon ElastiCache API Reference",
            doubts={"outputs": "engineVersionActual: which patch version ElastiCache takes is made up"},
        ),
        timing=REPLICATION_TIMING,
    ),
)
