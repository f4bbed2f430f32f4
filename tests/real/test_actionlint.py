"""The workflows under actionlint, built from the module that tools/actionlint pins, and under zizmor."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

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


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    """What zizmor says of workflows, asked as strictly as it can be; it asks no network."""
    program = Path(sys.executable).with_name("zizmor")
    words = ["--offline", "--no-config", "--persona=auditor", "--no-progress", "--color=never", "--format=plain"]
    return subprocess.run([str(program), *words, str(folder)], capture_output=True, text=True, check=False)


def test_an_auditor_finds_nothing_in_any_workflow() -> None:
    done = zizmor(ROOT / ".github" / "workflows")
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (
            "template-injection",
            'run: ./bbp check "$STACK"',
            'run: ./bbp check "${{ github.event.pull_request.title }}"',
        ),
        ("artipacked", "persist-credentials: false", "persist-credentials: true"),
        ("unpinned-uses", "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "actions/checkout@v7"),
        ("dangerous-triggers", "  pull_request:", "  pull_request_target:"),
        ("excessive-permissions", "permissions: {}", "permissions: write-all"),
    ],
)
def test_the_auditor_finds_what_is_put_in(tmp_path: Path, rule: str, old: str, new: str) -> None:
    text = (ROOT / ".github" / "workflows" / "pull_request.yml").read_text("utf-8")
    assert old in text
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "pull_request.yml").write_text(text.replace(old, new), "utf-8")
    done = zizmor(folder)
    assert done.returncode != 0
    assert rule in done.stdout
