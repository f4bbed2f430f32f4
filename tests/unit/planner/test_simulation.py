"""The traffic simulation: autoscaler, pods, nodes, lines and databases together."""

from __future__ import annotations

import math
import sys
from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.hpa.controller import HpaController
from planner.hpa.metrics import average_value_proposal
from planner.simulation import times
from planner.simulation.assumptions import Assumptions
from planner.simulation.engine import Run
from planner.simulation.limit import limit_on
from planner.simulation.model import Target
from planner.simulation.scenarios import scenario
from tests.support.load import GUIDE_HPA, REQUESTS, app, gateway, platform, pool, run, steps, store, visit

POD_RPS = 1000 / 3.5
"""What one pod finishes in a second."""


class Steady:
    """Arrivals without chance."""

    def gauss(self, mu: float, _: float) -> float:
        """The mean."""
        return mu


def test_a_steady_load_keeps_pods_nodes_and_response_time() -> None:
    result = run(platform(pool=pool()), scenario("steady", peak_rps=720))
    assert {item.replicas for item in result.samples} == {8}
    assert {item.nodes for item in result.samples} == {2}
    assert result.summary.first_break is None
    assert result.summary.latency_target_met
    assert result.summary.availability_percent == 100


def test_the_same_seed_gives_the_same_run_and_another_seed_does_not() -> None:
    load = scenario("spike", peak_rps=60)
    first, again, other = (run(platform(pool=pool()), load, seed=seed) for seed in (5, 5, 6))
    assert first == again
    assert [item.rps for item in first.samples] != [item.rps for item in other.samples]


def test_the_autoscaler_in_the_loop_decides_as_the_tested_controller_on_the_same_samples() -> None:
    result = run(platform(app(targets=(REQUESTS,))), scenario("spike", peak_rps=90, hours=2), seed=3)
    controller, rates, replicas = HpaController(GUIDE_HPA), deque[float](maxlen=8), 3
    served = [90.0, *(item.served / 15 for item in result.samples)]
    for sample, rate in zip(result.samples, served, strict=False):
        rates.append(rate)
        usage = round(sum(rates) / len(rates) * 1000)
        proposal = average_value_proposal(GUIDE_HPA, replicas, usage, 100_000)
        replicas = controller.sync(sample.at, replicas, [proposal]).replicas
        assert sample.replicas == replicas, sample.at
    assert result.summary.peak_replicas > 8


def test_a_jump_of_the_load_is_followed_as_the_real_controller_follows_it() -> None:
    """300, 1,500 and 300 requests a second at 100 for each pod: the counts of the recorded closed loop."""
    load = steps((0, 300), (104.9, 300), (105, 1500), (1184.9, 1500), (1185, 300), (2100, 300))
    simulated = Run(platform(app(targets=(REQUESTS,), cpu_ms=0.1)), load, Assumptions(), 1)
    simulated.chance = Steady()  # type: ignore[assignment]  # only the mean is drawn
    simulated.app.scaler.rates = deque(maxlen=1)  # the recorded loop knew the rate at once
    changes, before = {}, 3
    for sample in simulated.run().samples:
        if sample.replicas > before:
            assert sample.ready == before, "new pods need 25 s"
        if sample.replicas != before:
            changes[sample.at] = before = sample.replicas
    assert dict(list(changes.items())[:5]) == {165: 5, 225: 8, 285: 12, 345: 15, 1485: 13}
    assert list(changes.items())[-1] == (1965, 3)


def test_a_spike_is_held_back_by_the_policies_of_scaling_up() -> None:
    counts = [item.replicas for item in run(platform(), scenario("spike", peak_rps=150)).samples]
    assert max(counts) > 12
    for now, later in zip(counts, counts[4:], strict=False):
        assert later - now <= max(math.ceil(now / 2), 2)


@settings(max_examples=15, deadline=None)
@given(
    rate=st.floats(5, 1500),
    name=st.sampled_from(["steady", "double", "spike", "daily"]),
    seed=st.integers(1, 9),
    nodes=st.booleans(),
)
def test_twice_the_load_never_needs_fewer_pods(rate: float, name: str, seed: int, nodes: bool) -> None:
    load = scenario(name, peak_rps=rate, hours=0.4)
    wanted = platform(pool=pool()) if nodes else platform()
    one, two = run(wanted, load, seed=seed), run(wanted, load.scaled(2), seed=seed)
    assert two.summary.peak_replicas >= one.summary.peak_replicas


@settings(max_examples=20, deadline=None)
@given(
    rate=st.floats(0, 4000),
    seed=st.integers(1, 9),
    processors=st.integers(1, 8),
    pooled=st.booleans(),
    gateways=st.integers(1, 3),
    edge=st.floats(0, 100),
)
def test_every_request_is_either_served_or_failed(  # noqa: PLR0917 - Hypothesis names what it hands over
    rate: float, seed: int, processors: int, pooled: bool, gateways: int, edge: float
) -> None:
    wanted = platform(
        gateway=gateway(replicas=gateways, cpu_ms=0.5),
        pool=pool(max_nodes=3),
        stores=(store(processors=processors, pooled=pooled),),
    )
    result = run(wanted, scenario("spike", peak_rps=rate, hours=0.3), Assumptions(cdn_hit_percent=edge), seed=seed)
    summary = result.summary
    assert summary.served + summary.errors == pytest.approx(summary.requests, rel=1e-9, abs=1e-6)
    assert all(item.errors >= 0 and item.served >= 0 and item.waiting >= 0 for item in result.samples)
    share = summary.served / summary.requests if summary.requests else 1
    assert summary.availability_percent == pytest.approx(100 * share, abs=1e-6)


def test_no_requests_cost_nothing_but_the_platform() -> None:
    result = run(platform(pool=pool()), scenario("steady", peak_rps=0, hours=2))
    assert result.summary.requests == 0
    assert result.summary.availability_percent == 100
    assert result.summary.cost_usd == pytest.approx(2 * (2.0 + 1.0))


def test_more_load_than_all_pods_can_serve_fails_and_names_the_autoscalers_maximum() -> None:
    result = run(platform(), scenario("steady", peak_rps=21 * POD_RPS))
    first = result.summary.first_break
    assert first is not None
    assert (first.resource, first.at) == ("app-hpa", 0)
    assert first.reason.startswith("maxReplicas: 20")
    assert result.summary.errors > 0
    # A twenty-first of the load is too much; half a minute of it waits, the rest is turned away.
    lost = 3600 * POD_RPS - 30 * 20 * POD_RPS
    assert result.summary.errors == pytest.approx(lost, rel=0.03)
    assert result.summary.worst_p95_ms == pytest.approx(30_000, rel=0.05)


def test_a_load_that_rises_faster_than_pods_start_names_the_autoscaler() -> None:
    first = run(platform(), steps((0, 100), (60, 100), (75, 2500), (600, 2500))).summary.first_break
    assert first is not None
    assert first.resource == "app-hpa"
    assert first.reason.startswith("scaling up takes longer than the load")


def test_a_fixed_number_of_pods_is_never_scaled_and_named_when_too_small() -> None:
    result = run(platform(app(None)), scenario("steady", peak_rps=4 * POD_RPS))
    assert {item.replicas for item in result.samples} == {3}
    assert result.summary.first_break is not None
    assert result.summary.first_break.reason.startswith("replicas: fixed at 3")


def test_pods_wait_for_nodes_which_take_their_time() -> None:
    load = steps((0, 400), (300, 400), (360, 1200), (1800, 1200))
    result = run(platform(app(targets=(REQUESTS,)), pool=pool()), load, Assumptions(node_start_spread_percent=0))
    asked = next(item.at for item in result.samples if item.nodes > 1)
    grown = next(item.at for item in result.samples if item.ready > 4)
    # 10 s until the cluster-autoscaler looks, 120 s for the node, in steps of 15 s 135; 25 s for the pod, so 30.
    assert grown - asked == 135 + 30
    assert result.samples[-1].nodes == 3
    assert result.summary.peak_nodes == 3


def test_nodes_that_nobody_needs_go_after_ten_minutes() -> None:
    load = steps((0, 1200), (60, 1200), (75, 100), (3600, 100))
    samples = run(platform(pool=pool()), load).samples
    fewer = next(item.at for item in samples if item.nodes < 3)
    empty = next(item.at for item in samples if item.replicas <= 8)
    assert 600 - 15 <= fewer - empty <= 600 + 30
    assert samples[-1].nodes == 1


def test_a_node_pool_at_its_maximum_is_what_breaks() -> None:
    result = run(platform(pool=pool(max_nodes=2)), steps((0, 800), (60, 800), (600, 4000), (1200, 4000)))
    first = result.summary.first_break
    assert first is not None
    assert first.resource == "node pool app"
    assert first.reason.startswith("maxSize: ")
    assert max(item.ready for item in result.samples) == 8
    assert result.summary.peak_replicas > 8


def test_a_database_that_is_too_small_is_what_breaks_though_pods_have_room() -> None:
    small = platform(stores=(store(processors=2, pooled=True),))
    cold = Assumptions(cache_keys=1e9)
    result = run(small, scenario("steady", peak_rps=260), cold)
    first = result.summary.first_break
    assert first is not None
    assert first.resource == "database"
    assert first.reason == "processor time: 1 x 2 processors, 10 ms a request"
    assert result.summary.errors == pytest.approx((260 - 200) * 3600, rel=0.05)
    assert max(item.cpu_percent for item in result.samples) < 70
    assert run(small, scenario("steady", peak_rps=260), Assumptions()).summary.first_break is None


def test_without_a_pooler_missing_connections_fail_at_once_instead_of_waiting() -> None:
    load, cold = scenario("steady", peak_rps=230), Assumptions(cache_keys=1e9)
    tight = store(processors=2, connections=50)
    waiting = run(platform(stores=(tight,)), load, cold).summary
    refused = run(platform(stores=(replace(tight, pooled=False),)), load, cold).summary
    assert refused.first_break is not None
    assert "no pooler lets requests wait" in refused.first_break.reason
    assert refused.errors > waiting.errors
    # 50 connections of 10 ms on two processors: a quarter of a second in line, against 2 s more with the pooler.
    assert refused.worst_p95_ms < 400
    assert waiting.worst_p95_ms > 2000


def test_pools_that_are_smaller_than_the_processors_limit_the_database() -> None:
    narrow = platform(app(None, replicas=1, visits=(visit(pool=1),)), stores=(store(processors=4),))
    result = run(narrow, scenario("steady", peak_rps=150), Assumptions(cache_keys=1e9))
    assert result.summary.first_break is not None
    assert result.summary.first_break.reason == "connections: 1 at once for 1 pods"


def test_a_gateway_that_is_too_small_is_what_breaks() -> None:
    slow = platform(gateway=gateway(cpu_ms=10.0))
    first = run(slow, scenario("steady", peak_rps=400)).summary.first_break
    assert first is not None
    assert (first.resource, first.reason) == ("gateway", "processor time of its pods")


def test_a_line_longer_than_the_gateways_connections_is_turned_away() -> None:
    crowded = platform(gateway=gateway(), gateway_connections=100)
    result = run(crowded, scenario("steady", peak_rps=21 * POD_RPS))
    assert result.summary.first_break is not None
    assert "100 connections a pod" in result.summary.first_break.reason
    assert max(item.waiting for item in result.samples) <= 100 + 1e-6


def test_one_line_for_all_pods_is_faster_than_a_line_for_each() -> None:
    load = scenario("steady", peak_rps=6 * POD_RPS)
    fixed = app(None, replicas=8)
    shared, separate = (
        run(platform(fixed, shared_queue=shared), load).summary.worst_p95_ms for shared in (True, False)
    )
    assert shared < separate


def test_what_the_edge_answers_never_reaches_the_pods() -> None:
    load = scenario("steady", peak_rps=1000)
    half = run(platform(), load, Assumptions(cdn_hit_percent=50))
    assert half.summary.peak_replicas == 5
    assert half.summary.requests == run(platform(), load).summary.requests


def test_the_cache_hits_more_often_the_more_is_read() -> None:
    rare, often = (run(platform(), scenario("steady", peak_rps=rate)).samples[-1] for rate in (1, 100))
    assert rare.cache_hit_percent == pytest.approx(100 * 270 / (2000 + 270), rel=0.3)
    assert often.cache_hit_percent > 90


def test_a_memory_target_counts_requests_in_progress() -> None:
    heavy = Assumptions(memory_mib_per_request=50)
    tier = app(targets=(Target(measure="memory", value=80),))
    slow = platform(tier, stores=(store(processors=64, database_ms=500),))
    assert run(slow, scenario("double", peak_rps=20), Assumptions(cache_keys=1e9)).summary.peak_replicas == 3
    grown = run(slow, scenario("double", peak_rps=20), replace(heavy, cache_keys=1e9))
    assert grown.summary.peak_replicas > 3


def test_a_missing_price_makes_the_cost_unknown_and_not_zero() -> None:
    result = run(platform(pool=pool(hourly_usd=None)), scenario("steady", peak_rps=10))
    assert result.summary.cost_usd is None


def test_response_time_above_the_target_without_a_queue_says_so() -> None:
    first = run(platform(), scenario("steady", peak_rps=10), Assumptions(network_ms=500)).summary.first_break
    assert first is not None
    assert (first.resource, first.kind) == ("response time", "latency")


def test_a_simulated_hour_stays_within_a_bound_of_work() -> None:
    """In calls of Python functions, not in seconds: a day has 24 times as many, and they take under a second."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    simulated = Run(
        platform(pool=pool(), gateway=gateway()), scenario("daily", peak_rps=900, hours=1), Assumptions(), 1
    )
    times._percentiles.cache_clear()
    sys.setprofile(count)
    try:
        simulated.run()
    finally:
        sys.setprofile(None)
    assert calls / 240 < 400
    assert 0 < times._percentiles.cache_info().misses <= 120


def test_a_long_run_is_thinned_without_losing_its_worst_moment() -> None:
    result = run(platform(), scenario("spike", peak_rps=400, hours=12))
    thinned = result.thinned()
    assert len(result.samples) == 2880
    assert len(thinned) <= 500
    assert max(item.errors for item in thinned) == max(item.errors for item in result.samples)
    document = result.as_json()
    assert document["summary"]["first_break"]["resource"] == "app-hpa"
    assert document["seconds"] == 12 * 3600


def test_the_limit_of_a_fixed_platform_is_the_capacity_of_its_pods() -> None:
    fixed = platform(app(None))
    found = limit_on(fixed, scenario("steady", peak_rps=100), Assumptions(), 1)
    assert found.then is not None
    assert found.then.resource == "app"
    assert found.peak_rps == pytest.approx(found.factor * 100)
    assert 0.9 * 3 * POD_RPS < found.peak_rps < 3 * POD_RPS
    load = scenario("steady", peak_rps=100)
    assert run(fixed, load.scaled(found.factor)).summary.latency_target_met
    assert not run(fixed, load.scaled(found.factor * 1.02)).summary.latency_target_met


def test_a_load_that_is_already_too_much_has_a_limit_below_one() -> None:
    found = limit_on(platform(app(None)), scenario("steady", peak_rps=20 * POD_RPS), Assumptions(), 1)
    assert found.factor == pytest.approx(3 / 20, rel=0.1)


def test_a_limit_that_nothing_sets_is_not_invented() -> None:
    fast = platform(app(None, cpu_ms=1e-4), stores=(store(database_ms=1e-4),))
    found = limit_on(fast, scenario("steady", peak_rps=100, hours=0.02), Assumptions(), 1)
    assert found.then is None
    assert limit_on(fast, scenario("steady", peak_rps=0), Assumptions(), 1).then is None
