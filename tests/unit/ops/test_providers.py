"""The simulated providers of a shell: what is started for nobody ends."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ops.rehearsal import providers
from sandbox.program.foreign import ForeignWorkspace
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("tethered", [True, False])
@pytest.mark.parametrize("interrupted", [True, False])
def test_providers_that_never_say_where_they_are_do_not_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tethered: bool, interrupted: bool
) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    workspace = SandboxWorkspace(tmp_path, "dev")
    workspace.folder.mkdir(parents=True)
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def silent(_command: list[str], **_options: object) -> subprocess.Popen[bytes]:
        started.append(real([sys.executable, "-c", "import signal; signal.pause()"]))
        return started[-1]

    def stopped(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", silent)
    monkeypatch.setattr(providers, "START_SECONDS", 60.0 if interrupted else 0.0)
    monkeypatch.setattr("time.sleep", stopped)
    with pytest.raises(KeyboardInterrupt if interrupted else OSError):
        providers.start(workspace, {}, tethered=tethered)
    assert [process.poll() is None for process in started] == [False]


def test_a_rehearsal_beside_a_shell_of_a_program_is_told_how_that_shell_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(providers, "running", lambda _workspace: providers.Served(7, "aws:1"))
    folder = tmp_path / "a program"
    with pytest.raises(providers.SandboxBusyError) as error:
        providers.refuse_beside_a_shell(ForeignWorkspace(folder, "dev", kept=tmp_path))
    assert f"./bbp rehearse shell dev --program '{folder}' --stop" in str(error.value)
    with pytest.raises(providers.SandboxBusyError, match="rehearse shell dev --stop"):
        providers.refuse_beside_a_shell(SandboxWorkspace(tmp_path, "dev"))
