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
import yaml


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


def test_what_the_user_set_in_the_rehearsal_s_copy_stays_and_the_file_s_own_changes_arrive(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    workspace = SandboxWorkspace(tmp_path, "dev")
    copy = workspace.project / "Pulumi.dev.yaml"
    workspace.prepare({"acme:size": 3, "acme:zone": "a", "acme:gone": True}, keep_edits=True)
    copy.write_text("encryptionsalt: v1:x\nconfig: {acme:size: '3', acme:zone: b, acme:new: {secure: v1:y}}\n")
    workspace.prepare({"acme:size": 4, "acme:zone": "a", "acme:gone": True, "acme:more": 1}, keep_edits=True)
    kept = yaml.safe_load(copy.read_text())
    assert kept == {
        "encryptionsalt": "v1:x",
        "config": {"acme:size": 4, "acme:zone": "b", "acme:new": {"secure": "v1:y"}, "acme:more": 1},
    }
    workspace.prepare({"acme:size": 4})
    assert yaml.safe_load(copy.read_text())["config"] == {"acme:size": 4}
