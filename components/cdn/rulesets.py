"""Rules as data become the zone's rulesets: one per phase, because a zone has one entry point for each.

The name is constant and a replacement deletes first: a second ruleset of a phase is refused by the API. Every rule
carries `ref`, `enabled` and `description`, and no empty objects, so that a refresh finds nothing to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_cloudflare as cloudflare

from bailbondpro.edge.cache_rules import cache_rules, response_rules
from bailbondpro.edge.rewrites import rewrite_rules
from bailbondpro.edge.security import firewall_rules, header_rules, managed_rules, rate_limit_rules

from .args import RulesetImport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bailbondpro.edge.cache_rules import CacheRule, Directive, ResponseRule
    from bailbondpro.edge.language.expressions import Expression
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.rewrites import RewriteRule
    from bailbondpro.edge.security import FirewallRule, HeaderRule, ManagedRule, RateLimitRule

__all__ = ["RulesetImport", "rulesets"]

RULESET_NAME = "default"


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase: the logical name of its ruleset, what it is for, and its rules."""

    phase: str
    logical: str
    description: str
    rules: Callable[[EdgePolicy], list[cloudflare.RulesetRuleArgs]]


def _rule(
    ref: str,
    description: str,
    when: Expression,
    action: str,
    *,
    enabled: bool = True,
    parameters: cloudflare.RulesetRuleActionParametersArgs | None = None,
    ratelimit: cloudflare.RulesetRuleRatelimitArgs | None = None,
) -> cloudflare.RulesetRuleArgs:
    return cloudflare.RulesetRuleArgs(
        ref=ref,
        description=description,
        expression=when.render(),
        action=action,
        enabled=enabled,
        action_parameters=parameters,
        ratelimit=ratelimit,
    )


def cache_rule(rule: CacheRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_request_cache_settings`."""
    ttl = rule.edge_ttl
    parameters = cloudflare.RulesetRuleActionParametersArgs(
        cache=rule.cache,
        edge_ttl=cloudflare.RulesetRuleActionParametersEdgeTtlArgs(mode=ttl.mode, default=ttl.seconds) if ttl else None,
        browser_ttl=cloudflare.RulesetRuleActionParametersBrowserTtlArgs(mode="respect_origin") if ttl else None,
        cache_key=cloudflare.RulesetRuleActionParametersCacheKeyArgs(cache_deception_armor=True)
        if rule.deception_armor
        else None,
    )
    return _rule(
        rule.ref, rule.description, rule.when, "set_cache_settings", enabled=rule.enabled, parameters=parameters
    )


def response_rule(rule: ResponseRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_response_cache_settings`."""
    if rule.tags:
        action = "set_cache_tags"
        parameters = cloudflare.RulesetRuleActionParametersArgs(operation="add", values=list(rule.tags))
    else:
        action = "set_cache_control"
        parameters = cloudflare.RulesetRuleActionParametersArgs(
            **{directive.name: _directive(directive) for directive in rule.directives}
        )
    return _rule(rule.ref, rule.description, rule.when, action, enabled=rule.enabled, parameters=parameters)


_DIRECTIVE_TYPES = {
    "max_age": cloudflare.RulesetRuleActionParametersMaxAgeArgs,
    "s_maxage": cloudflare.RulesetRuleActionParametersSMaxageArgs,
    "stale_while_revalidate": cloudflare.RulesetRuleActionParametersStaleWhileRevalidateArgs,
    "public": cloudflare.RulesetRuleActionParametersPublicArgs,
    "private": cloudflare.RulesetRuleActionParametersPrivateArgs,
    "no_store": cloudflare.RulesetRuleActionParametersNoStoreArgs,
    "no_cache": cloudflare.RulesetRuleActionParametersNoCacheArgs,
    "immutable": cloudflare.RulesetRuleActionParametersImmutableArgs,
    "must_revalidate": cloudflare.RulesetRuleActionParametersMustRevalidateArgs,
    "proxy_revalidate": cloudflare.RulesetRuleActionParametersProxyRevalidateArgs,
}


def _directive(directive: Directive) -> object:
    shape = _DIRECTIVE_TYPES[directive.name]
    value = {} if directive.value is None else {"value": directive.value}
    scope = {"cloudflare_only": True} if directive.cloudflare_only else {}
    return shape(operation=directive.operation, **value, **scope)


def rewrite_rule(rule: RewriteRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_request_transform`; an empty query takes it away."""
    uri = cloudflare.RulesetRuleActionParametersUriArgs(
        path=cloudflare.RulesetRuleActionParametersUriPathArgs(expression=rule.path.render()) if rule.path else None,
        query=cloudflare.RulesetRuleActionParametersUriQueryArgs(value=""),
    )
    parameters = cloudflare.RulesetRuleActionParametersArgs(uri=uri)
    return _rule(rule.ref, rule.description, rule.when, "rewrite", parameters=parameters)


def header_rule(rule: HeaderRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_response_headers_transform`."""
    headers = {
        name: cloudflare.RulesetRuleActionParametersHeadersArgs(operation="set", value=value)
        for name, value in rule.headers
    }
    parameters = cloudflare.RulesetRuleActionParametersArgs(headers=headers)
    return _rule(rule.ref, rule.description, rule.when, "rewrite", parameters=parameters)


def rate_limit_rule(rule: RateLimitRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_ratelimit`; it counts per client address and data centre, as every plan does."""
    ratelimit = cloudflare.RulesetRuleRatelimitArgs(
        characteristics=["cf.colo.id", "ip.src"],
        period=rule.period,
        requests_per_period=rule.requests,
        mitigation_timeout=rule.mitigation_timeout,
    )
    return _rule(rule.ref, rule.description, rule.when, "block", ratelimit=ratelimit)


def firewall_rule(rule: FirewallRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_request_firewall_custom`."""
    return _rule(rule.ref, rule.description, rule.when, rule.action)


def managed_rule(rule: ManagedRule) -> cloudflare.RulesetRuleArgs:
    """A rule of the phase `http_request_firewall_managed`."""
    parameters = cloudflare.RulesetRuleActionParametersArgs(id=rule.ruleset_id)
    return _rule(rule.ref, rule.description, rule.when, "execute", parameters=parameters)


PHASES: tuple[Phase, ...] = (
    Phase(
        phase="http_request_transform",
        logical="rewrites",
        description="Queries that change nothing, and the guide's image addresses",
        rules=lambda policy: [rewrite_rule(rule) for rule in rewrite_rules(policy)],
    ),
    Phase(
        phase="http_request_firewall_custom",
        logical="firewall",
        description="Blocks probes and writes to asset hosts",
        rules=lambda policy: [firewall_rule(rule) for rule in firewall_rules(policy)],
    ),
    Phase(
        phase="http_request_firewall_managed",
        logical="waf",
        description="Cloudflare's managed rulesets",
        rules=lambda policy: [managed_rule(rule) for rule in managed_rules(policy)],
    ),
    Phase(
        phase="http_ratelimit",
        logical="rate-limits",
        description="Coarse rate limits; the gateway has the exact ones",
        rules=lambda policy: [rate_limit_rule(rule) for rule in rate_limit_rules(policy)],
    ),
    Phase(
        phase="http_request_cache_settings",
        logical="cache",
        description="What may be cached; everything else bypasses the cache",
        rules=lambda policy: [cache_rule(rule) for rule in cache_rules(policy)],
    ),
    Phase(
        phase="http_response_cache_settings",
        logical="cache-response",
        description="Lifetimes, cache tags, and what must never be stored",
        rules=lambda policy: [response_rule(rule) for rule in response_rules(policy)],
    ),
    Phase(
        phase="http_response_headers_transform",
        logical="response-headers",
        description="Security headers and Vary",
        rules=lambda policy: [header_rule(rule) for rule in header_rules(policy)],
    ),
)


def rulesets(
    name: str,
    policy: EdgePolicy,
    zone_id: str,
    imports: Sequence[RulesetImport],
    parent: pulumi.Resource,
) -> dict[str, cloudflare.Ruleset]:
    """The zone's rulesets by phase; a phase without rules has none.

    Args:
        name: prefix of the logical names.
        policy: what the rules are made from.
        zone_id: the zone that they belong to.
        imports: rulesets to adopt as they are.
        parent: the component that owns them.
    """
    existing = {found.phase: f"zones/{zone_id}/{found.ruleset_id}" for found in imports}
    return {
        phase.phase: cloudflare.Ruleset(
            f"{name}-{phase.logical}",
            zone_id=zone_id,
            kind="zone",
            name=RULESET_NAME,
            phase=phase.phase,
            description=phase.description,
            rules=rules,
            opts=pulumi.ResourceOptions(
                parent=parent,
                delete_before_replace=True,
                import_=existing.get(phase.phase),
                ignore_changes=["rules", "name", "description"] if phase.phase in existing else None,
            ),
        )
        for phase in PHASES
        if (rules := phase.rules(policy))
    }
