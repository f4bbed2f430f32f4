"""What the edge does with one request and its response: the rules, evaluated without any cloud.

The layers follow the Cloudflare docs: Default cache behavior, Cache Rules (every matching rule is merged, the last
wins), Cache Response Rules (they win over Edge TTL and cannot make anything cacheable), Origin Cache Control,
Revalidation, Transform Rules. Where the docs leave two readings (`readings`), the answer is the careless one unless
another is asked for: a response counts as cacheable unless something documented stops it, so that a proof of "never
cacheable" rests on the rules alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import DEFAULT_EXTENSIONS
from bailbondpro.edge.cache_control import CacheControl, age, controlled, headers_after, until_expires
from bailbondpro.edge.exchange import Exchange
from bailbondpro.edge.policy import FILE_TYPES, IMAGE_EXTENSIONS
from bailbondpro.edge.readings import CARELESS, READINGS, Behaviour
from bailbondpro.edge.rewrites import rewritten
from bailbondpro.edge.rules import EdgeRules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bailbondpro.edge.cache_key import KeyPart
    from bailbondpro.edge.cache_rules import CacheRule, EdgeTtl
    from bailbondpro.edge.exchange import Request, Response
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.readings import Readings
    from bailbondpro.edge.rewrites import RewriteRule
    from bailbondpro.edge.security import RateLimitRule

CACHED_METHODS = ("GET", "HEAD")
"""Methods whose responses Cloudflare stores (Cloudflare docs, Default cache behavior)."""

DEFAULT_LIFETIMES = {200: 7200, 206: 7200, 301: 7200, 302: 1200, 303: 1200, 404: 180, 410: 180}
"""Seconds by status where neither a rule nor the origin names a lifetime (Cloudflare docs, Default cache behavior)."""


@dataclass(frozen=True)
class Difference:
    """A behaviour whose other reading changes the answer."""

    behaviour: Behaviour
    document: str
    reading: str
    """The other reading, in words."""
    cacheable: bool
    edge_ttl: int | None
    """What the other reading leads to; seconds."""


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
    cache_key: tuple[KeyPart, ...] = ()
    """What tells this request's entry from others; empty where nobody asked for it."""
    differences: tuple[Difference, ...] = ()
    """Where the other reading of a document changes the answer."""

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
            "cache_key": {part.name: part.value for part in self.cache_key},
            "readings": [
                {
                    "behaviour": found.behaviour.value,
                    "document": found.document,
                    "reading": found.reading,
                    "cacheable": found.cacheable,
                    "edge_ttl": found.edge_ttl,
                }
                for found in self.differences
            ],
        }


@dataclass(frozen=True)
class _Eligibility:
    """What the matching cache rules add up to."""

    cache: bool
    edge_ttl: EdgeTtl | None
    deception_armor: bool = False

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


def evaluate(rules: EdgeRules, request: Request, response: Response, readings: Readings = CARELESS) -> Explanation:
    """What the edge does with a request that its origin answers with a response.

    Args:
        rules: those of a policy or of a plan.
        request: what the client asks for.
        response: what the origin answers, before the edge changes it.
        readings: how the vendor's documents are read.
    """
    return answered(rules, admitted(rules, request, readings), response, readings)


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What the rules of the request phases make of a request, the same for every response to it."""

    rewrites: tuple[RewriteRule, ...]
    request: Request
    """As the cache and the origin see it."""
    blocked_by: str | None
    limit: RateLimitRule | None
    rules: tuple[CacheRule, ...]


def admitted(rules: EdgeRules, request: Request, readings: Readings = CARELESS) -> Admitted:
    """The request phases of `evaluate`; of the readings, those count that say what rules see (`readings.SEEN_BY`)."""
    asked = seen(request, readings)
    rewrites = tuple(rule for rule in rules.rewrites if rule.when.holds(Exchange(asked)))
    before = Exchange(arrives := rewritten(rewrites, asked))
    blocking = (rule for rule in rules.firewall if rule.action == "block")
    return Admitted(
        rewrites=rewrites,
        request=arrives,
        blocked_by=next((rule.ref for rule in blocking if rule.when.holds(before)), None),
        limit=next((rule for rule in rules.rate_limits if rule.when.holds(before)), None),
        rules=tuple(rule for rule in rules.cache if rule.enabled and rule.when.holds(before)),
    )


def answered(rules: EdgeRules, asked: Admitted, response: Response, readings: Readings = CARELESS) -> Explanation:
    """The response phases of `evaluate`."""
    if asked.blocked_by is not None:
        return _refused(asked.blocked_by)
    request, requests = asked.request, asked.rules
    after = Exchange(request, response)
    responses = [rule for rule in rules.responses if rule.enabled and rule.when.holds(after)]
    headers = [rule for rule in rules.headers if rule.when.holds(after)]
    eligible = _merged(request, requests)
    original = CacheControl.parse(response.values("cache-control"))
    by_rule = any(rule.directives for rule in responses)
    for_edge = controlled(_said_to_the_edge(response, readings, by_rule=by_rule), responses, edge=True)
    for_browser = controlled(original, responses, edge=False)
    imposed = eligible.overrides_origin and readings.stores(Behaviour.PROHIBITIONS)
    binding = controlled(CacheControl(), responses, edge=True) if imposed else for_edge

    lifetime = _edge_ttl(eligible, binding, response, readings)
    obstacle = _obstacle(request, response, eligible, binding, readings) or _without_lifetime(lifetime, readings)
    cacheable = obstacle is None
    return Explanation(
        cacheable=cacheable,
        reason=obstacle
        or f"allowed by {next((rule.ref for rule in reversed(requests) if rule.cache), 'its extension')}",
        edge_ttl=lifetime if cacheable else None,
        browser_ttl=for_browser.browser_ttl,
        stale_while_revalidate=for_edge.usable_stale_while_revalidate if cacheable else None,
        rules=(
            *(r.ref for r in asked.rewrites),
            *(r.ref for r in requests),
            *(r.ref for r in responses),
            *(r.ref for r in headers),
        ),
        response_headers=headers_after(response, for_browser, (header for rule in headers for header in rule.headers)),
        cache_tags=tuple(tag for rule in responses for tag in rule.tags) if cacheable else (),
        rate_limit=asked.limit,
        blocked_by=None,
    )


def seen(request: Request, readings: Readings) -> Request:
    """The request as the rules see it under a reading."""
    if readings.stores(Behaviour.PATHS):
        request = request.as_received()
    return replace(request, exact_extension=True) if readings.stores(Behaviour.EXTENSIONS) else request


def arriving(rules: EdgeRules, request: Request, readings: Readings = CARELESS) -> Request:
    """The request as the cache and the origin see it, after the rewrites."""
    return rewritten(rules.rewrites, seen(request, readings))


def differences(rules: EdgeRules, request: Request, response: Response) -> tuple[Difference, ...]:
    """Where one other reading alone changes whether, or how long, the response is stored."""
    taken = evaluate(rules, request, response)
    found: list[Difference] = []
    for behaviour, row in READINGS.items():
        other = evaluate(rules, request, response, CARELESS.flipped(behaviour))
        if (other.cacheable, other.edge_ttl) != (taken.cacheable, taken.edge_ttl):
            reading = row.kept_out if CARELESS.stores(behaviour) else row.stored
            found.append(Difference(behaviour, row.document, reading, other.cacheable, other.edge_ttl))
    return tuple(found)


def may_be_cached(rules: EdgeRules, request: Request, readings: Readings = CARELESS) -> bool:
    """Whether the cache rules let a request's response into the cache, whatever the response will be."""
    before = Exchange(request := arriving(rules, request, readings))
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
            deception_armor=rule.deception_armor or merged.deception_armor,
        )
    return merged


def _said_to_the_edge(response: Response, readings: Readings, *, by_rule: bool) -> CacheControl:
    """The header that Cloudflare heeds: its own, the one for any CDN, or Cache-Control (docs, CDN-Cache-Control)."""
    plain = by_rule and readings.stores(Behaviour.PRECEDENCE)
    headers = ("cache-control",) if plain else ("cloudflare-cdn-cache-control", "cdn-cache-control", "cache-control")
    found = next((values for header in headers if (values := response.values(header))), ())
    return CacheControl.parse(found, longest=readings.stores(Behaviour.REPEATED))


def _obstacle(
    request: Request, response: Response, eligible: _Eligibility, control: CacheControl, readings: Readings
) -> str | None:
    """What keeps the response out of the cache, or None."""

    def kept_out(behaviour: Behaviour) -> bool:
        return not readings.stores(behaviour)

    def said(name: str) -> bool:
        whole = dict(control.directives).get(name) is None
        return control.has(name) and (whole or kept_out(Behaviour.QUALIFIED))

    authorized = bool(request.values("authorization")) and not control.shareable
    varies = {name.strip().lower() for value in response.values("vary") for name in value.split(",")}
    agrees = not eligible.deception_armor or readings.stores(Behaviour.ARMOR) or _agrees(request, response, readings)
    checks = (
        (request.method not in CACHED_METHODS and kept_out(Behaviour.METHODS), f"{request.method} is not stored"),
        (not eligible.cache, "no cache rule allows it"),
        (control.has("no-store"), "no-store"),
        (said("private"), "private"),
        (said("no-cache") and kept_out(Behaviour.NO_CACHE), "no-cache"),
        (authorized and kept_out(Behaviour.CREDENTIALS), "credentials without public, s-maxage or must-revalidate"),
        (bool(response.values("set-cookie")) and kept_out(Behaviour.SET_COOKIE), "Set-Cookie"),
        (not varies <= {"accept-encoding", ""} and kept_out(Behaviour.VARY), "Vary"),
        (response.code not in (*DEFAULT_LIFETIMES, 304) and kept_out(Behaviour.STATUSES), f"status {response.code}"),
        (not agrees, "its type does not agree with its extension"),
    )
    return next((reason for stops, reason in checks if stops), None)


def _without_lifetime(lifetime: int | None, readings: Readings) -> str | None:
    if lifetime is None:
        return "the origin sends no lifetime"
    return "a lifetime of 0" if lifetime == 0 and not readings.stores(Behaviour.NO_CACHE) else None


def _agrees(request: Request, response: Response, readings: Readings) -> bool:
    """Cache Deception Armor: the type is what the extension promises; a download is let through (Exceptions)."""
    kinds = response.values("content-type")
    if not kinds:
        return readings.stores(Behaviour.MISSING_TYPE)
    kind = kinds[0].lower()
    if request.extension in IMAGE_EXTENSIONS:
        return kind.startswith(("image/", "application/octet-stream"))
    promised = FILE_TYPES.get(request.extension, "")
    return kind.startswith((promised, promised.split("/")[0] + "/", "application/octet-stream")) and "html" not in kind


def _edge_ttl(eligible: _Eligibility, control: CacheControl, response: Response, readings: Readings) -> int | None:
    """Seconds: the response rules' or, unless it is overridden, the origin's; else the cache rule's; else the default.

    None where nothing is stored without a lifetime.
    """
    said = control.edge_ttl
    if said is not None:
        return said if readings.stores(Behaviour.AGE) else max(0, said - age(response))
    if eligible.edge_ttl is not None and eligible.edge_ttl.seconds is not None:
        return eligible.edge_ttl.seconds
    default = DEFAULT_LIFETIMES.get(response.code)
    if response.values("expires") and readings.stores(Behaviour.EXPIRES) and not control.directives:
        return until_expires(response, default)
    if not eligible.waits_for_origin:
        return default
    return default if control.directives and readings.stores(Behaviour.LIFETIMES) else None
