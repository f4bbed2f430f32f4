"""Events at work: what they take away from a run, when it comes back, and what is lost with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from planner.simulation.events import rollout
from planner.simulation.events.event import EventError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.assumptions import Assumptions
    from planner.simulation.events.event import Event
    from planner.simulation.events.failing import Failing, Server
    from planner.simulation.flow import Traffic
    from planner.simulation.model import Platform, Store, StoreKind, Tier
    from planner.simulation.pods import Nodes, PodSet


@dataclass(frozen=True, kw_only=True)
class Away:
    """Something that does not answer for a while.

    Attributes:
        until: seconds; infinite for what does not come back in the run.
        store: databases of which kind; None for none.
        servers: how many of them.
        cache_shards: shards of the cache.
        entrance: share of the requests whose way in is gone.
    """

    until: float
    store: StoreKind | None = None
    servers: int = 0
    cache_shards: int = 0
    entrance: float = 0.0


@dataclass
class Disruptions:
    """The events of a run.

    Attributes:
        platform: as it is planned.
        assumptions: how long things take.
        gateway: the gateway's pods.
        answering: the application's and the services' pods.
        pooler: the pooler's pods.
        nodes: the node pool.
        events: what is still to come, in order of time.

    Raises:
        EventError: an event is of something that the platform does not have.
    """

    platform: Platform
    assumptions: Assumptions
    gateway: PodSet | None
    answering: Sequence[PodSet]
    pooler: PodSet | None
    nodes: Nodes | None
    events: list[Event]
    rolling: list[PodSet] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    cut: list[float] = field(init=False)
    """Share of each group's requests in progress that the last look lost."""
    last: str = ""
    """The event that struck last."""

    def __post_init__(self) -> None:
        self.cut = [0.0] * len(self.answering)
        self.events = sorted(self.events, key=lambda event: event.at)
        for event in self.events:
            self._check(event)

    @property
    def failing(self) -> Failing:
        """What the plan says of losses."""
        return self.platform.failing

    @property
    def every_pod(self) -> list[PodSet]:
        """The pods of all Deployments."""
        return [*([self.gateway] if self.gateway else []), *self.answering, *([self.pooler] if self.pooler else [])]

    @property
    def entrance(self) -> float:
        """Share of the requests that find no way in."""
        return min(sum(item.entrance for item in self.away), 1.0) if self.away else 0.0

    def look(self, now: float) -> Platform | None:
        """What strikes and what comes back by now; the platform's databases and cache where they changed."""
        self.cut = [0.0] * len(self.answering)
        before = list(self.away)
        self.away = [item for item in self.away if item.until > now]
        for pods in self.every_pod:
            pods.replace(now)
        while self.events and self.events[0].at <= now:
            event = self.events.pop(0)
            self.last = event.title
            self._strike(event, now)
        self.rolling = [pods for pods in self.rolling if not rollout.roll(pods, now)]
        return self._left() if before != self.away else None

    def cutting(self, traffic: Traffic, missed: float, busy: Sequence[float]) -> Traffic:
        """A step's traffic with what the events lost of it.

        Args:
            traffic: without them.
            missed: requests that found no way in.
            busy: requests inside each group of pods before the step.
        """
        broken = min(sum(share * count for share, count in zip(self.cut, busy, strict=True)), traffic.served)
        return replace(
            traffic,
            offered=traffic.offered + missed,
            served=traffic.served - broken,
            failed=traffic.failed + missed + broken,
            struck=missed + broken,
        )

    def _check(self, event: Event) -> None:
        """Refuse an event of something that is not there."""
        known: Sequence[str]
        if event.kind == "zone":
            self._zone(event)
            return
        if event.kind in {"deployment", "pod"}:
            known = [pods.tier.name for pods in self.every_pod]
        elif event.kind in {"primary", "replica"}:
            known = [server.name for server in self._servers(event.kind)]
        else:
            there = {"node": self.nodes, "pooler": self.pooler, "redis-shard": self.platform.cache}[event.kind]
            known = [event.kind] if there is not None else []
        if not known or (event.name and event.name not in known):
            raise EventError(f"{event.title}: the plan has {', '.join(known) or 'none'} for it")

    def _zone(self, event: Event) -> str:
        """The name of an event's zone in the plan."""
        found = [zone for zone in self.failing.zones if zone.endswith(event.name)]
        if len(found) != 1:
            raise EventError(f"{event.title}: the plan has the zones {', '.join(self.failing.zones) or '(none)'}")
        return found[0]

    def _servers(self, kind: str) -> list[Server]:
        return [server for server in self.failing.servers if server.kind == kind.upper()]

    def _strike(self, event: Event, now: float) -> None:
        kind = event.kind
        if kind == "deployment":
            for pods in self._meant(event):
                rollout.begin(pods)
                self.rolling = [*(other for other in self.rolling if other is not pods), pods]
        elif kind in {"pod", "pooler"}:
            for pods in self._meant(event):
                self._lose(pods, 1, now)
        elif kind == "node" and self.nodes is not None:
            self._lose_nodes(1, self.nodes.ready, now)
        elif kind == "zone":
            self._lose_zone(self._zone(event), now)
        elif kind in {"primary", "replica"}:
            server = next(item for item in self._servers(kind) if event.name in {"", item.name})
            self.away.append(self._outage(server, now))
        elif kind == "redis-shard":
            self.away.append(Away(until=now + self._cache_seconds(), cache_shards=1))

    def _meant(self, event: Event) -> list[PodSet]:
        """The pods of an event: those of its name, else of a deployment all that answer, of a pod the application's."""
        if event.name:
            return [pods for pods in self.every_pod if pods.tier.name == event.name]
        if event.kind == "pooler":
            return [self.pooler] if self.pooler else []
        return list(self.answering if event.kind == "deployment" else self.answering[:1])

    def _lose(self, pods: PodSet, count: int, now: float, after: float = 0.0) -> None:
        """Lose pods, which are made again after a while."""
        ready = pods.ready(now)
        lost = min(pods.lose(count, now + after), ready)
        pods.replace(now)
        share = lost / ready if ready else 0.0
        for place, other in enumerate(self.answering):
            if other is pods:
                self.cut[place] = share
        if pods is self.gateway and share:
            self.away.append(Away(until=now + self.failing.notice_seconds, entrance=share))

    def _lose_nodes(self, count: int, parts: int, now: float) -> None:
        """Lose nodes, and of all pods the largest part of so many equal ones."""
        after = self.assumptions.eviction_seconds
        if self.nodes is not None:
            lost = self.nodes.lose(count, now + after)
            parts = parts if self.nodes.ready else 1
            if not lost:
                return
        for pods in self.every_pod:
            if pods.tier.in_pool:
                self._lose(pods, math.ceil(pods.placed / max(parts, 1)), now, after)

    def _lose_zone(self, zone: str, now: float) -> None:
        """Lose a zone for the rest of the run: nodes and pods, the ways in, databases, and the cache's primaries."""
        zones = len(self.failing.zones)
        places = {name: (least, most) for name, least, most in self.failing.nodes}
        if self.nodes is None:
            self._lose_nodes(0, zones, now)
        elif zone in places:
            least, most = places[zone]
            pool = self.nodes.pool
            self._lose_nodes(math.ceil(self.nodes.ready / len(places)), len(places), now)
            left = max(pool.max_nodes - most, 0)
            self.nodes.pool = replace(pool, min_nodes=min(pool.min_nodes - least, left), max_nodes=left)
        if not any(item.entrance for item in self.away) and self.failing.notice_seconds:
            self.away.append(Away(until=now + self.failing.notice_seconds, entrance=1 / zones))
        for server in self.failing.servers:
            if server.zone == zone:
                self.away.append(Away(until=math.inf, store=server.kind, servers=1))
            elif not server.zone:
                # Which zone RDS chose nobody knows: the one that is lost.
                away = self._outage(server, now)
                self.away.append(away if server.standby else replace(away, until=math.inf))
        cache = self.platform.cache
        if cache is not None:
            spread = self.failing.cache_zones
            shards = math.ceil(cache.shards / zones) if spread else cache.shards
            until = now + self._cache_seconds() if spread and self.failing.cache_copies else math.inf
            self.away.append(Away(until=until, cache_shards=shards))

    def _outage(self, server: Server, now: float) -> Away:
        assumed = self.assumptions
        seconds = assumed.database_failover_seconds if server.standby else assumed.database_restart_seconds
        return Away(until=now + seconds, store=server.kind, servers=1)

    def _cache_seconds(self) -> float:
        assumed = self.assumptions
        return assumed.cache_failover_seconds if self.failing.cache_copies else assumed.cache_restart_seconds

    def _left(self) -> Platform:
        """The platform without what is away; reads of a replica that is go to the primary (contract, replica-error)."""
        lost: dict[StoreKind, int] = {}
        for item in self.away:
            if item.store is not None:
                lost[item.store] = lost.get(item.store, 0) + item.servers
        stores = tuple(
            replace(store, endpoints=max(store.endpoints - lost.get(store.kind, 0), 0))
            for store in self.platform.stores
        )
        cache = self.platform.cache
        if cache is not None:
            gone = min(sum(item.cache_shards for item in self.away), cache.shards)
            cache = replace(cache, reached=1 - gone / cache.shards)
        places = {store.kind: place for place, store in enumerate(self.platform.stores)}
        moved = 0.0
        if "REPLICA" in places:
            before = self.platform.stores[places["REPLICA"]].endpoints
            moved = 1 - stores[places["REPLICA"]].endpoints / before
        tiers = tuple(_read_elsewhere(tier, self.platform.stores, moved) for tier in self.platform.tiers)
        return replace(self.platform, stores=stores, cache=cache, tiers=tiers)


def _read_elsewhere(tier: Tier, stores: Sequence[Store], moved: float) -> Tier:
    """Pods that ask the primary for a part of what they read from replicas, where they know it."""
    kinds = {stores[visit.store].kind: visit for visit in tier.visits}
    if not moved or "PRIMARY" not in kinds or "REPLICA" not in kinds:
        return tier
    share = kinds["REPLICA"].read_share * moved
    changes: dict[StoreKind, float] = {"PRIMARY": share, "REPLICA": -share}
    return replace(
        tier,
        visits=tuple(
            replace(visit, read_share=visit.read_share + changes.get(stores[visit.store].kind, 0.0))
            for visit in tier.visits
        ),
    )
