"""What each planned resource is billed for: SKUs and quantities, before any price is looked up.

Rules are by resource type and follow the vendors' pricing pages (what is a unit, what is included). A type without a
rule is neither free nor guessed: the cost report names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.cost.charges_data import DATA_RULES
from planner.cost.charges_model import Bill, Charge
from planner.plan_values import at, dependencies_of_type, items, number, quantity, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plan import Plan, PlannedResource
    from planner.cost.usage import Usage

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
EKS_NODE_DISK_GIB = 20
"""Root disk of a node whose launch template has none (EKS documentation)."""
FREE_TRANSFER_GB = 100
"""Out to the internet a month, free in every account (EC2 pricing, data transfer)."""
GIB = 2.0**30
ZONE_PLAN = "cloudflare/plan/"
"""How the SKUs of a Cloudflare zone's plan begin."""

_WITHOUT_CHARGE = "AWS does not charge for it"
FREE: dict[str, str] = {
    **dict.fromkeys(
        (
            "aws:budgets/budget:Budget",
            "aws:cloudwatch/dashboard:Dashboard",
            "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
            "aws:costexplorer/anomalySubscription:AnomalySubscription",
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "aws:ec2/internetGateway:InternetGateway",
            "aws:ec2/managedPrefixList:ManagedPrefixList",
            "aws:ec2/route:Route",
            "aws:ec2/routeTable:RouteTable",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:ec2/subnet:Subnet",
            "aws:ec2/vpc:Vpc",
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "aws:eks/accessEntry:AccessEntry",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            "aws:eks/addon:Addon",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "aws:elasticache/parameterGroup:ParameterGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "aws:iam/role:Role",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "aws:kms/alias:Alias",
            "aws:kms/keyPolicy:KeyPolicy",
            "aws:rds/eventSubscription:EventSubscription",
            "aws:rds/parameterGroup:ParameterGroup",
            "aws:rds/subnetGroup:SubnetGroup",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        ),
        _WITHOUT_CHARGE,
    ),
    LAUNCH_TEMPLATE: "billed with the nodes that use it",
    "aws:ec2/flowLog:FlowLog": "billed with its log group",
    "aws:lb/listener:Listener": "billed with its load balancer",
    "aws:lb/targetGroup:TargetGroup": "billed with its load balancer",
    "aws:secretsmanager/secretVersion:SecretVersion": "billed with its secret",
    "aws:sns/topic:Topic": "the first million notifications a month are free (SNS pricing); alerts stay far below",
    "aws:sns/topicSubscription:TopicSubscription": "the first 1,000 emails a month are free (SNS pricing)",
    "aws:ssm/parameter:Parameter": "standard parameters are free (Systems Manager pricing)",
}
"""AWS resource types that cost nothing, with the reason."""
FREE_PREFIXES: tuple[tuple[str, str], ...] = (
    ("kubernetes:", "runs on the nodes"),
    ("cloudflare:", "part of the zone's plan"),
    ("random:", "computed by the engine"),
    ("tls:", "computed by the engine"),
    ("pulumi:", "computed by the engine"),
    ("command:", "computed by the engine"),
)
ADD_ONS = ("loadBalancer", "certificatePack", "argo", "logpush", "spectrum", "waitingRoom")
"""Words in Cloudflare types that are sold beside the zone's plan; the price book does not know their prices."""


@dataclass(frozen=True, kw_only=True)
class Billing:
    """The bill of one resource.

    Attributes:
        item: the resource.
        charges: what it is billed for.
        free: why it costs nothing, empty for what costs.
    """

    item: PlannedResource
    charges: tuple[Charge, ...] = ()
    free: str = ""

    @property
    def ruled(self) -> bool:
        """Whether there is a rule for its type."""
        return bool(self.charges or self.free)


def bill(plan: Plan, usage: Usage) -> list[Billing]:
    """What every resource that will exist is billed for, in the plan's order; components are left out."""
    context = Bill(plan=plan, usage=usage)
    return [_billing(item, context) for item in plan if item.custom and item.op != "delete"]


def _billing(item: PlannedResource, context: Bill) -> Billing:
    rule = RULES.get(item.type)
    if rule is not None:
        charges = tuple(rule(item, context))
        return Billing(item=item, charges=charges, free="" if charges else "nothing billable at this size")
    if item.type in FREE:
        return Billing(item=item, free=FREE[item.type])
    sold = item.type.startswith("cloudflare:") and any(word in item.type for word in ADD_ONS)
    free = "" if sold else next((why for prefix, why in FREE_PREFIXES if item.type.startswith(prefix)), "")
    return Billing(item=item, free=free)


def _node_group(item: PlannedResource, context: Bill) -> list[Charge]:
    size = {"min": "minSize", "desired": "desiredSize", "max": "maxSize"}[context.usage.nodes]
    nodes = number(item.inputs, "scalingConfig", size, default=0)
    templates = dependencies_of_type(context.plan, item, LAUNCH_TEMPLATE)
    template = templates[0].inputs if templates else {}
    kinds = [text(template, "instanceType"), *items(item.inputs, "instanceTypes")]
    kind = next((name for name in kinds if name), "")
    spot = text(item.inputs, "capacityType") == "SPOT"
    sku = f"spot/{kind}" if spot else f"ec2/{kind}"
    disks = items(template, "blockDeviceMappings")
    gib = number(disks[0], "ebs", "volumeSize", default=EKS_NODE_DISK_GIB) if disks else EKS_NODE_DISK_GIB
    why = f"{nodes:g} nodes ({context.usage.nodes})"
    return [
        Charge(sku=sku, quantity=nodes, unit="hour", why=why),
        Charge(sku="ebs/gp3", quantity=nodes * gib, unit="GB-month", why=f"{why} with {gib:g} GiB each"),
    ]


def _nat(_: PlannedResource, context: Bill) -> list[Charge]:
    share = context.usage.nat_gb / max(context.count("aws:ec2/natGateway:NatGateway"), 1)
    return [
        Charge(sku="nat/gateway", quantity=1, unit="hour", why="one gateway"),
        Charge(sku="nat/data", quantity=share, unit="GB", why="its share of nat_gb", assumed=True),
    ]


def _address(_: PlannedResource, __: Bill) -> list[Charge]:
    return [Charge(sku="vpc/public-ipv4", quantity=1, unit="hour", why="one public IPv4 address")]


def _endpoint(item: PlannedResource, context: Bill) -> list[Charge]:
    if text(item.inputs, "vpcEndpointType") != "Interface":
        return []
    zones = len(items(item.inputs, "subnetIds"))
    endpoints = [
        other
        for other in context.plan.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        if text(other.inputs, "vpcEndpointType") == "Interface"
    ]
    share = context.usage.endpoint_gb / len(endpoints)
    return [
        Charge(sku="vpc/interface-endpoint", quantity=zones, unit="hour", why=f"one in each of {zones} zones"),
        Charge(
            sku="vpc/interface-endpoint-data", quantity=share, unit="GB", why="its share of endpoint_gb", assumed=True
        ),
    ]


def _load_balancer(item: PlannedResource, context: Bill) -> list[Charge]:
    usage = context.usage
    kind = text(item.inputs, "loadBalancerType") or "application"
    if kind != "network":
        return [Charge(sku=f"{kind}-load-balancer", quantity=1, unit="hour", why="one load balancer")]
    zones = len(items(item.inputs, "subnets")) or len(items(item.inputs, "subnetMappings"))
    addresses = 0 if at(item.inputs, "internal") else zones
    outward = max(usage.origin_gb - FREE_TRANSFER_GB, 0)
    return [
        Charge(sku="nlb/load-balancer", quantity=1, unit="hour", why="one load balancer"),
        Charge(sku="nlb/lcu", quantity=usage.origin_gb, unit="LCU-hour", why="one for each GB it passes", assumed=True),
        Charge(sku="vpc/public-ipv4", quantity=addresses, unit="hour", why="one public address per zone"),
        Charge(
            sku="transfer/internet",
            quantity=outward,
            unit="GB",
            why=f"{usage.origin_gb:.0f} GB of responses past the cache, {FREE_TRANSFER_GB} free",
            assumed=True,
        ),
        Charge(
            sku="transfer/zone",
            quantity=usage.origin_gb * usage.zone_crossings * 2,
            unit="GB",
            why=f"{usage.zone_crossings:g} crossings of zones, billed in both directions",
            assumed=True,
        ),
    ]


def _cluster(item: PlannedResource, _: Bill) -> list[Charge]:
    extended = text(item.inputs, "upgradePolicy", "supportType") != "STANDARD"
    why = "standard support only" if not extended else "standard support; extended support costs six times as much"
    return [Charge(sku="eks/cluster", quantity=1, unit="hour", why=why)]


def _release(item: PlannedResource, _: Bill) -> list[Charge]:
    """Persistent volumes of a Helm release, found by their claims' templates in its values."""
    sizes = list(_claims(item.inputs.get("values")))
    gib = sum(sizes) / GIB
    return [Charge(sku="ebs/gp3", quantity=gib, unit="GB-month", why=f"{len(sizes)} volume claims")] if gib else []


def _claims(values: object) -> list[float]:
    if not isinstance(values, dict):
        return []
    own = quantity(at(values, "volumeClaimTemplate", "spec", "resources", "requests", "storage"))
    copies = number(values, "replicas", default=1)
    below = [size for value in values.values() for size in _claims(value)]
    return [size * copies for size in ([own] if own else []) + below]


def _claim(item: PlannedResource, _: Bill) -> list[Charge]:
    size = quantity(at(item.inputs, "spec", "resources", "requests", "storage"))
    return [Charge(sku="ebs/gp3", quantity=(size or 0) / GIB, unit="GB-month", why="one volume claim")]


def _zone_plan(_: PlannedResource, context: Bill) -> list[Charge]:
    plan = context.usage.cloudflare_plan
    sku = f"{ZONE_PLAN}{plan or 'not-stated'}"
    return [Charge(sku=sku, quantity=1, unit="month", why=f"plan of the zone: {plan or 'not stated'}")]


RULES: Mapping[str, Callable[[PlannedResource, Bill], list[Charge]]] = {
    NODE_GROUP: _node_group,
    "aws:ec2/natGateway:NatGateway": _nat,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:eks/cluster:Cluster": _cluster,
    "kubernetes:helm.sh/v3:Release": _release,
    "kubernetes:core/v1:PersistentVolumeClaim": _claim,
    # Every zone has one; the plan of a zone is bought outside of any stack.
    "cloudflare:index/tieredCache:TieredCache": _zone_plan,
    **DATA_RULES,
}
"""Rules by resource type."""
