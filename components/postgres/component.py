"""One PostgreSQL server on RDS: a primary and its read replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bailbondpro.facts import ports

from ..security.secrets import Connection, Credential, store_secret
from .instances import create_primary, create_replica, create_shared

if TYPE_CHECKING:
    from ..security.secrets import Credential
    from .args import PostgresArgs


class Postgres(pulumi.ComponentResource):
    """A PostgreSQL primary, its read replicas, and the stored connection secret.

    Sizes, counts and versions change in place. The identity does not: identifier, database name, username and key.

    Upgrades. Minor releases reach replicas before their primary: with a major version as `engine_version` RDS does both
    in the maintenance window; with a pinned minor set `replica_engine_version` first, update, then `engine_version`.
    A major upgrade starts at the primary and takes its replicas in the region along: set `engine_version` and
    `upgrading_from` in one update, and take `upgrading_from` away in another once RDS has done it.
    Static parameters wait for a reboot, and the order of reboots matters: `policies.reboots` reads it from a plan.

    Deletion takes two updates: first `protect`, `deletion_protection` off, then remove.

    Example:
        ```python
        database = Postgres(
            "postgres",
            PostgresArgs(
                identifier="bailbondpro-prod",
                database_name="bailbondpro",
                credential=credential,
                instance_class="db.m7g.large",
                allocated_storage_gib=150,
                vpc_id=vpc.id,
                subnet_ids=subnets,
                client_security_group_ids=(nodes,),
                key_arn=key.key_arn,
                parameters=parameters(Profile.GUIDE, 8),
            ),
        )
        pulumi.export("databaseHost", database.host)
        ```
    """

    host: pulumi.Output[str]
    """DNS name of the primary; after a failover the same name leads to the former standby."""
    port: pulumi.Output[int]
    """The port of every instance."""
    database_name: str
    """The first database."""
    url: pulumi.Output[str]
    """Connection URL of the primary, TLS required; secret."""
    replica_hosts: tuple[pulumi.Output[str], ...]
    """DNS names of the replicas, in order."""
    replica_urls: tuple[pulumi.Output[str], ...]
    """Connection URLs of the replicas, in order; secret."""
    primary_identifier: pulumi.Output[str]
    """RDS identifier of the primary, known once it exists."""
    replica_identifiers: tuple[pulumi.Output[str], ...]
    """RDS identifiers of the replicas, in order."""
    security_group_id: pulumi.Output[str]
    """Security group of all instances."""
    primary: aws.rds.Instance
    """The primary, for dependencies."""
    credential: Credential
    """Master user and password, for whoever connects on behalf of others (a pooler)."""

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:postgres:Postgres", name, None, opts)
        shared = create_shared(name, args, self)
        self.primary = create_primary(name, args, shared, self)
        numbers = range(1, args.replicas + 1)
        replicas = [create_replica(name, args, shared, self.primary, number, self) for number in numbers]
        self._replicate_backups(name, args)

        self.host = self.primary.address
        self.port = pulumi.Output.from_input(ports.POSTGRES)
        self.credential = args.credential
        self.database_name = args.database_name
        self.url = _url(args, self.host)
        self.replica_hosts = tuple(replica.address for replica in replicas)
        self.replica_urls = tuple(_url(args, host) for host in self.replica_hosts)
        self.primary_identifier = self.primary.identifier
        self.replica_identifiers = tuple(replica.identifier for replica in replicas)
        self.security_group_id = shared.security_group.id
        self._store_connection(name, args)
        self.register_outputs(
            {
                "host": self.host,
                "port": self.port,
                "databaseName": self.database_name,
                "url": self.url,
                "replicaHosts": list(self.replica_hosts),
                "replicaUrls": list(self.replica_urls),
                "primaryIdentifier": self.primary_identifier,
                "replicaIdentifiers": list(self.replica_identifiers),
                "securityGroupId": self.security_group_id,
            }
        )

    def _replicate_backups(self, name: str, args: PostgresArgs) -> None:
        copy = args.backup_replication
        if copy is None:
            return
        aws.rds.InstanceAutomatedBackupsReplication(
            f"{name}-backup-replication",
            region=copy.region,
            source_db_instance_arn=self.primary.arn,
            kms_key_id=copy.key_arn,
            retention_period=copy.retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _store_connection(self, name: str, args: PostgresArgs) -> None:
        connection = Connection(host=self.host, port=ports.POSTGRES, url=self.url, database_name=args.database_name)
        store_secret(f"{name}-connection", args.credential, connection, pulumi.ResourceOptions(parent=self))


def _url(args: PostgresArgs, host: pulumi.Output[str]) -> pulumi.Output[str]:
    """A libpq URL. The password needs no escaping: credentials are letters and digits."""
    return pulumi.Output.format(
        "postgresql://{0}:{1}@{2}:{3}/{4}?sslmode=require",
        args.credential.username,
        args.credential.password,
        host,
        ports.POSTGRES,
        args.database_name,
    )
