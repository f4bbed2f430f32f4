"""The instance classes the platform knows: vCPU, memory and architecture, from a dated table of AWS documentation.

The table, `data/instance_classes.json`, states its sources and its date. A class that is not in it is refused by the
settings, so that capacity and memory rules never guess.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from bailbondpro.facts.nodes import MAX_PODS, interface_pods

if TYPE_CHECKING:
    from collections.abc import Mapping

Service = Literal["ec2", "rds", "elasticache"]

_BURSTABLE, _MINUTES_PER_HOUR = "t4g", 60
BASELINE_PERCENT: Mapping[str, int] = MappingProxyType(
    {"nano": 5, "micro": 10, "small": 20, "medium": 20, "large": 30, "xlarge": 40, "2xlarge": 40}
)
"""Of each vCPU of a t4g class, what its credits pay for: below it they grow, above it they shrink. A credit is one vCPU
at full speed for a minute (Amazon EC2 User Guide, "Key concepts for burstable performance instances"; unverified
2026-11-30). RDS and ElastiCache offer the same classes and publish no table of their own."""
MAX_CREDIT_HOURS = 24
"""Hours of earnings that a balance holds at most (Amazon EC2 User Guide, "Key concepts for burstable performance
instances"; unverified 2026-11-30)."""


@dataclass(frozen=True, kw_only=True)
class InstanceClass:
    """One instance class.

    Attributes:
        name: AWS name, for example `db.m7g.large`.
        service: Which service offers it.
        vcpu: Virtual CPUs.
        memory_gib: RAM in GiB; for ElastiCache the usable memory (`maxmemory`).
        arch: `arm64` or `x86_64`.
        max_pods: Pods per node with prefix delegation, 0 where not a node (EKS documentation).
        interface_pods: Pods per node whose addresses are single ones of its network interfaces, 0 where not a node.
    """

    name: str
    service: Service
    vcpu: int
    memory_gib: float
    arch: str
    max_pods: int
    interface_pods: int = 0

    @property
    def baseline_percent(self) -> int | None:
        """CPU that a burstable class may use for ever, in % of all its vCPUs; None of a class without credits."""
        family, _, size = self.name.removeprefix("db.").removeprefix("cache.").partition(".")
        return BASELINE_PERCENT[size] if family == _BURSTABLE else None

    @property
    def max_credits(self) -> float | None:
        """The largest balance of CPU credits; None of a class without credits."""
        share = self.baseline_percent
        return None if share is None else share / 100 * self.vcpu * _MINUTES_PER_HOUR * MAX_CREDIT_HOURS


@cache
def instance_classes(service: Service) -> Mapping[str, InstanceClass]:
    """All known classes of a service by name, in table order."""
    table = json.loads(files(__package__).joinpath("data/instance_classes.json").read_text("utf-8"))[service]
    return MappingProxyType(
        {
            name: InstanceClass(
                name=name,
                service=service,
                vcpu=row["vcpu"],
                memory_gib=row["memoryGib"],
                arch=row["arch"],
                max_pods=MAX_PODS if service == "ec2" else 0,
                interface_pods=interface_pods(row["interfaces"], row["addresses"]) if service == "ec2" else 0,
            )
            for name, row in table.items()
        }
    )


def instance_class(service: Service, name: str) -> InstanceClass:
    """A class by its AWS name.

    Raises:
        KeyError: The class is not in the table; settings that loaded never hold such a name.
    """
    return instance_classes(service)[name]


def find_class(name: str) -> InstanceClass | None:
    """A class of any service by its AWS name; None for one that the table does not have."""
    services: tuple[Service, ...] = get_args(Service)
    return next((found for service in services if (found := instance_classes(service).get(name))), None)
