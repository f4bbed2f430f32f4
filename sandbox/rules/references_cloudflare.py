"""What Cloudflare refuses beside what exists already in a zone, and what refers to what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.references import Reference, ReferenceTable, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

RULESET = "cloudflare:index/ruleset:Ruleset"
RECORD = "cloudflare:index/dnsRecord:DnsRecord"
BALANCER = "cloudflare:index/loadBalancer:LoadBalancer"
POOL = (Target("cloudflare:index/loadBalancerPool:LoadBalancerPool"),)
MONITOR = (Target("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor"),)
HOSTNAME_CERTIFICATE = (
    Target("cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate"),
)
ADDRESS_RECORDS = frozenset({"A", "AAAA", "CNAME"})

_IN_USE = "the pool is referenced by a load balancer (code 1005, unverified)"

CLOUDFLARE = ReferenceTable(
    "references-cloudflare",
    "Cloudflare API documentation, Load Balancers, Pools, Monitors, Per-hostname Authenticated Origin Pull",
    (
        Reference("defaultPools[*]", POOL, "pool not found", _IN_USE, source=BALANCER),
        Reference("fallbackPool", POOL, "pool not found", _IN_USE, source=BALANCER),
        Reference(
            "monitor",
            MONITOR,
            "monitor not found",
            "the monitor is referenced by a pool (code unverified)",
            source="cloudflare:index/loadBalancerPool:LoadBalancerPool",
        ),
        Reference(
            "configs[*].certId",
            HOSTNAME_CERTIFICATE,
            "certificate not found",
            source="cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
        ),
    ),
)


def _entry_point(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if context.cloud is None or inputs.get("kind") not in {"zone", "root"}:
        return
    scope = ("kind", "phase", "zoneId", "accountId")
    for item in context.cloud.of_type(RULESET):
        if item.id != context.id and all(item.inputs.get(key) == inputs.get(key) for key in scope):
            yield Violation(
                "phase",
                f"{item.name} is the entry point of {inputs.get('phase')!r} already, one for each phase: a "
                "similar configuration with rules already exists (code 20217); add the rules to it, or import it",
            )


def _clash(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if context.cloud is None:
        return
    for item in context.cloud.of_type(RECORD):
        other = item.inputs
        same_name = all(other.get(key) == inputs.get(key) for key in ("zoneId", "name"))
        if item.id == context.id or not same_name:
            continue
        types = {inputs.get("type"), other.get("type")}
        if types <= ADDRESS_RECORDS and "CNAME" in types:
            yield Violation(
                "name",
                f"{inputs.get('name')} is the {other.get('type')} record {item.name} already: an A, AAAA, or CNAME "
                "record with that host already exists (code 81053)",
            )
        elif all(other.get(key) == inputs.get(key) for key in ("type", "content")):
            yield Violation("content", f"{item.name} says the same: an identical record already exists (code 81058)")


def _balancer_name(context: Context) -> Iterator[Violation]:
    if context.cloud is None:
        return
    for item in context.cloud.of_type(BALANCER):
        same = all(item.inputs.get(key) == context.inputs.get(key) for key in ("zoneId", "name"))
        if same and item.id != context.id:
            yield Violation(
                "name", f"{item.name} balances {context.inputs.get('name')} already (code 1004, unverified)"
            )


RULES = (
    Rule(
        "one-entry-point",
        "Cloudflare Rulesets documentation, Entry point rulesets; terraform-provider-cloudflare issues 2090 and 2566",
        (RULESET,),
        _entry_point,
    ),
    Rule(
        "record-clash",
        "Cloudflare DNS documentation, DNS record limits; Troubleshooting, codes 81053 and 81058",
        (RECORD,),
        _clash,
    ),
    Rule("balancer-name", "Cloudflare API documentation, Create Load Balancer", (BALANCER,), _balancer_name),
)
