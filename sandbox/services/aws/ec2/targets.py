"""What others refer to in EC2, and what EC2 answers when they still do."""

from __future__ import annotations

from sandbox.model.references import Target

DEPENDENCY = "DependencyViolation: the resource has a dependent object"
EIP = (Target("aws:ec2/eip:Eip", ("id", "allocationId")),)
INTERNET_GATEWAY = (Target("aws:ec2/internetGateway:InternetGateway"),)
LAUNCH_TEMPLATE = (Target("aws:ec2/launchTemplate:LaunchTemplate"),)
NAT_GATEWAY = (Target("aws:ec2/natGateway:NatGateway"),)
PREFIX_LIST = (
    Target("aws:ec2/managedPrefixList:ManagedPrefixList"),
    Target("aws:ec2/vpcEndpoint:VpcEndpoint", ("prefixListId",)),
)
ROUTE_TABLE = (Target("aws:ec2/routeTable:RouteTable"), Target("aws:ec2/vpc:Vpc", ("mainRouteTableId",)))
SECURITY_GROUP = (
    Target("aws:ec2/securityGroup:SecurityGroup"),
    Target("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    Target("aws:ec2/vpc:Vpc", ("defaultSecurityGroupId",)),
    Target("aws:eks/cluster:Cluster", ("vpcConfig.clusterSecurityGroupId",)),
)
"""EKS makes a security group for every cluster, EC2 one for every VPC."""
SUBNET = (Target("aws:ec2/subnet:Subnet"),)
VPC = (Target("aws:ec2/vpc:Vpc"),)
