"""The RDS instances of one server and what they share: network, parameters, monitoring role, log groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from bailbondpro.facts import ports

from ..naming import NameKind, physical_name
from ..security.iam import service_trust

if TYPE_CHECKING:
    from .args import PostgresArgs

CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
"""RDS's certificate authority valid until 2061 (RDS User Guide, "Using SSL/TLS to encrypt a connection")."""

LOG_EXPORTS = ("postgresql", "upgrade", "iam-db-auth-error")
"""Logs that RDS PostgreSQL can send to CloudWatch (RDS API reference, CreateDBInstance)."""

FIRST_FAMILY = "postgres17"
"""The family whose parameter group has the bare name: another name for it would replace the group of every server."""

_MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


@dataclass(frozen=True)
class SharedResources:
    """What the primary and its replicas have in common."""

    subnet_group: aws.rds.SubnetGroup
    security_group: aws.ec2.SecurityGroup
    parameter_group: aws.rds.ParameterGroup
    """Of the version that the primary has, or goes to."""
    replica_parameter_group: aws.rds.ParameterGroup
    """Of the version that the replicas still have in a major upgrade, else the same."""
    monitoring_role_arn: pulumi.Output[str] | None
    monitoring_policy: aws.iam.RolePolicyAttachment | None


def create_shared(name: str, args: PostgresArgs, parent: pulumi.Resource) -> SharedResources:
    """Subnet group, security group, parameter group and monitoring role."""
    child = pulumi.ResourceOptions(parent=parent)
    role, attachment = _monitoring(name, args, child)
    group = _parameter_group(name, args, args.parameter_family, child)
    previous = args.previous_family
    return SharedResources(
        subnet_group=aws.rds.SubnetGroup(
            f"{name}-subnets",
            description="Data subnets of the PostgreSQL servers",
            subnet_ids=list(args.subnet_ids),
            opts=child,
        ),
        security_group=_security_group(name, args, child),
        parameter_group=group,
        replica_parameter_group=group if previous is None else _parameter_group(name, args, previous, child),
        monitoring_role_arn=role.arn if role else None,
        monitoring_policy=attachment,
    )


def _parameter_group(
    name: str, args: PostgresArgs, family: str, child: pulumi.ResourceOptions
) -> aws.rds.ParameterGroup:
    """The group of one family. In a major upgrade two stand beside each other: RDS deletes none that is in use."""
    return aws.rds.ParameterGroup(
        f"{name}-parameters" if family == FIRST_FAMILY else f"{name}-parameters-{family.removeprefix('postgres')}",
        family=family,
        description="Shared by the primary and its replicas",
        parameters=[
            aws.rds.ParameterGroupParameterArgs(name=p.name, value=p.value, apply_method=p.apply_method)
            for p in sorted(args.parameters)
        ],
        opts=child,
    )


def _security_group(name: str, args: PostgresArgs, child: pulumi.ResourceOptions) -> aws.ec2.SecurityGroup:
    """Ingress from the clients' groups only. No egress rule at all: a database calls nobody."""
    group = aws.ec2.SecurityGroup(
        f"{name}-sg", vpc_id=args.vpc_id, description="PostgreSQL: clients by security group", opts=child
    )
    for index, client in enumerate(args.client_security_group_ids):
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-ingress-{index}",
            security_group_id=group.id,
            referenced_security_group_id=client,
            ip_protocol="tcp",
            from_port=ports.POSTGRES,
            to_port=ports.POSTGRES,
            description="PostgreSQL from a client security group",
            opts=child,
        )
    return group


def _monitoring(
    name: str, args: PostgresArgs, child: pulumi.ResourceOptions
) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment] | tuple[None, None]:
    if args.monitoring_interval_seconds == 0:
        return None, None
    role = aws.iam.Role(
        f"{name}-monitoring",
        description="RDS Enhanced Monitoring",
        assume_role_policy=service_trust("monitoring.rds.amazonaws.com"),
        opts=child,
    )
    attachment = aws.iam.RolePolicyAttachment(
        f"{name}-monitoring-policy", role=role.name, policy_arn=_MONITORING_POLICY, opts=child
    )
    return role, attachment


def _log_groups(name: str, identifier: str, args: PostgresArgs, parent: pulumi.Resource) -> list[pulumi.Resource]:
    """The groups that RDS would otherwise make itself, which never expire and use no key of ours."""
    return [
        aws.cloudwatch.LogGroup(
            f"{name}-log-{export}",
            name=physical_name(NameKind.LOG_GROUP, "aws", "rds", "instance", identifier, export),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key_arn,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for export in LOG_EXPORTS
    ]


def _common(args: PostgresArgs, shared: SharedResources) -> dict[str, Any]:
    """Arguments that a primary and a replica take alike."""
    insights, performance = args.performance_insights_retention_days, args.performance
    return {
        "storage_type": "gp3",
        "allocated_storage": args.allocated_storage_gib,
        "max_allocated_storage": args.max_allocated_storage_gib,
        "iops": performance.iops if performance else None,
        "storage_throughput": performance.throughput_mibps if performance else None,
        # Not inherited in the provider's eyes: unset on a replica it plans a replacement at every update.
        "storage_encrypted": True,
        "vpc_security_group_ids": [shared.security_group.id],
        "port": ports.POSTGRES,
        "publicly_accessible": False,
        "ca_cert_identifier": CERTIFICATE_AUTHORITY,
        "iam_database_authentication_enabled": True,
        "enabled_cloudwatch_logs_exports": list(LOG_EXPORTS),
        "performance_insights_enabled": insights > 0,
        "performance_insights_kms_key_id": args.key_arn if insights else None,
        "performance_insights_retention_period": insights or None,
        "database_insights_mode": args.database_insights_mode,
        "monitoring_interval": args.monitoring_interval_seconds,
        "monitoring_role_arn": shared.monitoring_role_arn,
        "copy_tags_to_snapshot": True,
        "apply_immediately": args.apply_immediately,
        "auto_minor_version_upgrade": args.auto_minor_version_upgrade,
        "allow_major_version_upgrade": args.allow_major_version_upgrade,
    }


IN_AN_UPGRADE = ("parameterGroupName", "engineVersion")
"""What RDS itself changes of a replica while its source goes to another major version. A change of the program's then
would name the group of the old family beside the later version, which RDS refuses (InvalidParameterCombination)."""
CHANGE_TIMEOUT = "120m"
"""How long RDS may change an instance that is changed at once: most changes take minutes, one across 400 GiB copies all
data, and no bound is documented (Amazon RDS User Guide, "I/O-intensive storage modifications"). The provider gives up
after 80 minutes and would leave the update half told; two hours are an assumption of ours."""
REPLICA_TIMEOUT = "120m"
"""How long a replica may take, which is made from a snapshot of all that its source holds: no bound is documented
(Amazon RDS User Guide, "Creating a read replica"). The provider gives up after 40 minutes; two hours are an assumption
of ours."""


def _options(
    args: PostgresArgs,
    shared: SharedResources,
    logs: list[pulumi.Resource],
    parent: pulumi.Resource,
    create_timeout: str | None = None,
) -> pulumi.ResourceOptions:
    before = [*logs, *([shared.monitoring_policy] if shared.monitoring_policy is not None else [])]
    timeouts = pulumi.CustomTimeouts(create=create_timeout, update=CHANGE_TIMEOUT)
    return pulumi.ResourceOptions(parent=parent, protect=args.protect, depends_on=before, custom_timeouts=timeouts)


def create_primary(name: str, args: PostgresArgs, shared: SharedResources, parent: pulumi.Resource) -> aws.rds.Instance:
    """The primary. It never names a zone: after a failover that would read as a change that replaces the database."""
    suffix = random.RandomId(f"{name}-final-snapshot", byte_length=4, opts=pulumi.ResourceOptions(parent=parent))
    logs = _log_groups(f"{name}-primary", args.identifier, args, parent)
    return aws.rds.Instance(
        f"{name}-primary",
        identifier=args.identifier,
        engine="postgres",
        engine_version=args.engine_version,
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        instance_class=args.instance_class,
        kms_key_id=args.key_arn,
        multi_az=args.multi_az,
        db_name=args.database_name,
        username=args.credential.username,
        password_wo=args.credential.password,
        password_wo_version=args.credential.password_version,
        db_subnet_group_name=shared.subnet_group.name,
        parameter_group_name=shared.parameter_group.name,
        backup_retention_period=args.backup_retention_days,
        backup_window=args.backup_window,
        maintenance_window=args.maintenance_window,
        deletion_protection=args.deletion_protection,
        delete_automated_backups=not args.final_snapshot,
        skip_final_snapshot=not args.final_snapshot,
        final_snapshot_identifier=suffix.hex.apply(lambda text: final_snapshot_name(args.identifier, text)),
        **{
            **_common(args, shared),
            "allow_major_version_upgrade": args.allow_major_version_upgrade or args.upgrading_from is not None,
        },
        opts=_options(args, shared, logs, parent),
    )


def final_snapshot_name(identifier: str, suffix: str) -> str:
    """Name of the snapshot taken at deletion; the suffix keeps it unique over a server's successive lives."""
    return physical_name(NameKind.RDS_IDENTIFIER, identifier, "final", suffix)


def create_replica(  # noqa: PLR0917 - one internal caller; the names are the same as in `create_primary`
    name: str,
    args: PostgresArgs,
    shared: SharedResources,
    primary: aws.rds.Instance,
    number: int,
    parent: pulumi.Resource,
) -> aws.rds.Instance:
    """A read replica, counted from 1, in its own zone.

    By identifier and without a subnet group (same region); engine, credentials, database and key are the source's.
    So is the storage at first, whatever is stated; stated, it grows with the source's later, for a replica whose
    storage is full stops replaying. A replica has no final snapshot: RDS refuses one.

    In a major upgrade RDS takes it along with its source, and out of a parameter group of the old family: what it has
    then is not looked at until the upgrade is over, and nothing of it is changed.
    """
    identifier = args.replica_identifier(number)
    logs = _log_groups(f"{name}-replica-{number}", identifier, args, parent)
    windows = args.replica_maintenance_windows or (args.maintenance_window,)
    return aws.rds.Instance(
        f"{name}-replica-{number}",
        identifier=identifier,
        replicate_source_db=primary.identifier,
        instance_class=args.replica_instance_class or args.instance_class,
        engine_version=args.replica_engine_version,
        parameter_group_name=shared.replica_parameter_group.name,
        availability_zone=args.availability_zones[(number - 1) % len(args.availability_zones)],
        maintenance_window=windows[(number - 1) % len(windows)],
        deletion_protection=args.replica_deletion_protection,
        skip_final_snapshot=True,
        **_common(args, shared),
        opts=pulumi.ResourceOptions.merge(
            _options(args, shared, logs, parent, REPLICA_TIMEOUT),
            pulumi.ResourceOptions(ignore_changes=list(IN_AN_UPGRADE) if args.upgrading_from is not None else None),
        ),
    )
