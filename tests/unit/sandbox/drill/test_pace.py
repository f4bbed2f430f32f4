"""The clock of a drill."""

from __future__ import annotations

import time

import pytest

from sandbox.drill.pace import Clock, Pace


class Machine:
    """A machine's clock that stands still but for sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.nano = 5_000_000_000
        self.slept: list[float] = []
        monkeypatch.setattr(time, "monotonic_ns", lambda: self.nano)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.nano += int(seconds * 1e9)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def clock(factor: float) -> Clock:
    return Clock(Pace(factor, 5_000_000_000, 1_796_000_000_000_000_000))


def test_simulated_time_passes_as_often_as_the_pace_says(machine: Machine) -> None:
    found = clock(20)
    machine.nano += 1_500_000_000
    assert found.seconds == 30.0
    assert found.pace.now().timestamp() == 1_796_000_030.0


def test_seconds_are_counted_from_the_start_and_time_stamps_with_them(machine: Machine) -> None:
    found = clock(20)
    machine.nano += 1_000_000_000
    found.start()
    assert found.seconds == 0.0
    assert found.seconds_at("2026-11-30T00:53:50Z") == 10.0
    machine.nano += 500_000_000
    assert found.seconds == 10.0


def test_a_sleep_is_as_much_shorter_as_time_is_faster(machine: Machine) -> None:
    clock(20).sleep(60)
    assert machine.slept == [3.0]


@pytest.mark.usefixtures("machine")
def test_a_wait_ends_when_it_comes_true() -> None:
    found = clock(20)
    assert found.wait_until(lambda: found.seconds >= 10, 60)
    assert found.seconds == pytest.approx(10, abs=1)


@pytest.mark.usefixtures("machine")
def test_a_wait_ends_at_its_end_and_says_that_it_did_not_come_true() -> None:
    found = clock(20)
    assert not found.wait_until(lambda: False, 60)
    assert found.seconds == pytest.approx(60)


@pytest.mark.usefixtures("machine")
def test_what_comes_true_in_the_last_moment_counts() -> None:
    found = clock(20)
    assert found.wait_until(lambda: found.seconds >= 60, 60)


@pytest.mark.parametrize(("factor", "text"), [(1, "1"), (20.0, "20"), (2.5, "2.5"), (100, "100")])
def test_programs_get_the_pace_and_the_epoch_as_plain_numbers(factor: float, text: str) -> None:
    assert clock(factor).pace.environment() == {
        "BBP_CLOCK_PACE": text,
        "BBP_CLOCK_EPOCH": "5000000000:1796000000000000000",
    }


def test_a_program_may_read_simulated_time_and_wait_in_real_time() -> None:
    assert clock(20).pace.environment(waits=False)["BBP_CLOCK_WAITS"] == "real"


@pytest.mark.parametrize("factor", [0, 0.5, -1, float("nan"), float("inf"), 1e9])
def test_a_clock_that_stands_still_or_cannot_be_told_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Pace(factor, 0, 0)
