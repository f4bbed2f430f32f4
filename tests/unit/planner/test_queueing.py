"""Queueing formulas against closed forms, published tables and a simulation of every single request."""

from __future__ import annotations

import heapq
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.simulation.queueing import AT_ONCE, Branch, Queue, erlang_b, erlang_c

ARRIVALS = 60_000


def stages(*queues: Queue) -> list[tuple[Queue, float]]:
    """Queues one after another, with no time between them."""
    return [(queue, 0.0) for queue in queues]


@pytest.mark.parametrize(
    ("servers", "offered"),
    [(1, 0.0101), (2, 0.1526), (5, 1.361), (10, 4.461), (20, 12.03), (50, 37.90), (100, 84.06)],
)
def test_the_load_that_the_published_erlang_b_table_gives_for_one_percent_loses_one_percent(
    servers: int, offered: float
) -> None:
    assert erlang_b(servers, offered) == pytest.approx(0.01, rel=5e-3)


@pytest.mark.parametrize(
    ("servers", "offered", "waits"),
    # By hand from Erlang's formula, as textbooks tabulate it.
    [(1, 0.5, 1 / 2), (2, 1, 1 / 3), (3, 2, 4 / 9), (4, 3, 27 / 53), (2, 0, 0), (3, 3, 1), (3, 5, 1)],
)
def test_the_share_that_waits_is_erlangs(servers: int, offered: float, waits: float) -> None:
    assert erlang_c(servers, offered) == pytest.approx(waits)


def test_one_server_is_the_queue_whose_every_percentile_is_known() -> None:
    times = AT_ONCE.through(stages(Queue(1, 0.7, 1.0)))
    for percent in (1, 50, 95, 99.9):
        assert times.percentile(percent) == pytest.approx(-math.log(1 - percent / 100) / 0.3, rel=1e-4)
    assert Queue(1, 0.7, 1.0).mean_wait == pytest.approx(1 / 0.3 - 1)


def test_a_queue_above_its_capacity_has_no_mean_and_can_be_cut_back() -> None:
    queue = Queue(2, 5, 1)
    assert queue.mean_wait == math.inf
    assert queue.at_most(0.9).utilization == pytest.approx(0.9)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.8), (3, 0.7), (8, 0.85)])
def test_percentiles_of_one_stage_are_those_of_simulated_requests(servers: int, load: float) -> None:
    chance = random.Random(7)  # noqa: S311 - a simulation, no secret
    found = sorted(end - start for start, end in _served(_poisson(servers * load, chance), servers, 1.0, chance))
    times = AT_ONCE.through(stages(Queue(servers, servers * load, 1.0)))
    assert _percentile(found, 50) == pytest.approx(times.percentile(50), rel=0.04)
    assert _percentile(found, 95) == pytest.approx(times.percentile(95), rel=0.08)


def test_percentiles_of_two_stages_are_those_of_simulated_requests() -> None:
    chance = random.Random(11)  # noqa: S311 - a simulation, no secret
    arrivals = _poisson(2.4, chance)
    first = _served(arrivals, 3, 1.0, chance)
    order = sorted(range(len(first)), key=lambda index: first[index][1])
    second = _served([first[index][1] for index in order], 2, 2.0, chance)
    found = sorted(end - first[index][0] for index, (_, end) in zip(order, second, strict=True))
    times = AT_ONCE.through(stages(Queue(3, 2.4, 1.0), Queue(2, 2.4, 2.0)))
    assert _percentile(found, 50) == pytest.approx(times.percentile(50), rel=0.04)
    assert _percentile(found, 95) == pytest.approx(times.percentile(95), rel=0.08)


def test_equal_rates_are_an_erlang_distribution() -> None:
    times = AT_ONCE.then([Branch(1.0, (2.0, 2.0, 2.0))])
    time = 1.7
    exact = math.exp(-2 * time) * sum((2 * time) ** k / math.factorial(k) for k in range(3))
    assert times.exceeds(time) == pytest.approx(exact, rel=0.02)


def test_a_delay_of_some_requests_moves_only_their_times() -> None:
    times = AT_ONCE.then([Branch(0.9, (1.0,)), Branch(0.1, (1.0,), 1000.0)])
    assert times.percentile(80) < 10
    assert times.percentile(95) == pytest.approx(1000 + math.log(2), rel=1e-4)


@given(
    servers=st.integers(1, 30),
    load=st.floats(0.01, 0.98),
    other=st.floats(0.01, 0.98),
    percent=st.sampled_from([50.0, 95.0]),
)
def test_more_load_never_makes_answers_faster(servers: int, load: float, other: float, percent: float) -> None:
    low, high = sorted((load, other))
    slow, slower = (
        AT_ONCE.through(stages(Queue(servers, servers * part, 1.0), Queue(2, part, 1.0))).percentile(percent)
        for part in (low, high)
    )
    assert slow <= slower * (1 + 1e-3)


@given(
    rates=st.lists(st.floats(0.1, 100), min_size=1, max_size=5),
    delay=st.floats(0, 50),
    percent=st.floats(1, 99),
)
def test_a_percentile_is_where_the_distribution_says(rates: list[float], delay: float, percent: float) -> None:
    times = AT_ONCE.then([Branch(0.5, tuple(rates)), Branch(0.5, tuple(rates), delay)])
    assert times.exceeds(times.percentile(percent)) == pytest.approx(1 - percent / 100, rel=1e-3)


def _poisson(rate: float, chance: random.Random) -> list[float]:
    now = 0.0
    return [now := now + chance.expovariate(rate) for _ in range(ARRIVALS)]


def _served(arrivals: list[float], servers: int, rate: float, chance: random.Random) -> list[tuple[float, float]]:
    """When each request came and left: served in order of arrival by whichever server is free first."""
    free = [0.0] * servers
    done = []
    for arrival in arrivals:
        start = max(arrival, heapq.heappop(free))
        end = start + chance.expovariate(rate)
        heapq.heappush(free, end)
        done.append((arrival, end))
    return done


def _percentile(ordered: list[float], percent: float) -> float:
    return ordered[int(len(ordered) * percent / 100)]
