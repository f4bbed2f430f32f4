"""What each Cloudflare plan can do, as typed data.

Source of every number: the Cloudflare docs (plan tables of Cache Rules, Edge and Browser Cache TTL, Rate limiting
rules, WAF managed rules and custom rules, Tiered Cache, Vary for images, Health Checks, Zone Lockdown, Purge cache),
as read on SOURCE_DATE. Numbers marked unverified come from one weak source.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SOURCE = "Cloudflare docs, availability tables"
SOURCE_DATE = "2026-11-23"


class Plan(StrEnum):
    """A zone's Cloudflare plan, cheapest first."""

    FREE = "free"
    PRO = "pro"
    BUSINESS = "business"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, kw_only=True)
class PlanLimits:
    """What one plan allows. Times are in seconds."""

    rules_per_phase: int
    """Rules in each of the cache, cache response, transform, origin and configuration phases."""
    regular_expressions: bool
    """Operator `matches` and function `regex_replace`."""
    min_edge_ttl: int
    """Shortest Edge Cache TTL that a rule may impose; a TTL from the origin's header is not said to be limited."""
    max_cacheable_mib: int
    custom_cache_key: bool
    generic_tiered_cache: bool
    vary_for_images: bool
    rate_limit_rules: int
    rate_limit_fields: frozenset[str]
    """Request fields that a rate limit's expression may read."""
    max_rate_limit_period: int
    max_mitigation_timeout: int
    counts_by_response: bool
    """A rate limit may count by the response's status code."""
    waf_managed_rulesets: bool
    """Beyond the free managed ruleset, which every zone has without configuration."""
    waf_custom_rules: int
    health_checks: int
    zone_lockdown_rules: int
    min_monitor_interval: int
    """Shortest interval of a load balancer's monitor; unverified."""
    max_upload_mb: int
    """Megabytes of one request's body."""
    purge_per_second: float
    """Purge requests by tag, host, prefix or everything, per account and second."""
    purge_bucket: int
    purge_urls_per_request: int


_PATH_FIELDS = frozenset({"http.request.uri.path"})
_PRO_FIELDS = _PATH_FIELDS | {"http.host", "http.request.uri", "http.request.full_uri", "http.request.uri.query"}
_BUSINESS_FIELDS = _PRO_FIELDS | {"http.request.method", "ip.src", "http.user_agent"}
_ENTERPRISE_FIELDS = _BUSINESS_FIELDS | {"http.request.headers", "http.request.headers.names", "http.cookie"}

# The formatter would take the columns apart.
# fmt: off
_TABLE: dict[str, tuple[Any, Any, Any, Any]] = {
    #                          free           pro           business           enterprise
    "rules_per_phase":        (10,            25,           50,                300),
    "regular_expressions":    (False,         False,        True,              True),
    "min_edge_ttl":           (7200,          3600,         1,                 1),
    "max_cacheable_mib":      (512,           512,          512,               5120),
    "custom_cache_key":       (False,         False,        False,             True),
    "generic_tiered_cache":   (False,         False,        False,             True),
    "vary_for_images":        (False,         True,         True,              True),
    "rate_limit_rules":       (1,             2,            5,                 5),
    "rate_limit_fields":      (_PATH_FIELDS,  _PRO_FIELDS,  _BUSINESS_FIELDS,  _ENTERPRISE_FIELDS),
    "max_rate_limit_period":  (10,            60,           600,               65535),
    "max_mitigation_timeout": (10,            3600,         86400,             86400),
    "counts_by_response":     (False,         False,        True,              True),
    "waf_managed_rulesets":   (False,         True,         True,              True),
    "waf_custom_rules":       (5,             20,           100,               1000),
    "health_checks":          (0,             10,           50,                1000),
    "zone_lockdown_rules":    (0,             3,            10,                200),
    "min_monitor_interval":   (60,            60,           15,                10),
    "max_upload_mb":          (100,           100,          200,               500),
    "purge_per_second":       (5 / 60,        5,            10,                50),
    "purge_bucket":           (25,            25,           50,                500),
    "purge_urls_per_request": (100,           100,          100,               500),
}
# fmt: on
LIMITS: dict[Plan, PlanLimits] = {
    plan: PlanLimits(**{name: row[column] for name, row in _TABLE.items()}) for column, plan in enumerate(Plan)
}

RATE_LIMIT_PERIODS = (10, 60, 120, 300, 600, 3600)
"""Periods in seconds that every list in the Cloudflare docs agrees on."""

MITIGATION_TIMEOUTS = (10, 60, 120, 300, 600, 3600, 86400)
"""Mitigation times in seconds that a blocking rule may use."""

MAX_EXPRESSION = 4096
"""Characters of one rule's expression on every plan (Cloudflare docs, Rules language, Expressions)."""

MAX_TTL = 31_536_000
"""One year in seconds: the longest TTL on offer (Cloudflare docs, Edge and Browser Cache TTL)."""


def with_rate_limits(count: int) -> Plan:
    """The cheapest plan that has as many rate limits.

    Raises:
        ValueError: no plan has.
    """
    for plan in Plan:
        if LIMITS[plan].rate_limit_rules >= count:
            return plan
    raise ValueError(f"no plan has {count} rate limits")


def cheapest(condition: str) -> Plan:
    """The cheapest plan whose boolean limit of that name is true.

    Raises:
        ValueError: no plan has it.
    """
    for plan in Plan:
        if getattr(LIMITS[plan], condition):
            return plan
    raise ValueError(f"no plan has {condition}")
