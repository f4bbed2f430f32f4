"""Every rule that decides what the edge does with a request, whether it comes from a policy or from a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_rules import cache_rules, response_rules
from bailbondpro.edge.rewrites import rewrite_rules
from bailbondpro.edge.security import firewall_rules, header_rules, rate_limit_rules

if TYPE_CHECKING:
    from bailbondpro.edge.cache_rules import CacheRule, ResponseRule
    from bailbondpro.edge.language.expressions import Expression
    from bailbondpro.edge.policy import EdgePolicy
    from bailbondpro.edge.rewrites import RewriteRule
    from bailbondpro.edge.security import FirewallRule, HeaderRule, RateLimitRule


@dataclass(frozen=True, kw_only=True)
class EdgeRules:
    """The rules of a zone, in the order in which Cloudflare runs each phase's."""

    rewrites: tuple[RewriteRule, ...] = ()
    firewall: tuple[FirewallRule, ...] = ()
    rate_limits: tuple[RateLimitRule, ...] = ()
    cache: tuple[CacheRule, ...] = ()
    responses: tuple[ResponseRule, ...] = ()
    headers: tuple[HeaderRule, ...] = ()

    @classmethod
    def of(cls, policy: EdgePolicy) -> EdgeRules:
        """The rules that a policy makes."""
        return cls(
            rewrites=rewrite_rules(policy),
            firewall=firewall_rules(policy),
            rate_limits=rate_limit_rules(policy),
            cache=cache_rules(policy),
            responses=response_rules(policy),
            headers=header_rules(policy),
        )

    def expressions(self) -> tuple[tuple[str, Expression], ...]:
        """(ref, expression) of every rule."""
        return (
            *((rule.ref, rule.when) for rule in self.rewrites),
            *((rule.ref, rule.when) for rule in self.firewall),
            *((rule.ref, rule.when) for rule in self.rate_limits),
            *((rule.ref, rule.when) for rule in self.cache),
            *((rule.ref, rule.when) for rule in self.responses),
            *((rule.ref, rule.when) for rule in self.headers),
        )
