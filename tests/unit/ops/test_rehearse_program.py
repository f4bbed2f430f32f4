"""`./bbp rehearse --program`: what is refused before an engine is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ops.cli import app
from sandbox.engine import Engine
from sandbox.program.foreign import ProgramError
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DATABASES = ROOT / "examples" / "databases"


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    monkeypatch.setattr("ops.rehearsal.program.find_or_build", lambda _progress: pytest.fail("an engine was wanted"))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["rehearse", *arguments])
    return result.exit_code, result.output


def test_a_folder_without_a_program_ends_with_one_message(tmp_path: Path) -> None:
    code, said = run("dev", "--program", str(tmp_path))
    assert code == 1
    assert "is no Pulumi project: it has no Pulumi.yaml" in said
    assert "Traceback" not in said


def test_a_seed_file_with_problems_ends_with_one_message(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("- {type: 'aws:ec2/vpc:Vpc'}\n")
    code, said = run("dev", "--program", str(DATABASES), "--exists", str(seed))
    assert code == 1
    assert "line 1, [0].id: must be a text" in said


def test_a_seed_file_that_is_named_and_missing_ends_with_one_message(tmp_path: Path) -> None:
    code, said = run("dev", "--program", str(DATABASES), "--exists", str(tmp_path / "nowhere.yaml"))
    assert code == 1
    assert "nowhere.yaml: there is no such file" in said.replace("\n", "")


def test_the_shell_takes_no_option_that_it_would_pass_over() -> None:
    code, said = run("shell", "dev", "--program", str(DATABASES), "--preview", "--json")
    assert code == 2
    assert "--preview, --json: not with `shell`" in said
    code, said = run("dev", "pulumi", "preview")
    assert code == 2
    assert "only `shell` takes a command" in said


def test_a_key_that_no_configuration_can_have_is_refused_before_an_engine_is_looked_for() -> None:
    code, said = run("dev", "--program", str(DATABASES), "--config-value", "a:b:c=d=e:f:g")
    assert code == 2
    assert "--config-value a:b:c=d=e:f:g: a key is NAME or NAMESPACE:NAME" in said


def test_a_program_that_names_no_virtual_environment_is_told_whose_it_gets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stop(*_arguments: object, **_options: object) -> None:
        raise ProgramError("far enough")

    engine = Engine(tmp_path / "bin" / "pulumi", "3.259.0", "cache", has_language_host=False, tried=())
    monkeypatch.setattr("ops.rehearsal.program.find_or_build", lambda _progress: engine)
    monkeypatch.setattr("ops.rehearsal.program.prepared", stop)
    (tmp_path / "Pulumi.dev.yaml").touch()
    (tmp_path / "__main__.py").touch()
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").touch()
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: python\n")
    _, said = run("dev", "--program", str(tmp_path))
    assert "names no virtual environment" in said
    (tmp_path / "Pulumi.yaml").write_text("name: acme\nruntime: {name: python, options: {virtualenv: venv}}\n")
    code, said = run("dev", "--program", str(tmp_path))
    assert (code, "virtual environment" in said) == (1, False)


def test_what_exists_beforehand_can_be_said_of_the_platforms_own_stacks(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("- {type: 'aws:ec2/vpc:Vpc', id: a, inputs: {cidr: 10.0.0.0/16}}\n")
    code, said = run("dev", "--exists", str(seed))
    assert code == 1
    assert "did you mean `cidrBlock`?" in said
    assert "Traceback" not in said


def test_a_value_without_a_key_is_refused_as_a_wrong_call() -> None:
    code, said = run("--program", str(DATABASES), "--config-value", "us-west-2")
    assert code == 2
    assert "--config-value us-west-2: must be KEY=VALUE" in said


def test_one_stack_is_rehearsed_at_a_time() -> None:
    code, said = run("dev", "--program", str(DATABASES), "--stack", "prod")
    assert code == 2
    assert "two stacks: dev, and --stack prod" in said
    assert run("--fresh")[0] == 2, "a platform's stack must be named"


def test_options_of_this_platform_s_own_stacks_are_refused_with_a_program() -> None:
    code, said = run("dev", "--program", str(DATABASES), "--phase", "horizontal", "--api-server")
    assert code == 2
    assert "--phase, --api-server: not with --program" in said
