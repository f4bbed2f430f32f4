"""The zone's settings of a policy, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bailbondpro.edge.policy import EdgePolicy

ZONE_SETTINGS: tuple[tuple[str, str | int], ...] = (
    ("0rtt", "off"),
    ("always_online", "off"),
    ("always_use_https", "on"),
    ("automatic_https_rewrites", "on"),
    ("brotli", "on"),
    ("browser_cache_ttl", 0),
    ("development_mode", "off"),
    ("early_hints", "on"),
    ("http3", "on"),
    ("min_tls_version", "1.2"),
    ("opportunistic_encryption", "off"),
    ("rocket_loader", "off"),
    ("ssl", "strict"),
    ("tls_1_3", "on"),
    ("websockets", "on"),
)
"""Setting and value, by name (Cloudflare docs; API reference, Zone Settings).

TLS 1.2 and 1.3: scaling guide, Nginx Load Balancer Configuration. Strict: the origin's certificate is checked. No
0-RTT: early data can be replayed. No Always Online: it disables stale-while-revalidate. A browser cache TTL of 0
leaves the Cache-Control header as the rules made it. No Rocket Loader: it rewrites scripts on legal forms.
"""


def zone_settings(policy: EdgePolicy) -> tuple[tuple[str, str | int], ...]:
    """The zone's settings; a deleted setting stays as it is, so a feature is switched off by its value."""
    return (*ZONE_SETTINGS, ("image_resizing", "on" if policy.images.enabled else "off"))
