"""VPC: rules of security groups, routes, flow logs, prefix lists, endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.returned import Kind, Shows, Value, any_order, filled, late, same_text
from sandbox.services.aws.equivalence import lower, network, protocol
from sandbox.services.aws.returned import code, issue
from sandbox.services.aws.returned.identity import policy_document

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs

_RULES = tuple(f"{direction}[*].{peers}" for direction in ("ingress", "egress") for peers in ("securityGroups",))
SECURITY_GROUP = (
    *any_order(f"{code('ec2/vpc_security_group.go')}; hashicorp/terraform 2843", "ingress", "egress", *_RULES),
    *(
        same_text(
            f"{direction}[*].protocol",
            "`TCP`, `6`, `all`",
            "`tcp`, `tcp`, `-1`",
            f"{code('ec2/vpc_security_group.go')}, protocolStateFunc; hashicorp/terraform 5489, 5881",
            protocol,
        )
        for direction in ("ingress", "egress")
    ),
    late("id", "a new group", "nothing, until EC2 knows it everywhere", code("ec2/vpc_security_group.go")),
)
DEFAULT_SECURITY_GROUP = any_order(code("ec2/vpc_security_group.go"), "ingress", "egress")


def _all_ports(value: Any, inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return -1 if str(inputs.get("ipProtocol")).lower() in {"-1", "all"} else value


RULE = (
    *(
        Value(
            path,
            Kind.FORM,
            "a port beside `ipProtocol` `-1`",
            "`-1`; refused here",
            issue(30035),
            Shows.AFTER_REFRESH,
            _all_ports,
        )
        for path in ("fromPort", "toPort")
    ),
    Value(
        "ipProtocol",
        Kind.FORM,
        "`TCP`, `6`, `all`",
        "`tcp`, `tcp`, `-1`",
        "rust-lang/simpleinfra 466; hashicorp/terraform 5881",
        Shows.AFTER_REFRESH,
        protocol,
    ),
)
ROUTE = (
    same_text(
        "destinationIpv6CidrBlock",
        "`2001:DB8:0::/48`",
        "`2001:db8::/48`",
        f"{code('ec2/vpc_route.go')}, suppressEqualCIDRBlockDiffs",
        network,
    ),
    late("state", "a new route", "nothing, until EC2 knows it everywhere", code("ec2/vpc_route.go")),
)


def _without_stream(value: Any, _inputs: Inputs) -> Any:  # noqa: ANN401 - any property value
    return value.removesuffix(":*") if isinstance(value, str) else value


_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)
FLOW_LOG = (
    Value(
        "logDestination",
        Kind.FORM,
        "the ARN of a log group with `:*`",
        "without it: the flow log is replaced each time",
        f"{code('ec2/vpc_flow_log.go')}: cut off when it is sent, and not when it is compared",
        Shows.EVERY_PREVIEW,
        _without_stream,
    ),
    filled("maxAggregationInterval", 600, code("ec2/vpc_flow_log.go")),
    filled("logFormat", _FORMAT, f"{code('ec2/vpc_flow_log.go')}; VPC User Guide, Flow log records"),
    filled("logDestinationType", "cloud-watch-logs", code("ec2/vpc_flow_log.go")),
    late(
        "iamRoleArn",
        "a role that was made a moment ago",
        "'Unable to assume given IAM role'; the provider asks again",
        code("ec2/vpc_flow_log.go"),
    ),
)
PREFIX_LIST = any_order(code("ec2/vpc_managed_prefix_list.go"), "entries")
ENDPOINT = (
    policy_document("policy", code("ec2/vpc_endpoint.go")),
    *any_order(code("ec2/vpc_endpoint.go"), "subnetIds", "routeTableIds", "securityGroupIds", "subnetConfigurations"),
    same_text("ipAddressType", "`IPV4`", "`ipv4`", f"{code('ec2/vpc_endpoint.go')}, case-insensitive", lower),
    filled("vpcEndpointType", "Gateway", code("ec2/vpc_endpoint.go")),
)
