"""The look-ups of Cloudflare whose arguments do not say what they find (documentation of pulumi-cloudflare 6.23.1)."""

from __future__ import annotations

from sandbox.model.lookups import IDENTITY, Found, Usual

FOUND: tuple[Found, ...] = (
    Found("cloudflare:index/getZone:*", by={"zoneId": (IDENTITY,)}, results={"zoneId": "id"}),
    Found("cloudflare:index/getZones:*", ignored=("direction", "match", "maxItems", "order")),
    Found("cloudflare:index/getAccount:*", by={"accountId": (IDENTITY,)}),
    Found("cloudflare:index/getAccounts:*", ignored=("direction", "maxItems")),
    Found("cloudflare:index/getDnsRecord:*", by={"dnsRecordId": (IDENTITY,)}),
    Found("cloudflare:index/getDnsRecords:*", ignored=("direction", "match", "maxItems", "order")),
)
USUAL: tuple[Usual, ...] = (Usual("cloudflare:index/zone:Zone", {"status": "active", "paused": False, "type": "full"}),)
