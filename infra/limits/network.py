"""Limits of the VPC."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from bailbondpro.facts.regions import COMMERCIAL, partition_of
from infra.limits.rule import Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.root import Settings

_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


@rule("region-partition", source="AWS General Reference, Amazon Resource Names: partitions", areas=("region",))
def the_region_is_of_the_common_partition(settings: Settings) -> Iterator[Finding]:
    """The policies of AWS that roles are given are named in one partition, and nothing was rehearsed in another."""
    partition = partition_of(settings.region)
    if partition != COMMERCIAL:
        yield Finding(
            path="region",
            value=settings.region,
            allowed=f"a region of the partition {COMMERCIAL}: {settings.region} is of {partition}, where the policies "
            "that components give to roles have other ARNs",
            fix="choose a region of it, or give components/ the partition of their ARNs and rehearse it",
        )


@rule("vpc-private", source="RFC 1918; EC2 documentation, VPC CIDR blocks", areas=("network",))
def vpc_is_private(settings: Settings) -> Iterator[Finding]:
    """Public addresses inside the VPC would make their real owners unreachable."""
    cidr = IPv4Network(settings.network.vpc_cidr)
    if not any(cidr.subnet_of(block) for block in _PRIVATE):
        yield Finding(
            path="network.vpcCidr",
            value=str(cidr),
            allowed="a /16 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
            fix="use `10.10.0.0/16`",
        )


@rule("zones-of-region", source="EC2 documentation, availability zones", areas=("network", "region"))
def zones_belong_to_region(settings: Settings) -> Iterator[Finding]:
    """A subnet can only lie in a zone of its own region."""
    for index, zone in enumerate(settings.network.availability_zones):
        if zone[:-1] != settings.region:
            yield Finding(
                path=f"network.availabilityZones[{index}]",
                value=zone,
                allowed=f"a zone of the region {settings.region}",
                fix=f"use `{settings.region}{zone[-1]}`, or set aws:region to {zone[:-1]}",
            )


@rule("zones-distinct", source="scaling guide, Scaling Objectives: no single point of failure", areas=("network",))
def zones_are_distinct(settings: Settings) -> Iterator[Finding]:
    """Two subnets in one zone fail together."""
    yield from repeated("network.availabilityZones", settings.network.availability_zones)


@rule("endpoints-distinct", source="EC2 documentation, interface endpoints", areas=("network",))
def endpoints_are_distinct(settings: Settings) -> Iterator[Finding]:
    """A second private endpoint of one service is refused by EC2."""
    yield from repeated("network.interfaceEndpoints", settings.network.interface_endpoints)


@rule("service-range-apart", source="EKS documentation, service IPv4 range", areas=("network", "cluster"))
def service_range_is_apart(settings: Settings) -> Iterator[Finding]:
    """Service addresses inside the VPC's range would hide real hosts."""
    services, vpc = IPv4Network(settings.cluster.service_ipv4_cidr), IPv4Network(settings.network.vpc_cidr)
    private = any(services.subnet_of(block) for block in _PRIVATE)
    if services.overlaps(vpc) or not private:
        yield Finding(
            path="cluster.serviceIpv4Cidr",
            value=str(services),
            allowed=f"a private range that does not overlap the VPC ({vpc})",
            fix=f"use `{'172.20.0.0/16' if not vpc.overlaps(IPv4Network('172.20.0.0/16')) else '10.100.0.0/16'}`",
        )


def repeated(path: str, values: tuple[str, ...]) -> Iterator[Finding]:
    """A finding for every value that stands in a list more than once."""
    for value, count in Counter(values).items():
        if count > 1:
            yield Finding(path=path, value=value, allowed="every entry once", fix=f"remove the second `{value}`")


RULES = (
    the_region_is_of_the_common_partition,
    vpc_is_private,
    zones_belong_to_region,
    zones_are_distinct,
    endpoints_are_distinct,
    service_range_is_apart,
)
