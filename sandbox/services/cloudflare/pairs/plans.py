"""What a zone's plan does not have: numbers of rules, periods, expressions, and whole products.

A zone's plan is known where the program or the seed file has its subscription, and where the program makes the zone: a
new one is on the Free plan. Of any other zone nothing is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import block, items, number
from sandbox.model.pairs import pair, told
from sandbox.model.rows import Alike
from sandbox.services.cloudflare.rulesets import RULESET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

ZONE = "cloudflare:index/zone:Zone"
SUBSCRIPTION = "cloudflare:index/zoneSubscription:ZoneSubscription"
PLANS = ("free", "pro", "business", "enterprise")
"""From the least to the most."""
RULES: dict[str, tuple[int, ...]] = {
    "http_config_settings": (10, 25, 50, 300),
    "http_ratelimit": (1, 2, 5, 100),
    "http_request_cache_settings": (10, 25, 50, 300),
    "http_request_dynamic_redirect": (10, 25, 50, 300),
    "http_request_firewall_custom": (5, 20, 100, 1000),
    "http_request_origin": (10, 25, 50, 300),
    "http_request_transform": (10, 25, 50, 300),
    "http_response_headers_transform": (10, 25, 50, 300),
}
"""Phase -> rules that each plan has (Cloudflare documentation, availability tables of each product)."""
PERIODS = (10, 60, 600, 65_535)
"""Longest period of a rate limit in seconds, by plan (Cloudflare WAF documentation, Rate limiting rules)."""
EDGE_TTL = (7200, 3600, 1, 1)
"""Least Edge Cache TTL in seconds, by plan (Cloudflare Cache documentation, Edge and Browser Cache TTL)."""
PRODUCTS: dict[str, tuple[str, str]] = {
    "healthcheck": ("pro", "Cloudflare Health Checks documentation, Availability"),
    "logpushJob": ("enterprise", "Cloudflare Logs documentation, Logpush, Availability"),
    "regionalTieredCache": ("enterprise", "Cloudflare Cache documentation, Tiered Cache, Availability"),
    "snippet": ("pro", "Cloudflare Rules documentation, Snippets, Availability"),
    "waitingRoom": ("business", "Cloudflare Waiting Room documentation, Plans"),
    "zoneCacheVariants": ("pro", "Cloudflare Cache documentation, Vary for images"),
    "zoneLockdown": ("pro", "Cloudflare WAF documentation, Zone Lockdown, Availability"),
}
"""Product -> the least plan that has it, and where that stands."""


def plan_of(cloud: Cloud, zone: object) -> str | None:
    """A zone's plan, or None where nobody knows it."""
    if not isinstance(zone, str):
        return None
    for item in cloud.of_type(SUBSCRIPTION):
        if item.inputs.get("zoneId") == zone:
            named = str(told(item, "ratePlan.id") or "")
            return next((plan for plan in reversed(PLANS) if named.startswith(plan)), None)
    made = cloud.get(ZONE, zone)
    return "free" if made is not None and not made.was_there else None


def _plan(context: Context) -> int | None:
    plan = plan_of(context.cloud, context.inputs.get("zoneId")) if context.cloud is not None else None
    return PLANS.index(plan) if plan is not None else None


def _least(amounts: tuple[int, ...], fits: int, *, most: bool) -> str:
    """The least plan whose amount is enough."""
    for plan, amount in zip(PLANS, amounts, strict=True):
        if (fits <= amount) if most else (fits >= amount):
            return plan
    return "enterprise by contract"


def _counts(context: Context) -> Iterator[Violation]:
    plan, phase, rules = _plan(context), context.inputs.get("phase"), context.inputs.get("rules")
    if plan is None or phase not in RULES or not isinstance(rules, list) or len(rules) <= RULES[str(phase)][plan]:
        return
    amounts = RULES[str(phase)]
    yield Violation(
        "rules",
        f"{len(rules)} rules of phase {phase}, the plan {PLANS[plan]!r} has {amounts[plan]}; they need "
        f"{_least(amounts, len(rules), most=True)!r}",
    )


def _periods(context: Context) -> Iterator[Violation]:
    plan = _plan(context)
    for index, rule in enumerate(items(context.inputs, "rules") if plan is not None else ()):
        period = number(block(rule, "ratelimit").get("period"))
        if plan is not None and period is not None and period > PERIODS[plan]:
            yield Violation(
                f"rules[{index}].ratelimit.period",
                f"{period:g} s, the plan {PLANS[plan]!r} has {PERIODS[plan]} s at most; it needs "
                f"{_least(PERIODS, int(period), most=True)!r}",
            )


def _expressions(context: Context) -> Iterator[Violation]:
    plan = _plan(context)
    for index, rule in enumerate(items(context.inputs, "rules") if plan is not None else ()):
        expression = re.sub(r'"(?:\\.|[^"\\])*"', '""', str(rule.get("expression") or ""))
        if (
            plan is not None
            and plan < PLANS.index("business")
            and re.search(r"\bmatches\b|regex_replace\(", expression)
        ):
            yield Violation(
                f"rules[{index}].expression", f"regular expressions need the plan 'business', this is {PLANS[plan]!r}"
            )


def _ttls(context: Context) -> Iterator[Violation]:
    plan = _plan(context)
    for index, rule in enumerate(items(context.inputs, "rules") if plan is not None else ()):
        ttl = block(block(rule, "actionParameters"), "edgeTtl")
        seconds = number(ttl.get("default"))
        override = ttl.get("mode") == "override_origin"
        if plan is not None and override and seconds and seconds < EDGE_TTL[plan]:
            yield Violation(
                f"rules[{index}].actionParameters.edgeTtl.default",
                f"{seconds:g} s, the plan {PLANS[plan]!r} has {EDGE_TTL[plan]} s at least; it needs "
                f"{_least(EDGE_TTL, int(seconds), most=False)!r}",
            )


def _product(name: str, least: str) -> Any:  # noqa: ANN401 - the check of a rule
    def check(context: Context) -> Iterator[Violation]:
        plan = _plan(context)
        if plan is not None and plan < PLANS.index(least):
            yield Violation("zoneId", f"{name} needs the plan {least!r}, this zone is on {PLANS[plan]!r}")

    return check


_REGEX = re.compile(r"\bmatches\b|regex_replace\(")
_ENTITLED = "403: not entitled: the zone's plan does not have it"
_RULESET_PAIRS = (
    pair(
        "plan-rules",
        _counts,
        refused="more rules of a phase than the zone's plan has",
        says="exceeded the maximum number of rules in the phase",
        source="Cloudflare documentation, availability tables of Cache Rules, WAF and Rules",
    ),
    pair(
        "plan-period",
        _periods,
        refused="a rate limit over a longer period than the zone's plan has",
        says=_ENTITLED,
        source="Cloudflare WAF documentation, Rate limiting rules, Availability",
    ),
    pair(
        "plan-expression",
        _expressions,
        refused="a regular expression in a rule of a zone below the Business plan",
        says=_ENTITLED,
        source="Cloudflare Ruleset Engine documentation, Operators: matches",
    ),
    pair(
        "plan-edge-ttl",
        _ttls,
        refused="a shorter Edge Cache TTL than the zone's plan has",
        says=_ENTITLED,
        source="Cloudflare Cache documentation, Edge and Browser Cache TTL",
    ),
)
ALIKE = (
    Alike(f"{RULESET.rpartition(':')[0]}:*", state=_RULESET_PAIRS),
    *(
        Alike(
            f"cloudflare:index/{name}:*",
            state=(
                pair(
                    f"plan-{name.lower()}",
                    _product(name, least),
                    refused=f"a {name} in a zone below the plan {least}",
                    says=_ENTITLED,
                    source=source,
                ),
            ),
        )
        for name, (least, source) in PRODUCTS.items()
    ),
)
