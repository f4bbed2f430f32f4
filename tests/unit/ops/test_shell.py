"""What `rehearse shell` finds running, and what it stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.rehearsal import providers, shell
from ops.rehearsal.session import RehearseOptions
from sandbox.workspace import SandboxWorkspace


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the providers of dev write down their number."""
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    (tmp_path / "dev").mkdir()
    return tmp_path / "dev" / "shell.json"


@pytest.mark.parametrize("processes", ["/proc", "/nonexistent"])
def test_a_number_that_is_another_programs_by_now_is_not_stopped(
    record: Path, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setattr(providers, "PROCESSES", Path(processes))
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        record.write_text(json.dumps({"pid": other.pid, "providers": "aws:1"}))
        assert shell.stop(RehearseOptions("dev")) == "no providers of dev are running"
        assert other.poll() is None
    finally:
        other.communicate(b"\n")
    assert other.returncode == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": "x", "providers": ""}', '{"pid": OWN}'])
def test_a_damaged_record_names_nothing_to_stop(record: Path, text: str) -> None:
    record.write_text(text.replace("OWN", str(os.getpid())))
    assert shell.stop(RehearseOptions("dev")) == "no providers of dev are running"


@pytest.mark.parametrize(("tethered", "borrowed"), [("yes", True), ("", False)])
def test_providers_of_another_shell_are_known_to_end_with_it(
    record: Path, monkeypatch: pytest.MonkeyPatch, tethered: str, borrowed: bool
) -> None:
    record.write_text(json.dumps({"pid": 1, "providers": "aws:1", "tethered": tethered}))
    monkeypatch.setattr(providers, "_arguments", lambda _number: [providers.SERVE])
    found = providers.running(SandboxWorkspace(record.parent.parent, "dev"))
    assert found is not None
    assert found.borrowed is borrowed
