"""Another project's folder as a rehearsal sees it: its project file, its stack file, and where everything is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from sandbox.engine import Engine
from sandbox.program.foreign import ForeignWorkspace, ProgramError

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
name: acme
runtime: {name: python, options: {virtualenv: venv, toolchain: pip}}
main: src
config: {size: {type: integer, default: 3}}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ForeignWorkspace:
    monkeypatch.delenv("BBP_SANDBOX_DIR", raising=False)
    program = tmp_path / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text(PROJECT)
    (program / "Pulumi.dev.yaml").write_text("config: {acme:size: 5}\n")
    return ForeignWorkspace(program, "dev", kept=tmp_path / "checkout")


def engine(tmp_path: Path, *, host: bool) -> Engine:
    return Engine(tmp_path / "bin" / "pulumi", "3.259.0", "cache", has_language_host=host, tried=())


def test_the_engine_gets_the_program_s_own_project_with_paths_that_hold_elsewhere(workspace: ForeignWorkspace) -> None:
    workspace.prepare(workspace.raw_config())
    document = yaml.safe_load((workspace.project / "Pulumi.yaml").read_text())
    assert document == {
        "name": "acme",
        "config": {"size": {"type": "integer", "default": 3}},
        "runtime": {"name": "python", "options": {"virtualenv": str(workspace.root / "venv"), "toolchain": "pip"}},
        "main": str(workspace.root / "src"),
        "backend": {"url": workspace.backend_url},
    }
    assert yaml.safe_load((workspace.project / "Pulumi.dev.yaml").read_text())["config"] == {"acme:size": 5}
    assert workspace.project_name == "acme"


def test_a_rehearsal_writes_nothing_beside_the_program(workspace: ForeignWorkspace, tmp_path: Path) -> None:
    before = sorted(workspace.root.rglob("*"))
    workspace.prepare({})
    workspace.host(engine(tmp_path, host=False))
    assert sorted(workspace.root.rglob("*")) == before
    assert workspace.folder.is_relative_to(tmp_path / "checkout" / ".sandbox")


def test_two_programs_with_one_name_are_kept_apart(workspace: ForeignWorkspace, tmp_path: Path) -> None:
    other = ForeignWorkspace(tmp_path / "elsewhere" / "program", "dev", kept=workspace.kept)
    assert other.folder != workspace.folder


def test_a_folder_that_is_no_program_is_refused_in_its_user_s_words(workspace: ForeignWorkspace) -> None:
    project = workspace.root / "Pulumi.yaml"
    for text, reason in (("name: [", "is no YAML"), ("name: acme", "must name the project and its runtime")):
        project.write_text(text)
        with pytest.raises(ProgramError, match=reason):
            ForeignWorkspace(workspace.root, "dev").prepare({})
    project.unlink()
    with pytest.raises(ProgramError, match=r"is no Pulumi project: it has no Pulumi\.yaml"):
        ForeignWorkspace(workspace.root, "dev").prepare({})


def test_a_stack_that_the_program_does_not_have_is_refused_with_those_it_has(workspace: ForeignWorkspace) -> None:
    with pytest.raises(ProgramError, match=r"no .*Pulumi\.prod\.yaml; stack files of this program: Pulumi\.dev\.yaml"):
        ForeignWorkspace(workspace.root, "prod").raw_config()
    workspace.stack_file().write_text("- 1\n")
    with pytest.raises(ProgramError, match="is no stack file"):
        workspace.raw_config()


def test_an_engine_without_language_hosts_runs_python_and_says_so_of_others(
    workspace: ForeignWorkspace, tmp_path: Path
) -> None:
    folder = workspace.host(engine(tmp_path, host=False))
    assert (folder / "pulumi-language-python").stat().st_mode & 0o100
    assert workspace.host(engine(tmp_path, host=True)) == tmp_path / "bin"
    (workspace.root / "Pulumi.yaml").write_text("name: acme\nruntime: nodejs\n")
    with pytest.raises(ProgramError, match="runtime nodejs: the engine in use was built without language"):
        ForeignWorkspace(workspace.root, "dev").host(engine(tmp_path, host=False))
