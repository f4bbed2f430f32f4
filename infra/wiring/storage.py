"""Arguments of the buckets and of the registry of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.storage.buckets import LogsBucketArgs, UploadsBucketArgs
from components.storage.image_repository import ImageRepositoryArgs
from infra.wiring.names import names_of

if TYPE_CHECKING:
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.storage.buckets import LogsBucket
    from infra.settings import Settings


def logs_args(settings: Settings, network: Network) -> LogsBucketArgs:
    """The bucket of access logs."""
    return LogsBucketArgs(
        account_id=network.account_id,
        region=settings.region,
        retention_days=settings.storage.logs_retention_days,
        protect=settings.protect,
        force_destroy=not settings.protect,
    )


def uploads_args(settings: Settings, key: DataKey, logs: LogsBucket) -> UploadsBucketArgs:
    """The bucket of uploaded documents."""
    uploads = settings.storage.uploads
    return UploadsBucketArgs(
        key_arn=key.key_arn,
        protect=settings.protect,
        force_destroy=not settings.protect,
        infrequent_access_after_days=uploads.infrequent_access_after_days,
        noncurrent_version_days=uploads.noncurrent_version_days,
        abort_multipart_days=uploads.abort_multipart_days,
        access_logs_bucket=logs.bucket_name,
    )


def images_args(settings: Settings, key: DataKey) -> ImageRepositoryArgs:
    """The registry of the application's images."""
    return ImageRepositoryArgs(
        repository_name=f"{names_of(settings).prefix}/app",
        protect=settings.protect,
        keep_images=settings.storage.image_repository_keep,
        key_arn=key.key_arn,
        force_delete=not settings.protect,
    )
