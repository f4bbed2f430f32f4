"""A platform under load as a simulation sees it: routes through groups of pods, nodes below, stores behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from planner.simulation.events.failing import NOTHING, Failing
from planner.simulation.events.pace import USUAL, Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.hpa.formula import Formula
    from planner.hpa.spec import HpaSpec
    from planner.simulation.gaps import Gap
    from planner.simulation.reading.volumes import Volume

Measure = Literal["cpu", "memory", "requests", "latency", "formula"]
StoreKind = Literal["PRIMARY", "REPLICA", "SHARD"]
"""As the pods' variables name them: `DATABASE_POOL_<kind>_MAX`."""


EVERYTHING = 1e-9
"""What may be missing of all requests by rounding."""


class RouteError(ValueError):
    """Shares of requests that cannot be; the message says which and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One metric of an autoscaler.

    Attributes:
        measure: cpu or memory in percent of the requests, requests a second for each pod, the 95th percentile of the
            response time, or a formula over such measures.
        value: percent, requests a second, milliseconds, or what the formula is compared with.
        external: whether the metric is one number for all pods (KEDA) and not one of each pod.
        formula: of a formula.
    """

    measure: Measure
    value: float
    external: bool = False
    formula: Formula | None = None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """How the pods of a Deployment use a group of databases.

    Attributes:
        store: the group's place in `Platform.stores`.
        pool: connections that each pod opens to each database at most.
        wait_seconds: how long a request waits for a connection: as long as its pool and the pooler both let it.
        read_share: of its readers that miss the cache.
        write_share: of its requests that change data.
    """

    store: int
    pool: int
    wait_seconds: float
    read_share: float
    write_share: float


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
        visits: the databases that it is connected to.
        cached: whether it is connected to the cache.
        in_pool: whether its pods run on the pool that is simulated; others always find room.
        pace: how a rollout goes on.
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
    visits: tuple[Visit, ...] = ()
    cached: bool = False
    in_pool: bool = True
    pace: Pace = USUAL

    @property
    def bounds(self) -> tuple[int, int]:
        """Fewest and most pods."""
        return (self.hpa.min_replicas, self.hpa.max_replicas) if self.hpa else (self.replicas, self.replicas)

    @cached_property
    def servers(self) -> int:
        """Requests of one pod that are worked on at once: its threads, as far as its limit has a core for each."""
        return max(min(self.threads, int(self.cpu_limit // 1000)), 1)

    @cached_property
    def service_rate(self) -> float:
        """Requests a second that one of them finishes; slower where the limit is less than a core."""
        return min(self.cpu_limit / 1000 / self.servers, 1.0) * 1000 / self.cpu_ms

    @cached_property
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
        kind: which they are.
        endpoints: how many; none while they are away.
        processors: of each.
        database_ms: processor time of a request.
        connections: of each that pods may open.
        pooled: whether a pooler stands before them and lets requests wait where connections are missing.
        pool: connections that each pod of the pooler opens to each; None without one, or where nobody knows.
        volume: the storage of each, the smallest of them; None where it is no bound.
        wait_seconds: how long the pooler lets a query wait for a connection before it ends it; no bound without one.
    """

    name: str
    kind: StoreKind
    endpoints: int
    processors: int
    database_ms: float
    connections: int
    pooled: bool
    pool: int | None = None
    volume: Volume | None = None
    wait_seconds: float = math.inf

    @cached_property
    def rate(self) -> float:
        """Requests a second that all of them finish: as many as processors and volumes both carry."""
        each = self.processors * 1000 / self.database_ms
        return self.endpoints * (each if self.volume is None else min(each, self.volume.rate))

    @property
    def scarce_volume(self) -> Volume | None:
        """The volume where it carries less than the processors; None where those are the bound."""
        scarce = self.volume is not None and self.volume.rate < self.processors * 1000 / self.database_ms
        return self.volume if scarce else None

    def usable(self, asked: int, poolers: int) -> int:
        """Connections to all of them at once, where the pods' pools ask each for so many, and poolers open theirs."""
        return self.endpoints * min(asked, self.connections, self.opened(poolers))

    def opened(self, poolers: int) -> int:
        """Connections to one of them that so many pods of the pooler open; all that there are where nobody knows."""
        return self.connections if self.pool is None else self.pool * poolers

    def refuses(self, asked: int) -> bool:
        """Whether pools may ask for more connections than there are, with nothing that lets requests wait."""
        return not self.pooled and asked > self.connections


@dataclass(frozen=True, kw_only=True)
class Cache:
    """The Redis cluster: its shards share the keys evenly.

    Attributes:
        name: its name in the plan.
        shards: primaries that answer.
        request_ms: time that a request keeps one of them busy.
        keys: answers that fit into the memory of all.
        reached: share of the keys whose shard answers; what the others hold is not hit.
    """

    name: str
    shards: int
    request_ms: float
    keys: float
    reached: float = 1.0

    @property
    def rate(self) -> float:
        """Requests a second that all of them finish."""
        return self.shards * 1000 / self.request_ms


@dataclass(frozen=True, kw_only=True)
class Route:
    """A class of requests, which the same pods answer.

    Attributes:
        name: the Deployment that the gateway sends them to.
        share: of the requests that pass the gateway.
        tiers: places in `Platform.tiers` that each of them passes, in order: that Deployment, then those that it calls.
    """

    name: str
    share: float
    tiers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ClientLimit:
    """What the gateway admits from one client to the API.

    Attributes:
        rate: requests a second.
        burst: requests above that which it still takes at once.
    """

    rate: float
    burst: int


@dataclass(frozen=True, kw_only=True)
class Platform:
    """Everything of a plan that requests meet.

    Attributes:
        gateway: the gateway's pods; None where the plan has no gateway.
        tiers: the application's pods, then those of the services.
        routes: how requests are shared among them.
        pooler: the pods before the databases; None where pods connect to those themselves.
        pooler_clients: connections that each of them takes of pods; None where nobody knows.
        cache: None where the plan has none.
        pool: the node pool below the pods; None where the plan has none.
        stores: the databases.
        shared_queue: whether the gateway sends a request to the pod with the fewest (least_conn).
        gateway_connections: connections of one gateway pod.
        client_limit: None where the gateway has none.
        timeout_seconds: how long the gateway waits for an answer.
        cache_ttl: seconds that the application keeps an answer.
        fixed_usd: price an hour of everything but the node pool, usage and the zone's Cloudflare plan not counted; None
            where a part of it is unknown.
        gaps: what is on the way of a request, or moves the pods on it, and is not part of this model.
        failing: what lies where, and what stands in for it.
    """

    gateway: Tier | None
    tiers: tuple[Tier, ...]
    routes: tuple[Route, ...]
    pooler: Tier | None
    cache: Cache | None
    pool: Pool | None
    stores: tuple[Store, ...]
    shared_queue: bool
    gateway_connections: int
    client_limit: ClientLimit | None
    timeout_seconds: float
    cache_ttl: float
    fixed_usd: float | None
    gaps: tuple[Gap, ...] = ()
    failing: Failing = NOTHING
    pooler_clients: int | None = None

    @property
    def app(self) -> Tier:
        """The application's pods."""
        return self.tiers[0]

    def shared(self, percents: Mapping[str, float]) -> Platform:
        """The platform with other shares of the requests.

        Args:
            percents: by the route's name; those that are not named share the rest in the relation that they have.

        Raises:
            RouteError: there is no route of a name.
        """
        known = [route.name for route in self.routes]
        if wrong := sorted(set(percents) - set(known)):
            raise RouteError(f"routes.{wrong[0]}: requests go to {', '.join(known)}")
        rest = 1 - sum(percents.values()) / 100
        others = sum(route.share for route in self.routes if route.name not in percents)
        if not others and rest > EVERYTHING:
            raise RouteError(f"routes add up to {100 * (1 - rest):g} and name all of them; give 100 percent")

        def share(route: Route) -> float:
            if route.name in percents:
                return percents[route.name] / 100
            return route.share / others * rest if others else 0.0

        return replace(self, routes=tuple(replace(route, share=share(route)) for route in self.routes))

    @property
    def in_order(self) -> tuple[int, ...]:
        """Places of all tiers that requests reach: each before those that it calls."""
        found: list[int] = []
        for depth in range(max((len(route.tiers) for route in self.routes), default=0)):
            found += [route.tiers[depth] for route in self.routes if depth < len(route.tiers)]
        return tuple(dict.fromkeys(reversed(found)))[::-1]
