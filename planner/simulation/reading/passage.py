"""Whether the way of a request goes on from one station to the next: routes, listeners, ports, the edge's rules.

`planner.simulation.reading.doors` asks whether each station is found; here what stands between two of them has to
fit. What a plan does not know yet is taken to fit. Sources are the Elastic Load Balancing and EKS User Guides, the
Kubernetes and nginx documentation, and Cloudflare's; unverified 2026-12-01.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from plan.nginx import NginxError, read_nginx
from plan.tokens import (
    ADDON,
    CACHE,
    DATABASE,
    DNS_RECORD,
    INGRESS_RULE,
    LISTENER,
    LOAD_BALANCER,
    NAMESPACE,
    POD_MONITOR,
    RELEASE,
    ROUTE,
    RULESET,
    SCALED_OBJECT,
    SECURITY_GROUP,
    SERVICE,
    SUBNET,
    TARGET_GROUP,
    TARGET_GROUP_BINDING,
)
from plan.unknown import is_hidden
from plan.visits.table import visits
from plan.visits.zone import CACHE as CACHE_RULES
from plan.visits.zone import Ruleset, Zone
from planner.plan_values import UNKNOWN, at, items, text
from planner.simulation.reading.keeping import policies_of
from planner.simulation.reading.resources import containers_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan import Plan, PlannedResource

INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
CLIENTS_PORT = 443
"""Where the edge asks its origin (Cloudflare documentation, Network ports; SSL/TLS encryption modes, Full)."""
_OWN = ("default", "kube-system", "kube-public", "kube-node-lease", "")
"""Namespaces that every cluster has (Kubernetes documentation, Namespaces, Initial namespaces)."""
_LISTEN = re.compile(r"(?:\[?[\w.:*]*\]?:)?(\d+)$")
_PROMETHEUS = re.compile(r"https?://([a-z0-9-]+)(?:\.([a-z0-9-]+))?")
_DNS = 53
_ASKED = {DATABASE: (5432, 6432), CACHE: (6379,)}
"""Ports of PostgreSQL and PgBouncer, and of Redis (their documentation, defaults; the platform's own)."""
_FEW = 0.05
"""The share of ordinary visits that rules may block: widths of images that nobody made are refused (ours)."""
_SLOW_POLL = 120.0
"""Seconds between two looks of KEDA above which a peak has passed before pods come (ours)."""


def unpassed(plan: Plan, simulated: list[PlannedResource], configs: list[str]) -> Iterator[str]:
    """What keeps a request from going on to the next station, in words.

    Args:
        plan: the plan.
        simulated: the Deployments that are stations of the simulation.
        configs: the gateway's configurations.
    """
    yield from _homeless(plan, simulated)
    yield from _from_the_internet(plan)
    yield from _balanced(plan)
    for config in configs:
        yield from _listening(plan, config)
    for item in simulated:
        yield from _shut_in(plan, item)
    yield from _triggered(plan)
    yield from _unresolved(plan)
    yield from _at_the_edge(plan)


def _homeless(plan: Plan, simulated: Iterable[PlannedResource]) -> Iterator[str]:
    known = {text(item.inputs, "metadata", "name") for item in plan.of_type(NAMESPACE)}
    for item in simulated:
        space = text(item.inputs, "metadata", "namespace")
        if any(plan.of_type(SERVICE)) and space not in {*known, *_OWN, UNKNOWN} and item.system != "operators":
            yield f"{_named(item)}: there is no Namespace {space}"


def _from_the_internet(plan: Plan) -> Iterator[str]:
    """A load balancer of the plan's own network needs a way to it, and nodes in private subnets a way out."""
    if not any(plan.of_type(SUBNET)):
        return
    routes = list(plan.of_type(ROUTE))
    if any(plan.of_type(LOAD_BALANCER)):
        if not any(plan.of_type(INTERNET_GATEWAY)):
            yield "the network has no internet gateway: nobody reaches the load balancer"
        elif not any(at(route.inputs, "gatewayId") is not None for route in routes):
            yield "no route leads to the internet gateway: nobody reaches the load balancer"
    ways = ("natGatewayId", "gatewayId", "transitGatewayId", "egressOnlyGatewayId")
    if not any(at(route.inputs, way) is not None for route in routes for way in ways[:1]):
        yield "no route leads to a NAT gateway: nodes pull no image from elsewhere"


def _balanced(plan: Plan) -> Iterator[str]:
    """Listeners, target groups and their bindings, which have to fit."""
    listeners = list(plan.of_type(LISTENER))
    ports = {at(item.inputs, "port") for item in listeners}
    if listeners and CLIENTS_PORT not in ports and not any(is_hidden(port) for port in ports):
        yield f"no listener at port {CLIENTS_PORT}: the edge asks there"
    services = {_place(item): item for item in plan.of_type(SERVICE)}
    bindings = list(plan.of_type(TARGET_GROUP_BINDING))
    for listener in listeners:
        for group in plan.dependencies(listener, TARGET_GROUP):
            theirs, mine = (text(item.inputs, "protocol") for item in (group, listener))
            if theirs and mine and theirs != mine and {theirs, mine} & {"UDP", "TCP_UDP"}:
                yield f"{listener.name}: its listener speaks {mine}, its target group {theirs}"
    for binding in bindings:
        for group in plan.dependencies(binding, TARGET_GROUP):
            bound, kind = text(binding.inputs, "spec", "targetType"), text(group.inputs, "targetType") or "instance"
            if bound and bound != kind:
                yield f"{group.name}: targetType {kind}, and its binding brings {bound}: it gets no targets"
            if at(group.inputs, "proxyProtocolV2") is True:
                yield f"{group.name}: proxyProtocolV2, which nginx does not read here: every request fails"
            reference = (
                text(binding.inputs, "metadata", "namespace"),
                text(binding.inputs, "spec", "serviceRef", "name"),
            )
            yield from _checked(plan, group, services.get(reference))
    yield from _let_through(plan)


def _checked(plan: Plan, group: PlannedResource, service: PlannedResource | None) -> Iterator[str]:
    """Health checks at a port that no container of the targets has: no target is ever healthy."""
    port = at(group.inputs, "healthCheck", "port")
    if service is None or not isinstance(port, (str, int, float)) or not str(port).removesuffix(".0").isdigit():
        return
    wanted = int(float(port))
    labels = (at(service.inputs, "spec", "selector") or {}).items()
    pods = [
        item
        for item in plan.of_type("kubernetes:apps/v1:Deployment")
        if labels <= (at(item.inputs, "spec", "template", "metadata", "labels") or {}).items()
    ]
    known = {
        at(entry, "containerPort") for item in pods for one in containers_of(item) for entry in items(one, "ports")
    }
    if pods and known and wanted not in known:
        yield f"{group.name}: its health check asks port {wanted}, which no container of its targets has"


def _let_through(plan: Plan) -> Iterator[str]:
    """The rules of security groups between the edge, the load balancer and its targets."""
    for balancer in plan.of_type(LOAD_BALANCER):
        groups = plan.dependencies(balancer, SECURITY_GROUP)
        rules = [rule for group in groups for rule in plan.dependents(group.urn) if rule.type == INGRESS_RULE]
        if not rules or any(at(group.inputs, "ingress") for group in groups):
            continue
        coming = [rule for rule in rules if at(rule.inputs, "referencedSecurityGroupId") is None]
        if coming and not any(_covers(rule, CLIENTS_PORT) for rule in coming):
            yield f"{balancer.name}: no rule of its security groups lets anybody in at port {CLIENTS_PORT}"
        if len(coming) == len(rules):
            yield f"{balancer.name}: no rule lets its requests in at its targets"


def _covers(rule: PlannedResource, port: int) -> bool:
    low, high = (at(rule.inputs, name) for name in ("fromPort", "toPort"))
    if text(rule.inputs, "ipProtocol") == "-1" or not all(isinstance(one, (int, float)) for one in (low, high)):
        return True
    return bool(low <= port <= high)


def _listening(plan: Plan, config: str) -> Iterator[str]:
    """Ports at which the gateway is asked and nginx does not listen, and what upstreams and locations miss."""
    try:
        found = read_nginx(config)
    except NginxError:
        return  # the reader of its limits says so
    listens = (_LISTEN.match(one.words[0]) for one in found if one.name == "listen" and one.words)
    heard = {int(match[1]) for match in listens if match is not None}
    bound = {
        (text(item.inputs, "metadata", "namespace"), text(item.inputs, "spec", "serviceRef", "name"))
        for item in plan.of_type(TARGET_GROUP_BINDING)
    }
    for item in plan.of_type(SERVICE):
        if _place(item) not in bound:
            continue
        for port in items(item.inputs, "spec", "ports"):
            aimed = at(port, "targetPort") or at(port, "port")
            if heard and isinstance(aimed, (int, float)) and int(aimed) not in heard:
                yield f"Service {_named(item)} asks the gateway at port {aimed:g}, where nginx does not listen"
    servers: dict[str, list[bool]] = {}
    paths = {block.words[-1] for one in found for block in one.blocks if block.words[:1] == ("location",)}
    for one in found:
        if one.name == "server" and one.words and one.blocks and one.blocks[-1].words[:1] == ("upstream",):
            servers.setdefault(one.blocks[-1].words[1], []).append("down" in one.words)
        if one.name == "auth_request" and one.words and one.words[0] not in {*paths, "off"}:
            yield f"auth_request {one.words[0]} of {one.blocks[-1]}: there is no such location"
    yield from (f"upstream {name}: every server is down" for name, down in servers.items() if all(down))


def _shut_in(plan: Plan, item: PlannedResource) -> Iterator[str]:
    """Ports of names, databases and the cache that the network policies of an application do not let it ask."""
    own = policies_of(plan, item, "Egress")
    rules = [rule for policy in own for rule in items(policy.inputs, "spec", "egress")]
    if not rules or item.system not in {"workload", "services"}:
        return
    open_to_all = any(not items(rule, "ports") for rule in rules)
    ports = {at(port, "port") for rule in rules for port in items(rule, "ports")}
    if open_to_all or any(isinstance(port, str) for port in ports):
        return
    if _DNS not in ports:
        yield f"{_named(item)}: its network policies let it ask for no name (port {_DNS})"
    for token, known in _ASKED.items():
        if any(plan.of_type(token)) and ports.isdisjoint(known):
            yield f"{_named(item)}: its network policies let it ask no {token.rpartition(':')[2]} (port {known[0]})"


def _triggered(plan: Plan) -> Iterator[str]:
    """Triggers that ask a Prometheus that is not there, that measures no pods, or far too rarely."""
    charts = {text(item.inputs, "chart") for item in plan.of_type(RELEASE)}
    spaces = {
        text(item.inputs, "namespace") for item in plan.of_type(RELEASE) if "prometheus" in text(item.inputs, "chart")
    }
    services = {_named(item) for item in plan.of_type(SERVICE)}
    for scaler in plan.of_type(SCALED_OBJECT):
        poll = at(scaler.inputs, "spec", "pollingInterval")
        if isinstance(poll, (int, float)) and poll > _SLOW_POLL:
            yield f"{_named(scaler)}: pollingInterval {poll:g}, a peak has passed by then"
        for trigger in items(scaler.inputs, "spec", "triggers"):
            if text(trigger, "type") != "prometheus":
                continue
            match = _PROMETHEUS.match(text(trigger, "metadata", "serverAddress"))
            asked = match is not None and (match[1] in services or match[2] in spaces)
            if match is not None and not is_hidden(match[0]) and charts and not asked:
                yield f"{_named(scaler)}: no Prometheus of the plan answers at {match[0]}"
            elif not any(plan.of_type(POD_MONITOR)):
                yield f"{_named(scaler)}: it asks Prometheus, which measures no pods (no PodMonitor)"


def _unresolved(plan: Plan) -> Iterator[str]:
    for addon in plan.of_type(ADDON):
        if text(addon.inputs, "addonName") != "coredns":
            continue
        try:
            told = json.loads(text(addon.inputs, "configurationValues") or "{}")
        except ValueError:
            continue
        if at(told, "replicaCount") == 0 or at(told, "autoScaling", "maxReplicas") == 0:
            yield "CoreDNS has no pods: pods find no Service by its name"


def _at_the_edge(plan: Plan) -> Iterator[str]:
    """Records that go past the edge, rules that keep ordinary visits away, and an edge that keeps nothing."""
    rulesets = list(plan.of_type(RULESET))
    if not rulesets:
        return
    records = [item for item in plan.of_type(DNS_RECORD) if text(item.inputs, "type") in {"A", "AAAA", "CNAME"}]
    proxied = [item for item in records if at(item.inputs, "proxied") is True]
    if proxied:
        past = [item for item in records if at(item.inputs, "proxied") is not True and item.system == proxied[0].system]
        yield from (f"{item.name}: not proxied, its requests go past the edge" for item in past)
    caching = [item for item in rulesets if text(item.inputs, "phase") == CACHE_RULES]
    keeps = any(
        at(rule, "actionParameters", "cache") is True for item in caching for rule in items(item.inputs, "rules")
    )
    if not keeps:
        yield "no rule of the edge keeps an answer: the assumed share of hits does not hold"
    zone = Zone(tuple(Ruleset.of(item.urn, item.inputs) for item in rulesets))
    names = [text(item.inputs, "name") for item in proxied]
    hosts = [name for name in names if name and "*" not in name and not is_hidden(name)]
    blocked, table = [], visits(hosts)
    for visit in table:
        met = next((one for one in zone.refusals(visit) if one.sure and one.rule.action == "block"), None)
        blocked += [(met, visit)] if met is not None else []
    if len(blocked) > _FEW * len(table):
        met, visit = blocked[0]
        yield f"rule {met.name} of the edge blocks {visit.shown}: {len(blocked)} of {len(table)} ordinary visits"


def _place(item: PlannedResource) -> tuple[str, str]:
    return text(item.inputs, "metadata", "namespace"), _named(item)


def _named(item: PlannedResource) -> str:
    return text(item.inputs, "metadata", "name") or item.name
