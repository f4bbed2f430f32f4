"""The CDN's policy of a configuration; pure and quick to import, so that a check can ask what the edge would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.policy import (
    Addons,
    CacheClass,
    CacheClasses,
    CdnHosts,
    EdgePolicy,
    Hsts,
    ImagePolicy,
    RateLimit,
    RateLimits,
)

if TYPE_CHECKING:
    from infra.settings.cdn import CacheLifetime
    from infra.settings.root import Settings


def edge_policy(settings: Settings) -> EdgePolicy:
    """What the edge caches, limits and sends, as the configuration says."""
    cdn, limits, headers = settings.cdn, settings.gateway.rate_limits, settings.cdn.hsts
    return EdgePolicy(
        domain=settings.domain,
        hosts=CdnHosts(
            app=cdn.hosts.app,
            api=cdn.hosts.api,
            cdn=cdn.hosts.cdn,
            cdn_backup=cdn.hosts.cdn_backup,
            images=cdn.hosts.images,
            assets=cdn.hosts.assets,
        ),
        session_cookie_names=cdn.session_cookie_names,
        plan=Plan(cdn.plan),
        addons=Addons(
            load_balancing=cdn.addons.load_balancing,
            images_paid=cdn.addons.images_paid,
            advanced_certificate_manager=cdn.addons.advanced_certificates,
            cache_reserve=cdn.addons.cache_reserve,
        ),
        cache_classes=CacheClasses(
            images=_cache_class(cdn.lifetimes.images),
            css=_cache_class(cdn.lifetimes.css),
            js=_cache_class(cdn.lifetimes.js),
            html=_cache_class(cdn.lifetimes.html),
            api=_cache_class(cdn.lifetimes.api),
        ),
        public_html_paths=cdn.public_html_paths,
        public_api_prefixes=cdn.public_api_prefixes,
        private_prefixes=private_prefixes(settings),
        rate_limits=RateLimits(
            api=RateLimit(limits.api.rate_per_second, limits.api.burst),
            login=RateLimit(limits.login.rate_per_second, limits.login.burst),
        ),
        hsts=Hsts(
            max_age=headers.max_age_seconds, include_subdomains=headers.include_subdomains, preload=headers.preload
        ),
        frame_options=settings.gateway.headers.frame_options,
        images=ImagePolicy(widths=cdn.image_widths, heights=cdn.image_heights, qualities=cdn.image_qualities),
        monitor_interval=cdn.monitor_interval_seconds,
        waf_managed=cdn.managed_waf,
    )


def private_prefixes(settings: Settings) -> tuple[str, ...]:
    """What is never cached besides the built-in prefixes: the configured ones, and wherever a service is routed.

    A service's path that shares paths with something declared public stays out: no cache rule opens more of it than the
    declaration.
    """
    cdn = settings.cdn
    routed = (path.lower().rstrip("/") for service in settings.services if service.public for path in service.paths)
    pages = [path.lower() for path in cdn.public_html_paths]
    public = [path.lower().rstrip("/") for path in cdn.public_api_prefixes]
    own = (
        path
        for path in routed
        if path
        and not any(_below(page, path) for page in pages)
        and not any(_below(prefix, path) or _below(path, prefix) for prefix in public)
    )
    return tuple(dict.fromkeys((*cdn.private_prefixes, *own)))


def _below(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder}/")


def _cache_class(lifetime: CacheLifetime) -> CacheClass:
    return CacheClass(lifetime.max_age_seconds, lifetime.stale_while_revalidate_seconds)
