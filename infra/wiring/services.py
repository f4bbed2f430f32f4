"""Arguments of the services of the third phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.app.microservice import MicroserviceArgs, ServiceSpec, service_app
from components.app.runtime_env import SERVICE_VARIABLE, RuntimeEnvironment, environment
from components.autoscaling.policy import AutoscalingPolicy
from components.gateway.model import Timeouts
from components.kubernetes.network_policies import Peer, TrafficRule
from components.kubernetes.pods import EnvVar
from components.postgres.shard_map import FILE_PATH
from infra.wiring.app import cdn_url, client_pools, trusted_proxies
from infra.wiring.names import GATEWAY_APP
from infra.wiring.pods import MONITORING_NAMESPACE, app_placement, data_egress, pod_resources, rollout
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    import pulumi

    from components.app.app_secrets import AppSecrets
    from infra.settings import Settings
    from infra.settings.services import ServiceSettings
    from infra.wiring.postgres import DatabaseFiles


def service_spec(settings: Settings, service: ServiceSettings) -> ServiceSpec:
    """What a service is: its own image, or the application's started as this service."""
    return ServiceSpec(
        **of_same_name(ServiceSpec, service, without=("image", "rate_limit")),
        image=service.image or settings.app.image,
        rate_limit=None if service.rate_limit == "none" else service.rate_limit,
        policy=AutoscalingPolicy(**of_same_name(AutoscalingPolicy, service)),
        resources=pod_resources(service.resources),
        timeouts=Timeouts(connect=3, send=service.read_timeout_seconds, read=service.read_timeout_seconds),
    )


def args(
    settings: Settings,
    service: ServiceSettings,
    namespace: pulumi.Input[str],
    secrets: AppSecrets,
    databases: DatabaseFiles,
) -> MicroserviceArgs:
    """One service of the third phase."""
    spec = service_spec(settings, service)
    roles = service.databases
    published = databases.published(shards="shards" in roles) if roles else ()
    has_map = databases.shard_map in published
    runtime = RuntimeEnvironment(
        memory_limit=spec.resources.memory_limit,
        port=service.port,
        api_port=None,
        replicas=settings.postgres.replicas if "replicas" in roles else 0,
        shards=settings.postgres.shards_in_use if "shards" in roles else 0,
        moving_to=settings.postgres.shards.moving_to if "shards" in roles else None,
        map_version=settings.postgres.shard_map_version,
        database=bool(roles),
        redis=service.redis,
        redis_cluster=settings.redis.client_is_cluster_aware,
        pools=client_pools(settings),
        uv_threadpool_size=settings.app.uv_threadpool_size,
        cache_ttl_seconds=settings.app.cache_ttl_seconds,
        shard_map_file=FILE_PATH if has_map else None,
        cdn_url=cdn_url(settings),
        trusted_proxies=trusted_proxies(settings),
        extra=(
            EnvVar(name=SERVICE_VARIABLE, value=service.name),
            *(EnvVar(name=key, value=value) for key, value in sorted(service.environment.items())),
        ),
    )
    return MicroserviceArgs(
        namespace=namespace,
        spec=spec,
        env=environment(runtime),
        secret_checksum=secrets.checksum,
        files=tuple(one.mount for one in published),
        checksums=tuple(one.checksum for one in published),
        rollout=rollout(settings),
        ingress=(
            TrafficRule(
                peers=(Peer(app=GATEWAY_APP), *_callers(settings, service), Peer(namespace=MONITORING_NAMESPACE)),
                ports=(service.port,),
            ),
        ),
        egress=(*data_egress(settings, database=bool(roles), redis=service.redis), *_called(settings, service)),
        backend=settings.autoscaling.metrics_backend,
        vertical=settings.autoscaling.vpa.mode != "off",
        monitored=settings.monitoring.prometheus.enabled,
        scrape_interval_seconds=settings.monitoring.prometheus.scrape_interval_seconds,
        placement=app_placement(),
    )


def _callers(settings: Settings, service: ServiceSettings) -> tuple[Peer, ...]:
    """The services that say that they call this one."""
    return tuple(Peer(app=service_app(other.name)) for other in settings.services if service.name in other.calls)


def _called(settings: Settings, service: ServiceSettings) -> tuple[TrafficRule, ...]:
    """Connections to the services that this one calls; a policy is about the port of the pods, not of the Service."""
    return tuple(
        TrafficRule(peers=(Peer(app=service_app(other.name)),), ports=(other.port,))
        for other in settings.services
        if other.name in service.calls
    )
