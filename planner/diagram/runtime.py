"""Boxes of what carries requests: delivery, entrance, pods, nodes and ways out."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

from plan.tokens import (
    DEPLOYMENT,
    DNS_RECORD,
    LAUNCH_TEMPLATE,
    LISTENER,
    LOAD_BALANCER,
    NAT,
    NODE_GROUP,
    RULESET,
    SUBNET,
)
from planner.capacity.node_pools import is_spot, pool_of, zones_of
from planner.diagram.parts import Box, name_of, plural, pod_lines, span
from planner.plan_values import at, dependencies_of_type, items, number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan import Plan, PlannedResource


def _zones(plan: Plan, item: PlannedResource) -> list[str]:
    found = {text(subnet.inputs, "availabilityZone") for subnet in dependencies_of_type(plan, item, SUBNET)}
    return sorted(zone for zone in found if zone)


def delivery(plan: Plan) -> list[Box]:
    """The CDN, where the plan has rules or records of one."""
    own = [item for item in plan if item.system == "cdn" and item.custom and item.op != "delete"]
    counts = Counter(item.type for item in own if item.type.startswith("cloudflare:"))
    if not counts:
        return []
    records = counts[DNS_RECORD]
    rules = sum(len(items(item.inputs, "rules")) for item in plan.of_type(RULESET))
    settings = counts["cloudflare:index/zoneSetting:ZoneSetting"]
    line = f"{plural(rules, 'rule')} for caching, limits and firewall; {plural(settings, 'zone setting')}"
    return [
        Box(
            key="cdn",
            title="CDN (Cloudflare)",
            lines=(plural(records, "DNS record"), line),
            row="cdn",
            systems=("cdn",),
        )
    ]


def balancers(plan: Plan) -> list[Box]:
    """Network load balancers with their ports and zones."""
    ports = sorted({int(number(item.inputs, "port", default=0)) for item in plan.of_type(LISTENER)})
    found = []
    for item in sorted(plan.of_type(LOAD_BALANCER), key=lambda item: item.name):
        zones = _zones(plan, item)
        lines = (
            f"ports {', '.join(str(port) for port in ports if port)}" if any(ports) else "",
            f"one address in each of {plural(len(zones), 'zone')}" if zones else "",
        )
        kept = tuple(line for line in lines if line)
        box = Box(key=item.name, title="Load balancer (NLB)", lines=kept, row="balancer", systems=("load_balancer",))
        found.append(box)
    return found


def _deployments(plan: Plan, system: str, row: str, title: str = "", *also: str) -> list[Box]:
    found = [item for item in plan.of_type(DEPLOYMENT) if item.system == system]
    return [
        Box(
            key=item.name,
            title=title or name_of(item),
            lines=pod_lines(plan, item),
            row=row,
            systems=(system, *also),
        )
        for item in sorted(found, key=name_of)
    ]


def gateway(plan: Plan) -> list[Box]:
    """The nginx gateway."""
    return _deployments(plan, "gateway", "gateway", "Gateway (nginx)")


def workloads(plan: Plan) -> list[Box]:
    """The application."""
    return _deployments(plan, "workload", "app", "Application", "autoscaling")


def services(plan: Plan) -> list[Box]:
    """Microservices."""
    return _deployments(plan, "services", "services")


def poolers(plan: Plan) -> list[Box]:
    """PgBouncer."""
    return _deployments(plan, "pooler", "pooler", "Pooler (PgBouncer)")


def nodes(plan: Plan, zones: Sequence[str]) -> list[Box]:
    """For each zone the pools that have nodes in it: how many at least, of how many."""
    lines: dict[str, list[str]] = {}
    for item in sorted(plan.of_type(NODE_GROUP), key=lambda item: item.name):
        own = zones_of(plan, item)
        low, high = (int(number(item.inputs, "scalingConfig", key, default=0)) for key in ("minSize", "maxSize"))
        placed = Counter(zone for zone, _ in zip(itertools.cycle(own), range(low), strict=False))
        spot = ", spot" if is_spot(item) else ""
        for zone in own:
            many = span(low, high) if len(own) == 1 else f"{placed[zone]} of {span(low, high)}"
            lines.setdefault(zone, []).append(f"{pool_of(item)}: {many} {_machine(plan, item)}{spot}")
    return [
        Box(
            key=f"nodes-{zone or 'anywhere'}",
            title=f"Nodes in {zone}" if zone else "Nodes",
            lines=tuple(lines[zone]),
            row="nodes",
            systems=("node_pools",),
            zone=zone if zone in zones else "",
        )
        for zone in sorted(lines)
    ]


def _machine(plan: Plan, item: PlannedResource) -> str:
    listed = [str(name) for name in items(item.inputs, "instanceTypes")]
    if not listed:
        templates = dependencies_of_type(plan, item, LAUNCH_TEMPLATE)
        listed = [name for template in templates if (name := text(template.inputs, "instanceType"))]
    return listed[0] + (f" or {len(listed) - 1} others" if len(listed) > 1 else "") if listed else "nodes"


def ways_out(plan: Plan, zones: Sequence[str]) -> list[Box]:
    """For each zone its NAT gateway, or that it has none of its own."""
    gateways: dict[str, list[str]] = {}
    for item in sorted(plan.of_type(NAT), key=lambda item: item.name):
        private = at(item.inputs, "connectivityType") == "private"
        zone = next(iter(_zones(plan, item)), "")
        gateways.setdefault(zone, []).append("private NAT gateway" if private else "NAT gateway")
    if not gateways:
        return []
    return [
        Box(
            key=f"nat-{zone}",
            title=f"Out of {zone}",
            lines=tuple(gateways.get(zone, ("none of its own: through another zone",))),
            row="nat",
            systems=("network",),
            zone=zone,
        )
        for zone in zones
    ]
