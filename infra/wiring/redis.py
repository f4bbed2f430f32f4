"""Arguments of the Redis cluster and of what fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.app.cache_warm_up import CacheWarmUpArgs
from components.app.workload import headless_host
from components.naming import NameKind, physical_name
from components.redis import RedisArgs
from infra.wiring.encryption import secret_args
from infra.wiring.names import APP, names_of
from infra.wiring.pods import batch_placement
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from typing import Literal

    import pulumi

    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from components.security.keys import DataKey
    from components.security.secrets import Credential, CredentialArgs
    from infra.settings import Settings


def credential_args(settings: Settings, key: DataKey) -> CredentialArgs:
    """The auth token of the cache."""
    return secret_args(settings, key, "redis", generation=settings.redis.token_generation)


def args(settings: Settings, key: DataKey, network: Network, cluster: Cluster, credential: Credential) -> RedisArgs:
    """The Valkey replication group, in cluster mode from the first day."""
    return RedisArgs(
        replication_group_id=physical_name(NameKind.REPLICATION_GROUP, names_of(settings).prefix, "redis"),
        **of_same_name(RedisArgs, settings.redis, settings),
        subnet_ids=network.data_subnet_ids,
        vpc_id=network.vpc_id,
        client_security_group_ids=(cluster.security_group_id,),
        credential=credential,
        token_update_strategy=_token_strategy(settings),
        key_arn=key.key_arn,
        final_snapshot=settings.protect,
    )


def _token_strategy(settings: Settings) -> Literal["ROTATE", "SET"]:
    """SET once the newest token is to be the only one; the first has none before it to retire."""
    generation = settings.redis.token_generation
    return "SET" if 1 < generation == settings.redis.tokens_retired_before else "ROTATE"


def warm_up_args(settings: Settings, namespace: pulumi.Input[str]) -> CacheWarmUpArgs:
    """What fills the cache; nginx's image has the shell and the curl for it, and is on the nodes already."""
    return CacheWarmUpArgs(
        namespace=namespace,
        image=settings.gateway.image,
        host=headless_host(APP, settings.app.namespace),
        port=settings.app.api_port,
        **of_same_name(CacheWarmUpArgs, settings.redis.warm_up),
        target_app=APP,
        release=settings.app.image,
        placement=batch_placement(),
    )
