"""Failover between origins with Cloudflare's Load Balancing add-on.

One load balancer on a name of its own; the host names point to it by CNAME (Cloudflare docs, Load Balancing, CNAME
routing), so that the add-on comes and goes without replacing a record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_cloudflare as cloudflare

from bailbondpro.edge.cloudflare_plans import LIMITS

if TYPE_CHECKING:
    from bailbondpro.edge.policy import EdgePolicy

READINESS_PATH = "/ready"
"""What the gateway's TLS server asks the application; the guide's /health is answered by nginx itself, whatever the
application does."""
HEALTH_TIMEOUT = 5
"""Seconds (scaling guide, Application-Level Load Balancing)."""
CONSECUTIVE_FAILURES = 3
"""Probes that fail before an origin is out (scaling guide, Nginx Load Balancer Configuration: max_fails=3)."""
CONSECUTIVE_SUCCESSES = 2


def monitor_interval(policy: EdgePolicy) -> int:
    """Seconds between two health checks: the policy's, unless the plan's minimum is longer."""
    return max(policy.monitor_interval, LIMITS[policy.plan].min_monitor_interval)


@dataclass(frozen=True)
class Failover:
    """A load balancer and its pools, preferred first."""

    load_balancer: cloudflare.LoadBalancer
    pools: tuple[cloudflare.LoadBalancerPool, ...]


def load_balancer(
    name: str,
    policy: EdgePolicy,
    *,
    zone_id: str,
    account_id: str,
    origin: pulumi.Input[str],
    backup_origin: pulumi.Input[str] | None,
    parent: pulumi.Resource,
) -> Failover:
    """A load balancer that prefers `origin` and falls back to `backup_origin` where there is one.

    The monitor probes as the zone does, with its strict TLS and its client certificate; that it trusts a certificate
    of the Origin CA as the zone does is unverified.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    monitor = _monitor(name, policy, account_id, opts)

    def pool(role: str, address: pulumi.Input[str]) -> cloudflare.LoadBalancerPool:
        return cloudflare.LoadBalancerPool(
            f"{name}-pool-{role}",
            account_id=account_id,
            name=f"{policy.hosts.cdn.replace('.', '-')}-{role}",
            description=f"The {role} origin of {policy.hosts.app}",
            enabled=True,
            minimum_origins=1,
            monitor=monitor.id,
            origins=[cloudflare.LoadBalancerPoolOriginArgs(name=role, address=address, enabled=True, weight=1)],
            opts=opts,
        )

    primary = pool("primary", origin)
    pools = (primary, pool("backup", backup_origin)) if backup_origin is not None else (primary,)
    balancer = cloudflare.LoadBalancer(
        f"{name}-load-balancer",
        zone_id=zone_id,
        name=policy.load_balancer_host(),
        description="Prefers the primary origin, falls back in order",
        default_pools=[found.id for found in pools],
        fallback_pool=pools[-1].id,
        steering_policy="off",
        session_affinity="none",
        proxied=True,
        enabled=True,
        opts=opts,
    )
    return Failover(balancer, pools)


def _monitor(
    name: str, policy: EdgePolicy, account_id: str, opts: pulumi.ResourceOptions
) -> cloudflare.LoadBalancerMonitor:
    return cloudflare.LoadBalancerMonitor(
        f"{name}-monitor",
        account_id=account_id,
        description=f"Readiness of {policy.hosts.app}",
        type="https",
        method="GET",
        path=READINESS_PATH,
        port=443,
        expected_codes="200",
        interval=monitor_interval(policy),
        timeout=HEALTH_TIMEOUT,
        retries=0,
        consecutive_down=CONSECUTIVE_FAILURES,
        consecutive_up=CONSECUTIVE_SUCCESSES,
        follow_redirects=False,
        allow_insecure=False,
        header={"Host": [policy.hosts.app]},
        probe_zone=policy.domain,
        opts=opts,
    )
