"""Single parts of the traffic simulation: lines, stages, pods, nodes, what an autoscaler sees."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.hpa.spec import HpaSpec, bounded
from planner.simulation.assumptions import Assumptions
from planner.simulation.demand import Demand
from planner.simulation.flow import Flow
from planner.simulation.lines import Line
from planner.simulation.model import Target
from planner.simulation.pods import Cohort, Nodes, PodSet
from planner.simulation.scaler import Scaler, Use
from planner.simulation.times import _percentiles
from tests.support.load import GUIDE_HPA, app, platform, pool, store


def test_a_line_keeps_what_is_not_served_and_loses_what_exceeds_its_bound() -> None:
    line = Line(waiting=10)
    passed = line.pass_through(arrivals=100, capacity=50, bound=40)
    assert (passed.served, passed.failed, line.waiting) == (50, 20, 40)
    assert passed.wait == pytest.approx((10 + 40) / 2 / 50)
    assert passed.utilization == pytest.approx(110 / 50)
    assert line.pass_through(arrivals=0, capacity=50, bound=40).served == 40
    assert line.waiting == 0


def test_a_line_before_nothing_loses_everything() -> None:
    line = Line()
    passed = line.pass_through(arrivals=5, capacity=0, bound=0)
    assert (passed.served, passed.failed, passed.utilization) == (0, 5, 1)


def test_the_hit_ratio_is_that_of_keys_that_are_computed_once_in_their_time_to_live() -> None:
    demand = Demand(platform(), Assumptions(cache_keys=2000, write_percent=0))
    assert demand.hit_ratio(10) == pytest.approx(3000 / (2000 + 3000))
    assert demand.hit_ratio(0) == 0


def test_busy_databases_make_answers_slow_before_any_line_grows() -> None:
    cold = Assumptions(cache_keys=1e9)
    idle, busy = (
        Flow(platform(stores=(store(processors=processors),)), cold, 15).run(15 * 180, 2, [3]).times.p95
        for processors in (64, 2)
    )
    assert idle < 20 + 60
    # M/M/2 at 90 % with 10 ms: the mean alone is 53 ms.
    assert busy > idle + 50


def test_stations_that_another_run_has_met_are_not_computed_again_and_other_networks_are_not_taken_for_theirs() -> None:
    cold = Assumptions(cache_keys=1e12)
    first, again, far = (
        Flow(platform(), assumptions, 15).run(15 * 180, 2, [3]).times
        for assumptions in (cold, cold, replace(cold, network_ms=cold.network_ms + 40))
    )
    before = _percentiles.cache_info()
    Flow(platform(), cold, 15).run(15 * 180, 2, [3])
    after = _percentiles.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
    assert again == first
    assert far.p95 == pytest.approx(first.p95 + 40)


def test_a_group_of_databases_has_the_processors_and_connections_of_all() -> None:
    group = store(endpoints=3, processors=2, database_ms=10, connections=50)
    assert group.rate == 600
    assert group.usable(40, 0) == 3 * 40
    assert group.usable(180, 0) == 3 * 50
    assert not group.refuses(180)
    assert replace(group, pooled=False).refuses(51)


def test_a_pod_with_less_than_a_core_is_slower_and_one_thread_uses_no_more_than_a_core() -> None:
    assert app(cpu_limit=500).pod_rate == pytest.approx(500 / 3.5)
    assert app(cpu_limit=4000).pod_rate == pytest.approx(1000 / 3.5)
    assert app(cpu_limit=4000, threads=8).pod_rate == pytest.approx(4000 / 3.5)


def test_pods_without_a_node_go_before_others_and_the_youngest_before_the_oldest() -> None:
    pods = PodSet(app(), [Cohort(3, 0, 0), Cohort(2, 100, 125)], waiting=2)
    pods.scale(6)
    assert (pods.placed, pods.waiting) == (5, 1)
    pods.scale(4)
    assert [cohort.count for cohort in pods.cohorts] == [3, 1]
    assert (pods.waiting, pods.ready(110), pods.ready(125)) == (0, 3, 4)
    pods.scale(2)
    assert [cohort.count for cohort in pods.cohorts] == [2]


def test_pods_are_placed_only_where_there_is_room() -> None:
    pods = PodSet(app(), [Cohort(3, 0, 0)])
    pods.scale(8)
    pods.place(60, 2)
    assert (pods.placed, pods.waiting, pods.ready(84), pods.ready(85)) == (5, 3, 3, 5)


def test_old_pods_are_joined_without_losing_any() -> None:
    pods = PodSet(app(), [Cohort(3, 0, 25), Cohort(2, 100, 125), Cohort(1, 900, 925)])
    pods.settle(500)
    assert [(cohort.count, cohort.ready_at) for cohort in pods.cohorts] == [(5, 25), (1, 925)]


def test_what_is_scarcer_of_processors_and_memory_decides_the_nodes() -> None:
    pods = [PodSet(app(), [Cohort(9, 0, 0)])]
    by_cpu, by_memory = (
        Nodes(wanted, lambda: 120, 600, ready=2) for wanted in (pool(), pool(cpu=1e6, memory=2048, taken_memory=512))
    )
    assert by_cpu.needed(pods) == math.ceil(9 * 500 / 2000)
    assert by_memory.needed(pods) == math.ceil((9 * 512 + 512) / 2048)
    assert by_cpu.room([PodSet(app(), [Cohort(3, 0, 0)])]).pods(app()) == 5
    assert by_memory.room([PodSet(app(), [Cohort(3, 0, 0)])]).pods(app()) == 4


def test_a_starting_pod_counts_with_what_it_uses_and_not_with_what_serving_pods_use() -> None:
    tier = app(targets=(Target(measure="memory", value=80),))
    pods = PodSet(tier, [Cohort(3, -1e9, -1e9), Cohort(3, 50, 100)])
    use = Use(cpu=0, memory=700, idle_memory=100, requests=0)
    # Three of 700 MiB and three of 100 MiB, of 512 requested: 78 % of 80 %, within the tolerance.
    scaler = Scaler(tier, 15)
    scaler.rates.append(0)
    assert scaler.proposal(GUIDE_HPA, tier.targets[0], 60, pods, use) == 6


def test_pods_of_a_metric_that_starting_pods_do_not_have_are_taken_as_idle() -> None:
    tier = app(targets=(Target(measure="requests", value=100),))
    pods = PodSet(tier, [Cohort(3, -1e9, -1e9), Cohort(3, 50, 100)])
    scaler = Scaler(tier, 15)
    scaler.rates.append(900)
    use = Use(cpu=0, memory=0, idle_memory=0, requests=900)
    # 300 for each of three, and nothing for the three that start: 150 of 100 on average over six.
    assert scaler.proposal(GUIDE_HPA, tier.targets[0], 60, pods, use) == 9


def test_an_autoscaler_comes_to_rest_at_the_highest_of_its_metrics_within_its_bounds() -> None:
    tier = app()
    for rate, count in ((10, 3), (450, 5), (1e6, 20)):
        use = Use(cpu=rate * 3.5, memory=0, idle_memory=0, requests=rate)
        assert Scaler(tier, 15).settled(use) == count
    only_cpu = app(targets=(Target(measure="cpu", value=35),))
    assert Scaler(only_cpu, 15).settled(Use(cpu=450 * 3.5, memory=0, idle_memory=0, requests=450)) == 9


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 1024), st.integers(0, 2)), min_size=30, max_size=90),
    st.sampled_from([GUIDE_HPA, bounded(3, 20, None)]),
)
@settings(max_examples=60, deadline=None)
def test_an_autoscaler_at_rest_decides_the_same_as_one_that_looks_at_every_proposal(
    uses: list[tuple[int, int, int]], spec: HpaSpec
) -> None:
    targets = (Target(measure="cpu", value=70), Target(measure="memory", value=80))
    tier = app(hpa=spec, targets=targets)
    counts: list[list[int]] = []
    for looks in (False, True):
        scaler, pods = Scaler(tier, 15), PodSet(tier, [Cohort(3, -1e9, -1e9)])
        if looks:
            scaler.rests = dict.fromkeys(range(21), (-1.0, -1.0))
        found = []
        for number, (cpu, memory, calm) in enumerate(uses):
            # Long stretches of little use between, so that pods come, become old and go.
            for part in range(1 if calm else 30):
                now = (number * 30 + part) * 15.0
                used = Use(cpu=cpu if calm else 20, memory=memory if calm else 50, idle_memory=0, requests=0)
                scaler.sync(now, pods, used)
                pods.place(now, 2)
                pods.settle(now - 600)
                found.append(pods.total)
        counts.append(found)
        assert looks or scaler.rests
    assert counts[0] == counts[1]
