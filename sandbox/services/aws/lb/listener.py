"""Listeners of load balancers, and their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On, given, items, text
from sandbox.model.names import Unique
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, by_arn
from sandbox.services.aws.arns import arn
from sandbox.services.aws.lb import pairs, shift
from sandbox.services.aws.lb.targets import (
    DOCS,
    LISTENER,
    LOAD_BALANCER,
    NETWORK_PROTOCOLS,
    PROTOCOLS,
    TARGET_GROUP,
    WEB_PROTOCOLS,
)
from sandbox.services.aws.returned import balancing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


SECURE = ("HTTPS", "TLS")


def _listener(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    protocol = text(inputs, "protocol")
    if protocol and protocol not in SECURE:
        for name in ("certificateArn", "sslPolicy", "alpnPolicy"):
            if given(inputs, name):
                yield Violation(
                    name,
                    f"only for listeners of protocol HTTPS or TLS, here {protocol} (ValidationError: A certificate "
                    f"cannot be specified for {protocol} listeners)",
                )
    if protocol in SECURE and not given(inputs, "certificateArn"):
        yield Violation(
            "certificateArn", f"required for protocol {protocol} (CertificateNotFound: a certificate must be specified)"
        )
    if protocol and protocol != "GENEVE" and not given(inputs, "port"):
        yield Violation("port", f"required for protocol {protocol} (ValidationError)")
    for name in inputs:
        if name.startswith("routingHttp") and protocol in NETWORK_PROTOCOLS:
            yield Violation(name, f"only for listeners of protocol HTTP or HTTPS, here {protocol}")
    if given(inputs, "tcpIdleTimeoutSeconds") and protocol in (*WEB_PROTOCOLS, "TLS", "UDP"):
        yield Violation("tcpIdleTimeoutSeconds", f"only for listeners of protocol TCP, here {protocol}")


def _actions(context: Context) -> Iterator[Violation]:
    protocol = text(context.inputs, "protocol")
    for index, action in enumerate(items(context.inputs, "defaultActions")):
        at, kind = f"defaultActions[{index}]", action.get("type")
        if protocol in NETWORK_PROTOCOLS and known(kind) and kind != "forward":
            yield Violation(
                f"{at}.type", f"a {protocol} listener can only forward, here {kind} (InvalidLoadBalancerAction)"
            )
        if kind == "forward" and not given(action, "targetGroupArn") and not given(action, "forward"):
            yield Violation(f"{at}.targetGroupArn", "targetGroupArn or forward is required to forward")
        for name, needed in (("redirect", "redirect"), ("fixed-response", "fixedResponse")):
            if kind == name and not given(action, needed):
                yield Violation(f"{at}.{needed}", f"required for an action of type {name}")


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    balancer = str(inputs.get("loadBalancerArn") or f"net/{name}/0").split("loadbalancer/")[-1]
    return {"arn": arn("elasticloadbalancing", f"listener/{balancer}/{short_hash(name, length=16)}", place)}


_IN_USE = "ResourceInUse: the target group is currently in use by a listener or a rule"
_on = On("listener", source=f"{DOCS}, CreateListener")

ROWS = (
    Row(
        token=LISTENER[0].token,
        name=NONE,
        id=by_arn,
        outputs=_outputs,
        replaced=Replaced(("loadBalancerArn",)),
        references=(
            Reference("loadBalancerArn", LOAD_BALANCER, "LoadBalancerNotFound"),
            Reference("defaultActions[*].targetGroupArn", TARGET_GROUP, "TargetGroupNotFound", _IN_USE),
            Reference("defaultActions[*].forward.targetGroups[*].arn", TARGET_GROUP, "TargetGroupNotFound", _IN_USE),
        ),
        unique=(Unique(("loadBalancerArn", "port"), "DuplicateListener"),),
        values=(
            _on.between("port", 1, 65535),
            _on.one_of("protocol", PROTOCOLS),
            _on.between("tcpIdleTimeoutSeconds", 60, 6000, "seconds"),
            _on.one_of("alpnPolicy", ("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None")),
            _on.custom("kind", _listener),
            _on.custom("actions", _actions),
            _on.one_of(
                "defaultActions[*].type",
                (
                    "forward",
                    "redirect",
                    "fixed-response",
                    "authenticate-cognito",
                    "authenticate-oidc",
                    "jwt-validation",
                ),
            ),
            _on.one_of("defaultActions[*].redirect.statusCode", ("HTTP_301", "HTTP_302")),
            _on.matches("defaultActions[*].fixedResponse.statusCode", r"[245]\d\d", "a status 2xx, 4xx or 5xx"),
            _on.between("defaultActions[*].forward.targetGroups[*].weight", 0, 999),
            _on.at_most("defaultActions[*].forward.targetGroups", 5, "TooManyTargetGroups"),
        ),
        state=(shift.OF_A_LISTENER, *pairs.OF_A_LISTENER),
        returned=Returned(values=balancing.LISTENER),
    ),
    Row(
        token="aws:lb/listenerRule:ListenerRule",
        name=NONE,
        replaced=Replaced(("listenerArn",)),
        references=(
            Reference("actions[*].targetGroupArn", TARGET_GROUP, "TargetGroupNotFound", _IN_USE),
            Reference("actions[*].forward.targetGroups[*].arn", TARGET_GROUP, "TargetGroupNotFound", _IN_USE),
            Reference("listenerArn", LISTENER, "ListenerNotFound"),
        ),
        unique=(Unique(("listenerArn", "priority"), "PriorityInUse"),),
        values=(),
        state=pairs.OF_A_RULE,
        returned=Returned(values=balancing.LISTENER_RULE),
    ),
)
