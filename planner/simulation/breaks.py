"""Names the first thing that was too small, and what it ran out of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.simulation.result import Break

if TYPE_CHECKING:
    from planner.simulation.flow import Passed, Traffic
    from planner.simulation.model import Platform, Store
    from planner.simulation.pods import Nodes, PodSet

BUSY = 0.7
"""Utilization from which on a stage counts as the cause of slow answers; below, waiting is short by any queue."""


def break_of(now: float, traffic: Traffic, platform: Platform, pods: PodSet, nodes: Nodes | None) -> Break:
    """What was too small in a step in which requests failed or were too slow."""
    resource, reason = _cause(now, traffic, platform, pods, nodes)
    if traffic.out_of_connections:
        limit = platform.gateway_connections
        reason += f"; the gateway turns requests away: {limit} connections a pod, two for each request in progress"
    return Break(resource=resource, at=now, kind="errors" if traffic.failed > 0 else "latency", reason=reason)


def _cause(now: float, traffic: Traffic, platform: Platform, pods: PodSet, nodes: Nodes | None) -> tuple[str, str]:
    stages: list[tuple[str, Passed, Store | None]] = [("app", traffic.app, None)]
    stages += [("store", passed, store) for passed, store in zip(traffic.stores, platform.stores, strict=True)]
    if traffic.gateway is not None:
        stages.append(("gateway", traffic.gateway, None))
    kind, worst, store = max(stages, key=lambda stage: (stage[1].failed, stage[1].wait, stage[1].utilization))
    if worst.failed <= 0 and worst.utilization < BUSY:
        return "response time", "it is above the target without a queue: network, computing and database time alone"
    if store is not None:
        return store.name, _store_reason(store, pods.ready(now))
    if kind == "gateway" and platform.gateway:
        return platform.gateway.name, "processor time of its pods"
    return _app_cause(now, pods, nodes)


def _store_reason(store: Store, pods: int) -> str:
    if store.usable(pods) * 1000 / store.database_ms < store.rate:
        return f"connections: {store.usable(pods)} at once for {pods} pods"
    reason = f"processor time: {store.endpoints} x {store.processors} processors, {store.database_ms:g} ms a request"
    if store.refuses(pods):
        asked = f"{pods} pods with pools of {store.pool} open up to {pods * store.pool}"
        reason += f"; then connections: {asked}, {store.connections} are free, and no pooler lets requests wait"
    return reason


def _app_cause(now: float, pods: PodSet, nodes: Nodes | None) -> tuple[str, str]:
    tier = pods.tier
    if pods.waiting and nodes is not None:
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
