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
