"""Ways on which visitors come to the origin, beside the rules of a zone: records, balancers, and settings that shut.

Sources are Cloudflare's documentation; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import Any

from plan import tokens
from plan.types.weaker.model import FALSE, TRUE, Weaker, becomes, changes, ranked, stays

_SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
_SETTINGS = "Cloudflare API Reference, Zone Settings"
_BALANCER = "cloudflare:index/loadBalancer:LoadBalancer"
_POOL = "cloudflare:index/loadBalancerPool:LoadBalancerPool"
_MONITOR = "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor"
_BALANCING = "Cloudflare Load Balancing documentation"
_QUESTION = ("path", "port", "type", "method", "expectedCodes", "expectedBody", "header")
_HOSTS = ("A", "AAAA", "CNAME", "None")
"""Types of records by which a host is found, and which alone can be proxied (Cloudflare DNS documentation, Proxy
status, Proxied records)."""


def bare_host(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a record shows where a host is, and another one of a host does not."""
    return _host(new) and new.get("proxied") not in TRUE and (not _host(old) or old.get("proxied") in TRUE)


def _host(record: object) -> bool:
    """Whether this names a host: no name of one has an underscore, as those of proofs and keys do (RFC 952; 8552)."""
    if not isinstance(record, dict) or str(record.get("type")) not in _HOSTS:
        return False
    return not any(label.startswith("_") for label in str(record.get("name")).split("."))


def _led_elsewhere(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a pool has another origin than it had, lost one, or asks it for another host."""
    return old is not None and _origins(old) != _origins(new)


def _origins(listed: object) -> list[str]:
    return sorted(
        f"{one.get('address')} {one.get('port')} {one.get('header')}"
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and one.get("enabled") not in FALSE
    )


def _other_pools(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a pool is gone or has another place; one more at the end is asked where no other is healthy."""
    return bool(old) and (not isinstance(new, list) or new[: len(old)] != old)


def _calmer(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether fewer threats are challenged; after an attack, fewer than by default."""
    order = ranked("essentially_off", "off", "low", "medium", "high")
    return new != _ATTACK and order("medium" if old == _ATTACK else old, new)


_ATTACK = "under_attack"

EDGE_WAYS_WEAKER: tuple[Weaker, ...] = (
    Weaker(
        token=tokens.DNS_RECORD,
        path=(),
        label="proxied",
        than=bare_host,
        says="requests go through the edge, and the origin's address is not public",
        loses="defence",
        source="Cloudflare DNS documentation, Proxy status",
        only_made=True,
    ),
    Weaker(
        token=_SETTING,
        path=("value",),
        where=("settingId", "security_level"),
        than=_calmer,
        says="threats are challenged",
        loses="defence",
        source=_SETTINGS,
    ),
    Weaker(
        token=_SETTING,
        path=("value",),
        where=("settingId", "security_level"),
        than=becomes(_ATTACK),
        says="visitors, webhooks and search engines come through without a challenge",
        loses="way",
        source="Cloudflare documentation, Under Attack mode",
        made="zoneId",
    ),
    Weaker(
        token=_SETTING,
        path=("value",),
        where=("settingId", "min_tls_version"),
        than=becomes("1.3"),
        says="clients that speak TLS 1.2 come through, such as older phones and programs that send webhooks",
        loses="way",
        source=_SETTINGS,
        made="zoneId",
        noted=True,
    ),
    Weaker(
        token=_SETTING,
        path=("value",),
        where=("settingId", "cache_level"),
        than=ranked("simplified", "basic", "aggressive", absent="aggressive"),
        says="what is kept is of this address and its query",
        loses="defence",
        source="Cloudflare Cache documentation, Caching levels",
        made="zoneId",
    ),
    *(
        Weaker(token=token, path=(name,), than=than, says=says, loses="way", source=_BALANCING)
        for token, name, than, says in (
            (_BALANCER, "name", changes, "clients find it by this name"),
            (_BALANCER, "zoneId", changes, "clients find it in this zone"),
            (_BALANCER, "defaultPools", _other_pools, "requests go to these pools, in this order"),
            (_BALANCER, "fallbackPool", changes, "requests go to this pool where no other is healthy"),
            (_BALANCER, "rules", changes, "requests are led by these rules"),
            (_POOL, "origins", _led_elsewhere, "requests go to these origins"),
            (_POOL, "monitor", changes, "origins that do not answer are left out"),
            *((_MONITOR, name, changes, "origins answer this question") for name in _QUESTION),
        )
    ),
    *(
        Weaker(token=token, path=("enabled",), than=becomes(*FALSE), says=says, loses="way", source=_BALANCING)
        for token, says in ((_BALANCER, "it answers"), (_POOL, "its origins are asked"))
    ),
    Weaker(
        token=_MONITOR,
        path=("allowInsecure",),
        than=becomes(*TRUE),
        says="an origin is healthy whose certificate is checked",
        loses="defence",
        source=_BALANCING,
    ),
    Weaker(
        token=_BALANCER,
        path=("proxied",),
        than=stays(*TRUE),
        says="requests go through the edge, and the origin's address is not public",
        loses="defence",
        source=_BALANCING,
    ),
)
