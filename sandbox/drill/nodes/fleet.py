"""The machines behind node groups, as EC2 Auto Scaling keeps them: launched after a while, in the emptiest zone.

EC2 Auto Scaling keeps as many machines as a group asks for, evenly over its zones; where one zone gives none, it tries
the others (Amazon EC2 Auto Scaling User Guide, "Auto Scaling benefits for application architecture", read 2026-11-29).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from sandbox.drill.nodes.objects import Manifest, node_name, node_object
from sandbox.kubernetes.api import NOT_FOUND, ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.capacity.node_groups import NodeGroup

BOOT_SECONDS = 110.0
"""From the wish for a machine until its kubelet registers it: launch, boot, join. Assumed: no document promises it.
With the seconds until a registered node is ready it is what `./bbp simulate` assumes, node_start_seconds."""
RETRY_SECONDS = 60.0
"""After a launch that was refused, so long until the next one is tried (assumed; the real pause grows)."""

Loss: TypeAlias = Literal["silent", "refused"]
"""How a lost zone answers a launch: nothing ever comes of it, or it is refused at once."""


class Nodes(Protocol):
    """A cluster that machines join and leave."""

    def add_node(self, node: Manifest) -> None:
        """Register a node whose kubelet is alive."""

    def remove_node(self, node: str) -> None:
        """Take a node away, as a cloud's controller does when its machine is gone."""


class Time(Protocol):
    """A clock."""

    @property
    def seconds(self) -> float:
        """Simulated seconds since the start."""


@dataclass
class Launch:
    """A machine that is on its way.

    Attributes:
        zone: where.
        at: when it registers; never where its zone is lost.
        since: when it was asked for.
    """

    zone: str
    at: float
    since: float


@dataclass
class Pool:
    """The machines of a node group.

    Attributes:
        group: the node group.
        index: its place among the groups.
        target: how many machines are wanted.
        members: zone of each registered machine, by the name of its node.
        launches: machines on their way.
        made: how many were ever made.
        refused: when launches were refused.
        short_since: since when machines are missing that nobody launches; None where none are.
    """

    group: NodeGroup
    index: int
    target: int
    members: dict[str, str] = field(default_factory=dict)
    launches: list[Launch] = field(default_factory=list)
    made: int = 0
    refused: list[float] = field(default_factory=list)
    short_since: float | None = None

    def overdue(self, now: float, limit: float) -> int:
        """How many wanted machines have not come for a time: launched and silent, or refused ever since."""
        silent = sum(now - launch.since >= limit for launch in self.launches)
        if self.short_since is None or now - self.short_since < limit:
            return silent
        return silent + max(0, self.target - len(self.members) - len(self.launches))


class Fleet:
    """Every machine of a cluster; `step` makes happen what is due.

    Args:
        cluster: what nodes register with.
        clock: whose seconds count.
        groups: the node groups.
        boot_seconds: from the wish for a machine until it registers.
    """

    def __init__(
        self,
        cluster: Nodes,
        clock: Time,
        groups: Iterable[NodeGroup],
        boot_seconds: float = BOOT_SECONDS,
    ) -> None:
        self._cluster, self._clock = cluster, clock
        self.boot_seconds = boot_seconds
        self.pools = {group.name: Pool(group, index, group.wanted) for index, group in enumerate(groups)}
        self.lost: dict[str, Loss] = {}

    def add_group(self, group: NodeGroup) -> None:
        """A node group that comes later; its machines are on their way."""
        pool = self.pools[group.name] = Pool(group, len(self.pools), group.wanted)
        self._launch(pool)

    def begin(self) -> list[str]:
        """Register the machines that every group begins with, at once; returns the nodes."""
        return [self._register(pool, self._zone(pool)) for pool in self.pools.values() for _ in range(pool.target)]

    def resize(self, name: str, size: int) -> None:
        """Ask for so many machines of a group, within its bounds; machines on their way are given up first.

        Raises:
            ValueError: the group may not have so many or so few.
        """
        pool = self.pools[name]
        if not pool.group.least <= size <= pool.group.most:
            raise ValueError(f"{name} has {pool.group.least} to {pool.group.most} nodes, not {size}")
        pool.target = size
        pool.launches.sort(key=lambda launch: launch.at)
        while pool.launches and len(pool.members) + len(pool.launches) > size:
            pool.launches.pop()
        self._launch(pool)

    def terminate(self, node: str) -> None:
        """End a machine and want one fewer."""
        pool = self.pool_of(node)
        if pool is not None:
            pool.target -= 1
            self.end(node)

    def end(self, node: str) -> None:
        """A machine is gone, whoever ended it; its Node goes with it, and another comes where one is wanted."""
        pool = self.pool_of(node)
        if pool is not None:
            del pool.members[node]
        try:
            self._cluster.remove_node(node)
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise

    def lose_zone(self, zone: str, how: Loss = "silent") -> None:
        """No machine comes up in a zone any more; those on their way there are lost with it."""
        self.lost[zone] = how
        for pool in self.pools.values():
            for launch in pool.launches:
                if launch.zone == zone:
                    launch.at = float("inf")
            if how == "refused" or set(pool.group.zones) - self.lost.keys():
                pool.launches = [launch for launch in pool.launches if launch.zone != zone]

    def regain_zone(self, zone: str) -> None:
        """Machines come up in a zone again; those that were waited for begin now."""
        self.lost.pop(zone, None)
        for pool in self.pools.values():
            for launch in pool.launches:
                if launch.zone == zone and launch.at == float("inf"):
                    launch.at = self._clock.seconds + self.boot_seconds

    def pool_of(self, node: str) -> Pool | None:
        """The pool of a node; None for one of no group."""
        return next((pool for pool in self.pools.values() if node in pool.members), None)

    def nodes_in(self, zone: str) -> list[str]:
        """The nodes in a zone."""
        return [name for pool in self.pools.values() for name, where in pool.members.items() if where == zone]

    def step(self) -> list[str]:
        """Make happen what is due; returns the nodes that have registered."""
        now, registered = self._clock.seconds, []
        for pool in self.pools.values():
            due = [launch for launch in pool.launches if launch.at <= now]
            pool.launches = [launch for launch in pool.launches if launch.at > now]
            registered += [self._register(pool, launch.zone) for launch in due]
            self._launch(pool)
        return registered

    def _launch(self, pool: Pool) -> None:
        now = self._clock.seconds
        for _ in range(pool.target - len(pool.members) - len(pool.launches)):
            zone = self._zone(pool)
            how = self.lost.get(zone)
            if how == "refused":
                if not pool.refused or now - pool.refused[-1] >= RETRY_SECONDS:
                    pool.refused.append(now)
                if pool.short_since is None:
                    pool.short_since = now
                return
            pool.launches.append(Launch(zone, float("inf") if how else now + self.boot_seconds, now))
        pool.short_since = None

    def _zone(self, pool: Pool) -> str:
        """The zone with the fewest machines of a group, of those that give any."""
        counts = Counter([*pool.members.values(), *(launch.zone for launch in pool.launches)])
        zones = [zone for zone in pool.group.zones if zone not in self.lost] or list(pool.group.zones)
        return min(zones, key=lambda zone: counts[zone])

    def _register(self, pool: Pool, zone: str) -> str:
        name = node_name(pool.index, pool.group.zones.index(zone), pool.made, pool.group.region)
        pool.made += 1
        pool.members[name] = zone
        self._cluster.add_node(node_object(pool.group, name, zone))
        return name
