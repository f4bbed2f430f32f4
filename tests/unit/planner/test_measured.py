"""Measurements of what runs: the guide's summary, and objectives by counted requests."""

from __future__ import annotations

import pytest

from planner.objectives.measured import MeasuredError, MeasuredGoals, interval, judged, least_requests, summaries

GOALS = MeasuredGoals(
    response_ms=200,
    error_percent=0.1,
    thresholds={"cpu_percent": 80, "memory_percent": 85, "response_ms": 1000, "error_percent": 5},
)
NIGHT, DAY = [10.0] * 11, [100_000.0]


def test_one_failure_of_a_quiet_night_is_no_month_that_failed() -> None:
    """The mean of the intervals' rates would be 0.83 %."""
    errors, _ = judged({"requests": [*NIGHT, *DAY], "failed": [1.0, *[0.0] * 11]}, GOALS)
    assert errors.verdict == "met"
    assert errors.found == "0.000999 % of 100,110 requests failed"
    assert errors.used == pytest.approx(0.999, abs=1e-3)


@pytest.mark.parametrize(
    ("failed", "verdict"), [(0, "met"), (83, "met"), (84, "not judged"), (100, "not judged"), (101, "missed")]
)
def test_what_the_objective_leaves_may_fail_and_no_more(failed: int, verdict: str) -> None:
    (errors, _) = judged({"requests": DAY, "failed": [float(failed)]}, GOALS)
    assert errors.verdict == verdict


@pytest.mark.parametrize(
    ("slow", "verdict"), [(4886, "met"), (4887, "not judged"), (5000, "not judged"), (5001, "missed")]
)
def test_of_a_hundred_requests_five_may_be_slower_than_the_objective(slow: int, verdict: str) -> None:
    (_, response) = judged({"requests": DAY, "slow": [float(slow)]}, GOALS)
    assert (response.name, response.verdict) == ("response", verdict)


def test_a_share_that_is_missed_by_little_is_told_apart_from_the_goal() -> None:
    (_, response) = judged({"requests": [12_000_000.0], "slow": [600_001.0]}, GOALS)
    assert (response.verdict, response.found.split(" %")[0]) == ("missed", "5.00001")
    assert judged({"requests": DAY, "slow": [5000.0]}, GOALS)[1].found.startswith("5 % of")


@pytest.mark.parametrize(
    ("requests", "failed", "verdict"),
    [(1, 0, "not judged"), (3_635, 0, "met"), (3_634, 0, "not judged"), (1_500, 2, "not judged"), (10, 1, "missed")],
)
def test_a_few_requests_show_no_objective_met_and_a_chance_failure_no_objective_missed(
    requests: int, failed: int, verdict: str
) -> None:
    (errors, _) = judged({"requests": [float(requests)], "failed": [float(failed)]}, GOALS)
    assert errors.verdict == verdict
    if verdict == "not judged":
        assert "too few: 3,635 without one are the least" in errors.found


@pytest.mark.parametrize("allowed", [0.01, 0.1, 1.0, 5.0])
def test_the_least_requests_are_those_whose_interval_without_a_failure_ends_at_the_objective(allowed: float) -> None:
    least = least_requests(allowed)
    assert least is not None
    assert 100 * interval(0, least)[1] <= allowed < 100 * interval(0, least - 1)[1]
    assert least_requests(0) is None


def test_an_interval_holds_what_was_counted_and_narrows_with_more_of_it() -> None:
    low, high = interval(10, 1_000)
    assert low < 0.01 < high
    assert interval(1_000, 100_000)[1] - interval(1_000, 100_000)[0] < (high - low) / 5
    assert interval(0, 10)[0] == 0
    assert interval(10, 10)[1] == 1


def test_fast_averages_do_not_hide_slow_requests() -> None:
    samples = {"requests": DAY, "slow": [20_000.0], "response_ms": [150.0] * 20}
    assert judged(samples, GOALS)[1].verdict == "missed"
    assert summaries(samples, GOALS)[0].average == 150


def test_what_nobody_counted_is_not_judged() -> None:
    assert [one.verdict for one in judged({"response_ms": [1.0]}, GOALS)] == ["not judged"] * 2
    assert [one.verdict for one in judged({"requests": [0.0], "failed": [0.0]}, GOALS)] == ["not judged"] * 2
    assert judged({"failed": [1.0]}, GOALS)[0].found == "nobody measured requests and failed"


def test_the_guides_monitor_reports_average_least_most_and_samples() -> None:
    (cpu,) = summaries({"cpu_percent": [10.0, 20.0, 90.0]}, GOALS)
    assert (cpu.average, cpu.low, cpu.high, cpu.count, cpu.threshold, cpu.above) == (40, 10, 90, 3, 80, 1)


def test_the_rate_of_errors_follows_from_the_counts() -> None:
    (errors,) = summaries({"requests": [100.0, 0.0, 50.0], "failed": [10.0, 0.0, 0.0]}, GOALS)
    assert (errors.metric, errors.high, errors.count, errors.above) == ("error_percent", 10, 2, 1)


def test_counts_of_other_intervals_and_more_failures_than_requests_are_refused() -> None:
    with pytest.raises(MeasuredError, match="failed has 2 samples and requests 1"):
        judged({"requests": [5.0], "failed": [1.0, 2.0]}, GOALS)
    with pytest.raises(MeasuredError, match="sample 2: 9 slow of 5 requests"):
        judged({"requests": [5.0, 5.0], "slow": [1.0, 9.0]}, GOALS)


def test_without_an_error_budget_no_share_of_it_is_told() -> None:
    none = MeasuredGoals(response_ms=200, error_percent=0, thresholds=GOALS.thresholds)
    found = judged({"requests": [10.0], "failed": [1.0]}, none)[0]
    assert (found.verdict, found.used) == ("missed", None)
