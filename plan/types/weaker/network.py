"""Ways through the network that must not open, or lead elsewhere, in silence.

Sources are the documentation of the services; unverified where nothing else is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plan import tokens
from plan.types.weaker.model import TRUE, Weaker, becomes, changes, differs, kept, stays
from plan.types.weaker.ways import appears, network, opens, others, wide

if TYPE_CHECKING:
    from collections.abc import Iterator

_EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RULES = "Amazon VPC User Guide, Security group rules"
_EVERY_PROTOCOL = ("-1", -1, "all")


def _wider_list(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a list of blocks has one that is a large part of the internet, and had not."""
    return bool(_wide_of(new) - _wide_of(old))


def _wide_of(entries: object) -> set[str]:
    blocks = [entry.get("cidr") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else ()
    return {str(block) for block in blocks if wide(block)}


def _opens_inline(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a group's own rules name a block of the internet that they did not."""
    return bool(set(_public_of(new)) - set(_public_of(old)))


def _public_of(entries: object) -> Iterator[tuple[str, str]]:
    for entry in entries if isinstance(entries, list) else ():
        for name in ("cidrBlocks", "ipv6CidrBlocks"):
            blocks = entry.get(name) if isinstance(entry, dict) else None
            for block in blocks if isinstance(blocks, list) else ():
                found = network(block)
                if wide(block) or (found is not None and found.is_global):
                    yield str(block), f"{entry.get('protocol')} {entry.get('fromPort')}-{entry.get('toPort')}"


def _everything(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a plan
    """Whether a policy lets everybody in or out on every port, and did not."""
    return not _lets_all(old) and _lets_all(new)


def _lets_all(spec: object) -> bool:
    found = spec if isinstance(spec, dict) else {}
    rules = [rule for side in ("ingress", "egress") for rule in found.get(side) or ()]
    return any(isinstance(rule, dict) and not any(rule.values()) for rule in rules)


NETWORK_WEAKER: tuple[Weaker, ...] = (
    *(
        Weaker(
            token=tokens.ROUTE_TABLE_ASSOCIATION,
            path=(name,),
            than=than,
            made=made,
            says="its subnet has the ways out of its own kind alone",
            loses="defence",
            source="Amazon VPC User Guide, Route tables",
        )
        for name, than, made in (("routeTableId", differs, "subnetId"), ("subnetId", changes, ""))
    ),
    *(
        Weaker(
            token=tokens.ROUTE,
            path=(name,),
            than=appears,
            made="routeTableId",
            says="its table leads there no traffic",
            loses="defence",
            source="Amazon VPC User Guide, Example routing options",
        )
        for name in ("gatewayId", "transitGatewayId", "vpcPeeringConnectionId", "networkInterfaceId")
    ),
    *(
        Weaker(
            token=token,
            path=(name,),
            than=opens,
            made="securityGroupId",
            says="the internet is no part of what it lets through",
            loses="defence",
            source=_RULES,
        )
        for token in (tokens.INGRESS_RULE, _EGRESS_RULE)
        for name in ("cidrIpv4", "cidrIpv6")
    ),
    *(
        Weaker(token=token, path=(name,), than=than, says=says, loses="defence", source=_RULES)
        for token in (tokens.INGRESS_RULE, _EGRESS_RULE)
        for name, than, says in (
            ("prefixListId", changes, "it lets through whom its list names"),
            ("referencedSecurityGroupId", changes, "it lets through the members of one group"),
            ("ipProtocol", becomes(*_EVERY_PROTOCOL), "it lets one protocol through"),
        )
    ),
    *(
        Weaker(
            token=token,
            path=(name,),
            than=_opens_inline,
            says="the internet is no part of what it lets through",
            loses="defence",
            source=_RULES,
        )
        for token in (tokens.SECURITY_GROUP, tokens.DEFAULT_SECURITY_GROUP)
        for name in ("ingress", "egress")
    ),
    *(
        Weaker(
            token=tokens.PREFIX_LIST,
            path=("entries",),
            than=than,
            says=says,
            loses="defence",
            source="Amazon VPC User Guide, Consolidate and manage network CIDR blocks with managed prefix lists",
        )
        for than, says in (
            (_wider_list, "it names networks, and no large part of the internet"),
            (kept, "it names somebody"),
        )
    ),
    *(
        Weaker(
            token=token,
            path=(name,),
            than=others,
            says="the rules of these groups decide who reaches it",
            loses="defence",
            source=_RULES,
        )
        for token, name in (
            (tokens.CACHE, "securityGroupIds"),
            (tokens.DATABASE, "vpcSecurityGroupIds"),
            (tokens.LOAD_BALANCER, "securityGroups"),
            (tokens.ENDPOINT, "securityGroupIds"),
        )
    ),
    *(
        Weaker(
            token=token,
            path=(name,),
            than=changes,
            says="it stands in subnets without a way to the internet",
            loses="defence",
            source="Amazon RDS User Guide, Working with a DB instance in a VPC; Amazon ElastiCache User Guide, Subnets",
        )
        for token, name in ((tokens.DATABASE, "dbSubnetGroupName"), (tokens.CACHE, "subnetGroupName"))
    ),
    *(
        Weaker(
            token=token,
            path=("subnetIds",),
            than=others,
            says="what is in it stands in subnets without a way to the internet",
            loses="defence",
            source="Amazon RDS User Guide, Working with a DB instance in a VPC; Amazon ElastiCache User Guide, Subnets",
        )
        for token in ("aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup")
    ),
    Weaker(
        token=tokens.ENDPOINT,
        path=("privateDnsEnabled",),
        than=stays(*TRUE),
        says="requests to the service stay inside of the VPC",
        loses="defence",
        source="AWS PrivateLink Guide, Access an AWS service using an interface VPC endpoint",
    ),
    *(
        Weaker(
            token=tokens.FLOW_LOG,
            path=(name,),
            than=than,
            says="who spoke to whom is logged",
            loses="defence",
            source="Amazon VPC User Guide, Flow logs",
        )
        for name, than in (("trafficType", stays("ALL")), ("logDestination", changes), ("vpcId", changes))
    ),
    Weaker(
        token=tokens.NETWORK_POLICY,
        path=("spec", "podSelector"),
        than=changes,
        says="it is about these pods",
        loses="defence",
        source="Kubernetes documentation, Network Policies",
    ),
    Weaker(
        token=tokens.NETWORK_POLICY,
        path=("spec",),
        than=_everything,
        made="spec",
        says="policies add up, and none lets everybody through on every port",
        loses="defence",
        source="Kubernetes documentation, Network Policies",
    ),
)
