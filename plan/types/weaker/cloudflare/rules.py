"""Properties of Cloudflare that must not become weaker in silence.

Sources are Cloudflare's documentation; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import Any

from plan import tokens
from plan.edge_closed import closes, stores_everything
from plan.edge_rules import acts_otherwise, caches_more, refuses_less, says_less, stores_more
from plan.types.weaker.model import TRUE, Weaker, changes, differs, ranked, stays
from plan.unknown import is_unknown

_SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
_NORMALIZATION = "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings"
_SETTINGS = "Cloudflare API Reference, Zone Settings"
_OF_ITS_OWN = frozenset(("http_request_transform", "http_request_late_transform", "http_custom_errors"))
"""Phases whose first rules are those of a new zone: alone they lead nobody elsewhere and let nobody in."""
_ON = ("off", "on")
_OFF = ("on", "off")


def _every_name(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a record answers for every name below another one, and did not."""
    return _wildcard(new) and not _wildcard(old)


def _wildcard(record: object) -> bool:
    return isinstance(record, dict) and str(record.get("name")).startswith("*")


def _foreign_name(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a proxied record leads to another domain than another record does; a domain is its last two labels."""
    return _domain(new) not in {"", _domain(old), _domain({**new, "content": new.get("name")})}


def _domain(record: object) -> str:
    if not isinstance(record, dict) or record.get("type") != "CNAME" or record.get("proxied") not in TRUE:
        return ""
    content = record.get("content")
    return "" if is_unknown(content) else ".".join(str(content).rstrip(".").split(".")[-2:])


EDGE_WEAKER: tuple[Weaker, ...] = (
    Weaker(
        token="cloudflare:index/dnsRecord:DnsRecord",
        path=("proxied",),
        than=stays(*TRUE),
        says="requests go through the edge, and the origin's address is not public",
        loses="defence",
        source="Cloudflare DNS documentation, Proxy status",
        own=True,
    ),
    *(
        Weaker(
            token=_SETTING,
            path=("value",),
            where=("settingId", setting),
            than=ranked(*steps),
            says=says,
            loses="defence",
            source=_SETTINGS,
        )
        for setting, steps, says in (
            (
                "ssl",
                ("off", "flexible", "full", "strict", "origin_pull"),
                "the edge asks the origin over TLS, and checks its certificate",
            ),
            ("min_tls_version", ("1.0", "1.1", "1.2", "1.3"), "older versions of TLS are refused"),
            ("always_use_https", _ON, "plain HTTP is redirected"),
            ("automatic_https_rewrites", _ON, "a page asks for nothing over plain HTTP that is there over TLS"),
            ("tls_1_3", (*_ON, "zrt"), "TLS 1.3 is spoken"),
            ("tls_client_auth", _ON, "the origin answers the edge alone"),
            ("waf", _ON, "Cloudflare's rules of before rulesets keep attacks away"),
            ("browser_check", _ON, "browsers without the headers of one are challenged"),
            # Early data can be sent again by anybody who saw it (RFC 8446, 8).
            ("0rtt", _OFF, "no request is taken twice"),
            ("development_mode", _OFF, "what may be cached is cached, and the origin bears what is left"),
            ("always_online", _OFF, "a page that is stale is made anew in the background"),
            ("rocket_loader", _OFF, "scripts on legal forms run as they were written"),
            ("opportunistic_encryption", _OFF, "no browser is told that plain HTTP over TLS does as well"),
        )
    ),
    *(
        Weaker(
            token=_SETTING,
            path=("value",),
            where=("settingId", setting),
            than=differs,
            says=says,
            loses="defence",
            source=_SETTINGS,
            noted=noted,
        )
        for setting, says, noted in (
            ("security_header", "browsers come back over TLS alone", False),
            ("ciphers", "no other ciphers are spoken", False),
            # Any other value overwrites the lifetime that the rules give.
            ("browser_cache_ttl", "browsers keep an answer as long as its Cache-Control says", True),
        )
    ),
    *(
        Weaker(
            token=token,
            path=(name,),
            than=changes,
            says="it is about this zone, and this one",
            loses="defence",
            source="Cloudflare API Reference",
        )
        for token, name in (
            (_SETTING, "zoneId"),
            (_SETTING, "settingId"),
            (tokens.RULESET, "zoneId"),
            (tokens.RULESET, "phase"),
            (_NORMALIZATION, "zoneId"),
            ("cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings", "zoneId"),
        )
    ),
    *(
        Weaker(
            token=_NORMALIZATION,
            path=(name,),
            than=ranked(*steps),
            says="rules and the origin read a path in one form, whatever was sent",
            loses="defence",
            source="Cloudflare Rules documentation, URL normalization",
        )
        for name, steps in (("scope", ("none", "incoming", "both")), ("type", ("rfc3986", "cloudflare")))
    ),
    *(
        Weaker(
            token=f"cloudflare:index/{name[0].lower()}{name[1:]}:{name}",
            path=("enabled",),
            than=stays(*TRUE),
            says="the origin answers the edge alone",
            loses="defence",
            source="Cloudflare SSL documentation, Authenticated Origin Pulls",
        )
        for name in ("AuthenticatedOriginPullsSettings", "AuthenticatedOriginPulls")
    ),
    Weaker(
        token=tokens.RULESET,
        path=("rules",),
        than=closes,
        made="zoneId",
        says="visitors come through, as many and as often as before",
        loses="way",
        source="Cloudflare Ruleset Engine documentation, Actions; WAF documentation, Rate limiting rules",
    ),
    Weaker(
        token=tokens.RULESET,
        path=("rules",),
        where=("phase", "http_response_cache_settings"),
        than=stores_everything,
        made="zoneId",
        says="what is kept is known to be public",
        loses="defence",
        source="Cloudflare Cache documentation, Cache Response Rules",
    ),
    Weaker(
        token="cloudflare:index/tieredCache:TieredCache",
        path=("value",),
        than=ranked(*_ON),
        says="an answer is asked of the origin once, and not by each of the edge's places",
        loses="room",
        source="Cloudflare Cache documentation, Tiered Cache",
    ),
    *(
        Weaker(
            token="cloudflare:index/dnsRecord:DnsRecord",
            path=(),
            label="name",
            than=than,
            says=says,
            loses="way",
            source="Cloudflare DNS documentation, Wildcard DNS records; DNS record types",
            made=made,
            only_made=not made,
        )
        for than, made, says in (
            (_every_name, "zoneId", "names that nobody listed lead nowhere"),
            (_foreign_name, "", "proxied names lead where others of the zone do"),
        )
    ),
    Weaker(
        token=tokens.RULESET,
        path=("rules",),
        than=refuses_less,
        made="zoneId",
        says="these requests are kept away",
        loses="defence",
        source="Cloudflare Ruleset Engine documentation, Actions; WAF documentation, Skip options",
    ),
    *(
        Weaker(
            token=tokens.RULESET,
            path=("rules",),
            where=("phase", phase),
            than=than,
            made="" if phase in _OF_ITS_OWN else "zoneId",
            says=says,
            loses="defence",
            source=source,
        )
        for phase, than, says, source in (
            (
                "http_request_cache_settings",
                caches_more,
                "nothing is cached but what is known to be public",
                "Cloudflare Cache documentation, Cache Rules, Order and priority",
            ),
            (
                "http_response_cache_settings",
                stores_more,
                "no answer is kept that belongs to somebody",
                "Cloudflare Cache documentation, Cache Response Rules",
            ),
            (
                "http_response_headers_transform",
                says_less,
                "browsers get these headers",
                "Cloudflare Rules documentation, Response Header Transform Rules",
            ),
            *(
                (phase, acts_otherwise, says, f"Cloudflare Rules documentation, {page}")
                for phase, says, page in (
                    ("http_config_settings", "what the zone's settings say holds of these requests", "Configuration"),
                    ("http_request_origin", "requests go to this origin", "Origin Rules"),
                    ("http_request_dynamic_redirect", "clients are led nowhere else", "Single Redirects"),
                    ("http_request_redirect", "clients are led nowhere else", "Bulk Redirects"),
                    ("http_request_transform", "the origin reads these paths and queries", "URL Rewrite Rules"),
                    ("http_request_late_transform", "the origin reads these headers", "Request Header Transform Rules"),
                    ("http_custom_errors", "errors are those of the platform", "Custom Errors"),
                )
            ),
        )
    ),
)
