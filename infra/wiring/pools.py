"""Arguments of the node pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cluster.node_groups import Undivided
from components.cluster.node_pools import SPOT_TAINT, SYSTEM_TAINT, CapacityType, NodePool, NodePoolsArgs, Taint
from components.network.subnets import ZONE_LETTERS
from infra.wiring.names import names_of
from infra.wiring.same_name import of_same_name

if TYPE_CHECKING:
    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from infra.settings import Settings
    from infra.settings.pools import PoolSizes


def args(settings: Settings, cluster: Cluster, network: Network) -> NodePoolsArgs:
    """The node pools of this phase: a pool that appears later is created, none is ever renamed."""
    names = names_of(settings)
    return NodePoolsArgs(
        prefix=names.prefix,
        cluster_name=cluster.cluster_name,
        cluster_version=settings.cluster.node_version or settings.cluster.version,
        release_version=settings.cluster.node_release_version,
        subnet_ids=dict(zip(ZONE_LETTERS, network.app_subnet_ids, strict=True)),
        pools=node_pools(settings),
        undivided=Undivided(settings.pools.undivided),
        tags=names.tags,
        **of_same_name(NodePoolsArgs, settings.pools, without=("undivided",)),
    )


def node_pools(settings: Settings) -> tuple[NodePool, ...]:
    """The pools that exist: `app` always, `system` and `spot` where they are enabled."""
    system, app, spot = settings.pools.system, settings.pools.app, settings.pools.spot
    pools = [_on_demand("app", app.instance_type, app)]
    if system.enabled:
        pools.insert(0, _on_demand("system", system.instance_type, system, taints=(SYSTEM_TAINT,)))
    if spot.enabled:
        pools.append(
            NodePool(
                name="spot",
                **of_same_name(NodePool, spot),
                capacity_type=CapacityType.SPOT,
                taints=(SPOT_TAINT,),
            )
        )
    return tuple(pools)


def _on_demand(name: str, instance_type: str, sizes: PoolSizes, taints: tuple[Taint, ...] = ()) -> NodePool:
    return NodePool(name=name, instance_types=(instance_type,), **of_same_name(NodePool, sizes), taints=taints)
