from __future__ import annotations

import asyncio
import io
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pulumi
import pytest
from pytest_socket import SocketBlockedError
from rich.console import Console

from ops.answers.test.budgets import BUDGETS
from ops.answers.test.lanes import DISTRIBUTED, LANES, SHARED, Check, Outcome, Ran, Took, environment, run_lanes
from ops.views.test import section
from tests.support.kept import kept
from tests.support.lanes import begin, run, write_test
from tests.support.order import GROUPS, LONGEST_FIRST, longest_first, together
from tests.support.paths import ROOT
from tests.support.recording import record
from tests.support.stack import recorded
from tests.support.told import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return begin(tmp_path)


def test_a_passing_lane_is_reported_with_its_counts(project: Path) -> None:
    write_test(project, "unit", "assert True")
    code, said = run(project, ["unit"])
    assert code == 0
    assert "1 passed" in said


def test_a_failing_test_fails_the_run(project: Path) -> None:
    write_test(project, "unit", "assert False")
    code, said = run(project, ["unit"])
    assert code == 1
    assert "1 failed" in said


def test_an_empty_lane_says_so_and_does_not_fail(project: Path) -> None:
    code, said = run(project, ["real"], ci=True)
    assert code == 0
    assert "no tests" in said


def test_a_lane_whose_tests_are_all_deselected_says_so(project: Path) -> None:
    write_test(project, "unit", "assert True")
    said = io.StringIO()
    ran = run_lanes(
        ["unit"],
        ci=False,
        root=project,
        checks=(),
        workers=None,
        pytest_arguments=("-p", "no:cacheprovider", "-k", "nothing_like_it"),
        console=Console(file=said, width=160),
    )
    assert ran.code == 0
    assert "no tests" in said.getvalue() + told(section(ran))


def test_without_an_engine_the_lane_is_left_out_with_the_reason(project: Path) -> None:
    write_test(project, "engine", "assert True")
    code, said = run(project, ["engine"], engine_problem="no Go and no download [at all]")
    assert code == 0
    assert "not run" in said
    assert "no Go and no download [at all]" in said


def test_a_lane_says_what_it_took_of_the_processors_with_all_that_it_starts(project: Path) -> None:
    spin = "import time; end = time.process_time() + 1; [0 for _ in iter(lambda: time.process_time() < end, False)]"
    write_test(project, "unit", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin!r}], check=True)")
    ran = run_lanes(
        ["unit"],
        ci=True,
        root=project,
        checks=(),
        pytest_arguments=("-p", "no:cacheprovider"),
        console=Console(file=io.StringIO()),
        needs={},
        workers=None,
    )
    [outcome] = ran.outcomes
    assert outcome.took.cpu_seconds > 1
    assert outcome.took.memory_mib > 10


def test_a_lane_over_its_budget_of_processor_seconds_is_named_and_does_not_fail() -> None:
    allowed = BUDGETS["stack"].allowed
    for seconds, named in ((allowed - 1, False), (allowed + 1, True)):
        took = Took(seconds=1, cpu_seconds=seconds, memory_mib=1)
        ran = Ran(outcomes=(Outcome(name="stack", state="passed", detail="", took=took),), code=0)
        assert (f"stack took {seconds} processor seconds, {allowed} are its budget" in told(section(ran))) is named


def test_every_lane_has_a_budget() -> None:
    assert set(LANES) <= BUDGETS.keys()


def test_with_ci_a_lane_that_cannot_run_fails(project: Path) -> None:
    write_test(project, "engine", "assert True")
    assert run(project, ["engine"], ci=True, engine_problem="no Go")[0] == 1


def test_with_ci_a_skipped_test_fails_its_lane(project: Path) -> None:
    write_test(project, "real", "pytest.skip('no nginx here')")
    assert run(project, ["real"], ci=False)[0] == 0
    code, said = run(project, ["real"], ci=True)
    assert code == 1
    assert "1 skipped" in said


def test_a_failing_static_check_fails_the_run_and_the_lanes_still_run(project: Path) -> None:
    write_test(project, "unit", "assert True")
    said = io.StringIO()
    ran = run_lanes(
        ["unit"],
        ci=False,
        root=project,
        checks=(Check(name="lint", command=(sys.executable, "-c", "raise SystemExit(3)")),),
        pytest_arguments=("-p", "no:cacheprovider"),
        workers=None,
        console=Console(file=said, width=160),
    )
    assert ran.code == 1
    assert "exit code 3" in said.getvalue() + told(section(ran))
    assert "1 passed" in said.getvalue() + told(section(ran))


def test_what_steers_python_and_pytest_reaches_neither_lanes_nor_checks(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steering = {"PYTEST_ADDOPTS": "-k nothing", "PYTHONOPTIMIZE": "2", "MYPYPATH": "x", "RUFF_NO_CACHE": "1"}
    for name, value in steering.items():
        monkeypatch.setenv(name, value)
    write_test(project, "unit", f"import os; assert not set(os.environ) & {set(steering) - {'PYTEST_ADDOPTS'}!r}")
    code, said = run(project, ["unit"])
    assert (code, "1 passed" in said) == (0, True)
    seen = environment({**steering, "PATH": "/bin"})
    assert seen == {"PATH": "/bin"}


def test_an_unknown_lane_is_refused_by_name(project: Path) -> None:
    code, said = run(project, ["smoke", "unit"])
    assert code == 2
    assert "no such lane: smoke" in said


def test_no_lane_named_means_all_of_them_in_order(project: Path) -> None:
    write_test(project, "stack", "assert True")
    code, said = run(project, [])
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()[-5:]] == ["unit", "repo", "stack", "engine", "real"]


def test_a_unit_test_cannot_open_a_network_socket() -> None:
    with pytest.warns(UserWarning, match="tried to use"), pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_a_unit_test_may_use_a_unix_socket_pair() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"


def test_a_long_file_with_one_test_starts_before_short_files_with_many() -> None:
    @dataclass
    class Item:
        path: Path

    def started(*files: str) -> list[str]:
        items = [cast("pytest.Item", Item(ROOT / name)) for name in files]
        return [item.path.name for item in longest_first(items, ("tests/long.py", "tests/next.py"))]

    assert started("tests/a.py", "tests/b.py", "tests/next.py", "tests/b.py", "tests/long.py") == [
        *("long.py", "next.py"),
        *("b.py", "b.py", "a.py"),
    ]


def test_one_worker_takes_all_tests_of_a_group_so_that_what_they_share_is_made_once() -> None:
    files = ("tests/unit/plan/test_plan_paths.py", "tests/unit/plan/test_drills.py")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-n", "2", *DISTRIBUTED, *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "scheduling tests via ByGroup" in ran.stdout
    workers = {file: set(re.findall(rf"\[(gw\d)\].*{file}::", ran.stdout)) for file in files}
    assert [len(found) for found in workers.values()] == [1, 1]


def test_modules_that_share_a_clock_or_a_server_are_one_group_and_every_other_file_is_its_own() -> None:
    real = ROOT / "tests" / "real"
    names = ("test_drill_control_plane.py", "test_termination_chain.py", "test_viewer_access.py", "test_pgbouncer.py")
    found = [together(real / name) for name in names]
    assert found == ["real: clock", "real: clock", "real: kube-apiserver", "tests/real/test_pgbouncer.py"]


def test_the_modules_of_the_groups_exist() -> None:
    names = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    starts = [start for group in GROUPS.values() for start in group]
    assert [start for start in starts if not any(name.startswith(start) for name in names)] == []


def test_what_one_process_of_a_run_made_is_read_by_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED, str(tmp_path))
    assert kept("thing", lambda: ["made"]) == ["made"]
    assert kept("thing", lambda: ["made again"]) == ["made"]
    assert kept("other", lambda: ["another"]) == ["another"]
    monkeypatch.delenv(SHARED)
    assert kept("thing", lambda: ["made again"]) == ["made again"]


def test_a_whole_stack_survives_being_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARED, str(tmp_path))
    made = recorded.__wrapped__("dev", "optimization")
    assert len(made.resources) > 200
    assert recorded.__wrapped__("dev", "optimization") == made


def _ran_to_its_end() -> None:
    asyncio.run(asyncio.sleep(0))


def _closed() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.close()


@pytest.mark.parametrize("before", [_ran_to_its_end, _closed])
def test_components_are_recorded_whatever_became_of_the_event_loop_before(before: Callable[[], None]) -> None:
    before()
    assert record(lambda: pulumi.Output.from_input(3)).result == 3
    assert not asyncio.get_event_loop_policy().get_event_loop().is_closed()


def test_the_files_that_start_first_exist() -> None:
    assert [name for name in LONGEST_FIRST if not (ROOT / name).is_file()] == []
    assert len(set(LONGEST_FIRST)) == len(LONGEST_FIRST)
