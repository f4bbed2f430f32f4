"""Names the first thing that was too small, and what it ran out of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.simulation.result import Break

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.simulation.flow import Flow, Traffic
    from planner.simulation.lines import Passed
    from planner.simulation.pods import Nodes, PodSet

BUSY = 0.7
"""Utilization from which on a station counts as the cause of slow answers; below, waiting is short by any queue."""


@dataclass(frozen=True)
class _Suspect:
    """A station, and how to say what it ran out of: the resource and the reason."""

    passed: Passed
    named: Callable[[], tuple[str, str]]


def break_of(now: float, traffic: Traffic, flow: Flow, pods: Sequence[PodSet], nodes: Nodes | None) -> Break:
    """What was too small in a step in which requests failed or were too slow.

    Args:
        now: the step's start in seconds.
        traffic: what happened to requests in it.
        flow: the platform and its lines.
        pods: the pods of each group.
        nodes: the nodes of the pool.
    """
    resource, reason = _cause(now, traffic, flow, pods, nodes)
    if traffic.out_of_connections:
        limit = flow.platform.gateway_connections
        reason += f"; the gateway turns requests away: {limit} connections a pod, two for each request in progress"
    return Break(resource=resource, at=now, kind="errors" if traffic.failed > 0 else "latency", reason=reason)


def _cause(now: float, traffic: Traffic, flow: Flow, pods: Sequence[PodSet], nodes: Nodes | None) -> tuple[str, str]:
    limit = flow.platform.client_limit
    if traffic.limited > 0 and limit is not None:
        asked, burst = flow.assumptions.client_requests_per_second, flow.assumptions.client_burst_requests
        return (
            flow.platform.gateway.name if flow.platform.gateway else "the gateway",
            (
                f"its limit for one client: {limit.rate:g} requests a second and {limit.burst} more at once, where a "
                f"busy user is taken to ask for {asked:g} a second, {burst:g} at once"
            ),
        )
    suspects = list(_suspects(now, traffic, flow, pods, nodes))
    worst = max(suspects, key=lambda item: (item.passed.failed, item.passed.wait, item.passed.utilization))
    if worst.passed.failed <= 0 and worst.passed.utilization < BUSY:
        return "response time", "it is above the target without a queue: network, computing and database time alone"
    return worst.named()


def _suspects(
    now: float, traffic: Traffic, flow: Flow, pods: Sequence[PodSet], nodes: Nodes | None
) -> Iterator[_Suspect]:
    platform = flow.platform
    for passed, group in zip(traffic.tiers, pods, strict=True):
        yield _Suspect(passed, lambda group=group: _pods_cause(now, group, nodes))  # type: ignore[misc]  # mypy does not infer a default
    for place, passed in enumerate(traffic.stores):
        yield _Suspect(passed, lambda place=place: _store_cause(now, flow, place, pods))  # type: ignore[misc]  # as above
    if traffic.cache is not None and platform.cache is not None:
        cache = platform.cache
        reason = f"time of its primaries: {cache.shards} shards, {cache.request_ms:g} ms a request"
        yield _Suspect(traffic.cache, lambda: (cache.name, reason))
    if traffic.pooler is not None and platform.pooler is not None:
        pooler = platform.pooler
        yield _Suspect(
            traffic.pooler,
            lambda: (
                pooler.name,
                f"processor time of its pods: {pooler.replicas} of one thread and {pooler.cpu_limit:g} millicores each",
            ),
        )
    if traffic.gateway is not None and platform.gateway is not None:
        gateway = platform.gateway
        yield _Suspect(traffic.gateway, lambda: (gateway.name, "processor time of its pods"))


def _store_cause(now: float, flow: Flow, place: int, pods: Sequence[PodSet]) -> tuple[str, str]:
    store, ready = flow.platform.stores[place], [group.ready(now) for group in pods]
    asked = flow.asked(place, ready)
    count = sum(
        number
        for tier, number in zip(flow.platform.tiers, ready, strict=True)
        if any(visit.store == place for visit in tier.visits)
    )
    if store.usable(asked) * 1000 / store.database_ms < store.rate:
        return store.name, f"connections: {store.usable(asked)} at once for {count} pods"
    reason = f"processor time: {store.endpoints} x {store.processors} processors, {store.database_ms:g} ms a request"
    if store.refuses(asked):
        reason += (
            f"; then connections: the pools of {count} pods open up to {asked}, {store.connections} are free, "
            "and no pooler lets requests wait"
        )
    return store.name, reason


def _pods_cause(now: float, pods: PodSet, nodes: Nodes | None) -> tuple[str, str]:
    tier = pods.tier
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
