"""A platform under load as a simulation sees it: groups of pods, the nodes below them, the databases behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from planner.hpa.spec import HpaSpec
    from planner.simulation.gaps import Gap

Measure = Literal["cpu", "memory", "requests"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """One metric of an autoscaler.

    Attributes:
        measure: cpu or memory in percent of the requests, or requests a second for each pod.
        value: percent, or requests a second.
        external: whether the metric is one number for all pods (KEDA) and not one of each pod.
    """

    measure: Measure
    value: float
    external: bool = False


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A Deployment and its autoscaler.

    Attributes:
        name: name of the Deployment.
        scaler: name of its autoscaler; empty where it has none.
        hpa: bounds and speed; None for a fixed number of pods.
        targets: the autoscaler's metrics.
        replicas: pods without an autoscaler.
        cpu_request: millicores that the pod requests, all containers together.
        memory_request: MiB that it requests.
        cpu_limit: millicores that the serving container may use.
        memory_limit: MiB that it may use.
        cpu_ms: processor time of a request.
        threads: requests that compute at once in a pod.
        ready_seconds: from a pod's placement on a node until requests reach it.
    """

    name: str
    scaler: str
    hpa: HpaSpec | None
    targets: tuple[Target, ...]
    replicas: int
    cpu_request: float
    memory_request: float
    cpu_limit: float
    memory_limit: float
    cpu_ms: float
    threads: int
    ready_seconds: float

    @property
    def bounds(self) -> tuple[int, int]:
        """Fewest and most pods."""
        return (self.hpa.min_replicas, self.hpa.max_replicas) if self.hpa else (self.replicas, self.replicas)

    @property
    def servers(self) -> int:
        """Requests of one pod that are worked on at once: its threads, as far as its limit has a core for each."""
        return max(min(self.threads, int(self.cpu_limit // 1000)), 1)

    @property
    def service_rate(self) -> float:
        """Requests a second that one of them finishes; slower where the limit is less than a core."""
        return min(self.cpu_limit / 1000 / self.servers, 1.0) * 1000 / self.cpu_ms

    @property
    def pod_rate(self) -> float:
        """Requests a second that a pod can finish."""
        return self.servers * self.service_rate


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The node pool that the pods run on.

    Attributes:
        name: its label `pool`.
        instance: instance type.
        min_nodes: fewest nodes.
        max_nodes: most nodes.
        cpu: millicores that pods may request on a node, daemons taken off.
        memory: MiB that pods may request on a node.
        taken_cpu: millicores that pods outside the simulation request, all together.
        taken_memory: MiB of those.
        hourly_usd: price of a node; None where the price book does not know it.
    """

    name: str
    instance: str
    min_nodes: int
    max_nodes: int
    cpu: float
    memory: float
    taken_cpu: float
    taken_memory: float
    hourly_usd: float | None


@dataclass(frozen=True, kw_only=True)
class Store:
    """Databases that share one kind of work evenly: the primary, its replicas, or the shards.

    Attributes:
        name: what to call them.
        endpoints: how many.
        processors: of each.
        database_ms: processor time of a request.
        connections: of each that the application may open.
        pool: connections that each application pod opens to each at most.
        pooled: whether a pooler stands before them and lets requests wait where connections are missing.
        wait_seconds: how long a request waits for a connection.
        read_share: of the readers that miss the cache.
        write_share: of the requests that change data.
    """

    name: str
    endpoints: int
    processors: int
    database_ms: float
    connections: int
    pool: int
    pooled: bool
    wait_seconds: float
    read_share: float
    write_share: float

    @property
    def rate(self) -> float:
        """Requests a second that all of them finish."""
        return self.endpoints * self.processors * 1000 / self.database_ms

    def usable(self, pods: int) -> int:
        """Connections to all of them that so many pods can hold at once."""
        return self.endpoints * min(pods * self.pool, self.connections)

    def refuses(self, pods: int) -> bool:
        """Whether pods together may ask for more connections than there are, with nothing that lets them wait."""
        return not self.pooled and pods * self.pool > self.connections


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Everything of a plan that requests meet.

    Attributes:
        gateway: the gateway's pods; None where the plan has no gateway.
        app: the application's pods.
        pool: the node pool below both; None where the plan has none.
        stores: the databases.
        shared_queue: whether the gateway sends a request to the pod with the fewest (least_conn).
        gateway_connections: connections of one gateway pod.
        timeout_seconds: how long the gateway waits for an answer.
        cache_ttl: seconds that the application keeps an answer.
        fixed_usd: price an hour of everything but the node pool, usage and the zone's Cloudflare plan not counted; None
            where a part of it is unknown.
        gaps: what is on the way of a request, or moves the pods on it, and is not part of this model.
    """

    gateway: Tier | None
    app: Tier
    pool: Pool | None
    stores: tuple[Store, ...]
    shared_queue: bool
    gateway_connections: int
    timeout_seconds: float
    cache_ttl: float
    fixed_usd: float | None
    gaps: tuple[Gap, ...] = ()
