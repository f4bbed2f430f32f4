"""A session that is stopped, or refused, before its first preview."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from sandbox.engine import Engine
from sandbox.session import EngineCommand, EngineError, InterruptedRunError, Session
from sandbox.workspace import SandboxWorkspace
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine of which every command but `version` ends as the file `behaviour` says."""
    command = tmp_path / "bin" / "pulumi"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo v3.259.0 && exit 0\n. {tmp_path}/behaviour\n')
    command.chmod(0o700)
    return Engine(command, "3.259.0", "cache", has_language_host=False, tried=())


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SandboxWorkspace:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path / "sandbox"))
    found = SandboxWorkspace(ROOT, "dev")
    found.prepare({})
    return found


def test_ctrl_c_while_the_stack_is_opened_is_an_interruption(
    engine: Engine, workspace: SandboxWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "behaviour").write_text("kill -INT $PPID; sleep 5\n")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(InterruptedRunError), Session(engine, workspace):
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_an_engine_that_cannot_open_the_stack_says_why(
    engine: Engine, workspace: SandboxWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "behaviour").write_text("echo 'error: the backend is broken' >&2; exit 255\n")
    with pytest.raises(EngineError) as raised, Session(engine, workspace):
        pass
    assert raised.value.diagnostics == ("the backend is broken",)


def test_a_stopped_run_starts_no_further_command(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "behaviour").write_text(f"touch {tmp_path}/started\n")
    command = EngineCommand(engine, {})
    command.interrupt()
    with pytest.raises(InterruptedRunError):
        command.run(["preview"], str(tmp_path), {})
    assert not (tmp_path / "started").exists()


def test_half_a_lock_that_a_full_disk_left_does_not_outlive_the_run(workspace: SandboxWorkspace) -> None:
    locks = workspace.backend / ".pulumi" / "locks" / "organization" / "bailbondpro" / "dev"
    locks.mkdir(parents=True)
    (locks / "1.json").write_text("{}")
    (locks / "1.json.18eaed17.tmp").write_text("")
    assert workspace.unlock() == 1
    assert list(locks.iterdir()) == []
