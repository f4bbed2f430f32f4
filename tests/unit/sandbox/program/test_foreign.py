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
            ForeignWorkspace(workspace.root, "dev", kept=workspace.kept).prepare({})
    project.unlink()
    with pytest.raises(ProgramError, match=r"is no Pulumi project: it has no Pulumi\.yaml"):
        ForeignWorkspace(workspace.root, "dev", kept=workspace.kept).prepare({})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: acme\nruntime: {options: {}}\n", r"must name the project and its runtime.*'acme' and None"),
        ("name: acme\nruntime: [python]\n", r"'acme' and \['python'\]"),
        ("name: 5\nruntime: python\n", r"each as a text.*5 and 'python'"),
        ("name: acme\nruntime: {name: python, options: venv}\n", r"`runtime\.options` by name.*found: str"),
        ("- acme\n", r"is no project file.*found: list"),
        ("name: acme\nruntime: {\n", r"Pulumi\.yaml, line 3 is no YAML"),
    ],
)
def test_a_project_file_of_another_shape_is_refused_with_what_it_must_say(
    workspace: ForeignWorkspace, text: str, reason: str
) -> None:
    (workspace.root / "Pulumi.yaml").write_text(text)
    with pytest.raises(ProgramError, match=reason):
        workspace.raw_config()


def test_a_folder_that_does_not_exist_is_told_as_such(workspace: ForeignWorkspace) -> None:
    with pytest.raises(ProgramError, match=r"there is no folder .*nowhere\n  fix: --program names the folder"):
        ForeignWorkspace(workspace.root / "nowhere", "dev").raw_config()


def test_a_program_has_one_rehearsal_by_whatever_name_its_folder_is_given(
    workspace: ForeignWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(workspace.root)
    for named in (tmp_path / "link", workspace.root / "src" / ".."):
        assert ForeignWorkspace(named, "dev", kept=workspace.kept).folder == workspace.folder


@pytest.mark.parametrize(("text", "found"), [("- 1\n", "list"), ("config: [a]\n", "list"), ("config: 5\n", "int")])
def test_a_stack_file_of_another_shape_is_refused_with_what_it_must_hold(
    workspace: ForeignWorkspace, text: str, found: str
) -> None:
    workspace.stack_file().write_text(text)
    with pytest.raises(ProgramError, match=rf"Pulumi\.dev\.yaml is no stack file: .*; found: {found}$"):
        workspace.raw_config()


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
        ForeignWorkspace(workspace.root, "dev", kept=workspace.kept).host(engine(tmp_path, host=False))
