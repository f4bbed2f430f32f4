"""Response headers, rate limits and the firewall of a policy, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bailbondpro.edge.cache_classes import api_hosts, class_conditions, image_hosts, static_hosts
from bailbondpro.edge.cloudflare_plans import LIMITS
from bailbondpro.edge.language.expressions import (
    EVERYTHING,
    And,
    AnyOf,
    Contains,
    Equals,
    Expression,
    IsIn,
    Not,
    Or,
    StartsWith,
    Wildcard,
)
from bailbondpro.edge.language.fields import EXTENSION, HOST, METHOD, PATH, RESPONSE_HEADER_NAMES, Lower
from bailbondpro.edge.rewrites import (
    OTHER_SOURCES,
    OTHER_TRANSFORMATIONS,
    RENDITION_PREFIX,
    asks_for_rendition,
    rendition_path,
)

if TYPE_CHECKING:
    from bailbondpro.edge.policy import EdgePolicy, RateLimit

FirewallAction = Literal["block", "managed_challenge"]

CLOUDFLARE_MANAGED_RULESET = "efb7b8c949ac4650a09736fc376e9aee"
"""Cloudflare Managed Ruleset (Cloudflare docs, WAF managed rules)."""

OWASP_CORE_RULESET = "4814384a9e5d4991b9815dcfc25d2f1f"
"""Cloudflare OWASP Core Ruleset (Cloudflare docs, WAF managed rules)."""

REFERRER_POLICY = "strict-origin-when-cross-origin"
"""Addresses of this application name clients: other origins learn the host alone (W3C Referrer Policy, 3.7)."""

PUBLIC_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""Content-Security-Policy of a file that is opened as a page: an SVG may carry a script, and none runs; nor is it shown
in a frame. The edge and the gateway say the same, so that neither loosens what the other said."""

PROBED_PATHS = ("/.git", "/.env", "/.aws", "/wp-admin", "/wp-login.php", "/phpmyadmin", "/server-status", "/metrics")
"""What scanners ask for and this platform never serves in public."""


@dataclass(frozen=True, kw_only=True)
class HeaderRule:
    """One rule of the phase `http_response_headers_transform`: headers that browsers get, each set exactly once."""

    ref: str
    description: str
    when: Expression
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RateLimitRule:
    """One rule of the phase `http_ratelimit`: block a client address over `requests` per `period` seconds."""

    ref: str
    description: str
    when: Expression
    requests: int
    period: int
    mitigation_timeout: int


@dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One rule of the phase `http_request_firewall_custom`."""

    ref: str
    description: str
    when: Expression
    action: FirewallAction


@dataclass(frozen=True, kw_only=True)
class ManagedRule:
    """One rule of the phase `http_request_firewall_managed`: run a ruleset that Cloudflare maintains."""

    ref: str
    description: str
    when: Expression
    ruleset_id: str


def header_rules(policy: EdgePolicy) -> tuple[HeaderRule, ...]:
    """The header rules. `set` replaces what the gateway sent, so that no header arrives twice.

    Where the application may say its own (the gateway's `Header.yields`), the edge sets a header only on an answer that
    has none, such as an error that it makes itself.

    nosniff, frame options and HSTS: scaling guide, Nginx Load Balancer Configuration. Vary: scaling guide, CDN
    Configuration; only where the origin sent none, since a header that it did send means something.
    """
    when = class_conditions(policy)
    public = Or((when.images, when.css, when.js, when.html, when.api))
    return (
        HeaderRule(
            ref="security_headers",
            description="Security headers on every response of the platform's hosts",
            when=IsIn(HOST, policy.host_names()),
            headers=(
                ("strict-transport-security", policy.hsts.value()),
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", policy.frame_options),
            ),
        ),
        HeaderRule(
            ref="referrer_policy",
            description="Referrer-Policy where the origin names none: a stricter one of the application holds",
            when=And((IsIn(HOST, policy.host_names()), Not(AnyOf(RESPONSE_HEADER_NAMES, "eq", "referrer-policy")))),
            headers=(("referrer-policy", REFERRER_POLICY),),
        ),
        HeaderRule(
            ref="vary_on_encoding",
            description="Vary on the encoding where the origin names nothing else",
            when=And((public, Not(AnyOf(RESPONSE_HEADER_NAMES, "eq", "vary")))),
            headers=(("vary", "Accept-Encoding"),),
        ),
        HeaderRule(
            ref="svg_sandbox",
            description="An SVG may carry a script: let none run",
            when=And((IsIn(HOST, (*image_hosts(policy), *static_hosts(policy))), Equals(EXTENSION, "svg"))),
            headers=(("content-security-policy", PUBLIC_FILE_POLICY),),
        ),
    )


def rate_limit_rules(policy: EdgePolicy) -> tuple[RateLimitRule, ...]:
    """The rate limits that the plan has room for, the login's first: a block stops later rules.

    The matching is nginx's, in upper and lower case and with path parameters: the login covers its whole prefix and has
    only the login zone. What an escape in the path still hides from the edge, the gateway limits.
    """
    limits = policy.rate_limits
    path, prefix = Lower(PATH), limits.api_prefix.rstrip("/")
    login = StartsWith(path, limits.login_prefix)
    api = And((Or((Equals(path, prefix), *(StartsWith(path, prefix + end) for end in "/;"))), Not(login)))
    rules = (
        _rate_limit(policy, "login", login, limits.login),
        _rate_limit(policy, "api", api, limits.api),
    )
    return rules[: LIMITS[policy.plan].rate_limit_rules]


def _rate_limit(policy: EdgePolicy, name: str, when: Expression, limit: RateLimit) -> RateLimitRule:
    limits = policy.rate_limits
    hosts = tuple(dict.fromkeys(api_hosts(policy)))
    has_host = HOST.name in LIMITS[policy.plan].rate_limit_fields
    return RateLimitRule(
        ref=f"{name}_rate_limit",
        description=f"{name}: {limit.rate:g} requests per second and a burst of {limit.burst}, per {limits.period} s",
        when=And((IsIn(HOST, hosts), when)) if has_host else when,
        requests=limit.requests_in(limits.period),
        period=limits.period,
        mitigation_timeout=limits.mitigation_timeout,
    )


def firewall_rules(policy: EdgePolicy) -> tuple[FirewallRule, ...]:
    """The custom firewall rules; they fit every plan."""
    probed = Or((*(StartsWith(Lower(PATH), path) for path in PROBED_PATHS), Contains(Lower(PATH), "/.git/")))
    asset_hosts = (*static_hosts(policy), *image_hosts(policy))
    return (
        *_rendition_rules(policy),
        FirewallRule(
            ref="probes",
            description="Block what scanners look for and this platform never serves",
            when=And((IsIn(HOST, policy.host_names()), probed)),
            action="block",
        ),
        FirewallRule(
            ref="read_only_assets",
            description="Asset hosts are read, never written",
            when=And((IsIn(HOST, asset_hosts), Not(IsIn(METHOD, ("GET", "HEAD", "OPTIONS"))))),
            action="block",
        ),
    )


def _rendition_rules(policy: EdgePolicy) -> tuple[FirewallRule, ...]:
    """No image transformations but the listed, of the host's own images.

    Every new one is billed, and what a URL as a source answers would be served from the image host.
    What is listed arrives as the transformation that it was rewritten to (`rewrites`), without its query. That custom
    rules see requests below /cdn-cgi/ is unverified; where they do not, who writes such a path himself is not bound.
    """
    if not policy.images.enabled:
        return ()
    foreign = (Wildcard(PATH, f"/*{part}*") for part in OTHER_SOURCES)
    other = And((StartsWith(Lower(PATH), RENDITION_PREFIX), Or((Not(rendition_path(policy.images)), *foreign))))
    unlisted = And((IsIn(HOST, image_hosts(policy)), asks_for_rendition()))
    return (
        FirewallRule(
            ref="renditions",
            description="Block image transformations that are not listed",
            when=Or((*(StartsWith(Lower(PATH), prefix) for prefix in OTHER_TRANSFORMATIONS), other, unlisted)),
            action="block",
        ),
    )


def managed_rules(policy: EdgePolicy) -> tuple[ManagedRule, ...]:
    """Cloudflare's rulesets where the plan has them; on the free plan its own set runs without configuration."""
    if not (policy.waf_managed and LIMITS[policy.plan].waf_managed_rulesets):
        return ()
    return (
        ManagedRule(
            ref="cloudflare_managed",
            description="Cloudflare Managed Ruleset",
            when=EVERYTHING,
            ruleset_id=CLOUDFLARE_MANAGED_RULESET,
        ),
        ManagedRule(
            ref="owasp_core",
            description="Cloudflare OWASP Core Ruleset",
            when=EVERYTHING,
            ruleset_id=OWASP_CORE_RULESET,
        ),
    )
