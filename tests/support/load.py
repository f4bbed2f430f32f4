"""A small platform for traffic simulations, built without a plan: every size is an argument."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.hpa.spec import HpaSpec, bounded
from planner.simulation.assumptions import Assumptions
from planner.simulation.engine import Run
from planner.simulation.model import Platform, Pool, Route, Store, Target, Tier, Visit
from planner.simulation.scenarios import Scenario
from sandbox.drill.metrics.scenarios import GUIDE_BEHAVIOR

if TYPE_CHECKING:
    from planner.simulation.result import Simulation

GUIDE_HPA = bounded(3, 20, GUIDE_BEHAVIOR)
CPU = Target(measure="cpu", value=70)
REQUESTS = Target(measure="requests", value=100, external=True)


def app(hpa: HpaSpec | None = GUIDE_HPA, **changes: object) -> Tier:
    """The guide's pod: 500m to 1 core, 512 MiB to 1 GiB, 3.5 ms for a request."""
    tier = Tier(
        name="app",
        scaler="app-hpa" if hpa else "",
        hpa=hpa,
        targets=(CPU, REQUESTS) if hpa else (),
        replicas=3,
        cpu_request=500,
        memory_request=512,
        cpu_limit=1000,
        memory_limit=1024,
        cpu_ms=3.5,
        threads=1,
        ready_seconds=25,
        visits=(visit(),),
    )
    return replace(tier, **changes)  # type: ignore[arg-type]  # a wrong field fails at once


def gateway(**changes: object) -> Tier:
    """Two nginx pods that nothing scales."""
    fast = {"name": "gateway", "replicas": 2, "cpu_request": 250.0, "memory_request": 128.0, "cpu_ms": 0.1}
    return app(None, **{**fast, **changes})


def visit(**changes: object) -> Visit:
    """A pool of twenty connections to the only database, for everything."""
    only = Visit(store=0, pool=20, wait_seconds=2, read_share=1, write_share=1)
    return replace(only, **changes)  # type: ignore[arg-type]  # a wrong field fails at once


def store(**changes: object) -> Store:
    """One database of four processors behind a pooler."""
    only = Store(
        name="database",
        kind="PRIMARY",
        endpoints=1,
        processors=4,
        database_ms=10,
        connections=185,
        pooled=True,
    )
    return replace(only, **changes)  # type: ignore[arg-type]  # a wrong field fails at once


def pool(**changes: object) -> Pool:
    """Nodes that hold four of the guide's pods each, at a dollar an hour."""
    nodes = Pool(
        name="app",
        instance="test.large",
        min_nodes=1,
        max_nodes=6,
        cpu=2000,
        memory=8000,
        taken_cpu=0,
        taken_memory=0,
        hourly_usd=1.0,
    )
    return replace(nodes, **changes)  # type: ignore[arg-type]  # a wrong field fails at once


def platform(*tiers: Tier, **changes: object) -> Platform:
    """Application and database, large enough that only the application ever runs short.

    Args:
        tiers: groups of pods instead of the application, each with as many requests.
        changes: fields that differ.
    """
    groups = tiers or (app(),)
    small = Platform(
        gateway=None,
        tiers=groups,
        routes=tuple(Route(name=tier.name, share=1 / len(groups), tiers=(place,)) for place, tier in enumerate(groups)),
        pooler=None,
        cache=None,
        pool=None,
        stores=(store(processors=64),),
        shared_queue=True,
        gateway_connections=4096,
        client_limit=None,
        timeout_seconds=30,
        cache_ttl=300,
        fixed_usd=2.0,
    )
    return replace(small, **changes)  # type: ignore[arg-type]  # a wrong field fails at once


def run(wanted: Platform, scenario: Scenario, assumptions: Assumptions | None = None, *, seed: int = 1) -> Simulation:
    """A simulation of a platform."""
    return Run(wanted, scenario, assumptions or Assumptions(), seed).run()


def steps(*points: tuple[float, float]) -> Scenario:
    """A scenario of points: seconds and requests a second."""
    return Scenario(name="steps", points=points)
