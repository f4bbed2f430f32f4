"""Request headers that applications take for the word of a proxy: the gateway sets each or lets none pass. Pure.

A client may send any header. Frameworks believe some of them, because in their world a proxy writes them: who asks, for
which host, over which protocol, signed in as whom. This proxy writes those of `SET`; of every other name that a
framework is known to believe nothing arrives. Names with an underscore or a dot, which CGI-like servers take for
hyphens, nginx drops before (nginx documentation, underscores_in_headers, ignore_invalid_headers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC_PORT = 443
"""The port that visitors use; the gateway's own is nobody's business."""


@dataclass(frozen=True)
class TrustedHeader:
    """A header and who believes it.

    Attributes:
        name: as it is written.
        value: what the gateway sends to the application; empty: the header does not arrive.
        source: whose documentation or code reads it.
    """

    name: str
    value: str
    source: str


SET = (
    TrustedHeader("Host", "$host", "RFC 9110, 7.2; one of the server's own names"),
    # set, not appended to: what a client claims about itself is not evidence
    TrustedHeader("X-Forwarded-For", "$remote_addr", "every framework; MDN, X-Forwarded-For"),
    TrustedHeader("X-Forwarded-Host", "$host", "Next.js, Express, Rack, Django, Symfony; MDN, X-Forwarded-Host"),
    TrustedHeader("X-Forwarded-Port", str(PUBLIC_PORT), "Rack::Request, Symfony, Spring ForwardedHeaderFilter"),
    TrustedHeader("X-Forwarded-Proto", "$scheme", "every framework; MDN, X-Forwarded-Proto"),
    TrustedHeader("X-Real-IP", "$remote_addr", "nginx convention; request-ip (npm), ASP.NET, Go chi RealIP"),
    TrustedHeader("X-Request-Id", "$request_id", "Rails RequestId, Heroku convention; logs are joined by it"),
    TrustedHeader("CF-Connecting-IP", "$remote_addr", "Cloudflare documentation, HTTP headers; request-ip (npm)"),
)
"""What the gateway says itself."""

_STRIPPED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("RFC 7239", ("Forwarded",)),
    ("RFC 3875, HTTP_PROXY (httpoxy, CVE-2016-5385 and siblings)", ("Proxy",)),
    (
        "other spellings of the client's address: request-ip (npm), Spring, WebLogic, Rack::Request",
        (
            "Client-IP",
            "Forwarded-For",
            "Forwarded-For-IP",
            "Proxy-Client-IP",
            "Remote-Addr",
            "WL-Proxy-Client-IP",
            "X-Client-IP",
            "X-Cluster-Client-IP",
            "X-Custom-IP-Authorization",
            "X-Forwarded",
            "X-Forwarded-By",
            "X-Forwarded-For-Original",
            "X-Forwarded-IP",
            "X-Original-Client-IP",
            "X-Original-Forwarded-For",
            "X-Original-Remote-Addr",
            "X-Originating-IP",
            "X-ProxyUser-Ip",
            "X-Remote-Addr",
            "X-Remote-IP",
            "X-True-Client-IP",
            "X-True-IP",
        ),
    ),
    (
        "other CDNs and clouds: Akamai, Fastly, Fly.io, Vercel, Netlify, Azure, App Engine, DigitalOcean, Envoy",
        (
            "Cdn-Src-Ip",
            "DO-Connecting-IP",
            "Fastly-Client-IP",
            "Fly-Client-IP",
            "True-Client-IP",
            "X-Appengine-Remote-Addr",
            "X-Appengine-User-Ip",
            "X-Azure-ClientIP",
            "X-Azure-SocketIP",
            "X-Envoy-External-Address",
            "X-Envoy-Internal",
            "X-Envoy-Original-Path",
            "X-NF-Client-Connection-IP",
            "X-Vercel-Forwarded-For",
        ),
    ),
    (
        # a client that is admitted past the edge could write these; nothing here needs them
        "Cloudflare documentation, HTTP headers and Cloudflare Access",
        (
            "Cf-Access-Authenticated-User-Email",
            "Cf-Access-Jwt-Assertion",
            "CF-Connecting-IPv6",
            "CF-Connecting-O2O",
            "CF-IPCountry",
            "CF-Pseudo-IPv4",
            "CF-Visitor",
            "CF-Worker",
        ),
    ),
    (
        "the host: Symfony, Django, IIS, ASP.NET Core, Ruby on Rails, James Kettle, Practical Web Cache Poisoning",
        (
            "X-Backend-Host",
            "X-Forwarded-Host-Original",
            "X-Forwarded-Server",
            "X-Host",
            "X-Host-Override",
            "X-HTTP-Host-Override",
            "X-Original-Host",
        ),
    ),
    (
        "the protocol: Rack::Request, gunicorn secure_scheme_headers, Plack ReverseProxy, ASP.NET Core, IIS ARR",
        (
            "Front-End-Https",
            "X-ARR-SSL",
            "X-Forwarded-Protocol",
            "X-Forwarded-Scheme",
            "X-Forwarded-Ssl",
            "X-Original-For",
            "X-Original-Proto",
            "X-Original-Scheme",
            "X-Scheme",
            "X-Url-Scheme",
        ),
    ),
    (
        "the path: Symfony and Zend on IIS, Spring, Traefik, werkzeug ProxyFix, nginx auth_request convention",
        (
            "X-Accel-Mapping",
            "X-Forwarded-Path",
            "X-Forwarded-Prefix",
            "X-Forwarded-Uri",
            "X-Forwarded-Url",
            "X-Original-Method",
            "X-Original-Path",
            "X-Original-URI",
            "X-Original-URL",
            "X-Override-URL",
            "X-Replaced-Path",
            "X-Rewrite-URL",
            "X-Script-Name",
            "X-Sendfile-Type",
        ),
    ),
    (
        "the method: Rack::MethodOverride, Symfony, method-override (npm), ASP.NET Core, Google APIs",
        (
            "X-Forwarded-Method",
            "X-HTTP-Method",
            "X-HTTP-Method-Override",
            "X-Method-Override",
        ),
    ),
    (
        "who is signed in: oauth2-proxy, Authelia, Authentik, Grafana auth.proxy, Kubernetes authenticating proxy",
        (
            "Impersonate-Group",
            "Impersonate-User",
            "Remote-Email",
            "Remote-Groups",
            "Remote-Name",
            "Remote-User",
            "X-Auth-Request-Access-Token",
            "X-Auth-Request-Email",
            "X-Auth-Request-Groups",
            "X-Auth-Request-Preferred-Username",
            "X-Auth-Request-User",
            "X-Authenticated-User",
            "X-Authentik-Email",
            "X-Authentik-Groups",
            "X-Authentik-Name",
            "X-Authentik-Username",
            "X-Forwarded-Access-Token",
            "X-Forwarded-Email",
            "X-Forwarded-Groups",
            "X-Forwarded-Preferred-Username",
            "X-Forwarded-User",
            "X-Remote-Group",
            "X-Remote-User",
            "X-WEBAUTH-USER",
        ),
    ),
    (
        "who is signed in, by a cloud's load balancer: AWS ALB, Google IAP, Azure App Service, Tailscale",
        (
            "Tailscale-User-Login",
            "X-Amzn-Oidc-Accesstoken",
            "X-Amzn-Oidc-Data",
            "X-Amzn-Oidc-Identity",
            "X-Goog-Authenticated-User-Email",
            "X-Goog-Authenticated-User-Id",
            "X-Goog-Iap-Jwt-Assertion",
            "X-MS-CLIENT-PRINCIPAL",
            "X-MS-CLIENT-PRINCIPAL-ID",
            "X-MS-CLIENT-PRINCIPAL-NAME",
        ),
    ),
    (
        "client certificates: Envoy, Traefik, nginx and HAProxy conventions, AWS ALB, Azure",
        (
            "Client-Cert",
            "Client-Cert-Chain",
            "SSL-Client-Cert",
            "SSL-Client-S-DN",
            "SSL-Client-Verify",
            "X-Amzn-Mtls-Clientcert",
            "X-Amzn-Mtls-Clientcert-Leaf",
            "X-ARR-ClientCert",
            "X-Client-Cert",
            "X-Client-Verify",
            "X-Forwarded-Client-Cert",
            "X-Forwarded-Tls-Client-Cert",
            "X-Forwarded-Tls-Client-Cert-Info",
            "X-SSL-Cert",
            "X-SSL-Client-Cert",
            "X-SSL-Client-S-DN",
            "X-SSL-Client-Verify",
        ),
    ),
    (
        "Next.js, headers between its own parts (CVE-2025-29927 for the first)",
        (
            "x-middleware-subrequest",
            "x-middleware-invoke",
            "x-middleware-next",
            "x-middleware-override-headers",
            "x-middleware-redirect",
            "x-middleware-rewrite",
            "x-middleware-set-cookie",
            "x-middleware-skip",
            "x-invoke-error",
            "x-invoke-output",
            "x-invoke-path",
            "x-invoke-query",
            "x-invoke-status",
            "x-matched-path",
            "x-now-route-matches",
        ),
    ),
    (
        "Astro, headers between its own parts (GHSA-mr6q-rp88-fx84)",
        ("x-astro-locals", "x-astro-middleware-secret", "x-astro-path"),
    ),
    ("Symfony HttpCache, Edge Side Includes", ("Surrogate-Capability",)),
)


def _stripped() -> Iterator[TrustedHeader]:
    for source, names in _STRIPPED:
        yield from (TrustedHeader(name, "", source) for name in names)


STRIPPED = tuple(_stripped())
"""What never arrives."""

CREDENTIALS = (
    TrustedHeader("Authorization", "", "RFC 9110, 11.6.2"),
    TrustedHeader("Cookie", "", "RFC 6265, 5.4"),
)
"""What hosts of public files do not pass on either: an application that knows nobody can answer nobody's data."""
