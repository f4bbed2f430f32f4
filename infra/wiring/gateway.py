"""Arguments of the gateway and of the load balancer before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.edge.policy import IMAGE_EXTENSIONS, STATIC_PREFIX
from components.app.microservice import service_routes, service_upstream
from components.app.workload import headless_host
from components.autoscaling.policy import AutoscalingPolicy
from components.gateway.gateway import GatewayArgs, TargetGroups
from components.gateway.guide import INTERNAL_PATH, GuideGateway, RateLimits, guide_config
from components.gateway.model import Failures, Timeouts
from components.gateway.response_headers import security_headers
from components.network.cloudflare_ranges import cloudflare_ranges
from components.network.load_balancer import LoadBalancerArgs
from components.security.certificate import SelfSignedCertificateArgs
from components.tuning.nginx import Tuning
from infra.edge_policy import edge_policy
from infra.wiring.names import APP, names_of
from infra.wiring.pods import app_placement, pod_resources
from infra.wiring.same_name import of_same_name
from infra.wiring.services import service_spec

if TYPE_CHECKING:
    import pulumi

    from components.cluster.cluster import Cluster
    from components.network.load_balancer import LoadBalancer
    from components.network.network import Network
    from components.security.certificate import GatewayCertificate
    from components.storage.buckets import LogsBucket
    from infra.settings import Settings
    from infra.settings.gateway import ProxyTimeouts, UpstreamSettings

GATEWAY_HEALTH_PORT = 8080
"""The gateway answers /health on its HTTP port without a redirect."""


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
        **of_same_name(LoadBalancerArgs, settings.gateway, settings),
        deletion_protection=settings.protect,
        gateway_health_port=GATEWAY_HEALTH_PORT,
        access_logs_bucket=logs.bucket_name,
    )


def certificate_args(settings: Settings) -> SelfSignedCertificateArgs:
    """The certificate that the gateway shows where no CDN stands before it."""
    return SelfSignedCertificateArgs(domain=settings.domain, generation=settings.gateway.certificate_generation)


def args(
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
            **of_same_name(Tuning, gateway),
            cached_files=gateway.open_file_cache,
            keepalive_seconds=gateway.keepalive_timeout_seconds,
            upstream_keepalive=gateway.keepalive_connections,
        ),
        authorization_path=gateway.auth_request_path,
        hidden=_hidden(settings),
        private_files=_private_files(settings),
        headers=security_headers(frame_options=gateway.headers.frame_options, hsts=_hsts(settings)),
        maintenance=gateway.maintenance,
        upstreams=tuple(service_upstream(spec, settings.app.namespace, api_failures) for spec in specs if spec.public),
        routes=tuple(route for spec in specs for route in service_routes(spec, rates)),
    )


def _timeouts(timeouts: ProxyTimeouts) -> Timeouts:
    return Timeouts(connect=timeouts.connect_seconds, send=timeouts.send_seconds, read=timeouts.read_seconds)


def _private_files(settings: Settings) -> tuple[str, ...]:
    """The private prefixes that files lie below: the edge keeps none of them, and the gateway calls none public."""
    prefixes = edge_policy(settings).all_private_prefixes()
    return tuple(path for path in prefixes if STATIC_PREFIX.startswith(path) or path.startswith(STATIC_PREFIX))


def _hidden(settings: Settings) -> tuple[str, ...]:
    """What the cluster alone asks for: visitors would read numbers about other visitors."""
    measured = (settings.app.metrics_path, *(service.metrics_path for service in settings.services))
    return tuple(dict.fromkeys((INTERNAL_PATH, *measured)))


def _failures(upstream: UpstreamSettings) -> Failures:
    return Failures(**of_same_name(Failures, upstream))


def _hsts(settings: Settings) -> str | None:
    """Strict-Transport-Security, unless the edge sets it: a header of two owners would say two things."""
    headers, cdn = settings.gateway.headers, settings.cdn
    if cdn.enabled and cdn.manage_rulesets:
        return None
    parts = [f"max-age={headers.hsts_max_age_seconds}"]
    parts += ["includeSubDomains"] if headers.hsts_include_subdomains else []
    parts += ["preload"] if headers.hsts_preload else []
    return "; ".join(parts)
