"""Arguments of the buckets and of the registry of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.security.keys import DataKeyArgs
from components.storage.backups import BackupsArgs
from components.storage.buckets import LogsBucketArgs, UploadsBucketArgs
from components.storage.image_repository import ImageRepositoryArgs
from components.storage.object_lock import ObjectLock
from infra.phases import KEY_DELETION_DAYS
from infra.wiring.names import names_of
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.network.network import Network
    from components.postgres.component import Postgres
    from components.postgres.shards import Shards
    from components.security.keys import DataKey
    from components.storage.buckets import LogsBucket, UploadsBucket
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
    lock = settings.storage.uploads.object_lock
    return UploadsBucketArgs(
        **of_same_name(UploadsBucketArgs, settings.storage.uploads, settings),
        object_lock=ObjectLock(**of_same_name(ObjectLock, lock)) if lock is not None else None,
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


def backup_copies_key_args(settings: Settings) -> DataKeyArgs:
    """The key of the copies in their own region: no key reaches over regions (KMS documentation)."""
    return DataKeyArgs(
        alias=f"{names_of(settings).data_key_alias}-recovery-points",
        deletion_window_days=KEY_DELETION_DAYS[settings.environment.value],
        protect=settings.protect,
        region=settings.storage.backups.copy_region,
    )


def backups_args(
    settings: Settings,
    key: DataKey,
    copies: DataKey | None,
    servers: tuple[Postgres, Shards | None],
    uploads: UploadsBucket,
) -> BackupsArgs:
    """Every primary and every shard, and the documents. Replicas are made anew from their primary."""
    postgres, shards = servers
    primaries = (postgres, *(shards.servers if shards is not None else ()))
    return BackupsArgs(
        **of_same_name(BackupsArgs, settings.storage.backups, settings),
        vault_name=f"{names_of(settings).prefix}-backups",
        key_arn=key.key_arn,
        resource_arns=(*(server.primary.arn for server in primaries), uploads.bucket_arn),
        copy_key_arn=copies.key_arn if copies is not None else None,
    )
