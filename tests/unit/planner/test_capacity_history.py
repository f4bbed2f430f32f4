"""Growth from dated measurements: rates and bands that hold, shapes of weeks and years, and what is too little."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest

from planner.capacity.growth import CapacityError
from planner.capacity.history import DAYS_PER_MONTH, STUDENT, Measurement, _student, trend

START = date(2026, 1, 5)
MONDAY = (1.2, 1.1, 1.0, 1.0, 1.0, 0.7, 0.6)


def days(count: int, step: int, value: object) -> list[Measurement]:
    """Rows of users; the function gets the months since the first day and the day."""
    found = []
    for number in range(count):
        day = START + timedelta(days=number * step)
        months = (day - START).days / DAYS_PER_MONTH
        found.append(Measurement(day=day, values={"users": value(months, day)}))  # type: ignore[operator]  # a lambda
    return found


@pytest.mark.parametrize("rate", [-0.05, 0.0, 0.15, 0.8])
def test_steady_growth_is_found_exactly_and_projected(rate: float) -> None:
    found = trend("users", days(30, 7, lambda months, _: 100 * (1 + rate) ** months))
    assert found.rate.middle == pytest.approx(rate, abs=1e-9)
    assert found.rate.low == pytest.approx(found.rate.high, abs=1e-6)
    assert found.at(12).middle == pytest.approx(found.latest * (1 + rate) ** 12)


def covered(common: float, count: int = 400) -> float:
    """In how many of so many series with noise the true rate lies in the band; neighbours share some of the noise."""
    chance = random.Random(11)  # noqa: S311 - noise
    inside = 0
    for _ in range(count):
        state = [0.0]

        def value(months: float, _: date, state: list[float] = state) -> float:
            state[0] = common * state[0] + chance.gauss(0, 0.05)
            return float(100 * math.exp(0.1 * months + state[0]))

        rate = trend("users", days(40, 7, value)).rate
        inside += rate.low <= math.exp(0.1) - 1 <= rate.high
    return inside / count


def test_a_band_holds_nine_of_ten_true_rates() -> None:
    assert covered(0.0) == pytest.approx(0.9, abs=0.05)


def test_a_band_is_wider_where_neighbouring_days_resemble_each_other() -> None:
    """Without the correction it held 49 % of them, with it 83 %."""
    assert covered(0.7) > 0.8


def test_a_single_later_day_lies_in_its_band_nine_times_of_ten() -> None:
    chance = random.Random(5)  # noqa: S311 - noise
    inside = 0
    for _ in range(400):
        noisy = days(40, 7, lambda months, _: 100 * math.exp(0.1 * months + chance.gauss(0, 0.05)))
        band = trend("users", noisy).at(6)
        last = (noisy[-1].day - START).days / DAYS_PER_MONTH
        inside += band.low <= 100 * math.exp(0.1 * (last + 6) + chance.gauss(0, 0.05)) <= band.high
    assert inside / 400 == pytest.approx(0.9, abs=0.05)


def test_the_shape_of_a_week_is_found_beside_the_growth() -> None:
    found = trend("users", days(70, 1, lambda months, day: 100 * 1.1**months * MONDAY[day.weekday()]))
    mean = math.exp(sum(map(math.log, MONDAY)) / 7)
    assert found.weekdays == pytest.approx([share / mean for share in MONDAY], rel=1e-3)
    assert found.rate.middle == pytest.approx(0.1, abs=1e-3)


def test_fewer_than_eight_weeks_tell_no_weeks_shape() -> None:
    assert trend("users", days(61, 1, lambda months, _: 100 * 1.1**months)).weekdays == ()
    assert trend("users", days(62, 1, lambda months, _: 100 * 1.1**months)).weekdays != ()


def test_three_years_tell_the_shape_of_a_year_and_growth_is_of_the_last_twelve_months() -> None:
    def value(months: float, day: date) -> float:
        return float((100 * 1.05**months) * (1.5 if day.month == 12 else 1.0))

    found = trend("users", days(160, 7, value))
    assert max(range(12), key=lambda month: found.months[month]) == 11
    assert found.rate.middle == pytest.approx(0.05, abs=0.01)
    assert found.days == 53
    assert trend("users", days(120, 7, value)).months == ()


def test_what_grew_otherwise_more_than_a_year_ago_does_not_count() -> None:
    found = trend("users", days(170, 7, lambda months, _: 100 * 1.3 ** min(months, 26) * 1.01**months))
    assert found.rate.middle == pytest.approx(0.01, abs=0.01)


@pytest.mark.parametrize(("count", "step"), [(0, 1), (2, 60), (10, 2)])
def test_too_few_days_or_too_short_a_time_give_no_rate(count: int, step: int) -> None:
    with pytest.raises(CapacityError, match="a monthly rate wants 3 days or more, from 28 days apart on"):
        trend("users", days(count, step, lambda months, _: 100 + months))


def test_days_without_the_metric_count_for_nothing() -> None:
    rows = days(3, 20, lambda months, _: 100 + months)
    other = Measurement(day=START + timedelta(days=500), values={"storage_gb": 5})
    assert trend("users", [other, *rows]).days == 3


def test_students_distribution_narrows_down_to_the_normal_one() -> None:
    assert list(STUDENT) == sorted(STUDENT, reverse=True)
    assert _student(0.2) == STUDENT[0]
    assert _student(60) == pytest.approx(1.671, abs=0.002)
    assert _student(1e9) == pytest.approx(1.645, abs=1e-3)
