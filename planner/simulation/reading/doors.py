"""Whether each station is found by those before it: bindings, Services, upstreams, security groups and Secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plan.nginx import NginxError, read_nginx
from plan.tokens import (
    CACHE,
    DATABASE,
    INGRESS_RULE,
    KUBERNETES_SECRET,
    LOAD_BALANCER,
    SECURITY_GROUP,
    SERVICE,
    TARGET_GROUP,
    TARGET_GROUP_BINDING,
)
from plan.unknown import is_hidden
from planner.plan_values import UNKNOWN, at, items, text
from planner.simulation.reading.resources import containers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Plan, PlannedResource

ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_ADDRESSES = ("cidrIpv4", "cidrIpv6", "prefixListId")
"""How a rule of a security group names addresses, and not another group (Amazon EC2 API reference)."""
_HOST = re.compile(r"([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local(?::(\d+))?")
_LEAST_BODY = 1024
"""Bytes of a request's body below which forms and the API's documents are refused (our choice)."""
_SIZE = re.compile(r"(\d+)([kmg]?)")
_FACTORS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
"""Units of size in nginx (nginx documentation, Configuration file measurement units; unverified 2026-12-01)."""


def unfound(plan: Plan, simulated: list[PlannedResource], configs: list[str]) -> Iterator[str]:
    """What keeps those before a station from finding it, in words.

    Args:
        plan: the plan.
        simulated: the Deployments that are stations of the simulation.
        configs: the gateway's configurations.
    """
    if any(plan.of_type(TARGET_GROUP)) and not any(plan.of_type(TARGET_GROUP_BINDING, ATTACHMENT)):
        yield "no target group is bound to a Service: the load balancer has no targets"
    services = {_place(item): item for item in plan.of_type(SERVICE)}
    for item in simulated:
        labels = at(item.inputs, "spec", "template", "metadata", "labels") or {}
        mine = [one for one in services.values() if _namespace(one) == _namespace(item)]
        found = [one for one in mine if (at(one.inputs, "spec", "selector") or {}).items() <= labels.items()]
        # Of one that stands beside it and misses its pods `gaps_of` says so.
        if services and not found and not any(one.parent == item.parent for one in mine):
            yield f"{_named(item)}: no Service leads to it"
        yield from _without_secrets(plan, item)
    for config in configs:
        yield from _astray(config, services)
    yield from _barred(plan)


def _astray(config: str, services: dict[tuple[str, str], PlannedResource]) -> Iterator[str]:
    """Upstreams that are no Service, proxies that lead elsewhere, and bodies that are refused."""
    try:
        found = read_nginx(config)
    except NginxError:
        return  # the reader of its limits says so
    upstreams = {block.words[1] for one in found for block in one.blocks if block.words[:1] == ("upstream",)}
    for one in found:
        if one.name == "server" and one.words and one.blocks and one.blocks[-1].words[:1] == ("upstream",):
            host = _HOST.match(one.words[0])
            service = services.get((host[2], host[1])) if host else None
            if host and service is None:
                yield f"upstream {one.blocks[-1].words[1]}: there is no Service {host[1]} in {host[2]}"
            elif host and host[3] and int(host[3]) not in _ports(service):
                yield f"upstream {one.blocks[-1].words[1]}: the Service {host[1]} has no port {host[3]}"
        if one.name == "proxy_pass" and one.words:
            target = re.sub(r"^https?://", "", one.words[0]).partition("/")[0]
            if "$" not in target and target not in upstreams and not _HOST.match(target):
                yield f"{one.blocks[-1]} passes requests to {target}, which is no upstream"
        size = _SIZE.fullmatch(one.words[0].lower()) if one.name == "client_max_body_size" and one.words else None
        if size and 0 < int(size[1]) * _FACTORS[size[2]] < _LEAST_BODY:  # 0 is no bound
            yield f"client_max_body_size {one.words[0]}: requests with more are refused"


def _ports(service: PlannedResource | None) -> set[int]:
    """Ports that a name of the cluster answers at: a Service's, and of one without an address its pods' own."""
    if service is None:
        return set()
    ports = items(service.inputs, "spec", "ports")
    key = "targetPort" if text(service.inputs, "spec", "clusterIP") == "None" else "port"
    named = [at(port, key) or at(port, "port") for port in ports]
    return {int(port) for port in named if isinstance(port, (int, float))}


def _barred(plan: Plan) -> Iterator[str]:
    """Security groups without a rule that lets anybody in, or a load balancer out."""
    for item in plan.of_type(DATABASE, CACHE, LOAD_BALANCER):
        groups = plan.dependencies(item, SECURITY_GROUP)
        rules = [rule for group in groups for rule in plan.dependents(group.urn)]
        inline = any(at(group.inputs, way) for group in groups for way in ("ingress", "egress"))
        if not groups or inline:
            continue
        coming = [rule for rule in rules if rule.type == INGRESS_RULE]
        if item.type == LOAD_BALANCER:
            coming = [rule for rule in coming if any(at(rule.inputs, key) is not None for key in _ADDRESSES)]
            if not any(rule.type == EGRESS_RULE for rule in rules):
                yield f"{item.name}: no rule of its security groups lets it reach anybody"
        if not coming:
            yield f"{item.name}: no rule of its security groups lets anybody in"
    for item in plan.of_type(LOAD_BALANCER):
        if at(item.inputs, "internal") is True:
            yield f"{item.name}: internal, nobody outside of the network reaches it"


def _without_secrets(plan: Plan, item: PlannedResource) -> Iterator[str]:
    """Secrets that pods cannot start without and that are not there; some other program may make them in no plan."""
    known = {_place(secret) for secret in plan.of_type(KUBERNETES_SECRET)}
    pod = at(item.inputs, "spec", "template", "spec")
    wanted = [at(entry, "valueFrom", "secretKeyRef") for one in containers_of(item) for entry in items(one, "env")]
    wanted += [at(entry, "secretRef") for one in containers_of(item) for entry in items(one, "envFrom")]
    names = {text(one, "name") for one in wanted if at(one, "optional") is not True}
    volumes = (at(volume, "secret") for volume in items(pod, "volumes"))
    names |= {text(one, "secretName") for one in volumes if at(one, "optional") is not True}
    for name in sorted(names - {"", UNKNOWN}):
        if not is_hidden(name) and (_namespace(item), name) not in known:
            yield f"{_named(item)}: its Secret {name} is not there, no pod starts without it"


def _place(item: PlannedResource) -> tuple[str, str]:
    return _namespace(item), _named(item)


def _namespace(item: PlannedResource) -> str:
    return text(item.inputs, "metadata", "namespace")


def _named(item: PlannedResource) -> str:
    return text(item.inputs, "metadata", "name") or item.name
