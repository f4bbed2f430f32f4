"""What the edge does with one request and its response: the rules of a policy, evaluated without any cloud.

The layers follow the Cloudflare docs: Cache Rules (every matching rule is merged, the last wins), Cache Response Rules
(they win over Edge TTL and cannot make anything cacheable), Origin Cache Control, Revalidation, Transform Rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.cdn.cache_control import CacheControl
from components.cdn.exchange import Exchange
from components.cdn.rules import cache_rules, response_rules
from components.cdn.security import firewall_rules, header_rules, rate_limit_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from components.cdn.exchange import Request, Response
    from components.cdn.policy import EdgePolicy
    from components.cdn.rules import CacheRule, EdgeTtl, ResponseRule

CACHED_METHODS = ("GET", "HEAD")
"""Methods whose responses Cloudflare stores (Cloudflare docs, Default cache behavior)."""

_CONTENT_TYPES = {
    "css": ("text/css",),
    "js": ("application/javascript", "text/javascript", "application/x-javascript"),
    "svg": ("image/svg+xml",),
    "ico": ("image/",),
}
_ANY_IMAGE = ("image/",)


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
    """Headers that the edge sets or changes."""
    cache_tags: tuple[str, ...]
    rate_limit: str | None
    """Ref of the rate limit that counts the request."""
    blocked_by: str | None
    """Ref of the firewall rule that refuses the request."""

    def as_dict(self) -> dict[str, object]:
        """The explanation as plain values for JSON."""
        return {
            "cacheable": self.cacheable,
            "reason": self.reason,
            "edge_ttl": self.edge_ttl,
            "browser_ttl": self.browser_ttl,
            "stale_while_revalidate": self.stale_while_revalidate,
            "rules": list(self.rules),
            "response_headers": dict(self.response_headers),
            "cache_tags": list(self.cache_tags),
            "rate_limit": self.rate_limit,
            "blocked_by": self.blocked_by,
        }


@dataclass(frozen=True)
class _Eligibility:
    """What the matching cache rules add up to."""

    cache: bool
    edge_ttl: EdgeTtl | None
    deception_armor: bool


def explain(policy: EdgePolicy, request: Request, response: Response) -> Explanation:
    """What the edge does with a request that its origin answers with a response.

    Args:
        policy: the rules' source; its plan decides which rate limits exist.
        request: what the client asks for.
        response: what the origin answers, before the edge changes it.
    """
    before, after = Exchange(request), Exchange(request, response)
    blocked = next((rule.ref for rule in firewall_rules(policy) if rule.when.holds(before)), None)
    limit = next((rule.ref for rule in rate_limit_rules(policy) if rule.when.holds(before)), None)
    if blocked is not None:
        return _refused(blocked)

    requests = [rule for rule in cache_rules(policy) if rule.enabled and rule.when.holds(before)]
    responses = [rule for rule in response_rules(policy) if rule.enabled and rule.when.holds(after)]
    headers = [rule for rule in header_rules(policy) if rule.when.holds(after)]
    eligible = _merged(requests)
    original = CacheControl.parse(response.values("cache-control"))
    for_edge = _controlled(original, responses, edge=True)
    for_browser = _controlled(original, responses, edge=False)

    obstacle = _obstacle(request, response, eligible, for_edge)
    cacheable = obstacle is None
    return Explanation(
        cacheable=cacheable,
        reason=obstacle or f"allowed by {next(rule.ref for rule in reversed(requests) if rule.cache)}",
        edge_ttl=_edge_ttl(eligible, for_edge) if cacheable else None,
        browser_ttl=for_browser.browser_ttl,
        stale_while_revalidate=for_edge.usable_stale_while_revalidate if cacheable else None,
        rules=(*(r.ref for r in requests), *(r.ref for r in responses), *(r.ref for r in headers)),
        response_headers=_headers(original, for_browser, (header for rule in headers for header in rule.headers)),
        cache_tags=tuple(tag for rule in responses for tag in rule.tags) if cacheable else (),
        rate_limit=limit,
        blocked_by=None,
    )


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


def _merged(rules: Iterable[CacheRule]) -> _Eligibility:
    merged = _Eligibility(cache=False, edge_ttl=None, deception_armor=False)
    for rule in rules:
        merged = _Eligibility(
            cache=rule.cache,
            edge_ttl=rule.edge_ttl or merged.edge_ttl,
            deception_armor=rule.deception_armor or merged.deception_armor,
        )
    return merged


def _controlled(control: CacheControl, rules: Iterable[ResponseRule], *, edge: bool) -> CacheControl:
    """A Cache-Control after the response rules, as Cloudflare's cache (`edge`) or a browser sees it."""
    for rule in rules:
        for directive in rule.directives:
            if edge or not directive.cloudflare_only:
                control = control.changed(directive)
    return control


def _obstacle(request: Request, response: Response, eligible: _Eligibility, control: CacheControl) -> str | None:
    """What keeps the response out of the cache, or None. Origin Cache Control, in the order of strictness."""
    authorized = bool(request.values("authorization"))
    checks = (
        (request.method not in CACHED_METHODS, f"{request.method} responses are not stored"),
        (not eligible.cache, "no cache rule allows it"),
        (control.has("no-store"), "no-store"),
        (control.has("private"), "private"),
        (bool(response.values("set-cookie")), "the response sets a cookie"),
        (any("*" in value for value in response.values("vary")), "Vary: *"),
        (authorized and not control.shareable, "credentials without public, s-maxage or must-revalidate"),
        (eligible.deception_armor and not _is_what_it_says(request, response), "the Content-Type is another file type"),
        (_waits_for_origin(eligible) and control.edge_ttl is None, "the origin sends no lifetime"),
    )
    return next((reason for stops, reason in checks if stops), None)


def _waits_for_origin(eligible: _Eligibility) -> bool:
    return eligible.edge_ttl is None or eligible.edge_ttl.mode == "bypass_by_default"


def _is_what_it_says(request: Request, response: Response) -> bool:
    """Whether the Content-Type agrees with the extension (Cloudflare docs, Cache Deception Armor).

    One image type may stand for another, since images are converted. A missing Content-Type agrees with nothing here,
    which is stricter than Cloudflare.
    """
    allowed = _CONTENT_TYPES.get(request.extension, _ANY_IMAGE)
    types = [value.split(";")[0].strip().lower() for value in response.values("content-type")]
    return bool(types) and all(kind.startswith(allowed) for kind in types)


def _edge_ttl(eligible: _Eligibility, control: CacheControl) -> int | None:
    """The response rules' lifetime wins over Edge TTL; without one, a rule's own lifetime is imposed."""
    imposed = eligible.edge_ttl.seconds if eligible.edge_ttl else None
    return control.edge_ttl if control.edge_ttl is not None else imposed


def _headers(
    original: CacheControl, changed: CacheControl, headers: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    control = (("cache-control", changed.render()),) if changed != original else ()
    return (*control, *headers)
