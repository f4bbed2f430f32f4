"""Arguments of the load balancer, and of the buckets and the registry beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.cluster.addons import PodIdentityRoleArgs
from components.network.cloudflare_ranges import cloudflare_ranges
from components.network.load_balancer import LoadBalancerArgs
from components.security.iam import extended, secrets_below
from components.storage.buckets import LogsBucketArgs, UploadsBucketArgs
from components.storage.image_repository import ImageRepositoryArgs
from infra.wiring.names import APP, names_of

if TYPE_CHECKING:
    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.storage.buckets import LogsBucket, UploadsBucket
    from infra.settings import Settings

GATEWAY_HEALTH_PORT = 8080
"""The gateway answers /health on its HTTP port without a redirect."""


def logs_bucket_args(settings: Settings, network: Network) -> LogsBucketArgs:
    """The bucket of access logs."""
    return LogsBucketArgs(
        account_id=network.account_id,
        region=settings.region,
        retention_days=settings.storage.logs_retention_days,
        protect=settings.protect,
        force_destroy=not settings.protect,
    )


def uploads_bucket_args(settings: Settings, key: DataKey, logs: LogsBucket) -> UploadsBucketArgs:
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


def client_ranges(settings: Settings) -> tuple[str, ...]:
    """Who may connect, IPv4: Cloudflare, and whom the configuration names."""
    return (*cloudflare_ranges().ipv4, *settings.gateway.allowed_cidrs)


def load_balancer_args(settings: Settings, network: Network, cluster: Cluster, logs: LogsBucket) -> LoadBalancerArgs:
    """The network load balancer: it admits Cloudflare, and whom the configuration names."""
    return LoadBalancerArgs(
        prefix=names_of(settings).prefix,
        vpc_id=network.vpc_id,
        subnet_ids=tuple(network.public_subnet_ids),
        cluster_security_group_id=cluster.security_group_id,
        client_cidrs_v4=client_ranges(settings),
        client_cidrs_v6=cloudflare_ranges().ipv6,
        deregistration_delay_seconds=settings.gateway.deregistration_delay_seconds,
        deletion_protection=settings.protect,
        protect=settings.protect,
        gateway_health_port=GATEWAY_HEALTH_PORT,
        access_logs_bucket=logs.bucket_name,
    )


def image_repository_args(settings: Settings, key: DataKey) -> ImageRepositoryArgs:
    """The registry of the application's images."""
    return ImageRepositoryArgs(
        repository_name=f"{names_of(settings).prefix}/app",
        protect=settings.protect,
        keep_images=settings.storage.image_repository_keep,
        key_arn=key.key_arn,
        force_delete=not settings.protect,
    )


def app_access_args(settings: Settings, cluster: Cluster, uploads: UploadsBucket, key: DataKey) -> PodIdentityRoleArgs:
    """What the application's pods may do in AWS: use uploaded documents, and read the secrets that are theirs alone."""
    own = f"{names_of(settings).prefix}/app/"
    policy = pulumi.Output.all(uploads.access_policy, key.key_arn).apply(
        lambda found: extended(str(found[0]), secrets_below(own, str(found[1])))
    )
    return PodIdentityRoleArgs(
        cluster_name=cluster.cluster_name,
        namespace=settings.app.namespace,
        service_account=f"{APP}-app",
        policy_json=policy,
    )
