"""Runs `./bbp test` in a project of its own, whose lanes have one test each."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from ops.answers.test.lanes import run_lanes
from ops.views.test import section
from tests.support.told import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def begin(folder: Path) -> Path:
    """A project without a test."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "tests").mkdir()
    return folder


def write_test(project: Path, lane: str, body: str) -> None:
    """Gives a lane its test."""
    folder = project / "tests" / lane
    folder.mkdir(exist_ok=True)
    (folder / f"test_{lane}.py").write_text(f"import pytest\ndef test_it():\n    {body}\n")


def run(project: Path, lanes: Sequence[str], *, ci: bool = False, engine_problem: str | None = None) -> tuple[int, str]:
    """The exit code of lanes, and what they said."""
    said = io.StringIO()
    ran = run_lanes(
        lanes,
        ci=ci,
        root=project,
        checks=(),
        pytest_arguments=("-p", "no:cacheprovider"),
        console=Console(file=said, width=160),
        needs={"engine": lambda _say: engine_problem},
        workers=None,
    )
    return ran.code, said.getvalue() + told(section(ran))
