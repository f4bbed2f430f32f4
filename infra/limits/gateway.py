"""Limits of the nginx gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.edge.problems import PRELOAD_MIN_AGE
from bailbondpro.facts.load_balancing import PREFIX_LIST_ROOM
from components.network.cloudflare_ranges import cloudflare_ranges
from components.tuning.nginx import Tuning, largest_worker_connections, worker_processes
from infra.limits.network import repeated
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

LEAST_CONNECTIONS = 512
"""Fewer are refused by the setting itself."""
CLIENT_RANGES = PREFIX_LIST_ROOM["IPv4"]


@rule(
    "gateway-replicas",
    source="scaling guide, Scaling Objectives: no single point of failure",
    areas=("gateway", "environment"),
)
def replica_range_is_ordered(settings: Settings) -> Iterator[Finding]:
    """The maximum is not below the minimum; production keeps two gateways."""
    gateway = settings.gateway
    if gateway.replicas > gateway.max_replicas:
        yield Finding(
            path="gateway.maxReplicas",
            value=gateway.max_replicas,
            allowed=f"at least replicas ({gateway.replicas})",
            fix=f"set it to {gateway.replicas}",
        )
    if settings.environment.production and gateway.replicas == 1:
        yield Finding(path="gateway.replicas", value=1, allowed="at least 2 in production", fix="set it to 2")


@rule(
    "gateway-memory",
    source="nginx documentation, worker_connections; scaling guide, Performance Tuning",
    areas=("gateway",),
)
def memory_holds_every_connection(settings: Settings) -> Iterator[Finding]:
    """Connections beyond the pod's memory end in an out-of-memory kill, which hangs up on all of them."""
    gateway = settings.gateway
    workers = worker_processes(f"{gateway.resources.cpu_limit_millicores}m")
    tuning = Tuning(worker_connections=gateway.worker_connections, cached_files=gateway.open_file_cache)
    needed, limit = tuning.memory_mib(workers), gateway.resources.memory_limit_mib
    if needed > limit:
        most = largest_worker_connections(tuning, workers, limit)
        fix = f"set gateway.resources.memoryLimitMib to {needed}"
        yield Finding(
            path="gateway.workerConnections",
            value=gateway.worker_connections,
            allowed=f"what {limit} MiB hold: {workers} worker(s) with {gateway.worker_connections} connections and "
            f"{gateway.open_file_cache} cached files each need {needed} MiB",
            fix=f"set it to {most}, or {fix}" if most >= LEAST_CONNECTIONS else fix,
        )


@rule("login-limit", source="scaling guide, Rate Limiting: login is stricter than api", areas=("gateway",))
def login_is_stricter(settings: Settings) -> Iterator[Finding]:
    """The login zone replaces the API zone on its path, so a looser one would open the door to guessing."""
    api, login = settings.gateway.rate_limits.api, settings.gateway.rate_limits.login
    if login.rate_per_second > api.rate_per_second:
        yield Finding(
            path="gateway.rateLimits.login.ratePerSecond",
            value=login.rate_per_second,
            allowed=f"at most the API's rate ({api.rate_per_second})",
            fix="set it to 1",
        )


@rule("hsts-preload", source="hstspreload.org, submission requirements", areas=("gateway", "cdn"))
def preload_meets_the_list(settings: Settings) -> Iterator[Finding]:
    """Browsers take a domain for preloading only with a year and all subdomains."""
    headers, zone = settings.gateway.headers, settings.cdn.hsts
    checks = (
        (
            "gateway.headers.hstsPreload",
            headers.hsts_preload,
            headers.hsts_max_age_seconds,
            headers.hsts_include_subdomains,
        ),
        ("cdn.hsts.preload", zone.preload, zone.max_age_seconds, zone.include_subdomains),
    )
    for path, preload, age, subdomains in checks:
        if preload and (age < PRELOAD_MIN_AGE or not subdomains):
            yield Finding(
                path=path,
                value=True,
                allowed=f"true only with subdomains and a max-age of {PRELOAD_MIN_AGE} at least",
                fix="set it to false, or include subdomains and raise the max-age",
            )


@rule(
    "gateway-clients",
    source="EC2 documentation, security groups and prefix lists",
    areas=("gateway",),
)
def clients_are_named(settings: Settings) -> Iterator[Finding]:
    """The load balancer admits Cloudflare and named ranges; open to all, it has no shield at all."""
    own, edge = settings.gateway.allowed_cidrs, cloudflare_ranges().ipv4
    room = CLIENT_RANGES - len(edge)
    for cidr in own:
        if cidr.endswith("/0"):
            yield Finding(
                path="gateway.allowedCidrs",
                value=cidr,
                allowed="named ranges: everybody would reach the gateway past every firewall of the CDN",
                fix=f"replace {cidr} by the ranges of those who test, such as your office's",
            )
    if len(own) > room:
        yield Finding(
            path="gateway.allowedCidrs",
            value=list(own),
            allowed=f"at most {room} ranges: the prefix list holds {CLIENT_RANGES}, Cloudflare takes {len(edge)}",
            fix="join ranges into larger ones",
        )
    yield from repeated("gateway.allowedCidrs", (*own, *(cidr for cidr in edge if cidr in own)))


@rule("gateway-authorization", source="nginx documentation, auth_request", areas=("gateway",))
def authorization_leaves_the_api_closed(settings: Settings) -> Iterator[Finding]:
    """The folder of the asked path stays open for signing in, so it must not be the whole API."""
    path = settings.gateway.auth_request_path
    if path is not None and path.rsplit("/", 1)[0] in {"", "/api"}:
        yield Finding(
            path="gateway.authRequestPath",
            value=path,
            allowed="a path in a folder of its own: its folder stays open for signing in",
            fix="use a path such as `/api/auth/verify`",
        )


RULES = (
    replica_range_is_ordered,
    memory_holds_every_connection,
    login_is_stricter,
    preload_meets_the_list,
    clients_are_named,
    authorization_leaves_the_api_closed,
)
