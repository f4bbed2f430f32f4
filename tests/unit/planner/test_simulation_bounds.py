"""Bounds between settings: what a run or the largest platform goes beyond is named, and nothing that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plan import PlannedResource
from planner.simulation.model import Target
from planner.simulation.reading.bounds import outgrown, saturating
from planner.simulation.reading.triggers import unreachable
from planner.simulation.scenarios import scenario
from tests.support.load import app, gateway, platform, run, store, visit

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


@pytest.mark.parametrize(("rate", "said"), [(100, False), (285, False), (286, True), (1e6, True)])
def test_a_rate_of_requests_that_no_pod_finishes_asks_for_more_pods_too_late(rate: float, said: bool) -> None:
    # 3.5 ms of a core for a request: 285.7 a second.
    busy = app(targets=(Target(measure="requests", value=rate, external=True),))
    found = list(saturating(platform(busy)))
    assert bool(found) is said
    assert all(f"app-hpa: {rate:g} requests a second" in one for one in found)


def resource(kind: str, **spec: object) -> PlannedResource:
    return PlannedResource(urn=f"urn:{kind}", type=kind, name=kind, op="create", inputs={"spec": spec})


def container(cpu: str, limit: str | None) -> dict[str, object]:
    limits = {"limits": {"cpu": limit}} if limit else {}
    return {"resources": {"requests": {"cpu": cpu}, **limits}}


@pytest.mark.parametrize(
    ("containers", "percent", "reached"),
    [
        ([container("500m", "1")], 200, True),
        ([container("500m", "1")], 201, False),
        ([container("500m", "1"), container("500m", "500m")], 151, False),
        ([container("500m", None)], 900, True),
        ([], 900, True),
    ],
)
def test_a_share_of_requests_that_limits_do_not_allow_is_never_reached(
    containers: list[object], percent: int, reached: bool
) -> None:
    pods = resource("deployment", template={"spec": {"containers": containers}})
    target = {"type": "Utilization", "averageUtilization": percent}
    horizontal = resource("hpa", metrics=[{"type": "Resource", "resource": {"name": "cpu", "target": target}}])
    trigger = {"type": "cpu", "metricType": "Utilization", "metadata": {"value": str(percent)}}
    scaled = resource("keda", triggers=[trigger])
    for scaler in (horizontal, scaled):
        assert [said.split(" % of what")[0] for said in unreachable(scaler, pods)] == (
            [] if reached else [f"cpu {percent} %: its pods use {150 if len(containers) > 1 else 200}"]
        )
