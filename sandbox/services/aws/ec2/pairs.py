"""What networks of EC2 demand of routes, addresses, endpoints and rules because of what else there is."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import flag, items
from sandbox.model.pairs import find, others, pair, texts, told
from sandbox.services.aws.pairs.networks import homes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import CloudObject

VPC, SUBNET, EIP, NAT = (
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/eip:Eip",
    "aws:ec2/natGateway:NatGateway",
)
ENDPOINT, ROUTE, TABLE = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
OLD_RULE, GROUP = "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_API = "Amazon EC2 API Reference"


# Endpoints.


def _names(context: Context) -> Iterator[Violation]:
    """Private names of an endpoint are records of a zone that the VPC resolves."""
    inputs, cloud = context.inputs, context.cloud
    vpc = cloud.get(VPC, str(inputs.get("vpcId"))) if cloud is not None else None
    if vpc is None or flag(inputs.get("privateDnsEnabled")) is not True or inputs.get("vpcEndpointType") != "Interface":
        return
    off = [
        name
        for name, default in (("enableDnsSupport", True), ("enableDnsHostnames", False))
        if flag(told(vpc, name, default)) is False
    ]
    if off:
        yield Violation("privateDnsEnabled", f"{' and '.join(off)} of VPC {vpc.name} must be true")


def _one_of_a_zone(context: Context) -> Iterator[Violation]:
    if context.cloud is None or context.inputs.get("vpcEndpointType") not in {"Interface", "GatewayLoadBalancer"}:
        return
    seen: dict[str, str] = {}
    for at, identity in texts(context.inputs, "subnetIds[*]"):
        subnet = context.cloud.get(SUBNET, identity)
        zone = told(subnet, "availabilityZone") or told(subnet, "availabilityZoneId") if subnet is not None else None
        if isinstance(zone, str):
            if zone in seen:
                yield Violation(
                    at, f"{identity} and {seen[zone]} both lie in {zone}; an endpoint takes one of each zone"
                )
            seen.setdefault(zone, identity)


def _table_served(context: Context) -> Iterator[Violation]:
    """A route table has one route to a service's prefix list."""
    inputs = context.inputs
    if inputs.get("vpcEndpointType", "Gateway") != "Gateway":
        return
    tables = {table: at for at, table in texts(inputs, "routeTableIds[*]")}
    for item in others(context, ENDPOINT):
        if item.inputs.get("serviceName") != inputs.get("serviceName"):
            continue
        for _, table in texts(item.inputs, "routeTableIds[*]"):
            if table in tables:
                yield Violation(tables[table], f"{table} leads to {inputs['serviceName']} by {item.name} already")


ENDPOINT_NAMES = pair(
    "endpoint-private-names",
    _names,
    refused="private DNS of an interface endpoint in a VPC without DNS hostnames or DNS support",
    says="InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC "
    "attributes set "
    "to true",
    source=f"{_API}, CreateVpcEndpoint, PrivateDnsEnabled; AWS PrivateLink Guide, Manage DNS names for VPC endpoints",
)
ENDPOINT_ZONES = pair(
    "endpoint-zones",
    _one_of_a_zone,
    refused="an interface endpoint with two subnets of a zone",
    says="DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone",
    source=f"{_API}, CreateVpcEndpoint, SubnetIds: one subnet per Availability Zone; Error codes",
)
ENDPOINT_TABLES = pair(
    "endpoint-route-table-twice",
    _table_served,
    refused="two gateway endpoints of one service for a route table",
    says="RouteAlreadyExists: route table already has a route with destination-prefix-list-id",
    source="AWS PrivateLink Guide, Gateway endpoints: routing; Amazon EC2 API Reference, Error codes",
)


# Routes.

_AROUND = ("gatewayId", "vpcPeeringConnectionId", "transitGatewayId", "egressOnlyGatewayId")


def _parsed(value: object) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(str(value))
    except ValueError:
        return None


def _within(context: Context) -> Iterator[Violation]:
    """Inside of a VPC, only what inspects traffic may stand in its way."""
    cloud = context.cloud
    if cloud is None or not any(str(context.inputs.get(name) or "local") != "local" for name in _AROUND):
        return
    target = _parsed(context.inputs.get("destinationCidrBlock"))
    for home in homes(cloud, context.inputs.get("routeTableId")) if target is not None else ():
        vpc = cloud.get(VPC, home)
        own = _parsed(told(vpc, "cidrBlock")) if vpc is not None else None
        if vpc is not None and own is not None and target is not None and target.subnet_of(own):
            yield Violation("destinationCidrBlock", f"{target} is in {own} of VPC {vpc.name} itself")


WITHIN = pair(
    "route-within-vpc",
    _within,
    refused="a route to a gateway or a peering for addresses of the VPC itself",
    says="InvalidParameterValue: The destination CIDR block is equal to or more specific than one of this VPC's CIDR "
    "blocks. This route can target only an interface or an instance",
    source=f"{_API}, CreateRoute; Amazon VPC User Guide, Route tables: more specific routes than the local route",
)


# Addresses.


def _associated(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    for at, value in texts(context.inputs, "allocationId", "subnetMappings[*].allocationId"):
        address = find(cloud, EIP, value, ("allocationId",))
        user = _user_of(context, address) if address is not None else None
        if address is not None and user:
            yield Violation(at, f"address {address.name} is associated with {user} already; allocate another one")


def _user_of(context: Context, address: CloudObject) -> str:
    handles = {address.id, told(address, "allocationId")} - {None}
    association = "aws:ec2/eipAssociation:EipAssociation"
    moves = context.token == association and flag(context.inputs.get("allowReassociation", True)) is True
    tokens = (NAT, "aws:lb/loadBalancer:LoadBalancer", *(() if moves else (association,)))
    for item in others(context, *tokens):
        if any(value in handles for _, value in texts(item.inputs, "allocationId", "subnetMappings[*].allocationId")):
            return item.name
    for name in () if moves else ("instance", "networkInterface"):
        if isinstance(used := address.inputs.get(name), str) and used:
            return used
    return ""


ASSOCIATED = pair(
    "address-associated",
    _associated,
    refused="an elastic IP address that a NAT gateway, load balancer, instance or interface has already, also while "
    "one "
    "replaces the other",
    says="Resource.AlreadyAssociated: Elastic IP address is already associated; Elastic Load Balancing: ResourceInUse",
    source="Amazon VPC User Guide, Troubleshoot NAT gateways: Resource.AlreadyAssociated; Elastic Load Balancing API "
    "Reference v2, CreateLoadBalancer; pulumi-aws#1483",
)


# Rules of security groups.

Permission = tuple[str, str, str, str, str, str]
"""Group, direction, protocol, first port, last port, peer."""


def permissions(token: str, inputs: dict[str, Any]) -> dict[Permission, str]:
    """What a rule lets through, one for each peer as EC2 counts them, each with where the peer stands."""
    if token in {INGRESS, EGRESS}:
        direction = "ingress" if token == INGRESS else "egress"
        found = _of(inputs, direction, "ipProtocol", inputs.get("securityGroupId"))
        names = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
        return {(*found, str(inputs[name])): name for name in names if inputs.get(name)}
    if token == OLD_RULE:
        found = _of(inputs, str(inputs.get("type")), "protocol", inputs.get("securityGroupId"))
        peers = _peers(inputs, "")
        if inputs.get("sourceSecurityGroupId"):
            peers["sourceSecurityGroupId"] = str(inputs["sourceSecurityGroupId"])
        if flag(inputs.get("self")) is True:
            peers["self"] = str(inputs.get("securityGroupId"))
        return {(*found, peer): at for at, peer in peers.items()}
    return {}


def _of(inputs: dict[str, Any], direction: str, protocol: str, group: object) -> tuple[str, str, str, str, str]:
    kind = str(inputs.get(protocol)).lower()
    kind = {"-1": "-1", "all": "-1", "6": "tcp", "17": "udp", "1": "icmp"}.get(kind, kind)
    ports = ("", "") if kind == "-1" else (str(_whole(inputs.get("fromPort"))), str(_whole(inputs.get("toPort"))))
    return str(group), direction, kind, *ports


def _whole(port: object) -> object:
    return int(port) if isinstance(port, float) else port


def _peers(inputs: dict[str, Any], at: str) -> dict[str, str]:
    lists = ("cidrBlocks[*]", "ipv6CidrBlocks[*]", "prefixListIds[*]", "securityGroups[*]")
    return {f"{at}{path}": str(value) for name in lists for path, value in values_at(inputs, name)}


def _inside(group: CloudObject) -> dict[Permission, str]:
    """The rules that stand inside of a group."""
    found: dict[Permission, str] = {}
    for direction in ("ingress", "egress"):
        for rule in items(group.inputs, direction):
            head = _of(rule, direction, "protocol", group.id)
            found.update({(*head, peer): at for at, peer in _peers(rule, "").items()})
    return found


def _twice(context: Context) -> Iterator[Violation]:
    wanted = permissions(context.token, context.inputs)
    if not wanted or context.cloud is None:
        return
    for item in others(context, INGRESS, EGRESS, OLD_RULE):
        for both in permissions(item.token, item.inputs).keys() & wanted.keys():
            yield Violation(wanted[both], f"{item.name} lets {both[-1]} through on the same ports already")
    group = context.cloud.get(GROUP, str(context.inputs.get("securityGroupId")))
    for both in _inside(group).keys() & wanted.keys() if group is not None else ():
        yield Violation(wanted[both], f"{group.name if group else ''} has the same rule inside of it")


TWICE = pair(
    "security-group-rule-twice",
    _twice,
    refused="the same peer on the same ports in two rules of a security group",
    says="InvalidPermission.Duplicate: the specified rule already exists",
    source=f"{_API}, AuthorizeSecurityGroupIngress; Error codes, InvalidPermission.Duplicate; pulumi-awsx#709, "
    f"pulumi-aws#1451",
)


# Peerings and lists of access control.


def _overlap(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    ends = [cloud.get(VPC, str(context.inputs.get(name))) for name in ("vpcId", "peerVpcId")]
    blocks = [_parsed(told(vpc, "cidrBlock")) if vpc is not None else None for vpc in ends]
    if blocks[0] is not None and blocks[1] is not None and blocks[0].overlaps(blocks[1]):
        yield Violation("peerVpcId", f"{blocks[1]} of the peer overlaps {blocks[0]}")


OVERLAP = pair(
    "peering-overlap",
    _overlap,
    refused="a peering of VPCs with overlapping addresses",
    says="VpcPeeringConnection failed: incorrect VPC-ID, Account ID, or overlapping CIDR range",
    source="Amazon VPC Peering Guide, VPC peering limitations",
)


def _number_taken(context: Context) -> Iterator[Violation]:
    keys = ("networkAclId", "ruleNumber", "egress")
    wanted = [context.inputs.get(key) or False for key in keys]
    for item in others(context, context.token):
        if [item.inputs.get(key) or False for key in keys] == wanted:
            yield Violation("ruleNumber", f"{item.name} has number {wanted[1]:g} in this direction already")


NUMBER_TAKEN = pair(
    "acl-rule-number",
    _number_taken,
    refused="two rules of a network ACL with the same number and direction",
    says="NetworkAclEntryAlreadyExists",
    source=f"{_API}, CreateNetworkAclEntry; Error codes",
)
