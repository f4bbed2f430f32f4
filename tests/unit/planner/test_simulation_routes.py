"""Traffic on several routes: services, calls, the cache, the pooler, and the limit for one client."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.simulation.assumptions import Assumptions
from planner.simulation.demand import Demand
from planner.simulation.model import Cache, ClientLimit, Platform, Route, RouteError, Target
from planner.simulation.scenarios import ScenarioError, parse_scenario, scenario
from tests.support.load import app, gateway, platform, pool, run, store, visit

POD_RPS = 1000 / 3.5
COLD = Assumptions(cache_keys=1e9)


def cache(**changes: object) -> Cache:
    """One shard that answers 20,000 requests a second and has room for everything."""
    return replace(Cache(name="redis", shards=1, request_ms=0.05, keys=math.inf), **changes)  # type: ignore[arg-type]  # a wrong field fails at once


def named(name: str, **changes: object) -> Platform:
    """Two groups of fixed pods with half of the requests each, of which the second is called so."""
    return platform(app(None, name="app"), app(None, name=name, **changes))


def shares(found: Platform) -> dict[str, float]:
    return {route.name: round(route.share, 9) for route in found.routes}


def test_each_service_has_its_own_pods_and_the_one_that_is_too_small_is_named() -> None:
    result = run(named("bonds", replicas=1), scenario("steady", peak_rps=4 * POD_RPS))
    first = result.summary.first_break
    assert first is not None
    assert first.resource == "bonds"
    # Half of the requests are more than its one pod serves; the application with its three has room.
    assert result.summary.errors == pytest.approx((2 - 1) * POD_RPS * 3600 - 30 * POD_RPS, rel=0.05)
    worst = {item.name: item.utilization_percent for item in result.summary.stations}
    assert worst["bonds"] > 100 > worst["app"]


def test_the_slowest_route_decides_though_few_requests_take_it() -> None:
    quick, slow = app(None, name="app"), app(None, name="bonds", cpu_ms=150.0)
    mixed = platform(quick, slow).shared({"bonds": 2})
    result = run(mixed, scenario("steady", peak_rps=100))
    last = result.samples[-1]
    assert last.p95_ms < 200 < last.slowest_p95_ms
    assert not result.summary.latency_target_met
    by_route = {item.name: item for item in result.summary.routes}
    assert by_route["bonds"].worst_p95_ms == pytest.approx(result.summary.worst_p95_ms)
    assert by_route["bonds"].share_percent == pytest.approx(2)


def test_a_service_scales_by_its_own_autoscaler() -> None:
    tier = app(name="bonds", scaler="bonds-hpa", targets=(Target(measure="cpu", value=70),))
    result = run(platform(app(None), tier), scenario("steady", peak_rps=1200))
    busiest = next(item for item in result.summary.stations if item.name == "bonds")
    assert busiest.count == math.ceil(600 * 3.5 / 350)


def test_a_called_service_takes_the_requests_of_its_callers_and_adds_its_time() -> None:
    caller, called = app(None, name="app", replicas=6), app(None, name="bonds", replicas=6)
    alone = platform(caller, called).shared({"app": 100, "bonds": 0})
    both = replace(alone, routes=(replace(alone.routes[0], tiers=(0, 1)), alone.routes[1]))
    load = scenario("steady", peak_rps=600)
    one, two = run(alone, load), run(both, load)
    assert two.summary.p95_ms > one.summary.p95_ms + 3.5
    busy = {item.name: item.utilization_percent for item in two.summary.stations}
    assert busy["bonds"] == pytest.approx(busy["app"], rel=0.01)
    assert {item.name for item in one.summary.routes} == {"app"}, "nothing takes a route without a share"


def test_callers_come_before_those_that_they_call_in_whatever_order_they_stand() -> None:
    three = platform(app(None, name="a"), app(None, name="b"), app(None, name="c"))
    routes = tuple(
        Route(name=name, share=1 / 3, tiers=tiers) for name, tiers in (("a", (0, 2, 1)), ("b", (1,)), ("c", (2, 1)))
    )
    order = replace(three, routes=routes).in_order
    assert order.index(0) < order.index(2) < order.index(1)


def test_a_cache_that_is_too_small_misses_what_does_not_fit() -> None:
    wanted = platform(cache=cache(keys=500))
    demand = Demand(wanted, Assumptions(cache_keys=2000, write_percent=0))
    assert demand.hit_ratio(10) == pytest.approx(0.25 * 3000 / 5000)
    assert Demand(replace(wanted, cache=cache()), demand.assumptions).hit_ratio(10) == pytest.approx(0.6)


def test_pods_without_the_cache_read_everything_from_the_database() -> None:
    demand = Demand(platform(app(cached=True), app(cached=False), cache=cache()), Assumptions())
    with_cache, without = demand.platform.tiers
    assert demand.database_shares(with_cache, 0.9) == [pytest.approx(0.1 + 0.9 * 0.1)]
    assert demand.database_shares(without, 0.9) == [pytest.approx(1)]


def test_a_cache_that_is_too_slow_is_what_breaks() -> None:
    slow = platform(app(None, replicas=20, cached=True), cache=cache(request_ms=10.0))
    first = run(slow, scenario("steady", peak_rps=300)).summary.first_break
    assert first is not None
    assert (first.resource, first.kind) == ("redis", "errors")


def test_a_pooler_that_is_too_small_is_what_breaks() -> None:
    pooler = gateway(name="pgbouncer", replicas=2, cpu_ms=10.0)
    first = run(
        platform(app(None, replicas=20), pooler=pooler), scenario("steady", peak_rps=300), COLD
    ).summary.first_break
    assert first is not None
    assert first.resource == "pgbouncer"
    assert first.reason == "processor time of its pods: 2 of one thread and 1000 millicores each"


def test_pools_of_all_pods_together_ask_for_connections() -> None:
    both = platform(app(None, replicas=2), app(None, name="bonds", replicas=3, visits=(visit(pool=7),)))
    assert Demand(both, Assumptions()).asked(0, [2, 3]) == 2 * 20 + 3 * 7


@pytest.mark.parametrize(
    ("limit", "turned_away"),
    [
        (None, 0),
        (ClientLimit(rate=10, burst=20), 0),
        (ClientLimit(rate=1, burst=20), 0.5),
        (ClientLimit(rate=10, burst=4), 0.5),
    ],
)
def test_one_client_is_turned_away_by_rate_and_by_burst(limit: ClientLimit | None, turned_away: float) -> None:
    wanted = platform(gateway=gateway(), client_limit=limit)
    assert Demand(wanted, Assumptions()).turned_away() == pytest.approx(turned_away)
    result = run(wanted, scenario("steady", peak_rps=100))
    assert result.summary.availability_percent == pytest.approx(100 * (1 - turned_away))


@settings(max_examples=25, deadline=None)
@given(
    rate=st.floats(0, 6000),
    seed=st.integers(1, 9),
    processors=st.integers(1, 8),
    slow=st.floats(0.01, 5),
    called=st.booleans(),
    burst=st.integers(0, 20),
)
def test_every_request_on_every_route_is_either_served_or_failed(  # noqa: PLR0917 - Hypothesis names what it hands over
    rate: float, seed: int, processors: int, slow: float, called: bool, burst: int
) -> None:
    wanted = platform(
        app(cached=True),
        app(None, name="bonds", cpu_ms=slow * 10),
        app(None, name="auth", visits=()),
        gateway=gateway(cpu_ms=0.5),
        pooler=gateway(name="pgbouncer", cpu_ms=slow),
        cache=cache(request_ms=slow),
        pool=pool(max_nodes=4),
        stores=(store(processors=processors, pooled=True),),
        client_limit=ClientLimit(rate=3, burst=burst),
    )
    if called:
        wanted = replace(wanted, routes=(replace(wanted.routes[0], tiers=(0, 2)), *wanted.routes[1:]))
    summary = run(wanted, scenario("spike", peak_rps=rate, hours=0.3), seed=seed).summary
    assert summary.served + summary.errors == pytest.approx(summary.requests, rel=1e-9, abs=1e-6)
    assert summary.served >= -1e-6
    assert summary.errors >= 0


def test_shares_that_are_given_leave_the_others_in_their_relation() -> None:
    three = platform(app(name="a"), app(name="b"), app(name="c")).shared({"a": 50})
    assert shares(three) == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert shares(three.shared({"b": 10})) == {"a": 0.6, "b": 0.1, "c": 0.3}


@pytest.mark.parametrize(
    ("given_shares", "message"),
    [({"d": 5}, "routes.d: requests go to a, b"), ({"a": 20, "b": 30}, "routes add up to 50 and name all of them")],
)
def test_shares_that_cannot_be_are_refused_with_what_can(given_shares: dict[str, float], message: str) -> None:
    with pytest.raises(RouteError, match=message):
        platform(app(name="a"), app(name="b")).shared(given_shares)


def test_a_scenario_may_say_the_routes_and_every_problem_of_them_is_listed() -> None:
    points = [{"at": 0, "rps": 1}, {"at": 60, "rps": 1}]
    load = parse_scenario({"points": points, "routes": {"app": 25.5}}, "file")
    assert load.routes == (("app", 25.5),)
    assert load.scaled(2).routes == load.routes
    with pytest.raises(ScenarioError) as refused:
        parse_scenario({"points": points, "routes": {"a": -1, "b": "x", "c": 120}}, "file")
    lines = str(refused.value).splitlines()
    assert lines == [
        "file: routes.b: must be a number of percent, not 'x'",
        "file: routes.a is -1; give 0 to 100 percent of the requests that pass the gateway",
        "file: routes.c is 120; give 0 to 100 percent of the requests that pass the gateway",
        "file: routes add up to 119; give at most 100 percent",
    ]
    with pytest.raises(ScenarioError, match="routes: must be names of Deployments with percent"):
        parse_scenario({"points": points, "routes": [1]}, "file")


def test_a_response_time_above_its_target_adds_pods() -> None:
    tier = app(targets=(Target(measure="latency", value=30, external=True),))
    slow = run(platform(tier), scenario("steady", peak_rps=50), Assumptions(network_ms=60))
    assert slow.summary.peak_replicas == 20
    assert run(platform(tier), scenario("steady", peak_rps=50), Assumptions(network_ms=1)).summary.peak_replicas == 3
