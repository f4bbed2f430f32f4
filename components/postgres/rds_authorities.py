"""The certificate authorities that sign RDS servers' certificates: data of the package, by region."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class RdsAuthorities:
    """RDS's published root certificates.

    Attributes:
        by_region: PEM of each region's roots below each other: RSA 2048, RSA 4096 and ECC 384, so that a server may
            move from one to another.
        source: where the bundle is published.
        date: when this copy was made, YYYY-MM-DD.
        note: how far this copy has been checked.
    """

    by_region: Mapping[str, str]
    source: str
    date: str
    note: str


@cache
def rds_authorities() -> RdsAuthorities:
    """The copy of the bundle that comes with this package; no network is used."""
    raw = json.loads(resources.files(__package__).joinpath("data/rds_authorities.json").read_text("utf-8"))
    return RdsAuthorities(
        by_region={region: "".join(roots) for region, roots in raw["authorities"].items()},
        source=raw["source"],
        date=raw["date"],
        note=raw["note"],
    )


def rds_authority(region: str) -> str:
    """PEM of the roots that a region's RDS servers may be signed by.

    Raises:
        ValueError: the bundle has none for the region.
    """
    known = rds_authorities().by_region
    if region not in known:
        raise ValueError(f"no RDS authority is known for {region!r}; known regions: {', '.join(known)}")
    return known[region]
