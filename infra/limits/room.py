"""Room for pods in every zone: at their most in a rollout or without a zone, at their fewest without a node.

Pods are put on nodes by the scheduler's filters (`planner.capacity.scheduling`): a zone that is full keeps its share of
a hard spread pending, however much room the others have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from bailbondpro.facts import nodes as node_facts
from bailbondpro.facts.instance_classes import instance_class
from components.kubernetes.pods import SPREAD
from infra.limits.operators import operator_workloads
from infra.limits.rule import Finding, rule
from planner.capacity.nodes import DAEMONS
from planner.capacity.scheduling import Node, Pod, Spread, place, place_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.facts.instance_classes import InstanceClass
    from infra.settings.base import Resources
    from infra.settings.pools import AppPoolSettings
    from infra.settings.root import Settings

EXPORTER = (10, 16)
"""Requests of the metrics exporter beside the gateway and the pooler (`components.kubernetes.exporters`)."""
USERS = (10, 16)
"""Requests of a pod that makes database users, of which each server has one at a time (`components.postgres.users`)."""
WARM_UP = (10, 16)
"""Requests of a pod that warms the cache, of which two may run at the same time (`components.app.cache_warm_up`)."""
LEAST_IN_PROD = 2
MORE_NODES = 60
"""How many further nodes are tried before no number is named."""
SPREADS = tuple(
    Spread(
        topology="zone" if wish.topology_key.endswith("/zone") else "node",
        max_skew=wish.max_skew,
        hard=wish.hard,
        honor_taints=True,
        per_rollout=True,
    )
    for wish in SPREAD
)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What pods request.

    Attributes:
        cpu_millicores: CPU in millicores.
        memory_mib: Memory in MiB.
    """

    cpu_millicores: float = 0
    memory_mib: float = 0


@dataclass(frozen=True, kw_only=True)
class Workload:
    """The pods of one Deployment.

    Attributes:
        pod: one of them.
        least: the fewest that its autoscaler keeps.
        most: the most that it asks for.
        surge: pods that a rollout adds.
    """

    pod: Pod
    least: int
    most: int
    surge: int = 0


@dataclass(frozen=True)
class Machines:
    """Nodes of one pool.

    Attributes:
        cpu: allocatable millicores of each.
        memory: allocatable MiB of each.
        zones: how many zones they are in, evenly, as the sizes of their groups are divided.
    """

    cpu: float
    memory: float
    zones: int

    def nodes(self, count: int) -> list[Node]:
        """So many of them."""
        return [
            Node(name=str(index), zone=str(index % self.zones), cpu=self.cpu, memory=self.memory)
            for index in range(count)
        ]


def allocatable(machine: InstanceClass) -> Load:
    """What pods other than the node's daemons may request on one node; its disk is not looked at."""
    room = node_facts.allocatable(
        machine.vcpu, machine.memory_gib * 1024, node_facts.MIN_DISK_GIB, machine.max_pods, machine.interface_pods
    )
    return Load(cpu_millicores=room.cpu_millicores - DAEMONS[0], memory_mib=room.memory_mib - DAEMONS[1])


def app_workloads(settings: Settings, spreads: tuple[Spread, ...] = SPREADS) -> tuple[Workload, ...]:
    """Everything that runs on the application's pool; operators too while they have no pool of their own."""
    gateway, scaling, pooler = settings.gateway, settings.autoscaling, settings.postgres.pooler
    surge, fixed = settings.app.max_surge, settings.app.fixed_replicas

    def workload(name: str, resources: Resources, numbers: tuple[int, int, int], beside: tuple[int, int]) -> Workload:
        pod = Pod(
            app=name,
            cpu=resources.cpu_request_millicores + beside[0],
            memory=resources.memory_request_mib + beside[1],
            spreads=spreads,
        )
        return Workload(pod=pod, least=numbers[0], most=numbers[1], surge=numbers[2])

    app = (scaling.min_replicas, scaling.max_replicas, surge) if scaling.enabled else (fixed, fixed, surge)
    found = [
        workload("gateway", gateway.resources, (gateway.replicas, gateway.max_replicas, 1), EXPORTER),
        workload("app", settings.app.resources, app, (0, 0)),
    ]
    if pooler.enabled:
        found.append(workload("pooler", pooler.resources, (pooler.replicas, pooler.replicas, 1), EXPORTER))
    for service in settings.services:
        numbers = (service.min_replicas, service.max_replicas, surge)
        found.append(workload(service.name, service.resources, numbers, (0, 0)))
    if not settings.pools.system.enabled:
        found += _operators(settings)
    servers = 1 + settings.postgres.shards.count
    found.append(Workload(pod=Pod(app="users", cpu=USERS[0], memory=USERS[1]), least=0, most=servers))
    if settings.redis.warm_up.enabled:
        found.append(Workload(pod=Pod(app="warm-up", cpu=WARM_UP[0], memory=WARM_UP[1]), least=2, most=2))
    return tuple(found)


def _operators(settings: Settings) -> list[Workload]:
    return [
        Workload(
            pod=Pod(app=one.name, cpu=one.cpu_millicores, memory=one.memory_mib),
            least=one.pods - one.held,
            most=one.pods,
        )
        for one in operator_workloads(settings)
    ]


def peak_load(settings: Settings) -> Load:
    """What all pods on the app pool request when every autoscaler stands at its maximum during a rollout."""
    found = app_workloads(settings)
    return Load(
        cpu_millicores=sum((one.most + one.surge) * one.pod.cpu for one in found),
        memory_mib=sum((one.most + one.surge) * one.pod.memory for one in found),
    )


@cache
def pending_at_most(workloads: tuple[Workload, ...], machines: Machines, count: int) -> str:
    """A workload of which a pod stays pending, with all at their most, while all of them roll out; empty for none."""
    nodes = machines.nodes(count)
    for one in workloads:
        if place_all([one.pod] * one.most, nodes):
            return one.pod.app
    rolling = [one for one in workloads if one.surge]
    left = {one.pod.app: one.most for one in rolling}
    for one in rolling:  # every rollout begins with its surge, which stays until the last old pod is gone
        fresh = [replace(one.pod, revision=1)] * min(one.surge, one.most)
        if place_all(fresh, nodes):
            return one.pod.app
    while any(left.values()):
        for one in rolling:
            if not left[one.pod.app]:
                continue
            _stop_one(one.pod, nodes)
            left[one.pod.app] -= 1
            if left[one.pod.app] >= one.surge and place(replace(one.pod, revision=1), nodes) is None:
                return one.pod.app
    return ""


@cache
def pending_in_a_zone(workloads: tuple[Workload, ...], machines: Machines, count: int) -> str:
    """A workload whose share of a zone, at its most and with its surge, has no room in the zone with fewest nodes.

    In whatever order pods came, and whichever a rollout stops first, a zone with room for this holds nothing back.
    """
    zones = min(machines.zones, max(count, 1))
    pods = [one.pod for one in workloads for _ in range(-(-one.most // zones) + one.surge)]
    free = [(machines.cpu, machines.memory)] * (count // zones)
    for pod in sorted(pods, key=lambda pod: (pod.cpu, pod.memory), reverse=True):
        fitting = [index for index, (cpu, memory) in enumerate(free) if cpu >= pod.cpu and memory >= pod.memory]
        if not fitting:
            return pod.app
        cpu, memory = free[fitting[0]]
        free[fitting[0]] = (cpu - pod.cpu, memory - pod.memory)
    return pending_at_most(workloads, machines, count)


def _stop_one(pod: Pod, nodes: list[Node]) -> None:
    """Stop an old pod: on the node with most pods of the workload (Kubernetes documentation, ReplicaSet, scaling)."""
    holders = [node for node in nodes if pod in node.pods]
    crowded = max(holders, key=lambda node: sum(other.app == pod.app for other in node.pods))
    crowded.pods.remove(pod)


@cache
def pending_without_a_node(workloads: tuple[Workload, ...], machines: Machines, count: int) -> str:
    """A workload of which a pod stays pending once any one of so many nodes is gone, all at their fewest."""
    for gone in range(count):
        nodes = machines.nodes(count)
        for one in workloads:
            if place_all([one.pod] * one.least, nodes):
                return one.pod.app
        lost = nodes.pop(gone)
        for pod in lost.pods:
            if place(pod, nodes) is None:
                return pod.app
    return ""


@cache
def pending_without_a_zone(workloads: tuple[Workload, ...], machines: Machines, count: int) -> str:
    """A workload of which a pod stays pending, all at their most, once any one zone is gone: its group cannot move.

    Its pods come to what the others left, or all begin anew; its nodes count for no spread any more.
    """
    for gone in map(str, range(machines.zones)):
        nodes = machines.nodes(count)
        left = [node for node in nodes if node.zone != gone]
        for one in workloads:
            if place_all([one.pod] * one.most, left):
                return one.pod.app
        for node in left:
            node.pods.clear()
        for one in workloads:
            if place_all([one.pod] * one.most, nodes):
                return one.pod.app
        for pod in (pod for node in nodes if node.zone == gone for pod in node.pods):
            if place(pod, left) is None:
                return pod.app
    return ""


def machines_of(settings: Settings, pool: AppPoolSettings) -> Machines:
    """The nodes of a pool."""
    node = allocatable(instance_class("ec2", pool.instance_type))
    return Machines(node.cpu_millicores, node.memory_mib, len(settings.network.availability_zones))


def room_findings(settings: Settings, workloads: dict[str, tuple[Workload, ...]]) -> Iterator[Finding]:
    """Pools in which pods stay pending: at most in a rollout or without a zone, at the fewest without a node.

    A development stack serves no users: its pods are put on nodes in one order only, and it may wait for another node.
    """
    pools = {"app": settings.pools.app, "system": settings.pools.system}
    for name, found in workloads.items():
        pool = pools[name]
        machines = machines_of(settings, pool)
        if any(one.pod.cpu > machines.cpu or one.pod.memory > machines.memory for one in found):
            continue  # no number of nodes helps: `pod-fits-node` says so
        prod = settings.environment.production
        checks: tuple[Pending, ...] = (pending_in_a_zone,) if prod else (pending_at_most,)
        if prod and settings.pools.undivided != "only":
            checks = (*checks, pending_without_a_zone)
        yield from _finding(f"pools.{name}.maxSize", pool, (found, machines, pool.max_size), checks)
        if not prod or (name == "app" and pool.min_size < LEAST_IN_PROD):
            continue  # of a single node there is no rest; `app-pool-never-empty` says so
        fewest = (found, machines, pool.min_size)
        yield from _finding(f"pools.{name}.minSize", pool, fewest, (pending_without_a_node,))


Nodes = tuple[tuple[Workload, ...], Machines, int]
Pending = Callable[[tuple[Workload, ...], Machines, int], str]
WHEN: dict[Pending, str] = {
    pending_without_a_node: "without one of its {size} nodes, a pod of {stuck} finds no room, all at their fewest",
    pending_without_a_zone: "with every autoscaler at its most and a zone lost, a pod of {stuck} finds no room in the "
    "groups of the other zones",
}
ROLLOUT = (
    "with every autoscaler at its most, a pod of a rollout of {stuck} finds no room in the zone that it must go to"
)


def _finding(path: str, pool: AppPoolSettings, nodes: Nodes, checks: tuple[Pending, ...]) -> Iterator[Finding]:
    """The first check in which a pod stays pending, and with how many nodes none of them has one."""
    workloads, machines, size = nodes
    failed = next((check for check in checks if check(*nodes)), None)
    if failed is None:
        return
    more = range(size + 1, size + MORE_NODES)
    enough = next((count for count in more if not any(check(workloads, machines, count) for check in checks)), None)
    wanted = f"at least {enough} nodes" if enough else f"more or larger nodes than {size}"
    when = WHEN.get(failed, ROLLOUT).format(size=size, stuck=failed(*nodes))
    lower = "autoscaling.maxReplicas" if path.endswith("maxSize") else "autoscaling.minReplicas"
    number = f"set it to {enough}, or " if enough else ""
    yield Finding(
        path=path,
        value=size,
        allowed=f"{wanted} of {pool.instance_type} over {machines.zones} zones: {when}",
        fix=f"{number}use a larger {path.rsplit('.', 1)[0]}.instanceType, or lower {lower}",
    )


@rule(
    "nodes-hold-pods",
    source="EKS documentation, node allocatable; Kubernetes documentation, Pod Topology Spread Constraints",
    areas=(
        "pools", "app", "autoscaling", "services", "gateway", "postgres", "redis", "monitoring", "network",
        "environment",
    ),
)  # fmt: skip
def nodes_hold_all_pods(settings: Settings) -> Iterator[Finding]:
    """Pods beyond the room of their zone stay pending: a rollout stops, or a lost node's pods have no place to go."""
    workloads = {"app": app_workloads(settings)}
    if settings.pools.system.enabled:
        workloads["system"] = tuple(_operators(settings))
    yield from room_findings(settings, workloads)


RULES = (nodes_hold_all_pods,)
