"""Names the first thing that was too small, and what it ran out of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.simulation.result import Break

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.simulation.lines import Passed
    from planner.simulation.moment import Moment
    from planner.simulation.pods import Nodes, PodSet

BUSY = 0.7
"""Utilization from which on a station counts as the cause of slow answers; below, waiting is short by any queue."""


@dataclass(frozen=True)
class _Suspect:
    """A station, what it is called where it ran short, and of what."""

    passed: Passed
    resource: str
    reason: str


def break_of(moment: Moment) -> Break:
    """What was too small in a step in which requests failed or were too slow."""
    traffic = moment.traffic
    resource, reason = _cause(moment)
    if traffic.out_of_connections:
        limit = moment.flow.platform.gateway_connections
        reason += f"; the gateway turns requests away: {limit} connections a pod, two for each request in progress"
    return Break(resource=resource, at=moment.now, kind="errors" if traffic.failed > 0 else "latency", reason=reason)


def _cause(moment: Moment) -> tuple[str, str]:
    platform, assumed = moment.flow.platform, moment.flow.assumptions
    limit = platform.client_limit
    if moment.traffic.limited > 0 and limit is not None:
        asked, burst = assumed.client_requests_per_second, assumed.client_burst_requests
        return (
            platform.gateway.name if platform.gateway else "the gateway",
            (
                f"its limit for one client: {limit.rate:g} requests a second and {limit.burst} more at once, where a "
                f"busy user is taken to ask for {asked:g} a second, {burst:g} at once"
            ),
        )
    worst = max(_suspects(moment), key=lambda item: (item.passed.failed, item.passed.wait, item.passed.utilization))
    if worst.passed.failed <= 0 and worst.passed.utilization < 1 and moment.traffic.struck > 0:
        return moment.event, "what it took away was working on requests, or was their way in"
    if worst.passed.failed <= 0 and worst.passed.utilization < BUSY:
        return "response time", "it is above the target without a queue: network, computing and database time alone"
    return worst.resource, worst.reason


def _suspects(moment: Moment) -> Iterator[_Suspect]:
    platform, traffic = moment.flow.platform, moment.traffic
    for passed, group in zip(traffic.tiers, moment.pods, strict=True):
        yield _Suspect(passed, *_pods_cause(moment.now, group, moment.nodes))
    for place, passed in enumerate(traffic.stores):
        yield _Suspect(passed, *_store_cause(moment, place))
    if traffic.cache is not None and platform.cache is not None:
        cache = platform.cache
        reason = f"time of its primaries: {cache.shards} shards, {cache.request_ms:g} ms a request"
        yield _Suspect(traffic.cache, cache.name, reason)
    if traffic.pooler is not None and platform.pooler is not None:
        pooler = platform.pooler
        size = f"{pooler.replicas} of one thread and {pooler.cpu_limit:g} millicores each"
        yield _Suspect(traffic.pooler, pooler.name, f"processor time of its pods: {size}")
    if traffic.gateway is not None and platform.gateway is not None:
        yield _Suspect(traffic.gateway, platform.gateway.name, "processor time of its pods")


def _store_cause(moment: Moment, place: int) -> tuple[str, str]:
    flow, ready = moment.flow, moment.ready
    store, asked = flow.platform.stores[place], flow.demand.asked(place, ready)
    count = flow.demand.connected(place, ready)
    if not store.endpoints:
        return store.name, f"away since {moment.event}"
    pooler, most = flow.platform.pooler, flow.platform.pooler_clients
    poolers = pooler.replicas if pooler is not None else 0
    room = flow.demand.admitted(place, ready, poolers)
    if room < asked:
        said = f"clients of the pooler: {poolers} x {most} (max_client_conn), and {count} pods ask for more"
        return store.name, said
    usable = store.usable(asked, poolers)
    if usable * 1000 / store.database_ms < store.rate:
        if store.opened(poolers) < min(asked, store.connections):
            return store.name, f"pool slots: {poolers} poolers with {store.pool} connections each to a server"
        return store.name, f"connections: {usable} at once for {count} pods"
    name, volume = store.name, store.scarce_volume
    reason = f"processor time: {store.endpoints} x {store.processors} processors, {store.database_ms:g} ms a request"
    if volume is not None:
        name, reason = f"volume of {store.name}", volume.reason
    if store.refuses(asked):
        reason += (
            f"; then connections: the pools of {count} pods open up to {asked}, {store.connections} are free, "
            "and no pooler lets requests wait"
        )
    return name, reason


def _pods_cause(now: float, pods: PodSet, nodes: Nodes | None) -> tuple[str, str]:
    tier = pods.tier
    if pods.missing:
        return tier.name, f"{pods.missing} pods are lost with their nodes and not made again yet"
    if pods.version and pods.old and pods.ready(now) < pods.wanted:
        return tier.name, f"its rollout takes pods away before new ones serve: {pods.ready(now)} of {pods.wanted} do"
    if pods.waiting and nodes is not None and tier.in_pool:
        waiting = f"{pods.waiting} pods wait for a node"
        if nodes.full and not nodes.joining:
            return f"node pool {nodes.pool.name}", f"maxSize: {waiting}, and {nodes.pool.max_nodes} nodes are the most"
        return f"node pool {nodes.pool.name}", f"nodes start too slowly: {waiting}, {len(nodes.joining)} are starting"
    if tier.hpa is None:
        return tier.name, f"replicas: fixed at {tier.replicas}, nothing scales it"
    if pods.total >= tier.hpa.max_replicas:
        return tier.scaler, f"maxReplicas: {tier.hpa.max_replicas} pods are the most"
    starting = pods.total - pods.ready(now)
    return tier.scaler, f"scaling up takes longer than the load: {pods.total} pods, {starting} of them not ready"
