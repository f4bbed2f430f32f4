"""The folder of a rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.inputs.stack_file import check
from sandbox.cache import cache_directory
from sandbox.collector import COLLECT_LESS
from sandbox.workspace import SandboxWorkspace
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
import yaml


def test_the_engine_finds_no_room_for_its_logs_also_where_it_has_written_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    workspace = SandboxWorkspace(ROOT, "dev")
    logs = workspace.home / "logs"
    logs.mkdir(parents=True)
    (logs / "pulumi-preview.log").touch()
    for _ in range(2):
        workspace.prepare({})
        assert logs.is_file()


def test_the_engine_collects_garbage_less_often_unless_somebody_says_how_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = SandboxWorkspace(tmp_path, "dev")
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    monkeypatch.delenv("GOGC", raising=False)
    assert workspace.environment("aws:1", checkpoints=False)["GOGC"] == COLLECT_LESS["GOGC"] == "300"
    monkeypatch.setenv("GOGC", "50")
    assert workspace.environment("aws:1", checkpoints=False)["GOGC"] == "50"


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
