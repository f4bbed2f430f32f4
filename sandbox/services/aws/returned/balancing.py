"""Elastic Load Balancing: attributes of another kind of balancer, capital letters, defaults of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Bag, Kind, Value, any_order, filled, same_text
from sandbox.services.aws.equivalence import upper
from sandbox.services.aws.returned import code

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.model.outputs import Inputs

_BALANCER, _GROUP, _RULE = (code(f"elbv2/{name}.go") for name in ("load_balancer", "target_group", "listener_rule"))


def _ignored(path: str, sent: str, source: str, when: Callable[[Inputs], bool]) -> Value:
    """A value that means nothing beside another one: the provider never shows a difference in it."""

    def form(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
        return None if when(inputs) else value

    return Value(path, Kind.DROPPED, sent, "nothing that counts", source, same=form)


def _kind(inputs: Inputs) -> object:
    return inputs.get("loadBalancerType", "application")


def _no_application(inputs: Inputs) -> bool:
    return _kind(inputs) != "application"


def _no_network(inputs: Inputs) -> bool:
    return _kind(inputs) != "network"


def _application(inputs: Inputs) -> bool:
    return _kind(inputs) == "application"


LOAD_BALANCER = (
    *any_order(_BALANCER, "subnets", "securityGroups", "subnetMappings"),
    *(
        _ignored(name, "given to a balancer that is no application load balancer", _BALANCER, _no_application)
        for name in (
            "clientKeepAlive",
            "desyncMitigationMode",
            "dropInvalidHeaderFields",
            "enableHttp2",
            "enableTlsVersionAndCipherSuiteHeaders",
            "enableWafFailOpen",
            "enableXffClientPort",
            "idleTimeout",
            "preserveHostHeader",
            "xffHeaderProcessingMode",
        )
    ),
    _ignored("dnsRecordClientRoutingPolicy", "given to a balancer that is no network one", _BALANCER, _no_network),
    _ignored("enableCrossZoneLoadBalancing", "given to an application load balancer", _BALANCER, _application),
    filled("ipAddressType", "ipv4", f"{_BALANCER}; Elastic Load Balancing API, CreateLoadBalancer"),
)


def _transport(inputs: Inputs) -> bool:
    return inputs.get("protocol") in {"TCP", "UDP", "TCP_UDP", "TLS", "GENEVE"}


def _lambda(inputs: Inputs) -> bool:
    return inputs.get("targetType") == "lambda"


def _web(inputs: Inputs) -> bool:
    return inputs.get("protocol") in {"HTTP", "HTTPS"} and not _lambda(inputs)


TARGET_GROUP = (
    same_text("healthCheck.protocol", "`http`", "`HTTP`", f"{_GROUP}, StateFunc", upper),
    same_text("protocolVersion", "`http2`", "`HTTP2`", f"{_GROUP}, StateFunc", upper),
    _ignored("protocolVersion", "given to a group that is neither HTTP nor HTTPS", _GROUP, lambda x: not _web(x)),
    _ignored("stickiness.cookieDuration", "given to a group of TCP, UDP, TLS or GENEVE", _GROUP, _transport),
    *(
        _ignored(name, "given to a group of Lambda functions", _GROUP, _lambda)
        for name in ("port", "protocol", "vpcId")
    ),
    filled("protocolVersion", "HTTP1", f"{_GROUP}; Elastic Load Balancing API, CreateTargetGroup", when=_web),
    filled("ipAddressType", "ipv4", f"{_GROUP}; Elastic Load Balancing API, CreateTargetGroup"),
    filled("loadBalancingAlgorithmType", "round_robin", f"{_GROUP}; ALB User Guide", when=_web),
)


def _one_target(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    """A forward action to one group, however it is written."""
    if not isinstance(value, dict) or value.get("type") != "forward":
        return value
    forward = value.get("forward")
    groups = forward.get("targetGroups") if isinstance(forward, dict) else None
    groups = list(groups.items) if isinstance(groups, Bag) else groups
    if not isinstance(forward, dict) or not isinstance(groups, list) or len(groups) != 1:
        return value
    sticky = forward.get("stickiness")
    if (isinstance(sticky, dict) and sticky.get("enabled")) or not isinstance(groups[0], dict):
        return value
    kept = {key: item for key, item in value.items() if key != "forward"}
    return {**kept, "targetGroupArn": groups[0].get("arn")}


def _forward(path: str, source: str) -> Value:
    return Value(
        path,
        Kind.FORM,
        "`forward` to one target group, or its `targetGroupArn`",
        "both",
        f"{source}, diffSuppressMissingForward",
        same=_one_target,
    )


_VALUES = ("hostHeader", "httpHeader", "httpRequestMethod", "pathPattern", "sourceIp")
LISTENER_RULE = (
    *any_order(_RULE, "conditions", *(f"conditions[*].{name}.values" for name in _VALUES)),
    *any_order(_RULE, "conditions[*].queryStrings", "actions[*].forward.targetGroups"),
    _forward("actions[*]", _RULE),
    filled("actions[*].redirect.host", "#{host}", _RULE),
    filled("actions[*].redirect.path", "/#{path}", _RULE),
    filled("actions[*].redirect.port", "#{port}", _RULE),
    filled("actions[*].redirect.protocol", "#{protocol}", _RULE),
    filled("actions[*].redirect.query", "#{query}", _RULE),
)
LISTENER = (
    *any_order(code("elbv2/listener.go"), "defaultActions[*].forward.targetGroups"),
    _forward("defaultActions[*]", code("elbv2/listener.go")),
    filled("defaultActions[*].redirect.host", "#{host}", code("elbv2/listener.go")),
    filled("defaultActions[*].redirect.path", "/#{path}", code("elbv2/listener.go")),
    filled("defaultActions[*].redirect.query", "#{query}", code("elbv2/listener.go")),
)
