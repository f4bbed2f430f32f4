"""Settings of file storage: uploaded documents, logs and container images (scaling guide, Current Architecture)."""

from typing import Annotated, Literal

from pydantic import Field

from bailbondpro.facts import backups, object_lock, storage
from infra.settings.base import Area, DailyWindow, Matching, Region

VaultArn = Annotated[
    str,
    Matching(
        r"arn:aws[a-z-]*:backup:[a-z0-9-]+:\d{12}:backup-vault:[A-Za-z0-9_-]{2,50}",
        "the ARN of a vault of AWS Backup",
        "arn:aws:backup:us-east-1:999999999999:backup-vault:safe",
    ),
]


class ObjectLockSettings(Area):
    """S3 Object Lock, where the law says how long documents are kept. It can be put on, and never off again."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(
        description="GOVERNANCE: whoever has s3:BypassGovernanceRetention can delete a version before its time. "
        "COMPLIANCE: nobody can, the root user and AWS neither.",
    )
    days: int | None = Field(
        default=None,
        ge=1,
        le=object_lock.MAX_DAYS,
        description="Days that each version stays, counted from its upload; holds for versions uploaded from then on.",
    )
    years: int | None = Field(
        default=None, ge=1, le=object_lock.MAX_YEARS, description="The same in years, instead of days."
    )


class UploadsSettings(Area):
    """The bucket of uploaded documents; objects themselves never expire."""

    infrequent_access_after_days: int | None = Field(
        default=90,
        ge=storage.INFREQUENT_ACCESS_MINIMUM_DAYS,
        le=storage.MAX_DAYS,
        description="Days until an object moves to the cheaper class (S3: from 30); null: never.",
    )
    noncurrent_version_days: int = Field(
        default=90,
        ge=1,
        le=storage.MAX_DAYS,
        description="Days an overwritten or deleted version can still be restored.",
    )
    abort_multipart_days: int = Field(
        default=7, ge=1, le=storage.MAX_ABORT_DAYS, description="Days until an unfinished upload is dropped."
    )
    object_lock: ObjectLockSettings | None = Field(
        default=None,
        description="For how long nobody deletes a version of a document; needs protect. It cannot be undone. "
        "Default: none.",
    )


class BackupsSettings(Area):
    """Recovery points of databases and documents beside the servers' own backups (AWS Backup)."""

    enabled: bool = Field(
        default=False,
        description="Whether there is a vault with daily recovery points. Default: no, in either environment.",
    )
    retention_days: int = Field(
        default=35, ge=1, le=backups.MAX_DAYS, description="Days that a recovery point is kept. Default: 35."
    )
    start_window: DailyWindow = Field(
        default=backups.START_WINDOW,
        description="Between when and when the jobs of a day start, UTC, an hour to eight; it ends an hour before the "
        "windows of the databases, in which AWS Backup starts none.",
    )
    locked: bool = Field(
        default=True,
        description="Whether recovery points stay for all of their days, whoever wants to delete them (vault lock).",
    )
    locked_days: int | None = Field(
        default=None,
        ge=1,
        le=backups.MAX_DAYS,
        description="Days for which the lock holds, at most retentionDays; null: all of them. Once the lock is for "
        "good (coolingOffDays), this keeps what it was, and retentionDays alone can rise.",
    )
    cooling_off_days: int | None = Field(
        default=None,
        ge=backups.LEAST_COOLING_OFF_DAYS,
        le=backups.MAX_DAYS,
        description="Days after which nobody can unlock the vault any more, AWS included; null: whoever may, can.",
    )
    copy_region: Region | None = Field(
        default=None, description="Second region that gets a vault and a copy of every recovery point; null: none."
    )
    copy_vault_arns: tuple[VaultArn, ...] = Field(
        default=(), description="Vaults that get a copy too, such as one of another account, which must allow it."
    )


class StorageSettings(Area):
    """Buckets and the image repository."""

    uploads: UploadsSettings = Field(default=UploadsSettings(), description="Uploaded documents.")
    backups: BackupsSettings = Field(default=BackupsSettings(), description="Recovery points in a locked vault.")
    logs_retention_days: int = Field(
        default=90, ge=1, le=storage.MAX_DAYS, description="Days access logs of the load balancer are kept in S3."
    )
    image_repository: bool = Field(
        default=True,
        description="Whether the stack has a container registry of its own beside the bootstrap's, which serves all.",
    )
    image_repository_keep: int = Field(
        default=30,
        ge=storage.MIN_IMAGES,
        le=storage.MAX_IMAGES,
        description="Images kept in the container registry; older ones expire.",
    )
