"""What a policy asks for that cannot work or that its plan cannot do; every problem at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import DOCUMENT_EXTENSIONS
from bailbondpro.edge.cache_rules import APART, cache_rules, hashed_lifetime, response_rules
from bailbondpro.edge.cloudflare_plans import (
    LIMITS,
    MAX_EXPRESSION,
    MAX_TTL,
    MITIGATION_TIMEOUTS,
    RATE_LIMIT_PERIODS,
    Plan,
    cheapest,
    with_rate_limits,
)
from bailbondpro.edge.exchange import Exchange, Request, normalise_path
from bailbondpro.edge.lengths import too_long
from bailbondpro.edge.personal import odd_path
from bailbondpro.edge.rewrites import rewrite_rules
from bailbondpro.edge.security import firewall_rules, header_rules, rate_limit_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy

_COOKIE_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NO_PAGES = frozenset((*DOCUMENT_EXTENSIONS, "txt", "xml", "json", "rss", "atom", "ics", "vcf", "md", "yaml", "yml"))
"""Extensions of what is no page by its type (IANA, media types): documents, and what robots and programs read."""
_PATH = re.compile(r"/[^\s?#*\"\\]*")
PRELOAD_MIN_AGE = 31_536_000
"""Seconds; one year is what the browsers' preload list asks for (hstspreload.org)."""


@dataclass(frozen=True)
class PlanProblem:
    """One thing to change: where (relative to the CDN's settings), what is there, what is allowed, the smallest fix."""

    path: str
    value: str
    allowed: str
    fix: str


@dataclass(frozen=True)
class PlanNotice:
    """Something that works differently on this plan than the policy might suggest."""

    path: str
    text: str


def _plan_for_edge_ttl(seconds: int) -> Plan:
    return next((plan for plan in Plan if LIMITS[plan].min_edge_ttl <= seconds), Plan.ENTERPRISE)


def plan_problems(policy: EdgePolicy) -> list[PlanProblem]:
    """Everything that the policy asks for and that its plan cannot do (see `cloudflare_plans.SOURCE`)."""
    return [
        *_rule_count_problems(policy),
        *_edge_ttl_problems(policy),
        *_rate_limit_problems(policy),
        *_certificate_problems(policy),
    ]


def policy_problems(policy: EdgePolicy) -> list[PlanProblem]:
    """Everything in the policy that is wrong on any plan."""
    return [
        *_host_problems(policy),
        *_ttl_problems(policy),
        *_cookie_problems(policy),
        *_path_problems(policy),
        *_overlap_problems(policy),
        *_hsts_problems(policy),
        *_image_problems(policy),
    ]


def edge_problems(policy: EdgePolicy) -> list[PlanProblem]:
    """Every problem of the policy; those of the plan only where the rules could be built."""
    found = policy_problems(policy)
    return found or [*expression_problems(policy), *plan_problems(policy)]


def expression_problems(policy: EdgePolicy) -> list[PlanProblem]:
    """Lists that make a rule longer than the API takes, each once, with how many entries fit."""
    return [
        PlanProblem(
            found.key,
            f"{found.entries} entries",
            f"as many as fit into rules of {MAX_EXPRESSION} characters; the rule {found.ref} has {found.length}, "
            f"{found.length - MAX_EXPRESSION} too many",
            f"about {found.fit} of this length fit: remove or shorten entries, or name a common prefix instead of many",
        )
        for found in too_long(policy)
    ]


def plan_notices(policy: EdgePolicy) -> list[PlanNotice]:
    """What the plan cannot do, the cheapest plan that can, and what happens instead."""
    notices: list[PlanNotice] = []
    wanted = 2
    if len(rate_limit_rules(policy)) < wanted:
        text = (
            f'plan "{policy.plan.value}" has one rate limit, for the login; the gateway alone limits the api '
            f'(plan "{with_rate_limits(wanted).value}" has both)'
        )
        notices.append(PlanNotice("rateLimits.api", text))
    notices += _short_lifetimes(policy)
    shared, classes = hashed_lifetime(policy), policy.cache_classes
    if shared and classes.css != classes.js:
        text = (
            f'plan "{policy.plan.value}" has room for one lifetime of style sheets and scripts: both get the shorter, '
            f'{shared.max_age} s (plan "{_plan_for_rules(APART, custom=False).value}" has room for two)'
        )
        notices.append(PlanNotice("ttls.css", text))
    for_monitor = LIMITS[policy.plan].min_monitor_interval
    if policy.addons.load_balancing and policy.monitor_interval < for_monitor:
        text = f'plan "{policy.plan.value}" checks every {for_monitor} s at most, so failover takes longer'
        notices.append(PlanNotice("monitorInterval", text))
    if policy.waf_managed and not LIMITS[policy.plan].waf_managed_rulesets:
        text = (
            f'plan "{policy.plan.value}" has only Cloudflare\'s free managed ruleset '
            f'(plan "{cheapest("waf_managed_rulesets").value}" has all)'
        )
        notices.append(PlanNotice("wafManaged", text))
    return notices


def _short_lifetimes(policy: EdgePolicy) -> Iterator[PlanNotice]:
    minimum = LIMITS[policy.plan].min_edge_ttl
    for name, opted_in in (("html", policy.public_html_paths), ("api", policy.public_api_prefixes)):
        lifetime = dict(policy.cache_classes.by_name())[name].max_age
        if opted_in and lifetime < minimum:
            text = (
                f'{lifetime} s comes from the response, since plan "{policy.plan.value}" imposes no less than '
                f'{minimum} s (plan "{_plan_for_edge_ttl(lifetime).value}" does); that it honours less is unverified'
            )
            yield PlanNotice(f"ttls.{name}.maxAge", text)


def _rule_count_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    limit = LIMITS[policy.plan].rules_per_phase
    counts = (
        ("cache rules", len(cache_rules(policy)), limit),
        ("cache response rules", len(response_rules(policy)), limit),
        ("response header rules", len(header_rules(policy)), limit),
        ("URL rewrite rules", len(rewrite_rules(policy)), limit),
        ("custom firewall rules", len(firewall_rules(policy)), LIMITS[policy.plan].waf_custom_rules),
    )
    for what, count, allowed in counts:
        if count > allowed:
            better = _plan_for_rules(count, custom="firewall" in what)
            fix = f'{count} are needed: take plan "{better.value}"'
            yield PlanProblem("plan", policy.plan.value, f"at most {allowed} {what}", fix)


def _plan_for_rules(count: int, *, custom: bool) -> Plan:
    def room(plan: Plan) -> int:
        return LIMITS[plan].waf_custom_rules if custom else LIMITS[plan].rules_per_phase

    return next((plan for plan in Plan if room(plan) >= count), Plan.ENTERPRISE)


def _edge_ttl_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    minimum = LIMITS[policy.plan].min_edge_ttl
    classes = policy.cache_classes
    for name, lifetime in (("images", classes.images), ("css", classes.css), ("js", classes.js)):
        seconds = lifetime.max_age
        if seconds < minimum:
            yield PlanProblem(
                f"ttls.{name}.maxAge",
                f"{seconds}",
                f'at least {minimum} s on plan "{policy.plan.value}", since a rule imposes it',
                f'use {minimum}, or plan "{_plan_for_edge_ttl(seconds).value}"',
            )


def _rate_limit_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    limits, plan = policy.rate_limits, LIMITS[policy.plan]
    periods = [period for period in RATE_LIMIT_PERIODS if period <= plan.max_rate_limit_period]
    timeouts = [timeout for timeout in MITIGATION_TIMEOUTS if timeout <= plan.max_mitigation_timeout]
    for key, value, allowed in (
        ("period", limits.period, periods),
        ("mitigationTimeout", limits.mitigation_timeout, timeouts),
    ):
        if value not in allowed:
            yield PlanProblem(
                f"rateLimits.{key}",
                f"{value}",
                f'one of {", ".join(map(str, allowed))} s on plan "{policy.plan.value}"',
                f"use {max(option for option in allowed if option <= max(value, allowed[0]))}",
            )
    for name, limit in (("api", limits.api), ("login", limits.login)):
        if limit.rate <= 0 or limit.burst < 0 or limit.requests_in(limits.period) < 1:
            yield PlanProblem(
                f"rateLimits.{name}",
                f"{limit.rate:g} per second, burst {limit.burst}",
                "a rate above 0, a burst of 0 or more, and at least one request per period",
                "raise the rate",
            )


def _certificate_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    if policy.addons.advanced_certificate_manager:
        return
    zone_depth = policy.domain.count(".")
    for hosts in policy.all_hosts():
        for role, host in hosts.by_role():
            if host.count(".") > zone_depth + 1:
                flat = host.replace(".", "-", host.count(".") - zone_depth - 1)
                yield PlanProblem(
                    f"hosts.{role}",
                    host,
                    f"{policy.domain} or one label below it: that is what the universal certificate covers",
                    f"use {flat}, or buy Advanced Certificate Manager",
                )


def _host_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    seen: dict[str, str] = {}
    for hosts in policy.all_hosts():
        for role, host in hosts.by_role():
            if host != policy.domain and not host.endswith(f".{policy.domain}"):
                yield PlanProblem(
                    f"hosts.{role}", host, f"a name in the zone {policy.domain}", f"use {role}.{policy.domain}"
                )
            if host in seen:
                yield PlanProblem(
                    f"hosts.{role}", host, f"a name of its own ({seen[host]} has this one)", "choose another name"
                )
            seen.setdefault(host, role)


def _ttl_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    for name, lifetime in policy.cache_classes.by_name():
        if not 1 <= lifetime.max_age <= MAX_TTL:
            yield PlanProblem(
                f"ttls.{name}.maxAge", f"{lifetime.max_age}", f"1 to {MAX_TTL} s", "choose a value in the range"
            )
        if not 0 <= lifetime.stale_while_revalidate <= MAX_TTL:
            yield PlanProblem(
                f"ttls.{name}.staleWhileRevalidate",
                f"{lifetime.stale_while_revalidate}",
                f"0 to {MAX_TTL} s",
                "choose a value in the range",
            )


def _cookie_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    if not policy.session_cookie_names:
        yield PlanProblem(
            "sessionCookieNames",
            "[]",
            "at least one cookie name",
            "name the cookie that signs a visitor in: a request with it is never cached",
        )
    for index, name in enumerate(policy.session_cookie_names):
        if not _COOKIE_NAME.fullmatch(name):
            yield PlanProblem(
                f"sessionCookieNames[{index}]", name, "a cookie name (RFC 6265 token)", "drop the other characters"
            )


def _path_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    for key, paths in (
        ("publicHtmlPaths", policy.public_html_paths),
        ("publicApiPrefixes", policy.public_api_prefixes),
        ("privatePrefixes", policy.private_prefixes),
    ):
        for index, path in enumerate(paths):
            if not _PATH.fullmatch(path):
                allowed = "a path that starts with / and has no query, wildcard, quote or space"
                yield PlanProblem(f"{key}[{index}]", path, allowed, f"use /{path.strip('/* ')}")
            elif path != (plain := normalise_path(path)):
                allowed = "a path as the edge's rules see it: no double slash, dot segment or needless escape"
                yield PlanProblem(f"{key}[{index}]", path, allowed, f"use {plain}; as it is, it would match nothing")
            elif key != "privatePrefixes" and (reason := _uncached(key, path)):
                yield PlanProblem(f"{key}[{index}]", path, reason, "remove or rename it: it would never be cached")
    for index, path in enumerate(policy.public_api_prefixes):
        if not path.startswith("/api/") or path.strip("/") == "api":
            fix = "name the public part of the API, such as /api/public"
            yield PlanProblem(f"publicApiPrefixes[{index}]", path, "a path below /api/", fix)


def uncached_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    """What is declared public and would come from the origin every time."""
    for key, paths in (
        ("publicHtmlPaths", policy.public_html_paths),
        ("publicApiPrefixes", policy.public_api_prefixes),
    ):
        for path in paths:
            if reason := _uncached(key, path):
                yield PlanProblem(key, path, reason, f"remove or rename `{path}`: it would never be cached")


def _uncached(key: str, path: str) -> str:
    """What is allowed instead of a public path that would never be cached, or ""."""
    request = Request(host="", path=path)
    if odd_path().holds(Exchange(request)):
        return "a path that has one reading: no ; parameter, no escape but two of a space inside of a name"
    if key == "publicHtmlPaths" and request.extension in _NO_PAGES:
        return f"pages: the edge stores nothing but text/html of a path, and no .{request.extension} is that"
    return ""


def _overlap_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    public = (
        *((f"publicHtmlPaths[{index}]", path, False) for index, path in enumerate(policy.public_html_paths)),
        *((f"publicApiPrefixes[{index}]", path, True) for index, path in enumerate(policy.public_api_prefixes)),
    )
    for key, path, is_prefix in public:
        for private in policy.all_private_prefixes():
            covers = is_prefix and f"{private}/".startswith(path.lower().rstrip("/") + "/")
            if path.lower().startswith(private) or covers:
                allowed = f"no overlap with the private prefix {private}"
                yield PlanProblem(key, path, allowed, "remove it: private paths are never cached")


def _hsts_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    hsts = policy.hsts
    if hsts.preload and not (hsts.include_subdomains and hsts.max_age >= PRELOAD_MIN_AGE):
        yield PlanProblem(
            "hsts.preload",
            "true",
            f"only with includeSubdomains and a maxAge of at least {PRELOAD_MIN_AGE} s",
            "set both, or leave preload off",
        )


def _image_problems(policy: EdgePolicy) -> Iterator[PlanProblem]:
    images = policy.images
    if not images.widths or min(images.widths) < 1:
        yield PlanProblem(
            "images.widths", f"{list(images.widths)}", "one or more widths in pixels", "use 320, 640, 1024, 1600"
        )
    if not all(1 <= quality <= 100 for quality in images.qualities):  # noqa: PLR2004 - a percentage
        yield PlanProblem(
            "images.qualities", f"{list(images.qualities)}", "percent from 1 to 100", "use 60, 75, 80, 90"
        )
    if images.heights and min(images.heights) < 1:
        yield PlanProblem("images.heights", f"{list(images.heights)}", "pixels from 1 on", "remove what is below 1")
