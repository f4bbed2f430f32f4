"""What Elastic Load Balancing and EC2 launch templates refuse, as far as the inputs alone show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known
from sandbox.model.checks import On, block, flag, given, items, number, text
from sandbox.rules.values_aws_eks import INSTANCE_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = r"(?!internal-)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"
_NAMED = "1 to 32 letters, digits or hyphens, no hyphen first or last, not 'internal-' first"
NETWORK_PROTOCOLS = ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC")
WEB_PROTOCOLS = ("HTTP", "HTTPS")
PROTOCOLS = (*WEB_PROTOCOLS, *NETWORK_PROTOCOLS, "GENEVE")
SECURE = ("HTTPS", "TLS")
TARGETS = ("instance", "ip", "lambda", "alb")
ALGORITHMS = ("round_robin", "least_outstanding_requests", "weighted_random")
STICKINESS = {"web": ("lb_cookie", "app_cookie"), "network": ("source_ip",)}
VOLUME_TYPES = ("standard", "gp2", "gp3", "io1", "io2", "sc1", "st1")
GP3_IOPS_PER_GIB, GP3_THROUGHPUT_PER_IOPS = 500, 0.25
"""Ratios that a gp3 volume keeps, Amazon EBS User Guide, General Purpose SSD volumes."""


def _balancer(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "loadBalancerType", "application")
    subnets = inputs.get("subnets")
    if kind == "application" and isinstance(subnets, list) and len(subnets) == 1:
        yield Violation(
            "subnets",
            "one subnet, an Application Load Balancer needs two in different zones (ValidationError: At least two "
            "subnets in two different Availability Zones must be specified)",
        )
    if not given(inputs, "subnets") and not given(inputs, "subnetMappings"):
        yield Violation("subnets", "subnets or subnetMappings is required (ValidationError)")
    for name in ("clientKeepAlive", "idleTimeout", "desyncMitigationMode", "xffHeaderProcessingMode"):
        if kind not in {"", "application"} and given(inputs, name):
            yield Violation(name, f"only for load balancers of type application, here {kind}")
    for name in ("dnsRecordClientRoutingPolicy", "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"):
        if kind == "application" and given(inputs, name):
            yield Violation(name, "only for load balancers of type network, here application")


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


def _volumes(context: Context) -> Iterator[Violation]:
    for index, mapping in enumerate(items(context.inputs, "blockDeviceMappings")):
        yield from _volume(block(mapping, "ebs"), f"blockDeviceMappings[{index}].ebs")


def _volume(ebs: dict[str, Any], at: str) -> Iterator[Violation]:
    kind = text(ebs, "volumeType", "gp2")
    size, iops, throughput = (number(ebs.get(name)) for name in ("volumeSize", "iops", "throughput"))
    if throughput and kind not in {"", "gp3"}:
        yield Violation(f"{at}.throughput", f"only for volumes of type gp3, here {kind} (InvalidParameterCombination)")
    if iops and kind not in {"", "gp3", "io1", "io2"}:
        yield Violation(f"{at}.iops", f"only for volumes of type gp3, io1 or io2, here {kind}")
    if kind in {"io1", "io2"} and not given(ebs, "iops"):
        yield Violation(f"{at}.iops", f"required for volumes of type {kind} (MissingParameter)")
    if kind == "gp3" and iops and size and iops > max(3000, GP3_IOPS_PER_GIB * size):
        yield Violation(f"{at}.iops", f"{iops:g} is above {GP3_IOPS_PER_GIB} IOPS for each of {size:g} GiB")
    if kind == "gp3" and throughput and throughput > GP3_THROUGHPUT_PER_IOPS * (iops or 3000):
        yield Violation(
            f"{at}.throughput",
            f"{throughput:g} MiB/s is above {GP3_THROUGHPUT_PER_IOPS} for each of {iops or 3000:g} IOPS "
            "(InvalidParameterCombination)",
        )
    if given(ebs, "kmsKeyId") and flag(ebs.get("encrypted", False)) is False:
        yield Violation(f"{at}.encrypted", "must be true when kmsKeyId is given (InvalidParameterDependency)")


_DOCS = "Elastic Load Balancing API Reference"
_lb = On("balancer", "aws:lb/loadBalancer:LoadBalancer", f"{_DOCS}, CreateLoadBalancer")
_tg = On("target-group", "aws:lb/targetGroup:TargetGroup", f"{_DOCS}, CreateTargetGroup")
_on = On("listener", "aws:lb/listener:Listener", f"{_DOCS}, CreateListener")
_lt = On("launch-template", "aws:ec2/launchTemplate:LaunchTemplate", "Amazon EC2 API Reference, CreateLaunchTemplate")
RULES: tuple[Rule, ...] = (
    _lb.matches("name", NAME, _NAMED, "ValidationError: The load balancer name"),
    _lb.exclusive("name", "namePrefix", source="terraform-provider-aws 5.5.0 schema"),
    _lb.one_of("loadBalancerType", ("application", "network", "gateway")),
    _lb.one_of("ipAddressType", ("ipv4", "dualstack", "dualstack-without-public-ipv4")),
    _lb.between("idleTimeout", 1, 4000, "seconds"),
    _lb.between("clientKeepAlive", 60, 604_800, "seconds"),
    _lb.between("secondaryIpsAutoAssignedPerSubnet", 0, 7),
    _lb.exclusive("subnets", "subnetMappings", source="SDK documentation"),
    _lb.one_of(
        "dnsRecordClientRoutingPolicy",
        ("any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"),
    ),
    _lb.one_of("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", ("on", "off")),
    _lb.custom("kind", _balancer),
    _tg.matches("name", NAME, _NAMED, "ValidationError: The target group name"),
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
    _tg.custom("routing", _routing, f"{_DOCS}, TargetGroupAttribute"),
    _tg.custom("health", _health),
    _tg.custom("sticky", _sticky, f"{_DOCS}, TargetGroupAttribute"),
    _on.between("port", 1, 65535),
    _on.one_of("protocol", PROTOCOLS),
    _on.between("tcpIdleTimeoutSeconds", 60, 6000, "seconds"),
    _on.one_of("alpnPolicy", ("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None")),
    _on.custom("kind", _listener),
    _on.custom("actions", _actions),
    _on.one_of(
        "defaultActions[*].type",
        ("forward", "redirect", "fixed-response", "authenticate-cognito", "authenticate-oidc", "jwt-validation"),
    ),
    _on.one_of("defaultActions[*].redirect.statusCode", ("HTTP_301", "HTTP_302")),
    _on.matches("defaultActions[*].fixedResponse.statusCode", r"[245]\d\d", "a status 2xx, 4xx or 5xx"),
    _on.between("defaultActions[*].forward.targetGroups[*].weight", 0, 999),
    _on.at_most("defaultActions[*].forward.targetGroups", 5, "TooManyTargetGroups"),
    _lt.matches("name", r"[a-zA-Z0-9().\-/_]{3,128}", "3 to 128 letters, digits or ( ) . - / _"),
    _lt.matches("imageId", r"ami-[0-9a-f]{8,17}|resolve:ssm:.+", "an image id such as ami-0123456789abcdef0"),
    _lt.matches("instanceType", INSTANCE_TYPE, "an EC2 instance type such as m8g.large", "InvalidParameterValue"),
    _lt.one_of("blockDeviceMappings[*].ebs.volumeType", VOLUME_TYPES),
    _lt.between("blockDeviceMappings[*].ebs.volumeSize", 1, 65_536, "GiB"),
    _lt.custom("volumes", _volumes, "Amazon EBS User Guide, Amazon EBS volume types"),
    _lt.one_of("metadataOptions.httpTokens", ("optional", "required")),
    _lt.one_of("metadataOptions.httpEndpoint", ("enabled", "disabled")),
    _lt.one_of("metadataOptions.instanceMetadataTags", ("enabled", "disabled")),
    _lt.between("metadataOptions.httpPutResponseHopLimit", 1, 64),
    _lt.unique("tagSpecifications[*].resourceType", "resource type", "InvalidParameterValue"),
    _lt.unique("blockDeviceMappings[*].deviceName", "device"),
)
