"""Pods of the gateway and of the application come and go under constant load, and nobody misses an answer.

Real nginx with the shipped configuration; load balancer, kubelet and DNS are stand-ins. Behind the gateway pods are
processes of the sample application with a real database; where the gateway itself comes and goes they are stand-ins,
because the sample has no WebSocket. All numbers of the chain are the shipped ones divided by one factor: in front of
the gateway a second stands for 100, behind it for 5, because nginx keeps addresses for whole seconds. The sample's own
times stay.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from infra.limits.chain import chain_of, links
from tests.support.constant_load import Mix
from tests.support.operations import (
    Outcome,
    emptied_gateway_node,
    fewer_apps,
    fewer_gateways,
    new_apps,
    new_gateways,
    replaced_apps,
    replaced_gateway,
    watched,
)
from tests.support.sample_pods import VISITS, sample_app
from tests.support.stack import settings
from tests.support.termination import world

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.termination import World

SHIPPED = chain_of(settings("prod", "horizontal"))
FRONT, BEHIND = 100, 5
FRONT_CHAIN = replace(
    SHIPPED.faster(FRONT),
    upstream_keep_alive=SHIPPED.upstream_keep_alive,
    app_keep_alive=SHIPPED.app_keep_alive,
)
"""No application pod stops there, so its connections keep their own times."""
FRONT_MIX = Mix(slow_seconds=0.3)
"""Slow requests take 30 s of the shipped chain: half of what they may, so that a slow machine has the other half."""
BEHIND_MIX = Mix(slow_seconds=1.5, slow_kept=8, slow_single=8, sockets=0, visits=VISITS)


def in_front(gateways: int, *work: Callable[[World], Awaitable[None]], cuts: bool = False) -> list[Outcome]:
    async def run() -> list[Outcome]:
        async with world(FRONT_CHAIN, FRONT, cuts=cuts) as made:
            load = await made.begin(gateways, 2, FRONT_MIX)
            found = [await watched(made, load, lambda one=one: one(made)) for one in work]  # type: ignore[misc]  # bound at once
            await load.stop()
            assert load.beats, "no WebSocket ever beat"
            return found

    return asyncio.run(run())


def behind(*work: Callable[[World], Awaitable[None]]) -> list[Outcome]:
    async def run() -> list[Outcome]:
        async with world(SHIPPED.faster(BEHIND), FRONT, new_app=app) as made:
            load = await made.begin(1, 2, BEHIND_MIX)
            found = [await watched(made, load, lambda one=one: one(made)) for one in work]  # type: ignore[misc]  # bound at once
            await load.stop()
            return found

    with sample_app(BEHIND_MIX.slow_seconds) as app:
        found = asyncio.run(run())
        print(*found, sep="\n")  # noqa: T201 - what was measured, for whoever runs it with -s
        return found


def without_a_failure(found: list[Outcome], least: int) -> None:
    for outcome in found:
        assert (outcome.failures, outcome.killed) == (0, 0), outcome
        assert outcome.requests >= least, outcome


def test_gateway_pods_are_replaced_taken_away_and_drained_without_a_failed_request() -> None:
    found = in_front(2, new_gateways, emptied_gateway_node, fewer_gateways)
    without_a_failure(found, 100)
    assert all(outcome.late for outcome in found), "the load balancer goes on sending to pods that leave"


def test_half_of_the_gateways_pre_stop_loses_requests() -> None:
    halved = replace(SHIPPED, pre_stop=SHIPPED.pre_stop / 2, grace=SHIPPED.grace - SHIPPED.pre_stop / 2)
    assert not all(link.holds for link in links(halved)), "the rule allows what loses requests"
    (found,) = in_front(2, lambda made: replaced_gateway(made, halved.faster(FRONT)))
    assert found.failures > 0
    assert "on a new connection" in found.reasons


def test_a_grace_period_that_ends_with_pre_stop_loses_requests() -> None:
    short = replace(SHIPPED, grace=SHIPPED.pre_stop)
    assert not all(link.holds for link in links(short)), "the rule allows what loses requests"
    (found,) = in_front(2, lambda made: replaced_gateway(made, short.faster(FRONT)))
    assert (found.failures > 0, found.killed) == (True, 1)


def test_a_load_balancer_that_cuts_connections_after_the_delay_loses_requests() -> None:
    (found,) = in_front(2, lambda made: replaced_gateway(made, made.chain), cuts=True)
    assert found.failures > 0
    assert found.killed == 0


def test_application_pods_are_replaced_and_taken_away_without_a_failed_request() -> None:
    without_a_failure(behind(new_apps, fewer_apps), 100)


def test_application_pods_that_are_killed_with_requests_under_way_lose_them() -> None:
    short = replace(SHIPPED, app_grace=SHIPPED.app_pre_stop / 2)
    assert not all(link.holds for link in links(short)), "the rule allows what loses requests"
    (found,) = behind(lambda made: replaced_apps(made, short.faster(BEHIND)))
    assert found.failures > 0
    assert found.killed > 0
