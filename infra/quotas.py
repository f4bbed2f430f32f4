"""What an account must be allowed to have before a stack fits into it: AWS quotas, by settings.

An update that meets a quota stops in the middle, and a raise takes AWS hours to days. The numbers count one stack at
its largest: every pool at its maximum, and one more node per pool for a rolling update.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from bailbondpro.facts.instance_classes import instance_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.settings.pools import PoolSizes
    from infra.settings.root import Settings

REGION = "us-east-1"
"""The region whose defaults are written below; those of others are not known here and may differ."""
SOURCE = "Service Quotas, default values of us-east-1 on 2026-11-24, unverified against an account"
_ROLLING = 1
"""Nodes that a rolling update adds to a pool while it replaces one."""


@dataclass(frozen=True, kw_only=True)
class QuotaNeed:
    """One quota and what a stack takes of it.

    Attributes:
        service: service code of Service Quotas, for example `ec2`.
        code: quota code, for example `L-1216C47A`.
        name: what is counted.
        default: what a region of an account has by default; a new account may start lower.
        needed: what this stack takes at most.
        region: where it takes it; a quota holds for one region.
    """

    service: str
    code: str
    name: str
    default: int
    needed: int
    region: str = REGION

    @property
    def known(self) -> bool:
        """Whether the default is that of the region."""
        return self.region == REGION

    @property
    def verdict(self) -> Literal["fits", "raise", "ask"]:
        """`ask` where nobody here knows the region's default."""
        if not self.known:
            return "ask"
        return "raise" if self.raise_first else "fits"

    @property
    def raise_first(self) -> bool:
        """Whether the default does not suffice for this stack alone."""
        return self.needed > self.default


def quota_needs(settings: Settings) -> tuple[QuotaNeed, ...]:
    """Every quota that a stack of this size can meet, in the order of the architecture."""
    network, postgres, redis = settings.network, settings.postgres, settings.redis
    databases = 1 + postgres.replicas + postgres.shards.count * (1 + postgres.shards.replicas)
    need = partial(_need, settings.region)
    per_zone = -(-network.nat_gateways // len(network.availability_zones))
    return (
        need("vpc", "L-F678F1CE", "VPCs per region", 5, 1),
        need("ec2", "L-0263D0A3", "Elastic IP addresses", 5, network.nat_gateways),
        need("vpc", "L-FE5A380F", "NAT gateways per zone", 5, per_zone),
        need("eks", "L-1194D53C", "EKS clusters", 100, 1),
        need("ec2", "L-1216C47A", "vCPUs of on-demand standard instances", 5, _on_demand_cpus(settings)),
        need("ec2", "L-34B43A08", "vCPUs of spot standard instances", 5, _spot_cpus(settings)),
        need("elasticloadbalancing", "L-69A177A2", "network load balancers", 50, 1),
        need("rds", "L-7B6409FD", "DB instances", 40, databases),
        need("elasticache", "L-DFE45DF3", "cache nodes", 300, redis.shards * (1 + redis.replicas_per_shard)),
    )


def _need(region: str, service: str, code: str, name: str, default: int, needed: int) -> QuotaNeed:  # noqa: PLR0917 - one row of the table
    return QuotaNeed(service=service, code=code, name=name, default=default, needed=needed, region=region)


def together(needs: Iterable[QuotaNeed]) -> tuple[QuotaNeed, ...]:
    """What several stacks of one account take of each quota; regions do not add up."""
    sums: dict[tuple[str, str, str], QuotaNeed] = {}
    for item in needs:
        key = (item.region, item.service, item.code)
        sums[key] = replace(item, needed=item.needed + (sums[key].needed if key in sums else 0))
    return tuple(sums.values())


def _on_demand_cpus(settings: Settings) -> int:
    system, app = settings.pools.system, settings.pools.app
    found = _nodes(app) * instance_class("ec2", app.instance_type).vcpu
    return found + (_nodes(system) * instance_class("ec2", system.instance_type).vcpu if system.enabled else 0)


def _spot_cpus(settings: Settings) -> int:
    spot = settings.pools.spot
    largest = max(instance_class("ec2", name).vcpu for name in spot.instance_types)
    return _nodes(spot) * largest if spot.enabled else 0


def _nodes(pool: PoolSizes) -> int:
    return pool.max_size + _ROLLING
