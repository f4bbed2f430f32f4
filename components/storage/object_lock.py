"""S3 Object Lock: versions of documents that stay for all of their days, whoever wants to delete them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws

from bailbondpro.facts.object_lock import MAX_DAYS, MAX_YEARS

from ..validation import require, within

if TYPE_CHECKING:
    from collections.abc import Sequence

Mode = Literal["GOVERNANCE", "COMPLIANCE"]


@dataclass(frozen=True, kw_only=True)
class ObjectLock:
    """For how long every new version of an object stays, and who can end that.

    Attributes:
        mode: GOVERNANCE, which whoever has s3:BypassGovernanceRetention can end, or COMPLIANCE, which nobody can, the
            root user neither.
        days: days that a version stays, 1 to 3,650; or
        years: years that it stays, 1 to 10. S3 takes one of the two.
    """

    mode: Mode
    days: int | None = None
    years: int | None = None

    def __post_init__(self) -> None:
        """Refuse what S3 refuses: a mode that it has not, both periods or neither."""
        require(
            "object lock",
            (self.mode in {"GOVERNANCE", "COMPLIANCE"}, f"mode is GOVERNANCE or COMPLIANCE, not {self.mode!r}"),
            ((self.days is None) != (self.years is None), "give days or years: one of the two"),
            (self.days is None or within(self.days, 1, MAX_DAYS), f"days is 1..{MAX_DAYS}"),
            (self.years is None or within(self.years, 1, MAX_YEARS), f"years is 1..{MAX_YEARS}"),
        )


def lock_objects(
    name: str,
    lock: ObjectLock,
    bucket: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    after: Sequence[pulumi.Resource],
) -> aws.s3.BucketObjectLockConfiguration:
    """The lock of a bucket that keeps versions, as a resource of its own.

    `object_lock_enabled` of the bucket itself would replace a bucket that exists. Whoever takes this one away takes the
    period of later versions away, and nothing else: a lock never goes off again (Amazon S3 User Guide, "Object Lock
    considerations"). So it is protected: a bucket that is locked is always a protected one.

    Args:
        name: logical name.
        lock: for how long.
        bucket: its bucket.
        opts: of a child.
        after: what S3 needs before: the bucket's versioning.
    """
    retention = aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
        mode=lock.mode, days=lock.days, years=lock.years
    )
    return aws.s3.BucketObjectLockConfiguration(
        name,
        bucket=bucket,
        rule=aws.s3.BucketObjectLockConfigurationRuleArgs(default_retention=retention),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(after), protect=True)),
    )
