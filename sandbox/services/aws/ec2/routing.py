"""Ways out of a network of EC2: gateways, routes and public addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation
from sandbox.model.checks import On, given
from sandbox.model.names import Unique
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.references import Reference
from sandbox.model.replacement import Replaced
from sandbox.model.rows import NONE, Returned, Row, prefixed
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.cidr import networks
from sandbox.services.aws.ec2.pairs import ASSOCIATED, WITHIN
from sandbox.services.aws.ec2.places import GATEWAY_FIRST
from sandbox.services.aws.ec2.targets import DEPENDENCY, EIP, INTERNET_GATEWAY, NAT_GATEWAY, ROUTE_TABLE, SUBNET, VPC
from sandbox.services.aws.returned import network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place


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


_EC2 = "Amazon EC2 API Reference"


def _public_address(name: str) -> str:
    return f"203.0.113.{int(short_hash(name, length=2), 16)}"  # TEST-NET-3 (RFC 5737)


def _eip_outputs(name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {
        "arn": arn("ec2", f"elastic-ip/{identity}", place),
        "allocationId": identity,
        "publicIp": _public_address(name),
    }


def _nat_outputs(name: str, _inputs: Inputs, _identity: str, _place: Place) -> dict[str, Any]:
    return {"publicIp": _public_address(name)}


_nat_on = On("nat", source=f"{_EC2}, CreateNatGateway")
_eip = On("eip", source=f"{_EC2}, AllocateAddress")
_route = On("route", source=f"{_EC2}, CreateRoute")
_association = On("route-association", source=f"{_EC2}, AssociateRouteTable")
ROWS = (
    Row(
        token="aws:ec2/eip:Eip",
        name=NONE,
        id=prefixed("eipalloc"),
        outputs=_eip_outputs,
        replaced=Replaced(
            ("address", "domain", "ipamPoolId", "networkBorderGroup", "publicIpv4Pool"),
            kept=("domain", "networkBorderGroup", "publicIpv4Pool"),
        ),
        references=(),
        unique=(),
        values=(_eip.one_of("domain", ("vpc", "standard")),),
    ),
    Row(
        token="aws:ec2/internetGateway:InternetGateway",
        name=NONE,
        id=prefixed("igw"),
        replaced=Replaced(),
        references=(Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),),
        unique=(Unique(("vpcId",), "InvalidParameterValue: the network has one attached"),),
        values=(),
    ),
    Row(
        token="aws:ec2/natGateway:NatGateway",
        name=NONE,
        id=prefixed("nat"),
        outputs=_nat_outputs,
        replaced=Replaced(
            ("allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"),
            {"connectivityType": "public"},
            kept=("privateIp",),
        ),
        references=(
            Reference("subnetId", SUBNET, "InvalidSubnetID.NotFound", DEPENDENCY),
            Reference(
                "allocationId", EIP, "InvalidAllocationID.NotFound", "InvalidIPAddress.InUse: the address is associated"
            ),
        ),
        unique=(),
        values=(
            _nat_on.one_of("connectivityType", ("public", "private")),
            _nat_on.one_of("availabilityMode", ("zonal", "regional")),
            _nat_on.custom("addresses", _nat),
        ),
        state=(GATEWAY_FIRST, ASSOCIATED),
    ),
    Row(
        token="aws:ec2/route:Route",
        name=NONE,
        replaced=Replaced(
            ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId", "routeTableId")
        ),
        references=(
            Reference("routeTableId", ROUTE_TABLE, "InvalidRouteTableID.NotFound"),
            Reference(
                "gatewayId",
                INTERNET_GATEWAY,
                "InvalidInternetGatewayID.NotFound",
                spared=lambda value: value == "local" or value.startswith(("vgw-", "vpce-")),
            ),
            Reference("natGatewayId", NAT_GATEWAY, "NatGatewayNotFound"),
        ),
        unique=(
            Unique(("routeTableId", "destinationCidrBlock"), "RouteAlreadyExists"),
            Unique(("routeTableId", "destinationIpv6CidrBlock"), "RouteAlreadyExists"),
            Unique(("routeTableId", "destinationPrefixListId"), "RouteAlreadyExists"),
        ),
        values=(
            _route.exclusive(*DESTINATIONS, required=True),
            _route.exclusive(*TARGETS, required=True),
            _route.custom("networks", networks("destinationCidrBlock", "destinationIpv6CidrBlock")),
        ),
        state=(WITHIN,),
        returned=Returned(values=network.ROUTE),
    ),
    Row(
        token="aws:ec2/routeTable:RouteTable",
        name=NONE,
        id=prefixed("rtb"),
        replaced=Replaced(("vpcId",)),
        references=(Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),),
        unique=(),
        values=(),
    ),
    Row(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        name=NONE,
        id=prefixed("rtbassoc"),
        replaced=Replaced(("gatewayId", "subnetId")),
        references=(
            Reference("routeTableId", ROUTE_TABLE, "InvalidRouteTableID.NotFound", DEPENDENCY),
            Reference("subnetId", SUBNET, "InvalidSubnetID.NotFound"),
        ),
        unique=(Unique(("subnetId",), "Resource.AlreadyAssociated"),),
        values=(_association.exclusive("subnetId", "gatewayId", required=True),),
    ),
)
