"""Single points of failure of a plan, which of them a stack may have, and the availability promised for it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from plan.placement import shard_servers, shards_in_use
from plan.tokens import CACHE, DATABASE, DEPLOYMENT, LOAD_BALANCER
from planner.availability.accepted import Accepted
from planner.availability.drilled import NOT_DRILLED, PodsDrilled
from planner.availability.graph import (
    Builder,
    availability_graph,
)
from planner.availability.model import Removal, removals
from planner.availability.pods import stranded
from planner.capacity.node_pools import groups_by_pool, homes, is_spot
from planner.plan_values import at, text

if TYPE_CHECKING:
    from plan import Plan

OBJECTIVE_PERCENT = 99.9
"""Uptime that the guide wants (scaling guide, Scaling Objectives)."""
EPSILON = 1e-9
"""What the arithmetic of a product may lose, in percent: nothing else is given away."""
NOTHING = Accepted()


@dataclass(frozen=True, kw_only=True)
class SinglePoint:
    """One failure that takes a function from users, or a promised function that the plan lacks.

    Attributes:
        title: what fails.
        kind: what kind of thing that is.
        urn: the resource to change.
        stops: what users lose.
        fix: what removes the single point.
        accepted: why this stack may have it; empty when it may not.
    """

    title: str
    kind: str
    urn: str
    stops: tuple[str, ...]
    fix: str
    accepted: str


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a vendor promises of one part on the way of a request.

    Attributes:
        part: the part of the platform.
        service: row of the table of service level agreements.
        percent: monthly uptime; None where the vendor promises nothing.
        source: the agreement.
        confidence: how sure the number is.
    """

    part: str
    service: str
    percent: float | None
    source: str
    confidence: str


@dataclass(frozen=True, kw_only=True)
class Availability:
    """What fails with what, and what is promised."""

    removals: tuple[Removal, ...]
    single_points: tuple[SinglePoint, ...]
    promises: tuple[Promise, ...]
    accepted: Accepted = NOTHING
    pods: PodsDrilled = NOT_DRILLED

    @property
    def ok(self) -> bool:
        """Whether everything was judged and holds."""
        return not self.failed and not self.undecided

    @property
    def failed(self) -> bool:
        """A single point of failure that is not accepted, or less uptime promised than is wanted."""
        return any(not point.accepted for point in self.single_points) or bool(self.short_of_uptime)

    @property
    def undecided(self) -> str:
        """What must be known of the pods and is not; empty where all is, or where arithmetic is enough."""
        return "" if self.accepted.arithmetic else self.pods.undecided

    @property
    def short_of_uptime(self) -> str:
        """By how much too little is promised, and the smallest fix; empty where it is enough."""
        least = self.accepted.least_percent(OBJECTIVE_PERCENT)
        if self.composite_percent >= least - EPSILON:
            return ""
        return (
            f"vendors promise {self.shown_percent:.3f} % together, wanted are {least:g} %: take a part from the way of "
            f"a request, or state availability.acceptedUptime: {{percent: {self._floor:g}, reason: ...}}"
        )

    @property
    def _floor(self) -> float:
        return math.floor(self.composite_percent * 100) / 100

    @property
    def composite_percent(self) -> float:
        """The product of all promises for what one request needs; parts without a promise are left out."""
        return 100 * math.prod(promise.percent / 100 for promise in self.promises if promise.percent is not None)

    @property
    def shown_percent(self) -> float:
        """The product in three decimals and never more than it is: 99.8999 must not read as 99.900."""
        return math.floor((self.composite_percent + EPSILON) * 1000) / 1000

    @property
    def unpromised(self) -> list[str]:
        """Parts that their vendor promises nothing for."""
        return [promise.part for promise in self.promises if promise.percent is None]


FIXES = {
    "zone": "spread it over two zones",
    "nat gateway": "network.natGateways: 3, one for each zone",
    "node": "a minSize of 2 or more for its pool",
    "database": "multiAz: true for what takes writes; two replicas or more for reads",
    "cache node": "redis.replicasPerShard: 1 or more, with redis.multiAz: true",
    "pod": "two replicas or more, spread over zones",
    "spread": "nodeTaintsPolicy: Honor on its topologySpreadConstraints, without minDomains; anti-affinity that is "
    "preferred, not required; a nodeSelector and a nodeAffinity that nodes of two zones have; no toleration of lost "
    "nodes",
    "drill": "room, budgets and constraints of the pods that are named; `./bbp drill` shows what happened when",
    "origin": "subnets in two zones or more for the load balancer",
}


def availability(
    plan: Plan,
    *,
    phase: str,
    accepted: Accepted = NOTHING,
    cloudflare_plan: str = "",
    pods: PodsDrilled = NOT_DRILLED,
) -> Availability:
    """Remove everything from a plan, one at a time, and judge what stops and which pods find no node any more.

    What arithmetic says against the pods counts at once; that they survive is said by a drill alone.

    Args:
        plan: the plan.
        phase: growth phase.
        accepted: what the stack may lose by one failure, and the uptime that is enough for it.
        cloudflare_plan: plan of the zone, for what Cloudflare promises; empty for no CDN.
        pods: what a drill of the same objects on the same nodes said.
    """
    found = removals(availability_graph(plan))
    points = [_point(removal, accepted) for removal in found if removal.single_point]
    points += _missing(plan, phase, accepted)
    points += _held_back(plan)
    points += _drilled(plan, pods, accepted)
    return Availability(
        removals=tuple(found),
        single_points=tuple(points),
        promises=tuple(_promises(plan, cloudflare_plan)),
        accepted=accepted,
        pods=pods,
    )


def _point(removal: Removal, accepted: Accepted) -> SinglePoint:
    element = removal.element
    stops = tuple(item.title for item in removal.stops if item.critical)
    return SinglePoint(
        title=element.title,
        kind=element.kind,
        urn=element.urn,
        stops=stops,
        fix=_fix(FIXES[element.kind], accepted, stops),
        accepted=accepted.reason(stops),
    )


def _fix(fix: str, accepted: Accepted, stops: tuple[str, ...]) -> str:
    ended = accepted.ended(stops)
    return f"{fix} ({ended})" if ended and not accepted.reason(stops) else fix


def _missing(plan: Plan, phase: str, accepted: Accepted) -> list[SinglePoint]:
    """Read replicas, which the guide promises from the second phase on: without any, reads have one way only."""
    instances = [item for item in plan.of_type(DATABASE) if item.system == "postgres"]
    primaries = [item for item in instances if not at(item.inputs, "replicateSourceDb")]
    if phase == "optimization" or not primaries or len(instances) > len(primaries):
        return []
    stops = (f"reads away from {primaries[0].name}",)
    return [
        SinglePoint(
            title=primaries[0].name,
            kind="database",
            urn=primaries[0].urn,
            stops=stops,
            fix=_fix(
                "postgres.replicas: 2 or more; the scaling guide wants read replicas from the second phase on",
                accepted,
                stops,
            ),
            accepted=accepted.reason(stops),
        )
    ]


def _held_back(plan: Plan) -> list[SinglePoint]:
    """Pods that their own constraints keep from running; no stack accepts them, because the remedy costs nothing."""
    return [
        SinglePoint(
            title=f"{case.name} without {case.zone}" if case.zone else case.name,
            kind="spread",
            urn=case.urn,
            stops=(
                f"{case.wanted - case.running} of {case.wanted} pods, which stay pending "
                + (f"while {case.zone} is lost or drained" if case.zone else "with every zone up"),
            ),
            fix=FIXES["spread"],
            accepted="",
        )
        for case in stranded(plan)
    ]


def _drilled(plan: Plan, pods: PodsDrilled, accepted: Accepted) -> list[SinglePoint]:
    """The scenarios that failed on the real scheduler and controllers, in their words."""
    named = {text(item.inputs, "metadata", "name") or item.name: item.urn for item in plan.of_type(DEPLOYMENT)}
    found = []
    for failure in pods.failures:
        said = " ".join(failure.problems)
        urn = next((urn for name, urn in named.items() if f"/{name}:" in said or f"/{name}-" in said), "")
        name = f"drill {failure.scenario}"
        found.append(
            SinglePoint(
                title=failure.scenario,
                kind="drill",
                urn=urn,
                stops=failure.problems,
                fix=_fix(FIXES["spread" if "topology spread" in said else "drill"], accepted, (name,)),
                accepted=accepted.reason([name]),
            )
        )
    return found


def _promises(plan: Plan, cloudflare_plan: str) -> list[Promise]:
    """Everything that one request of one client needs, once each."""
    builder = Builder(plan=plan)
    parts: list[tuple[str, str]] = []
    if cloudflare_plan:
        parts.append((f"Cloudflare ({cloudflare_plan})", f"cloudflare/{cloudflare_plan}"))
    parts += [(item.name, f"nlb/{_zones(len(builder.zones(item)))}") for item in plan.of_type(LOAD_BALANCER)]
    for pool, found in groups_by_pool(plan).items():
        groups = [group for group in found if not is_spot(group)]
        if groups and pool != "system":
            zones = len(set(homes(plan, groups, "minSize")))
            parts.append((f"nodes of the {pool} pool", "ec2/multi-az" if zones > 1 else "ec2/instance"))
    writers = [item for item in plan.of_type(DATABASE) if not at(item.inputs, "replicateSourceDb")]
    shards = shard_servers(plan)[: min(shards_in_use(plan), 1)]
    for item in [*(other for other in writers if other.system != "shards"), *shards]:
        name = item.name if item.system != "shards" else "the client's shard"
        parts.append((name, f"rds/{_zones(2 if at(item.inputs, 'multiAz') else 1)}"))
    parts += [
        (item.name, f"elasticache/{_zones(2 if at(item.inputs, 'multiAzEnabled') else 1)}")
        for item in plan.of_type(CACHE)
    ]
    return [_promise(part, service) for part, service in parts]


def _zones(count: int) -> str:
    return "multi-az" if count > 1 else "single-az"


def _promise(part: str, service: str) -> Promise:
    row = _slas().get(service)
    if row is None:
        return Promise(part=part, service=service, percent=None, source="no row in the table", confidence="unverified")
    percent, source, confidence = row
    return Promise(part=part, service=service, percent=percent, source=source, confidence=confidence)


@cache
def _slas() -> dict[str, tuple[float | None, str, str]]:
    document = json.loads(files("planner").joinpath("data/slas.json").read_text("utf-8"))
    return {
        row["service"]: (row["percent"], document["sources"][row["source"]]["title"], row["confidence"])
        for row in document["slas"]
    }
