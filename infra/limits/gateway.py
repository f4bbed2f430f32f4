"""Limits of the nginx gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_PRELOAD_SECONDS = 31_536_000


@rule(
    "gateway-replicas",
    source="scaling guide, Scaling Objectives: no single point of failure",
    areas=("gateway", "environment"),
)
def replica_range_is_ordered(settings: Settings) -> Iterator[Finding]:
    """The maximum is not below the minimum; prod keeps two gateways."""
    gateway = settings.gateway
    if gateway.replicas > gateway.max_replicas:
        yield Finding(
            path="gateway.maxReplicas",
            value=gateway.max_replicas,
            allowed=f"at least replicas ({gateway.replicas})",
            fix=f"set it to {gateway.replicas}",
        )
    if settings.environment == "prod" and gateway.replicas == 1:
        yield Finding(path="gateway.replicas", value=1, allowed="at least 2 in prod", fix="set it to 2")


@rule("login-limit", source="scaling guide, Rate Limiting: login is stricter than api", areas=("gateway",))
def login_is_stricter(settings: Settings) -> Iterator[Finding]:
    """The login zone replaces the API zone on its path, so a looser one would open the door to guessing."""
    api, login = settings.gateway.rate_limits.api, settings.gateway.rate_limits.login
    if login.rate_per_second > api.rate_per_second:
        yield Finding(
            path="gateway.rateLimits.login.ratePerSecond",
            value=login.rate_per_second,
            allowed=f"at most the API's rate ({api.rate_per_second})",
            fix="set it to 1",
        )


@rule("hsts-preload", source="hstspreload.org, submission requirements", areas=("gateway", "cdn"))
def preload_meets_the_list(settings: Settings) -> Iterator[Finding]:
    """Browsers take a domain for preloading only with a year and all subdomains."""
    headers, zone = settings.gateway.headers, settings.cdn.hsts
    checks = (
        (
            "gateway.headers.hstsPreload",
            headers.hsts_preload,
            headers.hsts_max_age_seconds,
            headers.hsts_include_subdomains,
        ),
        ("cdn.hsts.preload", zone.preload, zone.max_age_seconds, zone.include_subdomains),
    )
    for path, preload, age, subdomains in checks:
        if preload and (age < _PRELOAD_SECONDS or not subdomains):
            yield Finding(
                path=path,
                value=True,
                allowed=f"true only with subdomains and a max-age of {_PRELOAD_SECONDS} at least",
                fix="set it to false, or include subdomains and raise the max-age",
            )


@rule(
    "clients-exist",
    source="EC2 documentation, security groups: nothing is admitted by default",
    areas=("gateway", "cdn"),
)
def somebody_may_connect(settings: Settings) -> Iterator[Finding]:
    """Without the CDN the load balancer admits only the named ranges; open to all, it has no shield at all."""
    gateway = settings.gateway
    everybody = "0.0.0.0/0"
    if settings.cdn.enabled and everybody in gateway.allowed_cidrs:
        yield Finding(
            path="gateway.allowedCidrs",
            value=list(gateway.allowed_cidrs),
            allowed="named ranges: behind the CDN nobody may pass it by",
            fix=f"remove {everybody}",
        )


RULES = (replica_range_is_ordered, login_is_stricter, preload_meets_the_list, somebody_may_connect)
