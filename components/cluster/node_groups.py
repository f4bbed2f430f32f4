"""How a pool of nodes is cut into managed node groups: one in each zone, and, while a stack moves, one over all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE_KEY = re.compile(r"[a-z][a-z0-9]{0,3}")


class Undivided(StrEnum):
    """What becomes of a pool's group over all zones, step by step.

    A group that no longer exists in the program is deleted at the end of an update, when the groups of the zones run:
    EKS then drains all its nodes at once, and ends a machine that is not empty after 5 minutes (Amazon EKS User Guide,
    "Delete a managed node group from your cluster"; read 2026-11-29). Each step before it takes that haste away.
    """

    ONLY = "only"
    """Only it: no group has a zone of its own."""
    KEEP = "keep"
    """It stays as it is, beside the groups of the zones."""
    DRAIN = "drain"
    """It takes no more pods and may become empty."""
    GONE = "gone"
    """Only the groups of the zones."""


class Sizes(Protocol):
    """How many nodes a pool has over all zones."""

    @property
    def min_size(self) -> int:
        """Fewest."""

    @property
    def desired_size(self) -> int:
        """At creation."""

    @property
    def max_size(self) -> int:
        """Most."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """One node group of a pool.

    Attributes:
        name: the pool's, and behind it the zone's key where it is the group of one zone.
        zones: keys of the zones that its nodes are in.
        zone: whether it is the group of one zone.
        min_size: fewest nodes.
        desired_size: nodes at creation.
        max_size: most nodes.
        drained: whether it takes no more pods.
    """

    name: str
    zones: tuple[str, ...]
    zone: bool
    min_size: int
    desired_size: int
    max_size: int
    drained: bool = False

    @property
    def kept(self) -> bool:
        """Whether it is over all zones and goes on as before, so that it waits for no other group."""
        return not self.zone and not self.drained


def groups_of(pool: str, sizes: Sizes, zones: tuple[str, ...], undivided: Undivided) -> Iterator[Group]:
    """The groups of a pool, in the order in which they are made: those of the zones, then the one over all.

    Args:
        pool: its name.
        sizes: of the pool.
        zones: keys of its zones.
        undivided: what becomes of the group over all zones.
    """
    if undivided is not Undivided.ONLY:
        parts = zip(
            zones,
            shares(sizes.min_size, len(zones)),
            shares(sizes.desired_size, len(zones)),
            shares(sizes.max_size, len(zones)),
            strict=True,
        )
        for zone, least, wanted, most in parts:
            name = f"{pool}-{zone}"
            yield Group(name=name, zones=(zone,), zone=True, min_size=least, desired_size=wanted, max_size=most)
    if undivided is not Undivided.GONE:
        drained = undivided is Undivided.DRAIN
        yield Group(
            name=pool,
            zones=zones,
            zone=False,
            min_size=0 if drained else sizes.min_size,
            desired_size=sizes.desired_size,
            max_size=sizes.max_size,
            drained=drained,
        )


def shares(nodes: int, zones: int) -> tuple[int, ...]:
    """So many nodes over so many zones, as evenly as they go, the first zones the larger shares.

    >>> shares(8, 3)
    (3, 3, 2)
    """
    return tuple(nodes // zones + (place < nodes % zones) for place in range(zones))
