"""What Cloudflare's token must be allowed, by resource type: names of permission groups as the dashboard has them.

Cloudflare API documentation, "API token permissions" (read 2026-11-29: names of groups); which type asks for which is
what the API documentation accepts for its operations, and unverified against an account.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TLS = "Zone: SSL and Certificates"
_SETTINGS = "Zone: Zone Settings"
_POOLS = "Account: Load Balancing: Monitors and Pools"
_RULESET = "cloudflare:index/ruleset:Ruleset#"

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cloudflare:index/dnsRecord:DnsRecord": "Zone: DNS",
        "cloudflare:index/zoneSetting:ZoneSetting": _SETTINGS,
        "cloudflare:index/tieredCache:TieredCache": _SETTINGS,
        "cloudflare:index/zoneCacheReserve:ZoneCacheReserve": _SETTINGS,
        "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": "Zone: Transform Rules",
        **{
            f"cloudflare:index/authenticatedOriginPulls{part}:AuthenticatedOriginPulls{part}": _TLS
            for part in ("", "Certificate", "HostnameCertificate", "Settings")
        },
        "cloudflare:index/originCaCertificate:OriginCaCertificate": _TLS,
        "cloudflare:index/loadBalancer:LoadBalancer": "Zone: Load Balancers",
        "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor": _POOLS,
        "cloudflare:index/loadBalancerPool:LoadBalancerPool": _POOLS,
        "cloudflare:index/notificationPolicy:NotificationPolicy": "Account: Notifications",
        f"{_RULESET}http_ratelimit": "Zone: Zone WAF",
        f"{_RULESET}http_request_firewall_custom": "Zone: Zone WAF",
        f"{_RULESET}http_request_firewall_managed": "Zone: Zone WAF",
        f"{_RULESET}http_request_cache_settings": "Zone: Cache Rules",
        f"{_RULESET}http_response_cache_settings": "Zone: Cache Rules",
        f"{_RULESET}http_request_transform": "Zone: Transform Rules",
        f"{_RULESET}http_request_late_transform": "Zone: Transform Rules",
        f"{_RULESET}http_response_headers_transform": "Zone: Transform Rules",
    }
)
"""By type, rulesets by their phase."""


def token_groups(types: Iterable[str]) -> tuple[str, ...]:
    """The permission groups that a token needs for these types, sorted; each with Edit to deploy and Read to preview.

    Raises:
        ValueError: nobody knows what a type of Cloudflare asks for; it names every such type.
    """
    own = [token for token in types if token.startswith("cloudflare:")]
    if unknown := [token for token in own if token not in GROUPS]:
        raise ValueError(f"say what a token needs for {', '.join(unknown)} in plan/permissions/cloudflare.py")
    return tuple(sorted({GROUPS[token] for token in own}))
