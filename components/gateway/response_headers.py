"""Headers of answers: what the gateway says, what the application may say instead, what never leaves. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bailbondpro.edge.security import PUBLIC_FILE_POLICY, REFERRER_POLICY

from .addresses import TOLD


@dataclass(frozen=True, kw_only=True)
class Header:
    """A response header that every answer carries, errors included.

    Attributes:
        name: as it is written.
        value: what it says.
        yields: the application's own header of this name counts where it sends one; else nobody sees that.
    """

    name: str
    value: str
    yields: bool = False


GUIDE_HSTS = "max-age=63072000; includeSubDomains; preload"
HSTS = "Strict-Transport-Security"
CONTENT_SECURITY_POLICY = "Content-Security-Policy"
PERMISSIONS = (
    "camera=(self), display-capture=(), geolocation=(self), hid=(), microphone=(), midi=(), payment=(self), serial=(), "
    "usb=()"
)
"""What pages may ask of a device (W3C Permissions Policy; MDN, Permissions-Policy): a photograph and a place of their
own, for check-ins, a payment; nothing in frames of others. By judgement."""
_ANCESTORS = {"DENY": "'none'", "SAMEORIGIN": "'self'"}
"""What X-Frame-Options says, as `frame-ancestors` (CSP Level 3, 6.4.2)."""


def security_headers(*, frame_options: str = "DENY", hsts: str | None = GUIDE_HSTS) -> tuple[Header, ...]:
    """The guide's security headers (Load Balancing, nginx-lb.conf), and those that it does not know.

    Args:
        frame_options: value of X-Frame-Options, DENY or SAMEORIGIN; `frame-ancestors` says the same to browsers that
            heed it alone. The application's own Content-Security-Policy holds besides: browsers enforce both (CSP
            Level 3, 8.1).
        hsts: value of Strict-Transport-Security; None where another system in front sends it.
    """
    headers = (
        Header(name="X-Frame-Options", value=frame_options),
        Header(name="X-Content-Type-Options", value="nosniff"),
        Header(name="X-XSS-Protection", value="1; mode=block"),
        # what a page names without TLS is asked for with it (W3C Upgrade Insecure Requests)
        Header(
            name=CONTENT_SECURITY_POLICY,
            value=f"frame-ancestors {_ANCESTORS[frame_options]}; upgrade-insecure-requests",
        ),
        Header(name="Referrer-Policy", value=REFERRER_POLICY, yields=True),
        Header(name="Permissions-Policy", value=PERMISSIONS, yields=True),
        # windows of others get no hold of ours; those that we open, for a payment or to sign in, keep theirs
        Header(name="Cross-Origin-Opener-Policy", value="same-origin-allow-popups", yields=True),
        # other sites embed nothing of ours (Fetch standard, 3.8); the API's host is of the same site
        Header(name="Cross-Origin-Resource-Policy", value="same-site", yields=True),
    )
    return headers if hsts is None else (*headers, Header(name=HSTS, value=hsts))


GUIDE_HEADERS = security_headers()

PUBLIC_FILE_HEADERS = (
    Header(name=CONTENT_SECURITY_POLICY, value=PUBLIC_FILE_POLICY),
    # mails and partners show them
    Header(name="Cross-Origin-Resource-Policy", value="cross-origin"),
)
"""What hosts of public files say instead."""

_SECONDS = r"(?:s-maxage|max-age|stale-while-revalidate|stale-if-error)=\d++"
_FIELDS = r'(?:private|no-cache)(?:="[^"]*+")?'
_WORDS = "public|immutable|no-store|no-transform|must-revalidate|proxy-revalidate|must-understand"
_ONCE = "".join(rf"(?!(?:.*[\s,])?{name}=.*[\s,]{name}=)" for name in ("max-age", "s-maxage"))
"""Of two lifetimes, in one line or in two, which nginx reads as one, caches take either (RFC 9111, 4.2.1)."""
READABLE_CONTROL = rf"^{_ONCE}(?:[\s,]*+(?:{_SECONDS}|{_FIELDS}|{_WORDS})\s*+(?:,|$))*+[\s,]*$"
"""A Cache-Control of known directives, lifetimes in whole seconds and once, parted by commas (RFC 9111, 5.2.2; RFC
5861; RFC 8246). The edge's own rules store fewer forms; this is for every cache of its kind (RFC 9213), which may have
none."""
UNREAD_CONTROL = "$unread_control"
"""Says no-store to the edge alone, beside a Cache-Control that is not readable; else empty, and no header is said."""

TELLTALE_HEADERS = (
    *("X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Runtime", "X-Generator", "X-Powered-CMS"),
    *("X-Served-By", "X-Backend-Server", "X-Server", "X-Envoy-Upstream-Service-Time", "X-Envoy-Decorator-Operation"),
    *("X-SourceFiles", "X-Debug-Token", "X-Debug-Token-Link", "Via"),
    *("X-Powered-By-Plesk", "X-CF-Powered-By", "X-PHP-Version", "X-Django-Version", "X-OWA-Version", "X-Version"),
    *("MicrosoftSharePointTeamServices", "X-Mod-Pagespeed", "X-Jenkins", "Liferay-Portal", "X-Upstream", "X-Hostname"),
    *("X-Pod", "X-Varnish", "X-Kong-Upstream-Latency", "X-Kong-Proxy-Latency"),
    *("X-Application-Context", "X-Debug-Exception", "X-Debug-Exception-File", "X-ChromeLogger-Data"),
    *("X-ChromePhp-Data", "X-Middleware-Rewrite", "X-Middleware-Redirect", "X-Pod-Name", "X-Pod-IP", "X-Node"),
    *("X-Node-Name", "X-Container-Id", "X-Instance-Id", "X-Upstream-Addr", "X-Backend-Host", "X-Backend-Name"),
    *("X-Host", "X-Host-Name", "X-Server-Name", "X-Server-Id", "X-Symfony-Cache", "X-Rack-Cache"),
    "Alt-Svc",  # a host and port of the application's own; visitors hear the edge's (RFC 7838, 3)
)
"""Names of programs, versions, servers and files, which frameworks send unasked (OWASP Secure Headers Project, headers
to remove; ASP.NET, Rails, Drupal, Symfony, Spring Boot 1, Next.js, Envoy, Kong documentation, and by convention;
unverified)."""


def replaced(headers: tuple[Header, ...], instead: tuple[Header, ...]) -> tuple[Header, ...]:
    """Headers, those of the same names in the place of others."""
    names = {header.name.lower() for header in instead}
    return (*(header for header in headers if header.name.lower() not in names), *instead)


def hidden_headers(headers: tuple[Header, ...]) -> tuple[str, ...]:
    """What of the application's answer does not leave: headers that have another owner, and those that tell tales.

    A Content-Security-Policy of its own does leave: two hold together. HSTS is never the application's. What holds
    addresses is said anew (`addresses`), and so is Vary (`vary`).
    """
    owned = {header.name: None for header in headers if not header.yields and header.name != CONTENT_SECURITY_POLICY}
    return tuple(dict.fromkeys((*owned, HSTS, *TELLTALE_HEADERS, *TOLD, "Vary")))


def own_variable(header: Header) -> str:
    """The variable that is empty where the application says its own."""
    return f"$own_{header.name.lower().replace('-', '_')}"
