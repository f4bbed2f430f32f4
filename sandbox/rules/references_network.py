"""Whether network resources fit each other: address ranges, availability zones, one VPC."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, known, values_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox.cloud import Cloud

Block = ipaddress.IPv4Network | ipaddress.IPv6Network

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET_GROUPS = {
    "aws:rds/instance:Instance": ("dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup", "vpcSecurityGroupIds[*]"),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "subnetGroupName",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "securityGroupIds[*]",
    ),
}
"""Type -> (property with its subnet group, the group's type, property with its security groups)."""


def _block(value: object) -> Block | None:
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return None  # the value rules say so


def _ranges_of(cloud: Cloud, vpc_id: str) -> list[Block]:
    vpc = cloud.get(VPC, vpc_id)
    found = [vpc.inputs.get("cidrBlock")] if vpc is not None else []
    further = cloud.of_type("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation")
    found += [item.inputs.get("cidrBlock") for item in further if item.inputs.get("vpcId") == vpc_id]
    return [block for value in found if known(value) and (block := _block(value)) is not None]


def _subnet_range(context: Context) -> Iterator[Violation]:
    vpc_id, value = context.inputs.get("vpcId"), context.inputs.get("cidrBlock")
    if context.cloud is None or not isinstance(vpc_id, str) or not isinstance(value, str):
        return
    block, ranges = _block(value), _ranges_of(context.cloud, vpc_id)
    if block is None or not ranges:
        return
    if not any(_inside(block, outer) for outer in ranges):
        allowed = ", ".join(map(str, ranges))
        yield Violation(
            "cidrBlock", f"{value} does not lie in {allowed}, the range of its VPC {vpc_id} (InvalidSubnet.Range)"
        )
    for sibling in context.cloud.of_type(SUBNET):
        other = _block(sibling.inputs.get("cidrBlock"))
        if sibling.id == context.id or sibling.inputs.get("vpcId") != vpc_id or other is None:
            continue
        if block.version == other.version and block.overlaps(other):
            yield Violation("cidrBlock", f"{value} overlaps {other} of subnet {sibling.name} (InvalidSubnet.Conflict)")


def _inside(inner: Block, outer: Block) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def zones(cloud: Cloud, subnet_ids: Iterable[Any]) -> dict[str, str] | None:
    """Subnet id -> availability zone, or None where a subnet does not say its zone: EC2 would choose it."""
    found = {}
    for identity in subnet_ids:
        subnet = cloud.get(SUBNET, str(identity))
        zone = (subnet.inputs.get("availabilityZone") or subnet.inputs.get("availabilityZoneId")) if subnet else None
        if zone is None:
            return None
        found[str(identity)] = str(zone)
    return found


def _two_zones(path: str, error: str) -> Any:  # noqa: ANN401 - a rule's check
    def check(context: Context) -> Iterator[Violation]:
        ids = [value for _, value in values_at(context.inputs, f"{path}[*]")]
        found = zones(context.cloud, ids) if context.cloud is not None and ids else None
        if found is not None and len(set(found.values())) == 1:
            zone = next(iter(found.values()))
            yield Violation(path, f"all subnets lie in {zone}; at least two availability zones are needed ({error})")

    return check


def _one_subnet_per_zone(context: Context) -> Iterator[Violation]:
    ids = [
        value for path in ("subnets[*]", "subnetMappings[*].subnetId") for _, value in values_at(context.inputs, path)
    ]
    found = zones(context.cloud, ids) if context.cloud is not None else None
    if found is None:
        return
    seen: dict[str, str] = {}
    for identity, zone in found.items():
        if zone in seen:
            yield Violation(
                "subnets",
                f"{identity} and {seen[zone]} both lie in {zone}; a load balancer takes one subnet per availability "
                "zone (InvalidConfigurationRequest)",
            )
        seen.setdefault(zone, identity)
    if context.inputs.get("loadBalancerType", "application") == "application" and len(seen) == 1:
        yield Violation(
            "subnets", "an application load balancer needs subnets of two availability zones (ValidationError)"
        )


def _vpcs(cloud: Cloud, token: str, ids: Iterable[Any]) -> set[str]:
    found = (cloud.get(token, str(identity)) for identity in ids)
    return {str(item.inputs["vpcId"]) for item in found if item is not None and item.inputs.get("vpcId")}


def _one_vpc_for_subnets(context: Context) -> Iterator[Violation]:
    if context.cloud is None:
        return
    ids = [
        value
        for path in ("subnetIds[*]", "vpcConfig.subnetIds[*]", "subnets[*]")
        for _, value in values_at(context.inputs, path)
    ]
    found = _vpcs(context.cloud, SUBNET, ids)
    if len(found) > 1:
        yield Violation("subnetIds", f"the subnets belong to several VPCs: {', '.join(sorted(found))} (InvalidSubnet)")


def _groups_in_the_vpc(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    group_property, group_token, groups_path = SUBNET_GROUPS[context.token]
    group = cloud.get(group_token, str(context.inputs.get(group_property)))
    subnets = group.inputs.get("subnetIds") if group is not None else None
    home = _vpcs(cloud, SUBNET, subnets or [])
    for path, identity in values_at(context.inputs, groups_path):
        away = _vpcs(cloud, SECURITY_GROUP, [identity]) - home
        if home and away:
            yield Violation(
                path,
                f"security group {identity} belongs to {away.pop()}, the subnet group to {next(iter(home))} "
                "(InvalidParameterCombination: the instance and the security group are in different VPCs)",
            )


def _gateway_first(context: Context) -> Iterator[Violation]:
    """Nothing gets a public address in a VPC without an internet gateway."""
    cloud, inputs = context.cloud, context.inputs
    public = inputs.get("connectivityType", "public") == "public" and not inputs.get("internal")
    if cloud is None or not public or context.id:
        return
    paths = ("subnetId", "subnets[*]", "subnetMappings[*].subnetId")
    ids = [value for path in paths for _, value in values_at(inputs, path)]
    attached = {item.inputs.get("vpcId") for item in cloud.of_type(INTERNET_GATEWAY)}
    attached |= {
        item.inputs.get("vpcId")
        for item in cloud.of_type("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment")
    }
    for vpc_id in sorted(_vpcs(cloud, SUBNET, ids) - attached):
        yield Violation(
            "subnetId" if "subnetId" in inputs else "subnets",
            f"{vpc_id} has no internet gateway yet; make this depend on it (EC2: Gateway.NotAttached, Elastic Load "
            "Balancing: InvalidSubnet)",
        )


def _private_names_once(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    if context.cloud is None or not inputs.get("privateDnsEnabled"):
        return
    for item in context.cloud.of_type(context.token):
        same = all(item.inputs.get(key) == inputs.get(key) for key in ("vpcId", "serviceName", "privateDnsEnabled"))
        if same and item.id != context.id:
            yield Violation(
                "privateDnsEnabled",
                f"{item.name} answers for {inputs.get('serviceName')} in this VPC already "
                "(InvalidParameter: there is already a conflicting DNS domain in the VPC)",
            )


RULES = (
    Rule("subnet-in-vpc", "Amazon EC2 API Reference, CreateSubnet; Error codes", (SUBNET,), _subnet_range),
    Rule(
        "cluster-zones",
        "Amazon EKS User Guide, Amazon EKS networking requirements for VPC and subnets",
        ("aws:eks/cluster:Cluster",),
        _two_zones("vpcConfig.subnetIds", "InvalidParameterException"),
    ),
    Rule(
        "database-zones",
        "Amazon RDS User Guide, Working with a DB instance in a VPC",
        ("aws:rds/subnetGroup:SubnetGroup",),
        _two_zones("subnetIds", "DBSubnetGroupDoesNotCoverEnoughAZs"),
    ),
    Rule(
        "balancer-zones",
        "Elastic Load Balancing API Reference v2, CreateLoadBalancer, Subnets",
        ("aws:lb/loadBalancer:LoadBalancer",),
        _one_subnet_per_zone,
    ),
    Rule(
        "gateway-first",
        "Amazon VPC User Guide, NAT gateway basics; Elastic Load Balancing API Reference v2, CreateLoadBalancer",
        ("aws:ec2/natGateway:NatGateway", "aws:lb/loadBalancer:LoadBalancer"),
        _gateway_first,
    ),
    Rule(
        "one-vpc",
        "API references of CreateCluster, CreateDBSubnetGroup, CreateCacheSubnetGroup, CreateLoadBalancer",
        (
            "aws:eks/cluster:Cluster",
            "aws:eks/nodeGroup:NodeGroup",
            "aws:rds/subnetGroup:SubnetGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "aws:lb/loadBalancer:LoadBalancer",
        ),
        _one_vpc_for_subnets,
    ),
    Rule(
        "group-of-the-same-vpc",
        "Amazon RDS User Guide, Controlling access with security groups; Amazon ElastiCache User Guide, the same",
        tuple(SUBNET_GROUPS),
        _groups_in_the_vpc,
    ),
    Rule(
        "private-names-once",
        "AWS PrivateLink Guide, Manage DNS names for VPC endpoints",
        ("aws:ec2/vpcEndpoint:VpcEndpoint",),
        _private_names_once,
    ),
)
