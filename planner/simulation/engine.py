"""The loop: step by step through a scenario, with the platform's own controllers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from planner.hpa.spec import SYNC_SECONDS
from planner.simulation.assumptions import Assumptions
from planner.simulation.course import Course
from planner.simulation.events.disruption import Disruptions
from planner.simulation.events.outcome import outcomes_of
from planner.simulation.flow import Flow, Traffic
from planner.simulation.gaps import gaps_beyond
from planner.simulation.moment import Moment
from planner.simulation.pods import Cohort, Nodes, PodSet
from planner.simulation.read_plan import platform_of
from planner.simulation.reading.bounds import crossed
from planner.simulation.result import Simulation
from planner.simulation.scaler import Scaler, Use

if TYPE_CHECKING:
    from plan import Plan
    from planner.simulation.model import Platform, Tier
    from planner.simulation.scenarios import Scenario

LONG_AGO = -1e9
KEPT = 6
"""Runs that are kept: the day, the objectives' day and the grown load, each of the base and of the head of a review."""


@dataclass
class Group:
    """The pods of one Deployment and their autoscaler."""

    pods: PodSet
    scaler: Scaler
    use: Use


@dataclass
class Run:
    """A platform while it is simulated."""

    platform: Platform
    scenario: Scenario
    assumptions: Assumptions
    seed: int
    step: float = SYNC_SECONDS
    flow: Flow = field(init=False)
    answering: list[Group] = field(init=False)
    pooler: Group | None = field(init=False)
    gateway: Group | None = field(init=False)
    nodes: Nodes | None = field(init=False)
    chance: random.Random = field(init=False)
    node_chance: random.Random = field(init=False)
    course: Course = field(init=False)
    disruptions: Disruptions | None = field(init=False)
    idle_memory: dict[str, float] = field(init=False)
    """MiB of a pod of each Deployment that answers requests, before any reached it."""
    busy: tuple[float, ...] = ()
    """Requests inside each group of pods at the end of the last step."""

    def __post_init__(self) -> None:
        # Two sequences: how many nodes start must not change which requests arrive.
        self.chance = random.Random(self.seed)  # noqa: S311 - a simulation, no secret
        self.node_chance = random.Random(f"nodes {self.seed}")  # noqa: S311 - a simulation, no secret
        if self.scenario.routes:
            self.platform = self.platform.shared(dict(self.scenario.routes))
        base, app = self.assumptions.memory_base_mib, self.platform.app
        self.idle_memory = {
            tier.name: base * tier.memory_request / max(app.memory_request, 1e-9) for tier in self.platform.tiers
        }
        self.flow = Flow(self.platform, self.assumptions, self.step)
        rate = self.scenario.rps(0) * (1 - self.assumptions.cdn_hit_percent / 100)
        rates = self.flow.demand.reaching([rate * route.share for route in self.platform.routes])
        self.answering = [self._group(tier, each) for tier, each in zip(self.platform.tiers, rates, strict=True)]
        self.gateway = self._group(self.platform.gateway, rate) if self.platform.gateway else None
        self.pooler = self._group(self.platform.pooler, rate) if self.platform.pooler else None
        self.nodes = self._nodes()
        self.course = Course(self.platform, self.assumptions, self.step)
        self.busy = (0.0,) * len(self.answering)
        self.disruptions = self._disruptions() if self.scenario.events else None

    @property
    def app(self) -> Group:
        """The application's pods."""
        return self.answering[0]

    @property
    def groups(self) -> list[Group]:
        """Gateway first: its priority class is the higher one."""
        return [*([self.gateway] if self.gateway else []), *self.answering, *([self.pooler] if self.pooler else [])]

    @property
    def pod_sets(self) -> list[PodSet]:
        """The pods of all groups that share the node pool."""
        return [group.pods for group in self.groups if group.pods.tier.in_pool]

    def _group(self, tier: Tier, rate: float) -> Group:
        """Pods where the autoscaler comes to rest under the first load."""
        scaler = Scaler(tier, self.step)
        count = scaler.settled(self._use(tier, rate, 1, 0.0, 0.0))
        pods = PodSet(tier, [Cohort(count, LONG_AGO, LONG_AGO)])
        return Group(pods, scaler, self._use(tier, rate, count, 0.0, 0.0))

    def _use(
        self, tier: Tier, rate: float, ready: int, in_progress: float, p95_ms: float, *, error_percent: float = 0.0
    ) -> Use:
        """What a ready pod uses at a rate of all pods together."""
        base = self.idle_memory.get(tier.name, 0.0)
        memory = base + in_progress / max(ready, 1) * self.assumptions.memory_mib_per_request
        return Use(
            cpu=rate * tier.cpu_ms / max(ready, 1),
            memory=min(memory, tier.memory_limit),
            idle_memory=base,
            requests=rate,
            p95_ms=p95_ms,
            error_percent=error_percent,
        )

    def _nodes(self) -> Nodes | None:
        if self.platform.pool is None:
            return None
        nodes = Nodes(self.platform.pool, self._node_seconds, self.assumptions.node_idle_seconds)
        nodes.ready = nodes.needed(self.pod_sets)
        for pods in self.pod_sets:
            count = pods.total
            pods.scale(0)
            pods.waiting = count
            placed = min(count, nodes.room(self.pod_sets).pods(pods.tier))
            pods.waiting = count - placed
            pods.cohorts = [Cohort(placed, LONG_AGO, LONG_AGO)] if placed else []
        return nodes

    def _disruptions(self) -> Disruptions:
        return Disruptions(
            platform=self.platform,
            assumptions=self.assumptions,
            gateway=self.gateway.pods if self.gateway else None,
            answering=[group.pods for group in self.answering],
            pooler=self.pooler.pods if self.pooler else None,
            nodes=self.nodes,
            events=list(self.scenario.events),
        )

    def _node_seconds(self) -> float:
        spread = self.assumptions.node_start_spread_percent / 100
        varied = self.assumptions.node_start_seconds * self.node_chance.uniform(1 - spread, 1 + spread)
        return self.assumptions.node_scan_seconds + varied

    def run(self) -> Simulation:
        """Every step, from the first to the last."""
        for index in range(max(round(self.scenario.seconds / self.step), 1)):
            self._advance(index * self.step)
        summary = self.course.summary([group.pods.tier.scaler for group in self.groups if group.scaler.capped])
        beyond = gaps_beyond(crossed(self.platform, self.course.samples, summary.stations))
        return Simulation(
            scenario=self.scenario,
            assumptions=self.assumptions,
            seed=self.seed,
            step=self.step,
            samples=tuple(self.course.samples),
            summary=summary,
            gaps=(*self.platform.gaps, *beyond),
            events=tuple(outcomes_of(self.scenario.events, self.course.samples, self.assumptions, self.step)),
        )

    def _advance(self, now: float) -> None:
        self._control(now)
        gateways = self.gateway.pods.ready(now) if self.gateway else 0
        ready = [group.pods.ready(now) for group in self.answering]
        poolers = self.pooler.pods.ready(now) if self.pooler else 0
        arrivals, striking = self._arrivals(now), self.disruptions
        missed = arrivals * (1 - self.assumptions.cdn_hit_percent / 100) * striking.entrance if striking else 0.0
        traffic = self.flow.run(arrivals - missed, gateways, ready, poolers)
        if striking is not None:
            traffic = striking.cutting(traffic, missed, self.busy)
        self.busy = traffic.in_progress
        self._measure(traffic, gateways, ready, poolers)
        moment = Moment(
            now=now,
            traffic=traffic,
            flow=self.flow,
            pods=[group.pods for group in self.answering],
            nodes=self.nodes,
            gateways=gateways,
            cpu=self.app.use.cpu,
            event=striking.last if striking else "",
        )
        self.course.follow(moment)

    def _control(self, now: float) -> None:
        """The controllers' turn: autoscalers, then nodes, then the scheduler."""
        if self.nodes is not None:
            self.nodes.join(now)
        changed = self.disruptions.look(now) if self.disruptions else None
        if changed is not None:
            self.flow.become(changed)
        for group in self.groups:
            group.pods.settle(now - 600)
            group.scaler.sync(now, group.pods, group.use)
        shared = self.pod_sets
        if self.nodes is not None:
            self.nodes.follow(now, shared)
        waiting = [group.pods for group in self.groups if group.pods.waiting]
        room = self.nodes.room(shared) if self.nodes is not None and waiting else None
        for pods in waiting:
            if room is None or not pods.tier.in_pool:
                pods.place(now, pods.waiting)
            else:
                room.take(pods.tier, pods.place(now, room.pods(pods.tier)))

    def _arrivals(self, now: float) -> float:
        """Requests of a step: Poisson, by its normal approximation; one draw a step, so that a run keeps its luck."""
        mean = self.scenario.rps(now + self.step / 2) * self.step
        return float(max(round(mean + self.chance.gauss(0, 1) * mean**0.5), 0))

    def _measure(self, traffic: Traffic, gateways: int, ready: list[int], poolers: int) -> None:
        tiers = self.platform.tiers
        slowest = traffic.times.of_tiers(self.platform)
        failing = 100 * (traffic.failed - traffic.limited) / traffic.offered if traffic.offered else 0.0
        for place, group in enumerate(self.answering):
            rate = traffic.tiers[place].served / self.step
            busy = traffic.in_progress[place]
            group.use = self._use(tiers[place], rate, ready[place], busy, slowest[place], error_percent=failing)
        if self.gateway and traffic.gateway:
            rate = traffic.gateway.served / self.step
            self.gateway.use = self._use(self.gateway.pods.tier, rate, gateways, 0.0, 0.0)
        if self.pooler and traffic.pooler:
            rate = traffic.pooler.served / self.step
            self.pooler.use = self._use(self.pooler.pods.tier, rate, poolers, 0.0, 0.0)


def simulate(plan: Plan, scenario: Scenario, assumptions: Assumptions | None = None, seed: int = 1) -> Simulation:
    """Send a scenario's requests to a planned platform.

    Args:
        plan: the plan.
        scenario: the requests.
        assumptions: what no plan can say.
        seed: of arrivals and of nodes' start times; the same seed gives the same result.

    Raises:
        SimulationError: the plan has no application, or a size in it is not known.
        RouteError: the scenario names a route that is not there.
    """
    taken = assumptions or Assumptions()
    return _run(platform_of(plan, taken), scenario, taken, seed)


@lru_cache(maxsize=KEPT)
def _run(platform: Platform, scenario: Scenario, assumptions: Assumptions, seed: int) -> Simulation:
    """One run: of two sides of a change that serve requests alike, the second one is the first."""
    return Run(platform, scenario, assumptions, seed).run()
