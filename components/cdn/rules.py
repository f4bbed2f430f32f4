"""The cache rules and cache response rules of a policy, as data.

Cloudflare merges every matching rule and the last one wins per setting (Cloudflare docs, Cache Rules, Order and
priority). So the list fails closed: the first rule bypasses the cache for everything, the classes allow what is known
to be public, and the last rule takes back whatever belongs to somebody. In the response phase the last rule keeps any
response that says it is personal, or that is no success, out of the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from components.cdn.expressions import (
    EVERYTHING,
    NOTHING,
    And,
    AnyOf,
    Contains,
    Equals,
    Expression,
    IsIn,
    Not,
    Or,
    StartsWith,
    StatusIn,
)
from components.cdn.fields import (
    COOKIE,
    EXTENSION,
    HOST,
    PATH,
    REQUEST_HEADER_NAMES,
    RESPONSE_HEADER_NAMES,
    Lower,
    LowerEach,
    ResponseHeader,
)
from components.cdn.policy import API_EXTENSIONS, IMAGE_EXTENSIONS, STATIC_PREFIX

if TYPE_CHECKING:
    from components.cdn.policy import CacheClass, EdgePolicy

EdgeTtlMode = Literal["override_origin", "bypass_by_default"]
DirectiveName = Literal[
    "max_age",
    "s_maxage",
    "stale_while_revalidate",
    "public",
    "private",
    "no_store",
    "no_cache",
    "immutable",
    "must_revalidate",
    "proxy_revalidate",
]

AMBIGUOUS_PARTS = ("%2f", "%5c", "%25", "%00", ";", "%3b")
"""What an origin may read as another path than the rules see: escapes of a slash, a backslash, the percent sign or NUL,
and path parameters (RFC 3986, 3.3), which some servers drop: `/x/..;/uploads/id.png` is then `/uploads/id.png`."""

TRANSFORMATION_PREFIX = "/cdn-cgi/"
"""Cloudflare's own paths; below them an image transformation names its source, as a path or as a URL."""

STORABLE_STATUSES = (200, 206, 304)
"""Statuses whose response may be stored: an error or a redirect must not live for a class's year."""


@dataclass(frozen=True, kw_only=True)
class EdgeTtl:
    """How long Cloudflare keeps a response.

    `override_origin` imposes `seconds`; `bypass_by_default` obeys the origin's Cache-Control and stores nothing
    without one.
    """

    mode: EdgeTtlMode
    seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class CacheRule:
    """One rule of the phase `http_request_cache_settings`."""

    ref: str
    description: str
    when: Expression
    cache: bool
    enabled: bool = True
    edge_ttl: EdgeTtl | None = None
    deception_armor: bool = False
    """Store only where the path's extension agrees with the response's Content-Type."""


@dataclass(frozen=True, kw_only=True)
class Directive:
    """One Cache-Control directive to set or remove; `value` in seconds."""

    name: DirectiveName
    operation: Literal["set", "remove"] = "set"
    value: int | None = None
    cloudflare_only: bool = False
    """Decide for Cloudflare's cache alone: browsers get what the origin sent."""


@dataclass(frozen=True, kw_only=True)
class ResponseRule:
    """One rule of the phase `http_response_cache_settings`: either Cache-Control directives or cache tags."""

    ref: str
    description: str
    when: Expression
    enabled: bool = True
    directives: tuple[Directive, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClassConditions:
    """Which requests belong to each cache class; NOTHING for a class that nobody opted into."""

    images: Expression
    css: Expression
    js: Expression
    html: Expression
    api: Expression


def static_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve hashed assets."""
    return tuple(host for hosts in policy.all_hosts() for host in (hosts.cdn, hosts.cdn_backup, hosts.assets))


def image_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve nothing but public images."""
    return tuple(hosts.images for hosts in policy.all_hosts())


def app_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve pages."""
    return tuple(hosts.app for hosts in policy.all_hosts())


def api_hosts(policy: EdgePolicy) -> tuple[str, ...]:
    """Hosts that serve the API: its own and, under /api/, the app's."""
    return tuple(host for hosts in policy.all_hosts() for host in (hosts.api, hosts.app))


def under(prefix: str) -> Expression:
    """A path is the prefix itself or below it: `/api/public` does not cover `/api/public-records`."""
    bare = prefix.rstrip("/")
    return Or((Equals(PATH, bare), StartsWith(PATH, f"{bare}/")))


def class_conditions(policy: EdgePolicy) -> ClassConditions:
    """The request conditions of the five classes."""
    static = And((IsIn(HOST, static_hosts(policy)), StartsWith(PATH, STATIC_PREFIX)))
    pages = policy.public_html_paths
    prefixes = policy.public_api_prefixes
    return ClassConditions(
        images=And((Or((IsIn(HOST, image_hosts(policy)), static)), IsIn(EXTENSION, IMAGE_EXTENSIONS))),
        css=And((static, Equals(EXTENSION, "css"))),
        js=And((static, Equals(EXTENSION, "js"))),
        html=And((IsIn(HOST, app_hosts(policy)), IsIn(PATH, pages))) if pages else NOTHING,
        api=_public_api(policy) if prefixes else NOTHING,
    )


def _public_api(policy: EdgePolicy) -> Expression:
    public = Or(tuple(map(under, policy.public_api_prefixes)))
    return And((IsIn(HOST, api_hosts(policy)), public, IsIn(EXTENSION, API_EXTENSIONS)))


def private_request(policy: EdgePolicy) -> Expression:
    """The request belongs to somebody: credentials, a session cookie, or a private path."""
    return Or(
        (
            AnyOf(REQUEST_HEADER_NAMES, "eq", "authorization"),
            *(Contains(Lower(COOKIE), f"{name.lower()}=") for name in policy.session_cookie_names),
            private_path(policy),
        )
    )


def private_path(policy: EdgePolicy) -> Expression:
    """The path is private in any case of letters.

    A path that an origin may read differently counts as private: it may decode `/static/..%2Fuploads/id.png` to
    `/uploads/id.png`. So does an image transformation whose source names a private path.
    """
    prefixes = policy.all_private_prefixes()
    sources = Or(tuple(Contains(Lower(PATH), prefix) for prefix in prefixes))
    return Or(
        (
            *(StartsWith(Lower(PATH), prefix) for prefix in prefixes),
            *(Contains(Lower(PATH), part) for part in AMBIGUOUS_PARTS),
            And((StartsWith(Lower(PATH), TRANSFORMATION_PREFIX), sources)),
        )
    )


def cache_rules(policy: EdgePolicy) -> tuple[CacheRule, ...]:
    """The ordered cache rules. The five classes are always in the list; html and api are disabled until opted into."""
    when = class_conditions(policy)
    ttl = policy.cache_classes
    origin_decides = EdgeTtl(mode="bypass_by_default")
    return (
        CacheRule(
            ref="default_bypass",
            description="Cache nothing that no later rule allows: PDF and Office files are cached by default otherwise",
            when=EVERYTHING,
            cache=False,
        ),
        _static_rule("images", "Public images", when.images, ttl.images),
        _static_rule("css", "Hashed style sheets", when.css, ttl.css),
        _static_rule("js", "Hashed scripts", when.js, ttl.js),
        CacheRule(
            ref="html",
            description="Public pages, where the origin says public; enabled by publicHtmlPaths",
            when=when.html,
            cache=True,
            enabled=bool(policy.public_html_paths),
            edge_ttl=origin_decides,
        ),
        CacheRule(
            ref="api",
            description="Public reference data, where the origin says public; enabled by publicApiPrefixes",
            when=when.api,
            cache=True,
            enabled=bool(policy.public_api_prefixes),
            edge_ttl=origin_decides,
        ),
        CacheRule(
            ref="private_bypass",
            description="Never cache what belongs to somebody: credentials, session cookies, private paths",
            when=private_request(policy),
            cache=False,
        ),
    )


def _static_rule(ref: str, subject: str, when: Expression, lifetime: CacheClass) -> CacheRule:
    return CacheRule(
        ref=ref,
        description=f"{subject} for {lifetime.max_age} s, whatever the origin says",
        when=when,
        cache=True,
        edge_ttl=EdgeTtl(mode="override_origin", seconds=lifetime.max_age),
        deception_armor=True,
    )


def response_rules(policy: EdgePolicy) -> tuple[ResponseRule, ...]:
    """The ordered cache response rules: ten, which is what the smallest plan allows."""
    when = class_conditions(policy)
    ttl = policy.cache_classes
    open_path = Not(private_path(policy))  # a browser, too, must not take a private file for a public one
    pages, prefixes = bool(policy.public_html_paths), bool(policy.public_api_prefixes)
    shared = And(
        (
            AnyOf(LowerEach(ResponseHeader("cache-control")), "contains", "public"),
            Not(private_request(policy)),
        )
    )
    return (
        _control("images", And((when.images, open_path)), _static_directives(ttl.images)),
        _control("css", And((when.css, open_path)), (*_static_directives(ttl.css), Directive(name="immutable"))),
        _control("js", And((when.js, open_path)), (*_static_directives(ttl.js), Directive(name="immutable"))),
        _control("html", And((when.html, shared)), _lifetime(ttl.html), enabled=pages),
        _control("api", And((when.api, shared)), _lifetime(ttl.api), enabled=prefixes),
        _tagged("images", when.images, ("images",)),
        _tagged("static", Or((when.css, when.js)), ("static",)),
        _tagged("html", when.html, ("html",), enabled=pages),
        _tagged("api", when.api, ("api",), enabled=prefixes),
        ResponseRule(
            ref="never_store",
            description="Store no personal response, error or redirect; browsers get what the origin says",
            when=unstorable_response(),
            directives=(Directive(name="no_store", cloudflare_only=True),),
        ),
    )


def unstorable_response() -> Expression:
    """The response is somebody's (a cookie, private, no-store, varies by person) or is no plain success."""
    control = LowerEach(ResponseHeader("cache-control"))
    vary = LowerEach(ResponseHeader("vary"))
    return Or(
        (
            AnyOf(RESPONSE_HEADER_NAMES, "eq", "set-cookie"),
            AnyOf(control, "contains", "private"),
            AnyOf(control, "contains", "no-store"),
            *(AnyOf(vary, "contains", header) for header in ("cookie", "authorization", "accept-language", "*")),
            Not(StatusIn(STORABLE_STATUSES)),
        )
    )


def _lifetime(lifetime: CacheClass) -> tuple[Directive, ...]:
    return (
        Directive(name="max_age", value=lifetime.max_age),
        Directive(name="stale_while_revalidate", value=lifetime.stale_while_revalidate),
    )


def _static_directives(lifetime: CacheClass) -> tuple[Directive, ...]:
    """The guide's header in full: whatever would stop a stale copy from being served is removed."""
    return (
        Directive(name="public"),
        *_lifetime(lifetime),
        Directive(name="s_maxage", operation="remove"),
        Directive(name="no_cache", operation="remove"),
        Directive(name="must_revalidate", operation="remove"),
        Directive(name="proxy_revalidate", operation="remove"),
    )


def _control(name: str, when: Expression, directives: tuple[Directive, ...], *, enabled: bool = True) -> ResponseRule:
    return ResponseRule(
        ref=f"{name}_cache_control",
        description=f"Lifetime and stale-while-revalidate of the class {name}",
        when=And((when, Not(unstorable_response()))),
        enabled=enabled,
        directives=directives,
    )


def _tagged(name: str, when: Expression, tags: tuple[str, ...], *, enabled: bool = True) -> ResponseRule:
    return ResponseRule(
        ref=f"{name}_tags",
        description=f"Purge {name} by tag",
        when=when,
        enabled=enabled,
        tags=tags,
    )
