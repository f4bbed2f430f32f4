"""What AWS accepts and what does nothing without its counterpart: judged when an update has made everything.

In which order the two are made does not matter to the services, so nothing can be said while one of them is made.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Rule, Violation
from sandbox.model.checks import flag, items
from sandbox.model.pairs import PairRule, find, pair, texts, told, whole
from sandbox.services.aws.eks.node_pairs import POWERLESS
from sandbox.services.aws.pairs.inline import DESCRIBED_TWICE, OVERWRITTEN
from sandbox.services.aws.pairs.published import (
    EVENT_TARGET,
    PUBLISHED,
    PUBLISHERS,
    SUBSCRIPTION,
    UNDELIVERED,
)
from sandbox.services.aws.pairs.trust import ROLE_TRUST_LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.cloud import Cloud, CloudObject

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
ASSOCIATION, ENDPOINT = "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/vpcEndpoint:VpcEndpoint"
ROUTE, TABLE, NAT = "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable", "aws:ec2/natGateway:NatGateway"
GROUP, ADDON = "aws:ec2/securityGroup:SecurityGroup", "aws:eks/addon:Addon"
PODS, CLUSTER = "aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws:eks/cluster:Cluster"


# Ways to and from the internet.


def _tables(cloud: Cloud, subnet: object) -> list[CloudObject]:
    """The route tables that a subnet was given; none where it has the main one."""
    ids = [
        item.inputs.get("routeTableId") for item in cloud.of_type(ASSOCIATION) if item.inputs.get("subnetId") == subnet
    ]
    return [found for identity in ids if (found := find(cloud, TABLE, identity)) is not None]


def _closed(cloud: Cloud, subnet: object) -> str:
    """The route table by which a subnet reaches no internet gateway, or nothing where it may."""
    tables = _tables(cloud, subnet)
    if not tables or not all(map(whole, tables)):
        return ""
    for table in tables:
        routes: list[dict[str, Any]] = items(table.inputs, "routes")
        routes += [item.inputs for item in cloud.of_type(ROUTE) if item.inputs.get("routeTableId") == table.id]
        if any(str(route.get("gatewayId")).startswith("igw-") for route in routes):
            return ""
    return tables[0].name


def _nat_inside(context: Context) -> Iterator[Violation]:
    public = context.inputs.get("connectivityType", "public") == "public"
    table = _closed(context.cloud, context.inputs.get("subnetId")) if context.cloud is not None and public else ""
    if table:
        yield Violation(
            "subnetId",
            f"route table {table} of {context.inputs['subnetId']} leads to no internet gateway; a public NAT gateway "
            f"lies "
            "in a public subnet",
        )


def _unreachable(context: Context) -> Iterator[Violation]:
    if flag(context.inputs.get("internal", False)) is not False or context.cloud is None:
        return
    for at, subnet in texts(context.inputs, "subnets[*]", "subnetMappings[*].subnetId"):
        if table := _closed(context.cloud, subnet):
            yield Violation(
                at,
                f"route table {table} of {subnet} leads to no internet gateway; the load balancer is internet-facing",
            )


NAT_INSIDE = pair(
    "nat-private-subnet",
    _nat_inside,
    refused="a public NAT gateway in a subnet whose route table leads to no internet gateway",
    happens="nothing behind it reaches the internet",
    source="Amazon VPC User Guide, NAT gateways: a public NAT gateway is created in a public subnet",
)
UNREACHABLE = pair(
    "balancer-private-subnet",
    _unreachable,
    refused="an internet-facing load balancer in a subnet whose route table leads to no internet gateway",
    happens="clients of the internet do not reach it there",
    source="Elastic Load Balancing User Guide, Load balancer scheme: subnets of an internet-facing load balancer are "
    "public",
)


def _without_ingress(context: Context) -> Iterator[Violation]:
    cloud = context.cloud
    for at, identity in texts(context.inputs, "securityGroups[*]", "securityGroupIds[*]") if cloud is not None else ():
        groups = [value for _, value in texts(context.inputs, "securityGroups[*]", "securityGroupIds[*]")]
        if cloud is not None and not any(_lets_in(cloud, group) for group in groups):
            yield Violation(at, f"none of its security groups ({identity} first) has a rule that lets anything in")
            return


def _lets_in(cloud: Cloud, identity: str) -> bool:
    group = cloud.get(GROUP, identity)
    if group is None or not whole(group) or group.inputs.get("ingress"):
        return True  # nobody knows, or it does
    beside = (
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", ""),
        ("aws:ec2/securityGroupRule:SecurityGroupRule", "ingress"),
    )
    return any(
        item.inputs.get("securityGroupId") == identity and (not kind or item.inputs.get("type") == kind)
        for token, kind in beside
        for item in cloud.of_type(token)
    )


WITHOUT_INGRESS = pair(
    "group-without-ingress",
    _without_ingress,
    refused="an endpoint or a load balancer whose security groups let nothing in",
    happens="every connection to it times out",
    source="AWS PrivateLink Guide, Interface endpoints: security groups; Elastic Load Balancing User Guide, Security "
    "groups for your load balancer",
)


# Identities of pods.

_AGENT = "eks-pod-identity-agent"


def _without_agent(context: Context) -> Iterator[Violation]:
    cloud, name = context.cloud, context.inputs.get("clusterName")
    cluster = find(cloud, CLUSTER, name, ("name",)) if cloud is not None else None
    wanted = context.token == PODS or context.inputs.get("podIdentityAssociations")
    if cloud is None or cluster is None or not whole(cluster) or not wanted:
        return
    if flag(told(cluster, "computeConfig.enabled")) is True or _agent(cloud, name):
        return
    yield Violation("clusterName", f"cluster {cluster.name} has no add-on {_AGENT}; add it")


def _agent(cloud: Cloud, cluster: object) -> bool:
    if any(
        item.inputs.get("addonName") == _AGENT and item.inputs.get("clusterName") == cluster
        for item in cloud.of_type(ADDON)
    ):
        return True
    charts = cloud.of_type("kubernetes:helm.sh/v3:Release") + cloud.of_type("kubernetes:apps/v1:DaemonSet")
    return any("pod-identity" in str(item.inputs) for item in charts)


WITHOUT_AGENT = pair(
    "pod-identity-agent",
    _without_agent,
    refused="pod identities in a cluster without the add-on eks-pod-identity-agent (clusters in auto mode have it)",
    happens="pods get no credentials",
    source="Amazon EKS User Guide, Set up the Amazon EKS Pod Identity Agent",
)


def _networkless(context: Context) -> Iterator[Violation]:
    cloud, name = context.cloud, context.inputs.get("clusterName")
    cluster = find(cloud, CLUSTER, name, ("name",)) if cloud is not None else None
    if cloud is None or cluster is None or not whole(cluster):
        return
    if flag(told(cluster, "bootstrapSelfManagedAddons", default=True)) is not False:
        return
    addons = [item.inputs.get("addonName") for item in cloud.of_type(ADDON) if item.inputs.get("clusterName") == name]
    installed = cloud.of_type("kubernetes:helm.sh/v3:Release") + cloud.of_type("kubernetes:apps/v1:DaemonSet")
    if "vpc-cni" not in addons and not any(_NETWORKS.search(str(item.inputs)) for item in installed):
        yield Violation(
            "clusterName",
            f"cluster {cluster.name} has bootstrapSelfManagedAddons off and no add-on vpc-cni, nor another plugin; "
            f"add one",
        )


_NETWORKS = re.compile("cni|cilium|calico|tigera|weave|flannel|antrea")
NETWORKLESS = pair(
    "nodes-without-network",
    _networkless,
    refused="nodes of a cluster without a network plugin: bootstrapSelfManagedAddons off, and no add-on vpc-cni",
    happens="nodes stay NotReady, and the node group ends with NodeCreationFailure: Unhealthy nodes in the kubernetes "
    "cluster",
    source="Amazon EKS API Reference, CreateCluster, bootstrapSelfManagedAddons; Amazon EKS User Guide, Amazon VPC CNI",
)


def _exclusive(context: Context) -> Iterator[Violation]:
    cloud, policy, name = context.cloud, context.inputs.get("policyArn"), context.inputs.get("role")
    for item in cloud.of_type("aws:iam/policyAttachment:PolicyAttachment") if cloud is not None else ():
        roles = [value for _, value in texts(item.inputs, "roles[*]")]
        if item.inputs.get("policyArn") == policy and name not in roles:
            yield Violation(
                "policyArn", f"{item.name} attaches it exclusively, without role {name}; use one kind of both"
            )


EXCLUSIVE = pair(
    "policy-attached-exclusively",
    _exclusive,
    refused="an attachment of a policy to a role beside a PolicyAttachment of the same policy that leaves the role out",
    happens="the PolicyAttachment detaches the role at every update, and the attachment comes back at the next",
    source="SDK documentation of aws.iam.PolicyAttachment and aws.iam.RolePolicyAttachment: notes on use together; "
    "pulumi-aws#3804",
)


def _for(rule: PairRule, *types: str) -> Rule:
    return replace(rule, types=types)


SETTLED: tuple[Rule, ...] = (
    _for(DESCRIBED_TWICE, "aws:*"),
    _for(OVERWRITTEN, "aws:*"),
    _for(ROLE_TRUST_LATER, "aws:*"),
    _for(POWERLESS, CLUSTER, "aws:eks/nodeGroup:NodeGroup"),
    _for(PUBLISHED, *dict.fromkeys(row.token for row in PUBLISHERS)),
    _for(UNDELIVERED, SUBSCRIPTION, EVENT_TARGET),
    _for(NAT_INSIDE, NAT),
    _for(UNREACHABLE, BALANCER),
    _for(WITHOUT_INGRESS, ENDPOINT, BALANCER),
    _for(WITHOUT_AGENT, PODS, ADDON),
    _for(NETWORKLESS, "aws:eks/nodeGroup:NodeGroup"),
    _for(EXCLUSIVE, "aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
)
