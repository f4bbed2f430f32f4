"""What the edge does with one request and its response: the rules, evaluated without any cloud.

The layers follow the Cloudflare docs: Default cache behavior, Cache Rules (every matching rule is merged, the last
wins), Cache Response Rules (they win over Edge TTL and cannot make anything cacheable), Origin Cache Control,
Revalidation, Transform Rules. Where the docs leave room, the answer is the careless one: a response counts as cacheable
unless something documented stops it, so that a proof of "never cacheable" rests on the rules alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_control import CacheControl
from bailbondpro.edge.exchange import Exchange
from bailbondpro.edge.rules import EdgeRules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bailbondpro.edge.cache_rules import CacheRule, EdgeTtl, ResponseRule
    from bailbondpro.edge.exchange import Request, Response
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.security import RateLimitRule

CACHED_METHODS = ("GET", "HEAD")
"""Methods whose responses Cloudflare stores (Cloudflare docs, Default cache behavior)."""

DOCUMENT_EXTENSIONS = ("csv", "doc", "docx", "pdf", "ppt", "pptx", "tif", "tiff", "xls", "xlsx", "zip")
"""Contracts, court papers and scans: among what Cloudflare caches by default, and never public here."""

DEFAULT_EXTENSIONS = frozenset(
    (
        *DOCUMENT_EXTENSIONS,
        *("css", "ejs", "eot", "js", "otf", "ttf", "woff", "woff2"),
        *("avif", "bmp", "eps", "gif", "ico", "jpeg", "jpg", "pict", "png", "ps", "svg", "svgz", "webp"),
        *("avi", "flac", "mid", "midi", "mkv", "mp3", "mp4", "ogg", "pls", "swf", "webm"),
        *("7z", "apk", "bin", "bz2", "class", "dmg", "exe", "gz", "iso", "jar", "rar", "tar", "zst"),
    )
)
"""What Cloudflare caches where no rule says otherwise (Cloudflare docs, Default cache behavior)."""

DEFAULT_LIFETIMES = {200: 7200, 206: 7200, 301: 7200, 302: 1200, 303: 1200, 404: 180, 410: 180}
"""Seconds by status where neither a rule nor the origin names a lifetime (Cloudflare docs, Default cache behavior)."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What happens to one request; times in seconds, None where the rules impose none."""

    cacheable: bool
    """Cloudflare may store the response and give it to somebody else."""
    reason: str
    """Why it is, or what stops it."""
    edge_ttl: int | None
    browser_ttl: int | None
    stale_while_revalidate: int | None
    rules: tuple[str, ...]
    """Refs of the matching rules, in the order in which Cloudflare runs them."""
    response_headers: tuple[tuple[str, str], ...]
    """What the browser gets: the origin's headers with the edge's changes, names in lower case."""
    cache_tags: tuple[str, ...]
    rate_limit: RateLimitRule | None
    """The rate limit that counts the request."""
    blocked_by: str | None
    """Ref of the firewall rule that refuses the request."""

    def as_json(self) -> dict[str, object]:
        """The explanation as plain values, with the keys that `./bbp cdn explain --json` promises."""
        limit = self.rate_limit
        return {
            "cacheable": self.cacheable,
            "edge_ttl": self.edge_ttl,
            "browser_ttl": self.browser_ttl,
            "stale_while_revalidate": self.stale_while_revalidate,
            "rules": list(self.rules),
            "response_headers": dict(self.response_headers),
            "cache_tags": list(self.cache_tags),
            "rate_limit": {
                "ref": limit.ref,
                "requests": limit.requests,
                "period": limit.period,
                "mitigation_timeout": limit.mitigation_timeout,
            }
            if limit
            else None,
        }


@dataclass(frozen=True)
class _Eligibility:
    """What the matching cache rules add up to."""

    cache: bool
    edge_ttl: EdgeTtl | None

    @property
    def overrides_origin(self) -> bool:
        """The origin's headers do not count: Set-Cookie is dropped, Cache-Control ignored (Edge Cache TTL)."""
        return self.edge_ttl is not None and self.edge_ttl.mode == "override_origin"

    @property
    def waits_for_origin(self) -> bool:
        """Without a lifetime from the origin nothing is stored."""
        return self.edge_ttl is not None and self.edge_ttl.mode == "bypass_by_default"


def explain(policy: EdgePolicy, request: Request, response: Response) -> Explanation:
    """What the edge does under the rules of a policy; see `evaluate`."""
    return evaluate(EdgeRules.of(policy), request, response)


def evaluate(rules: EdgeRules, request: Request, response: Response) -> Explanation:
    """What the edge does with a request that its origin answers with a response.

    Args:
        rules: those of a policy or of a plan.
        request: what the client asks for.
        response: what the origin answers, before the edge changes it.
    """
    before, after = Exchange(request), Exchange(request, response)
    blocking = (rule for rule in rules.firewall if rule.action == "block")
    blocked = next((rule.ref for rule in blocking if rule.when.holds(before)), None)
    if blocked is not None:
        return _refused(blocked)

    limit = next((rule for rule in rules.rate_limits if rule.when.holds(before)), None)
    requests = [rule for rule in rules.cache if rule.enabled and rule.when.holds(before)]
    responses = [rule for rule in rules.responses if rule.enabled and rule.when.holds(after)]
    headers = [rule for rule in rules.headers if rule.when.holds(after)]
    eligible = _merged(request, requests)
    original = CacheControl.parse(response.values("cache-control"))
    for_edge = _controlled(_said_to_the_edge(response), responses, edge=True)
    for_browser = _controlled(original, responses, edge=False)
    binding = _controlled(CacheControl(), responses, edge=True) if eligible.overrides_origin else for_edge

    obstacle = _obstacle(request, response, eligible, binding)
    cacheable = obstacle is None
    return Explanation(
        cacheable=cacheable,
        reason=obstacle
        or f"allowed by {next((rule.ref for rule in reversed(requests) if rule.cache), 'its extension')}",
        edge_ttl=_edge_ttl(eligible, binding, response) if cacheable else None,
        browser_ttl=for_browser.browser_ttl,
        stale_while_revalidate=for_edge.usable_stale_while_revalidate if cacheable else None,
        rules=(*(r.ref for r in requests), *(r.ref for r in responses), *(r.ref for r in headers)),
        response_headers=_headers(response, for_browser, (header for rule in headers for header in rule.headers)),
        cache_tags=tuple(tag for rule in responses for tag in rule.tags) if cacheable else (),
        rate_limit=limit,
        blocked_by=None,
    )


def may_be_cached(rules: EdgeRules, request: Request) -> bool:
    """Whether the cache rules let a request's response into the cache, whatever the response will be."""
    before = Exchange(request)
    last = next((rule for rule in reversed(rules.cache) if rule.enabled and rule.when.holds(before)), None)
    return request.extension in DEFAULT_EXTENSIONS if last is None else last.cache


def _refused(ref: str) -> Explanation:
    return Explanation(
        cacheable=False,
        reason=f"refused by {ref}",
        edge_ttl=None,
        browser_ttl=None,
        stale_while_revalidate=None,
        rules=(ref,),
        response_headers=(),
        cache_tags=(),
        rate_limit=None,
        blocked_by=ref,
    )


def _merged(request: Request, rules: Iterable[CacheRule]) -> _Eligibility:
    merged = _Eligibility(cache=request.extension in DEFAULT_EXTENSIONS, edge_ttl=None)
    for rule in rules:
        merged = _Eligibility(
            cache=rule.cache,
            edge_ttl=rule.edge_ttl or merged.edge_ttl,
        )
    return merged


def _said_to_the_edge(response: Response) -> CacheControl:
    """The header that Cloudflare heeds: its own, the one for any CDN, or Cache-Control (docs, CDN-Cache-Control)."""
    headers = ("cloudflare-cdn-cache-control", "cdn-cache-control", "cache-control")
    found = next((values for header in headers if (values := response.values(header))), ())
    return CacheControl.parse(found)


def _controlled(control: CacheControl, rules: Iterable[ResponseRule], *, edge: bool) -> CacheControl:
    """A Cache-Control after the response rules, as Cloudflare's cache (`edge`) or a browser sees it."""
    for rule in rules:
        for directive in rule.directives:
            if edge or not directive.cloudflare_only:
                control = control.changed(directive)
    return control


def _obstacle(request: Request, response: Response, eligible: _Eligibility, control: CacheControl) -> str | None:
    """What keeps the response out of the cache, or None.

    A Set-Cookie or Vary header alone is no obstacle: whether one is depends on settings, so a rule must say no-store.
    Nor is Cache Deception Armor: an Edge TTL may override it (Cloudflare docs, Cache Deception Armor, Exceptions).
    """
    authorized = bool(request.values("authorization")) and not eligible.overrides_origin
    checks = (
        (request.method not in CACHED_METHODS, f"{request.method} responses are not stored"),
        (not eligible.cache, "no cache rule allows it"),
        (control.has("no-store"), "no-store"),
        (control.has("private"), "private"),
        (authorized and not control.shareable, "credentials without public, s-maxage or must-revalidate"),
        (_edge_ttl(eligible, control, response) is None, "the origin sends no lifetime"),
    )
    return next((reason for stops, reason in checks if stops), None)


def _edge_ttl(eligible: _Eligibility, control: CacheControl, response: Response) -> int | None:
    """Seconds: the response rules' or, unless it is overridden, the origin's; else the cache rule's; else the default.

    None where nothing is stored without a lifetime.
    """
    if control.edge_ttl is not None:
        return control.edge_ttl
    if eligible.edge_ttl is not None and eligible.edge_ttl.seconds is not None:
        return eligible.edge_ttl.seconds
    return None if eligible.waits_for_origin else DEFAULT_LIFETIMES.get(response.code)


def _headers(
    response: Response, control: CacheControl, changes: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Rendered anew only where a rule changed it, so that an untouched header reads as the origin wrote it."""
    changed = dict(changes)
    if control != CacheControl.parse(response.values("cache-control")):
        changed["cache-control"] = control.render()
    kept = tuple(pair for pair in response.headers if pair[0] not in changed)
    return tuple(sorted((*kept, *changed.items())))
