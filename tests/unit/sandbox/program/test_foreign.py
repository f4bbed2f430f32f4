"""Another project's folder as a rehearsal sees it: its project file, its stack file, and where everything is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from sandbox.engine import Engine
from sandbox.program.foreign import ForeignWorkspace, ProgramError, stack_named

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
    (program / "src").mkdir()
    (program / "src" / "__main__.py").touch()
    (program / "venv" / "bin").mkdir(parents=True)
    (program / "venv" / "bin" / "python").touch()
    return ForeignWorkspace(program, "dev", kept=tmp_path / "checkout")


def engine(tmp_path: Path, *, host: bool) -> Engine:
    return Engine(tmp_path / "bin" / "pulumi", "3.259.0", "cache", has_language_host=host, tried=())


def test_the_engine_gets_the_program_s_own_project_with_paths_that_hold_elsewhere(workspace: ForeignWorkspace) -> None:
    workspace.prepare(workspace.configuration().values)
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
        workspace.configuration()


def test_a_folder_that_does_not_exist_is_told_as_such(workspace: ForeignWorkspace) -> None:
    with pytest.raises(ProgramError, match=r"there is no folder .*nowhere\n  fix: --program names the folder"):
        ForeignWorkspace(workspace.root / "nowhere", "dev").configuration()


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
    (workspace.root / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(ProgramError, match=rf"Pulumi\.dev\.yaml is no stack file: .*; found: {found}$"):
        workspace.configuration()


def test_a_stack_without_a_file_has_an_empty_configuration_and_its_user_is_told(workspace: ForeignWorkspace) -> None:
    found = ForeignWorkspace(workspace.root, "staging").configuration(given={"size": "7", "aws:region": "eu-west-1"})
    assert found.values == {"acme:size": "7", "aws:region": "eu-west-1"}
    (notice,) = found.notices
    assert notice.endswith("Pulumi.staging.yaml (stacks with a file: dev): the configuration is empty")


def test_a_stack_without_a_file_is_configured_as_the_project_proposes_to_new_stacks(
    workspace: ForeignWorkspace,
) -> None:
    template = (
        "template: {config: {'aws:region': {default: us-east-2}, size: {default: 3}, password: {secret: true}}}\n"
    )
    (workspace.root / "Pulumi.yaml").write_text("name: acme\nruntime: python\n" + template)
    found = ForeignWorkspace(workspace.root, "staging").configuration()
    assert found.values == {"aws:region": "us-east-2", "acme:size": "3"}
    assert "proposes to new stacks: aws:region=us-east-2, acme:size=3" in found.notices[0]


def test_a_slip_in_the_stack_s_name_is_no_new_stack(workspace: ForeignWorkspace) -> None:
    (workspace.root / "Pulumi.production.yaml").touch()
    with pytest.raises(
        ProgramError, match=r"no stack file of prodution; .*: dev, production\n  fix: did you mean prod"
    ):
        ForeignWorkspace(workspace.root, "prodution").configuration()


def test_a_file_that_is_named_must_be_there(workspace: ForeignWorkspace) -> None:
    with pytest.raises(ProgramError, match=r"there is no .*other\.yaml\n  fix: --config names"):
        workspace.configuration(workspace.root / "other.yaml")


def test_values_that_are_given_stand_above_those_of_the_file(workspace: ForeignWorkspace) -> None:
    assert workspace.configuration(given={"size": "9"}).values == {"acme:size": "9"}


def test_stack_files_are_found_where_the_project_keeps_them(workspace: ForeignWorkspace) -> None:
    (workspace.root / "stacks").mkdir()
    (workspace.root / "stacks" / "Pulumi.live.yml").write_text("config: {acme:size: 1}\nenvironment: [shared]\n")
    (workspace.root / "Pulumi.yaml").rename(workspace.root / "Pulumi.yml")
    with (workspace.root / "Pulumi.yml").open("a") as project:
        project.write("stackConfigDir: stacks\n")
    found = ForeignWorkspace(workspace.root, stack_named(workspace.root, None)).configuration()
    assert found.values == {"acme:size": 1}
    assert "its `environment` (Pulumi ESC) is not read" in found.notices[0]


def test_the_stack_is_the_only_one_or_dev(workspace: ForeignWorkspace) -> None:
    assert stack_named(workspace.root, "any") == "any"
    assert stack_named(workspace.root, None) == "dev"
    for name in ("one", "two"):
        (workspace.root / f"Pulumi.{name}.yaml").touch()
    (workspace.root / "Pulumi.dev.yaml").unlink()
    with pytest.raises(ProgramError, match=r"has several stacks: one, two\n  fix: name one: --stack one"):
        stack_named(workspace.root, None)


def test_a_project_without_a_program_is_refused_with_where_it_was_looked_for(workspace: ForeignWorkspace) -> None:
    (workspace.root / "src" / "__main__.py").unlink()
    with pytest.raises(ProgramError, match=r"its program .*src/__main__\.py is not there\n  fix: `main`"):
        workspace.notices()


def test_an_engine_without_language_hosts_runs_python_and_says_so_of_others(
    workspace: ForeignWorkspace, tmp_path: Path
) -> None:
    folder = workspace.host(engine(tmp_path, host=False))
    assert (folder / "pulumi-language-python").stat().st_mode & 0o100
    assert workspace.host(engine(tmp_path, host=True)) == tmp_path / "bin"
    (workspace.root / "Pulumi.yaml").write_text("name: acme\nruntime: nodejs\n")
    with pytest.raises(ProgramError, match="runtime nodejs: the engine in use was built without language"):
        ForeignWorkspace(workspace.root, "dev", kept=workspace.kept).host(engine(tmp_path, host=False))
