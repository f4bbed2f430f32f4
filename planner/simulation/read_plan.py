"""Reads the platform under load out of a plan: autoscalers, pods, node pool, gateway, databases."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from bailbondpro.facts.instance_classes import find_class
from plan.placement import shard_index, shard_servers, shards_in_use
from plan.tokens import AUTOSCALERS, CONFIG_MAP, DATABASE, DEPLOYMENT, PARAMETER_GROUP
from planner.capacity.node_groups import NodeGroupError, node_group
from planner.capacity.node_pools import POOL_LABEL, bound, groups_by_pool, is_spot, repels
from planner.cost.charges import ZONE_PLAN
from planner.cost.monthly import amount, cost_of
from planner.cost.prices import price_book
from planner.hpa.spec import HpaSpec, spec_of
from planner.plan_values import at, dependencies_of_type, items, number, quantity, region_of, text
from planner.simulation.gaps import (
    gaps_of,
    understood_metric,
    understood_trigger,
)
from planner.simulation.model import Platform, Pool, Store, Target, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plan import Plan, PlannedResource
    from planner.capacity.node_groups import NodeGroup
    from planner.simulation.assumptions import Assumptions

MEBI = 2.0**20
GUIDE_TIMEOUT = 30.0
_API_LOCATION = "^/api(;[^/]*)?(/|$)"
"""How the gateway's configuration names the API: whole segments, with or without path parameters."""
GUIDE_CONNECTIONS = 4096
GUIDE_TTL = 300.0
GUIDE_POOLS = {"PRIMARY": 20.0, "REPLICA": 15.0, "SHARD": 10.0}
GUIDE_WAIT_MS = 2000.0
GUIDE_MAX_CONNECTIONS = 200.0
"""The guide's numbers, for what a plan does not say (scaling guide, nginx-lb.conf, Caching, Database Scaling)."""


class SimulationError(ValueError):
    """A plan that no traffic can be simulated on; the message says what is missing."""


def platform_of(plan: Plan, assumptions: Assumptions) -> Platform:
    """What requests meet in a planned platform.

    Raises:
        SimulationError: the plan has no application.
    """
    deployments = plan.of_type(DEPLOYMENT)
    app = next((item for item in deployments if item.system == "workload"), None)
    if app is None:
        raise SimulationError("this plan has no Deployment of the application, so there is nothing to send requests to")
    front = next((item for item in deployments if item.system == "gateway"), None)
    config = _gateway_config(plan)
    pool, pool_urns = _pool(plan, app, [item for item in deployments if item not in (app, front)], assumptions)
    return Platform(
        gateway=_tier(plan, front, assumptions, gateway=True) if front else None,
        app=_tier(plan, app, assumptions, gateway=False),
        pool=pool,
        stores=tuple(_stores(plan, app, assumptions)),
        shared_queue="least_conn;" in config or not config,
        gateway_connections=_directive(config, "worker_connections", GUIDE_CONNECTIONS)
        * _directive(config, "worker_processes", 1),
        timeout_seconds=_read_timeout(config),
        cache_ttl=_env(app, "CACHE_TTL_SECONDS", GUIDE_TTL),
        fixed_usd=_fixed_usd(plan, pool_urns),
        gaps=gaps_of(plan, [item for item in (front, app) if item is not None]),
    )


def _fixed_usd(plan: Plan, pool_urns: frozenset[str]) -> float | None:
    """USD an hour of everything but the pool; the plan of the Cloudflare zone is bought outside of any stack."""
    whole = amount(
        line
        for line in cost_of(plan).lines
        if not line.charge.assumed and line.urn not in pool_urns and not line.charge.sku.startswith(ZONE_PLAN)
    )
    return None if whole.usd is None else whole.usd / price_book().hours_per_month


def _gateway_config(plan: Plan) -> str:
    found = [item for item in plan.of_type(CONFIG_MAP) if item.system == "gateway"]
    return "\n".join(text(item.inputs, "data", "nginx.conf") for item in found)


def _directive(config: str, name: str, default: int) -> int:
    found = re.search(rf"\b{name} (\d+);", config)
    return int(found[1]) if found else default


def _read_timeout(config: str) -> float:
    """How long the gateway waits for the API's answers."""
    _, _, api = config.partition(_API_LOCATION)
    found = re.search(r"proxy_read_timeout (\d+)s;", api)
    return float(found[1]) if found else GUIDE_TIMEOUT


def _tier(plan: Plan, item: PlannedResource, assumptions: Assumptions, *, gateway: bool) -> Tier:
    containers = _containers(item)
    serving: dict[str, Any] = containers[0] if containers else {}
    scaler = next((scaler for scaler in plan.of_type(*AUTOSCALERS) if item.urn in scaler.dependencies), None)
    limits = at(serving, "resources", "limits") or {}
    request = _requests(item)
    return Tier(
        name=text(item.inputs, "metadata", "name") or item.name,
        scaler=(text(scaler.inputs, "metadata", "name") or scaler.name) if scaler else "",
        hpa=_spec(scaler) if scaler else None,
        targets=tuple(_targets(scaler)) if scaler else (),
        replicas=int(number(item.inputs, "spec", "replicas", default=1)),
        cpu_request=request[0],
        memory_request=request[1],
        cpu_limit=(quantity(limits.get("cpu")) or 1.0) * 1000,
        memory_limit=(quantity(limits.get("memory")) or 1024 * MEBI) / MEBI,
        cpu_ms=assumptions.gateway_cpu_ms_per_request if gateway else assumptions.cpu_ms_per_request,
        threads=1 if gateway else int(assumptions.threads_per_pod),
        ready_seconds=_ready_seconds(serving, assumptions, 0 if gateway else assumptions.app_start_seconds),
    )


def _containers(item: PlannedResource) -> list[Any]:
    return items(item.inputs, "spec", "template", "spec", "containers")


def _requests(item: PlannedResource) -> tuple[float, float]:
    """Millicores and MiB that a pod requests."""
    requests = [at(container, "resources", "requests") or {} for container in _containers(item)]
    cpu = sum((quantity(request.get("cpu")) or 0) * 1000 for request in requests)
    return cpu, sum((quantity(request.get("memory")) or 0) / MEBI for request in requests)


def _spec(scaler: PlannedResource) -> HpaSpec:
    try:
        return spec_of(at(scaler.inputs, "spec") or {})
    except (ValueError, KeyError) as error:
        raise SimulationError(f"{scaler.name} is no autoscaler that can be simulated: {error}") from error


def _targets(scaler: PlannedResource) -> Iterable[Target]:
    """What the simulated autoscaler acts on; all else that the real one acts on is a gap (see `gaps_of`)."""
    for metric in filter(understood_metric, items(scaler.inputs, "spec", "metrics")):
        name = text(metric, "resource", "name") or text(metric, "containerResource", "name")
        percent = at(metric, "resource", "target", "averageUtilization")
        percent = percent or at(metric, "containerResource", "target", "averageUtilization")
        if name in {"cpu", "memory"} and percent:
            yield Target(measure="cpu" if name == "cpu" else "memory", value=float(percent))
        average = quantity(at(metric, "pods", "target", "averageValue"))
        if average:
            yield Target(measure="requests", value=average)
    for trigger in filter(understood_trigger, items(scaler.inputs, "spec", "triggers")):
        kind = text(trigger, "type")
        value = quantity(at(trigger, "metadata", "value") or at(trigger, "metadata", "threshold"))
        if kind in {"cpu", "memory"} and value:
            yield Target(measure="cpu" if kind == "cpu" else "memory", value=value)
        if kind == "prometheus" and value:
            yield Target(measure="requests", value=value, external=True)


def _ready_seconds(container: dict[str, Any], assumptions: Assumptions, start: float) -> float:
    """From a pod's placement until requests reach it: image, start, probes in their rhythm, the gateway's DNS."""
    seconds = start
    period = number(container, "startupProbe", "periodSeconds", default=0)
    if period:
        seconds = math.ceil(max(seconds, 1) / period) * period
    delay = number(container, "readinessProbe", "initialDelaySeconds", default=0)
    period = number(container, "readinessProbe", "periodSeconds", default=0)
    if period:
        seconds = delay + math.ceil(max(seconds - delay, 0) / period) * period
    return assumptions.image_pull_seconds + seconds + assumptions.endpoint_seconds


def _pool(
    plan: Plan, app: PlannedResource, others: list[PlannedResource], assumptions: Assumptions
) -> tuple[Pool | None, frozenset[str]]:
    """The pool that the application's pods choose: all of its groups that take them."""
    pools = groups_by_pool(plan)
    spec = at(app.inputs, "spec", "template", "spec") or {}
    wanted = text(spec, "nodeSelector", POOL_LABEL)
    tolerated = [text(toleration, "key") for toleration in items(spec, "tolerations")]
    groups = [item for item in pools.get(wanted, ()) if not repels(item, tolerated)]
    if not groups:
        return None, frozenset()
    machine = _machine(plan, groups[0])
    price = price_book().find(f"ec2/{machine.instance}", region_of(plan))
    taken_cpu, taken_memory = _taken(plan, others, wanted)
    if len([name for name, found in pools.items() if not all(map(is_spot, found))]) == 1:
        taken_cpu, taken_memory = (
            taken_cpu + assumptions.operators_millicores,
            taken_memory + assumptions.operators_mib,
        )
    least = bound(groups, "minSize")
    pool = Pool(
        name=wanted,
        instance=machine.instance,
        min_nodes=least,
        max_nodes=max(bound(groups, "maxSize"), least),
        cpu=machine.room.cpu_millicores - assumptions.node_daemon_millicores,
        memory=machine.room.memory_mib - assumptions.node_daemon_mib,
        taken_cpu=taken_cpu,
        taken_memory=taken_memory,
        hourly_usd=price.usd if price else None,
    )
    return pool, frozenset(item.urn for item in groups)


def _machine(plan: Plan, group: PlannedResource) -> NodeGroup:
    try:
        return node_group(plan, group)
    except NodeGroupError as error:
        raise SimulationError(str(error)) from error


def _taken(plan: Plan, others: list[PlannedResource], wanted: str) -> tuple[float, float]:
    """What pods outside the simulation request in the pool, each Deployment at its fewest."""
    cpu = memory = 0.0
    for item in others:
        if text(item.inputs, "spec", "template", "spec", "nodeSelector", "pool") != wanted:
            continue
        scaler = next((scaler for scaler in plan.of_type(*AUTOSCALERS) if item.urn in scaler.dependencies), None)
        count = _spec(scaler).min_replicas if scaler else int(number(item.inputs, "spec", "replicas", default=1))
        request = _requests(item)
        cpu, memory = cpu + count * request[0], memory + count * request[1]
    return cpu, memory


def _stores(plan: Plan, app: PlannedResource, assumptions: Assumptions) -> Iterable[Store]:
    databases, in_use = plan.of_type(DATABASE), shards_in_use(plan)
    # An empty shard serves nobody, and neither does a shard's replica: pods are told one address for each shard.
    shards = [item for item in shard_servers(plan) if shard_index(item) < in_use]
    others = [item for item in databases if item.system != "shards"]
    replicas = [item for item in others if at(item.inputs, "replicateSourceDb")]
    primaries = [item for item in others if item not in replicas]
    sharded = assumptions.sharded_percent / 100 if shards else 0.0
    pooled = any(item.system == "pooler" for item in plan.of_type(DEPLOYMENT))
    groups = (
        ("PRIMARY", primaries, 1 - sharded, 0.0 if replicas else 1 - sharded),
        ("REPLICA", replicas, 0.0, 1 - sharded),
        ("SHARD", shards, sharded, sharded),
    )
    for kind, members, writes, reads in groups:
        if members:
            yield Store(
                name=members[0].name if len(members) == 1 else f"{members[0].name} and {len(members) - 1} more",
                endpoints=len(members),
                processors=min(_processors(item) for item in members),
                database_ms=assumptions.database_ms,
                connections=_connections(plan, members[0], assumptions),
                pool=int(_env(app, f"DATABASE_POOL_{kind}_MAX", GUIDE_POOLS[kind])),
                pooled=pooled,
                wait_seconds=_env(app, "DATABASE_POOL_CONNECTION_TIMEOUT_MS", GUIDE_WAIT_MS) / 1000,
                read_share=reads,
                write_share=writes,
            )


def _processors(database: PlannedResource) -> int:
    kind = text(database.inputs, "instanceClass")
    known = find_class(kind)
    if known is None:
        raise SimulationError(f"the size of {database.name}, instance class {kind or '(not known yet)'}, is not known")
    return known.vcpu


def _connections(plan: Plan, database: PlannedResource, assumptions: Assumptions) -> int:
    """What max_connections leaves to the application."""
    for group in dependencies_of_type(plan, database, PARAMETER_GROUP):
        for parameter in items(group.inputs, "parameters"):
            if text(parameter, "name") == "max_connections":
                return max(int(float(at(parameter, "value"))) - int(assumptions.reserved_connections), 1)
    return int(GUIDE_MAX_CONNECTIONS - assumptions.reserved_connections)


def _env(item: PlannedResource, name: str, default: float) -> float:
    """A number that the pods of a Deployment are given in their environment."""
    for container in _containers(item):
        for entry in items(container, "env"):
            if text(entry, "name") == name:
                return float(text(entry, "value") or default)
    return default
