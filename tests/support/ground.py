"""What servers stand on, without the rest of a network and of a cluster: 9 resources instead of 73 (prod, horizontal).

An engine's work grows with what it registers, and what happens to a database, a cache or a node group does not depend
on routes, endpoints and add-ons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pulumi_aws as aws

from components.network.subnets import ZONE_LETTERS, subnet_plan
from infra.wiring import network

if TYPE_CHECKING:
    import pulumi

    from components.cluster.cluster import Cluster
    from components.network.network import Network
    from components.security.keys import DataKey
    from infra.settings import Settings


class Subnets:
    """A network of which only the subnets are there."""

    def __init__(self, settings: Settings, key: DataKey, opts: pulumi.ResourceOptions, *tiers: str) -> None:
        args = network.args(settings, key)
        self.availability_zones = args.availability_zones
        plan = subnet_plan(args.vpc_cidr, args.availability_zones)
        vpc = aws.ec2.Vpc("network-vpc", cidr_block=args.vpc_cidr, opts=opts)
        self.vpc_id = vpc.id
        self.egress: list[pulumi.Resource] = []
        blocks = {"app": plan.app, "data": plan.data, "control-plane": plan.control_plane}
        found = {
            tier: [
                aws.ec2.Subnet(
                    f"network-{tier}-{letter}", vpc_id=vpc.id, cidr_block=block, availability_zone=zone, opts=opts
                ).id
                for letter, zone, block in zip(ZONE_LETTERS, args.availability_zones, blocks[tier], strict=True)
            ]
            for tier in tiers
        }
        self.app_subnet_ids = found.get("app", [])
        self.data_subnet_ids = found.get("data", [])
        self.control_plane_subnet_ids = found.get("control-plane", [])


class Clients:
    """A cluster of which only the security group is there: who may reach the servers."""

    def __init__(self, vpc: Subnets, opts: pulumi.ResourceOptions) -> None:
        group = aws.ec2.SecurityGroup("cluster-nodes", vpc_id=vpc.vpc_id, description="nodes", opts=opts)
        self.security_group_id = group.id


def ground(settings: Settings, key: DataKey, opts: pulumi.ResourceOptions) -> tuple[Network, Cluster]:
    """What servers of data stand on, as the platform's wiring takes it."""
    vpc = Subnets(settings, key, opts, "data")
    return cast("Network", vpc), cast("Cluster", Clients(vpc, opts))
