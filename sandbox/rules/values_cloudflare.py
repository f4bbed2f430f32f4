"""What Cloudflare refuses in records, settings, load balancers and certificates, as far as the inputs alone show it.

Sources: Cloudflare API documentation and Cloudflare product documentation; "Provider" is terraform-provider-cloudflare
5.22.0. Limits that depend on a zone's plan are the program's own business and are not repeated here.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known, values_at
from sandbox.model.checks import On, flag, given, items, number, text
from sandbox.rules import values_cloudflare_choices, values_cloudflare_rulesets

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD_TYPES = (
    "A",
    "AAAA",
    "CAA",
    "CERT",
    "CNAME",
    "DNSKEY",
    "DS",
    "HTTPS",
    "LOC",
    "MX",
    "NAPTR",
    "NS",
    "OPENPGPKEY",
    "PTR",
    "SMIMEA",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
    "URI",
)
PROXIABLE = ("A", "AAAA", "CNAME")
AUTOMATIC_TTL, SHORTEST_TTL, LONGEST_TTL = 1, 30, 86_400
"""Seconds; 1 is automatic. Below 60 only zones on an Enterprise plan, which the inputs do not show."""

ON_OFF = ("on", "off")
SWITCHES = frozenset(
    {
        "0rtt",
        "always_online",
        "always_use_https",
        "automatic_https_rewrites",
        "brotli",
        "browser_check",
        "development_mode",
        "early_hints",
        "email_obfuscation",
        "hotlink_protection",
        "http2",
        "http3",
        "ip_geolocation",
        "ipv6",
        "opportunistic_encryption",
        "opportunistic_onion",
        "orange_to_orange",
        "origin_error_page_pass_thru",
        "prefetch_preload",
        "privacy_pass",
        "response_buffering",
        "rocket_loader",
        "server_side_exclude",
        "sort_query_string_for_cache",
        "tls_client_auth",
        "true_client_ip_header",
        "waf",
        "webp",
        "websockets",
    }
)
CHOICES: dict[str, tuple[str | int, ...]] = {
    "cache_level": ("aggressive", "basic", "simplified"),
    "cname_flattening": ("flatten_at_root", "flatten_all"),
    "image_resizing": ("on", "off", "open"),
    "min_tls_version": ("1.0", "1.1", "1.2", "1.3"),
    "polish": ("off", "lossless", "lossy"),
    "pseudo_ipv4": ("off", "add_header", "overwrite_header"),
    "security_level": ("off", "essentially_off", "low", "medium", "high", "under_attack"),
    "ssl": ("off", "flexible", "full", "strict", "origin_pull"),
    "tls_1_3": ("on", "off", "zrt"),
    "transformations": ("on", "off", "open"),
}
OTHER_SETTINGS = frozenset(
    {
        "advanced_ddos",
        "aegis",
        "automatic_platform_optimization",
        "browser_cache_ttl",
        "challenge_ttl",
        "china_network_enabled",
        "ciphers",
        "edge_cache_ttl",
        "h2_prioritization",
        "max_upload",
        "mirage",
        "nel",
        "origin_h2_max_streams",
        "origin_max_http_version",
        "proxy_read_timeout",
        "replace_insecure_js",
        "security_header",
        "speed_brain",
        "ssl_automatic_mode",
        "ssl_recommender",
        "transformations_allowed_origins",
    }
)
SECURITY_HEADER = {"enabled", "max_age", "include_subdomains", "preload", "nosniff"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
BROWSER_TTLS = frozenset(
    {0, 30}
    | {_MINUTE * minutes for minutes in (1, 2, 5, 20, 30)}
    | {_HOUR * hours for hours in (1, 2, 3, 4, 5, 8, 12, 16, 20)}
    | {_DAY * days for days in (1, 2, 3, 4, 5, 8, 16, 24, 31, 62, 186, 365)}
)
"""Seconds that the zone setting takes, 0 for what the origin says."""

MONITORS = ("http", "https", "tcp", "udp_icmp", "icmp_ping", "smtp")
STEERING = (
    "off",
    "geo",
    "random",
    "dynamic_latency",
    "proximity",
    "least_outstanding_requests",
    "least_connections",
    "",
)
ORIGIN_STEERING = ("random", "hash", "least_outstanding_requests", "least_connections")
AFFINITY = ("none", "cookie", "ip_cookie", "header")
VALIDITY = (7, 30, 90, 365, 730, 1095, 5475)
"""Days that Cloudflare Origin CA signs for."""


def _record(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind, ttl = text(inputs, "type"), number(inputs.get("ttl"))
    if flag(inputs.get("proxied")):
        if ttl is not None and ttl != AUTOMATIC_TTL:
            yield Violation(
                "ttl", f"{ttl:g}: a proxied record has ttl 1, automatic: another is changed to 1 and differs for ever"
            )
        if kind and kind not in PROXIABLE:
            yield Violation(
                "proxied", f"a record of type {kind} cannot be proxied (9004: This record type cannot be proxied)"
            )
    elif ttl is not None and ttl != AUTOMATIC_TTL and not SHORTEST_TTL <= ttl <= LONGEST_TTL:
        yield Violation(
            "ttl", f"{ttl:g} is neither 1 nor within {SHORTEST_TTL}..{LONGEST_TTL} seconds (9021: Invalid TTL)"
        )
    if kind in {"MX", "URI"} and not given(inputs, "priority") and not given(inputs, "data"):
        yield Violation("priority", f"required for a record of type {kind}")


def _content(context: Context) -> Iterator[Violation]:
    kind, content = text(context.inputs, "type"), text(context.inputs, "content")
    if kind in PROXIABLE and not given(context.inputs, "content"):
        yield Violation("content", f"required for a record of type {kind}")
    if not content:
        return
    version = _address(content)
    if kind == "A" and version != 4:  # noqa: PLR2004 - IPv4
        yield Violation("content", f"{content!r} is no IPv4 address (9005: Content for A record is invalid)")
    if kind == "AAAA" and version != 6:  # noqa: PLR2004 - IPv6
        yield Violation("content", f"{content!r} is no IPv6 address (9006: Content for AAAA record is invalid)")
    if kind == "CNAME" and (version or re.fullmatch(r"[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)*\.?", content) is None):
        yield Violation("content", f"{content!r} is no host name (9007: Content for CNAME record is invalid)")


def _address(value: str) -> int | None:
    try:
        return ipaddress.ip_address(value).version
    except ValueError:
        return None


def _setting(context: Context) -> Iterator[Violation]:
    name, value = text(context.inputs, "settingId"), context.inputs.get("value")
    if not name:
        return
    if name not in SWITCHES | CHOICES.keys() | OTHER_SETTINGS:
        yield Violation("settingId", f"{name!r} is no zone setting")
    elif name in SWITCHES or name in CHOICES:
        allowed = CHOICES.get(name, ON_OFF)
        if known(value) and value not in allowed:
            listed = ", ".join(str(item) for item in allowed)
            yield Violation("value", f"{value!r} is no value of {name}: {listed}")
    elif name == "browser_cache_ttl" and known(value) and number(value) not in BROWSER_TTLS:
        yield Violation("value", f"{value!r} is no browser cache TTL")
    elif name == "security_header":
        yield from _security_header(value)


def _security_header(value: Any) -> Iterator[Violation]:  # noqa: ANN401 - the property has any type
    if not known(value):
        return
    header = value.get("strict_transport_security") if isinstance(value, dict) else None
    if not isinstance(header, dict):
        yield Violation("value", "an object with the key strict_transport_security is required, in snake case")
        return
    for name in sorted(header.keys() - SECURITY_HEADER):
        yield Violation(f"value.strict_transport_security.{name}", f"unknown: {', '.join(sorted(SECURITY_HEADER))}")


def _pool(context: Context) -> Iterator[Violation]:
    origins = items(context.inputs, "origins")
    if isinstance(context.inputs.get("origins"), list) and not context.inputs["origins"]:
        yield Violation("origins", "at least one origin is required")
    needed = number(context.inputs.get("minimumOrigins"))
    if needed is not None and origins and needed > len(origins):
        yield Violation("minimumOrigins", f"{needed:g} of {len(origins)} origins can never be healthy")


def _monitor(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "type", "http")
    if kind not in {"", "http", "https"}:
        for name in ("expectedCodes", "expectedBody", "followRedirects", "path", "allowInsecure"):
            if given(inputs, name) and inputs[name] is not False:
                yield Violation(name, f"only for monitors of type http or https, here {kind}")
    if kind in {"tcp", "udp_icmp", "smtp"} and not given(inputs, "port"):
        yield Violation("port", f"required for monitors of type {kind}")
    interval, timeout, retries = (number(inputs.get(name)) for name in ("interval", "timeout", "retries"))
    if interval and timeout and timeout * ((retries or 0) + 1) > interval:
        yield Violation(
            "interval", f"{interval:g} s are shorter than {(retries or 0) + 1:g} attempts of {timeout:g} s each"
        )


def _balancer(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if isinstance(inputs.get("defaultPools"), list) and not inputs["defaultPools"]:
        yield Violation("defaultPools", "at least one pool is required")
    seconds = number(inputs.get("sessionAffinityTtl"))
    if seconds is not None and not 1800 <= seconds <= 604_800:  # noqa: PLR2004 - the documented range
        affinity = inputs.get("sessionAffinity")
        if affinity in {"cookie", "ip_cookie"}:
            yield Violation("sessionAffinityTtl", f"{seconds:g} is outside 1800..604800 seconds")


def _hosts(context: Context) -> Iterator[Violation]:
    for at, name in values_at(context.inputs, "hostnames[*]"):
        if isinstance(name, str) and re.fullmatch(r"(\*\.)?([a-z0-9_-]+\.)+[a-z0-9-]+", name) is None:
            yield Violation(at, f"{name!r} is no host name; one star may stand first")


_DNS = "Cloudflare API, Create DNS record; Cloudflare DNS documentation, Time to Live"
_record_on = On("dns", "cloudflare:index/dnsRecord:DnsRecord", _DNS)
_setting_on = On("zone-setting", "cloudflare:index/zoneSetting:ZoneSetting", "Cloudflare API, Edit zone setting")
_pool_on = On("pool", "cloudflare:index/loadBalancerPool:LoadBalancerPool", "Cloudflare API, Pools")
_monitor_on = On(
    "monitor", "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", "Cloudflare API, Create monitor"
)
_balancer_on = On("edge-balancer", "cloudflare:index/loadBalancer:LoadBalancer", "Cloudflare API, Load balancers")
_origin = On(
    "origin-ca", "cloudflare:index/originCaCertificate:OriginCaCertificate", "Cloudflare API, Create certificate"
)
_tiered = On("edge-switch", ("cloudflare:index/tieredCache:*", "cloudflare:index/argo*:*"), "Cloudflare API, Cache")
_reserve = On("cache-reserve", "cloudflare:index/zoneCacheReserve:*", "Cloudflare API, Change Cache Reserve setting")
_urls = On("url-normalization", "cloudflare:index/urlNormalizationSettings:*", "Cloudflare API, URL normalization")
_zone = On("cloudflare", "cloudflare:*", "Cloudflare API, identifiers")
RULES: tuple[Rule, ...] = (
    _zone.matches("zoneId", r"[0-9a-f]{32}", "32 hexadecimal digits"),
    _zone.matches("accountId", r"[0-9a-f]{32}", "32 hexadecimal digits"),
    _record_on.one_of("type", RECORD_TYPES),
    _record_on.longest("name", 255),
    _record_on.longest("comment", 500),
    _record_on.between("priority", 0, 65_535),
    _record_on.custom("ttl", _record),
    _record_on.custom("content", _content),
    _setting_on.custom("setting", _setting),
    _pool_on.matches("name", r"[a-zA-Z0-9_-]+", "letters, digits, - or _"),
    _pool_on.unique("origins[*].name", "origin"),
    _pool_on.between("origins[*].weight", 0, 1, ""),
    _pool_on.between("origins[*].port", 0, 65_535),
    _pool_on.one_of("originSteering.policy", ORIGIN_STEERING),
    _pool_on.custom("origins", _pool),
    _monitor_on.one_of("type", MONITORS),
    _monitor_on.between("retries", 0, 5),
    _monitor_on.between("timeout", 1, 10, "seconds"),
    _monitor_on.between("interval", 5, 3600, "seconds"),
    _monitor_on.between("port", 0, 65_535),
    _monitor_on.custom("kind", _monitor),
    _balancer_on.one_of("steeringPolicy", STEERING),
    _balancer_on.one_of("sessionAffinity", AFFINITY),
    _balancer_on.custom("balancer", _balancer),
    _origin.one_of("requestType", ("origin-rsa", "origin-ecc", "keyless-certificate")),
    _origin.one_of("requestedValidity", VALIDITY),
    _origin.at_most("hostnames", 100),
    _origin.custom("hosts", _hosts),
    _tiered.one_of("value", ON_OFF),
    _reserve.one_of("value", ON_OFF),
    _urls.one_of("type", ("cloudflare", "rfc3986")),
    _urls.one_of("scope", ("incoming", "both", "none")),
    *values_cloudflare_rulesets.RULES,
    *values_cloudflare_choices.RULES,
)
