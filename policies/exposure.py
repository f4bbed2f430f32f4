"""Whether anybody on the internet could open a connection to a database, a cache or a search engine of a plan.

Judged are the own switches of stores, the rules of all security groups, and Kubernetes Services with a load balancer.
Access that goes through something else of the platform (the gateway, a pod) is no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from bailbondpro.facts import ports
from plan.tokens import CACHE, DATABASE, DEFAULT_SECURITY_GROUP, INGRESS_RULE, PREFIX_LIST, SECURITY_GROUP, SERVICE
from plan.unknown import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plan import Plan, PlannedResource

STORES = (
    DATABASE,
    "aws:rds/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    CACHE,
    "aws:elasticache/cluster:Cluster",
    "aws:opensearch/domain:Domain",
)
"""Databases, caches and search engines."""
SEARCH = "aws:opensearch/domain:Domain"
PORTS = {
    ports.POSTGRES: "PostgreSQL",
    ports.POOLER: "PgBouncer",
    ports.REDIS: "Redis",
    3306: "MySQL",
    9200: "search",
}
"""Ports that databases, poolers, caches and search engines listen on by default (documentation of each)."""
PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"))
)
"""Blocks that no address of the internet lies in (RFC 1918, 6598, 4193, 4291)."""
GROUPS = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP)
RULES = (INGRESS_RULE, "aws:ec2/securityGroupRule:SecurityGroupRule")


@dataclass(frozen=True)
class Door:
    """One way in that a plan opens.

    Attributes:
        name: logical name of the resource that opens it.
        why: what it admits.
        known: False where the plan does not say yet which addresses it admits.
        urn: the resource.
    """

    name: str
    why: str
    known: bool = True
    urn: str = field(default="", compare=False)


def stores(plan: Plan) -> list[PlannedResource]:
    """The databases, caches and search engines that will exist."""
    return plan.of_type(*STORES)


def open_doors(plan: Plan) -> list[Door]:
    """Every way from the internet to a database, a cache or a search engine, in the plan's order."""
    groups = {urn for item in stores(plan) for urn in item.dependencies}
    return [replace(door, urn=item.urn) for item in plan if item.op != "delete" for door in _doors(item, plan, groups)]


def _doors(item: PlannedResource, plan: Plan, groups: set[str]) -> Iterator[Door]:
    if item.inputs.get("publiclyAccessible") in {True, "true"}:
        yield Door(item.name, "publiclyAccessible: true")
    if is_unknown(item.inputs.get("publiclyAccessible")):
        yield Door(item.name, "publiclyAccessible is known only after an update", known=False)
    if item.type == SEARCH and not item.inputs.get("vpcOptions"):
        yield Door(item.name, "no vpcOptions: a search domain outside of a VPC has a public endpoint")
    if item.type == SERVICE:
        yield from _service(item)
    if item.type in GROUPS:
        for entry in item.inputs.get("ingress") or ():
            yield from _rule(item, entry, plan, of_a_store=item.urn in groups)
    if item.type in RULES and item.inputs.get("type", "ingress") == "ingress":
        own = {urn for urn in item.dependencies if (found := plan.get(urn)) is not None and found.type in GROUPS}
        yield from _rule(item, item.inputs, plan, of_a_store=bool(own & groups))


def _service(item: PlannedResource) -> Iterator[Door]:
    spec = item.inputs.get("spec")
    if not isinstance(spec, dict) or spec.get("type") != "LoadBalancer":
        return
    for port in spec.get("ports") or ():
        number = port.get("targetPort", port.get("port"))
        for found in {port.get("port"), number} & PORTS.keys():
            yield Door(item.name, f"a Service of type LoadBalancer on port {found} ({PORTS[found]})")


def _rule(item: PlannedResource, rule: dict[str, Any], plan: Plan, *, of_a_store: bool) -> Iterator[Door]:
    """What a rule of a security group admits from the internet, where a store listens behind it."""
    listening = _listening(rule)
    if not of_a_store and not listening:
        return
    where = "the group of a store" if of_a_store else f"port {', '.join(f'{n} ({PORTS[n]})' for n in listening)}"
    for block in blocks(rule, item, plan):
        if (public := is_public(block)) is None:
            yield Door(item.name, f"{where} admits addresses that are not known before an update", known=False)
        elif public:
            yield Door(item.name, f"{where} admits {block}")


def _listening(rule: dict[str, Any]) -> list[int]:
    """The ports of databases among those that a rule opens; every one where its protocol is all of them."""
    protocol = str(rule.get("ipProtocol", rule.get("protocol", "")))
    if protocol in {"-1", "all"}:
        return list(PORTS)
    first, last = rule.get("fromPort"), rule.get("toPort")
    if protocol not in {"tcp", "6"} or not isinstance(first, (int, float)) or not isinstance(last, (int, float)):
        return []
    return [port for port in PORTS if first <= port <= last or first == -1]


def blocks(rule: Mapping[str, Any], item: PlannedResource, plan: Plan) -> Iterator[str]:
    """Every block of addresses that a rule of a security group names, those of prefix lists in the plan included."""
    for name in ("cidrIpv4", "cidrIpv6"):
        if rule.get(name):
            yield str(rule[name])
    for name in ("cidrBlocks", "ipv6CidrBlocks"):
        yield from map(str, rule.get(name) or ())
    if rule.get("prefixListId") or rule.get("prefixListIds"):
        lists = [found for urn in item.dependencies if (found := plan.get(urn)) and found.type == PREFIX_LIST]
        entries = [entry for found in lists for entry in found.inputs.get("entries") or ()]
        yield from (str(entry.get("cidr")) for entry in entries) if lists else iter(("a prefix list",))


def is_public(block: str) -> bool | None:
    """Whether a block has addresses of the internet; None where it is no block (yet)."""
    try:
        network = ip_network(block, strict=False)
    except ValueError:
        return None
    same = [own for own in PRIVATE if own.version == network.version]
    return not any(network.subnet_of(own) for own in same)  # type: ignore[arg-type]  # both are of one version
