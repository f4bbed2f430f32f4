"""Settings that a run or the largest platform goes beyond: connections, timeouts, and pools against servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.simulation.model import Platform
    from planner.simulation.result import Sample, StationPeak

EACH = 2
"""Connections of the gateway that a request in progress takes: the client's, and one to a pod."""


def outgrown(platform: Platform) -> Iterator[str]:
    """Servers to which all pods at their most open more connections than there are, in words.

    Args:
        platform: whose pools are added up, each group of pods at the most that its autoscaler may make.
    """
    most = [tier.bounds[1] for tier in platform.tiers]
    poolers = platform.pooler.bounds[1] if platform.pooler is not None else 0
    for place, store in enumerate(platform.stores):
        visits = [
            (count, tier, visit)
            for count, tier in zip(most, platform.tiers, strict=True)
            for visit in tier.visits
            if visit.store == place
        ]
        asked = sum(count * visit.pool for count, _, visit in visits)
        who = " + ".join(f"{count} {tier.name} x {visit.pool}" for count, tier, visit in visits)
        if store.pooled:
            asked, who = store.opened(poolers), f"{poolers} poolers x {store.pool}"
        if asked > store.connections:
            yield (
                f"connections of {store.name}: {who} are {asked} at the most, and {store.connections} are free "
                "(max_connections less those for superusers, monitoring and migrations)"
            )


def crossed(platform: Platform, samples: Sequence[Sample], stations: Sequence[StationPeak]) -> Iterator[str]:
    """Bounds that requests of a run reach and that the simulation does not cut them at, in words.

    Args:
        platform: what ran.
        samples: its steps.
        stations: the busiest moment of each station.
    """
    # While there is a line it takes the gateway's connections itself, and requests fail.
    calm = [sample for sample in samples if not sample.waiting and sample.ready]
    if platform.gateway is not None:
        inside = [(EACH * one.rps * one.mean_ms / 1000, one.gateways * platform.gateway_connections) for one in calm]
        taken, room = max(inside, key=lambda both: both[0] - both[1], default=(0.0, 0))
        if taken > room:
            yield f"worker_connections: requests in progress take {taken:,.0f} connections, and gateways have {room:,}"
    slowest = max((sample.p99_ms for sample in calm), default=0.0)
    if slowest > platform.timeout_seconds * 1000:
        yield f"proxy_read_timeout {platform.timeout_seconds:g} s: one of a hundred answers takes {slowest:,.0f} ms"
    for place, store in enumerate(platform.stores):
        waits = [visit.wait_seconds for tier in platform.tiers for visit in tier.visits if visit.store == place]
        took = [peak.p95_ms for peak in stations if peak.kind == "database" and peak.name == store.name]
        if waits and (longest := max(filter(None, took), default=0.0)) > min(waits) * 1000:
            named = f"DATABASE_POOL_CONNECTION_TIMEOUT_MS {min(waits) * 1000:g}"
            if store.wait_seconds <= min(waits):
                named = f"query_wait_timeout {store.wait_seconds:g} s"
            yield f"{named}: one of twenty requests waits and works {longest:,.0f} ms at {store.name}"
