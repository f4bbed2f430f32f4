"""Bounds between settings: what a run or the largest platform goes beyond is named, and nothing that fits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner.simulation.model import Target
from planner.simulation.reading.bounds import outgrown
from planner.simulation.reading.triggers import unreachable
from planner.simulation.scenarios import scenario
from tests.support.load import GUIDE_HPA, REQUESTS, app, gateway, platform, run, store, visit

if TYPE_CHECKING:
    from planner.simulation.model import Platform

LOAD = scenario("steady", peak_rps=300, hours=0.1)
FRONT = gateway(name="gateway")


def named(wanted: Platform) -> list[str]:
    return [gap.name for gap in run(wanted, LOAD).gaps]


def test_requests_in_progress_take_two_connections_each_of_the_gateways() -> None:
    (said,) = named(platform(gateway=FRONT, gateway_connections=6))
    assert said.startswith("worker_connections: requests in progress take 1")
    assert said.endswith("and gateways have 12")
    assert named(platform(gateway=FRONT, gateway_connections=24)) == []


def test_a_gateway_that_waits_for_less_than_the_slowest_hundredth_is_named() -> None:
    (said,) = named(platform(timeout_seconds=0.05))
    assert said.startswith("proxy_read_timeout 0.05 s: one of a hundred answers takes ")
    assert named(platform(timeout_seconds=1)) == []


def test_pools_that_wait_for_less_than_their_database_takes_are_named() -> None:
    hasty = app(visits=(visit(wait_seconds=0.02),))
    (said,) = named(platform(hasty))
    assert said.startswith("DATABASE_POOL_CONNECTION_TIMEOUT_MS 20: one of twenty requests ")


def test_a_pooler_that_lets_a_query_wait_for_less_than_its_database_takes_is_named() -> None:
    hasty = app(visits=(visit(wait_seconds=0.02),))
    (said,) = named(platform(hasty, stores=(store(processors=64, wait_seconds=0.02),)))
    assert said.startswith("query_wait_timeout 0.02 s: one of twenty requests ")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (store(pooled=False), "20 app x 20 are 400 at the most, and 185 are free"),
        (store(pooled=False, connections=400), ""),
        (store(pool=100), "2 poolers x 100 are 200 at the most, and 185 are free"),
        (store(pool=92), ""),
        (store(), ""),
    ],
)
def test_what_all_pods_open_at_their_most_fits_the_servers_or_is_named(changed: object, said: str) -> None:
    found = list(outgrown(platform(app(), stores=(changed,), pooler=gateway(name="pgbouncer"))))
    assert (said in found[0]) if said else (found == [])


@pytest.mark.parametrize(
    ("target", "changes", "said"),
    [
        # 1 core at 3.5 ms is 285.7 requests a second; an autoscaler ignores a tenth above its target.
        (Target(measure="requests", value=259), {}, ""),
        (
            Target(measure="requests", value=260),
            {},
            (
                "260 requests a second for each pod: its pods serve 285.7 a second each at the most, at 3.5 ms of a "
                "processor a request, and it acts above 286"
            ),
        ),
        (
            Target(measure="requests", value=300, external=True),
            {},
            (
                "300 requests a second for each pod: its pods serve 285.7 a second each at the most, at 3.5 ms of a "
                "processor a request"
            ),
        ),
        (Target(measure="cpu", value=181), {}, ""),
        (Target(measure="cpu", value=182), {}, "cpu 182 %: its pods use 200 % of what they request at the most"),
        (Target(measure="cpu", value=90), {"cpu_request": 1000}, ""),
        (Target(measure="cpu", value=95), {"cpu_request": 1000}, "cpu 95 %: its pods use 100 %"),
        (Target(measure="cpu", value=120), {"cpu_request": 1000}, "cpu 120 %: its pods use 100 %"),
        (Target(measure="cpu", value=200), {"cpu_limit": 4000}, "cpu 200 %: its pods use 200 %"),
        (Target(measure="cpu", value=200), {"cpu_limit": 4000, "threads": 4}, ""),
        (Target(measure="memory", value=180), {}, ""),
        (Target(measure="memory", value=95), {"memory_request": 1024}, "memory 95 %: its pods use 100 %"),
        (Target(measure="latency", value=1000), {}, ""),
        (Target(measure="latency", value=30_000), {}, "a response time of 30000 ms: its pods are waited for 30,000 ms"),
    ],
)
def test_a_target_that_a_saturated_pod_stays_below_is_never_reached(
    target: Target, changes: dict[str, Any], said: str
) -> None:
    found = list(unreachable(platform(app(targets=(REQUESTS, target), **changes))))
    assert [one.removeprefix("app-hpa: ").startswith(said) for one in found] == ([True] if said else [])


def test_targets_of_gateways_and_poolers_are_bounded_as_well() -> None:
    target = Target(measure="cpu", value=900)
    beside = replace(gateway(), hpa=GUIDE_HPA, targets=(target,))
    found = unreachable(
        platform(gateway=replace(beside, scaler="front"), pooler=replace(beside, scaler="pooler")),
    )
    assert [said.partition(":")[0] for said in found] == ["front", "pooler"]
