"""What each planned resource is billed for: SKUs and quantities, before any price is looked up.

Rules follow the vendors' pricing pages (what is a unit, what is included); the rows of `plan.types` say which type is
billed by which. A type without a rule is neither free nor guessed: the cost report names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.tokens import LAUNCH_TEMPLATE, NAT
from plan.types import TYPES
from plan.types.others import COMPUTED
from planner.cost.charges_data import DATA_RULES
from planner.cost.charges_model import Bill, Charge
from planner.plan_values import at, dependencies_of_type, items, number, quantity, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from plan import Plan, PlannedResource
    from planner.cost.usage import Usage

EKS_NODE_DISK_GIB = 20
"""Root disk of a node whose launch template has none (EKS documentation)."""
FREE_TRANSFER_GB = 100
"""Out to the internet a month, free in every account (EC2 pricing, data transfer)."""
GIB = 2.0**30
ZONE_PLAN = "cloudflare/plan/"
"""How the SKUs of a Cloudflare zone's plan begin."""

COMPUTED_BY_THE_ENGINE = ("random:", "tls:", "pulumi:", "command:")
"""Packages whose every type is a computation; of other types without a row nobody here knows what they cost."""


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


def charged(plan: Plan, usage: Usage) -> Iterator[tuple[Sequence[Charge], bool]]:
    """The charges of every resource that is billed, and whether there is a rule for it; free ones are left out.

    What `bill` says, without an object for each resource: most cost nothing, and plans that are only compared by their
    sums are asked often.
    """
    context = Bill(plan=plan, usage=usage)
    for item in plan:
        if not item.custom or item.op == "delete":
            continue
        known = TYPES.get(item.type)
        if known is not None and known.bill.rule:
            yield RULES[known.bill.rule](item, context), True
        elif not (known.bill.free if known else _free(item.type)):
            yield (), False


def _billing(item: PlannedResource, context: Bill) -> Billing:
    known = TYPES.get(item.type)
    if known is None:
        return Billing(item=item, free=_free(item.type))
    if not known.bill.rule:
        return Billing(item=item, free=known.bill.free)
    charges = tuple(RULES[known.bill.rule](item, context))
    return Billing(item=item, charges=charges, free="" if charges else "nothing billable at this size")


def _free(token: str) -> str:
    """Why a type without a row costs nothing; empty where nobody knows that."""
    return COMPUTED if token.startswith(COMPUTED_BY_THE_ENGINE) else ""


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
    share = context.usage.nat_gb / max(context.count(NAT), 1)
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
    share = context.usage.endpoint_gb / context.interface_endpoints
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
    "nodes": _node_group,
    "nat gateway": _nat,
    "address": _address,
    "endpoint": _endpoint,
    "load balancer": _load_balancer,
    "cluster": _cluster,
    "release": _release,
    "volume claim": _claim,
    "zone plan": _zone_plan,
    **DATA_RULES,
}
"""Rules by the name that the rows of `plan.types` know them by."""
