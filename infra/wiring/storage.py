"""Arguments of the buckets and of the registry of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.storage.buckets import LogsBucketArgs, UploadsBucketArgs
from components.storage.image_repository import ImageRepositoryArgs
from infra.wiring.names import names_of
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.storage.buckets import LogsBucket
    from infra.settings import Settings


def logs_args(settings: Settings, network: Network) -> LogsBucketArgs:
    """The bucket of access logs."""
    return LogsBucketArgs(
        **of_same_name(LogsBucketArgs, settings),
        account_id=network.account_id,
        retention_days=settings.storage.logs_retention_days,
        force_destroy=not settings.protect,
    )


def uploads_args(settings: Settings, key: DataKey, logs: LogsBucket) -> UploadsBucketArgs:
    """The bucket of uploaded documents."""
    return UploadsBucketArgs(
        **of_same_name(UploadsBucketArgs, settings.storage.uploads, settings),
        key_arn=key.key_arn,
        force_destroy=not settings.protect,
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
