"""The guide's Growth Projections: where projections begin, how large each phase gets, what a user asks for."""

from __future__ import annotations

import pytest

from ops.answers.capacity.projection import STARTS
from planner.capacity.growth import GUIDE_TABLE_TODAY, Baseline, project
from planner.capacity.platform import PEAK_FACTOR, PHASE_TOP, peak_requests_per_second
from planner.cost.usage import Usage


def test_the_default_start_is_the_guides_table() -> None:
    today = STARTS["table"]
    assert (today.users, today.requests_per_day, today.storage_gb) == (100, 50_000, 10)


def test_the_tops_of_the_phases_are_the_guides_table() -> None:
    assert PHASE_TOP == {
        "optimization": (500, 250_000, 50),
        "horizontal": (1_000, 500_000, 100),
        "microservices": (2_500, 1_250_000, 250),
    }


def test_the_load_of_a_user_is_the_guides_requests_of_a_day_and_not_a_share_of_users_at_once() -> None:
    rates = {top[1] / top[0] for top in PHASE_TOP.values()} | {
        GUIDE_TABLE_TODAY.requests_per_day / GUIDE_TABLE_TODAY.users
    }
    assert rates == {Usage().requests_per_user_day}
    assert PEAK_FACTOR == 5
    assert peak_requests_per_second(1_250_000) == pytest.approx(72.3, abs=0.1)


def test_a_projection_begins_with_what_it_is_given() -> None:
    measured = Baseline(users=400, requests_per_day=200_000, storage_gb=40)
    first = project(measured, months=1)[0]
    assert (first.users, first.requests_per_day, first.storage_gb) == (460, 240_000, 50)
