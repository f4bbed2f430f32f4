"""The guide's gateway (Load Balancing, nginx-lb.conf) over the pods of the platform. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bailbondpro.edge.cache_classes import IMAGES_FOLDER

from ..tuning.nginx import Tuning, worker_processes
from .model import (
    API_FAILURES,
    API_TIMEOUTS,
    WEB_FAILURES,
    WEB_RETRY,
    WEB_TIMEOUTS,
    Authorization,
    Failures,
    GatewayConfig,
    Member,
    RateLimit,
    RateZone,
    Route,
    Site,
    Timeouts,
    Upstream,
)
from .response_headers import GUIDE_HEADERS, PUBLIC_FILE_HEADERS, Header

WEB_UPSTREAM = "bailbondpro_backend"
API_UPSTREAM = "bailbondpro_api"
API_ZONE = "api"
LOGIN_ZONE = "login"
API_PATH = "/api/"
LOGIN_PATH = "/api/auth/login"
STATIC_PATH = "/static/"
INTERNAL_PATH = "/internal/"
"""What pods answer to the cluster alone: filling the cache, and what the application says of itself."""
METRICS_PATH = "/metrics"


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """Requests per second and burst of one client address (guide: api 10 with 20, login 1 with 5)."""

    api_rate: int = 10
    api_burst: int = 20
    login_rate: int = 1
    login_burst: int = 5


@dataclass(frozen=True, kw_only=True)
class GuideGateway:
    """What differs between deployments of the guide's gateway.

    Attributes:
        server_names: host names of the application.
        api_names: host names that serve the API and nothing else of the application.
        asset_names: host names that serve fingerprinted files.
        image_names: host names that serve public images: of the application they reach the folder `IMAGES_FOLDER`.
        image_suffixes: what counts as an image.
        web_host: DNS name of the web pods, resolving to every ready pod (a headless Service).
        api_host: the same for the API; in the guide another group of servers, here another port of the same pods
            unless a service of its own takes over.
        web_port: container port of the web part.
        api_port: container port of the API part.
        trusted_cidrs: Cloudflare's address ranges.
        cpu_limit: of the gateway's container, sizes its worker processes.
        verify_client: see `GatewayConfig`.
        max_body_mib: the largest upload.
        rate_limits: rates and bursts.
        web_timeouts: towards the web part.
        api_timeouts: towards the API.
        web_failures: when a pod of the web part is left out.
        api_failures: when a pod of the API is left out.
        tuning: connections, open files, browser caching.
        authorization_path: asked whether a request to the API may pass; its own folder stays open, because that is
            where people sign in, and so does the login. None lets everything pass.
        headers: response headers.
        maintenance: see `GatewayConfig`.
        hidden: see `GatewayConfig`.
        private_files: see `GatewayConfig`.
        upstreams: further upstreams, one per service.
        routes: further routes; a route for a path of the guide takes its place, and a route above one takes it over
            together with its rate limit.
    """

    server_names: tuple[str, ...]
    web_host: str
    api_host: str
    api_names: tuple[str, ...] = ()
    asset_names: tuple[str, ...] = ()
    image_names: tuple[str, ...] = ()
    image_suffixes: tuple[str, ...] = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico")
    web_port: int = 3000
    api_port: int = 4000
    trusted_cidrs: tuple[str, ...] = ()
    cpu_limit: str = "1"
    verify_client: bool = False
    max_body_mib: int = 25
    rate_limits: RateLimits = field(default_factory=RateLimits)
    web_timeouts: Timeouts = WEB_TIMEOUTS
    api_timeouts: Timeouts = API_TIMEOUTS
    web_failures: Failures = WEB_FAILURES
    api_failures: Failures = API_FAILURES
    tuning: Tuning = field(default_factory=Tuning)
    authorization_path: str | None = None
    headers: tuple[Header, ...] = GUIDE_HEADERS
    maintenance: bool = False
    hidden: tuple[str, ...] = (INTERNAL_PATH, METRICS_PATH)
    private_files: tuple[str, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    routes: tuple[Route, ...] = ()


def guide_config(gateway: GuideGateway) -> GatewayConfig:
    """The guide's configuration: web by least connections, API by client address, two rate zones, static files.

    Raises:
        ValueError: the further upstreams or routes do not fit together.
    """
    limits = gateway.rate_limits
    taken = {route.path.rstrip("/") for route in gateway.routes}
    guide = [_rehomed(route, gateway.routes) for route in _routes(gateway) if route.path.rstrip("/") not in taken]
    routes, authorization = _authorized((*guide, *gateway.routes), gateway.authorization_path)
    tuning = gateway.tuning
    return GatewayConfig(
        server_names=gateway.server_names,
        upstreams=tuple(
            replace(upstream, keepalive=tuning.upstream_keepalive, keepalive_seconds=tuning.upstream_keepalive_seconds)
            for upstream in (*_upstreams(gateway), *gateway.upstreams)
        ),
        zones=(
            RateZone(name=API_ZONE, requests_per_second=limits.api_rate),
            RateZone(name=LOGIN_ZONE, requests_per_second=limits.login_rate),
        ),
        routes=routes,
        sites=_sites(gateway, routes),
        hidden=gateway.hidden,
        private_files=gateway.private_files,
        authorization=authorization,
        tuning=tuning,
        ready_upstream=WEB_UPSTREAM,
        trusted_cidrs=gateway.trusted_cidrs,
        verify_client=gateway.verify_client,
        worker_processes=worker_processes(gateway.cpu_limit),
        max_body_mib=gateway.max_body_mib,
        headers=gateway.headers,
        maintenance=gateway.maintenance,
    )


def _sites(gateway: GuideGateway, routes: tuple[Route, ...]) -> tuple[Site, ...]:
    """Hosts with a purpose of their own: on them the application's other routes do not exist."""
    images = Route(
        path="/",
        upstream=WEB_UPSTREAM,
        timeouts=gateway.web_timeouts,
        retry_on=WEB_RETRY,
        folder=IMAGES_FOLDER,
        suffixes=gateway.image_suffixes,
    )
    api = tuple(route for route in routes if _below(route.path, API_PATH))
    static = tuple(route for route in routes if route.immutable)
    sites = (
        Site(names=gateway.api_names, routes=api),
        Site(names=gateway.asset_names, routes=static, public_files=True, shared=True, headers=PUBLIC_FILE_HEADERS),
        Site(names=gateway.image_names, routes=(images,), public_files=True, headers=PUBLIC_FILE_HEADERS),
    )
    return tuple(site for site in sites if site.names)


def _rehomed(route: Route, services: tuple[Route, ...]) -> Route:
    """A route of the guide, led to the service whose path it lies under: the login goes where /api/auth goes."""
    segments = [service for service in services if service.match == "segment"]
    above = [service for service in segments if route.path.startswith(service.path.rstrip("/") + "/")]
    if not above:
        return route
    owner = max(above, key=lambda service: len(service.path))
    return replace(route, upstream=owner.upstream, timeouts=owner.timeouts)


def _authorized(routes: tuple[Route, ...], path: str | None) -> tuple[tuple[Route, ...], Authorization | None]:
    """The routes with those of the API authorized, and who is asked: whoever serves the path.

    The folder of the path becomes a route of its own where there is none, so that it can stay open.
    """
    if path is None:
        return routes, None
    owner = _owner(routes, path)
    folder = path.rsplit("/", 1)[0] + "/"
    open_paths = (path, folder, LOGIN_PATH)
    if owner.path.rstrip("/") != folder.rstrip("/"):
        routes = (*routes, replace(owner, path=folder))
    checked = tuple(
        replace(route, authorized=_below(route.path, API_PATH) and not any(_below(route.path, o) for o in open_paths))
        for route in routes
    )
    return checked, Authorization(path=path, upstream=owner.upstream, timeouts=owner.timeouts)


def _owner(routes: tuple[Route, ...], path: str) -> Route:
    """The route that serves a path: segments win over prefixes, longer paths over shorter ones (nginx)."""
    serving = [route for route in routes if _below(path, route.path)]
    return max(serving, key=lambda route: (route.match == "segment", len(route.path)))


def _below(path: str, folder: str) -> bool:
    return f"{path.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def _upstreams(gateway: GuideGateway) -> tuple[Upstream, ...]:
    web, api = gateway.web_failures, gateway.api_failures
    return (
        Upstream(
            name=WEB_UPSTREAM,
            balancing="least_conn",
            members=(_member(gateway.web_host, gateway.web_port, web),),
        ),
        Upstream(
            name=API_UPSTREAM,
            balancing="ip_hash",
            members=(_member(gateway.api_host, gateway.api_port, api),),
        ),
    )


def _member(host: str, port: int, failures: Failures) -> Member:
    return Member(
        host=host, port=port, max_fails=failures.max_fails, fail_timeout_seconds=failures.fail_timeout_seconds
    )


def _routes(gateway: GuideGateway) -> tuple[Route, ...]:
    limits = gateway.rate_limits
    return (
        Route(
            path="/",
            upstream=WEB_UPSTREAM,
            timeouts=gateway.web_timeouts,
            retry_on=WEB_RETRY,
            small_buffers=True,
        ),
        Route(
            path=API_PATH,
            match="segment",
            upstream=API_UPSTREAM,
            timeouts=gateway.api_timeouts,
            rate_limit=RateLimit(zone=API_ZONE, burst=limits.api_burst),
        ),
        Route(
            path=LOGIN_PATH,
            match="segment",
            upstream=API_UPSTREAM,
            timeouts=gateway.api_timeouts,
            rate_limit=RateLimit(zone=LOGIN_ZONE, burst=limits.login_burst),
        ),
        Route(path=STATIC_PATH, upstream=WEB_UPSTREAM, timeouts=gateway.web_timeouts, immutable=True),
    )
