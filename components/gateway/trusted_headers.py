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
    (
        "the client's address, spelled by yet others: Alibaba Cloud, Imperva, Sucuri, request-ip (npm), proxies",
        (
            *("Ali-CDN-Real-IP", "Incap-Client-IP", "X-Sucuri-ClientIP", "Real-IP", "Source-IP", "HTTP-Client-IP"),
            *("X-Forward-For", "X-Forwarder-For", "X-Forwarded-Client-IP", "X-Forwarded-Remote-Addr", "X-IP", "Via"),
            *("X-Real-Client-IP", "X-Source-IP", "X-User-IP", "X-Visitor-IP", "CloudFront-Viewer-Address"),
        ),
    ),
    (
        "a CDN's, cloud's or mesh's own words: Fastly, Azure Front Door and App Service, Envoy, App Engine, Fly.io",
        (
            *("Fastly-FF", "Fastly-SSL", "Fastly-Client", "Fastly-Orig-Host", "X-Azure-FDID", "X-FD-HealthProbe"),
            *("Disguised-Host", "WAS-Default-Hostname", "X-WAWS-Unencoded-URL", "X-Envoy-Original-Dst-Host"),
            *("X-Envoy-Original-Host", "X-Envoy-Downstream-Service-Cluster", "X-Envoy-Peer-Metadata"),
            *("X-Envoy-IP-Tags", "X-Envoy-Force-Trace", "X-Envoy-Retry-On", "X-Envoy-Max-Retries"),
            *("X-Envoy-Upstream-Rq-Timeout-Ms", "X-Appengine-Cron", "X-Appengine-QueueName", "X-Appengine-Country"),
            *("X-Appengine-Inbound-Appid", "X-CloudScheduler", "Fly-Forwarded-Proto", "Fly-Forwarded-Ssl"),
            *("Fly-Forwarded-Port", "CloudFront-Forwarded-Proto", "CloudFront-Viewer-Country", "X-Vercel-IP-Country"),
            *("X-Country-Code", "X-Apigateway-Event", "X-Apigateway-Context", "X-Amzn-Tls-Version"),
        ),
    ),
    (
        "Cloudflare documentation, managed transforms and mutual TLS",
        (
            *("Cf-Access-Client-Id", "Cf-Access-Client-Secret", "CF-IPCity", "CF-IPContinent", "CF-Region"),
            *("CF-Region-Code", "CF-Timezone", "CF-Postal-Code", "CF-IPLatitude", "CF-IPLongitude", "CF-Bot-Score"),
            *("CF-Verified-Bot", "CF-Threat-Score", "Cf-Cert-Presented", "Cf-Cert-Verified", "Cf-Cert-Revoked"),
            *("Cf-Cert-Subject-DN", "Cf-Client-Cert-Der-Base64", "Cf-Client-Cert-Sha256"),
        ),
    ),
    (
        "the protocol, the host and the path once more: WebLogic, IIS, ASP.NET Core PathBase, CAS, reverse proxies",
        (
            *("WL-Proxy-SSL", "Proxy-SSL", "X-SSL", "X-HTTPS", "HTTPS", "X-Forwarded-HTTPS", "X-Proto", "X-Protocol"),
            *("X-Client-Proto", "X-Original-Protocol", "X-Original-Prefix", "X-Forwarded-PathBase", "Base-URL"),
            *("X-Base-URL", "X-Forwarded-Base", "X-Forwarded-Context", "X-Forwarded-Root", "X-External-URL"),
            *("X-Public-URL", "X-Request-URI", "Request-URI", "Path-Info", "X-Path-Info", "Script-Name"),
            *("X-Rewrite-Path", "X-Rewrite-URI", "X-Sendfile", "X-Accel-Redirect", "X-Wap-Profile"),
        ),
    ),
    (
        "who is signed in: Kong, APISIX, Pomerium, Vouch, Ory, Google API Gateway, mod_auth_openidc, Grafana",
        (
            *("X-Anonymous-Consumer", "X-Authenticated-Scope", "X-Authenticated-Userid", "X-Consumer-Custom-ID"),
            *("X-Consumer-ID", "X-Consumer-Username", "X-Credential-Identifier", "X-Userinfo", "X-Auth-User"),
            *("X-Auth-Username", "X-Auth-Email", "X-Auth-Roles", "X-Forwarded-Roles", "X-Vouch-User", "X-User-Email"),
            *("X-Pomerium-Jwt-Assertion", "X-Kratos-Authenticated-Identity-Id", "X-Endpoint-API-UserInfo"),
            *("X-Apigateway-Api-Userinfo", "OIDC-Claim-Sub", "OIDC-Claim-Email", "X-WEBAUTH-EMAIL", "X-WEBAUTH-NAME"),
            *("X-WEBAUTH-ROLE", "X-WEBAUTH-GROUPS", "Impersonate-Uid", "X-MS-CLIENT-PRINCIPAL-IDP"),
            *("X-MS-TOKEN-AAD-ID-TOKEN", "X-MS-TOKEN-AAD-ACCESS-TOKEN", "Tailscale-User-Name"),
        ),
    ),
    (
        "client certificates once more: nginx ingress, HAProxy, Apache, WebLogic, AWS ALB",
        (
            *("SSL-Client-I-DN", "SSL-Client-Subject-DN", "SSL-Client-Issuer-DN", "SSL-Client-Fingerprint"),
            *("X-Client-Certificate", "X-Client-DN", "X-SSL-Client-CN", "X-SSL-Client-DN", "X-SSL-Client-I-DN"),
            *("X-SSL-Client-Serial", "X-SSL-Client-SHA1", "X-SSL-Client-Fingerprint", "X-SSL-Issuer"),
            *("X-SSL-Subject", "WL-Proxy-Client-Cert", "X-Amzn-Mtls-Clientcert-Subject"),
            *("X-Amzn-Mtls-Clientcert-Issuer", "X-Amzn-Mtls-Clientcert-Serial-Number"),
            "X-Amzn-Mtls-Clientcert-Validity",
        ),
    ),
    (
        "Next.js, React Router (CVE-2025-43864, CVE-2025-43865) and Nuxt, headers between their own parts",
        (
            *("x-middleware-subrequest-id", "x-middleware-cache", "x-middleware-refresh", "x-nextjs-rewrite"),
            *("x-nextjs-matched-path", "x-nextjs-redirect", "x-prerender-revalidate", "next-resume"),
            *("x-prerender-revalidate-if-generated", "X-React-Router-SPA-Mode", "X-React-Router-Prerender-Data"),
            *("x-nuxt-error", "x-nuxt-no-ssr", "x-nitro-prerender"),
        ),
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
