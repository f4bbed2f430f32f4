"""Arguments of the CDN and its certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cdn.args import CdnArgs, OriginCertificateArgs, RulesetImport
from components.cdn.plans import Plan
from components.cdn.policy import (
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
    from components.cdn.origin_certificate import OriginCertificate
    from components.load_balancer import LoadBalancer
    from infra.settings import Settings
    from infra.settings.cdn import CacheLifetime

_IMPORT_PHASES = {
    "cache": "http_request_cache_settings",
    "cache_response": "http_response_cache_settings",
    "response_headers": "http_response_headers_transform",
    "rate_limit": "http_ratelimit",
    "managed_firewall": "http_request_firewall_managed",
    "custom_firewall": "http_request_firewall_custom",
}


def origin_certificate_args(settings: Settings) -> OriginCertificateArgs:
    """The certificate that the gateway shows to Cloudflare, and the one that Cloudflare shows to the gateway."""
    return OriginCertificateArgs(
        domain=settings.domain, validity_days=settings.cdn.origin_certificate_days, protect=settings.protect
    )


def cdn_args(settings: Settings, balancer: LoadBalancer, certificate: OriginCertificate) -> CdnArgs:
    """The zone: records, rules and settings.

    Raises:
        ValueError: the CDN is enabled without zone or account; the configuration's check refuses that before.
    """
    cdn = settings.cdn
    if cdn.zone_id is None or cdn.account_id is None:
        raise ValueError("cdn.zoneId and cdn.accountId are needed when the CDN is enabled")
    return CdnArgs(
        policy=edge_policy(settings),
        zone_id=cdn.zone_id,
        account_id=cdn.account_id,
        origin=balancer.dns_name,
        manage_zone_rulesets=cdn.manage_rulesets,
        client_certificate_pem=certificate.client_certificate_pem if cdn.authenticated_origin_pulls else None,
        client_private_key_pem=certificate.client_private_key_pem if cdn.authenticated_origin_pulls else None,
        imports=tuple(
            RulesetImport(phase=phase, ruleset_id=ruleset_id)
            for name, phase in _IMPORT_PHASES.items()
            if (ruleset_id := getattr(cdn.imports, name)) is not None
        ),
        protect=settings.protect,
    )


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
        private_prefixes=cdn.private_prefixes,
        rate_limits=RateLimits(
            api=RateLimit(limits.api.rate_per_second, limits.api.burst),
            login=RateLimit(limits.login.rate_per_second, limits.login.burst),
        ),
        hsts=Hsts(
            max_age=headers.max_age_seconds, include_subdomains=headers.include_subdomains, preload=headers.preload
        ),
        frame_options=settings.gateway.headers.frame_options,
        images=ImagePolicy(widths=cdn.image_widths),
        monitor_interval=cdn.monitor_interval_seconds,
        waf_managed=cdn.managed_waf,
    )


def _cache_class(lifetime: CacheLifetime) -> CacheClass:
    return CacheClass(lifetime.max_age_seconds, lifetime.stale_while_revalidate_seconds)
