"""Limits of room: addresses in the subnets and pods on the nodes, with pools and autoscalers at their maximum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.instance_classes import instance_class
from infra.limits.connections import app_pods
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.pools import PoolSizes
    from infra.settings.root import Settings

APP_SUBNET_ADDRESSES = 2 ** (32 - 19) - 5
"""Addresses of one app subnet, a /19: EC2 keeps five of each subnet (VPC User Guide, "Subnet CIDR blocks")."""
PREFIX = 16
"""Addresses of a prefix that a node takes for pods (EKS User Guide, "Assign more IP addresses with prefixes": /28)."""
ROLLING = 2
"""Nodes that an update adds to a group for each of its zones, at most."""
INTERFACES = 4
"""Network interfaces of a node, each with an address of its own (EC2 User Guide: 3 or 4 on the sizes in use)."""
DAEMON_PODS = 8
"""Pods on every node that are no workload: CNI, kube-proxy, identity agent, CSI, monitoring agents (our count)."""
OPERATOR_PODS = 30
"""Pods of add-ons and operators, Prometheus included, at most (our count)."""


def addresses_per_node(max_pods: int) -> int:
    """Addresses that a full node takes from its subnet: prefixes for its pods, a warm one, and its interfaces' own."""
    return (-(-max_pods // PREFIX) + 1) * PREFIX + INTERFACES


def nodes_at_most(settings: Settings, pool: PoolSizes) -> int:
    """Nodes of a pool at most: its maximum, and what an update adds; twice that while it has groups of both kinds.

    An update makes a group larger by up to twice its zones (Amazon EKS User Guide, "Understand each phase of node
    updates"; read 2026-11-29); the groups of the zones are updated one after the other.
    """
    undivided, zones = settings.pools.undivided, len(settings.network.availability_zones)
    divided = 0 if undivided == "only" else pool.max_size + ROLLING
    return divided + (0 if undivided == "gone" else pool.max_size + ROLLING * zones)


def largest_nodes(settings: Settings) -> int:
    """Nodes at most, of all pools together."""
    pools = settings.pools
    found = [pools.app, *(pool for pool in (pools.system, pools.spot) if pool.enabled)]
    return sum(nodes_at_most(settings, pool) for pool in found)


def most_pods(settings: Settings) -> int:
    """Workload pods at most, rollouts included."""
    surge = settings.app.max_surge
    pods = app_pods(settings) + settings.gateway.max_replicas + 1
    pods += sum(service.max_replicas + surge for service in settings.services)
    return pods + (settings.postgres.pooler.replicas + 1 if settings.postgres.pooler.enabled else 0)


@rule(
    "subnet-addresses",
    source="EKS documentation, prefix delegation; VPC documentation, subnet sizes",
    areas=("pools", "network"),
)
def nodes_find_addresses(settings: Settings) -> Iterator[Finding]:
    """A node without a free /28 in its subnet starts, and its pods stay in ContainerCreating."""
    pool = settings.pools.app
    each = addresses_per_node(instance_class("ec2", pool.instance_type).max_pods)
    zones = len(set(settings.network.availability_zones))
    room = zones * (APP_SUBNET_ADDRESSES // each)
    nodes = largest_nodes(settings)
    if nodes > room:
        yield Finding(
            path="pools.app.maxSize",
            value=pool.max_size,
            allowed=f"so many that all pools together have at most {room} nodes: each takes up to {each} addresses, "
            f"and {zones} app subnets have {APP_SUBNET_ADDRESSES} each ({nodes} nodes at most now)",
            fix=f"set it to {max(1, pool.max_size - (nodes - room))}, or use a larger pools.app.instanceType",
        )


@rule(
    "nodes-hold-pod-count",
    source="EKS documentation, maximum pods per node; scaling guide, autoscaler ranges",
    areas=("pools", "app", "autoscaling", "services", "gateway", "postgres"),
)
def nodes_hold_the_number_of_pods(settings: Settings) -> Iterator[Finding]:
    """However small the pods' requests, a node runs a limited number of them."""
    pool = settings.pools.app
    each = instance_class("ec2", pool.instance_type).max_pods - DAEMON_PODS
    pods = most_pods(settings) + (0 if settings.pools.system.enabled else OPERATOR_PODS)
    if pods > each * pool.max_size:
        needed = -(-pods // each)
        yield Finding(
            path="pools.app.maxSize",
            value=pool.max_size,
            allowed=f"at least {needed} nodes: {pods} pods at most, {each} on a {pool.instance_type} beside its own",
            fix=f"set it to {needed}, or lower autoscaling.maxReplicas",
        )


RULES = (nodes_find_addresses, nodes_hold_the_number_of_pods)
