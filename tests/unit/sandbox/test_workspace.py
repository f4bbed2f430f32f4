"""The folder of a rehearsal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ops.inputs.stack_file import check
from sandbox.cache import cache_directory
from sandbox.workspace import KEPT_LOGS, SandboxWorkspace
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_only_the_newest_logs_of_the_engine_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    workspace = SandboxWorkspace(ROOT, "dev")
    workspace.prepare({})
    logs = workspace.home / "logs"
    logs.mkdir()
    for age in range(KEPT_LOGS + 3):
        log = logs / f"{age}.log"
        log.touch()
        os.utime(log, (1_000_000 - age, 1_000_000 - age))
    workspace.prepare({})
    assert sorted(int(log.stem) for log in logs.iterdir()) == list(range(KEPT_LOGS))


def test_a_purpose_of_one_stack_is_never_the_folder_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    journey, stack = SandboxWorkspace(ROOT, "dev", "journey"), SandboxWorkspace(ROOT, "dev.journey")
    assert journey.folder != stack.folder
    assert check(journey.folder.name).problems, "no stack can be called like it"


def test_folders_that_are_named_relatively_are_the_same_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BBP_SANDBOX_DIR", "here")
    monkeypatch.setenv("BBP_CACHE_DIR", "cache")
    assert SandboxWorkspace(tmp_path / "root", "dev").backend_url == f"file://{tmp_path / 'here' / 'dev' / 'backend'}"
    assert cache_directory() == tmp_path / "cache"
    monkeypatch.delenv("BBP_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_directory().is_absolute()
