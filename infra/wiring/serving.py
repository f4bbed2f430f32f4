"""Arguments of the autoscalers, the services and the gateway."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bailbondpro.edge.policy import IMAGE_EXTENSIONS
from components.app.cache_warm_up import CacheWarmUpArgs
from components.app.microservice import MicroserviceArgs, ServiceSpec, service_routes, service_upstream
from components.app.runtime_env import SERVICE_VARIABLE, RuntimeEnvironment, environment
from components.app.workload import headless_host
from components.autoscaling.autoscaler import AutoscalerArgs
from components.autoscaling.policy import AutoscalingPolicy, Behavior, Step, guide_autoscaler, scaling_manager
from components.autoscaling.vertical import VerticalAutoscalerArgs, VerticalPolicy
from components.gateway.gateway import GatewayArgs, TargetGroups
from components.gateway.guide import GuideGateway, RateLimits, guide_config
from components.gateway.model import Failures, Timeouts, security_headers
from components.kubernetes.network_policies import Peer, TrafficRule
from components.kubernetes.pods import EnvVar
from components.network.cloudflare_ranges import cloudflare_ranges
from components.postgres.shard_map import FILE_PATH
from components.tuning.nginx import Tuning
from infra.wiring.front import client_ranges
from infra.wiring.kubernetes import (
    MONITORING_NAMESPACE,
    app_placement,
    cdn_url,
    client_pools,
    data_egress,
    pod_resources,
    rollout,
)
from infra.wiring.names import APP, GATEWAY_APP

if TYPE_CHECKING:
    import pulumi

    from components.app.app_secrets import AppSecrets
    from components.app.workload import Workload
    from components.network.load_balancer import LoadBalancer
    from components.security.certificate import GatewayCertificate
    from infra.settings import Settings
    from infra.settings.autoscaling import ScalingRules
    from infra.settings.gateway import ProxyTimeouts, UpstreamSettings
    from infra.settings.services import ServiceSettings
    from infra.wiring.databases import DatabaseFiles


def autoscaling_policy(settings: Settings) -> AutoscalingPolicy:
    """The horizontal autoscaler of the application, free of any backend.

    The guide's two classes keep their response time and their steps; cpu and memory targets are the configuration's.
    """
    wanted = settings.autoscaling
    if wanted.profile == "guide-autoscaler":
        own = guide_autoscaler(wanted.min_replicas, wanted.max_replicas)
        return replace(own, cpu_percent=wanted.cpu_percent, memory_percent=wanted.memory_percent)
    if wanted.profile == "scaling-manager":
        return replace(scaling_manager(wanted.min_replicas, wanted.max_replicas), cpu_percent=wanted.cpu_percent)
    return AutoscalingPolicy(
        min_replicas=wanted.min_replicas,
        max_replicas=wanted.max_replicas,
        cpu_percent=wanted.cpu_percent,
        memory_percent=wanted.memory_percent,
        requests_per_second=wanted.requests_per_second,
        scale_up=_behavior(wanted.scale_up),
        scale_down=_behavior(wanted.scale_down),
    )


def _behavior(rules: ScalingRules | None) -> Behavior | None:
    if rules is None:
        return None
    steps = []
    if rules.percent is not None:
        steps.append(Step(type="Percent", value=rules.percent, period_seconds=rules.period_seconds))
    if rules.pods is not None:
        steps.append(Step(type="Pods", value=rules.pods, period_seconds=rules.period_seconds))
    return Behavior(stabilization_window_seconds=rules.stabilization_seconds, steps=tuple(steps))


def autoscaler_args(settings: Settings, namespace: pulumi.Input[str], app: Workload) -> AutoscalerArgs:
    """The horizontal autoscaler, rendered for the configured source of metrics."""
    return AutoscalerArgs(
        namespace=namespace,
        deployment_name=app.deployment_name,
        policy=autoscaling_policy(settings),
        backend=settings.autoscaling.metrics_backend,
    )


def vertical_args(settings: Settings, namespace: pulumi.Input[str], app: Workload) -> VerticalAutoscalerArgs:
    """The vertical autoscaler; it only recommends wherever the horizontal one scales by the same resource."""
    vpa = settings.autoscaling.vpa
    if vpa.mode == "off":
        raise ValueError("no vertical autoscaler is wanted: autoscaling.vpa.mode is off")
    return VerticalAutoscalerArgs(
        namespace=namespace,
        deployment_name=app.deployment_name,
        policy=VerticalPolicy(
            mode=vpa.mode,
            min_cpu=f"{vpa.min_cpu_millicores}m",
            min_memory=f"{vpa.min_memory_mib}Mi",
            max_cpu=f"{vpa.max_cpu_millicores}m",
            max_memory=f"{vpa.max_memory_mib}Mi",
        ),
        horizontal=autoscaling_policy(settings) if settings.autoscaling.enabled else None,
    )


def cache_warm_up_args(settings: Settings, namespace: pulumi.Input[str]) -> CacheWarmUpArgs:
    """What fills the cache; nginx's image has the shell and the curl for it, and is on the nodes already."""
    warm_up = settings.redis.warm_up
    return CacheWarmUpArgs(
        namespace=namespace,
        image=settings.gateway.image,
        host=headless_host(APP, settings.app.namespace),
        port=settings.app.api_port,
        paths=warm_up.paths,
        target_app=APP,
        release=settings.app.image,
        interval_minutes=warm_up.interval_minutes,
        placement=app_placement(),
    )


def service_spec(settings: Settings, service: ServiceSettings) -> ServiceSpec:
    """What a service is: its own image, or the application's started as this service."""
    return ServiceSpec(
        name=service.name,
        image=service.image or settings.app.image,
        port=service.port,
        paths=service.paths,
        public=service.public,
        rate_limit=None if service.rate_limit == "none" else service.rate_limit,
        policy=AutoscalingPolicy(
            min_replicas=service.min_replicas,
            max_replicas=service.max_replicas,
            cpu_percent=service.cpu_percent,
            memory_percent=service.memory_percent,
            requests_per_second=service.requests_per_second,
        ),
        resources=pod_resources(service.resources),
        timeouts=Timeouts(connect=3, send=service.read_timeout_seconds, read=service.read_timeout_seconds),
        metrics_path=service.metrics_path,
    )


def microservice_args(
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
        database=bool(roles),
        redis=service.redis,
        redis_cluster=settings.redis.client_is_cluster_aware,
        pools=client_pools(settings),
        uv_threadpool_size=settings.app.uv_threadpool_size,
        cache_ttl_seconds=settings.app.cache_ttl_seconds,
        shard_map_file=FILE_PATH if has_map else None,
        cdn_url=cdn_url(settings),
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
            TrafficRule(peers=(Peer(app=GATEWAY_APP), Peer(namespace=MONITORING_NAMESPACE)), ports=(service.port,)),
        ),
        egress=data_egress(settings, database=bool(roles), redis=service.redis),
        backend=settings.autoscaling.metrics_backend,
        vertical=settings.autoscaling.vpa.mode != "off",
        monitored=settings.monitoring.prometheus.enabled,
        scrape_interval_seconds=settings.monitoring.prometheus.scrape_interval_seconds,
        placement=app_placement(),
    )


def gateway_args(
    settings: Settings, namespace: pulumi.Input[str], certificate: GatewayCertificate, balancer: LoadBalancer
) -> GatewayArgs:
    """The nginx gateway: the guide's configuration over the pods of this stack, one more route for each service."""
    gateway, cdn = settings.gateway, settings.cdn
    resources = pod_resources(gateway.resources)
    verify = cdn.enabled and cdn.authenticated_origin_pulls
    return GatewayArgs(
        namespace=namespace,
        config=guide_config(guide_gateway(settings)),
        certificate=certificate.certificate_pem,
        private_key=certificate.private_key_pem,
        client_ca=certificate.client_ca_pem if verify else None,
        target_groups=TargetGroups(https_arn=balancer.https_target_group_arn, http_arn=balancer.http_target_group_arn),
        image=gateway.image,
        pre_stop_seconds=gateway.pre_stop_seconds,
        autoscaling=AutoscalingPolicy(
            min_replicas=gateway.replicas,
            max_replicas=gateway.max_replicas,
            cpu_percent=settings.autoscaling.cpu_percent,
        ),
        resources=resources,
        load_balancer_cidrs=(*client_ranges(settings), settings.network.vpc_cidr),
        upstream_ports=tuple(
            sorted({settings.app.port, settings.app.api_port, *(service.port for service in settings.services)})
        ),
        placement=app_placement(),
    )


def guide_gateway(settings: Settings) -> GuideGateway:
    """The guide's nginx over this stack's pods."""
    gateway, cdn, limits = settings.gateway, settings.cdn, settings.gateway.rate_limits
    host = headless_host(APP, settings.app.namespace)
    rates = RateLimits(
        api_rate=limits.api.rate_per_second,
        api_burst=limits.api.burst,
        login_rate=limits.login.rate_per_second,
        login_burst=limits.login.burst,
    )
    specs = [service_spec(settings, service) for service in settings.services]
    api_failures = _failures(gateway.api)
    return GuideGateway(
        server_names=(cdn.hosts.app,),
        api_names=(cdn.hosts.api,),
        asset_names=(cdn.hosts.cdn, cdn.hosts.cdn_backup, cdn.hosts.assets),
        image_names=(cdn.hosts.images,),
        image_suffixes=IMAGE_EXTENSIONS,
        web_host=host,
        api_host=host,
        web_port=settings.app.port,
        api_port=settings.app.api_port,
        trusted_cidrs=cloudflare_ranges().all,
        cpu_limit=pod_resources(gateway.resources).cpu_limit,
        verify_client=cdn.enabled and cdn.authenticated_origin_pulls,
        max_body_mib=gateway.client_max_body_mib,
        rate_limits=rates,
        web_timeouts=_timeouts(gateway.app.timeouts),
        api_timeouts=_timeouts(gateway.api.timeouts),
        web_failures=_failures(gateway.app),
        api_failures=api_failures,
        tuning=Tuning(
            worker_connections=gateway.worker_connections,
            cached_files=gateway.open_file_cache,
            keepalive_seconds=gateway.keepalive_timeout_seconds,
            keepalive_requests=gateway.keepalive_requests,
            upstream_keepalive=gateway.keepalive_connections,
            static_max_age_seconds=gateway.static_max_age_seconds,
        ),
        authorization_path=gateway.auth_request_path,
        headers=security_headers(frame_options=gateway.headers.frame_options, hsts=_hsts(settings)),
        upstreams=tuple(service_upstream(spec, settings.app.namespace, api_failures) for spec in specs if spec.public),
        routes=tuple(route for spec in specs for route in service_routes(spec, rates)),
    )


def _timeouts(timeouts: ProxyTimeouts) -> Timeouts:
    return Timeouts(connect=timeouts.connect_seconds, send=timeouts.send_seconds, read=timeouts.read_seconds)


def _failures(upstream: UpstreamSettings) -> Failures:
    return Failures(max_fails=upstream.max_fails, fail_timeout_seconds=upstream.fail_timeout_seconds)


def _hsts(settings: Settings) -> str | None:
    """Strict-Transport-Security, unless the edge sets it: a header of two owners would say two things."""
    headers, cdn = settings.gateway.headers, settings.cdn
    if cdn.enabled and cdn.manage_rulesets:
        return None
    parts = [f"max-age={headers.hsts_max_age_seconds}"]
    parts += ["includeSubDomains"] if headers.hsts_include_subdomains else []
    parts += ["preload"] if headers.hsts_preload else []
    return "; ".join(parts)
