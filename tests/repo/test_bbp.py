"""The front door as a user meets it: the real script, a copied project, and a pip that answers without a network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.interpreter import stand_in
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = ("bbp", "ops/bootstrap.py", "requirements.lock", "requirements-dev.lock", "pyproject.toml")


@pytest.fixture
def python(tmp_path: Path) -> Path:
    return stand_in(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "a project"
    (root / "ops").mkdir(parents=True)
    for name in FILES:
        shutil.copy2(ROOT / name, root / name)
    return root


def surroundings(python: Path | None, **more: str) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON", "BBP_"))}
    return inherited | ({"BBP_PYTHON": str(python)} if python else {}) | more


def bbp(
    script: Path, *arguments: str, python: Path | None, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(script), *arguments],
        cwd=cwd,
        env=surroundings(python, **environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def pip_calls(python: Path) -> list[str]:
    log = python.parent / "pip.log"
    return log.read_text().splitlines() if log.exists() else []


def test_first_use_installs_the_lock_with_hashes_and_then_the_project(project: Path, python: Path) -> None:
    done = bbp(project / "bbp", "check", "dev", python=python)
    assert done.returncode == 0, done.stderr
    lock, editable = pip_calls(python)
    assert "--require-hashes" in lock
    assert "requirements.lock" in lock
    assert "--editable" in editable
    assert "--no-build-isolation" in editable


def test_standard_output_carries_the_command_alone(project: Path, python: Path) -> None:
    done = bbp(project / "bbp", "check", "two words", python=python)
    assert done.stdout == "ops|check|two words\n"
    assert "making .venv" in done.stderr
    assert "20 of" in done.stderr


def test_a_second_use_installs_nothing(project: Path, python: Path) -> None:
    bbp(project / "bbp", "check", python=python)
    before = pip_calls(python)
    done = bbp(project / "bbp", "check", python=python)
    assert pip_calls(python) == before
    assert done.stderr == ""


def test_the_test_command_adds_the_development_lock_once(project: Path, python: Path) -> None:
    bbp(project / "bbp", "check", python=python)
    bbp(project / "bbp", "--quiet", "test", python=python)
    calls = pip_calls(python)
    assert "requirements-dev.lock" in calls[-1]
    bbp(project / "bbp", "test", python=python)
    assert pip_calls(python) == calls


def test_an_argument_named_test_of_another_command_does_not_ask_for_development_tools(
    project: Path, python: Path
) -> None:
    bbp(project / "bbp", "check", "test", python=python)
    assert not any("requirements-dev.lock" in call for call in pip_calls(python))


def test_a_changed_lock_is_installed_again_and_what_it_dropped_is_removed(project: Path, python: Path) -> None:
    lock = project / "requirements.lock"
    text = lock.read_text()
    lock.write_text(f"leftover==1.0 \\\n    --hash=sha256:{'0' * 64}\n{text}")
    bbp(project / "bbp", "check", python=python)
    lock.write_text(text)
    bbp(project / "bbp", "check", python=python)
    calls = pip_calls(python)
    assert [call.split(" | ")[0] for call in calls if "uninstall" in call] == [
        "--disable-pip-version-check --no-input uninstall --yes leftover"
    ]


def test_it_works_through_a_symbolic_link_from_another_directory(project: Path, python: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "first").symlink_to(Path("..") / project.name / "bbp")
    (tmp_path / "bin" / "second").symlink_to("first")
    done = bbp(tmp_path / "bin" / "second", "check", python=python, cwd=Path("/"))
    assert done.returncode == 0, done.stderr
    assert (project / ".venv" / ".bbp" / "root").exists()


def test_a_moved_checkout_is_built_again(project: Path, python: Path) -> None:
    bbp(project / "bbp", "check", python=python)
    moved = project.rename(project.with_name("moved"))
    done = bbp(moved / "bbp", "check", python=python)
    assert done.returncode == 0
    assert (python.parent / "venvs.log").read_text().splitlines() == [f"{project}/.venv", f"{moved}/.venv"]


def test_a_vanished_interpreter_is_replaced(project: Path, python: Path) -> None:
    bbp(project / "bbp", "check", python=python)
    link = project / ".venv" / "bin" / "python"
    link.unlink()
    link.symlink_to("/nowhere/python3.11")
    done = bbp(project / "bbp", "check", python=python)
    assert done.returncode == 0
    assert "rebuilding .venv" in done.stderr


def test_an_environment_of_another_origin_is_built_again(project: Path, python: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    assert "rebuilding .venv" in bbp(project / "bbp", "check", python=python).stderr


def test_a_failed_installation_shows_why_and_the_next_run_continues_in_place(project: Path, python: Path) -> None:
    failed = bbp(project / "bbp", "check", python=python, FAKE_PIP_FAILS="1")
    assert failed.returncode == 1
    assert "no such host" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""
    again = bbp(project / "bbp", "check", python=python)
    assert again.returncode == 0
    assert len((python.parent / "venvs.log").read_text().splitlines()) == 1


def test_where_packages_come_from_is_the_callers_and_everything_else_of_pip_is_not(project: Path, python: Path) -> None:
    done = bbp(project / "bbp", "check", python=python, PIP_FIND_LINKS="/opt/none", PIP_TARGET="/opt/x", PIP_USER="1")
    assert done.returncode == 0
    settings = pip_calls(python)[0].split(" | ")[1]
    assert "'PIP_FIND_LINKS': '/opt/none'" in settings
    assert "PIP_TARGET" not in settings
    assert "'PIP_USER': '0'" in settings


def test_no_python_variable_of_the_caller_reaches_what_runs(project: Path, python: Path) -> None:
    done = bbp(
        project / "bbp", "check", python=python, PYTHONOPTIMIZE="2", PYTHONWARNINGS="error", PYTHONSTARTUP="/none"
    )
    assert done.returncode == 0, done.stderr
    seen = set((python.parent / "seen.log").read_text().split())
    assert not {"PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONSTARTUP"} & seen


def test_an_odd_umask_leaves_a_readable_environment(project: Path, python: Path) -> None:
    old = os.umask(0o777)
    try:
        done = bbp(project / "bbp", "check", python=python)
    finally:
        os.umask(old)
    assert done.returncode == 0, done.stderr
    assert (project / ".venv" / ".bbp" / "root").stat().st_mode & 0o777 == 0o644


@contextmanager
def running(project: Path, python: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [str(project / "bbp"), "check"],
        env=surroundings(python, **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline()


def wait_for(path: Path) -> None:
    """Returns once another process has made `path`."""
    for _ in range(6000):
        if path.exists():
            return
        time.sleep(0.01)
    raise TimeoutError(str(path))


def test_two_first_uses_at_once_take_turns_and_install_once(project: Path, python: Path, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    with running(project, python, FAKE_PIP_WAITS_FOR=str(go_on)) as first:
        wait_for(tmp_path / "go on.started")
        with running(project, python) as second:
            assert re.search(r"another \./bbp \(process \d+\) is preparing", first_line(second))
            go_on.touch()
            assert first.wait(timeout=60) == 0
            assert second.wait(timeout=60) == 0
    assert len(pip_calls(python)) == 2


def test_after_ctrl_c_the_next_run_continues(project: Path, python: Path, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    with running(project, python, FAKE_PIP_WAITS_FOR=str(go_on)) as process:
        wait_for(tmp_path / "go on.started")
        os.killpg(process.pid, signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode != 0
    assert stdout == ""
    assert "run ./bbp again to continue" in stderr
    assert "Traceback" not in stderr
    assert bbp(project / "bbp", "check", python=python).returncode == 0
    assert len((python.parent / "venvs.log").read_text().splitlines()) == 1


def test_a_killed_run_leaves_no_lock_behind(project: Path, python: Path, tmp_path: Path) -> None:
    with running(project, python, FAKE_PIP_WAITS_FOR=str(tmp_path / "never")) as process:
        wait_for(tmp_path / "never.started")
        os.killpg(process.pid, signal.SIGKILL)
    done = bbp(project / "bbp", "check", python=python)
    assert done.returncode == 0
    assert "waiting" not in done.stderr


def test_an_installation_that_outlives_its_killed_parent_is_waited_for(
    project: Path, python: Path, tmp_path: Path
) -> None:
    go_on = tmp_path / "go on"
    with running(project, python, FAKE_PIP_WAITS_FOR=str(go_on)):
        wait_for(tmp_path / "go on.started")
        os.kill(int((project / ".venv.lock").read_text()), signal.SIGKILL)
        with running(project, python) as second:
            assert "is preparing .venv" in first_line(second)
            go_on.touch()
            assert second.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("echo 'Python 3.9 is too old'", "Python 3.9 is too old"),
        ("echo 'Python 3.12 lacks a standard module (No module named ensurepip)'", "ensurepip"),
        ("exit 127", "none on PATH"),
    ],
)
def test_without_a_fitting_python_it_says_so_in_one_sentence(
    project: Path, tmp_path: Path, answer: str, reason: str
) -> None:
    unfit = tmp_path / "unfit"
    unfit.write_text(f"#!/bin/sh\n{answer}\n")
    unfit.chmod(0o755)
    done = bbp(project / "bbp", "check", python=unfit)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert reason in done.stderr
    assert "3.11" in done.stderr


def test_the_newest_python_on_the_path_is_taken_and_a_dead_shim_is_passed_over(
    project: Path, python: Path, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python3.14").write_text("#!/bin/sh\nexit 127\n")
    (tools / "python3.14").chmod(0o755)
    (tools / "python3.13").symlink_to(python)
    (tools / "python3.12").write_text("#!/bin/sh\necho ok\nexit 5\n")
    (tools / "python3.12").chmod(0o755)
    done = bbp(project / "bbp", "check", python=None, PATH=f"{tools}:/usr/bin:/bin")
    assert done.returncode == 0, done.stderr
    assert (python.parent / "venvs.log").exists()


def test_a_callers_python_variables_do_not_choose_the_modules(project: Path, python: Path, tmp_path: Path) -> None:
    (tmp_path / "shadow" / "ops").mkdir(parents=True)
    done = bbp(project / "bbp", python=python, PYTHONPATH=str(tmp_path / "shadow"), PYTHONHOME="/nowhere")
    assert done.returncode == 0, done.stderr
