"""Whether requests reach a station and its pods keep serving: what stands in their way, or is missing on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.nginx import NginxError, read_nginx
from plan.selectors import selects
from plan.tokens import (
    CONFIG_MAP,
    DISRUPTION_BUDGET,
    DNS_RECORD,
    LISTENER,
    LOAD_BALANCER,
    RULESET,
)
from plan.unknown import is_hidden
from planner.plan_values import at, items, text
from planner.simulation.reading.controllers import absent
from planner.simulation.reading.doors import unfound
from planner.simulation.reading.keeping import labels_of, policies_of, unasked, unmoved, unstarted
from planner.simulation.reading.passage import unpassed
from planner.simulation.reading.resources import containers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

LEAST_WAIT_MS = 1000.0
"""The shortest time that a proxy may wait: a second is the shortest that the gateway's settings allow."""
LEAST_CONNECTIONS = 512
"""Connections of a worker below which those in progress may be all there are: nginx's default (nginx documentation,
ngx_core_module, worker_connections; unverified 2026-12-01), and the least of the gateway's settings."""
_TIMEOUTS = ("proxy_connect_timeout", "proxy_send_timeout", "proxy_read_timeout")
_TIME = re.compile(r"(\d+)(ms|s|m|h|d|w|M|y)?")
_MS = {"ms": 1.0, "s": 1e3, "m": 6e4, "h": 3.6e6, "d": 8.64e7, "w": 6.048e8, "M": 2.592e9, "y": 3.1536e10}
"""Units of time in nginx (nginx documentation, Configuration file measurement units; unverified 2026-12-01)."""


def unreached(plan: Plan, simulated: list[PlannedResource]) -> Iterator[str]:
    """What keeps requests from stations, in words, wherever in the plan it stands.

    Args:
        plan: the plan.
        simulated: the Deployments that are stations of the simulation.
    """
    if any(plan.of_type(LOAD_BALANCER)) and not any(plan.of_type(LISTENER)):
        yield "the load balancer has no listener"
    if any(plan.of_type(RULESET)) and not any(plan.of_type(DNS_RECORD)):
        yield "the edge has no DNS record"
    gateways = [item for item in plan.of_type(CONFIG_MAP) if item.system == "gateway" or item.name == "gateway-config"]
    configs = [text(item.inputs, "data", "nginx.conf") for item in gateways]
    for config in configs:
        yield from _gateway(config)
    readable = [config for config in configs if config and not is_hidden(config)]
    yield from unfound(plan, simulated, readable)
    yield from unpassed(plan, simulated, readable)
    for item in simulated:
        yield from _closed(plan, item)
    yield from unasked(plan, simulated)
    yield from absent(plan)


def unkept(plan: Plan, simulated: list[PlannedResource]) -> Iterator[str]:
    """What lets pods of stations get requests that they do not answer, in words."""
    for item in simulated:
        name = text(item.inputs, "metadata", "name") or item.name
        spec = at(item.inputs, "spec")
        if any(at(container, "readinessProbe") is None for container in containers_of(item)[:1]):
            yield f"{name}: no readinessProbe, pods get requests before they answer"
        if text(spec, "strategy", "type") == "Recreate":
            yield f"{name}: strategy Recreate, no pod serves while a release starts"
        if at(spec, "paused") is True:
            yield f"{name}: paused, no change of it is rolled out"
        for budget in plan.of_type(DISRUPTION_BUDGET):
            whole = text(budget.inputs, "spec", "maxUnavailable") == "100%"
            if whole and selects(at(budget.inputs, "spec", "selector"), labels_of(item)):
                yield f"{name}: its PodDisruptionBudget lets every pod go at once"
    yield from unmoved(plan, simulated)
    yield from unstarted(plan, simulated)


def _gateway(config: str) -> Iterator[str]:
    try:
        found = read_nginx(config)
    except NginxError:
        return  # the reader of its limits says so
    proxied = {one.blocks[-1].number for one in found if one.name == "proxy_pass" and one.blocks}
    for one in found:
        if one.name == "worker_connections" and int(one.words[0] if one.words[0].isdigit() else 0) < LEAST_CONNECTIONS:
            yield f"worker_connections {one.words[0]}: requests in progress take a connection each, too"
        if one.name in _TIMEOUTS and (wait := _ms(one.words[0])) is not None and wait < LEAST_WAIT_MS:
            yield f"{one.name} {one.words[0]}: answers that take longer fail"
        if not one.blocks or one.blocks[-1].number not in proxied:
            continue
        if one.name == "return" or (one.name == "deny" and one.words == ("all",)):
            yield f"{one.blocks[-1]} answers by itself: {one.name} {' '.join(one.words)}"


def _ms(words: str) -> float | None:
    found = _TIME.findall(words)
    if not found or "".join(number + unit for number, unit in found) != words:
        return None
    return sum(int(number) * _MS[unit or "s"] for number, unit in found)


def _closed(plan: Plan, item: PlannedResource) -> Iterator[str]:
    """Policies together admit what any of them admits (Kubernetes documentation, Network Policies)."""
    own = policies_of(plan, item, "Ingress")
    if own and not any(items(policy.inputs, "spec", "ingress") for policy in own):
        name = text(item.inputs, "metadata", "name") or item.name
        yield f"{name}: its network policies let nobody in"
