"""Which virtual environment a program runs in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sandbox.program.environment import environment, requirements
from sandbox.program.project import ProgramError, read_project


def project(root: Path, options: str = "{}") -> Path:
    (root / "Pulumi.yaml").write_text(f"name: acme\nruntime: {{name: python, options: {options}}}\n")
    (root / "__main__.py").touch()
    return root


def made(prefix: Path) -> Path:
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").touch()
    return prefix


@pytest.mark.parametrize(
    ("options", "folder"),
    [("{virtualenv: venv}", "venv"), ("{toolchain: uv}", ".venv"), ("{toolchain: poetry}", ".venv")],
)
def test_the_program_s_own_environment_is_used_where_it_is(tmp_path: Path, options: str, folder: str) -> None:
    prefix = made(tmp_path / folder)
    found = environment(read_project(project(tmp_path, options)))
    assert (found.prefix, found.notice) == (prefix, "")


def test_without_it_the_program_runs_in_this_one_and_what_differs_is_said(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("pulumi>=3.0.0,<4.0.0  # the engine\n-r requirements.txt\n")
    (tmp_path / "requirements.txt").write_text("-r base.txt\npulumi_aws>=6.0.2,<7.0.0\nno-such-thing==1\n-e .\n")
    found = environment(read_project(project(tmp_path, "{virtualenv: venv}")))
    assert found.prefix == Path(sys.prefix)
    first, unfit, fix = found.notice.splitlines()
    assert first.endswith("which is not there: the program runs in the one of this checkout")
    assert "pulumi_aws>=6.0.2,<7.0.0: 7." in unfit
    assert unfit.endswith("no-such-thing==1: not installed")
    assert "pulumi>=3" not in unfit
    assert "pip install" in fix


def test_a_folder_that_is_no_environment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    with pytest.raises(ProgramError, match=r"has no .*venv/bin/python\n  fix: make it"):
        environment(read_project(project(tmp_path, "{virtualenv: venv}")))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('[project]\ndependencies = ["pulumi>=3", "boto3"]\n', ("pulumi>=3", "boto3")),
        ('[tool.poetry.dependencies]\npython = "^3.9"\npulumi = "^3.1"\nsix = "*"\n', ("pulumi^3.1", "six")),
        ("[project\n", ()),
    ],
)
def test_what_a_program_asks_for_is_read_from_its_pyproject(tmp_path: Path, text: str, asked: tuple[str, ...]) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert requirements(read_project(project(tmp_path))) == asked
