"""Checks and lanes of `./bbp test` that run at the same time, and what is obtained for those that come later."""

from __future__ import annotations

import io
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from ops.answers.test.lanes import Check, run_lanes
from ops.views.test import section
from tests.support.lanes import begin, run, write_test
from tests.support.told import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return begin(tmp_path)


def test_what_a_later_lane_needs_is_obtained_while_the_lanes_before_it_run(project: Path) -> None:
    begun = project / "begun"
    wait = f"import pathlib, time; any(pathlib.Path({str(begun)!r}).exists() or time.sleep(0.1) for _ in range(600))"
    write_test(project, "unit", f"{wait}; assert pathlib.Path({str(begun)!r}).exists()")
    write_test(project, "engine", "assert True")

    def need(say: Callable[[str], None]) -> str | None:
        say("said while another lane has the screen")
        begun.touch()
        return None

    said = io.StringIO()
    console = Console(file=said, width=160)
    lanes = ["unit", "engine"]
    ran = run_lanes(lanes, ci=True, root=project, checks=(), workers=None, console=console, needs={"engine": need})
    assert ran.code == 0, said.getvalue()
    assert "said while another lane" not in said.getvalue()


def test_lanes_that_wait_for_servers_run_at_the_same_time_and_what_they_say_stays_apart(project: Path) -> None:
    here = "__import__('pathlib').Path(__file__).parents[1]"
    until = "any({0}.joinpath('{2}').exists() or __import__('time').sleep(0.1) for _ in range(600))"
    for lane, other in (("engine", "real"), ("real", "engine")):
        meet = f"{here}.joinpath('{lane}.there').touch(); assert {until.format(here, lane, f'{other}.there')}"
        write_test(project, lane, meet)
    code, said = run(project, ["engine", "real"], ci=True)
    assert code == 0, said
    assert said.index("lane engine") < said.index("lane real")
    assert said.count("1 passed") >= 2


def test_what_a_lane_waits_for_says_how_far_it_is(project: Path) -> None:
    write_test(project, "engine", "assert True")
    awaited = threading.Event()

    class Screen(io.StringIO):
        def write(self, text: str) -> int:
            awaited.set()
            return super().write(text)

    def need(say: Callable[[str], None]) -> str | None:
        while "half way" not in said.getvalue():
            say("half way")
            awaited.wait(0.01)
        return "no more"

    said = Screen()
    ran = run_lanes(["engine"], ci=True, root=project, checks=(), console=Console(file=said), needs={"engine": need})
    assert ran.code == 1
    assert "no more" in told(section(ran))


def test_a_lane_that_still_waits_when_those_beside_it_are_done_says_how_far_it_is(project: Path) -> None:
    write_test(project, "stack", "assert True")
    write_test(project, "engine", "assert True")
    said = io.StringIO()

    def need(say: Callable[[str], None]) -> str | None:
        for _ in range(6000):
            say("half way")
            if "half way" in said.getvalue():
                return None
            time.sleep(0.01)
        return "nobody heard"

    ran = run_lanes(
        ["stack", "engine"], ci=True, root=project, checks=(), console=Console(file=said), needs={"engine": need}
    )
    assert ran.code == 0, told(section(ran))
    assert said.getvalue().index("lane stack") < said.getvalue().index("half way")


def test_the_long_checks_run_beside_the_first_lanes_and_what_they_say_stays_apart(project: Path) -> None:
    write_test(
        project,
        "unit",
        f"import pathlib, time; p = pathlib.Path({str(project)!r}); (p / 'lane').touch(); "
        "assert any((p / 'check').exists() or time.sleep(0.1) for _ in range(600))",
    )
    meet = "import pathlib, time; pathlib.Path('check').touch(); print('it is said by the check'); "
    wait = "raise SystemExit(not any(pathlib.Path('lane').exists() or time.sleep(0.1) for _ in range(600)))"
    checks = (
        Check(name="quick", command=(sys.executable, "-c", "")),
        Check(name="long", command=(sys.executable, "-c", meet + wait), long=True),
    )
    said = io.StringIO()
    ran = run_lanes(["unit"], ci=True, root=project, checks=checks, workers=None, console=Console(file=said))
    assert ran.code == 0, said.getvalue()
    assert [outcome.name for outcome in ran.outcomes] == ["quick", "long", "unit"]
    assert said.getvalue().index("lane unit") < said.getvalue().index("it is said by the check")
