"""The lanes of `./bbp test`: static checks first, then pytest once per lane, and at the end what ran and what did not.

A lane is a folder under `tests/`, ordered by what it needs: `unit` and `stack` need Python packages alone, `engine`
needs the Pulumi engine, `real` needs servers such as nginx or a kube-apiserver.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from xml.etree import ElementTree as ET

from rich.console import Console

from ops.exits import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
"""The project's directory."""

LANES = ("unit", "repo", "stack", "engine", "real")
"""Every lane, in the order in which they run."""

USAGE = 2
"""Exit code for a command that asks for something that does not exist (POSIX utilities)."""

PYTEST_NO_TESTS = 5
"""pytest's exit code when it collected nothing (pytest, Exit codes)."""

DISTRIBUTED = ("--dist", "loadfile")
"""How pytest-xdist divides a lane: whole files, or what tests/conftest.py puts together."""

STEERING_PREFIXES = ("PYTHON", "PYTEST_", "RUFF_", "MYPY", "COVERAGE_")
"""Variables with which a caller's shell could change what the checks and lanes do, or leave out: they are dropped."""

Need: TypeAlias = "Callable[[Callable[[str], None]], str | None]"
"""Obtains what a lane needs and returns why it cannot run, or None; receives where progress is said."""

State = Literal["passed", "failed", "no tests", "not run"]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many tests of a lane ended how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        """For the table: `12 passed`, with failures and skips only where there are some."""
        parts = [f"{self.passed} passed"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.skipped} skipped"] if self.skipped else []
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one check or lane ended, and how long it took in seconds."""

    name: str
    state: State
    detail: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What ran, and the exit code that it makes."""

    outcomes: tuple[Outcome, ...]
    code: int


@dataclass(frozen=True, kw_only=True)
class Check:
    """A static check: its name and the arguments of its command."""

    name: str
    command: tuple[str, ...]


def static_checks() -> tuple[Check, ...]:
    """Lint, format, types and import arrows, as configured in pyproject.toml."""
    python = sys.executable
    return (
        Check(name="ruff check", command=(python, "-m", "ruff", "check", "--quiet", ".")),
        Check(name="ruff format", command=(python, "-m", "ruff", "format", "--check", "--quiet", ".")),
        Check(name="mypy", command=(python, "-m", "mypy", "--no-error-summary")),
        Check(name="import arrows", command=(str(Path(python).with_name("lint-imports")), "--no-logo")),
    )


def engine_problem(say: Callable[[str], None]) -> str | None:
    """Finds the Pulumi engine, building it on first use; returns why there is none."""
    from sandbox.engine import EngineNotFoundError, find_or_build  # noqa: PLC0415 - only this lane needs it

    try:
        find_or_build(say)
    except EngineNotFoundError as problem:
        return str(problem)
    return None


def build_real_programs(say: Callable[[str], None]) -> str | None:
    """Builds what the real lane runs before pytest hides all output; a test says itself what it misses."""
    from sandbox.engine.go import GoError  # noqa: PLC0415 - only this lane needs it
    from sandbox.kubernetes.tools import control_plane, definitions, prometheus, promtool  # noqa: PLC0415 - as above

    for obtain in (control_plane, definitions, promtool, prometheus):
        try:
            obtain(say)
        except GoError as problem:
            say(str(problem))
    return None


class _Ahead:
    """What later lanes need, obtained while the checks and the lanes before them run, one after the other.

    A first run builds for about twelve minutes on 2 cores, which need not come on top of its tests. What a build says
    is shown while a lane waits for it; before, the checks and lanes have the screen.
    """

    def __init__(self, needs: Mapping[str, Need], say: Callable[[str], None]) -> None:
        self._say = say
        self._awaited = ""
        self._problems: dict[str, Future[str | None]] = {lane: Future() for lane in needs}
        # A daemon: after Ctrl-C nobody waits for a build, which the same signal has ended.
        threading.Thread(target=self._obtain, args=(needs,), daemon=True).start()

    def _obtain(self, needs: Mapping[str, Need]) -> None:
        for lane, need in needs.items():
            try:
                self._problems[lane].set_result(need(self._heard))
            except BaseException as error:  # noqa: BLE001 - raised again in the lane that waits
                self._problems[lane].set_exception(error)

    def _heard(self, line: str) -> None:
        if self._awaited:
            self._say(line)

    def problem(self, lane: str) -> str | None:
        """Why a lane cannot run, or None; waits for what it needs."""
        if lane not in self._problems:
            return None
        self._awaited = lane
        try:
            return self._problems[lane].result()
        finally:
            self._awaited = ""


def run_lanes(
    lanes: Sequence[str],
    *,
    ci: bool,
    static: bool = True,
    pytest_arguments: Sequence[str] = (),
    workers: str | None = "auto",
    console: Console | None = None,
    root: Path = ROOT,
    checks: Sequence[Check] | None = None,
    needs: Mapping[str, Need] | None = None,
) -> Ran:
    """Runs the static checks and the lanes.

    Args:
        lanes: Lane names out of `LANES`, all when empty; they run in that order whatever order they come in.
        ci: Nothing may be left out: a lane that cannot run fails, and so does one that skips tests.
        static: Whether the static checks run first.
        pytest_arguments: Passed on to pytest, for instance `("-k", "replica")`.
        workers: How many processes share a lane (pytest-xdist's `-n`), a group of tests at a time (tests/conftest.py);
            None runs in one.
        console: Where headings and progress go; standard output by default.
        root: The project's directory.
        checks: The static checks, `static_checks()` by default.
        needs: Per lane, what must hold before it runs: a function that returns why it cannot, or None. All of them
            begin at once, in the order of the lanes.

    Returns:
        What ran. Its code is 0 when everything that had to run passed, 1 when something failed, 2 for a lane that does
        not exist, 130 after Ctrl-C.
    """
    console = console or Console()
    unknown = sorted(set(lanes) - set(LANES))
    if unknown:
        console.print(f"no such lane: {', '.join(unknown)}; there are {', '.join(LANES)}", markup=False)
        return Ran(outcomes=(), code=USAGE)
    chosen = [lane for lane in LANES if not lanes or lane in lanes]
    say = partial(console.print, markup=False)
    if workers is not None:
        pytest_arguments = ("-n", workers, *DISTRIBUTED, *pytest_arguments)
    needs = {"engine": engine_problem, "real": build_real_programs} if needs is None else needs
    ahead = _Ahead({lane: needs[lane] for lane in chosen if lane in needs and _has_tests(root, lane)}, say)
    outcomes: list[Outcome] = []
    try:
        if static:
            outcomes += [_run_check(check, console, root) for check in (static_checks() if checks is None else checks)]
        for lane in chosen:
            problem = ahead.problem(lane)
            if problem is None:
                outcomes.append(_run_lane(lane, console, root, ci=ci, arguments=pytest_arguments))
            else:
                outcomes.append(Outcome(name=lane, state="not run", detail=problem, seconds=0))
    except KeyboardInterrupt:
        console.print("interrupted")
        return Ran(outcomes=tuple(outcomes), code=INTERRUPTED)
    bad: tuple[State, ...] = ("failed", "not run") if ci else ("failed",)
    return Ran(outcomes=tuple(outcomes), code=int(any(outcome.state in bad for outcome in outcomes)))


def environment(machine: Mapping[str, str]) -> dict[str, str]:
    """What checks and lanes see of the caller's environment: nothing that steers Python or the tools."""
    return {name: value for name, value in machine.items() if not name.startswith(STEERING_PREFIXES)}


def _has_tests(root: Path, lane: str) -> bool:
    return any((root / "tests" / lane).rglob("test_*.py"))


def _run_check(check: Check, console: Console, root: Path) -> Outcome:
    console.rule(check.name, align="left")
    start = time.monotonic()
    code = subprocess.run(check.command, cwd=root, check=False, env=environment(os.environ)).returncode  # noqa: S603 - commands from this file
    return Outcome(
        name=check.name,
        state="failed" if code else "passed",
        detail=f"exit code {code}" if code else "",
        seconds=time.monotonic() - start,
    )


def _run_lane(lane: str, console: Console, root: Path, *, ci: bool, arguments: Sequence[str]) -> Outcome:
    if not _has_tests(root, lane):
        return Outcome(name=lane, state="no tests", detail="", seconds=0)
    console.rule(f"lane {lane}", align="left")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        results = Path(scratch) / "results.xml"
        command = [
            *(sys.executable, "-m", "pytest", f"tests/{lane}", "-q"),
            *(f"--junit-xml={results}", *arguments),
        ]
        code = subprocess.run(command, cwd=root, check=False, env=environment(os.environ)).returncode  # noqa: S603 - our own interpreter
        counts = _counts(results)
    seconds = time.monotonic() - start
    if code == PYTEST_NO_TESTS:
        return Outcome(name=lane, state="no tests", detail="none selected", seconds=seconds)
    if code != 0:
        return Outcome(name=lane, state="failed", detail=f"{counts} (exit code {code})", seconds=seconds)
    if ci and counts.skipped:
        return Outcome(name=lane, state="failed", detail=f"{counts}: with CI=true nothing is skipped", seconds=seconds)
    return Outcome(name=lane, state="passed", detail=str(counts), seconds=seconds)


def _counts(results: Path) -> Counts:
    """Reads pytest's JUnit report; an interrupted run leaves none and counts nothing."""
    if not results.exists():
        return Counts()
    suites = ET.parse(results).iter("testsuite")  # noqa: S314 - pytest wrote this file a moment ago
    tests = failed = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests", "0"))
        failed += int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped += int(suite.get("skipped", "0"))
    return Counts(passed=max(0, tests - failed - skipped), failed=failed, skipped=skipped)
