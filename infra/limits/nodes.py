"""Limits of the node pools: their own sizes, and whether every pod the autoscalers may ask for finds a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.catalog import instance_class
from infra.limits.connections import app_pods
from infra.limits.network import repeated
from infra.limits.rule import Finding, rule
from planner.nodes import DAEMONS, OPERATORS, kubelet_reserved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.catalog import InstanceClass
    from infra.settings.base import Resources
    from infra.settings.pools import PoolSizes
    from infra.settings.root import Settings

PROMETHEUS = (700, 2500)
"""Requests of Prometheus, Alertmanager, Grafana and operator together (our estimate)."""

WARM_UP = (20, 32)
"""Requests of the two pods that warm the cache, which may run at the same time (components.cache_warm_up)."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What pods request.

    Attributes:
        cpu_millicores: CPU in millicores.
        memory_mib: Memory in MiB.
    """

    cpu_millicores: float = 0
    memory_mib: float = 0

    def plus(self, cpu: float, memory: float) -> Load:
        """This load and another."""
        return Load(cpu_millicores=self.cpu_millicores + cpu, memory_mib=self.memory_mib + memory)


def allocatable(machine: InstanceClass) -> Load:
    """What pods other than the node's daemons may request on one node."""
    reserved = kubelet_reserved(machine.vcpu, machine.max_pods)
    return Load(
        cpu_millicores=machine.vcpu * 1000 - reserved.cpu_millicores - DAEMONS[0],
        memory_mib=machine.memory_gib * 1024 - reserved.memory_mib - DAEMONS[1],
    )


def peak_load(settings: Settings) -> Load:
    """What all pods on the app pool request when every autoscaler stands at its maximum during a rollout."""
    load = Load()
    for pods, resources in _peak_pods(settings):
        load = load.plus(pods * resources.cpu_request_millicores, pods * resources.memory_request_mib)
    if settings.redis.warm_up.enabled:
        load = load.plus(*WARM_UP)
    if not settings.pools.system.enabled:
        load = load.plus(*OPERATORS)
        load = load.plus(*PROMETHEUS) if settings.monitoring.prometheus.enabled else load
    return load


def _peak_pods(settings: Settings) -> Iterator[tuple[int, Resources]]:
    surge = settings.app.max_surge
    yield app_pods(settings), settings.app.resources
    yield settings.gateway.max_replicas + 1, settings.gateway.resources
    if settings.postgres.pooler.enabled:
        yield settings.postgres.pooler.replicas + 1, settings.postgres.pooler.resources
    for service in settings.services:
        yield service.max_replicas + surge, service.resources


@rule(
    "nodes-hold-pods",
    source="EKS documentation, node allocatable; scaling guide, autoscaler ranges",
    areas=("pools", "app", "autoscaling", "services", "gateway", "postgres", "redis", "monitoring"),
)
def nodes_hold_all_pods(settings: Settings) -> Iterator[Finding]:
    """Pods beyond the largest pool stay pending, so an autoscaler's maximum would never be reached."""
    pool = settings.pools.app
    node, load = allocatable(instance_class("ec2", pool.instance_type)), peak_load(settings)
    needed = max(-(-load.cpu_millicores // node.cpu_millicores), -(-load.memory_mib // node.memory_mib))
    if needed > pool.max_size:
        yield Finding(
            path="pools.app.maxSize",
            value=pool.max_size,
            allowed=f"at least {int(needed)} nodes of {pool.instance_type}: all pods at their maximum request "
            f"{load.cpu_millicores / 1000:g} CPUs and {load.memory_mib / 1024:.1f} GiB",
            fix=f"set it to {int(needed)}, or use a larger pools.app.instanceType, or lower autoscaling.maxReplicas",
        )


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
    """Add-ons need a node at all times; prod needs a second one while the first is replaced."""
    least = 2 if settings.environment == "prod" else 1
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
    nodes_hold_all_pods,
    largest_pod_fits_a_node,
    vertical_maximum_fits_a_node,
    sizes_are_ordered,
    app_pool_is_never_empty,
    pools_run_arm64,
    spot_types_are_distinct,
)
