"""What Amazon EC2 and Amazon VPC refuse in networks, gateways, routes, rules and flow logs."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known, values_at
from sandbox.model.checks import On, given, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LARGEST, SMALLEST = 16, 28
"""Prefix lengths of VPCs and subnets, Amazon VPC User Guide, VPC CIDR blocks and Subnet CIDR blocks."""

LAST_PROTOCOL = 255
LAST_PORT = 65535
DESCRIPTION = r"[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]*"
_DESCRIBED = "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
TARGETS = (
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)


def network(value: object, version: int) -> tuple[Network | None, str]:
    """A network in CIDR notation, and what is wrong with it."""
    if not isinstance(value, str):
        return None, ""
    try:
        found = ipaddress.ip_interface(value)
    except ValueError:
        return None, f"{value!r} is no CIDR block (InvalidParameterValue: Value ({value}) is invalid)"
    if found.version != version or "/" not in value:
        return None, f"{value!r} is no IPv{version} CIDR block"
    if found.ip != found.network.network_address:
        return None, f"{value!r} has host bits set; did you mean {str(found.network)!r}?"
    return found.network, ""


def _block(context: Context) -> Iterator[Violation]:
    found, wrong = network(context.inputs.get("cidrBlock"), 4)
    code = "InvalidVpc.Range" if context.token.endswith("Vpc") else "InvalidSubnet.Range"
    if wrong:
        yield Violation("cidrBlock", wrong)
    elif found is not None and not LARGEST <= found.prefixlen <= SMALLEST:
        yield Violation(
            "cidrBlock", f"{found} is not between /{LARGEST} and /{SMALLEST} ({code}: The CIDR '{found}' is invalid)"
        )


def _networks(*paths: str) -> Any:  # noqa: ANN401 - a rule's check
    def check(context: Context) -> Iterator[Violation]:
        for path in paths:
            for at, value in values_at(context.inputs, path):
                wrong = network(value, 6 if "pv6" in path else 4)[1]
                if wrong:
                    yield Violation(at, wrong)

    return check


def _nat(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    regional = inputs.get("availabilityMode") == "regional"
    private = inputs.get("connectivityType") == "private"
    if regional:
        if given(inputs, "subnetId"):
            yield Violation("subnetId", "not together with availabilityMode 'regional'")
        if not given(inputs, "vpcId"):
            yield Violation("vpcId", "required for availabilityMode 'regional'")
        return
    if not given(inputs, "subnetId"):
        yield Violation("subnetId", "required unless availabilityMode is 'regional'")
    if private and given(inputs, "allocationId"):
        yield Violation("allocationId", "not together with connectivityType 'private'")
    if not private and not given(inputs, "allocationId"):
        yield Violation("allocationId", "required for a public NAT gateway (MissingParameter: AllocationId)")


def _rule_ports(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    protocol = str(inputs.get("ipProtocol")).lower()
    if protocol in {"-1", "all"}:
        for name in ("fromPort", "toPort"):
            if given(inputs, name):
                yield Violation(name, "not with ipProtocol -1, which means every port: it would differ for ever")
    elif protocol in {"tcp", "udp", "6", "17"}:
        yield from _ports(inputs, protocol)
    elif known(inputs.get("ipProtocol")) and protocol not in {"icmp", "icmpv6"} and not _protocol_number(protocol):
        yield Violation(
            "ipProtocol",
            f"{protocol!r} is no protocol: tcp, udp, icmp, icmpv6, a number of 0 to {LAST_PROTOCOL}, or -1 for all "
            "(InvalidParameterValue: Invalid value for IP protocol)",
        )


def _protocol_number(text: str) -> bool:
    return text.isdecimal() and int(text) <= LAST_PROTOCOL


def _ports(inputs: dict[str, Any], protocol: str) -> Iterator[Violation]:
    for name in ("fromPort", "toPort"):
        port = number(inputs.get(name))
        if not given(inputs, name):
            yield Violation(name, f"required for ipProtocol {protocol} (MissingParameter)")
        elif port is not None and not 0 <= port <= LAST_PORT:
            yield Violation(name, f"{port:g} is outside 0..{LAST_PORT} (InvalidParameterValue: portRange)")
    low, high = number(inputs.get("fromPort")), number(inputs.get("toPort"))
    if low is not None and high is not None and low > high:
        yield Violation("fromPort", f"{low:g} is above toPort {high:g} (InvalidParameterValue: Invalid port range)")


def _flow_log(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "logDestinationType", "cloud-watch-logs")
    if kind == "cloud-watch-logs" and not given(inputs, "iamRoleArn"):
        yield Violation("iamRoleArn", "required for CloudWatch Logs (InvalidParameter: DeliverLogsPermissionArn)")
    if kind == "s3" and given(inputs, "iamRoleArn"):
        yield Violation("iamRoleArn", "not for a destination in S3 (InvalidParameter: DeliverLogsPermissionArn)")
    if not given(inputs, "logDestination"):
        yield Violation("logDestination", f"required for destination type {kind}")
    if given(inputs, "destinationOptions") and kind not in {"", "s3"}:
        yield Violation("destinationOptions", f"only for a destination in S3, here {kind}")


def _prefix_list(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    most, entries = number(inputs.get("maxEntries")), items(inputs, "entries")
    version = 6 if inputs.get("addressFamily") == "IPv6" else 4
    if most is not None and len(entries) > most:
        yield Violation("entries", f"{len(entries)} entries, maxEntries is {most:g} (PrefixListMaxEntriesExceeded)")
    for index, entry in enumerate(entries):
        wrong = network(entry.get("cidr"), version)[1] if known(entry.get("cidr")) else ""
        if wrong:
            yield Violation(f"entries[{index}].cidr", wrong)
    if text(inputs, "name").startswith("com.amazonaws"):
        yield Violation("name", "names that begin with 'com.amazonaws' are reserved")


def _endpoint(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "vpcEndpointType", "Gateway")
    service = text(inputs, "serviceName")
    wrong = {
        "Gateway": ("subnetIds", "securityGroupIds", "privateDnsEnabled"),
        "Interface": ("routeTableIds",),
    }
    for name in wrong.get(kind, ()):
        if given(inputs, name) and inputs[name] is not False:
            yield Violation(name, f"not for an endpoint of type {kind} (InvalidParameter)")
    if kind == "Gateway" and re.fullmatch(r"com\.amazonaws\.[a-z0-9-]+\.(?!s3$|dynamodb$)[a-z0-9.-]+", service):
        yield Violation(
            "vpcEndpointType", f"{service} has no gateway endpoint, only S3 and DynamoDB have (InvalidParameter)"
        )


def _dns(context: Context) -> Iterator[Violation]:
    if context.inputs.get("enableDnsHostnames") is True and context.inputs.get("enableDnsSupport") is False:
        yield Violation("enableDnsHostnames", "needs enableDnsSupport (InvalidParameterValue)")


_EC2 = "Amazon EC2 API Reference"
_vpc = On("vpc", "aws:ec2/vpc:Vpc", f"{_EC2}, CreateVpc")
_subnet = On("subnet", "aws:ec2/subnet:Subnet", f"{_EC2}, CreateSubnet")
_nat_on = On("nat", "aws:ec2/natGateway:NatGateway", f"{_EC2}, CreateNatGateway")
_route = On("route", "aws:ec2/route:Route", f"{_EC2}, CreateRoute")
_group = On("group", "aws:ec2/securityGroup:SecurityGroup", f"{_EC2}, CreateSecurityGroup")
_ingress = On("group-rule", "aws:vpc/securityGroup*Rule:*", f"{_EC2}, AuthorizeSecurityGroupIngress")
_flow = On("flow-log", "aws:ec2/flowLog:FlowLog", f"{_EC2}, CreateFlowLogs")
_list = On("prefix-list", "aws:ec2/managedPrefixList:ManagedPrefixList", f"{_EC2}, CreateManagedPrefixList")
_endpoint_on = On("endpoint", "aws:ec2/vpcEndpoint:VpcEndpoint", f"{_EC2}, CreateVpcEndpoint")
_eip = On("eip", "aws:ec2/eip:Eip", f"{_EC2}, AllocateAddress")
_association = On(
    "route-association", "aws:ec2/routeTableAssociation:RouteTableAssociation", f"{_EC2}, AssociateRouteTable"
)
RULES: tuple[Rule, ...] = (
    _vpc.custom("block", _block, "Amazon VPC User Guide, VPC CIDR blocks"),
    _vpc.exclusive("cidrBlock", "ipv4NetmaskLength", source="terraform-provider-aws 5.5.0 schema"),
    _vpc.one_of("instanceTenancy", ("default", "dedicated")),
    _vpc.custom("dns", _dns, f"{_EC2}, ModifyVpcAttribute"),
    _subnet.custom("block", _block, "Amazon VPC User Guide, Subnet CIDR blocks"),
    _subnet.exclusive("availabilityZone", "availabilityZoneId", source="terraform-provider-aws 5.5.0 schema"),
    _subnet.one_of("privateDnsHostnameTypeOnLaunch", ("ip-name", "resource-name")),
    _nat_on.one_of("connectivityType", ("public", "private")),
    _nat_on.one_of("availabilityMode", ("zonal", "regional")),
    _nat_on.custom("addresses", _nat),
    _eip.one_of("domain", ("vpc", "standard")),
    _route.exclusive(*DESTINATIONS, required=True),
    _route.exclusive(*TARGETS, required=True),
    _route.custom("networks", _networks("destinationCidrBlock", "destinationIpv6CidrBlock")),
    _association.exclusive("subnetId", "gatewayId", required=True),
    _group.matches("name", rf"(?!sg-){DESCRIPTION}", f"{_DESCRIBED}, not 'sg-' first", "InvalidParameterValue"),
    _group.longest("name", 255),
    _group.matches("description", DESCRIPTION, _DESCRIBED, "InvalidParameterValue: Invalid security group description"),
    _group.longest("description", 255),
    _ingress.exclusive(*PEERS, required=True),
    _ingress.custom("ports", _rule_ports),
    _ingress.custom("networks", _networks("cidrIpv4", "cidrIpv6")),
    _ingress.matches("description", DESCRIPTION, _DESCRIBED, "InvalidParameterValue: Invalid rule description"),
    _ingress.longest("description", 255),
    _flow.one_of("trafficType", ("ACCEPT", "REJECT", "ALL")),
    _flow.one_of("maxAggregationInterval", (60, 600), "InvalidParameter: MaxAggregationInterval"),
    _flow.one_of("logDestinationType", ("cloud-watch-logs", "s3", "kinesis-data-firehose")),
    _flow.one_of("destinationOptions.fileFormat", ("plain-text", "parquet")),
    _flow.custom("destination", _flow_log),
    _list.one_of("addressFamily", ("IPv4", "IPv6")),
    _list.between("maxEntries", 1, 1000),
    _list.custom("entries", _prefix_list),
    _list.unique("entries[*].cidr", "entry"),
    _endpoint_on.one_of(
        "vpcEndpointType",
        ("Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork", "Tunnel"),
    ),
    _endpoint_on.custom("kind", _endpoint),
)
