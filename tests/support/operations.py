"""What operators and machines do to a running platform: a new release, fewer pods, an emptied node."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from infra.limits.chain import Chain
    from tests.support.constant_load import Load
    from tests.support.termination import World

NEW_POD_SECONDS = 1.2
"""From a new address in the DNS until the gateway has it: its resolver asks once a second."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the clients saw while something was done.

    Attributes:
        requests: how many they sent.
        failures: how many were not answered.
        reasons: why, with how often.
        killed: pods that did not end by themselves.
        late: connections that the load balancer opened to pods that were already leaving.
    """

    requests: int
    failures: int
    reasons: str
    killed: int
    late: int


async def watched(world: World, load: Load, work: Callable[[], Awaitable[None]]) -> Outcome:
    """Do something under load, with a moment before and after it."""
    await world.clock.sleep(0.3)
    asked, failed, killed, late = load.counts.requests, load.counts.failures, world.killed, world.balancer.late
    await work()
    await world.clock.sleep(0.3)
    return Outcome(
        requests=load.counts.requests - asked,
        failures=load.counts.failures - failed,
        reasons=", ".join(f"{count} x {reason}" for reason, count in load.counts.reasons.items()),
        killed=world.killed - killed,
        late=world.balancer.late - late,
    )


async def new_gateways(world: World) -> None:
    """A rolling update: one more pod, and for each that is ready an old one goes."""
    stops = []
    for pod in list(world.gateways):
        await world.ready_gateway()
        stops.append(asyncio.ensure_future(world.stop_gateway(pod)))
    await asyncio.gather(*stops)


async def fewer_gateways(world: World) -> None:
    """The autoscaler takes one pod away."""
    await world.stop_gateway(world.gateways[-1])


async def emptied_gateway_node(world: World) -> None:
    """A drain evicts the node's pod, and a new one starts elsewhere only then."""
    await asyncio.gather(world.stop_gateway(world.gateways[0]), world.ready_gateway())


async def replaced_gateway(world: World, chain: Chain) -> None:
    """One pod is replaced, and stops by the numbers of another chain."""
    pod = world.gateways[0]
    await world.ready_gateway()
    await world.stop_gateway(pod, chain)


async def new_apps(world: World) -> None:
    """A rolling update of the application."""
    stops = []
    for pod in list(world.apps):
        await world.start_app()
        await world.clock.sleep(NEW_POD_SECONDS)
        stops.append(asyncio.ensure_future(world.stop_app(pod)))
    await asyncio.gather(*stops)


async def fewer_apps(world: World) -> None:
    """The autoscaler takes one pod away."""
    await world.stop_app(world.apps[-1])


async def replaced_apps(world: World, chain: Chain) -> None:
    """All pods at once, when their successors are there, by the numbers of another chain."""
    old = list(world.apps)
    await asyncio.gather(*(world.start_app() for _ in old))
    await world.clock.sleep(NEW_POD_SECONDS)
    await asyncio.gather(*(world.stop_app(pod, chain) for pod in old))
