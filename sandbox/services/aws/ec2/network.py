"""Networks of EC2: VPCs and subnets."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, known
from sandbox.model.checks import On
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.pairs import pair
from sandbox.model.references import Reference
from sandbox.model.replacement import Condition, Replaced, Situation
from sandbox.model.rows import NONE, Row, prefixed
from sandbox.model.sources import Sources
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.cidr import Network, network
from sandbox.services.aws.ec2.targets import DEPENDENCY, SUBNET, VPC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud
    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change

LARGEST, SMALLEST = 16, 28
"""Prefix lengths of VPCs and subnets, Amazon VPC User Guide, VPC CIDR blocks and Subnet CIDR blocks."""


def _block(context: Context) -> Iterator[Violation]:
    found, wrong = network(context.inputs.get("cidrBlock"), 4)
    code = "InvalidVpc.Range" if context.token.endswith("Vpc") else "InvalidSubnet.Range"
    if wrong:
        yield Violation("cidrBlock", wrong)
    elif found is not None and not LARGEST <= found.prefixlen <= SMALLEST:
        yield Violation(
            "cidrBlock", f"{found} is not between /{LARGEST} and /{SMALLEST} ({code}: The CIDR '{found}' is invalid)"
        )


def _dns(context: Context) -> Iterator[Violation]:
    if context.inputs.get("enableDnsHostnames") is True and context.inputs.get("enableDnsSupport") is False:
        yield Violation("enableDnsHostnames", "needs enableDnsSupport (InvalidParameterValue)")


_EC2 = "Amazon EC2 API Reference"


def _parsed(value: object) -> Network | None:
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return None  # the value rules say so


def _ranges_of(cloud: Cloud, vpc_id: str) -> list[Network]:
    vpc = cloud.get(VPC[0].token, vpc_id)
    found = [vpc.inputs.get("cidrBlock")] if vpc is not None else []
    further = cloud.of_type("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")
    found += [item.inputs.get("cidrBlock") for item in further if item.inputs.get("vpcId") == vpc_id]
    return [block for value in found if known(value) and (block := _parsed(value)) is not None]


def _subnet_range(context: Context) -> Iterator[Violation]:
    vpc_id, value = context.inputs.get("vpcId"), context.inputs.get("cidrBlock")
    if context.cloud is None or not isinstance(vpc_id, str) or not isinstance(value, str):
        return
    block, ranges = _parsed(value), _ranges_of(context.cloud, vpc_id)
    if block is None or not ranges:
        return
    if not any(_inside(block, outer) for outer in ranges):
        allowed = ", ".join(map(str, ranges))
        yield Violation(
            "cidrBlock", f"{value} does not lie in {allowed}, the range of its VPC {vpc_id} (InvalidSubnet.Range)"
        )
    for sibling in context.cloud.of_type(SUBNET[0].token):
        other = _parsed(sibling.inputs.get("cidrBlock"))
        if sibling.id == context.id or sibling.inputs.get("vpcId") != vpc_id or other is None:
            continue
        if block.version == other.version and block.overlaps(other):
            yield Violation("cidrBlock", f"{value} overlaps {other} of subnet {sibling.name} (InvalidSubnet.Conflict)")


def _inside(inner: Network, outer: Network) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _tenancy_to_dedicated(_: Situation, change: Change) -> bool:
    return (change.old or "default") == "default" and (change.new or "default") != "default"


def _vpc_outputs(_name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {
        "arn": arn("ec2", f"vpc/{identity}", place),
        "ownerId": place.account,
        "mainRouteTableId": f"rtb-{short_hash(identity, 'main', length=17)}",
        "defaultSecurityGroupId": f"sg-{short_hash(identity, 'sg', length=17)}",
        "defaultNetworkAclId": f"acl-{short_hash(identity, 'acl', length=17)}",
        "defaultRouteTableId": f"rtb-{short_hash(identity, 'main', length=17)}",
    }


def _subnet_outputs(_name: str, _inputs: Inputs, identity: str, place: Place) -> dict[str, Any]:
    return {"arn": arn("ec2", f"subnet/{identity}", place), "ownerId": place.account}


_vpc = On("vpc", source=f"{_EC2}, CreateVpc")
_subnet = On("subnet", source=f"{_EC2}, CreateSubnet")
_NETWORK = Sources(
    outputs="Service Authorization Reference, Amazon EC2, Resource types; Amazon EC2 User Guide, Resource IDs",
)
ROWS = (
    Row(
        token="aws:ec2/subnet:Subnet",
        name=NONE,
        id=prefixed("subnet"),
        outputs=_subnet_outputs,
        replaced=Replaced(
            ("availabilityZone", "availabilityZoneId", "cidrBlock", "ipv6Native", "outpostArn", "vpcId"),
            {"ipv6Native": False},
            kept=("availabilityZone", "availabilityZoneId"),
        ),
        references=(Reference("vpcId", VPC, "InvalidVpcID.NotFound", DEPENDENCY),),
        unique=(),
        values=(
            _subnet.custom("block", _block, "Amazon VPC User Guide, Subnet CIDR blocks"),
            _subnet.exclusive("availabilityZone", "availabilityZoneId", source="terraform-provider-aws 5.5.0 schema"),
            _subnet.one_of("privateDnsHostnameTypeOnLaunch", ("ip-name", "resource-name")),
        ),
        state=(
            pair(
                "subnet-in-vpc",
                _subnet_range,
                refused="a subnet outside of its VPC, or over another one",
                says="InvalidSubnet.Range or InvalidSubnet.Conflict",
                source="Amazon EC2 API Reference, CreateSubnet; Error codes",
            ),
        ),
        sources=_NETWORK,
    ),
    Row(
        token="aws:ec2/vpc:Vpc",
        name=NONE,
        id=prefixed("vpc"),
        outputs=_vpc_outputs,
        replaced=Replaced(
            ("cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"),
            kept=("cidrBlock",),
            when={
                "instanceTenancy": Condition(
                    _tenancy_to_dedicated, "tenancy changes from default", "Amazon EC2 API reference, ModifyVpcTenancy"
                )
            },
        ),
        references=(),
        unique=(),
        values=(
            _vpc.custom("block", _block, "Amazon VPC User Guide, VPC CIDR blocks"),
            _vpc.exclusive("cidrBlock", "ipv4NetmaskLength", source="terraform-provider-aws 5.5.0 schema"),
            _vpc.one_of("instanceTenancy", ("default", "dedicated")),
            _vpc.custom("dns", _dns, f"{_EC2}, ModifyVpcAttribute"),
        ),
        sources=_NETWORK,
    ),
)
