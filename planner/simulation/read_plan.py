"""Reads the platform under load out of a plan: routes, pods, node pool, gateway, stores."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from plan.nginx import NginxError, read_nginx
from plan.tokens import CONFIG_MAP, DEPLOYMENT, NETWORK_POLICY
from plan.unknown import is_hidden
from planner.capacity.node_groups import NodeGroupError, node_group
from planner.capacity.node_pools import bound, groups_by_pool, is_spot, repels
from planner.cost.charges import ZONE_PLAN
from planner.cost.monthly import amount, cost_of
from planner.cost.prices import price_book
from planner.plan_values import at, items, number, region_of, text
from planner.simulation.events.failing import failing_of
from planner.simulation.gaps import gaps_beyond, gaps_of, gaps_of_targets
from planner.simulation.model import Platform, Pool, Route, Tier
from planner.simulation.read_limits import client_limit, edge_limits, unread_limits
from planner.simulation.read_pods import (
    SimulationError,
    environment_number,
    pool_of,
    requests_of,
    scaler_of,
    spec_or_error,
    tier_of,
)
from planner.simulation.read_stores import cache_of, pooled_sizes, stores_of, unread_pools, unread_volumes, visiting
from planner.simulation.reading.bounds import outgrown
from planner.simulation.reading.triggers import unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan import Plan, PlannedResource
    from plan.nginx import Directive
    from planner.capacity.node_groups import NodeGroup
    from planner.simulation.assumptions import Assumptions
    from planner.simulation.model import Store

GUIDE_TIMEOUT = 30.0
_API_LOCATION = "^/api(;[^/]*)?(/|$)"
"""How the gateway's configuration names the API: whole segments, with or without path parameters."""
GUIDE_CONNECTIONS = 4096
GUIDE_TTL = 300.0
"""The guide's numbers, for what a plan does not say (scaling guide, nginx-lb.conf, Caching)."""
NGINX_TIMEOUT, NGINX_CONNECTIONS = 60.0, 512
"""What nginx takes where its configuration does not say it (nginx documentation, proxy_read_timeout and
worker_connections; unverified 2026-11-30)."""
FILE = "nginx.conf"
_TIME = re.compile(r"(\d+)(ms|s|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, None: 1}
"""Units of time of nginx, seconds without one (nginx documentation, Configuration file measurement units)."""


def platform_of(plan: Plan, assumptions: Assumptions) -> Platform:
    """What requests meet in a planned platform.

    Raises:
        SimulationError: the plan has no application, or a size in it is not known.
    """
    deployments = plan.of_type(DEPLOYMENT)
    app = next((item for item in deployments if item.system == "workload"), None)
    if app is None:
        raise SimulationError("this plan has no Deployment of the application, so there is nothing to send requests to")
    front = next((item for item in deployments if item.system == "gateway"), None)
    pooler = next((item for item in deployments if item.system == "pooler"), None)
    config = _gateway_config(plan)
    answering = _reached_by_requests(plan, app, config)
    stations = [item for item in (front, pooler, *answering) if item is not None]
    simulated = {item.urn for item in stations}
    groups = _groups(plan, app)
    beside = [item for item in deployments if item.urn not in simulated]
    pool, pool_urns = _pool(plan, app, groups, beside, assumptions)
    stores, sizes = stores_of(plan, assumptions), pooled_sizes(plan)

    def tier(item: PlannedResource, cpu_ms: float) -> Tier:
        return replace(tier_of(plan, item, assumptions, cpu_ms=cpu_ms), in_pool=pool_of(item) == pool_of(app))

    found = Platform(
        gateway=tier(front, assumptions.gateway_cpu_ms_per_request) if front else None,
        tiers=tuple(
            _answering(plan, item, stores, assumptions, in_pool=pool_of(item) == pool_of(app)) for item in answering
        ),
        routes=tuple(_routes(answering, config, _calls(plan, answering), assumptions)),
        pooler=tier(pooler, assumptions.pooler_cpu_ms_per_request) if pooler else None,
        cache=cache_of(plan, assumptions),
        pool=pool,
        stores=stores,
        shared_queue=any(one.name == "least_conn" for one in config) or not config,
        gateway_connections=_value(config, "worker_connections", GUIDE_CONNECTIONS, NGINX_CONNECTIONS)
        * _value(config, "worker_processes", 1, 1),
        client_limit=client_limit(config),
        timeout_seconds=_read_timeout(config),
        cache_ttl=environment_number(app, "CACHE_TTL_SECONDS", GUIDE_TTL),
        fixed_usd=_fixed_usd(plan, pool_urns),
        gaps=(
            *gaps_of(plan, stations, pool_of(app)),
            *unread_limits(config),
            *edge_limits(plan, assumptions),
            *unread_pools(stores),
            *unread_volumes(plan),
        ),
        failing=failing_of(plan, groups),
        pooler_clients=sizes.clients if sizes else None,
    )
    return replace(found, gaps=(*found.gaps, *gaps_beyond(outgrown(found)), *gaps_of_targets(unreachable(found))))


def _answering(
    plan: Plan, item: PlannedResource, stores: Sequence[Store], assumptions: Assumptions, *, in_pool: bool
) -> Tier:
    """The application or a service, with what it asks."""
    pods = tier_of(
        plan,
        item,
        assumptions,
        cpu_ms=assumptions.cpu_ms_per_request,
        threads=int(assumptions.threads_per_pod),
        start_seconds=assumptions.app_start_seconds,
    )
    return replace(visiting(pods, item, stores, assumptions), in_pool=in_pool)


def _reached_by_requests(plan: Plan, app: PlannedResource, config: Sequence[Directive]) -> list[PlannedResource]:
    """The application, then the services that the gateway or another one of them sends requests to."""
    services = [item for item in plan.of_type(DEPLOYMENT) if item.system == "services"]
    everything = [app, *sorted(services, key=lambda item: item.name)]
    calls = _calls(plan, everything)
    known = _upstreams(config)
    first = [place for place, item in enumerate(everything) if not place or _name(item) in known]
    reached = {place for start in first for place in _reached(start, calls)}
    return [everything[place] for place in sorted(reached)]


def _routes(
    answering: Sequence[PlannedResource],
    config: Sequence[Directive],
    calls: Sequence[Sequence[int]],
    assumptions: Assumptions,
) -> list[Route]:
    """The classes of requests: those of the application, and those of each service that the gateway knows."""
    known = _upstreams(config)
    served = [place for place, item in enumerate(answering) if place and _name(item) in known]
    own = assumptions.application_percent / 100 if served else 1.0
    shares = {0: own, **dict.fromkeys(served, (1 - own) / len(served) if served else 0.0)}
    return [
        Route(name=_name(answering[place]), share=share, tiers=_reached(place, calls))
        for place, share in shares.items()
    ]


def _reached(place: int, calls: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """A Deployment and all that it calls, also through others; each once."""
    found, seen = [place], {place}
    for caller in found:
        more = [called for called in calls[caller] if called not in seen]
        found += more
        seen.update(more)
    return tuple(found)


def _calls(plan: Plan, answering: Sequence[PlannedResource]) -> list[list[int]]:
    """For each Deployment the places of those that the network lets it connect to."""
    labels: dict[str, int] = {}
    for place, item in enumerate(answering):
        labels.setdefault(text(item.inputs, "spec", "template", "metadata", "labels", "app"), place)
    found: list[list[int]] = [[] for _ in answering]
    for policy in plan.of_type(NETWORK_POLICY):
        called = text(policy.inputs, "spec", "podSelector", "matchLabels", "app")
        if called not in labels:
            continue
        for rule in items(policy.inputs, "spec", "ingress"):
            for peer in items(rule, "from"):
                caller = text(peer, "podSelector", "matchLabels", "app")
                if caller in labels and caller != called:
                    found[labels[caller]].append(labels[called])
    return found


def _upstreams(config: Sequence[Directive]) -> frozenset[str]:
    """The names of Deployments that the gateway's configuration may have an upstream of, by their Services.

    An address is a Service's name with or without `-headless`, then maybe a domain and a port: every beginning of it
    that ends at a dot or a colon, as a name may have dots itself.
    """
    found: set[str] = set()
    for one in config:
        if one.name == "server" and one.words:
            address = one.words[0]
            ends = [end.start() for end in re.finditer(r"[.:]", address)]
            names = [address, *(address[:end] for end in ends)]
            found.update(names, (name.removesuffix("-headless") for name in names))
    return frozenset(found)


def _name(item: PlannedResource) -> str:
    return text(item.inputs, "metadata", "name") or item.name


def _fixed_usd(plan: Plan, pool_urns: frozenset[str]) -> float | None:
    """USD an hour of everything but the pool; the plan of the Cloudflare zone is bought outside of any stack."""
    whole = amount(
        line
        for line in cost_of(plan).lines
        if not line.charge.assumed and line.urn not in pool_urns and not line.charge.sku.startswith(ZONE_PLAN)
    )
    return None if whole.usd is None else whole.usd / price_book().hours_per_month


def _gateway_config(plan: Plan) -> tuple[Directive, ...]:
    """The directives of the gateway; none where the plan does not say them.

    Raises:
        SimulationError: nginx could not read them.
    """
    said = [text(item.inputs, "data", FILE) for item in plan.of_type(CONFIG_MAP) if item.system == "gateway"]
    try:
        return tuple(one for config in said if not is_hidden(config) for one in read_nginx(config))
    except NginxError as error:
        raise SimulationError(f"the gateway's {FILE} is no configuration of nginx: {error}") from error


def _value(config: Sequence[Directive], name: str, guide: int, vendor: int) -> int:
    """A number of the configuration: the guide's without one, and nginx's own default where that does not say it."""
    found = [one.words[0] for one in config if one.name == name and one.words]
    return int(found[0]) if found and found[0].isdecimal() else vendor if config else guide


def _read_timeout(config: Sequence[Directive]) -> float:
    """How long the gateway waits for the API's answers."""
    waits = [
        float(time[1]) * _SECONDS[time[2]]
        for one in config
        if one.name == "proxy_read_timeout"
        and any(_API_LOCATION in block.words for block in one.blocks)
        and (time := _TIME.fullmatch("".join(one.words)))
    ]
    return waits[0] if waits else NGINX_TIMEOUT if config else GUIDE_TIMEOUT


def _groups(plan: Plan, app: PlannedResource) -> list[PlannedResource]:
    """The groups of the pool that the application's pods choose, as far as they take them."""
    spec = at(app.inputs, "spec", "template", "spec") or {}
    tolerated = [text(toleration, "key") for toleration in items(spec, "tolerations")]
    return [item for item in groups_by_pool(plan).get(pool_of(app), ()) if not repels(item, tolerated)]


def _pool(
    plan: Plan,
    app: PlannedResource,
    groups: list[PlannedResource],
    others: list[PlannedResource],
    assumptions: Assumptions,
) -> tuple[Pool | None, frozenset[str]]:
    """The pool that the application's pods choose: all of its groups that take them."""
    if not groups:
        return None, frozenset()
    pools, wanted = groups_by_pool(plan), pool_of(app)
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
        if pool_of(item) != wanted:
            continue
        scaler = scaler_of(plan, item)
        count = (
            spec_or_error(scaler).min_replicas if scaler else int(number(item.inputs, "spec", "replicas", default=1))
        )
        request = requests_of(item)
        cpu, memory = cpu + count * request[0], memory + count * request[1]
    return cpu, memory
