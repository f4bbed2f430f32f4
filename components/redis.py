"""Redis on ElastiCache: a Valkey replication group in cluster mode, the same from one shard to many."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from bailbondpro.facts import elasticache, ports
from bailbondpro.facts.windows import daily_length, overlap, weekly_length

from .naming import NameKind, physical_name
from .redis_parameters import parameter_groups
from .security.secrets import Connection, store_secret
from .validation import require, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .security.secrets import Credential

MaxmemoryPolicy = Literal[
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "noeviction",
]

LOG_TYPES: tuple[Literal["slow-log", "engine-log"], ...] = ("slow-log", "engine-log")
"""Logs that ElastiCache can deliver (ElastiCache User Guide, "Log delivery")."""

_VERSION = re.compile(r"\d+\.\d+")

RESHARDING = pulumi.CustomTimeouts(update="120m")
"""Online resharding moves the data of every slot; its time grows with them and no bound is documented (Amazon
ElastiCache User Guide, Online resharding). The provider gives up after 40 minutes and would leave the update half told;
two hours are an assumption of ours."""


@dataclass(frozen=True, kw_only=True)
class RedisArgs:
    """What the cache needs.

    Attributes:
        replication_group_id: physical id, at most 40 characters; members append "-0001-001". Changing it replaces.
        engine_version: Valkey version, for example "8.2". It can only rise.
        family: parameter group family; None takes that of the major version ("valkey8").
        upgrading_from: major version that the group has until its maintenance window, while it goes to another one:
            both versions' parameter groups stand, because none that is in use can be deleted. Taken away again in an
            update of its own, once ElastiCache has done it.
        node_type: for example "cache.t4g.small". Changes online.
        shards: node groups, 1 to 90 nodes in all. Changes online; more than one needs a cluster-aware client.
        replicas_per_shard: 0 to 5.
        subnet_ids: data subnets.
        vpc_id: VPC of the security group.
        client_security_group_ids: groups whose members may connect. Rules are named by position: append only.
        credential: the AUTH token: no username, at most 128 characters.
        token_update_strategy: "ROTATE" adds a new token and leaves the one before it valid, without an end; "SET", in
            an update of its own with the same token, makes it the only one (ElastiCache API reference,
            ModifyReplicationGroup).
        key_arn: KMS key for data and logs at rest; changing it would replace the group.
        snapshot_retention_days: daily snapshots kept, 0 to 35.
        snapshot_window: daily, UTC, "hh:mm-hh:mm", at least 60 minutes.
        maintenance_window: weekly, UTC, "ddd:hh:mm-ddd:hh:mm", at least 60 minutes, apart from the snapshot window.
        multi_az: True spreads a shard's nodes over zones; needs replicas.
        maxmemory_policy: "allkeys-lru" for a pure cache (every key of the guide's cache has a TTL and may go),
            "volatile-lru" where sessions share it.
        reserved_memory_percent: memory kept free for snapshots and failover, 0 to 50 % (ElastiCache: 25).
        log_retention_days: days that logs are kept in CloudWatch, a value CloudWatch Logs accepts.
        final_snapshot: True takes a snapshot before deletion.
        apply_immediately: False waits for the maintenance window.
        auto_minor_version_upgrade: True lets ElastiCache apply minor releases in the maintenance window.
        notification_topic_arn: SNS topic for failovers and scaling events, or None. It must not be encrypted: to an
            encrypted one ElastiCache publishes nothing (ElastiCache User Guide, "Event notifications and Amazon SNS").
        protect: True makes Pulumi refuse to delete or replace the group.
    """

    replication_group_id: str
    engine_version: str = "8.2"
    family: str | None = None
    upgrading_from: str | None = None
    node_type: str
    shards: int = 1
    replicas_per_shard: int = 1
    subnet_ids: Sequence[pulumi.Input[str]]
    vpc_id: pulumi.Input[str]
    client_security_group_ids: Sequence[pulumi.Input[str]]
    credential: Credential
    token_update_strategy: Literal["ROTATE", "SET"] = "ROTATE"  # noqa: S105 - a strategy, no secret
    key_arn: pulumi.Input[str]
    snapshot_retention_days: int = 7
    snapshot_window: str = elasticache.SNAPSHOT_WINDOW
    maintenance_window: str = elasticache.MAINTENANCE_WINDOW
    multi_az: bool = True
    maxmemory_policy: MaxmemoryPolicy = "allkeys-lru"
    reserved_memory_percent: int = elasticache.RESERVED_MEMORY_PERCENT
    log_retention_days: int = 30
    final_snapshot: bool = True
    apply_immediately: bool = False
    auto_minor_version_upgrade: bool = True
    notification_topic_arn: pulumi.Input[str] | None = None
    protect: bool = False

    def __post_init__(self) -> None:
        require(
            f"Redis {self.replication_group_id!r}",
            *self._identity_rules(),
            *self._size_rules(),
            *self._schedule_rules(),
        )

    def _identity_rules(self) -> tuple[tuple[bool, str], ...]:
        expected = f"valkey{self.engine_version.split('.')[0]}"
        return (
            (
                physical_name(NameKind.REPLICATION_GROUP, self.replication_group_id) == self.replication_group_id,
                "replication_group_id has at most 40 lower-case characters",
            ),
            (
                bool(_VERSION.fullmatch(self.engine_version)),
                f"engine_version is 'major.minor', not {self.engine_version!r}",
            ),
            (self.family in (None, expected), f"family of version {self.engine_version} is {expected!r}"),
            (
                self.upgrading_from is None or int(self.upgrading_from) < int(self.engine_version.split(".")[0]),
                f"upgrading_from is a major version before {self.engine_version}, not {self.upgrading_from!r}",
            ),
            (self.credential.username is None, "credential is a bare token: an AUTH token has no username"),
        )

    def _size_rules(self) -> tuple[tuple[bool, str], ...]:
        replicas, reserved = self.replicas_per_shard, self.reserved_memory_percent
        shards, most, memory = (
            elasticache.MAX_SHARDS,
            elasticache.MAX_REPLICAS_PER_SHARD,
            elasticache.MAX_RESERVED_MEMORY_PERCENT,
        )
        return (
            (within(self.shards, 1, shards), f"shards is 1..{shards}, not {self.shards}"),
            (within(replicas, 0, most), f"replicas_per_shard is 0..{most}, not {replicas}"),
            (not self.multi_az or replicas >= 1, "multi_az needs replicas_per_shard of at least 1"),
            (bool(self.subnet_ids), "subnet_ids must not be empty"),
            (within(reserved, 0, memory), f"reserved_memory_percent is 0..{memory}, not {reserved}"),
        )

    def _schedule_rules(self) -> tuple[tuple[bool, str], ...]:
        shortest, longest = elasticache.MIN_WINDOW_MINUTES, elasticache.MAX_WINDOW_MINUTES
        return (
            (
                within(self.snapshot_retention_days, 0, elasticache.MAX_SNAPSHOT_DAYS),
                f"snapshot_retention_days is 0..{elasticache.MAX_SNAPSHOT_DAYS}, not {self.snapshot_retention_days}",
            ),
            (
                daily_length(self.snapshot_window) >= shortest,
                f"snapshot_window is 'hh:mm-hh:mm' of at least {shortest} minutes, not {self.snapshot_window!r}",
            ),
            (
                within(weekly_length(self.maintenance_window), shortest, longest),
                f"maintenance_window is 'ddd:hh:mm-ddd:hh:mm', at least {shortest} min: {self.maintenance_window!r}",
            ),
            (
                not overlap(self.snapshot_window, self.maintenance_window),
                f"snapshot_window {self.snapshot_window} overlaps maintenance_window {self.maintenance_window}",
            ),
        )


class Redis(pulumi.ComponentResource):
    """A Valkey replication group: cluster mode, TLS required, token, encrypted, logs delivered.

    Cluster mode is on even with one shard: a group cannot be switched to it without a detour through a compatible mode
    and new clients, while shards, replicas and node types of a cluster-mode group change online. Growing is one step at
    a time: the service moves slots while clients go on.

    Example:
        ```python
        cache = Redis(
            "redis",
            RedisArgs(
                replication_group_id="bailbondpro-prod",
                node_type="cache.t4g.medium",
                shards=3,
                vpc_id=vpc.id,
                subnet_ids=subnets,
                client_security_group_ids=(nodes,),
                credential=token,
                key_arn=key.key_arn,
            ),
        )
        pulumi.export("redisHost", cache.host)
        ```
    """

    host: pulumi.Output[str]
    """The configuration endpoint, from which a cluster-aware client learns all nodes."""
    port: pulumi.Output[int]
    """The port of every endpoint."""
    url: pulumi.Output[str]
    """rediss:// URL with the token; secret."""
    replication_group_id: pulumi.Output[str]
    """Physical id of the group, known once it exists."""
    security_group_id: pulumi.Output[str]
    """Security group of all nodes."""

    def __init__(self, name: str, args: RedisArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:redis:Redis", name, None, opts)
        security_group = _security_group(name, args, self)
        group = _replication_group(name, args, security_group, self)
        self.host = group.configuration_endpoint_address
        self.port = pulumi.Output.from_input(ports.REDIS)
        self.url = pulumi.Output.format("rediss://:{0}@{1}:{2}", args.credential.password, self.host, ports.REDIS)
        self.replication_group_id = group.replication_group_id
        self.security_group_id = security_group.id
        store_secret(
            f"{name}-connection",
            args.credential,
            Connection(host=self.host, port=ports.REDIS, url=self.url),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs(
            {
                "host": self.host,
                "port": self.port,
                "url": self.url,
                "replicationGroupId": self.replication_group_id,
                "securityGroupId": self.security_group_id,
            }
        )


def _security_group(name: str, args: RedisArgs, parent: pulumi.Resource) -> aws.ec2.SecurityGroup:
    """Ingress from the clients' groups only; ElastiCache's own traffic between nodes does not pass it."""
    child = pulumi.ResourceOptions(parent=parent)
    group = aws.ec2.SecurityGroup(
        f"{name}-sg", vpc_id=args.vpc_id, description="Redis: clients by security group", opts=child
    )
    for index, client in enumerate(args.client_security_group_ids):
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-ingress-{index}",
            security_group_id=group.id,
            referenced_security_group_id=client,
            ip_protocol="tcp",
            from_port=ports.REDIS,
            to_port=ports.REDIS,
            description="Redis from a client security group",
            opts=child,
        )
    return group


def _log_delivery(
    name: str, args: RedisArgs, child: pulumi.ResourceOptions
) -> list[aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs]:
    """Groups below /aws/vendedlogs spare the account's log resource policy from its size limit (CloudWatch Logs)."""
    deliveries = []
    for log_type in LOG_TYPES:
        group = aws.cloudwatch.LogGroup(
            f"{name}-{log_type}",
            name=physical_name(
                NameKind.LOG_GROUP, "aws", "vendedlogs", "elasticache", args.replication_group_id, log_type
            ),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key_arn,
            opts=child,
        )
        deliveries.append(
            aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
                destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type=log_type
            )
        )
    return deliveries


def _final_snapshot(name: str, args: RedisArgs, child: pulumi.ResourceOptions) -> pulumi.Output[str] | None:
    suffix = random.RandomId(f"{name}-final-snapshot", byte_length=4, opts=child)
    if not args.final_snapshot:
        return None
    return pulumi.Output.format("{0}-final-{1}", args.replication_group_id, suffix.hex)


def _token_version(args: RedisArgs) -> pulumi.Output[int]:
    """A number that differs for each step too: the provider sends a token, and how to take it, only with a new one."""
    step = int(args.token_update_strategy == "SET")  # noqa: S105 - a strategy, no secret
    return args.credential.password_version.apply(lambda version: version ^ step)


def _replication_group(
    name: str, args: RedisArgs, security_group: aws.ec2.SecurityGroup, parent: pulumi.Resource
) -> aws.elasticache.ReplicationGroup:
    """The group itself. Never with node group configurations: any change of those replaces it."""
    child = pulumi.ResourceOptions(parent=parent)
    subnets = aws.elasticache.SubnetGroup(
        f"{name}-subnets", description="Data subnets of the cache", subnet_ids=list(args.subnet_ids), opts=child
    )
    return aws.elasticache.ReplicationGroup(
        f"{name}-group",
        replication_group_id=args.replication_group_id,
        description="Shared cache of the application",
        engine="valkey",
        engine_version=args.engine_version,
        node_type=args.node_type,
        cluster_mode="enabled",
        num_node_groups=args.shards,
        replicas_per_node_group=args.replicas_per_shard,
        # Cluster mode requires it, even where no replica could take over.
        automatic_failover_enabled=True,
        multi_az_enabled=args.multi_az,
        subnet_group_name=subnets.name,
        security_group_ids=[security_group.id],
        parameter_group_name=parameter_groups(name, args, child).name,
        port=ports.REDIS,
        at_rest_encryption_enabled=True,
        kms_key_id=args.key_arn,
        transit_encryption_enabled=True,
        transit_encryption_mode="required",
        auth_token_wo=args.credential.password,
        auth_token_wo_version=_token_version(args),
        auth_token_update_strategy=args.token_update_strategy,
        snapshot_retention_limit=args.snapshot_retention_days,
        snapshot_window=args.snapshot_window,
        maintenance_window=args.maintenance_window,
        final_snapshot_identifier=_final_snapshot(name, args, child),
        log_delivery_configurations=_log_delivery(name, args, child),
        notification_topic_arn=args.notification_topic_arn,
        auto_minor_version_upgrade=args.auto_minor_version_upgrade,
        apply_immediately=args.apply_immediately,
        opts=pulumi.ResourceOptions(parent=parent, protect=args.protect, custom_timeouts=RESHARDING),
    )
