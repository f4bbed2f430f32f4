"""Records and settings that a zone did not have: who gets its mail and its certificates, and what holds by default.

Sources are the RFCs of the records and Cloudflare's documentation; unverified 2026-12-01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plan import tokens
from plan.types.weaker.model import number
from plan.visits.zone import CACHE, HEADERS, REWRITES
from policies.gate.model import ADMITS, LED, ROOM, WEAKENED, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from plan.steps import Change
    from policies.gate.model import Finding, StepRule

_SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
_TYPES: Mapping[str, tuple[StepRule, str]] = {
    "NS": (LED, "names below it would be answered by other servers (RFC 1034, 4.2)"),
    "MX": (LED, "mail to it would go to another server (RFC 5321, 5.1)"),
    "CAA": (ADMITS, "it says who may issue certificates for the name (RFC 8659)"),
}
_NAMES: Mapping[str, str] = {
    "_acme-challenge": "whoever answers it gets certificates for the name (RFC 8555, 8.4)",
    "_dmarc": "it says what becomes of mail that somebody else sends in the name (RFC 7489)",
}
_SENDERS = "v=spf1"
KNOWN = frozenset(
    (
        *(CACHE, HEADERS, REWRITES, "http_ratelimit", "http_request_firewall_managed", "http_request_firewall_custom"),
        *("http_response_cache_settings", "http_response_headers_transform", "http_response_compression"),
    )
)
"""Phases that rows and ordinary visits judge."""
_OFF: Mapping[str, tuple[str, ...]] = {
    "waf": ("off",),
    "browser_check": ("off",),
    "tls_client_auth": ("off",),
    "security_level": ("off", "essentially_off"),
}
"""Settings that a zone has without a resource, or that its origin counts on, with the values by which they are off."""
_WAITS = 100
"""Seconds that the edge waits for the origin by default (Cloudflare API Reference, Proxy Read Timeout)."""


def of_the_edge(changes: Iterable[Change]) -> Iterator[Finding]:
    """Every new record, ruleset and setting of a zone by which somebody is led elsewhere, or less is asked.

    Args:
        changes: what happens to each resource.
    """
    for change in changes:
        if change.kind != "create" or change.before is not None or change.after is None:
            continue
        inputs = change.after.inputs
        if change.type == tokens.DNS_RECORD:
            yield from _record(change, inputs)
        elif change.type == tokens.RULESET and str(inputs.get("phase")) not in KNOWN:
            says = f"nobody here knows what rules of phase {inputs.get('phase')} do"
            yield found(WEAKENED, change.urn, says, ("phase",), judged=False)
        elif change.type == _SETTING:
            yield from _setting(change, inputs)


def _record(change: Change, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    kind, name = str(inputs.get("type")).upper(), str(inputs.get("name")).lower()
    content = str(inputs.get("content") or "").strip('" ').lower()
    if kind in _TYPES:
        rule, why = _TYPES[kind]
        yield found(rule, change.urn, f"type {kind} of {name[:120]}: {why}", ("type",))
    for start, why in _NAMES.items():
        if name.startswith(start):
            yield found(ADMITS, change.urn, f"name would be {name[:120]}: {why}", ("name",))
    if kind == "TXT" and content.startswith(_SENDERS):
        says = f"content of {name[:120]} says who sends mail in the name (RFC 7208)"
        yield found(ADMITS, change.urn, says, ("content",))


def _setting(change: Change, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    setting, value = str(inputs.get("settingId")), inputs.get("value")
    if value in _OFF.get(setting, ()):
        says = f"{setting} would be {value}, which without this resource it is not"
        yield found(WEAKENED, change.urn, says, ("value",))
    seconds = number(value) if setting == "proxy_read_timeout" else None
    if seconds is not None and seconds < _WAITS:
        says = f"{setting} would be {seconds:g} s; by default the edge waits {_WAITS} s for the origin"
        yield found(ROOM, change.urn, says, ("value",))
