"""Regions of AWS: the partition that each belongs to, and a region of it that is always enabled.

AWS General Reference, "Amazon Resource Names" and "Managing AWS Regions" (unverified 2026-11-30).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMERCIAL: Final = "aws"
"""The partition of all regions but those of China, of governments and of the isolated ones (AWS General Reference;
unverified 2026-11-30)."""
PARTITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}
)
"""Partitions by the beginning of their regions' names; every other region is of `aws` (AWS General Reference, "Amazon
Resource Names"; unverified 2026-11-30)."""
HOMES: Final[Mapping[str, str]] = MappingProxyType(
    {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
)
"""A region of each partition that no account must opt into (AWS General Reference; unverified 2026-11-30)."""


def partition_of(region: str) -> str:
    """The partition that a region belongs to.

    >>> [partition_of(region) for region in ("eu-west-1", "us-gov-west-1", "cn-north-1")]
    ['aws', 'aws-us-gov', 'aws-cn']
    """
    return next((name for start, name in PARTITIONS.items() if region.startswith(start)), COMMERCIAL)


def home_of(region: str) -> str:
    """A region of the same partition that is never opted into; the region itself where none is known.

    >>> [home_of(region) for region in ("eu-south-1", "us-gov-east-1", "us-iso-east-1")]
    ['us-east-1', 'us-gov-west-1', 'us-iso-east-1']
    """
    return HOMES.get(partition_of(region), region)
