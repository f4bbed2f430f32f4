"""Amazon EC2 and Elastic Load Balancing: the network, what enters it, and the nodes' templates."""

from __future__ import annotations

from plan import tokens
from plan.permissions.model import Permissions, of

_TAGS = ("CreateTags", "DeleteTags")
"""EC2 has one pair of operations for the tags of everything."""


def _ec2(
    token: str, reads: tuple[str, ...], creates: tuple[str, ...], updates: tuple[str, ...], deletes: tuple[str, ...]
) -> Permissions:
    """One type of EC2, with tags."""
    return Permissions(
        token=token,
        reads=of("ec2", *reads),
        creates=of("ec2", *creates, *_TAGS),
        updates=of("ec2", *updates),
        deletes=of("ec2", *deletes),
    )


EC2 = (
    _ec2(
        tokens.VPC,
        (
            "DescribeNetworkAcls",
            "DescribeRouteTables",
            "DescribeSecurityGroups",
            "DescribeVpcAttribute",
            "DescribeVpcs",
        ),
        ("CreateVpc",),
        ("ModifyVpcAttribute",),
        ("DeleteVpc",),
    ),
    _ec2(
        tokens.SUBNET,
        ("DescribeNetworkInterfaces", "DescribeSubnets"),
        ("CreateSubnet",),
        ("ModifySubnetAttribute",),
        ("DeleteSubnet",),
    ),
    _ec2(
        "aws:ec2/internetGateway:InternetGateway",
        ("DescribeInternetGateways",),
        ("AttachInternetGateway", "CreateInternetGateway"),
        (),
        ("DeleteInternetGateway", "DetachInternetGateway"),
    ),
    _ec2(
        "aws:ec2/eip:Eip",
        ("DescribeAddresses", "DescribeAddressesAttribute"),
        ("AllocateAddress",),
        ("AssociateAddress", "DisassociateAddress"),
        ("ReleaseAddress",),
    ),
    _ec2(tokens.NAT, ("DescribeNatGateways",), ("CreateNatGateway",), (), ("DeleteNatGateway",)),
    _ec2(tokens.ROUTE_TABLE, ("DescribeRouteTables",), ("CreateRouteTable",), (), ("DeleteRouteTable",)),
    Permissions(
        token=tokens.ROUTE_TABLE_ASSOCIATION,
        reads=of("ec2", "DescribeRouteTables"),
        creates=of("ec2", "AssociateRouteTable"),
        updates=of("ec2", "ReplaceRouteTableAssociation"),
        deletes=of("ec2", "DisassociateRouteTable"),
    ),
    Permissions(
        token=tokens.ROUTE,
        reads=of("ec2", "DescribeRouteTables"),
        creates=of("ec2", "CreateRoute"),
        updates=of("ec2", "ReplaceRoute"),
        deletes=of("ec2", "DeleteRoute"),
    ),
    _ec2(
        tokens.ENDPOINT,
        ("DescribePrefixLists", "DescribeVpcEndpoints"),
        ("CreateVpcEndpoint",),
        ("ModifyVpcEndpoint",),
        ("DeleteVpcEndpoints",),
    ),
    _ec2(
        tokens.SECURITY_GROUP,
        ("DescribeNetworkInterfaces", "DescribeSecurityGroupRules", "DescribeSecurityGroups"),
        # EC2 gives every group a rule that lets everything out; the provider takes it away.
        ("CreateSecurityGroup", "RevokeSecurityGroupEgress"),
        ("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"),
        ("DeleteSecurityGroup",),
    ),
    _ec2(
        tokens.DEFAULT_SECURITY_GROUP,
        ("DescribeSecurityGroupRules", "DescribeSecurityGroups"),
        ("RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
        (),
        (),
    ),
    *(
        _ec2(
            token,
            ("DescribeSecurityGroupRules", "DescribeSecurityGroups"),
            (f"AuthorizeSecurityGroup{way}",),
            ("ModifySecurityGroupRules",),
            (f"RevokeSecurityGroup{way}",),
        )
        for token, way in (
            (tokens.INGRESS_RULE, "Ingress"),
            ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "Egress"),
        )
    ),
    _ec2(
        tokens.PREFIX_LIST,
        ("DescribeManagedPrefixLists", "GetManagedPrefixListEntries"),
        ("CreateManagedPrefixList",),
        ("ModifyManagedPrefixList",),
        ("DeleteManagedPrefixList",),
    ),
    _ec2(
        tokens.LAUNCH_TEMPLATE,
        ("DescribeLaunchTemplateVersions", "DescribeLaunchTemplates"),
        ("CreateLaunchTemplate",),
        ("CreateLaunchTemplateVersion", "ModifyLaunchTemplate"),
        ("DeleteLaunchTemplate",),
    ),
    Permissions(
        token="aws:ec2/flowLog:FlowLog",
        reads=of("ec2", "DescribeFlowLogs"),
        creates=(*of("ec2", "CreateFlowLogs", *_TAGS), *of("logs", "CreateLogDelivery")),
        deletes=(*of("ec2", "DeleteFlowLogs"), *of("logs", "DeleteLogDelivery")),
        passes="vpc-flow-logs.amazonaws.com",
    ),
)

_BALANCER = "elasticloadbalancing"
_BALANCER_TAGS = of(_BALANCER, "AddTags", "RemoveTags")

BALANCERS = (
    Permissions(
        token=tokens.LOAD_BALANCER,
        reads=(
            *of(
                _BALANCER,
                "DescribeCapacityReservation",
                "DescribeLoadBalancerAttributes",
                "DescribeLoadBalancers",
                "DescribeTags",
            ),
            *of("ec2", "DescribeNetworkInterfaces"),
        ),
        creates=(*of(_BALANCER, "CreateLoadBalancer"), *_BALANCER_TAGS),
        updates=of(_BALANCER, "ModifyLoadBalancerAttributes", "SetIpAddressType", "SetSecurityGroups", "SetSubnets"),
        deletes=of(_BALANCER, "DeleteLoadBalancer"),
        linked=("elasticloadbalancing.amazonaws.com",),
    ),
    Permissions(
        token=tokens.TARGET_GROUP,
        reads=of(_BALANCER, "DescribeTags", "DescribeTargetGroupAttributes", "DescribeTargetGroups"),
        creates=(*of(_BALANCER, "CreateTargetGroup"), *_BALANCER_TAGS),
        updates=of(_BALANCER, "ModifyTargetGroup", "ModifyTargetGroupAttributes"),
        deletes=of(_BALANCER, "DeleteTargetGroup"),
    ),
    Permissions(
        token=tokens.LISTENER,
        reads=of(_BALANCER, "DescribeListenerAttributes", "DescribeListeners", "DescribeTags"),
        creates=(*of(_BALANCER, "CreateListener"), *_BALANCER_TAGS),
        updates=of(_BALANCER, "ModifyListener", "ModifyListenerAttributes"),
        deletes=of(_BALANCER, "DeleteListener"),
    ),
)
