"""The addresses that Cloudflare connects from: data of the package, checked when it is read."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, kw_only=True)
class CloudflareRanges:
    """Cloudflare's published address ranges.

    Attributes:
        ipv4: IPv4 blocks in ascending order.
        ipv6: IPv6 blocks in ascending order.
        source: where the list is published.
        date: when this copy was made, YYYY-MM-DD.
        note: how far this copy has been checked.
    """

    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    source: str
    date: str
    note: str

    @property
    def all(self) -> tuple[str, ...]:
        """Every block, IPv4 first."""
        return self.ipv4 + self.ipv6


def parse_ranges(text: str) -> CloudflareRanges:
    """Read a list of ranges from JSON.

    Args:
        text: an object with "ipv4", "ipv6", "source", "date" and "note".

    Raises:
        ValueError: a block is malformed or of the wrong family, or blocks overlap or are not in ascending order.
        KeyError: a field is missing.
    """
    raw = json.loads(text)
    ipv4 = [ipaddress.IPv4Network(block) for block in raw["ipv4"]]
    ipv6 = [ipaddress.IPv6Network(block) for block in raw["ipv6"]]
    if list(ipaddress.collapse_addresses(ipv4)) != ipv4 or list(ipaddress.collapse_addresses(ipv6)) != ipv6:
        raise ValueError("ranges must be in ascending order, without overlaps, and as few as possible")
    return CloudflareRanges(
        ipv4=tuple(str(block) for block in ipv4),
        ipv6=tuple(str(block) for block in ipv6),
        source=raw["source"],
        date=raw["date"],
        note=raw["note"],
    )


@cache
def cloudflare_ranges() -> CloudflareRanges:
    """The copy of the list that comes with this package; no network is used."""
    return parse_ranges(resources.files(__package__).joinpath("data/cloudflare_ips.json").read_text("utf-8"))
