"""The lanes of `./bbp test`: static checks first, then pytest once per lane, and at the end what ran and what did not.

A lane is a folder under `tests/`, ordered by what it needs: `unit` and `stack` need Python packages alone, `engine`
needs the Pulumi engine, `real` needs servers such as nginx or a kube-apiserver.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Literal, TypeAlias
from xml.etree import ElementTree as ET

from rich.console import Console

from ops.answers.test.needs import Ahead, build_real_programs, engine_problem
from ops.exits import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ops.answers.test.needs import Need

ROOT = Path(__file__).resolve().parents[3]
"""The project's directory."""

STEPS = (("unit", "repo"), ("stack", "engine", "real"))
"""Lanes that run at the same time, each as soon as it has what it needs: servers and engines wait for each other and
for clocks more than half of the time, every lane begins on one core with collecting its tests, and several fill two
cores where one does not."""

LANES = tuple(lane for step in STEPS for lane in step)
"""Every lane, in the order in which they run."""

USAGE = 2
"""Exit code for a command that asks for something that does not exist (POSIX utilities)."""

PYTEST_NO_TESTS = 5
"""pytest's exit code when it collected nothing (pytest, Exit codes)."""

DISTRIBUTED = ("--dist", "loadfile")
"""How pytest-xdist divides a lane: whole files, or what tests/conftest.py puts together."""

SHARED = "BBP_TEST_RUN"
"""Variable with the folder in which the processes of a run keep what one makes and all need."""

STEERING_PREFIXES = ("PYTHON", "PYTEST_", "RUFF_", "MYPY", "COVERAGE_")
"""Variables with which a caller's shell could change what the checks and lanes do, or leave out: they are dropped."""

Job: TypeAlias = "Callable[[Path | None, list[subprocess.Popen[str]]], Outcome]"
"""Runs a check or lane, its output into a file if one is given, and puts its process among those started."""

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
class Took:
    """What a command and all that it started took.

    Attributes:
        seconds: by the wall.
        cpu_seconds: of processors, which other work on the machine changes little.
        memory_mib: the most that one of its processes held.
    """

    seconds: float = 0
    cpu_seconds: float = 0
    memory_mib: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one check or lane ended, and what it took.

    Attributes:
        name: of the check or lane.
        state: how it ended.
        detail: its counts, or why it failed or did not run.
        took: nothing where it did not run.
    """

    name: str
    state: State
    detail: str
    took: Took = field(default_factory=Took)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What ran, and the exit code that it makes."""

    outcomes: tuple[Outcome, ...]
    code: int


@dataclass(frozen=True, kw_only=True)
class Check:
    """A static check.

    Attributes:
        name: of the check.
        command: its arguments.
        long: takes so long that the first lanes run at the same time.
    """

    name: str
    command: tuple[str, ...]
    long: bool = False


def static_checks() -> tuple[Check, ...]:
    """Lint, format, types and import arrows, as configured in pyproject.toml."""
    python = sys.executable
    return (
        Check(name="ruff check", command=(python, "-m", "ruff", "check", "--quiet", ".")),
        Check(name="ruff format", command=(python, "-m", "ruff", "format", "--check", "--quiet", ".")),
        Check(name="mypy", command=(python, "-m", "mypy", "--no-error-summary"), long=True),
        Check(name="import arrows", command=(str(Path(python).with_name("lint-imports")), "--no-logo"), long=True),
    )


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
    ahead = Ahead({lane: needs[lane] for lane in chosen if lane in needs and _has_tests(root, lane)}, say)
    outcomes: list[Outcome] = []
    try:
        asked = (static_checks() if checks is None else checks) if static else ()
        jobs: list[dict[str, Job]] = [
            {check.name: partial(_run_check, check, root)} for check in asked if not check.long
        ]
        beside: dict[str, Job] = {check.name: partial(_run_check, check, root) for check in asked if check.long}
        with tempfile.TemporaryDirectory() as folder:
            run = partial(_run_lane, root=root, ci=ci, arguments=pytest_arguments, shared=folder, ahead=ahead)
            for step in _steps(chosen):
                jobs.append({lane: partial(run, lane) for lane in step} | beside)
                beside = {}
            for several in [*jobs, *([beside] if beside else [])]:
                outcomes += _run_step(several, console, ahead.turn)
    except KeyboardInterrupt:
        console.print("interrupted")
        return Ran(outcomes=tuple(outcomes), code=INTERRUPTED)
    bad: tuple[State, ...] = ("failed", "not run") if ci else ("failed",)
    order = [check.name for check in asked] + list(LANES)
    outcomes.sort(key=lambda outcome: order.index(outcome.name))
    return Ran(outcomes=tuple(outcomes), code=int(any(outcome.state in bad for outcome in outcomes)))


def environment(machine: Mapping[str, str]) -> dict[str, str]:
    """What checks and lanes see of the caller's environment: nothing that steers Python or the tools."""
    return {name: value for name, value in machine.items() if not name.startswith(STEERING_PREFIXES)}


def _has_tests(root: Path, lane: str) -> bool:
    return any((root / "tests" / lane).rglob("test_*.py"))


def _steps(chosen: Sequence[str]) -> list[tuple[str, ...]]:
    """Lanes in their order, with those that run at the same time together."""
    steps = [tuple(lane for lane in step if lane in chosen) for step in STEPS]
    return [step for step in steps if step]


def _run_step(jobs: Mapping[str, Job], console: Console, turn: Callable[[str], None]) -> Iterator[Outcome]:
    """Checks and lanes at the same time: the first has the screen; what others say is shown when it is their turn."""
    started: list[subprocess.Popen[str]] = []
    first = next(iter(jobs))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(jobs)) as pool:
        held = {name: Path(folder) / name for name in jobs if name != first}
        console.rule(_heading(first), align="left")
        turn(first)
        running = {name: pool.submit(job, held.get(name), started) for name, job in jobs.items()}
        try:
            for name, outcome in running.items():
                turn(name)
                found = outcome.result()
                if name in held:
                    console.rule(_heading(name), align="left")
                if name in held and held[name].exists():
                    console.print(held[name].read_text(encoding="utf-8", errors="replace"), markup=False, end="")
                yield found
        except BaseException:
            for process in started:
                process.send_signal(signal.SIGINT)  # as a terminal does: the tests end what they have started
            raise


def _heading(name: str) -> str:
    return f"lane {name}" if name in LANES else name


def _run(
    command: Sequence[str],
    root: Path,
    started: list[subprocess.Popen[str]],
    output: IO[str] | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, Took]:
    """The exit code of a command, and what it took; as long as it runs, it is among those started."""
    start = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - commands from this file
        command,
        cwd=root,
        env={**environment(os.environ), **more},
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        text=True,
    )
    started.append(process)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    started.remove(process)
    return process.returncode, Took(
        seconds=time.monotonic() - start,
        cpu_seconds=used.ru_utime + used.ru_stime,
        memory_mib=used.ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024),
    )


def _run_check(check: Check, root: Path, held: Path | None, started: list[subprocess.Popen[str]]) -> Outcome:
    with held.open("w", encoding="utf-8") if held else contextlib.nullcontext() as output:
        code, took = _run(check.command, root, started, output)
    failed = code != 0
    detail = f"exit code {code}" if failed else ""
    return Outcome(name=check.name, state="failed" if failed else "passed", detail=detail, took=took)


def _run_lane(
    lane: str,
    held: Path | None,
    started: list[subprocess.Popen[str]],
    *,
    root: Path,
    ci: bool,
    arguments: Sequence[str],
    shared: str,
    ahead: Ahead,
) -> Outcome:
    if (problem := ahead.problem(lane)) is not None:
        return Outcome(name=lane, state="not run", detail=problem)
    if not _has_tests(root, lane):
        return Outcome(name=lane, state="no tests", detail="")
    with tempfile.TemporaryDirectory() as scratch:
        results = Path(scratch) / "results.xml"
        command = (sys.executable, "-m", "pytest", f"tests/{lane}", "-q", f"--junit-xml={results}", *arguments)
        with held.open("w", encoding="utf-8") if held else contextlib.nullcontext() as output:
            code, took = _run(command, root, started, output, {SHARED: shared})
        state, detail = _judged(code, _counts(results), ci=ci)
    return Outcome(name=lane, state=state, detail=detail, took=took)


def _judged(code: int, counts: Counts, *, ci: bool) -> tuple[State, str]:
    """How a lane ended by pytest's exit code and its tests."""
    if code == PYTEST_NO_TESTS:
        return "no tests", "none selected"
    if code != 0:
        return "failed", f"{counts} (exit code {code})"
    if ci and counts.skipped:
        return "failed", f"{counts}: with CI=true nothing is skipped"
    return "passed", str(counts)


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
