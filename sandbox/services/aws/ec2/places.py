"""Where things lie: availability zones and VPCs of what is placed in subnets, whatever its service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation, values_at
from sandbox.model.pairs import pair
from sandbox.model.rows import Through
from sandbox.services.aws.ec2.targets import INTERNET_GATEWAY, SECURITY_GROUP, SUBNET, VPC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.cloud import Cloud


def zones(cloud: Cloud, subnet_ids: Iterable[Any]) -> dict[str, str] | None:
    """Subnet id -> availability zone, or None where a subnet does not say its zone: EC2 would choose it."""
    found = {}
    for identity in subnet_ids:
        subnet = cloud.get(SUBNET[0].token, str(identity))
        zone = (subnet.inputs.get("availabilityZone") or subnet.inputs.get("availabilityZoneId")) if subnet else None
        if zone is None:
            return None
        found[str(identity)] = str(zone)
    return found


def two_zones(path: str, error: str) -> Callable[[Context], Iterator[Violation]]:
    """The check that the subnets at a path lie in two availability zones at least."""

    def check(context: Context) -> Iterator[Violation]:
        ids = [value for _, value in values_at(context.inputs, f"{path}[*]")]
        found = zones(context.cloud, ids) if context.cloud is not None and ids else None
        if found is not None and len(set(found.values())) == 1:
            zone = next(iter(found.values()))
            yield Violation(path, f"all subnets lie in {zone}; at least two availability zones are needed ({error})")

    return check


def vpcs_of(cloud: Cloud, token: str, ids: Iterable[Any]) -> set[str]:
    """The VPCs that objects of a type lie in."""
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
    found = vpcs_of(context.cloud, SUBNET[0].token, ids)
    if len(found) > 1:
        yield Violation("subnetIds", f"the subnets belong to several VPCs: {', '.join(sorted(found))} (InvalidSubnet)")


def _gateway_first(context: Context) -> Iterator[Violation]:
    """Nothing gets a public address in a VPC without an internet gateway."""
    cloud, inputs = context.cloud, context.inputs
    public = inputs.get("connectivityType", "public") == "public" and not inputs.get("internal")
    if cloud is None or not public or context.id:
        return
    paths = ("subnetId", "subnets[*]", "subnetMappings[*].subnetId")
    ids = [value for path in paths for _, value in values_at(inputs, path)]
    attached = {item.inputs.get("vpcId") for item in cloud.of_type(INTERNET_GATEWAY[0].token)}
    attached |= {
        item.inputs.get("vpcId")
        for item in cloud.of_type("aws:ec2/internetGatewayAttachment:InternetGatewayAttachment")
    }
    # Of a VPC that was there before, the seed file need not tell everything.
    known = {item.id for item in cloud.of_type(VPC[0].token) if not item.was_there}
    for vpc_id in sorted(vpcs_of(cloud, SUBNET[0].token, ids) & known - attached):
        yield Violation(
            "subnetId" if "subnetId" in inputs else "subnets",
            f"{vpc_id} has no internet gateway yet; make this depend on it (EC2: Gateway.NotAttached, Elastic Load "
            "Balancing: InvalidSubnet)",
        )


def _groups_in_the_vpc(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    if cloud is None:
        return
    # RDS and ElastiCache call the group's type alike, and its properties nearly so.
    group_type = f"{context.token.partition('/')[0]}/subnetGroup:SubnetGroup"
    for name, groups_path in (
        ("dbSubnetGroupName", "vpcSecurityGroupIds[*]"),
        ("subnetGroupName", "securityGroupIds[*]"),
    ):
        group = cloud.get(group_type, str(context.inputs.get(name)))
        subnets = group.inputs.get("subnetIds") if group is not None else None
        home = vpcs_of(cloud, SUBNET[0].token, subnets or [])
        for path, identity in values_at(context.inputs, groups_path):
            away = vpcs_of(cloud, SECURITY_GROUP[0].token, [identity]) - home
            if home and away:
                yield Violation(
                    path,
                    f"security group {identity} belongs to {away.pop()}, the subnet group to {next(iter(home))} "
                    "(InvalidParameterCombination: the instance and the security group are in different VPCs)",
                )


def subnets_of_group(path: str, group: str) -> Through:
    """What a database or a cache holds: network interfaces in the subnets of its group.

    Args:
        path: its property with the group's name.
        group: the group's type.
    """
    return Through(path, group, "subnetIds", SUBNET[0].token, "may have a network interface here (DependencyViolation)")


GROUP_OF_THE_SAME_VPC = Rule(
    "group-of-the-same-vpc",
    "Amazon RDS User Guide, Controlling access with security groups; Amazon ElastiCache User Guide, the same",
    (),
    _groups_in_the_vpc,
)
ONE_VPC = pair(
    "one-vpc",
    _one_vpc_for_subnets,
    refused="subnets of several VPCs for one load balancer, cluster or subnet group",
    says="InvalidSubnet",
    source="API references of CreateCluster, CreateDBSubnetGroup, CreateCacheSubnetGroup, CreateLoadBalancer",
)
GATEWAY_FIRST = pair(
    "gateway-first",
    _gateway_first,
    refused="a public NAT gateway or an internet-facing load balancer in a VPC before its internet gateway",
    says="EC2: Gateway.NotAttached; Elastic Load Balancing: InvalidSubnet",
    source="Amazon VPC User Guide, NAT gateway basics; Elastic Load Balancing API Reference v2, CreateLoadBalancer",
)
