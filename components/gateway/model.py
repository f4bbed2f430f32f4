"""What the gateway does, as data: upstreams, rate zones, routes. Pure.

The numbers are those of the guide's nginx-lb.conf (Load Balancing) and nginx tuning (Vertical Scaling).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..tuning.nginx import Tuning
from .response_headers import GUIDE_HEADERS, Header

if TYPE_CHECKING:
    from collections.abc import Iterable

Balancing: TypeAlias = Literal["least_conn", "ip_hash"]

SHUTDOWN_MARGIN_SECONDS = 5
"""What a stopping worker waits beyond the longest read timeout (guide: 60 s and 5 s)."""
GRACE_SPARE_SECONDS = 10
"""What a pod's grace period has beyond preStop and nginx's own shutdown (our choice)."""
_NAME, _PATH = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"/[A-Za-z0-9/_.\-]*")
_FOLDER = re.compile(r"/([A-Za-z0-9_.\-]+/)+")


@dataclass(frozen=True, kw_only=True)
class RateZone:
    """Counts requests per client address, in each gateway pod for itself: over n pods an address may reach n times it.

    Attributes:
        name: zone name.
        requests_per_second: the steady rate of one address.
        size_mib: shared memory; 1 MiB holds about 16 000 addresses (nginx documentation, limit_req_zone).
    """

    name: str
    requests_per_second: int
    size_mib: int = 10


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Applies a zone: `burst` requests above the rate pass at once (nodelay), the next one gets status 429."""

    zone: str
    burst: int


@dataclass(frozen=True, kw_only=True)
class Member:
    """One address, or one DNS name that stands for many, of an upstream.

    Attributes:
        host: DNS name; resolved again while nginx runs, so that it follows pods as they come and go.
        port: TCP port.
        max_fails: failures within `fail_timeout_seconds` that take the address out.
        fail_timeout_seconds: also how long it stays out.
    """

    host: str
    port: int
    max_fails: int = 3
    fail_timeout_seconds: int = 30


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A group of servers.

    Attributes:
        name: of the group.
        members: its addresses.
        balancing: how requests are spread.
        keepalive: idle connections kept per worker process.
        keepalive_seconds: how long one is kept. The application must keep it longer: where it hangs up while a request
            is on its way, nginx may repeat a GET, but a POST gets status 502.
    """

    name: str
    members: tuple[Member, ...]
    balancing: Balancing = "least_conn"
    keepalive: int = 32
    keepalive_seconds: int = 4

    @property
    def shared_zone(self) -> str:
        """Name of the shared memory zone; never the name of a rate zone, which nginx refuses."""
        return f"upstream_{self.name}"


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """Timeouts towards an upstream, in seconds."""

    connect: int
    send: int
    read: int


WEB_TIMEOUTS = Timeouts(connect=5, send=60, read=60)
API_TIMEOUTS = Timeouts(connect=3, send=30, read=30)
WEB_RETRY = ("error", "timeout", "invalid_header", "http_500", "http_502", "http_503")
API_RETRY = ("error", "timeout")


@dataclass(frozen=True, kw_only=True)
class Failures:
    """When an address of an upstream is left out, and for how long; see `Member`."""

    max_fails: int
    fail_timeout_seconds: int


WEB_FAILURES = Failures(max_fails=3, fail_timeout_seconds=30)
API_FAILURES = Failures(max_fails=2, fail_timeout_seconds=20)


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """Who is asked whether a request may pass (nginx documentation, auth_request).

    Attributes:
        path: the path that is asked with the request's headers: 2xx lets it pass, 401 and 403 become the answer.
        upstream: name of the upstream that serves the path.
        timeouts: towards it.
    """

    path: str
    upstream: str
    timeouts: Timeouts = API_TIMEOUTS


@dataclass(frozen=True, kw_only=True)
class Route:
    """What happens to requests under a path.

    Attributes:
        path: absolute path.
        upstream: name of the upstream.
        match: "prefix" compares text, the longest path wins; "segment" compares whole path segments without regard
            to case and path parameters and wins over every prefix, so that /API;v=1/auth/LOGIN/ cannot slip past a
            limit on /api/auth/login while /api/auth/login-history is not caught by it.
        timeouts: towards the upstream.
        rate_limit: None for none.
        retry_on: when the next server is tried (nginx documentation, proxy_next_upstream); POST never is.
        small_buffers: the guide's eight buffers of 4 KiB, for pages.
        immutable: fingerprinted files, which any cache may keep as long as `Tuning.static_max_age_seconds` says.
        authorized: only requests that `GatewayConfig.authorization` lets pass.
        folder: what is put in front of the path, with a slash at both ends: the whole route lies below it. Empty for
            the path as the client wrote it. With the match "prefix" only (nginx documentation, proxy_pass).
        suffixes: file names that end otherwise get 404; empty for any.
    """

    path: str
    upstream: str
    match: Literal["prefix", "segment"] = "prefix"
    timeouts: Timeouts = API_TIMEOUTS
    rate_limit: RateLimit | None = None
    retry_on: tuple[str, ...] = API_RETRY
    small_buffers: bool = False
    immutable: bool = False
    authorized: bool = False
    folder: str = ""
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Site:
    """Host names that serve less than the application does: these routes, and 404 for anything else.

    Attributes:
        names: host names.
        routes: what they serve.
        public_files: files that are the same for everybody: read, never written; no credentials reach the application
            and no cookie comes back, so that it cannot answer somebody's data where caches keep it.
        shared: scripts and fonts of other hosts may use them (Fetch standard, CORS protocol).
        headers: response headers in the place of the gateway's of the same names.
    """

    names: tuple[str, ...]
    routes: tuple[Route, ...]
    public_files: bool = False
    shared: bool = False
    headers: tuple[Header, ...] = ()


CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)
"""TLS 1.2 suites. The guide's two (…-GCM-SHA512) do not exist; these are what it can have meant, with forward
secrecy and without DHE, which nginx disables unless it is given its own parameters (Mozilla, Intermediate)."""


@dataclass(frozen=True, kw_only=True)
class GatewayConfig:
    """The whole configuration.

    Attributes:
        server_names: host names of the application; a name that is none of ours gets no TLS handshake.
        upstreams: groups of servers.
        zones: rate zones.
        routes: what goes where; one must be "/".
        sites: host names that serve less.
        hidden: paths that are answered with 404, with everything below them: what pods answer to the cluster alone.
        private_files: what paths of files begin with, in either case, that are not everybody's: below them the gateway
            says no lifetime of its own.
        ready_upstream: the upstream whose /ready decides whether the load balancer sends here.
        trusted_cidrs: the proxies (Cloudflare) whose CF-Connecting-IP header is believed; from any other address
            the header is ignored.
        verify_client: only clients with a certificate of the mounted authority may connect (Cloudflare
            authenticated origin pulls).
        cluster_dns: the resolver, a name or an address.
        worker_processes: the whole cpus of the container's limit; "auto" would count the node's.
        tuning: connections, open files, browser caching.
        authorization: who is asked about the requests of authorized routes; None for nobody.
        max_body_mib: the largest upload.
        headers: response headers.
        maintenance: every host answers status 503 and a page that nobody caches; /health and /ready as ever.
        http_port: answers /health and /ready, redirects the rest to HTTPS.
        https_port: serves.
        status_port: nginx's own counters, for the exporter in the same pod; None where nginx is built without
            stub_status.

    Raises:
        ValueError: names clash or do not exist; the message lists every problem.
    """

    server_names: tuple[str, ...]
    upstreams: tuple[Upstream, ...]
    zones: tuple[RateZone, ...]
    routes: tuple[Route, ...]
    ready_upstream: str
    sites: tuple[Site, ...] = ()
    hidden: tuple[str, ...] = ()
    private_files: tuple[str, ...] = ()
    trusted_cidrs: tuple[str, ...] = ()
    verify_client: bool = False
    cluster_dns: str = "kube-dns.kube-system.svc.cluster.local"
    worker_processes: int = 1
    tuning: Tuning = field(default_factory=Tuning)
    authorization: Authorization | None = None
    max_body_mib: int = 25
    headers: tuple[Header, ...] = GUIDE_HEADERS
    maintenance: bool = False
    http_port: int = 8080
    https_port: int = 8443
    status_port: int | None = 8081

    def __post_init__(self) -> None:
        if problems := config_problems(self):
            raise ValueError("; ".join(problems))

    @property
    def host_names(self) -> tuple[str, ...]:
        """Every name that is served."""
        return (*self.server_names, *(name for site in self.sites for name in site.names))

    @property
    def shutdown_seconds(self) -> int:
        """How long a stopping worker may finish requests: the longest read timeout and 5 s (guide: 60 s and 5 s)."""
        return max(route.timeouts.read for route in self.routes) + SHUTDOWN_MARGIN_SECONDS

    @property
    def file_limit(self) -> int:
        """Open files per worker; see `Tuning.file_limit`."""
        return self.tuning.file_limit


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def config_problems(config: GatewayConfig) -> tuple[str, ...]:
    """Everything that is wrong with a configuration."""
    upstreams = {upstream.name for upstream in config.upstreams}
    zones = {zone.name for zone in config.zones}
    problems = [*_name_problems(config), *_route_problems(config, upstreams, zones)]
    if config.ready_upstream not in upstreams:
        problems.append(f"/ready asks the upstream {config.ready_upstream}, which does not exist")
    if not config.server_names:
        problems.append("at least one server name is needed")
    problems += [f"the host {name} is served twice" for name in _repeated(config.host_names)]
    if config.authorization is not None and config.authorization.upstream not in upstreams:
        problems.append(f"authorization asks the upstream {config.authorization.upstream}, which does not exist")
    authorized = any(route.authorized for route in config.routes)
    if authorized != (config.authorization is not None):
        problems.append("a route is authorized, but nobody is asked" if authorized else "no route asks authorization")
    return tuple(problems)


def _name_problems(config: GatewayConfig) -> list[str]:
    zones = [zone.name for zone in config.zones]
    groups = [upstream.name for upstream in config.upstreams]
    shared = [*zones, *(upstream.shared_zone for upstream in config.upstreams)]
    problems = [f"the zone {name} is declared twice" for name in _repeated(shared)]
    problems += [f"the upstream {name} is declared twice" for name in _repeated(groups)]
    problems += [
        f"{name!r} is no name for nginx: use a-z, 0-9 and _" for name in (*zones, *groups) if not _NAME.fullmatch(name)
    ]
    problems += [f"the upstream {upstream.name} has no member" for upstream in config.upstreams if not upstream.members]
    return problems


def _route_problems(config: GatewayConfig, upstreams: set[str], zones: set[str]) -> list[str]:
    served = (config.routes, *(site.routes for site in config.sites))
    problems = [f"the path {path} is routed twice" for one in served for path in _repeated(route.path for route in one)]
    if "/" not in {route.path for route in config.routes}:
        problems.append('no route for "/"')
    for route in dict.fromkeys(route for routes in served for route in routes):
        lower = f"{route.path.rstrip('/')}/".lower()
        if above := [path for path in config.hidden if lower.startswith(f"{path.rstrip('/')}/".lower())]:
            problems.append(f"the path {route.path} lies below {above[0]}, which visitors must not reach")
        if not _PATH.fullmatch(route.path):
            problems.append(f"the path {route.path!r} must start with / and hold letters, digits, / _ . - only")
        if route.match == "segment" and not route.path.strip("/"):
            problems.append('the route "/" must match as a prefix: as a segment it would win over every prefix')
        if route.folder and (route.match == "segment" or not _FOLDER.fullmatch(route.folder)):
            problems.append(f"the folder {route.folder!r} of {route.path} must be a path with a slash at both ends")
        if route.upstream not in upstreams:
            problems.append(f"the route {route.path} leads to the upstream {route.upstream}, which does not exist")
        if route.rate_limit is not None and route.rate_limit.zone not in zones:
            problems.append(f"the route {route.path} uses the rate zone {route.rate_limit.zone}, which does not exist")
    return problems
