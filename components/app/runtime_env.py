"""The environment of the Node.js application: its tuning, pools, and both URL schemes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..kubernetes.pods import EnvEntry, EnvVar, SecretEnvVar
from ..tuning.node import UV_THREADPOOL_SIZE, heap

DATABASE_SECRET = "db-secret"  # noqa: S105 - an object's name (guide, Horizontal Scaling), not a secret
REDIS_SECRET = "redis-secret"  # noqa: S105 - as above
URL_KEY = "url"
"""The key that the guide's Deployment reads in both Secrets (Horizontal Scaling)."""

CACHE_TTL_SECONDS = 300  # guide, Caching Strategies: stdTTL
CACHE_CHECK_SECONDS = 60  # guide, Caching Strategies: checkperiod
IDLE_TIMEOUT_MS = 30000  # guide, Database Scaling: idleTimeoutMillis
CONNECTION_TIMEOUT_MS = 2000  # guide, Database Scaling: connectionTimeoutMillis
SERVICE_VARIABLE = "SERVICE"
UPLOADS_VARIABLE = "UPLOADS_BUCKET"
SHARD_MAP_VARIABLE = "SHARD_MAP_FILE"
MOVING_TO_VARIABLE = "SHARDS_MOVING_TO"
MAP_VERSION_VARIABLE = "SHARD_MAP_VERSION"
CDN_VARIABLE = "CDN_URL"
TRUSTED_PROXIES_VARIABLE = "TRUSTED_PROXIES"


@dataclass(frozen=True, kw_only=True)
class ClientPools:
    """Connections that each pod opens at most (guide, Database Scaling: 20, 15 and 10)."""

    primary: int = 20
    replica: int = 15
    shard: int = 10


@dataclass(frozen=True, kw_only=True)
class RuntimeEnvironment:
    """What the application is told.

    Attributes:
        memory_limit: the container's memory limit, such as "1Gi"; sizes the heap.
        port: HTTP port of the web part (guide: 3000).
        api_port: port of the API part (guide's nginx upstream: 4000); None for a service with one port.
        replicas: number of read replicas with a URL, 0 for none.
        shards: number of shards with a URL, 0 for none.
        moving_to: over how many shards clients lie after the move that goes on, 0 for the primary; None while nothing
            moves. Shards from `shards` on are named as targets, under names that no code takes for a shard in use.
        map_version: of the shard map during a move.
        database: whether the service reads the primary's URL.
        redis: whether the service reads the cache's URL.
        redis_cluster: whether the application must use its cluster client (guide, Caching Strategies, has the plain
            one), which several shards need.
        redis_tls: the cache accepts TLS connections only.
        pools: client-side pool sizes per pod.
        old_space_mib: see `heap`.
        uv_threadpool_size: threads of libuv.
        cache_ttl_seconds: default lifetime of cached entries.
        shard_map_file: where the published shard map is mounted, None without shards.
        cdn_url: what pages put in front of `/static/...`, without a slash at its end; None where no CDN serves it.
        trusted_proxies: address ranges, in CIDR notation, of those whose X-Forwarded-* headers are believed; empty for
            nobody.
        extra: further plain variables.
    """

    memory_limit: str = "1Gi"
    port: int = 3000
    api_port: int | None = 4000
    replicas: int = 0
    shards: int = 0
    moving_to: int | None = None
    map_version: int = 0
    database: bool = True
    redis: bool = True
    redis_cluster: bool = True
    redis_tls: bool = True
    pools: ClientPools = ClientPools()
    old_space_mib: int | None = None
    uv_threadpool_size: int = UV_THREADPOOL_SIZE
    cache_ttl_seconds: int = CACHE_TTL_SECONDS
    shard_map_file: str | None = None
    cdn_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    extra: tuple[EnvVar, ...] = ()


def replica_key(number: int) -> str:
    """Key of a replica's URL in the database Secret; numbers start at 1, as in the guide (Database Scaling)."""
    return f"replica-{number}-url"


def shard_key(index: int) -> str:
    """Key of a shard's URL in the database Secret; indexes start at 0, as in the guide (Database Scaling)."""
    return f"shard-{index}-url"


def environment(runtime: RuntimeEnvironment) -> tuple[EnvEntry, ...]:
    """All variables, in a stable order; a URL appears only where its endpoint exists.

    DATABASE_URL and REDIS_URL are what the guide's Deployment sets, the other names are what its code reads. A shard
    variable that is missing would make the client fall back to localhost, so shards are all told or none.
    """
    return (*_process(runtime), *_database(runtime), *_redis(runtime), *runtime.extra)


def _process(runtime: RuntimeEnvironment) -> tuple[EnvEntry, ...]:
    entries = [
        EnvVar(name="NODE_ENV", value="production"),
        EnvVar(name="PORT", value=str(runtime.port)),
        EnvVar(name="NODE_OPTIONS", value=heap(runtime.memory_limit, runtime.old_space_mib).node_options),
        EnvVar(name="UV_THREADPOOL_SIZE", value=str(runtime.uv_threadpool_size)),
        EnvVar(name="CACHE_TTL_SECONDS", value=str(runtime.cache_ttl_seconds)),
        EnvVar(name="CACHE_CHECK_PERIOD_SECONDS", value=str(CACHE_CHECK_SECONDS)),
    ]
    if runtime.cdn_url is not None:
        entries.append(EnvVar(name=CDN_VARIABLE, value=runtime.cdn_url))
    if runtime.trusted_proxies:
        entries.append(EnvVar(name=TRUSTED_PROXIES_VARIABLE, value=",".join(runtime.trusted_proxies)))
    if runtime.api_port is not None:
        entries.insert(2, EnvVar(name="API_PORT", value=str(runtime.api_port)))
    return tuple(entries)


def _database(runtime: RuntimeEnvironment) -> tuple[EnvEntry, ...]:
    if not runtime.database:
        return ()
    urls = [("DATABASE_URL", URL_KEY), ("DATABASE_PRIMARY_URL", "primary-url")]
    urls += [(f"DATABASE_REPLICA_{n}_URL", replica_key(n)) for n in range(1, runtime.replicas + 1)]
    urls += [(f"DATABASE_SHARD_{i}_URL", shard_key(i)) for i in range(runtime.shards)]
    urls += [(f"DATABASE_TARGET_SHARD_{i}_URL", shard_key(i)) for i in range(runtime.shards, runtime.moving_to or 0)]
    sizes = (
        ("DATABASE_POOL_PRIMARY_MAX", runtime.pools.primary),
        ("DATABASE_POOL_REPLICA_MAX", runtime.pools.replica),
        ("DATABASE_POOL_SHARD_MAX", runtime.pools.shard),
        ("DATABASE_POOL_IDLE_TIMEOUT_MS", IDLE_TIMEOUT_MS),
        ("DATABASE_POOL_CONNECTION_TIMEOUT_MS", CONNECTION_TIMEOUT_MS),
    )
    shard_map, moving = runtime.shard_map_file, runtime.moving_to is not None
    return (
        *(SecretEnvVar(name=name, secret=DATABASE_SECRET, key=key) for name, key in urls),
        *(EnvVar(name=name, value=str(value)) for name, value in sizes),
        *([] if shard_map is None else [EnvVar(name=SHARD_MAP_VARIABLE, value=shard_map)]),
        *([EnvVar(name=MOVING_TO_VARIABLE, value=str(runtime.moving_to))] if moving else []),
        *([EnvVar(name=MAP_VERSION_VARIABLE, value=str(runtime.map_version))] if moving else []),
    )


def _redis(runtime: RuntimeEnvironment) -> tuple[EnvEntry, ...]:
    if not runtime.redis:
        return ()
    return (
        SecretEnvVar(name="REDIS_URL", secret=REDIS_SECRET, key=URL_KEY),
        SecretEnvVar(name="REDIS_HOST", secret=REDIS_SECRET, key="host"),
        SecretEnvVar(name="REDIS_PORT", secret=REDIS_SECRET, key="port"),
        EnvVar(name="REDIS_TLS", value=str(runtime.redis_tls).lower()),
        EnvVar(name="REDIS_CLUSTER", value=str(runtime.redis_cluster).lower()),
    )


PLATFORM_VARIABLES = frozenset(
    {
        SERVICE_VARIABLE,
        UPLOADS_VARIABLE,
        SHARD_MAP_VARIABLE,
        MOVING_TO_VARIABLE,
        MAP_VERSION_VARIABLE,
        CDN_VARIABLE,
        TRUSTED_PROXIES_VARIABLE,
        *(entry.name for entry in environment(RuntimeEnvironment())),
    }
)
"""Variables that the platform sets in pods, besides those that start with `DATABASE_`."""
