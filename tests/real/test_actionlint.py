"""The workflows under actionlint, built from the module that tools/actionlint pins."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TOOL = ROOT / "tools" / "actionlint"


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("actionlint is built with Go, and no go is on PATH")
    target = tmp_path_factory.mktemp("tools") / "actionlint"
    command = [go, "build", "-mod=readonly", "-o", str(target), "github.com/rhysd/actionlint/cmd/actionlint"]
    built = subprocess.run(command, cwd=TOOL, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return target


def lint(actionlint: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    # No shellcheck: whether one is installed must not decide the result.
    command = [str(actionlint), "-shellcheck=", "-pyflakes=", "-no-color", *map(str, files)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_workflow_is_valid(actionlint: Path) -> None:
    done = lint(actionlint, *sorted((ROOT / ".github" / "workflows").glob("*.yml")))
    assert done.returncode == 0, done.stdout


def test_the_linter_refuses_a_context_that_does_not_exist(actionlint: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    text = (ROOT / ".github" / "workflows" / "drift.yml").read_text()
    broken.write_text(text.replace("matrix.stack", "matrix.stac"))
    done = lint(actionlint, broken)
    assert done.returncode == 1
    assert 'property "stac" is not defined' in done.stdout
