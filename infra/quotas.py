"""What an account must be allowed to have before a stack fits into it: AWS quotas, by settings.

An update that meets a quota stops in the middle, and a raise takes AWS hours to days. The numbers count one stack at
its largest: every pool at its maximum while its nodes are updated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bailbondpro.facts import quotas
from bailbondpro.facts.instance_classes import instance_class
from bailbondpro.facts.quotas import Quota
from infra.limits.capacity import nodes_at_most

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.settings.root import Settings


@dataclass(frozen=True, kw_only=True)
class QuotaNeed(Quota):
    """One quota and what a stack takes of it.

    Attributes:
        needed: what this stack takes at most.
        region: where it takes it; a quota holds for one region.
    """

    needed: int
    region: str = quotas.REGION

    @property
    def known(self) -> bool:
        """Whether the default is that of the region."""
        return self.region == quotas.REGION

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
    per_zone = -(-network.nat_gateways // len(network.availability_zones))
    needed = {
        quotas.VPCS: 1,
        quotas.ADDRESSES: network.nat_gateways,
        quotas.NAT_GATEWAYS: per_zone,
        quotas.CLUSTERS: 1,
        quotas.ON_DEMAND: _on_demand_cpus(settings),
        quotas.SPOT: _spot_cpus(settings),
        quotas.LOAD_BALANCERS: 1,
        quotas.DATABASES: databases,
        quotas.CACHE_NODES: redis.shards * (1 + redis.replicas_per_shard),
    }
    return tuple(
        QuotaNeed(quota.service, quota.code, quota.name, quota.default, needed=count, region=settings.region)
        for quota, count in needed.items()
    )


def together(needs: Iterable[QuotaNeed]) -> tuple[QuotaNeed, ...]:
    """What several stacks of one account take of each quota; regions do not add up."""
    sums: dict[tuple[str, str], QuotaNeed] = {}
    for item in needs:
        key = (item.region, item.code)
        sums[key] = replace(item, needed=item.needed + (sums[key].needed if key in sums else 0))
    return tuple(sums.values())


def _on_demand_cpus(settings: Settings) -> int:
    system, app = settings.pools.system, settings.pools.app
    pools = [app, system] if system.enabled else [app]
    return sum(nodes_at_most(settings, pool) * instance_class("ec2", pool.instance_type).vcpu for pool in pools)


def _spot_cpus(settings: Settings) -> int:
    spot = settings.pools.spot
    largest = max(instance_class("ec2", name).vcpu for name in spot.instance_types)
    return nodes_at_most(settings, spot) * largest if spot.enabled else 0
