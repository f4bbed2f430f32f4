"""Renders a gateway configuration as nginx.conf (nginx 1.27.4 or newer, `bailbondpro.facts.nginx`). Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from .addresses import Names, redirects, told_addresses
from .directives import Directive, block, directive, text
from .errors import ERROR_FOLDER, ERROR_KINDS, error_maps
from .model import SHUTDOWN_MARGIN_SECONDS
from .paths import ODD_PATHS, ONE_READING, REFUSED_PATH
from .response_headers import READABLE_CONTROL, UNREAD_CONTROL, hidden_headers, own_variable
from .servers import UPGRADE_HEADERS, proxy_headers, servers
from .vary import varying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import GatewayConfig, Upstream

RETRY_TRIES = 2
RETRY_SECONDS = 10
"""At most one retry, within 10 s: an upstream in trouble must not be asked by every request again and again."""
RESOLVER_SECONDS = 5
"""How long an address of a pod is kept; whole seconds (nginx documentation, resolver, valid)."""
KEEPALIVE_MIN_SECONDS = SHUTDOWN_MARGIN_SECONDS
"""How long a stopping nginx still takes a request on a client's kept connection that was just used, and answers it
with `Connection: close` (nginx documentation, keepalive_min_timeout; since 1.27.4). Without it such a connection is
closed at once, and a request that is on its way meets a reset. Its answer fits `worker_shutdown_timeout`."""
HEADER_BUFFER_KIB = 16
"""All headers of an answer, and one header or request line of a request: what Node.js itself takes (its documentation,
--max-http-header-size: 16 KiB). A cookie alone may have 4096 bytes (RFC 6265, 6.1); nginx's own sizes, 4 KiB for an
answer and 8 KiB for a line, turned one into status 502 and two into 400."""
HEADERS_HASH_SIZE, HEADERS_HASH_BUCKET = 65536, 512
"""Room for the names of `components.gateway.trusted_headers`; nginx warns where 512 and 64 are too small. A bucket of
about ten names lets nginx find a table of a few hundred buckets at once, whenever it starts."""
LIMITED_CLIENT = "$limited_client"
"""What rate limits count by: an IPv4 address, or the network of an IPv6 address."""
GZIP_TYPES = (
    *("text/plain", "text/css", "application/json", "application/javascript"),  # the guide's
    *("text/javascript", "image/svg+xml", "application/wasm", "application/manifest+json", "application/problem+json"),
    "application/ld+json",
)
"""What is text by its type besides HTML, which nginx always compresses: the guide's list has none of the types that
scripts (RFC 9239), drawings and manifests of a build have today."""
_LOG = {
    "time": "$time_iso8601",
    "client": "$remote_addr",
    "proxy": "$realip_remote_addr",
    "request_id": "$request_id",
    "host": "$host",
    "method": "$request_method",
    # the path alone, as the client wrote it: query strings of this application carry personal data
    "path": "$asked_path",
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
    # above nginx's own errors: their lines name the whole request, with its query. What failed stands in the access log
    yield directive("error_log", "stderr", "crit")
    yield from _tuning(config)
    yield from _logging()
    yield from _real_address(config)
    yield from _paths()
    yield from _answers(config)
    yield from _proxying(config)
    yield block(
        "map",
        "$remote_addr",
        LIMITED_CLIENT,
        # of an IPv6 address the network that one household gets, 64 bits (RFC 6177; RFC 4291, 2.5.4): whoever owns it
        # has 2^64 addresses to ask from. Zeros that nginx writes as :: end it before
        body=[directive("default", "$binary_remote_addr"), directive("~^(?<net>([0-9a-f]+:){1,4})", "$net")],
    )
    for zone in config.zones:
        rate = f"rate={zone.requests_per_second}r/s"
        yield directive("limit_req_zone", LIMITED_CLIENT, f"zone={zone.name}:{zone.size_mib}m", rate)
    yield directive("limit_req_status", 429)
    # below the error log's level: its lines carry query strings, and a flood must not flood the log too
    yield directive("limit_req_log_level", "info")
    for upstream in config.upstreams:
        yield _upstream(upstream)
    yield from servers(config)


def _tuning(config: GatewayConfig) -> Iterator[Directive]:
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        yield directive(f"{name}_temp_path", f"/tmp/{name}")  # noqa: S108 - a path inside the container
    yield directive("server_tokens", "off")
    # the port of the pod is no visitor's: redirects of nginx's own name the path alone
    yield directive("absolute_redirect", "off")
    # an application would read X_Forwarded_For as X-Forwarded-For
    yield directive("underscores_in_headers", "off")
    yield directive("ignore_invalid_headers", "on")
    # what routes and limits compare is the path with double slashes merged
    yield directive("merge_slashes", "on")
    yield directive("sendfile", "on")
    yield directive("tcp_nopush", "on")
    yield directive("tcp_nodelay", "on")
    yield directive("keepalive_timeout", config.tuning.keepalive_seconds)
    yield directive("keepalive_min_timeout", f"{KEEPALIVE_MIN_SECONDS}s")
    yield directive("keepalive_requests", config.tuning.keepalive_requests)
    yield directive("reset_timedout_connection", "on")
    yield directive("client_max_body_size", f"{config.max_body_mib}m")
    yield directive("large_client_header_buffers", 4, f"{HEADER_BUFFER_KIB}k")
    yield directive("gzip", "on")
    yield directive("gzip_vary", "on")
    yield directive("gzip_min_length", 1024)
    yield directive("gzip_types", *GZIP_TYPES)
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


def _paths() -> Iterator[Directive]:
    """Whether a path has one reading, and what of it the log may know."""
    odd = [directive(path, 1) for path in ODD_PATHS]
    yield block("map", "$request_uri", "$odd_path", body=[directive("default", 1), *odd, directive(ONE_READING, "")])
    # the answer to a refused path is inside nginx, where the path must not be refused once more
    inside = directive(f"~^{ERROR_FOLDER}({'|'.join(ERROR_KINDS)})$", "")
    yield block("map", "$uri", REFUSED_PATH, body=[directive("volatile"), directive("default", "$odd_path"), inside])
    asked = directive("~^(?<asked>[^?#]*)", "$asked")
    yield block("map", "$request_uri", "$asked_path", body=[directive("default", ""), asked])


def _answers(config: GatewayConfig) -> Iterator[Directive]:
    """Headers and errors of answers."""
    yield from error_maps()
    yield from _static_lifetimes(config)
    # what the application says to nginx alone, which no other cache hears: how long, or not at all
    read = [directive("default", "no-store"), directive(rf"~*^\|{READABLE_CONTROL.removeprefix('^')}", "")]
    yield block("map", "$upstream_http_x_accel_expires|$upstream_http_cache_control", UNREAD_CONTROL, body=read)
    yield from varying()
    yield from told_addresses(_names(config))
    for header in config.headers:
        if header.yields:
            said = f"$upstream_http_{header.name.lower().replace('-', '_')}"
            yield block("map", said, own_variable(header), body=[directive("default", ""), directive("", header.value)])
    for name in hidden_headers(config.headers):
        yield directive("proxy_hide_header", name)
    # an answer of the application chooses no other location, pace or lifetime; X-Accel-Buffering is for streams
    ignored = ("X-Accel-Redirect", "X-Accel-Limit-Rate", "X-Accel-Charset", "X-Accel-Expires")
    yield directive("proxy_ignore_headers", *ignored)


def _names(config: GatewayConfig) -> Names:
    hosts = (member.host.split(".") for upstream in config.upstreams for member in upstream.members)
    spaces = (labels[1] for labels in hosts if labels[2:3] == ["svc"])
    return Names(config.server_names, tuple(dict.fromkeys(spaces)))


def _proxying(config: GatewayConfig) -> Iterator[Directive]:
    yield from redirects(_names(config))
    yield directive("resolver", config.cluster_dns, f"valid={RESOLVER_SECONDS}s", "ipv6=off")
    yield directive("resolver_timeout", "5s")
    # WebSockets only: an upgrade to h2c would be a connection that no rule of this file sees into
    for variable, value in (("$upgrade", "websocket"), ("$connection_upgrade", "upgrade")):
        yield block(
            "map", "$http_upgrade", variable, body=[directive("default", ""), directive("~*^websocket$", value)]
        )
    yield directive("proxy_buffer_size", f"{HEADER_BUFFER_KIB}k")
    # at least one buffer, and less than all of a page's 32 KiB but one (nginx documentation)
    yield directive("proxy_busy_buffers_size", f"{HEADER_BUFFER_KIB}k")
    yield directive("proxy_http_version", "1.1")
    yield directive("proxy_headers_hash_max_size", HEADERS_HASH_SIZE)
    yield directive("proxy_headers_hash_bucket_size", HEADERS_HASH_BUCKET)
    yield from proxy_headers(UPGRADE_HEADERS)
    yield directive("proxy_next_upstream_tries", RETRY_TRIES)
    yield directive("proxy_next_upstream_timeout", f"{RETRY_SECONDS}s")
    # nothing is spooled to disk in either direction: uploads could fill it, and a full disk evicts the pod
    yield directive("proxy_request_buffering", "off")
    yield directive("proxy_max_temp_file_size", 0)


def _static_lifetimes(config: GatewayConfig) -> Iterator[Directive]:
    """Public and immutable (guide, Load Balancing: /static/ expires 1y) where the application leaves the lifetime open.

    Whatever else it says of a file counts as it is: an origin may always shorten, or forbid. HTTP/1.0's headers say
    something too, and with them alone no other is added. Several lines of a header are one here, with commas.
    """
    age = config.tuning.static_max_age_seconds
    year = f"public, max-age={age}, immutable" if age else "no-cache"
    named = [directive(f"~*{_begins_as(path)}", "no-store") for path in config.private_files]
    yield block("map", "$uri", "$open_lifetime", body=[directive("default", year), *named])
    said = "$upstream_http_cache_control|$upstream_http_expires$upstream_http_pragma$upstream_http_x_accel_expires"
    # what the edge takes for a lifetime left open (`bailbondpro.edge.cache_control.OPEN_CONTROLS`), unless it says more
    open_values = directive(r"~*^(public(,\s*immutable)?|immutable)?\|$", "$open_lifetime")
    yield block(
        "map",
        said,
        "$said_lifetime",
        body=[directive("default", "$upstream_http_cache_control"), open_values],
    )
    yield block(
        "map",
        "$status",
        "$static_cache_control",
        # a missing file must not stay missing in every cache for a year
        body=[directive("default", "no-store"), directive("~^(200|206|304)$", "$said_lifetime")],
    )


def _begins_as(path: str) -> str:
    """The expression of what begins as a path, its folders with or without parameters (RFC 3986, 3.3)."""
    return "^" + re.escape(path).replace("/", "(;[^/]*)?/").removeprefix("(;[^/]*)?")


def _upstream(upstream: Upstream) -> Directive:
    body = [directive("zone", upstream.shared_zone, "256k"), directive(upstream.balancing)]
    body += [
        directive(
            "server",
            f"{member.host}:{member.port}",
            "resolve",
            f"max_fails={member.max_fails}",
            f"fail_timeout={member.fail_timeout_seconds}s",
        )
        for member in upstream.members
    ]
    body.append(directive("keepalive", upstream.keepalive))
    body.append(directive("keepalive_timeout", f"{upstream.keepalive_seconds}s"))
    return block("upstream", upstream.name, body=body)
