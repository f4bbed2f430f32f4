"""Limits of the CDN: what Cloudflare's plans can do, and what must never be cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import personal_word
from bailbondpro.edge.cloudflare_plans import LIMITS, Plan
from bailbondpro.edge.exchange import Request
from bailbondpro.edge.explain import evaluate
from bailbondpro.edge.origin import MAX_DIMENSION, expected_response
from bailbondpro.edge.policy import PRIVATE_PREFIXES
from bailbondpro.edge.problems import expression_problems, uncached_problems
from bailbondpro.edge.proof.oracle import personal_reason
from bailbondpro.edge.rules import EdgeRules
from components.gateway.guide import INTERNAL_PATH
from infra.edge_policy import edge_policy
from infra.limits.network import repeated
from infra.limits.rule import Finding, rule
from infra.limits.services import below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy
    from infra.settings.root import Settings


_OVERRIDDEN_LIFETIMES = ("images", "css", "js")
"""Kinds whose edge lifetime a rule sets; html and api obey the origin's own header, which no plan limits."""
_API_PREFIX = "/api/"
_MIN_IMAGE_PIXELS = 16
_PROBED = frozenset({"/health", "/ready"})


@rule("cdn-ids", source="Cloudflare API: zone and account ids", areas=("cdn",))
def ids_are_there(settings: Settings) -> Iterator[Finding]:
    """Without the zone and the account nothing can be deployed to Cloudflare."""
    cdn = settings.cdn
    for key, value in (("zoneId", cdn.zone_id), ("accountId", cdn.account_id)):
        if cdn.enabled and value is None:
            yield Finding(
                path=f"cdn.{key}",
                value=None,
                allowed="32 hex digits while cdn.enabled is true",
                fix="copy it from the zone's overview page, or set cdn.enabled to false",
            )


@rule("prod-behind-cdn", source="scaling guide, CDN Integration", areas=("cdn", "environment"))
def production_stands_behind_the_cdn(settings: Settings) -> Iterator[Finding]:
    """Without the CDN the gateway's certificate is signed by nobody that a browser knows, and no name leads to it."""
    if settings.environment.production and not settings.cdn.enabled:
        yield Finding(
            path="cdn.enabled",
            value=False,
            allowed="true in production: without the CDN the gateway signs its own certificate, which browsers refuse, "
            "there are no DNS records, and nothing stands before the gateway",
            fix="remove it (cdn.plan free costs nothing), or use environment development for a stack that is reached "
            "from gateway.allowedCidrs alone",
        )


@rule("cdn-edge-ttl", source="Cloudflare documentation, Edge Cache TTL by plan", areas=("cdn",))
def lifetimes_fit_the_plan(settings: Settings) -> Iterator[Finding]:
    """Every plan has a least lifetime that a cache rule may set."""
    cdn = settings.cdn
    least = LIMITS[Plan(cdn.plan)].min_edge_ttl
    for kind in _OVERRIDDEN_LIFETIMES:
        age = getattr(cdn.lifetimes, kind).max_age_seconds
        if cdn.enabled and age < least:
            better = next(plan.value for plan in Plan if LIMITS[plan].min_edge_ttl <= max(1, age))
            yield Finding(
                path=f"cdn.lifetimes.{kind}.maxAgeSeconds",
                value=age,
                allowed=f"at least {least} on the {cdn.plan} plan",
                fix=f"set it to {least}, or cdn.plan to {better}",
            )


@rule("cdn-plan-features", source="Cloudflare documentation, plans", areas=("cdn",))
def features_fit_the_plan(settings: Settings) -> Iterator[Finding]:
    """What the plan or the account does not have is refused by the API."""
    cdn = settings.cdn
    if not cdn.enabled:
        return
    plan = LIMITS[Plan(cdn.plan)]
    if cdn.managed_waf and not plan.waf_managed_rulesets:
        yield Finding(
            path="cdn.managedWaf",
            value=True,
            allowed=f"false on the {cdn.plan} plan",
            fix="set it to false, or cdn.plan to pro",
        )
    if cdn.addons.load_balancing and cdn.monitor_interval_seconds < plan.min_monitor_interval:
        yield Finding(
            path="cdn.monitorIntervalSeconds",
            value=cdn.monitor_interval_seconds,
            allowed=f"at least {plan.min_monitor_interval} on the {cdn.plan} plan",
            fix=f"set it to {plan.min_monitor_interval}",
        )


@rule(
    "cdn-upload",
    source="Cloudflare documentation, connection limits: maximum upload size by plan, in MB",
    areas=("cdn", "gateway"),
)
def uploads_fit_the_plan(settings: Settings) -> Iterator[Finding]:
    """The edge refuses a larger body before the gateway ever sees it."""
    cdn, size = settings.cdn, settings.gateway.client_max_body_mib
    most = _upload_mib(Plan(cdn.plan))
    if cdn.enabled and size > most:
        better = next((plan.value for plan in Plan if _upload_mib(plan) >= size), None)
        larger = "" if better is None else f", cdn.plan to {better}"
        yield Finding(
            path="gateway.clientMaxBodyMib",
            value=size,
            allowed=f"at most {most} on the {cdn.plan} plan, which takes {LIMITS[Plan(cdn.plan)].max_upload_mb} MB",
            fix=f"set it to {most}{larger}, or send larger documents to the bucket by signed URLs",
        )


def _upload_mib(plan: Plan) -> int:
    """Whole MiB that fit into the plan's MB."""
    return LIMITS[plan].max_upload_mb * 10**6 // 2**20


@rule(
    "cdn-hosts",
    source="Cloudflare documentation, Universal SSL: the domain and one level below",
    areas=("cdn", "domain"),
)
def hosts_are_covered(settings: Settings) -> Iterator[Finding]:
    """Every host lies in the zone, is its own, and has a certificate."""
    cdn = settings.cdn
    hosts = {
        "app": cdn.hosts.app,
        "api": cdn.hosts.api,
        "cdn": cdn.hosts.cdn,
        "cdnBackup": cdn.hosts.cdn_backup,
        "images": cdn.hosts.images,
        "assets": cdn.hosts.assets,
    }
    for key, host in hosts.items():
        below = host.removesuffix(settings.domain).rstrip(".") if host.endswith(f".{settings.domain}") else ""
        if host != settings.domain and not below:
            yield Finding(
                path=f"cdn.hosts.{key}",
                value=host,
                allowed=f"{settings.domain} or a name below it",
                fix=f"use `{key.lower()}.{settings.domain}`",
            )
        elif "." in below and not cdn.addons.advanced_certificates:
            yield Finding(
                path=f"cdn.hosts.{key}",
                value=host,
                allowed=f"one level below {settings.domain}: Universal SSL covers no more",
                fix=f"use `{below.replace('.', '-')}.{settings.domain}`, or set cdn.addons.advancedCertificates",
            )
    yield from repeated("cdn.hosts", tuple(hosts.values()))


@rule(
    "cdn-backup-origin",
    source="Cloudflare documentation, Error 1000: DNS points to prohibited IP (a proxied name as its origin)",
    areas=("cdn", "domain"),
)
def the_backup_origin_lies_elsewhere(settings: Settings) -> Iterator[Finding]:
    """A host of this stack as its own origin is a loop."""
    backup = settings.cdn.backup_origin
    if backup is None:
        return
    policy = edge_policy(settings)
    if backup in {*policy.host_names(), policy.load_balancer_host()}:
        yield Finding(
            path="cdn.backupOrigin",
            value=backup,
            allowed="a name that does not lead to this stack's own edge",
            fix="name the load balancer of the other stack, or remove it",
        )


@rule(
    "cdn-private-paths",
    source="Cloudflare documentation, cache rules; our rule: personal data is never public",
    areas=("cdn",),
)
def public_paths_are_not_private(settings: Settings) -> Iterator[Finding]:
    """What is declared public must not touch what is private."""
    cdn = settings.cdn
    lists = (("publicHtmlPaths", cdn.public_html_paths), ("publicApiPrefixes", cdn.public_api_prefixes))
    for key, paths in lists:
        for path in paths:
            private = next((prefix for prefix in _private(settings) if _overlap(path.lower(), prefix, key)), None)
            if private:
                yield Finding(
                    path=f"cdn.{key}",
                    value=path,
                    allowed=f"paths that do not touch cdn.privatePrefixes ({private})",
                    fix=f"remove `{path}`, or name a narrower public path",
                )
            elif word := personal_word(path):
                allowed = f"paths of what is the same for everybody ({word} is somebody's own)"
                yield Finding(path=f"cdn.{key}", value=path, allowed=allowed, fix=f"remove `{path}`, or rename it")


def _private(settings: Settings) -> tuple[str, ...]:
    return tuple(prefix.lower() for prefix in (*PRIVATE_PREFIXES, *settings.cdn.private_prefixes))


@rule("cdn-public-api", source="scaling guide, CDN Configuration: api is a class of its own", areas=("cdn",))
def public_api_is_below_the_api(settings: Settings) -> Iterator[Finding]:
    """A prefix elsewhere would cache pages under the API's rules."""
    for path in settings.cdn.public_api_prefixes:
        if not path.startswith(_API_PREFIX):
            yield Finding(
                path="cdn.publicApiPrefixes",
                value=path,
                allowed=f"prefixes below {_API_PREFIX}",
                fix=f"use `{_API_PREFIX}bond-types/` or another public part, or cdn.publicHtmlPaths",
            )


@rule(
    "cdn-never-cached",
    source="our rule: pages are text/html, and a path has one reading",
    areas=("cdn", "gateway", "domain", "services"),
)
def public_paths_can_be_cached(settings: Settings) -> Iterator[Finding]:
    """Whoever declares a path public expects that it is fast."""
    policy = edge_policy(settings)
    wrong = [*uncached_problems(policy)]
    for problem in wrong:
        yield Finding(path=f"cdn.{problem.path}", value=problem.value, allowed=problem.allowed, fix=problem.fix)
    private, known, rules = _private(settings), {problem.value for problem in wrong}, EdgeRules.of(policy)
    for key, paths in (
        ("publicHtmlPaths", policy.public_html_paths),
        ("publicApiPrefixes", policy.public_api_prefixes),
    ):
        for path in paths:
            misplaced = key == "publicApiPrefixes" and not path.startswith(_API_PREFIX)
            if path in known or misplaced or any(_overlap(path.lower(), prefix, key) for prefix in private):
                continue
            if allowed := _never_reached(settings, path) or _of_no_class(policy, rules, key, path):
                fix = f"remove or rename `{path}`: it would never be cached"
                yield Finding(path=f"cdn.{key}", value=path, allowed=allowed, fix=fix)


def _never_reached(settings: Settings, path: str) -> str:
    """What is allowed instead of a path that the gateway keeps for itself or refuses, or nothing."""
    measured = (settings.app.metrics_path, *(service.metrics_path for service in settings.services))
    if below(path, (INTERNAL_PATH, *measured)):
        return "paths that visitors reach: the gateway hides this one"
    if path in _PROBED:
        return "paths of the application: the gateway answers probes here, and nobody caches that"
    return ""


def _of_no_class(policy: EdgePolicy, rules: EdgeRules, key: str, path: str) -> str:
    """What is allowed instead of a path whose response the edge would not store even when all is well, or nothing."""
    below_it = f"{path.rstrip('/')}/x" if key == "publicApiPrefixes" else path
    asked = (Request.of(f"https://{host}{below_it}") for host in (policy.hosts.app, policy.hosts.api))
    found = [evaluate(rules, request, expected_response(policy, request)) for request in asked]
    if any(one.cacheable for one in found):
        return ""
    if beginning := next((one for one in policy.all_private_prefixes() if path.lower().startswith(one)), None):
        return f"a path that does not begin as the private {beginning} does, which the edge never stores"
    blocked = next((one.blocked_by for one in found if one.blocked_by), None)
    reason = f"the firewall rule {blocked} refuses it" if blocked else found[0].reason
    return f"a path whose answer the edge stores; of this one it says: {reason}"


def _overlap(path: str, private: str, key: str) -> bool:
    if path.startswith(private):
        return True
    return key == "publicApiPrefixes" and f"{private}/".startswith(f"{path.rstrip('/')}/")


@rule("cdn-image-widths", source="Cloudflare documentation, image transformations", areas=("cdn",))
def image_sizes_are_sane(settings: Settings) -> Iterator[Finding]:
    """Widths and heights are distinct and within what a transformation can make."""
    for key, sizes in (("imageWidths", settings.cdn.image_widths), ("imageHeights", settings.cdn.image_heights)):
        for size in sizes:
            if not _MIN_IMAGE_PIXELS <= size <= MAX_DIMENSION:
                yield Finding(
                    path=f"cdn.{key}",
                    value=size,
                    allowed=f"pixels from {_MIN_IMAGE_PIXELS} to {MAX_DIMENSION}",
                    fix=f"remove {size}",
                )
        yield from repeated(f"cdn.{key}", tuple(map(str, sizes)))
    yield from repeated("cdn.imageQualities", tuple(map(str, settings.cdn.image_qualities)))


@rule(
    "cdn-warm-paths",
    source="our rule: the warm-up never asks for private pages",
    areas=("cdn", "gateway", "domain", "services"),
)
def warm_paths_are_public(settings: Settings) -> Iterator[Finding]:
    """A list with one path that is private on some host, or cached on none, is refused as a whole when it is used."""
    if not settings.cdn.warm_paths:
        return
    policy = edge_policy(settings)
    rules = EdgeRules.of(policy)
    for path in settings.cdn.warm_paths:
        asked = [Request.of(f"https://{host}{path}", method="HEAD") for host in policy.host_names()]
        private = next(filter(None, (personal_reason(policy, request) for request in asked)), "")
        if private or not any(evaluate(rules, one, expected_response(policy, one)).cacheable for one in asked):
            yield Finding(
                path="cdn.warmPaths",
                value=path,
                allowed=f"paths that are public on every host: {private}"
                if private
                else "images, files below /static/, cdn.publicHtmlPaths, cdn.publicApiPrefixes: what the edge caches",
                fix="remove it",
            )


@rule(
    "cdn-expressions",
    source="Cloudflare documentation, Rules language: maximum rule expression length",
    areas=("cdn", "gateway", "domain", "services"),
)
def expressions_fit(settings: Settings) -> Iterator[Finding]:
    """Long lists of paths make rules that the API refuses."""
    if settings.cdn.enabled:
        for problem in expression_problems(edge_policy(settings)):
            yield Finding(path=f"cdn.{problem.path}", value=problem.value, allowed=problem.allowed, fix=problem.fix)


RULES = (
    expressions_fit,
    ids_are_there,
    production_stands_behind_the_cdn,
    lifetimes_fit_the_plan,
    features_fit_the_plan,
    uploads_fit_the_plan,
    hosts_are_covered,
    the_backup_origin_lies_elsewhere,
    public_paths_are_not_private,
    public_api_is_below_the_api,
    public_paths_can_be_cached,
    image_sizes_are_sane,
    warm_paths_are_public,
)
