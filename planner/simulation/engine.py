"""The loop: step by step through a scenario, with the platform's own controllers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from planner.hpa.spec import SYNC_SECONDS
from planner.simulation.assumptions import Assumptions
from planner.simulation.breaks import break_of
from planner.simulation.flow import Flow, Traffic
from planner.simulation.pods import Cohort, Nodes, PodSet
from planner.simulation.read_plan import platform_of
from planner.simulation.result import Sample, Simulation, summarize
from planner.simulation.scaler import Scaler, Use

if TYPE_CHECKING:
    from plan import Plan
    from planner.simulation.model import Platform, Tier
    from planner.simulation.result import Break
    from planner.simulation.scenarios import Scenario

LONG_AGO = -1e9
KEPT = 4
"""Runs that are kept: base and head of a review, or of a report and what it is compared with."""


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
    app: Group = field(init=False)
    gateway: Group | None = field(init=False)
    nodes: Nodes | None = field(init=False)
    chance: random.Random = field(init=False)
    node_chance: random.Random = field(init=False)
    samples: list[Sample] = field(default_factory=list)
    broken: Break | None = None

    def __post_init__(self) -> None:
        # Two sequences: how many nodes start must not change which requests arrive.
        self.chance = random.Random(self.seed)  # noqa: S311 - a simulation, no secret
        self.node_chance = random.Random(f"nodes {self.seed}")  # noqa: S311 - a simulation, no secret
        self.flow = Flow(self.platform, self.assumptions, self.step)
        rate = self.scenario.rps(0) * (1 - self.assumptions.cdn_hit_percent / 100)
        self.app = self._group(self.platform.app, rate)
        self.gateway = self._group(self.platform.gateway, rate) if self.platform.gateway else None
        self.nodes = self._nodes()

    @property
    def groups(self) -> list[Group]:
        """Gateway first: its priority class is the higher one."""
        return [group for group in (self.gateway, self.app) if group is not None]

    @property
    def pod_sets(self) -> list[PodSet]:
        """The pods of all groups."""
        return [group.pods for group in self.groups]

    def _group(self, tier: Tier, rate: float) -> Group:
        """Pods where the autoscaler comes to rest under the first load."""
        scaler = Scaler(tier, self.step)
        count = scaler.settled(self._use(tier, rate, 1, 0.0))
        pods = PodSet(tier, [Cohort(count, LONG_AGO, LONG_AGO)])
        return Group(pods, scaler, self._use(tier, rate, count, 0.0))

    def _use(self, tier: Tier, rate: float, ready: int, in_progress: float) -> Use:
        """What a ready pod uses at a rate of all pods together."""
        base = self.assumptions.memory_base_mib if tier is self.platform.app else 0.0
        memory = base + in_progress / max(ready, 1) * self.assumptions.memory_mib_per_request
        return Use(
            cpu=rate * tier.cpu_ms / max(ready, 1),
            memory=min(memory, tier.memory_limit),
            idle_memory=base,
            requests=rate,
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
            room = nodes.room(pods.tier, self.pod_sets)
            placed = min(count, room)
            pods.waiting = count - placed
            pods.cohorts = [Cohort(placed, LONG_AGO, LONG_AGO)] if placed else []
        return nodes

    def _node_seconds(self) -> float:
        spread = self.assumptions.node_start_spread_percent / 100
        varied = self.assumptions.node_start_seconds * self.node_chance.uniform(1 - spread, 1 + spread)
        return self.assumptions.node_scan_seconds + varied

    def run(self) -> Simulation:
        """Every step, from the first to the last."""
        for index in range(max(round(self.scenario.seconds / self.step), 1)):
            self._advance(index * self.step)
        summary = summarize(self.samples, self.assumptions, self.step, self.broken)
        return Simulation(
            scenario=self.scenario,
            assumptions=self.assumptions,
            seed=self.seed,
            step=self.step,
            samples=tuple(self.samples),
            summary=summary,
            gaps=self.platform.gaps,
        )

    def _advance(self, now: float) -> None:
        self._control(now)
        gateways = self.gateway.pods.ready(now) if self.gateway else 0
        ready = self.app.pods.ready(now)
        traffic = self.flow.run(self._arrivals(now), gateways, ready)
        self._measure(traffic, gateways, ready)
        self.samples.append(self._sample(now, traffic, gateways, ready))
        bad = traffic.failed > 0 or traffic.p95_ms > self.assumptions.latency_target_ms
        if bad and self.broken is None:
            self.broken = break_of(now, traffic, self.platform, self.app.pods, self.nodes)

    def _control(self, now: float) -> None:
        """The controllers' turn: autoscalers, then nodes, then the scheduler."""
        if self.nodes is not None:
            self.nodes.join(now)
        for group in self.groups:
            group.pods.settle(now - 600)
            group.scaler.sync(now, group.pods, group.use)
        if self.nodes is not None:
            self.nodes.follow(now, self.pod_sets)
        for pods in self.pod_sets:
            room = pods.waiting if self.nodes is None else self.nodes.room(pods.tier, self.pod_sets)
            pods.place(now, room)

    def _arrivals(self, now: float) -> float:
        """Requests of a step: Poisson, by its normal approximation; one draw a step, so that a run keeps its luck."""
        mean = self.scenario.rps(now + self.step / 2) * self.step
        return float(max(round(mean + self.chance.gauss(0, 1) * mean**0.5), 0))

    def _measure(self, traffic: Traffic, gateways: int, ready: int) -> None:
        rate = traffic.app.served / self.step
        self.app.use = self._use(self.platform.app, rate, ready, traffic.in_progress)
        if self.gateway and traffic.gateway:
            self.gateway.use = self._use(self.gateway.pods.tier, traffic.gateway.served / self.step, gateways, 0.0)

    def _sample(self, now: float, traffic: Traffic, gateways: int, ready: int) -> Sample:
        pool = self.platform.pool
        nodes = self.nodes.count if self.nodes else 0
        price = None if pool and pool.hourly_usd is None else nodes * ((pool.hourly_usd if pool else None) or 0.0)
        reads = traffic.app.served / self.step * (1 - self.assumptions.write_percent / 100)
        return Sample(
            at=now,
            rps=traffic.offered / self.step,
            replicas=self.app.pods.total,
            ready=ready,
            gateways=gateways,
            nodes=nodes,
            cpu_percent=100 * self.app.use.cpu / max(self.platform.app.cpu_request, 1e-9),
            database_percent=100 * max((passed.utilization for passed in traffic.stores), default=0.0),
            cache_hit_percent=100 * self.flow.hit_ratio(reads),
            p50_ms=traffic.p50_ms,
            p95_ms=traffic.p95_ms,
            error_percent=100 * traffic.failed / traffic.offered if traffic.offered else 0.0,
            waiting=self.flow.waiting,
            requests=traffic.offered,
            served=traffic.served,
            errors=traffic.failed,
            usd_per_hour=None if price is None or self.platform.fixed_usd is None else self.platform.fixed_usd + price,
        )


def simulate(plan: Plan, scenario: Scenario, assumptions: Assumptions | None = None, seed: int = 1) -> Simulation:
    """Send a scenario's requests to a planned platform.

    Args:
        plan: the plan.
        scenario: the requests.
        assumptions: what no plan can say.
        seed: of arrivals and of nodes' start times; the same seed gives the same result.

    Raises:
        SimulationError: the plan has no application, or a size in it is not known.
    """
    taken = assumptions or Assumptions()
    return _run(platform_of(plan, taken), scenario, taken, seed)


@lru_cache(maxsize=KEPT)
def _run(platform: Platform, scenario: Scenario, assumptions: Assumptions, seed: int) -> Simulation:
    """One run: of two sides of a change that serve requests alike, the second one is the first."""
    return Run(platform, scenario, assumptions, seed).run()
