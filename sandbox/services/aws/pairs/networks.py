"""Which network an object lies in, and whether what it is given lies in the same one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import find, pair, texts, told, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud

VPC, SUBNET, TABLE = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/routeTable:RouteTable"
GROUP, DEFAULT_GROUP = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
CLUSTER, BALANCER = "aws:eks/cluster:Cluster", "aws:lb/loadBalancer:LoadBalancer"
GATEWAY, INTERFACE = "aws:ec2/internetGateway:InternetGateway", "aws:ec2/networkInterface:NetworkInterface"
_ASSOCIATED = "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation"
_ATTACHED = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"

_IN_A_VPC = (
    *(
        SUBNET,
        GROUP,
        DEFAULT_GROUP,
        TABLE,
        "aws:ec2/defaultRouteTable:DefaultRouteTable",
        "aws:ec2/networkAcl:NetworkAcl",
    ),
    *("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:lb/targetGroup:TargetGroup"),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
)
"""Types with a property `vpcId`."""
_IN_A_SUBNET = ("aws:ec2/natGateway:NatGateway", INTERFACE, "aws:ec2/instance:Instance")
"""Types with a property `subnetId`."""
_MADE_BY_VPC = ("defaultSecurityGroupId", "mainRouteTableId", "defaultRouteTableId", "defaultNetworkAclId")


def homes(cloud: Cloud, value: object) -> frozenset[str]:
    """The VPCs that an object with this id or ARN lies in or is attached to; empty where nobody knows."""
    if not isinstance(value, str) or not value:
        return frozenset()
    if cloud.get(VPC, value) is not None:
        return frozenset((value,))
    for token in _IN_A_VPC:
        if (item := find(cloud, token, value)) is not None:
            return _known(told(item, "vpcId")) | _further(cloud, value)
    for token in _IN_A_SUBNET:
        if (item := cloud.get(token, value)) is not None:
            return _known(told(item, "vpcId")) or homes(cloud, told(item, "subnetId"))
    return _special(cloud, value)


def _known(value: object) -> frozenset[str]:
    return frozenset((value,)) if isinstance(value, str) else frozenset()


def _further(cloud: Cloud, group: str) -> frozenset[str]:
    """VPCs that a security group is associated with beside its own."""
    return frozenset(
        str(item.inputs["vpcId"])
        for item in cloud.of_type(_ASSOCIATED)
        if item.inputs.get("securityGroupId") == group and item.inputs.get("vpcId")
    )


def _special(cloud: Cloud, value: str) -> frozenset[str]:
    """What a VPC or a cluster brings along, and gateways, which are attached later."""
    for vpc in cloud.of_type(VPC):
        if any(vpc.outputs.get(name) == value for name in _MADE_BY_VPC):
            return frozenset((vpc.id,))
    for token, path in ((CLUSTER, "vpcConfig.subnetIds[*]"), (BALANCER, "subnets[*]")):
        item = find(cloud, token, value, ("arn", "vpcConfig.clusterSecurityGroupId"))
        if item is not None:
            ids = texts(item.inputs, path, "subnetMappings[*].subnetId")
            return frozenset[str]().union(*(homes(cloud, identity) for _, identity in ids))
    gateway = cloud.get(GATEWAY, value)
    if gateway is not None:
        attached = [item for item in cloud.of_type(_ATTACHED) if item.inputs.get("internetGatewayId") == value]
        return _known(told(gateway, "vpcId")).union(*(_known(item.inputs.get("vpcId")) for item in attached))
    return frozenset()


def peered(cloud: Cloud, one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two VPCs are joined, by peering or by a transit gateway, so that groups of one are known in the other."""
    for item in cloud.of_type("aws:ec2/vpcPeeringConnection:VpcPeeringConnection"):
        ends = {item.inputs.get("vpcId"), item.inputs.get("peerVpcId")}
        if ends & one and ends & other:
            return True
    joined: dict[object, set[object]] = defaultdict(set)
    for item in cloud.of_type("aws:ec2transitgateway/vpcAttachment:VpcAttachment"):
        joined[item.inputs.get("transitGatewayId")].add(item.inputs.get("vpcId"))
    return any(vpcs & one and vpcs & other for vpcs in joined.values())


@dataclass(frozen=True)
class Together:
    """Properties of a type whose objects must lie in one VPC.

    Attributes:
        token: the type.
        anchor: paths that say where it lies.
        members: paths of what must lie there, too.
        says: what the service answers.
        joined: whether a VPC that is peered with the other one does as well.
    """

    token: str
    anchor: tuple[str, ...]
    members: tuple[str, ...]
    says: str
    joined: bool = False


_NETWORKS = "belong to different networks"
_RULE = "InvalidGroup.NotFound: You have specified two resources that belong to different networks"
TOGETHER = (
    Together(
        BALANCER,
        ("subnets[*]", "subnetMappings[*].subnetId"),
        ("securityGroups[*]",),
        "InvalidConfigurationRequest: One or more security groups are invalid",
    ),
    Together(
        CLUSTER,
        ("vpcConfig.subnetIds[*]",),
        ("vpcConfig.securityGroupIds[*]",),
        "InvalidParameterException: Security groups are not in the same VPC as the subnets",
    ),
    Together(
        "aws:eks/nodeGroup:NodeGroup",
        ("clusterName",),
        ("subnetIds[*]",),
        "InvalidParameterException: Subnets are not in the VPC of the cluster",
    ),
    Together(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        ("vpcId",),
        ("subnetIds[*]",),
        "InvalidParameter: the subnet does not belong to the VPC of the endpoint",
    ),
    Together(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        ("vpcId",),
        ("securityGroupIds[*]",),
        "InvalidParameter: the security group does not belong to the VPC of the endpoint",
    ),
    Together(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        ("vpcId",),
        ("routeTableIds[*]",),
        "InvalidRouteTableId.NotFound: the route table does not belong to the VPC of the endpoint",
    ),
    Together(
        "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
        ("vpcEndpointId",),
        ("routeTableId",),
        "InvalidRouteTableId.NotFound: the route table does not belong to the VPC of the endpoint",
    ),
    Together(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        ("routeTableId",),
        ("subnetId",),
        f"InvalidParameterValue: route table and subnet {_NETWORKS}",
    ),
    Together(
        "aws:ec2/route:Route",
        ("routeTableId",),
        ("gatewayId", "natGatewayId", "egressOnlyGatewayId", "networkInterfaceId", "vpcEndpointId"),
        f"InvalidParameterValue: route table and gateway {_NETWORKS}",
    ),
    *(
        Together(
            token,
            ("vpcId", "defaultRouteTableId"),
            tuple(
                f"routes[*].{name}"
                for name in ("gatewayId", "natGatewayId", "egressOnlyGatewayId", "networkInterfaceId", "vpcEndpointId")
            ),
            f"InvalidParameterValue: route table and gateway {_NETWORKS}",
        )
        for token in (TABLE, "aws:ec2/defaultRouteTable:DefaultRouteTable")
    ),
    *(
        Together(token, ("securityGroupId",), (member,), _RULE, joined=True)
        for token, member in (
            ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "referencedSecurityGroupId"),
            ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "referencedSecurityGroupId"),
            ("aws:ec2/securityGroupRule:SecurityGroupRule", "sourceSecurityGroupId"),
        )
    ),
    Together(GROUP, ("vpcId",), ("ingress[*].securityGroups[*]", "egress[*].securityGroups[*]"), _RULE, joined=True),
    Together(
        "aws:ec2/instance:Instance",
        ("subnetId",),
        ("vpcSecurityGroupIds[*]",),
        f"InvalidParameter: Security group and subnet {_NETWORKS}",
    ),
    Together(
        INTERFACE, ("subnetId",), ("securityGroups[*]",), f"InvalidParameter: Security group and subnet {_NETWORKS}"
    ),
    Together(
        "aws:ec2/networkAcl:NetworkAcl",
        ("vpcId",),
        ("subnetIds[*]",),
        f"InvalidParameterValue: network ACL and subnet {_NETWORKS}",
    ),
    Together(
        "aws:ec2/networkAclAssociation:NetworkAclAssociation",
        ("networkAclId",),
        ("subnetId",),
        f"InvalidParameterValue: network ACL and subnet {_NETWORKS}",
    ),
    Together(
        "aws:lambda/function:Function",
        ("vpcConfig.subnetIds[*]",),
        ("vpcConfig.securityGroupIds[*]",),
        "InvalidParameterValueException: The security groups and the subnets are not in the same VPC",
    ),
    Together(
        "aws:efs/mountTarget:MountTarget",
        ("subnetId",),
        ("securityGroups[*]",),
        "SecurityGroupNotFound: the security group does not exist in the VPC of the subnet",
    ),
)
"""API references of each service, errors of the create operation."""

_BY_TYPE: dict[str, list[Together]] = defaultdict(list)
for _row in TOGETHER:
    _BY_TYPE[_row.token].append(_row)


def _apart(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    for row in _BY_TYPE.get(context.token, ()):
        anchors = [homes(cloud, value) for _, value in texts(context.inputs, *row.anchor)]
        home = next((found for found in anchors if found), frozenset[str]())
        for at, value in texts(context.inputs, *row.members) if home else ():
            found = homes(cloud, value)
            if not _known_apart(cloud, value, found, home) or (row.joined and peered(cloud, home, found)):
                continue
            where = f"belongs to {', '.join(sorted(found))}" if found else "is attached to no VPC yet"
            yield Violation(at, f"{value} {where}, this to {', '.join(sorted(home))} ({row.says})")


def _known_apart(cloud: Cloud, value: str, found: frozenset[str], home: frozenset[str]) -> bool:
    """Whether an object lies elsewhere for certain: an internet gateway of ours that is attached nowhere does, too."""
    if found:
        return not found & home
    gateway = cloud.get(GATEWAY, value)
    return gateway is not None and whole(gateway) and "vpcId" not in gateway.inputs


ONE_NETWORK = pair(
    "one-network",
    _apart,
    refused="security groups, subnets, route tables, gateways and endpoints of another VPC than the object that they "
    "are given to",
    says="EC2: InvalidParameterValue, InvalidParameter, InvalidGroup.NotFound, InvalidRouteTableId.NotFound; EKS: "
    "InvalidParameterException; Elastic Load Balancing: InvalidConfigurationRequest",
    source="Amazon EC2 API Reference, CreateRoute, AssociateRouteTable, CreateVpcEndpoint, "
    "AuthorizeSecurityGroupIngress, RunInstances; Amazon EKS API Reference, CreateCluster, CreateNodegroup; Elastic "
    "Load Balancing API Reference, CreateLoadBalancer",
)
