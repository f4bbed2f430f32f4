"""Load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.model.base import Context, Violation, values_at
from sandbox.model.checks import On, given, number, text
from sandbox.model.names import Named, Unique
from sandbox.model.outputs import Inputs, short_hash
from sandbox.model.pairs import pair
from sandbox.model.references import Reference
from sandbox.model.replacement import Condition, Replaced, Situation
from sandbox.model.rows import Deletion, Returned, Row, by_arn
from sandbox.model.sources import Sources
from sandbox.protocol.wire import Unknown
from sandbox.services.aws.arns import arn
from sandbox.services.aws.ec2.pairs import ASSOCIATED
from sandbox.services.aws.ec2.places import GATEWAY_FIRST, ONE_VPC, zones
from sandbox.services.aws.ec2.targets import DEPENDENCY, EIP, SECURITY_GROUP, SUBNET
from sandbox.services.aws.hosted_zones import hosted_zone
from sandbox.services.aws.lb import pairs, shift
from sandbox.services.aws.lb.targets import DOCS, LOAD_BALANCER, NAME, NAME_IN_WORDS
from sandbox.services.aws.pairs.receivers import LOG_BUCKET
from sandbox.services.aws.returned import balancing
from sandbox.services.aws.s3 import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.place import Place
    from sandbox.protocol.diff import Change


def _balancer(context: Context) -> Iterator[Violation]:
    inputs = context.inputs
    kind = text(inputs, "loadBalancerType", "application")
    subnets = inputs.get("subnets")
    if kind == "application" and isinstance(subnets, list) and len(subnets) == 1:
        yield Violation(
            "subnets",
            "one subnet, an Application Load Balancer needs two in different zones (ValidationError: At least two "
            "subnets in two different Availability Zones must be specified)",
        )
    if not given(inputs, "subnets") and not given(inputs, "subnetMappings"):
        yield Violation("subnets", "subnets or subnetMappings is required (ValidationError)")
    for name in ("clientKeepAlive", "idleTimeout", "desyncMitigationMode", "xffHeaderProcessingMode"):
        if kind not in {"", "application"} and given(inputs, name):
            yield Violation(name, f"only for load balancers of type application, here {kind}")
    for name in ("dnsRecordClientRoutingPolicy", "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"):
        if kind == "application" and given(inputs, name):
            yield Violation(name, "only for load balancers of type network, here application")


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


def _subnets(inputs: dict[str, Any]) -> set[str]:
    return {str(value) for path in ("subnets[*]", "subnetMappings[*].subnetId") for _, value in values_at(inputs, path)}


def _network(case: Situation) -> bool:
    return case.old.get("loadBalancerType") == "network"


def _subnet_removed(case: Situation, _: Change) -> bool:
    unknown = any(isinstance(case.new.get(name), Unknown) for name in ("subnets", "subnetMappings"))
    return _network(case) and not unknown and bool(_subnets(case.old) - _subnets(case.new))


def _group_first_or_last(case: Situation, _: Change) -> bool:
    return _network(case) and bool(case.old.get("securityGroups")) != bool(case.new.get("securityGroups"))


def _secondary_addresses_lowered(_: Situation, change: Change) -> bool:
    before, after = number(change.old or 0), number(change.new or 0)
    return before is not None and after is not None and after < before


def _outputs(name: str, inputs: Inputs, _identity: str, place: Place) -> dict[str, Any]:
    named = str(inputs.get("name") or name)
    digest = short_hash(named, "lb", length=16)
    kind = {"network": "net", "gateway": "gwy"}.get(str(inputs.get("loadBalancerType")), "app")
    internal = "internal-" if kind == "app" and inputs.get("internal") else ""
    area = f"elb.{place.region}" if kind == "net" else f"{place.region}.elb"
    return {
        "arn": arn("elasticloadbalancing", f"loadbalancer/{kind}/{named}/{digest}", place),
        "arnSuffix": f"{kind}/{named}/{digest}",
        "dnsName": f"{internal}{named}-{digest}.{area}.{place.dns_suffix}",
        "zoneId": hosted_zone("network" if kind == "net" else "application", place),
    }


_lb = On("balancer", source=f"{DOCS}, CreateLoadBalancer")

ROWS = (
    Row(
        token=LOAD_BALANCER[0].token,
        name=Named(),
        id=by_arn,
        outputs=_outputs,
        replaced=Replaced(
            ("customerOwnedIpv4Pool", "internal", "loadBalancerType", "name", "namePrefix", "subnetMappings"),
            {"loadBalancerType": "application"},
            kept=("internal", "name", "subnetMappings"),
            when={
                "subnets": Condition(_subnet_removed, "a network load balancer loses a subnet", "SDK documentation"),
                "securityGroups": Condition(
                    _group_first_or_last,
                    "a network load balancer gets its first or loses its last group",
                    "SDK documentation",
                ),
                "secondaryIpsAutoAssignedPerSubnet": Condition(
                    _secondary_addresses_lowered, "secondary addresses become fewer", "SDK documentation"
                ),
            },
        ),
        references=(
            Reference("subnets[*]", SUBNET, "SubnetNotFound", DEPENDENCY),
            Reference("subnetMappings[*].subnetId", SUBNET, "SubnetNotFound", DEPENDENCY),
            Reference(
                "subnetMappings[*].allocationId",
                EIP,
                "AllocationIdNotFound",
                "InvalidIPAddress.InUse: the address is associated",
            ),
            Reference("securityGroups[*]", SECURITY_GROUP, "InvalidSecurityGroup", DEPENDENCY),
            Reference("accessLogs.bucket", BUCKET, "InvalidConfigurationRequest: no such bucket"),
        ),
        unique=(Unique(("name",), "DuplicateLoadBalancerName"),),
        values=(
            _lb.matches("name", NAME, NAME_IN_WORDS, "ValidationError: The load balancer name"),
            _lb.exclusive("name", "namePrefix", source="terraform-provider-aws 5.5.0 schema"),
            _lb.one_of("loadBalancerType", ("application", "network", "gateway")),
            _lb.one_of("ipAddressType", ("ipv4", "dualstack", "dualstack-without-public-ipv4")),
            _lb.between("idleTimeout", 1, 4000, "seconds"),
            _lb.between("clientKeepAlive", 60, 604_800, "seconds"),
            _lb.between("secondaryIpsAutoAssignedPerSubnet", 0, 7),
            _lb.exclusive("subnets", "subnetMappings", source="SDK documentation"),
            _lb.one_of(
                "dnsRecordClientRoutingPolicy",
                ("any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"),
            ),
            _lb.one_of("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", ("on", "off")),
            _lb.custom("kind", _balancer),
        ),
        state=(
            shift.OF_A_BALANCER,
            pair(
                "balancer-zones",
                _one_subnet_per_zone,
                refused="two subnets of a zone for a load balancer, one zone for an application load balancer",
                says="InvalidConfigurationRequest or ValidationError",
                source="Elastic Load Balancing API Reference v2, CreateLoadBalancer, Subnets",
            ),
            GATEWAY_FIRST,
            ONE_VPC,
            ASSOCIATED,
            LOG_BUCKET,
            pairs.DUAL,
        ),
        deletion=Deletion(
            (
                "enableDeletionProtection",
                "OperationNotPermitted: the load balancer cannot be deleted because deletion protection is enabled",
            )
        ),
        sources=Sources(
            outputs="Elastic Load Balancing API Reference, LoadBalancer; AWS General Reference, Elastic Load Balancing",
        ),
        returned=Returned(values=balancing.LOAD_BALANCER),
    ),
)
