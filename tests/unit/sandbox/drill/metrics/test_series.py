"""What pods use over time."""

from __future__ import annotations

import pytest

from sandbox.drill.metrics.series import Series, Shape

POINTS = ((0.0, 100.0), (60.0, 400.0), (120.0, 200.0))


@pytest.mark.parametrize(
    ("shape", "at", "amount"),
    [
        ("steps", -5, 100),
        ("steps", 59, 100),
        ("steps", 60, 400),
        ("steps", 1000, 200),
        ("lines", 30, 250),
        ("lines", 90, 300),
        ("lines", 1000, 200),
    ],
)
def test_a_series_jumps_or_moves_in_lines(shape: Shape, at: float, amount: float) -> None:
    assert Series(points=POINTS, shape=shape).amount(at) == amount


def test_nobody_measures_in_a_gap() -> None:
    series = Series(points=POINTS, gaps=((10, 20),))

    assert [series.amount(at) for at in (9, 10, 19.9, 20)] == [100, None, None, 100]
    assert series.each(15, [True, True]) == [None, None]


def test_what_is_shared_is_shared_by_the_ready_pods_and_the_others_are_idle() -> None:
    assert Series(points=((0, 900),), idle=5).each(0, [True, True, False]) == [450_000, 450_000, 5000]
    assert Series(points=((0, 900),), shared=False).each(0, [True, True]) == [900_000, 900_000]


def test_the_oldest_pods_may_be_silent() -> None:
    assert Series(points=((0, 900),), silent=1).each(0, [True, True, True]) == [None, 300_000, 300_000]


def test_a_load_that_no_pod_is_ready_for_reaches_nobody() -> None:
    assert Series(points=((0, 900),)).each(0, [False]) == [0]


def test_points_follow_each_other() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        Series(points=())
    with pytest.raises(ValueError, match="follow each other"):
        Series(points=((0, 1), (0, 2)))
