"""Target groups of load balancers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, block, given, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Returned, Row, by_arn, schema_only
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.targets import VPC
from sandbox.services.aws.lb import shift
from sandbox.services.aws.lb.targets import (
    DOCS,
    NAME,
    NAME_IN_WORDS,
    NETWORK_PROTOCOLS,
    PROTOCOLS,
    TARGET_GROUP,
    WEB_PROTOCOLS,
)
from sandbox.services.aws.returned import balancing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


TARGETS = ("instance", "ip", "lambda", "alb")
ALGORITHMS = ("round_robin", "least_outstanding_requests", "weighted_random")
STICKINESS = {"web": ("lb_cookie", "app_cookie"), "network": ("source_ip",)}


def _group(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind, protocol = text(inputs, "targetType", "instance"), text(inputs, "protocol")
    if kind == "lambda":
        for name in ("port", "protocol", "protocolVersion", "vpcId"):
            if given(inputs, name):
                yield Violation(name, "not for target type lambda (ValidationError)")
        return
    for name in ("port", "protocol", "vpcId"):
        if not given(inputs, name):
            yield Violation(name, f"required for target type {kind} (ValidationError: A {name} must be specified)")
    if kind == "alb" and protocol and protocol != "TCP":
        yield Violation("protocol", f"a target group of type alb takes TCP, here {protocol} (ValidationError)")


def _routing(context: Context) -> Iterator[Violation]:
    inputs, protocol = context.inputs, text(context.inputs, "protocol")
    if protocol in NETWORK_PROTOCOLS:
        for name in ("protocolVersion", "loadBalancingAlgorithmType", "slowStart"):
            if given(inputs, name) and number(inputs[name]) != 0:
                yield Violation(name, f"only for target groups of protocol HTTP or HTTPS, here {protocol}")
    start = number(inputs.get("slowStart"))
    if start and not 30 <= start <= 900:  # noqa: PLR2004 - the documented range
        yield Violation("slowStart", f"{start:g} is neither 0 nor within 30..900 seconds")
    if start and inputs.get("loadBalancingAlgorithmType") in ALGORITHMS[1:]:
        yield Violation("slowStart", f"not together with algorithm {inputs['loadBalancingAlgorithmType']}")


def _health(context: Context) -> Iterator[Violation]:
    check = block(context.inputs, "healthCheck")
    protocol = text(check, "protocol", "HTTP")
    interval, timeout = number(check.get("interval")), number(check.get("timeout"))
    if interval is not None and timeout is not None and timeout >= interval:
        yield Violation(
            "healthCheck.timeout",
            f"{timeout:g} s is not below the interval of {interval:g} s (ValidationError: Health check timeout must be "
            "smaller than the interval)",
        )
    if protocol == "TCP":
        for name in ("path", "matcher"):
            if given(check, name):
                yield Violation(f"healthCheck.{name}", "only for health checks over HTTP or HTTPS, here TCP")
    path = text(check, "path")
    if path and not path.startswith("/") and protocol in WEB_PROTOCOLS:
        version = context.inputs.get("protocolVersion")
        if version != "GRPC":
            yield Violation("healthCheck.path", f"{path!r} does not begin with a slash (ValidationError)")
    matcher = text(check, "matcher")
    if matcher and re.fullmatch(r"\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*", matcher) is None:
        yield Violation("healthCheck.matcher", f"{matcher!r} is no code, list or range: 200, 200,302 or 200-299")


def _sticky(context: Context) -> Iterator[Violation]:
    found, protocol = block(context.inputs, "stickiness"), text(context.inputs, "protocol")
    kind = found.get("type") if found.get("enabled") is not False else None
    family = "network" if protocol in NETWORK_PROTOCOLS else "web" if protocol in WEB_PROTOCOLS else ""
    if isinstance(kind, str) and family and kind not in STICKINESS[family]:
        allowed = " or ".join(STICKINESS[family])
        yield Violation(
            "stickiness.type", f"{kind!r} is not for protocol {protocol}: {allowed} (InvalidConfigurationRequest)"
        )


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    suffix = f"targetgroup/{named}/{short_hash(named, 'tg', length=16)}"
    return {"arn": arn("elasticloadbalancing", suffix, place), "arnSuffix": suffix}


_tg = On("target-group", source=f"{DOCS}, CreateTargetGroup")

ROWS = (
    Row(
        token=TARGET_GROUP[0].token,
        name=Named(),
        id=by_arn,
        outputs=_outputs,
        replaced=Replaced(
            ("ipAddressType", "name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"),
            {"targetType": "instance"},
            kept=("ipAddressType", "name", "protocolVersion"),
        ),
        references=(Reference("vpcId", VPC, "ValidationError: the VPC does not exist"),),
        unique=(Unique(("name",), "DuplicateTargetGroupName"),),
        values=(
            _tg.matches("name", NAME, NAME_IN_WORDS, "ValidationError: The target group name"),
            _tg.exclusive("name", "namePrefix", source="terraform-provider-aws 5.5.0 schema"),
            _tg.between("port", 1, 65535),
            _tg.one_of("protocol", PROTOCOLS),
            _tg.one_of("protocolVersion", ("HTTP1", "HTTP2", "GRPC")),
            _tg.one_of("targetType", TARGETS),
            _tg.one_of("ipAddressType", ("ipv4", "ipv6")),
            _tg.one_of("loadBalancingAlgorithmType", ALGORITHMS),
            _tg.between("deregistrationDelay", 0, 3600, "seconds"),
            _tg.between("healthCheck.interval", 5, 300, "seconds", "ValidationError: Health check interval"),
            _tg.between("healthCheck.timeout", 2, 120, "seconds", "ValidationError: Health check timeout"),
            _tg.between("healthCheck.healthyThreshold", 2, 10),
            _tg.between("healthCheck.unhealthyThreshold", 2, 10),
            _tg.longest("healthCheck.path", 1024),
            _tg.one_of("healthCheck.protocol", ("HTTP", "HTTPS", "TCP")),
            _tg.matches("healthCheck.port", r"traffic-port|\d{1,5}", "'traffic-port' or a port"),
            _tg.between("stickiness.cookieDuration", 1, 604_800, "seconds"),
            _tg.custom("kind", _group),
            _tg.custom("routing", _routing, f"{DOCS}, TargetGroupAttribute"),
            _tg.custom("health", _health),
            _tg.custom("sticky", _sticky, f"{DOCS}, TargetGroupAttribute"),
        ),
        state=(shift.OF_A_GROUP,),
        sources=Sources(doubts={"time": "targets drain for the deregistration delay; here they are gone at once"}),
        returned=Returned(values=balancing.TARGET_GROUP),
    ),
    schema_only(
        "aws:lb/targetGroupAttachment:TargetGroupAttachment",
        "no stack has one: a controller registers the pods",
        Replaced(("availabilityZone", "port", "targetGroupArn", "targetId")),
    ),
)
