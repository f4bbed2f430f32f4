"""The cache rules and cache response rules of a policy, as data.

Cloudflare merges every matching rule and the last one wins per setting (Cloudflare docs, Cache Rules, Order and
priority). So the list fails closed: the first rule bypasses the cache for everything, the classes allow what is known
to be public, and the last rule takes back whatever belongs to somebody. In the response phase the last rule keeps any
response that says it is personal, or that is no success, out of the cache.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bailbondpro.edge.cache_classes import IMAGES, SCRIPTS, STYLE_SHEETS, class_conditions
from bailbondpro.edge.cloudflare_plans import LIMITS
from bailbondpro.edge.content_types import is_typed_as
from bailbondpro.edge.language.expressions import EVERYTHING, And, Contains, Expression, Not, Or, StartsWith
from bailbondpro.edge.language.fields import PATH, Lower
from bailbondpro.edge.personal import (
    credentials,
    leaves_lifetime_open,
    odd_path,
    other_response,
    other_source,
    personal_response,
    private_image,
    private_path,
    says_only,
    unknown_input,
    unknown_query,
    unstorable_response,
)
from bailbondpro.edge.policy import STATIC_PREFIX

if TYPE_CHECKING:
    from bailbondpro.edge.cache_classes import ClassConditions, StaticType
    from bailbondpro.edge.policy import CacheClass, EdgePolicy

EdgeTtlMode = Literal["override_origin", "respect_origin", "bypass_by_default"]
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


@dataclass(frozen=True, kw_only=True)
class EdgeTtl:
    """How long Cloudflare keeps a response.

    `override_origin` imposes `seconds`; `respect_origin` obeys the origin's headers and takes the default lifetime of a
    status without any; `bypass_by_default` obeys Cache-Control and stores nothing without one.
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
        _static_rule("css", "Hashed style sheets and fonts", when.css, ttl.css),
        _static_rule("js", "Hashed scripts and what a build puts beside them", when.js, ttl.js),
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
            ref="unknown_input_bypass",
            description="Pages and API: answer from the origin what has a cookie or header not known to be harmless",
            when=unknown_input(policy),
            cache=False,
        ),
        CacheRule(
            ref="credentials_bypass",
            description="Never cache what was asked for with credentials: in a header, in a cookie",
            when=credentials(policy),
            cache=False,
        ),
        CacheRule(
            ref="odd_url_bypass",
            description="Never cache a query not known to be harmless, or a path that can be read in two ways",
            when=Or((*unknown_query(policy), odd_path(), *other_source())),
            cache=False,
        ),
        CacheRule(
            ref="private_bypass",
            description="Never cache a private path",
            when=private_path(policy),
            cache=False,
        ),
    )


def _static_rule(ref: str, subject: str, when: Expression, lifetime: CacheClass) -> CacheRule:
    return CacheRule(
        ref=ref,
        description=f"{subject} for {lifetime.max_age} s, or as the origin says",
        when=when,
        cache=True,
        edge_ttl=EdgeTtl(mode="respect_origin"),
        deception_armor=True,
    )


def response_rules(policy: EdgePolicy) -> tuple[ResponseRule, ...]:
    """The ordered cache response rules: ten, which is what the smallest plan allows."""
    when = class_conditions(policy)
    ttl = policy.cache_classes
    # a browser, too, must not take a private file for a public one, be it the source of a transformation
    named = (Contains(Lower(PATH), prefix) for prefix in policy.all_private_prefixes())
    open_path = Not(Or((*named, *private_image(policy), odd_path(), *other_source())))
    # of what begins with /static/, only a private prefix that meets it can be private
    met = tuple(p for p in policy.all_private_prefixes() if STATIC_PREFIX.startswith(p) or p.startswith(STATIC_PREFIX))
    below = (StartsWith(Lower(PATH), prefix) for prefix in met)
    open_static = Not(Or((*below, odd_path())))
    pages, prefixes = bool(policy.public_html_paths), bool(policy.public_api_prefixes)
    unsaid = leaves_lifetime_open(public=True)
    return (
        _control("images", And((when.images, open_path, is_typed_as(IMAGES), _meant(ttl.images))), _public(ttl.images)),
        *_hashed_controls(policy, when, open_static),
        _control("html", And((when.html, unsaid)), _lifetime(ttl.html, edge_only=True), enabled=pages),
        _control("api", And((when.api, unsaid)), _lifetime(ttl.api, edge_only=True), enabled=prefixes),
        _tagged("images", when.images, ("images",)),
        _tagged("static", when.hashed, ("static",)),
        _tagged("html", when.html, ("html",), enabled=pages),
        _tagged("api", when.api, ("api",), enabled=prefixes),
        ResponseRule(
            ref="other_response",
            description="Store no file, page or data of another type, and nothing that is not allowed in known words",
            when=other_response(),
            directives=(Directive(name="no_store", cloudflare_only=True),),
        ),
        ResponseRule(
            ref="never_store",
            description="Store no personal response or error; browsers get what the origin says",
            when=unstorable_response(),
            directives=(Directive(name="no_store", cloudflare_only=True),),
        ),
    )


APART = 11
"""Response rules that are needed where style sheets and scripts are kept for different times."""


def hashed_lifetime(policy: EdgePolicy) -> CacheClass | None:
    """The one lifetime of style sheets and scripts, None where each has a rule of its own.

    They share a rule while their lifetimes are the same, as in the guide, and on a plan that has no room for two: then
    both get the shorter one.
    """
    css, js = policy.cache_classes.css, policy.cache_classes.js
    if css == js:
        return css
    if LIMITS[policy.plan].rules_per_phase >= APART:
        return None
    stale = min(css.stale_while_revalidate, js.stale_while_revalidate)
    return replace(css, max_age=min(css.max_age, js.max_age), stale_while_revalidate=stale)


def _hashed_controls(policy: EdgePolicy, when: ClassConditions, open_static: Expression) -> tuple[ResponseRule, ...]:
    kept: tuple[tuple[CacheClass, str, Expression, tuple[StaticType, ...]], ...]
    if shared := hashed_lifetime(policy):
        kept = ((shared, "static", when.hashed, (*STYLE_SHEETS, *SCRIPTS)),)
    else:
        ttl = policy.cache_classes
        kept = ((ttl.css, "css", when.css, STYLE_SHEETS), (ttl.js, "js", when.js, SCRIPTS))
    return tuple(
        _control(name, And((matched, open_static, is_typed_as(kinds), _meant(lifetime))), _hashed(lifetime))
        for lifetime, name, matched, kinds in kept
    )


def _lifetime(lifetime: CacheClass, *, edge_only: bool = False) -> tuple[Directive, ...]:
    stale = lifetime.stale_while_revalidate
    return (
        Directive(name="max_age", value=lifetime.max_age, cloudflare_only=edge_only),
        Directive(name="stale_while_revalidate", value=stale, cloudflare_only=edge_only),
    )


def _meant(lifetime: CacheClass) -> Expression:
    """The origin leaves a static file's lifetime open, or says what the gateway says of a file with the class's."""
    gateway = f"public, max-age={lifetime.max_age}, immutable"
    return Or((leaves_lifetime_open(public=False), says_only(gateway)))


def _public(lifetime: CacheClass) -> tuple[Directive, ...]:
    """The guide's header in full."""
    return (Directive(name="public"), *_lifetime(lifetime))


def _hashed(lifetime: CacheClass) -> tuple[Directive, ...]:
    """That of a static file whose name changes with its content."""
    return (*_public(lifetime), Directive(name="immutable"))


def _control(name: str, when: Expression, directives: tuple[Directive, ...], *, enabled: bool = True) -> ResponseRule:
    return ResponseRule(
        ref=f"{name}_cache_control",
        description=f"Lifetime and stale-while-revalidate of the class {name}",
        when=And((when, Not(personal_response()))),
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
