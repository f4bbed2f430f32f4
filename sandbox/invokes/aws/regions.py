"""The regions of AWS: names, zones, and what is the same for everybody in each (`regions.json`, with its sources)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


@dataclass(frozen=True)
class Region:
    """One region.

    Attributes:
        name: for example "eu-central-1".
        description: as the console calls it.
        opt_in: whether an account must switch it on before use.
        zones: zone ids by zone name, in the order of the names.
        facts: ids and accounts of services, by name; a service that publishes none has no entry.
    """

    name: str
    description: str
    opt_in: bool
    zones: dict[str, str]
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The partition that it belongs to."""
        return next((found for start, found in _PARTITIONS.items() if self.name.startswith(start)), "aws")


@cache
def regions() -> dict[str, Region]:
    """Every region by name."""
    text = (resources.files(__package__) / "regions.json").read_text(encoding="utf-8")
    return {name: _region(name, dict(row)) for name, row in json.loads(text)["regions"].items()}


def _region(name: str, row: dict[str, Any]) -> Region:
    return Region(name, row.pop("description"), row.pop("opt_in"), row.pop("zones"), row)


def region_named(name: str) -> Region | None:
    """The region of this name, or None for one that the table does not have."""
    return regions().get(name)
