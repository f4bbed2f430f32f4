"""When databases are patched: one after the other, on weekdays, in an order that growth does not change."""

from __future__ import annotations

from itertools import combinations

import pytest

from bailbondpro.facts.windows import week_minute, weekly_overlap
from infra.limits.maintenance import schedule, slot, slots
from tests.support.configs import ENVIRONMENTS, PHASES, smallest

WEEK = "tue:09:00-tue:11:00"


def start(window: str) -> int:
    return week_minute(window.split("-", maxsplit=1)[0])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("phase", PHASES)
def test_no_two_databases_are_patched_at_once_and_none_beside_the_cache(environment: str, phase: str) -> None:
    loaded = smallest(environment, phase)
    windows = schedule(loaded).all
    assert not [pair for pair in combinations(windows, 2) if weekly_overlap(*pair)]
    assert not [window for window in windows if weekly_overlap(window, loaded.redis.maintenance_window)]


def test_replicas_are_patched_before_their_primary_and_every_shard() -> None:
    found = schedule(smallest("prod", "microservices"))
    first = min(start(window) for window in (found.primary, *found.shards))
    assert max(start(window) for window in found.replicas) < first


def test_patches_come_on_weekdays_between_nine_and_eleven() -> None:
    found = schedule(smallest("prod", "microservices"))
    for window in found.all:
        day, hour = divmod(start(window), 24 * 60)
        assert day < 5
        assert 9 * 60 <= hour <= 10 * 60 + 30
    assert found.primary == "tue:10:30-tue:11:00"
    assert found.shards == ("wed:09:00-wed:09:30", "wed:09:30-wed:10:00", "wed:10:00-wed:10:30", "wed:10:30-wed:11:00")


def test_a_further_shard_moves_nobodys_window() -> None:
    areas = {"postgres": {"shards": {"count": 6}}}
    more = schedule(smallest("prod", "microservices", **areas))
    before = schedule(smallest("prod", "microservices"))
    assert (more.replicas, more.primary, more.shards[:4]) == (before.replicas, before.primary, before.shards)


@pytest.mark.parametrize(
    ("window", "count", "last"),
    [
        (WEEK, 20, "mon:10:30-mon:11:00"),
        ("sun:04:30-sun:05:30", 14, "sat:05:00-sat:05:30"),
        ("fri:23:30-sat:00:30", 10, "thu:24:00-thu:24:30"),
        ("mon:09:00-mon:09:30", 5, "fri:09:00-fri:09:30"),
    ],
)
def test_a_range_goes_on_at_the_same_hours_of_the_next_days(window: str, count: int, last: str) -> None:
    assert slots(window) == count
    expected = last.replace("thu:24:00-thu:24:30", "fri:00:00-fri:00:30")
    assert slot(window, count - 1) == expected
    assert slot(window, count) == slot(window, 0)


@pytest.mark.parametrize("window", ["mon:22:30-tue:00:30", "wed:23:00-thu:01:00", "thu:20:00-fri:10:00"])
def test_a_range_over_midnight_keeps_to_weekdays_with_its_end_too(window: str) -> None:
    """A Friday's night would be a Saturday in UTC, and Friday's evening, the busiest hours, in the United States."""
    days = {slot(window, number)[:3] for number in range(slots(window))}
    assert days
    assert not days & {"sat", "sun"}
