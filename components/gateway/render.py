"""Renders a gateway configuration as nginx.conf (nginx 1.28 or newer: `resolve` in upstreams, `http2 on`). Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.gateway.directives import Directive, block, directive, text
from components.gateway.model import CIPHERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.gateway.model import Authorization, GatewayConfig, Route, Timeouts, Upstream

CERTIFICATE_PATH = "/etc/ssl/gateway/tls.crt"
PRIVATE_KEY_PATH = "/etc/ssl/gateway/tls.key"
CLIENT_CA_PATH = "/etc/ssl/gateway/client-ca.crt"
RETRY_TRIES = 2
RETRY_SECONDS = 10
"""At most one retry, within 10 s: an upstream in trouble must not be asked by every request again and again."""
AUTHORIZATION_LOCATION = "/_authorization"
"""Inside nginx only: no client can ask for it."""
_PROXY_HEADERS = (
    ("Host", "$host"),
    ("X-Real-IP", "$remote_addr"),
    # set, not appended to: what a client claims about itself is not evidence
    ("X-Forwarded-For", "$remote_addr"),
    ("X-Forwarded-Proto", "$scheme"),
    ("X-Request-Id", "$request_id"),
)
_LOG = {
    "time": "$time_iso8601",
    "client": "$remote_addr",
    "proxy": "$realip_remote_addr",
    "request_id": "$request_id",
    "host": "$host",
    "method": "$request_method",
    # the path alone: query strings of this application carry personal data
    "path": "$uri",
    "status": "$status",
    "bytes": "$body_bytes_sent",
    "seconds": "$request_time",
    "upstream": "$upstream_addr",
    "upstream_status": "$upstream_status",
    "upstream_seconds": "$upstream_response_time",
    "limited": "$limit_req_status",
}


def render(config: GatewayConfig) -> str:
    """The text of nginx.conf."""
    return text(
        [
            directive("worker_processes", config.worker_processes),
            directive("worker_rlimit_nofile", config.file_limit),
            directive("worker_shutdown_timeout", f"{config.shutdown_seconds}s"),
            directive("error_log", "stderr", "warn"),
            directive("pid", "/tmp/nginx.pid"),  # noqa: S108 - a path inside the container
            block(
                "events",
                body=[
                    directive("use", "epoll"),
                    directive("multi_accept", "on"),
                    directive("worker_connections", config.tuning.worker_connections),
                ],
            ),
            block("http", body=_http(config)),
        ]
    )


def _http(config: GatewayConfig) -> Iterator[Directive]:
    yield from _tuning(config)
    yield from _logging()
    yield from _real_address(config)
    yield from _proxying(config)
    for zone in config.zones:
        rate = f"rate={zone.requests_per_second}r/s"
        yield directive("limit_req_zone", "$binary_remote_addr", f"zone={zone.name}:{zone.size_mib}m", rate)
    yield directive("limit_req_status", 429)
    # below the error log's level: its lines carry query strings, and a flood must not flood the log too
    yield directive("limit_req_log_level", "info")
    for upstream in config.upstreams:
        yield _upstream(upstream)
    yield _plain_server(config)
    yield _refusing_server(config)
    yield _server(config)
    if config.status_port is not None:
        yield _status_server(config.status_port)


def _tuning(config: GatewayConfig) -> Iterator[Directive]:
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        yield directive(f"{name}_temp_path", f"/tmp/{name}")  # noqa: S108 - a path inside the container
    yield directive("server_tokens", "off")
    yield directive("sendfile", "on")
    yield directive("tcp_nopush", "on")
    yield directive("tcp_nodelay", "on")
    yield directive("keepalive_timeout", config.tuning.keepalive_seconds)
    yield directive("keepalive_requests", config.tuning.keepalive_requests)
    yield directive("reset_timedout_connection", "on")
    yield directive("client_max_body_size", f"{config.max_body_mib}m")
    yield directive("gzip", "on")
    yield directive("gzip_vary", "on")
    yield directive("gzip_min_length", 1024)
    yield directive("gzip_types", "text/plain", "text/css", "application/json", "application/javascript")
    if not config.tuning.cached_files:
        yield directive("open_file_cache", "off")
        return
    yield directive("open_file_cache", f"max={config.tuning.cached_files}", "inactive=60s")
    yield directive("open_file_cache_valid", "30s")
    yield directive("open_file_cache_min_uses", 2)
    yield directive("open_file_cache_errors", "on")


def _logging() -> Iterator[Directive]:
    yield directive("log_format", "json", "escape=json", json.dumps(_LOG, separators=(",", ":")))
    yield directive("access_log", "/dev/stdout", "json")


def _real_address(config: GatewayConfig) -> Iterator[Directive]:
    for cidr in config.trusted_cidrs:
        yield directive("set_real_ip_from", cidr)
    yield directive("real_ip_header", "CF-Connecting-IP")


def _proxying(config: GatewayConfig) -> Iterator[Directive]:
    yield directive("resolver", config.cluster_dns, "valid=5s", "ipv6=off")
    yield directive("resolver_timeout", "5s")
    yield block(
        "map", "$http_upgrade", "$connection_upgrade", body=[directive("default", "upgrade"), directive("", "")]
    )
    yield block(
        "map",
        "$status",
        "$static_cache_control",
        # a missing file must not stay missing in every cache for a year
        body=[directive("default", "no-store"), directive("~^(200|206|304)$", _static_cache_control(config))],
    )
    yield directive("proxy_http_version", "1.1")
    for name, value in (*_PROXY_HEADERS, ("Upgrade", "$http_upgrade"), ("Connection", "$connection_upgrade")):
        yield directive("proxy_set_header", name, value)
    yield directive("proxy_next_upstream_tries", RETRY_TRIES)
    yield directive("proxy_next_upstream_timeout", f"{RETRY_SECONDS}s")
    # nothing is spooled to disk in either direction: uploads could fill it, and a full disk evicts the pod
    yield directive("proxy_request_buffering", "off")
    yield directive("proxy_max_temp_file_size", 0)


def _static_cache_control(config: GatewayConfig) -> str:
    """Public and immutable (guide, Load Balancing: /static/ expires 1y)."""
    age = config.tuning.static_max_age_seconds
    return f"public, max-age={age}, immutable" if age else "no-cache"


def _upstream(upstream: Upstream) -> Directive:
    body = [directive("zone", upstream.shared_zone, "256k")]
    if upstream.balancing != "round_robin":
        body.append(directive(upstream.balancing))
    body += [
        directive(
            "server",
            f"{member.host}:{member.port}",
            "resolve",
            f"weight={member.weight}",
            f"max_fails={member.max_fails}",
            f"fail_timeout={member.fail_timeout_seconds}s",
        )
        for member in upstream.members
    ]
    body.append(directive("keepalive", upstream.keepalive))
    return block("upstream", upstream.name, body=body)


def _health() -> Directive:
    return block(
        "location",
        "=",
        "/health",
        body=[
            directive("access_log", "off"),
            directive("default_type", "text/plain"),
            directive("return", 200, "healthy\n"),
        ],
    )


def _plain_server(config: GatewayConfig) -> Directive:
    ready = block(
        "location",
        "=",
        "/ready",
        body=[
            directive("access_log", "off"),
            directive("proxy_connect_timeout", "2s"),
            directive("proxy_read_timeout", "4s"),
            directive("proxy_pass", f"http://{config.ready_upstream}"),
        ],
    )
    redirect = block("location", "/", body=[directive("return", 301, "https://$host$request_uri")])
    return block(
        "server",
        body=[
            directive("listen", config.http_port, "default_server"),
            directive("server_name", "_"),
            _health(),
            ready,
            redirect,
        ],
    )


def _refusing_server(config: GatewayConfig) -> Directive:
    """Clients that ask for no name of ours (scanners of the address space) get no certificate and no answer."""
    return block(
        "server",
        body=[
            directive("listen", config.https_port, "ssl", "default_server"),
            directive("ssl_reject_handshake", "on"),
        ],
    )


def _server(config: GatewayConfig) -> Directive:
    asked = [] if config.authorization is None else [_authorization(config.authorization)]
    return block("server", body=[*_tls(config), *_headers(config), _health(), *asked, *_locations(config)])


def _authorization(asked: Authorization) -> Directive:
    """Asks with the request's headers and without its body; a location with headers of its own inherits none."""
    headers = (
        *_PROXY_HEADERS,
        ("Connection", ""),
        ("Content-Length", ""),
        ("X-Original-Method", "$request_method"),
        ("X-Original-URI", "$request_uri"),
    )
    return block(
        "location",
        "=",
        AUTHORIZATION_LOCATION,
        body=[
            directive("internal"),
            directive("proxy_pass_request_body", "off"),
            *(directive("proxy_set_header", name, value) for name, value in headers),
            *_timeouts(asked.timeouts),
            directive("proxy_pass", f"http://{asked.upstream}{asked.path}"),
        ],
    )


def _status_server(port: int) -> Directive:
    """Nginx's own counters, for the exporter in the same pod."""
    status = block("location", "=", "/status", body=[directive("access_log", "off"), directive("stub_status")])
    return block("server", body=[directive("listen", f"127.0.0.1:{port}"), status])


def _tls(config: GatewayConfig) -> Iterator[Directive]:
    yield directive("listen", config.https_port, "ssl")
    yield directive("http2", "on")
    yield directive("server_name", *config.server_names)
    yield directive("ssl_certificate", CERTIFICATE_PATH)
    yield directive("ssl_certificate_key", PRIVATE_KEY_PATH)
    yield directive("ssl_protocols", "TLSv1.2", "TLSv1.3")
    yield directive("ssl_ciphers", ":".join(CIPHERS))
    yield directive("ssl_prefer_server_ciphers", "off")
    yield directive("ssl_session_cache", "shared:tls_sessions:10m")
    yield directive("ssl_session_timeout", "1d")
    yield directive("ssl_session_tickets", "off")
    if config.verify_client:
        yield directive("ssl_client_certificate", CLIENT_CA_PATH)
        yield directive("ssl_verify_client", "on")


def _headers(config: GatewayConfig) -> Iterator[Directive]:
    for header in config.headers:
        yield directive("add_header", header.name, header.value, "always")


def _locations(config: GatewayConfig) -> list[Directive]:
    """Segments first, longest first: the first regular expression that matches wins in nginx."""
    segments = [route for route in config.routes if route.match == "segment"]
    prefixes = [route for route in config.routes if route.match == "prefix"]
    ordered = sorted(segments, key=lambda route: (-len(route.path), route.path)) + sorted(
        prefixes, key=lambda route: (-len(route.path), route.path)
    )
    return [_location(config, route) for route in ordered]


def _location(config: GatewayConfig, route: Route) -> Directive:
    body = list(_location_body(config, route))
    if route.match == "segment":
        # a dot is the only character of a checked path that means something else in an expression
        path = route.path.rstrip("/").replace(".", r"\.")
        return block("location", "~*", f"^{path}(/|$)", body=body)
    return block("location", route.path, body=body)


def _location_body(config: GatewayConfig, route: Route) -> Iterator[Directive]:
    if route.rate_limit is not None:
        limit = route.rate_limit
        yield directive("limit_req", f"zone={limit.zone}", f"burst={limit.burst}", "nodelay")
    if route.authorized:
        yield directive("auth_request", AUTHORIZATION_LOCATION)
    yield from _timeouts(route.timeouts)
    if route.small_buffers:
        yield directive("proxy_buffering", "on")
        yield directive("proxy_buffer_size", "4k")
        yield directive("proxy_buffers", 8, "4k")
    yield directive("proxy_next_upstream", *route.retry_on)
    if route.immutable:
        # a location with headers of its own inherits none
        yield from _headers(config)
        yield directive("proxy_hide_header", "Cache-Control")
        yield directive("add_header", "Cache-Control", "$static_cache_control", "always")
    yield directive("proxy_pass", f"http://{route.upstream}")


def _timeouts(timeouts: Timeouts) -> Iterator[Directive]:
    yield directive("proxy_connect_timeout", f"{timeouts.connect}s")
    yield directive("proxy_send_timeout", f"{timeouts.send}s")
    yield directive("proxy_read_timeout", f"{timeouts.read}s")
