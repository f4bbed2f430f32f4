"""What requests ask of the stations: how many are turned away, hit the cache, and visit which database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.simulation.assumptions import Assumptions
    from planner.simulation.model import Platform, Tier


@dataclass(frozen=True)
class Demand:
    """The shares of a platform's requests."""

    platform: Platform
    assumptions: Assumptions

    def turned_away(self) -> float:
        """Share of the requests that exceed the gateway's limit for one client, where clients are as assumed.

        A client asks for some requests at once, and again when its rate allows it; nginx lets `burst` and one go on at
        once and refills at its rate (nginx documentation, ngx_http_limit_req_module).
        """
        limit = self.platform.client_limit
        if limit is None:
            return 0.0
        asked = self.assumptions.client_burst_requests
        refilled = limit.rate * asked / self.assumptions.client_requests_per_second
        return max(1 - min(limit.burst + 1, refilled) / asked, 0.0)

    def hit_ratio(self, rate: float) -> float:
        """Share of the reads that the cache answers: a key is computed once, then kept for its time to live.

        What does not fit into the cache is as if it had not been kept.

        Args:
            rate: requests a second that reach pods.
        """
        kept = rate * (1 - self.assumptions.write_percent / 100) * self.platform.cache_ttl
        keys = self.assumptions.cache_keys
        cache = self.platform.cache
        fits = (min(cache.keys / keys, 1.0) if keys else 1.0) * cache.reached if cache else 1.0
        return fits * kept / (keys + kept) if kept else 0.0

    def database_shares(self, tier: Tier, hits: float) -> list[float]:
        """Share of a group's requests that visits each database group.

        Args:
            tier: the pods.
            hits: share of the reads that the cache answers; pods keep some themselves where the plan has no cache.
        """
        writes = self.assumptions.write_percent / 100
        reads = (1 - writes) * (1 - (hits if tier.cached or self.platform.cache is None else 0.0))
        found = [0.0] * len(self.platform.stores)
        for visit in tier.visits:
            found[visit.store] = writes * visit.write_share + reads * visit.read_share
        return found

    def visits(self, flows: list[float], hits: float) -> list[float]:
        """Requests of all routes that visit each database group.

        Args:
            flows: requests of each route.
            hits: share of the reads that the cache answers.
        """
        found = [0.0] * len(self.platform.stores)
        for route, flow in zip(self.platform.routes, flows, strict=True):
            for place in route.tiers:
                for store, share in enumerate(self.database_shares(self.platform.tiers[place], hits)):
                    found[store] += flow * share
        return found

    @cached_property
    def pools(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each database group the groups of pods that visit it, by place, and the pool that a pod has for it."""
        return tuple(
            tuple(
                (place, visit.pool)
                for place, tier in enumerate(self.platform.tiers)
                for visit in tier.visits
                if visit.store == store
            )
            for store in range(len(self.platform.stores))
        )

    def asked(self, store: int, pods: Sequence[int]) -> int:
        """Connections that the pools of all ready pods ask one database of a group for."""
        found = 0
        for place, pool in self.pools[store]:
            found += pods[place] * pool
        return found

    def admitted(self, store: int, pods: Sequence[int], poolers: int) -> int:
        """Of these the connections that the pooler takes: those to all databases share what its pods have room for."""
        asked, most = self.asked(store, pods), self.platform.pooler_clients
        if most is None or not poolers:
            return asked
        every = sum(group.endpoints * self.asked(place, pods) for place, group in enumerate(self.platform.stores))
        return asked if every <= most * poolers else int(asked * most * poolers / every)

    def connected(self, store: int, pods: Sequence[int]) -> int:
        """Ready pods with a pool for a database group."""
        return sum(
            count
            for tier, count in zip(self.platform.tiers, pods, strict=True)
            if any(visit.store == store for visit in tier.visits)
        )

    def reaching(self, flows: list[float]) -> list[float]:
        """Requests of all routes that each group of pods answers."""
        found = [0.0] * len(self.platform.tiers)
        for route, flow in zip(self.platform.routes, flows, strict=True):
            for place in route.tiers:
                found[place] += flow
        return found

    def cached(self, flows: list[float]) -> float:
        """Requests of all routes that ask the cache."""
        return sum(flows[index] for index in self.asking_the_cache)

    @cached_property
    def asking_the_cache(self) -> list[int]:
        """The routes whose pods are connected to the cache."""
        tiers = self.platform.tiers
        return [
            index
            for index, route in enumerate(self.platform.routes)
            if any(tiers[place].cached for place in route.tiers)
        ]
