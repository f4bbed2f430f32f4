"""Medians, ratios of pairs, and the exponent of growth."""

from __future__ import annotations

import pytest

from ops.answers.bench.numbers import Point, Took, exponent, middle, ratios


def points(*pairs: tuple[int, float]) -> list[Point]:
    return [Point(resources=resources, cpu=cpu, mib=0) for resources, cpu in pairs]


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found(power: float) -> None:
    sizes = (200, 1_000, 3_000, 10_000)
    assert exponent(points(*((size, 0.003 * size**power) for size in sizes))) == pytest.approx(power)


def test_the_exponent_is_the_line_that_is_nearest_to_all_logarithms() -> None:
    # By hand: logarithms to the base of 10 are (2, 0), (3, 2), (4, 1); the slope is cov 1 / var 2 = 0.5.
    assert exponent(points((100, 1), (1_000, 100), (10_000, 10))) == pytest.approx(0.5)


def test_sizes_below_the_least_are_left_out_as_long_as_two_others_are_there() -> None:
    measured = points((500, 1.0), (2_000, 1.0), (20_000, 10.0))
    assert exponent(measured, 2_000) == pytest.approx(1.0)
    assert exponent(measured[:2], 2_000) == pytest.approx(0.0)


@pytest.mark.parametrize("sizes", [(), ((500, 1.0),), ((500, 1.0), (500, 2.0)), ((500, 0.0), (600, 1.0))])
def test_fewer_than_two_sizes_have_no_exponent(sizes: tuple[tuple[int, float], ...]) -> None:
    assert exponent(points(*sizes)) is None


def test_ratios_are_of_the_same_round_and_not_of_medians() -> None:
    # A machine that is three times as slow in the last round meets both sides: the ratio stays.
    found = ratios([1.0, 1.2, 3.0], [2.0, 2.0, 6.0])
    assert (found.low, found.median, found.high) == (0.5, 0.5, 0.6)


def test_a_round_without_a_partner_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0, 1.0], [1.0])


def test_each_number_has_a_median_of_its_own() -> None:
    takes = [
        Took(program=1, engine=9, sandbox=2, wall=5, program_mib=100, engine_mib=50),
        Took(program=3, engine=7, sandbox=2, wall=4, program_mib=300, engine_mib=70),
        Took(program=2, engine=8, sandbox=8, wall=9, program_mib=200, engine_mib=60),
    ]
    assert middle(takes) == Took(program=2, engine=8, sandbox=2, wall=5, program_mib=200, engine_mib=60)


def test_one_after_the_other_takes_the_time_of_both_and_the_memory_of_the_larger() -> None:
    one = Took(program=1, engine=2, sandbox=3, wall=4, program_mib=100, engine_mib=70)
    two = Took(program=10, engine=20, sandbox=30, wall=40, program_mib=90, engine_mib=80)
    assert one + two == Took(program=11, engine=22, sandbox=33, wall=44, program_mib=100, engine_mib=80)
    assert (one + two).cpu == 66
