"""The traffic simulation against queueing theory: every system within its bound, and none when a formula is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner.simulation import flow, queueing
from planner.simulation import times as response_times
from planner.simulation.demand import Demand
from planner.simulation.flow import Flow
from planner.simulation.queueing import Branch, Queue, ResponseTime, mixed
from tests.support import theory
from tests.support.theory_page import PAGE, page
from tests.support.theory_rows import constant, exponential, gateways, general, loss, tandem
from tests.support.theory_ways import caches, limits, means, nearly_full, poolers, routes, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.support.theory_rows import Row


def test_the_simulation_stays_within_its_bound_of_queueing_theory_for_every_system() -> None:
    found = rows()
    assert len(found) > 20
    outside = [(row.system, row.deviations, row.low, row.high) for row in found if not row.within]
    assert outside == []


def test_the_page_of_theory_shows_what_the_simulation_says() -> None:
    assert PAGE.read_text("utf-8") == page(rows()), "run .venv/bin/python -m tests.support.theory_page --write"


def _lines_are_one(queue: Queue) -> float:
    return (queue.servers * queue.service - queue.arrivals) * 2 / (1 + queue.variation**2)


def _variation_is_ignored(queue: Queue) -> float:
    return queue.servers / queue.lines * queue.service * (1 - queue.utilization**queue.lines)


def _service_is_exponential(queue: Queue) -> list[Branch]:
    return [Branch(1.0, (queue.service,))]


def _the_last_alone_takes_time(at_once: float, terms: Mapping[float, float], rate: float) -> dict[float, float]:
    return {rate: at_once + sum(terms.values())}


def _shares_are_equal(parts: Iterable[tuple[float, ResponseTime]]) -> ResponseTime:
    return mixed([(1.0, time) for share, time in parts if share > 0])


def _constant_times_are_forgotten(time: ResponseTime) -> float:
    return sum(weight / rate for part in time.parts for rate, weight in part.terms.items())


def _pooler_never_lets_wait(run: Flow, arrivals: float, _: int) -> object:
    return run.pooler.pass_through(arrivals, arrivals + 1e9, 1e9)


def _pooler_takes_no_time(run: object, stations: object, rates: object) -> object:
    return replace(STAGES(run, stations, rates), pooler=None)


def _cut_off_at_92(queue: Queue, utilization: float) -> Queue:
    return AT_MOST(queue, min(utilization, 0.92))


def _nearly_all_hit(demand: Demand, _: float) -> float:
    return 0.999 if demand.assumptions.cache_keys < 1e11 else 0.0


def _forget() -> None:
    """What was computed with another formula is no answer of this one."""
    response_times._percentiles.cache_clear()
    response_times._time.cache_clear()


AT_MOST = Queue.at_most
STAGES: Callable[..., Any] = response_times.Times._stages


@pytest.mark.parametrize(
    ("where", "name", "wrong", "kind"),
    [
        (queueing, "erlang_c", queueing.erlang_b, exponential),
        (queueing, "erlang_c", lambda servers, offered: min(offered / servers, 1.0), exponential),
        (queueing, "_then_exponential", _the_last_alone_takes_time, tandem),
        (Queue, "waiting_rate", property(lambda queue: queue.servers * queue.service), exponential),
        (Queue, "waiting_rate", property(_lines_are_one), gateways),
        (Queue, "waiting_rate", property(_variation_is_ignored), constant),
        (Queue, "served", property(_service_is_exponential), constant),
        (Queue, "served", property(_service_is_exponential), general),
        (flow, "refused", lambda servers, offered, _: max(1 - servers / offered, 0.0), loss),
        (response_times, "mixed", _shares_are_equal, routes),
        (ResponseTime, "mean", property(_constant_times_are_forgotten), means),
        (Flow, "_pooler", _pooler_never_lets_wait, poolers),
        (response_times.Times, "_stages", _pooler_takes_no_time, poolers),
        (Queue, "at_most", _cut_off_at_92, nearly_full),
        (Demand, "hit_ratio", _nearly_all_hit, caches),
        (Demand, "turned_away", lambda _: 0.0, limits),
    ],
)
def test_a_wrong_formula_takes_a_system_out_of_its_bound(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, wrong: object, kind: Callable[[], Iterator[Row]]
) -> None:
    assert all(row.within for row in rows())
    _forget()
    monkeypatch.setattr(where, name, wrong)
    try:
        assert not all(row.within for row in kind())
    finally:
        _forget()


def test_theory_itself_knows_what_is_known_in_closed_form() -> None:
    one = theory.exponential_queue(0.7, 1.0, 1)
    assert theory.percentile(one, 95) == pytest.approx(9.98577, rel=1e-5)
    assert theory.lost(3.2, 1.0, 4, 4) == pytest.approx(0.2281, rel=1e-3)
    # Pollaczek and Khinchine: the mean of M/D/1 at 70 % is 1 + 0.7 / (2 * 0.3).
    constant_times = theory.constant_queue(0.7, 1.0, 1)
    mean = sum(constant_times(index / 100 + 0.005) for index in range(4000)) / 100
    assert mean == pytest.approx(1 + 0.7 / 0.6, rel=1e-3)
    assert theory.mean_value_analysis(10, 0, (1.0,)).response == pytest.approx(10)
