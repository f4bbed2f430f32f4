"""A server restored beside the one that it comes from, as it was at some second of the past."""

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
    """Which server is restored, to when, and where it stands.

    Attributes:
        identifier: of the new server.
        source_identifier: of the server whose backups it is made from; it must keep some.
        at: UTC, such as "2026-12-01T10:30:00Z"; None for the latest that can be restored, about five minutes ago.
        instance_class: its class.
        subnet_group_name: the source's.
        security_group_ids: the source's, so that whoever reaches the one reaches the other.
        parameter_group_name: the source's.
        key_arn: the source's KMS key.
    """

    identifier: str
    source_identifier: pulumi.Input[str]
    at: str | None = None
    instance_class: str
    subnet_group_name: pulumi.Input[str]
    security_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    parameter_group_name: pulumi.Input[str]
    key_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        """Refuse what is no moment."""
        require(
            "restored server",
            (
                self.at is None or bool(_MOMENT.fullmatch(self.at)),
                f"at is YYYY-MM-DDThh:mm:ssZ in UTC, not {self.at!r}",
            ),
        )


class RestoredServer(pulumi.ComponentResource):
    """A copy of a server's past, to take lost rows from. The server itself stays as it is.

    RDS restores into a new server only. It has the source's storage, users and passwords, and one zone: it is taken
    away again when the rows are back. Another moment makes another server.

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
        moment = aws.rds.InstanceRestoreToPointInTimeArgs(
            source_db_instance_identifier=args.source_identifier,
            restore_time=args.at,
            use_latest_restorable_time=True if args.at is None else None,
        )
        server = aws.rds.Instance(
            f"{name}-server",
            identifier=args.identifier,
            restore_to_point_in_time=moment,
            instance_class=args.instance_class,
            db_subnet_group_name=args.subnet_group_name,
            vpc_security_group_ids=args.security_group_ids,
            parameter_group_name=args.parameter_group_name,
            port=ports.POSTGRES,
            publicly_accessible=False,
            storage_encrypted=True,
            kms_key_id=args.key_arn,
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
