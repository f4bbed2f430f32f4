"""Settings of file storage: uploaded documents, logs and container images (scaling guide, Current Architecture)."""

from pydantic import Field

from bailbondpro.facts import storage
from infra.settings.base import Area


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


class StorageSettings(Area):
    """Buckets and the image repository."""

    uploads: UploadsSettings = Field(default=UploadsSettings(), description="Uploaded documents.")
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
