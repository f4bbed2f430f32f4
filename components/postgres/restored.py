"""A server made of backups: of one beside it, of one in a region that is lost, or of a snapshot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bailbondpro.facts import ports

from ..kubernetes.children import child_options
from ..validation import require
from .instances import CERTIFICATE_AUTHORITY

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
INSIGHTS_DAYS = 7
"""Performance Insights without charge (Amazon RDS User Guide)."""


@dataclass(frozen=True, kw_only=True)
class RestoredServerArgs:
    """What a server is restored from, to when, and where it stands. It has one of the three sources.

    Attributes:
        identifier: of the new server.
        source_identifier: a server of the same region that keeps backups.
        source_backups_arn: automated backups that were copied into this region, whether their server is left or not.
        snapshot_identifier: name or ARN of a snapshot of this region, such as a final one or a recovery point.
        at: UTC, such as "2026-12-01T10:30:00Z"; None for the latest that can be restored, about five minutes ago. A
            snapshot has a moment of its own.
        instance_class: its class.
        subnet_group_name: of the server beside it.
        security_group_ids: of the server beside it, so that whoever reaches the one reaches the other.
        parameter_group_name: of the server beside it.
        key_arn: KMS key of that server. What is restored keeps the key of its backups, which is this one only with
            `source_identifier`.
    """

    identifier: str
    source_identifier: pulumi.Input[str] | None = None
    source_backups_arn: pulumi.Input[str] | None = None
    snapshot_identifier: str | None = None
    at: str | None = None
    instance_class: str
    subnet_group_name: pulumi.Input[str]
    security_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    parameter_group_name: pulumi.Input[str]
    key_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        """Refuse what is no moment, and what has no source or two."""
        sources = (self.source_identifier, self.source_backups_arn, self.snapshot_identifier)
        require(
            "restored server",
            (
                sum(source is not None for source in sources) == 1,
                "give one of source_identifier, source_backups_arn and snapshot_identifier",
            ),
            (self.at is None or self.snapshot_identifier is None, "at: a snapshot is of one moment"),
            (
                self.at is None or bool(_MOMENT.fullmatch(self.at)),
                f"at is YYYY-MM-DDThh:mm:ssZ in UTC, not {self.at!r}",
            ),
        )


class RestoredServer(pulumi.ComponentResource):
    """A copy of a server's past, to take lost rows from. The server itself stays as it is.

    RDS restores into a new server only. It has the source's storage, users and passwords, and one zone: it is taken
    away again when the rows are back. Another moment makes another server. Where the source is lost with its region, it
    is made of what was copied before.

    Example:
        ```python
        RestoredServer(
            "restored",
            RestoredServerArgs(
                identifier="acme-prod-restored",
                source_identifier=database.primary_identifier,
                at="2026-12-01T10:30:00Z",
                instance_class="db.m7g.large",
                subnet_group_name="acme-prod-data",
                security_group_ids=[database.security_group_id],
                parameter_group_name="acme-prod-postgres17",
                key_arn=key.key_arn,
            ),
        )
        ```
    """

    host: pulumi.Output[str]
    """Where it answers, with the users of its source."""

    def __init__(self, name: str, args: RestoredServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bailbondpro:postgres:RestoredServer", name, None, opts)
        moment = None
        if args.snapshot_identifier is None:
            moment = aws.rds.InstanceRestoreToPointInTimeArgs(
                source_db_instance_identifier=args.source_identifier,
                source_db_instance_automated_backups_arn=args.source_backups_arn,
                restore_time=args.at,
                use_latest_restorable_time=True if args.at is None else None,
            )
        server = aws.rds.Instance(
            f"{name}-server",
            identifier=args.identifier,
            restore_to_point_in_time=moment,
            snapshot_identifier=args.snapshot_identifier,
            instance_class=args.instance_class,
            db_subnet_group_name=args.subnet_group_name,
            vpc_security_group_ids=args.security_group_ids,
            parameter_group_name=args.parameter_group_name,
            port=ports.POSTGRES,
            publicly_accessible=False,
            storage_encrypted=True,
            # No restore takes another key, and a key in the program that is not the server's would replace it.
            kms_key_id=args.key_arn if args.source_identifier is not None else None,
            ca_cert_identifier=CERTIFICATE_AUTHORITY,
            iam_database_authentication_enabled=True,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.key_arn,
            performance_insights_retention_period=INSIGHTS_DAYS,
            copy_tags_to_snapshot=True,
            skip_final_snapshot=True,
            opts=child_options(self, opts),
        )
        self.host = server.address
        self.register_outputs({"host": self.host})
