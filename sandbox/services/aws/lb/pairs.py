"""What load balancers, their listeners and target groups demand of each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import find, others, pair, texts, told, whole
from sandbox.services.aws.lb.targets import (
    DOCS,
    LISTENER,
    LOAD_BALANCER,
    NETWORK_PROTOCOLS,
    TARGET_GROUP,
    WEB_PROTOCOLS,
)
from sandbox.services.aws.pairs.networks import homes
from sandbox.services.aws.pairs.receivers import invocable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

RULE = "aws:lb/listenerRule:ListenerRule"
_TARGETS = (
    "defaultActions[*].targetGroupArn",
    "defaultActions[*].forward.targetGroups[*].arn",
    "actions[*].targetGroupArn",
    "actions[*].forward.targetGroups[*].arn",
)
_OF_TYPE = {"application": WEB_PROTOCOLS, "network": NETWORK_PROTOCOLS, "gateway": ("GENEVE",)}
_BEHIND = {
    "HTTP": WEB_PROTOCOLS,
    "HTTPS": WEB_PROTOCOLS,
    "TCP": ("TCP", "TCP_UDP", "TCP_QUIC"),
    "TLS": ("TCP", "TLS"),
    "UDP": ("UDP", "TCP_UDP"),
    "TCP_UDP": ("TCP_UDP",),
    "QUIC": ("QUIC", "TCP_QUIC"),
    "TCP_QUIC": ("TCP_QUIC",),
    "GENEVE": ("GENEVE",),
}
"""Listener -> target groups, Elastic Load Balancing, Listeners for your Network Load Balancers, and the like."""


def _balancer(cloud: Cloud, arn: object) -> CloudObject | None:
    return find(cloud, LOAD_BALANCER[0].token, arn)


def _group(cloud: Cloud, arn: object) -> CloudObject | None:
    return find(cloud, TARGET_GROUP[0].token, arn)


def _listener_of(context: Context) -> CloudObject | None:
    """The load balancer's listener that a rule belongs to."""
    return find(context.cloud, LISTENER[0].token, context.inputs.get("listenerArn")) if context.cloud else None


def _balancer_of(context: Context) -> CloudObject | None:
    """The load balancer of a listener, or of the listener of a rule."""
    arn = context.inputs.get("loadBalancerArn")
    if context.token == RULE:
        listener = _listener_of(context)
        arn = told(listener, "loadBalancerArn") if listener is not None else None
    return _balancer(context.cloud, arn) if context.cloud is not None else None


def _protocol_of(context: Context) -> object:
    if context.token != RULE:
        return context.inputs.get("protocol")
    listener = _listener_of(context)
    return told(listener, "protocol") if listener is not None else None


def _groups_of(context: Context) -> Iterator[tuple[str, CloudObject]]:
    """The target groups that a listener or a rule forwards to, with where they are named."""
    for at, arn in texts(context.inputs, *_TARGETS):
        group = _group(context.cloud, arn) if context.cloud is not None else None
        if group is not None:
            yield at, group


def _listens(context: Context) -> Iterator[Violation]:
    balancer, protocol = _balancer_of(context), context.inputs.get("protocol")
    kind = told(balancer, "loadBalancerType", "application") if balancer is not None else None
    if isinstance(kind, str) and isinstance(protocol, str) and protocol not in _OF_TYPE.get(kind, (protocol,)):
        yield Violation(
            "protocol",
            f"{protocol!r} is no protocol of a load balancer of type {kind}: {', '.join(_OF_TYPE[kind])}",
        )


def _rules_of_networks(context: Context) -> Iterator[Violation]:
    balancer = _balancer_of(context)
    kind = told(balancer, "loadBalancerType", "application") if balancer is not None else None
    if kind in {"network", "gateway"}:
        yield Violation("listenerArn", f"a load balancer of type {kind} has no rules, only a default action")


def _forwards(context: Context) -> Iterator[Violation]:
    protocol = _protocol_of(context)
    for at, group in _groups_of(context):
        behind = told(group, "protocol")
        allowed = _BEHIND.get(str(protocol))
        if isinstance(behind, str) and allowed is not None and behind not in allowed:
            yield Violation(
                at,
                f"target group {group.name} has protocol {behind}, a {protocol} listener needs {', '.join(allowed)}",
            )


def _kinds(context: Context) -> Iterator[Violation]:
    balancer = _balancer_of(context)
    kind = told(balancer, "loadBalancerType", "application") if balancer is not None else None
    only = {"lambda": "application", "alb": "network"}
    for at, group in _groups_of(context) if kind is not None else ():
        wanted = only.get(str(told(group, "targetType", "instance")))
        if wanted is not None and wanted != kind:
            yield Violation(
                at,
                f"target group {group.name} is of type {told(group, 'targetType')}, which only a load balancer of type "
                f"{wanted} forwards to, here {kind}",
            )


def _elsewhere(context: Context) -> Iterator[Violation]:
    balancer = _balancer_of(context)
    cloud = context.cloud
    if balancer is None or cloud is None:
        return
    home = homes(cloud, balancer.id)
    for at, group in _groups_of(context):
        found = homes(cloud, group.id)
        if home and found and not home & found:
            yield Violation(
                at,
                f"target group {group.name} lies in {', '.join(found)}, load balancer {balancer.name} in "
                f"{', '.join(home)}",
            )


def _shared(context: Context) -> Iterator[Violation]:
    own = _balancer_of(context)
    cloud = context.cloud
    if own is None or cloud is None:
        return
    used = {
        arn: listener for listener in others(context, LISTENER[0].token) for _, arn in texts(listener.inputs, *_TARGETS)
    }
    for at, group in _groups_of(context):
        listener = next((used[arn] for arn in (group.id, told(group, "arn")) if arn in used), None)
        other = _balancer(cloud, told(listener, "loadBalancerArn")) if listener is not None else None
        if other is not None and other.id != own.id:
            yield Violation(
                at, f"target group {group.name} is behind load balancer {other.name} already; each has one only"
            )


LISTENS = pair(
    "listener-protocol",
    _listens,
    refused="a listener with a protocol of another type of load balancer",
    says="ValidationError: Listener protocol must be one of those of the load balancer's type",
    source=f"{DOCS} v2, CreateListener, Protocol; pulumi-aws#1193",
)
FORWARDS = pair(
    "listener-target-protocol",
    _forwards,
    refused="a target group with a protocol that its listener does not forward",
    says="IncompatibleProtocols: The listener and its associated target group have incompatible protocols",
    source=f"{DOCS} v2, CreateListener, Errors; Listeners for your Network Load Balancers; terraform-provider-aws#4955",
)
KINDS = pair(
    "listener-target-type",
    _kinds,
    refused="functions behind a network load balancer, an application load balancer behind another one",
    says="InvalidConfigurationRequest: the target type is not supported by the load balancer",
    source=f"{DOCS} v2, CreateTargetGroup, TargetType",
)
ELSEWHERE = pair(
    "listener-target-vpc",
    _elsewhere,
    refused="a target group of another VPC than its load balancer",
    says="InvalidConfigurationRequest: the target group and the load balancer must be in the same VPC (the message's "
    "words are unverified)",
    source=f"{DOCS} v2, CreateListener, Errors; Target groups for your Application Load Balancers",
)
SHARED = pair(
    "target-group-shared",
    _shared,
    refused="a target group behind two load balancers, also while one replaces the other",
    says="TargetGroupAssociationLimit: The following target groups cannot be associated with more than one load "
    "balancer",
    source=f"{DOCS} v2, CreateListener, Errors; cloudformation-coverage-roadmap#780",
)
NO_RULES = pair(
    "listener-rule-type",
    _rules_of_networks,
    refused="rules of a listener of a network or gateway load balancer",
    says="ValidationError: rules are not supported for listeners of this load balancer",
    source=f"{DOCS} v2, CreateRule: the listener must be associated with an Application Load Balancer",
)
OF_A_LISTENER = (LISTENS, FORWARDS, KINDS, ELSEWHERE, SHARED)
OF_A_RULE = (FORWARDS, KINDS, ELSEWHERE, SHARED, NO_RULES)


# Targets.

_ADDRESS = r"[0-9.]+|[0-9a-fA-F:]+"
_FORMS = {
    "instance": (r"i-[0-9a-f]+", "an instance, i-..."),
    "ip": (_ADDRESS, "an IP address"),
    "lambda": (r"arn:[^:]+:lambda:.+", "the ARN of a function"),
    "alb": (r"arn:[^:]+:elasticloadbalancing:.+:loadbalancer/app/.+", "the ARN of an application load balancer"),
}


def _targets(context: Context) -> Iterator[Violation]:
    cloud, target = context.cloud, context.inputs.get("targetId")
    group = _group(cloud, context.inputs.get("targetGroupArn")) if cloud is not None else None
    if cloud is None or group is None or not isinstance(target, str):
        return
    kind = str(told(group, "targetType", "instance"))
    if kind not in _FORMS:
        return
    given = next((name for name, (form, _) in _FORMS.items() if re.fullmatch(form, target)), kind)
    if given != kind and cloud.get("aws:ec2/instance:Instance", target) is None:
        yield Violation(
            "targetId", f"{target!r} is no target of group {group.name}, whose targetType is {kind}: {_FORMS[kind][1]}"
        )
    elif kind == "lambda":
        function = find(cloud, "aws:lambda/function:Function", target)
        if (
            function is not None
            and whole(function)
            and not invocable(cloud, function, "elasticloadbalancing.amazonaws.com")
        ):
            yield Violation(
                "targetId",
                f"no lambda Permission lets elasticloadbalancing.amazonaws.com invoke {function.name}; depend on one "
                "(AccessDenied: elasticloadbalancing principal does not have permission to invoke the function)",
            )
    elif kind == "alb":
        yield from _without_listener(cloud, group, target)


def _without_listener(cloud: Cloud, group: CloudObject, target: str) -> Iterator[Violation]:
    balancer, port = _balancer(cloud, target), told(group, "port")
    if balancer is None or port is None:
        return
    ports = {
        told(item, "port")
        for item in cloud.of_type(LISTENER[0].token)
        if told(item, "loadBalancerArn") in {balancer.id, told(balancer, "arn")}
    }
    if port not in ports:
        yield Violation(
            "targetId",
            f"{balancer.name} has no listener on the group's port {port:g}; make this depend on it",
        )


TARGETS = pair(
    "target-type",
    _targets,
    refused="a target of another kind than its group's; a function that load balancers may not invoke; an application "
    "load balancer without a listener on the group's port",
    says="InvalidTarget: The specified target does not fit the target group; Lambda: AccessDenied",
    source=f"{DOCS} v2, RegisterTargets, Errors; Lambda functions as targets; Application Load Balancers as targets",
)


# Addresses.


def _dual(context: Context) -> Iterator[Violation]:
    kind = context.inputs.get("ipAddressType")
    if not isinstance(kind, str) or not kind.startswith("dualstack") or context.cloud is None:
        return
    for at, identity in texts(context.inputs, "subnets[*]", "subnetMappings[*].subnetId"):
        subnet = context.cloud.get("aws:ec2/subnet:Subnet", identity)
        if subnet is not None and told(subnet, "ipv6CidrBlock", "") == "" and "ipv6IpamPoolId" not in subnet.inputs:
            yield Violation(at, f"subnet {subnet.name} has no IPv6 block, which ipAddressType {kind} needs")


DUAL = pair(
    "balancer-dualstack",
    _dual,
    refused="a dual-stack load balancer in a subnet without IPv6 addresses",
    says="ValidationError: You must specify subnets with an associated IPv6 CIDR block",
    source=f"{DOCS} v2, CreateLoadBalancer, IpAddressType",
)
