"""How a VPC is cut into subnets: pure arithmetic, the same in every environment."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

ZONE_LETTERS = ("a", "b", "c")
"""Logical names carry the place of a zone in the list, never its name: a URN must outlive the choice of zones."""

VPC_PREFIX_LENGTH = 16

PRIVATE_RANGES = tuple(
    ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""Private addresses (RFC 1918) and shared address space (RFC 6598)."""


@dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """The CIDR blocks of a VPC, one per availability zone and tier.

    Attributes:
        app: nodes and pods, /19 (8,192 addresses): prefix delegation hands out unbroken /28 blocks.
        public: NAT gateways and load balancers, /24: a load balancer needs 8 free addresses per subnet.
        data: databases and caches, /24.
        control_plane: network interfaces of the EKS control plane, /28: EKS asks for 6 addresses, recommends 16.
    """

    app: tuple[str, ...]
    public: tuple[str, ...]
    data: tuple[str, ...]
    control_plane: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every block of the plan."""
        return self.app + self.public + self.data + self.control_plane


def subnet_plan(vpc_cidr: str, availability_zones: tuple[str, ...]) -> SubnetPlan:
    """Lay the subnets into a VPC; the layout is the same in every environment and never depends on sizes.

    Offsets in the third byte: app at 0, 32, 64; public at 96, 97, 98; data at 104, 105, 106; control plane at 112.0,
    112.16, 112.32. The rest stays free.

    Args:
        vpc_cidr: an IPv4 /16 inside the private ranges of RFC 1918 or the shared range of RFC 6598.
        availability_zones: exactly three, all different.

    Raises:
        ValueError: another prefix length, host bits, public addresses, or another number of zones.
    """
    if len(availability_zones) != len(ZONE_LETTERS) or len(set(availability_zones)) != len(ZONE_LETTERS):
        raise ValueError(f"availability_zones must be three different zones, got {list(availability_zones)}")
    vpc = ipaddress.IPv4Network(vpc_cidr)
    if vpc.prefixlen != VPC_PREFIX_LENGTH:
        raise ValueError(f"vpc_cidr must be a /16 so that every tier fits and can grow, got {vpc_cidr}")
    if not _is_private(vpc):
        raise ValueError(f"vpc_cidr must lie in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10: {vpc_cidr}")

    def blocks(length: int, first: int, step: int) -> tuple[str, ...]:
        """One block per zone; `first` and `step` count addresses from the beginning of the VPC."""
        starts = (int(vpc.network_address) + first + step * zone for zone in range(len(ZONE_LETTERS)))
        return tuple(str(ipaddress.IPv4Network((start, length))) for start in starts)

    return SubnetPlan(
        app=blocks(19, 0, 32 * 256),
        public=blocks(24, 96 * 256, 256),
        data=blocks(24, 104 * 256, 256),
        control_plane=blocks(28, 112 * 256, 16),
    )


def _is_private(network: ipaddress.IPv4Network) -> bool:
    return any(network.subnet_of(block) for block in PRIVATE_RANGES)
