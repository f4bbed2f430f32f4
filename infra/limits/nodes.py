"""Limits of the node pools: their own sizes, and whether the largest pod fits a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import instance_class
from infra.limits.network import repeated
from infra.limits.room import allocatable
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.pools import PoolSizes
    from infra.settings.root import Settings


@rule("pod-fits-node", source="Kubernetes documentation, scheduling", areas=("pools", "app", "services", "gateway"))
def largest_pod_fits_a_node(settings: Settings) -> Iterator[Finding]:
    """A pod is never split over nodes."""
    pool = settings.pools.app
    node = allocatable(instance_class("ec2", pool.instance_type))
    pods = [("app", settings.app.resources), ("gateway", settings.gateway.resources)]
    pods += [(f"services[{index}]", service.resources) for index, service in enumerate(settings.services)]
    for path, resources in pods:
        requests = {
            "cpuRequestMillicores": (resources.cpu_request_millicores, node.cpu_millicores),
            "memoryRequestMib": (resources.memory_request_mib, node.memory_mib),
        }
        for key, (wanted, room) in requests.items():
            if wanted > room:
                yield Finding(
                    path=f"{path}.resources.{key}",
                    value=wanted,
                    allowed=f"at most {int(room)}, what a {pool.instance_type} leaves to pods",
                    fix=f"set it to {int(room)}, or use a larger pools.app.instanceType",
                )


@rule("vpa-fits-node", source="VPA documentation: recommendations may exceed the node", areas=("pools", "autoscaling"))
def vertical_maximum_fits_a_node(settings: Settings) -> Iterator[Finding]:
    """A VPA that changes pods must not make them too large for any node."""
    vpa = settings.autoscaling.vpa
    if vpa.mode not in {"memory", "full"}:
        return
    node = allocatable(instance_class("ec2", settings.pools.app.instance_type))
    maxima = {
        "maxCpuMillicores": (vpa.max_cpu_millicores, node.cpu_millicores, vpa.mode == "full"),
        "maxMemoryMib": (vpa.max_memory_mib, node.memory_mib, True),
    }
    for key, (wanted, room, controlled) in maxima.items():
        if controlled and wanted > room:
            yield Finding(
                path=f"autoscaling.vpa.{key}",
                value=wanted,
                allowed=f"at most {int(room)}, what a {settings.pools.app.instance_type} leaves to pods",
                fix=f"set it to {int(room)}, or use a larger pools.app.instanceType",
            )


@rule("pool-in-every-zone", source="EKS API reference, NodegroupScalingConfig: maxSize", areas=("pools", "network"))
def pools_reach_every_zone(settings: Settings) -> Iterator[Finding]:
    """A group of nodes may have one at least, and a pool has a group in each zone."""
    zones = len(settings.network.availability_zones)
    if settings.pools.undivided == "only":
        return
    for name, pool in _pools(settings):
        if pool.max_size < zones:
            yield Finding(
                path=f"pools.{name}.maxSize",
                value=pool.max_size,
                allowed=f"at least {zones}: the pool has a group in each zone, and none may be of no nodes",
                fix=f"set it to {zones}; minSize and desiredSize may stay",
            )


@rule("pool-sizes", source="EKS API reference, NodegroupScalingConfig", areas=("pools",))
def sizes_are_ordered(settings: Settings) -> Iterator[Finding]:
    """EKS wants minSize <= desiredSize <= maxSize."""
    for name, pool in _pools(settings):
        if pool.min_size > pool.max_size:
            yield Finding(
                path=f"pools.{name}.minSize",
                value=pool.min_size,
                allowed=f"at most maxSize ({pool.max_size})",
                fix=f"set it to {pool.max_size}, or raise pools.{name}.maxSize",
            )
        elif not pool.min_size <= pool.desired_size <= pool.max_size:
            yield Finding(
                path=f"pools.{name}.desiredSize",
                value=pool.desired_size,
                allowed=f"from minSize ({pool.min_size}) to maxSize ({pool.max_size})",
                fix=f"set it to {min(max(pool.desired_size, pool.min_size), pool.max_size)}",
            )


@rule("app-pool-never-empty", source="scaling guide, Scaling Objectives: availability", areas=("pools", "environment"))
def app_pool_is_never_empty(settings: Settings) -> Iterator[Finding]:
    """Add-ons need a node at all times; production needs a second one while the first is replaced."""
    least = 2 if settings.environment.production else 1
    if settings.pools.app.min_size < least:
        yield Finding(
            path="pools.app.minSize",
            value=settings.pools.app.min_size,
            allowed=f"at least {least} in {settings.environment}",
            fix=f"set it to {least}",
        )


@rule("pool-architecture", source="EKS documentation: the AMI type of a node group never changes", areas=("pools",))
def pools_run_arm64(settings: Settings) -> Iterator[Finding]:
    """All pools run arm64 from the first day; a group cannot change its architecture."""
    for name, pool in _pools(settings):
        types = (pool.instance_type,) if hasattr(pool, "instance_type") else getattr(pool, "instance_types", ())
        for instance_type in types:
            if instance_class("ec2", instance_type).arch != "arm64":
                key = "instanceTypes" if name == "spot" else "instanceType"
                yield Finding(
                    path=f"pools.{name}.{key}",
                    value=instance_type,
                    allowed="arm64 types (a g after the generation, such as m8g)",
                    fix="use `m8g.large` or another Graviton type",
                )


@rule("spot-types-distinct", source="EKS API reference, CreateNodegroup", areas=("pools",))
def spot_types_are_distinct(settings: Settings) -> Iterator[Finding]:
    """A repeated type adds no capacity."""
    yield from repeated("pools.spot.instanceTypes", settings.pools.spot.instance_types)


def _pools(settings: Settings) -> Iterator[tuple[str, PoolSizes]]:
    yield "app", settings.pools.app
    if settings.pools.system.enabled:
        yield "system", settings.pools.system
    if settings.pools.spot.enabled:
        yield "spot", settings.pools.spot


RULES = (
    largest_pod_fits_a_node,
    vertical_maximum_fits_a_node,
    sizes_are_ordered,
    pools_reach_every_zone,
    app_pool_is_never_empty,
    pools_run_arm64,
    spot_types_are_distinct,
)
