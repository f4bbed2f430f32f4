"""The simulated providers of a shell: what is started for nobody ends."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ops.rehearsal import providers
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
