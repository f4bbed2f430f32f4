"""Settings of a zone, and what works on every request to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, number, text
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, schema_only
from sandbox.services.cloudflare import returned as cf

if TYPE_CHECKING:
    from collections.abc import Iterator

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


_setting_on = On("zone-setting", source="Cloudflare API, Edit zone setting")
_urls = On("url-normalization", source="Cloudflare API, URL normalization")
ROWS = (
    Row(
        token="cloudflare:index/zoneSetting:ZoneSetting",
        name=NONE,
        replaced=Replaced(("settingId", "zoneId")),
        references=(),
        unique=(),
        values=(_setting_on.custom("setting", _setting),),
        returned=Returned(values=cf.ZONE_SETTING),
    ),
    Row(
        token="cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings",
        name=NONE,
        replaced=Replaced(("zoneId",)),
        references=(),
        unique=(),
        values=(
            _urls.one_of("type", ("cloudflare", "rfc3986")),
            _urls.one_of("scope", ("incoming", "both", "none")),
        ),
    ),
    schema_only("cloudflare:index/managedTransforms:ManagedTransforms", "no stack has it", Replaced(("zoneId",))),
    schema_only("cloudflare:index/waitingRoom:WaitingRoom", "no stack has it", Replaced(("zoneId",))),
)
