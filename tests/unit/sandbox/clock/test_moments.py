"""How people say where the clock should go, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.clock.moments import START, ClockError, Move, later, read, spoken, until, written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8d", "2026-12-08T12:00Z"),
        ("36h", "2026-12-02T00:00Z"),
        ("90m", "2026-11-30T13:30Z"),
        ("2w", "2026-12-14T12:00Z"),
        ("1d12h", "2026-12-02T00:00Z"),
        ("8D", "2026-12-08T12:00Z"),
    ],
)
def test_a_stretch_of_time_is_added_to_the_clock(text: str, found: str) -> None:
    assert written(later(text, START)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sunday 05:00", "2026-12-06T05:00Z"),
        ("Sun 05:00", "2026-12-06T05:00Z"),
        ("sun:05:00", "2026-12-06T05:00Z"),
        ("monday 12:00", "2026-12-07T12:00Z"),
        ("monday 12:01", "2026-11-30T12:01Z"),
        ("2026-12-06T05:00Z", "2026-12-06T05:00Z"),
        ("2026-12-06 05:00", "2026-12-06T05:00Z"),
        ("2026-12-06T05:00:00+00:00", "2026-12-06T05:00Z"),
        ("2026-12-06", "2026-12-06T00:00Z"),
    ],
)
def test_a_moment_is_a_date_or_the_next_such_time_of_the_week(text: str, found: str) -> None:
    assert written(until(text, START)) == found


@pytest.mark.parametrize(
    "text", ["", "8", "d", "8 days", "8d!", "-8d", "1.5d", "0d", "0h0m", "8y", "9999999d", "999999w"]
)
def test_what_is_no_stretch_of_time_is_named_with_what_is(text: str) -> None:
    with pytest.raises(ClockError, match="fix:"):
        later(text, START)


@pytest.mark.parametrize(
    "text",
    [
        *("", "sunday", "05:00", "someday 05:00", "sunday 25:00", "sunday 5:00", "2026-13-01", "2026-02-30T00:00Z"),
        *("tomorrow", "2026-12-06T05:00+02:00", "2026-11-30T12:00Z", "2026-11-30T11:59Z", "1999-01-01", "2101-01-01"),
        "9999-12-31",
    ],
)
def test_what_is_no_moment_or_none_that_is_still_to_come_is_named_with_a_way_out(text: str) -> None:
    with pytest.raises(ClockError, match="fix:"):
        until(text, START)


def test_a_moment_in_the_past_says_where_the_clock_stands_and_that_it_never_goes_back() -> None:
    with pytest.raises(ClockError, match=r"Mon 2026-11-30 12:00 UTC: it never goes back"):
        until("2026-11-29T05:00Z", START)


def test_the_clock_of_every_rehearsal_begins_on_the_same_monday_at_noon() -> None:
    assert datetime(2026, 11, 30, 12, tzinfo=UTC) == START
    assert START.weekday() == 0
    assert spoken(START) == "Mon 2026-11-30 12:00 UTC"


def test_what_is_written_can_be_read_again() -> None:
    assert read(written(START)) == START


def test_no_move_leaves_the_clock_where_it_is() -> None:
    assert not Move()
    assert Move().target(START) == START
    assert Move(advance="1d").target(START) > START
    assert Move(until="sunday 05:00")
