"""The servers and locations of nginx.conf: who is answered, and which upstream is asked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .addresses import TOLD
from .directives import Directive, block, directive
from .errors import METHODS, READING_METHODS, error_pages, refused_methods
from .model import CIPHERS
from .paths import REFUSED_PATH
from .response_headers import HSTS, UNREAD_CONTROL, hidden_headers, own_variable, replaced
from .trusted_headers import SET, STRIPPED
from .vary import OWN_VARY, SHARED_VARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .model import Authorization, GatewayConfig, Route, Site, Timeouts
    from .response_headers import Header

CERTIFICATE_PATH = "/etc/ssl/gateway/tls.crt"
PRIVATE_KEY_PATH = "/etc/ssl/gateway/tls.key"
CLIENT_CA_PATH = "/etc/ssl/gateway/client-ca.crt"
AUTHORIZATION_LOCATION = "/_authorization"
"""Inside nginx only: no client can ask for it."""
_REFUSED = block("location", "/", body=[directive("return", 421)])
"""For a host that is none of ours (RFC 9110, 15.5.20). In a location, since one of the server would meet its own error
page on the way to it."""
_NEVER_CACHED = directive("add_header", "Cache-Control", "no-store", "always")
_AWAY = block("location", "/", body=[directive("return", 503)])
_NOTHING_ELSE = block("location", "/", body=[directive("return", 404)])
FILE_HEADERS = ("Accept", "Accept-Encoding", "If-Modified-Since", "If-None-Match", "If-Range", "Origin", "Range")
"""What a client says that hosts of public files pass on: enough for a file, a part of it, or whether it has changed.
The edge gives one answer to everybody, so nothing else may decide it: no cookie, no credential, no language, no header
that a framework reads and no cache has in its key. Origin is in the edge's key (Cloudflare docs, Cache keys); a file
that depends on Accept says so in Vary, or has another type, and is not stored."""
UPGRADE_HEADERS: dict[str, str] = {"Upgrade": "$upgrade", "Connection": "$connection_upgrade"}


def proxy_headers(further: Mapping[str, str], *, client_headers: bool = True) -> Iterator[Directive]:
    """Every header that an application might trust, set or stripped, and further ones, which win.

    Args:
        further: name and value of each.
        client_headers: those of the client pass; without them there is nothing to strip.
    """
    known = {header.name: header.value for header in (*SET, *(STRIPPED if client_headers else ()))}
    for name, value in {**known, **further}.items():
        yield directive("proxy_set_header", name, value)


def servers(config: GatewayConfig) -> Iterator[Directive]:
    """Plain HTTP, names that are not ours, the application, hosts that serve less, nginx's counters."""
    yield from _plain_servers(config)
    yield _refusing_server(config)
    yield _server(config)
    for site in config.sites:
        yield _site(config, site)
    if config.status_port is not None:
        yield _status_server(config.status_port)


def _health(headers: Iterable[Directive]) -> Directive:
    return block(
        "location",
        "=",
        "/health",
        body=[
            directive("access_log", "off"),
            directive("default_type", "text/plain"),
            *headers,
            _NEVER_CACHED,
            directive("return", 200, "healthy\n"),
        ],
    )


def _ready(config: GatewayConfig, headers: Iterable[Directive]) -> Directive:
    """Readiness of the application, within the 5 seconds that probes wait."""
    return block(
        "location",
        "=",
        "/ready",
        body=[
            directive("access_log", "off"),
            directive("proxy_connect_timeout", "2s"),
            directive("proxy_read_timeout", "4s"),
            *headers,
            *_hidden_headers(config, None, "Cache-Control"),
            _NEVER_CACHED,
            directive("proxy_pass", f"http://{config.ready_upstream}"),
        ],
    )


def _plain_servers(config: GatewayConfig) -> Iterator[Directive]:
    """Probes ask by address and are answered; visitors of our names are redirected, others are refused."""
    headers = tuple(_headers(header for header in config.headers if header.name != HSTS))
    answers = (*headers, *error_pages(headers, read_only=False), _health(headers), _ready(config, headers))
    redirect = block("location", "/", body=[directive("return", 301, "https://$host$request_uri")])
    yield block(
        "server",
        body=[
            directive("listen", config.http_port, "default_server"),
            directive("server_name", "_"),
            *answers,
            _REFUSED,
        ],
    )
    yield block(
        "server",
        body=[directive("listen", config.http_port), directive("server_name", *config.host_names), *answers, redirect],
    )


def _refusing_server(config: GatewayConfig) -> Directive:
    """Clients that ask for no name of ours (scanners of the address space) get no certificate and no answer.

    A name that is none of ours in a connection that was opened for one of ours gets an error like every other.
    """
    headers = tuple(_headers(config.headers))
    return block(
        "server",
        body=[
            directive("listen", config.https_port, "ssl", "default_server"),
            directive("ssl_reject_handshake", "on"),
            *error_pages(headers, read_only=False),
            _REFUSED,
        ],
    )


def _server(config: GatewayConfig) -> Directive:
    asked = [] if config.authorization is None else [_authorization(config.authorization)]
    served = [_AWAY] if config.maintenance else [*_hidden(config), *asked, *_locations(config, config.routes)]
    # Cloudflare's monitor asks here, as visitors do: with TLS, the host name and Cloudflare's certificate.
    ready = _ready(config, _site_headers(config, None))
    return block("server", body=[*_tls(config, config.server_names), *_common(config), ready, *served])


def _hidden(config: GatewayConfig) -> Iterator[Directive]:
    """What pods answer to the cluster alone: first of all expressions, because the first that matches wins in nginx.

    The other hosts route none of it.
    """
    for path in config.hidden:
        yield block("location", "~*", segments_expression(path), body=[directive("return", 404)])


def _site(config: GatewayConfig, site: Site) -> Directive:
    """A host that serves some paths; the application's other routes do not exist on it."""
    asked = [_authorization(config.authorization)] if config.authorization and _asks(site) else []
    missing = [] if any(route.path == "/" for route in site.routes) else [_NOTHING_ELSE]
    routed = [*_public_files(config, site), *asked, *_locations(config, site.routes, site), *missing]
    served = [_AWAY] if config.maintenance else routed
    return block("server", body=[*_tls(config, site.names), *_common(config, site), *served])


def _asks(site: Site) -> bool:
    return any(route.authorized for route in site.routes)


def _common(config: GatewayConfig, site: Site | None = None) -> Iterator[Directive]:
    """What every name answers alike: headers, errors, the refusal of odd paths and methods, liveness."""
    headers = tuple(_site_headers(config, site))
    read_only = site is not None and site.public_files
    yield from headers
    yield from error_pages(headers, read_only=read_only)
    yield block("if", f"({REFUSED_PATH})", body=[directive("return", 400)])
    yield refused_methods(READING_METHODS if read_only else METHODS)
    yield _health(headers)


def _public_files(config: GatewayConfig, site: Site) -> Iterator[Directive]:
    if not site.public_files:
        return
    yield directive("proxy_pass_request_headers", "off")
    yield directive("proxy_pass_request_body", "off")
    passed = {name: f"$http_{name.lower().replace('-', '_')}" for name in FILE_HEADERS}
    yield from proxy_headers({**passed, "Upgrade": "", "Connection": "", "Content-Length": ""}, client_headers=False)
    yield from _hidden_headers(config, site)


def _hidden_headers(config: GatewayConfig, site: Site | None, *further: str) -> Iterator[Directive]:
    """Of the application's answer; whoever hides one of its own inherits none."""
    instead = () if site is None else site.headers
    names = [*hidden_headers(replaced(config.headers, instead)), *further]
    if site is not None and site.public_files:
        names.append("Set-Cookie")
    if site is not None and site.shared:
        names.append("Access-Control-Allow-Origin")
    for name in names:
        yield directive("proxy_hide_header", name)


def _authorization(asked: Authorization) -> Directive:
    """Asks with the request's headers and without its body; a location with headers of its own inherits none."""
    headers = {
        "Connection": "",
        "Upgrade": "",
        "Content-Length": "",
        "X-Original-Method": "$request_method",
        "X-Original-URI": "$request_uri",
    }
    return block(
        "location",
        "=",
        AUTHORIZATION_LOCATION,
        body=[
            directive("internal"),
            directive("proxy_pass_request_body", "off"),
            *proxy_headers(headers),
            *_timeouts(asked.timeouts),
            directive("proxy_pass", f"http://{asked.upstream}{asked.path}"),
        ],
    )


def _status_server(port: int) -> Directive:
    """Nginx's own counters, for the exporter in the same pod."""
    status = block("location", "=", "/status", body=[directive("access_log", "off"), directive("stub_status")])
    return block("server", body=[directive("listen", f"127.0.0.1:{port}"), status])


def _tls(config: GatewayConfig, names: tuple[str, ...]) -> Iterator[Directive]:
    yield directive("listen", config.https_port, "ssl")
    yield directive("http2", "on")
    yield directive("server_name", *names)
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


def _headers(headers: Iterable[Header]) -> Iterator[Directive]:
    for header in headers:
        yield directive("add_header", header.name, own_variable(header) if header.yields else header.value, "always")


def _site_headers(config: GatewayConfig, site: Site | None) -> Iterator[Directive]:
    yield from _headers(replaced(config.headers, () if site is None else site.headers))
    yield directive("add_header", "CDN-Cache-Control", UNREAD_CONTROL, "always")
    for name, variable in TOLD.items():
        yield directive("add_header", name, variable, "always")
    shared = site is not None and site.shared
    yield directive("add_header", "Vary", SHARED_VARY if shared else OWN_VARY, "always")
    if shared:
        yield directive("add_header", "Access-Control-Allow-Origin", "*", "always")


def _locations(config: GatewayConfig, routes: tuple[Route, ...], site: Site | None = None) -> list[Directive]:
    """Segments first, longest first: the first regular expression that matches wins in nginx."""
    segments = [route for route in routes if route.match == "segment"]
    prefixes = [route for route in routes if route.match == "prefix"]
    ordered = sorted(segments, key=lambda route: (-len(route.path), route.path)) + sorted(
        prefixes, key=lambda route: (-len(route.path), route.path)
    )
    return [_location(config, route, site) for route in ordered]


def _location(config: GatewayConfig, route: Route, site: Site | None) -> Directive:
    body = list(_location_body(config, route, site))
    if route.match == "segment":
        return block("location", "~*", segments_expression(route.path), body=body)
    return block("location", route.path, body=body)


def segments_expression(path: str) -> str:
    """The expression of a path's segments, each with or without parameters, which some servers drop (RFC 3986, 3.3)."""
    # a dot is the only character of a checked path that means something else in an expression
    parts = [part.replace(".", r"\.") for part in path.strip("/").split("/")]
    return "^" + "".join(f"/{part}(;[^/]*)?" for part in parts) + "(/|$)"


def _location_body(config: GatewayConfig, route: Route, site: Site | None) -> Iterator[Directive]:
    if route.suffixes:
        wanted = rf"\.({'|'.join(route.suffixes)})$)"
        yield block("if", "($uri", "!~*", wanted, body=[directive("return", 404)])
    if _left_open(config, route):
        # /api/session;x/clients is below the open folder for who drops parameters, and another path for who does not
        yield block("if", "($uri", "~", ";)", body=[directive("return", 400)])
    if route.rate_limit is not None:
        limit = route.rate_limit
        # nginx refuses to start with a burst of 0
        burst = (f"burst={limit.burst}", "nodelay") if limit.burst else ()
        yield directive("limit_req", f"zone={limit.zone}", *burst)
    if route.authorized:
        yield directive("auth_request", AUTHORIZATION_LOCATION)
    yield from _timeouts(route.timeouts)
    if route.small_buffers:
        yield directive("proxy_buffering", "on")
        yield directive("proxy_buffers", 8, "4k")
    yield directive("proxy_next_upstream", *route.retry_on)
    if route.immutable:
        # a location with headers of its own inherits none
        yield from _site_headers(config, site)
        yield from _hidden_headers(config, site, "Cache-Control")
        yield directive("add_header", "Cache-Control", "$static_cache_control", "always")
    yield directive("proxy_pass", f"http://{route.upstream}{route.folder}")


def _left_open(config: GatewayConfig, route: Route) -> bool:
    """Whether nobody is asked below a path where somebody is asked otherwise."""
    path = f"{route.path.rstrip('/')}/"
    asked = [other.path.rstrip("/") for other in config.routes if other.authorized]
    return not route.authorized and any(path.startswith(f"{folder}/") for folder in asked)


def _timeouts(timeouts: Timeouts) -> Iterator[Directive]:
    yield directive("proxy_connect_timeout", f"{timeouts.connect}s")
    yield directive("proxy_send_timeout", f"{timeouts.send}s")
    yield directive("proxy_read_timeout", f"{timeouts.read}s")
