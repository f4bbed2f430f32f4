"""A command is found by its name: its arguments, what it computes and how that is shown, each in one place."""

from __future__ import annotations

import ast
import subprocess
import sys
from operator import attrgetter
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ops.cli import COMMANDS, app
from ops.document.blocks import Section, Text
from ops.views.report import document
from tests.support.page import stack_report
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(name.replace("-", "_") for name in getattr(get_command(app), "commands", {}))
WITHOUT_AN_ANSWER = {"schema": "prints the JSON Schema that infra.settings gives"}
ON_THE_PAGE_ALONE = {"limits", "measured", "policies", "truth"}
"""Chapters of the report that no command shows: a terminal gets their verdicts."""
ANSWERS = {
    "availability": ("ops.answers.availability.availability", "availability", ("dev",)),
    "capacity": ("ops.answers.capacity.projection.capacity", "capacity", ()),
    "cost": ("ops.answers.cost.cost", "cost", ()),
    "drill": ("ops.answers.drill.drilled.drilled", "drill.report", ("dev",)),
    "journey": ("ops.answers.journey.journey", "journey", ("dev",)),
    "objectives": ("ops.answers.objectives.objectives", "objectives", ("dev",)),
}
"""What computes a chapter's answer, the part of a report that it gives, and the command's arguments."""


def imported(name: str) -> set[str]:
    tree = ast.parse((ROOT / "ops" / "commands" / f"{name}.py").read_text("utf-8"))
    return {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_every_command_has_a_module_of_its_name_and_every_module_a_command() -> None:
    assert sorted(module.__name__.rsplit(".", 1)[-1] for module in COMMANDS) == NAMES
    files = {path.stem for path in (ROOT / "ops" / "commands").glob("*.py")} - {"__init__"}
    assert sorted(files) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT_AN_ANSWER])
def test_what_a_command_computes_and_how_it_is_shown_are_found_by_its_name(name: str) -> None:
    found = imported(name)
    assert any(module == f"ops.answers.{name}" or module.startswith(f"ops.answers.{name}.") for module in found)
    assert f"ops.views.{name}" in found
    assert not {module for module in found if module.split(".")[0] == "rich"}, "a view is blocks, and no table of rich"


def test_only_the_terminal_renderer_lays_out_tables_of_answers() -> None:
    files = [*(ROOT / "ops" / "views").glob("*.py"), *(ROOT / "ops" / "answers").rglob("*.py")]
    assert [file.name for file in files if "from rich.table" in file.read_text("utf-8")] == []


def test_an_answer_knows_no_view_and_a_document_knows_no_answer() -> None:
    for folder, above in (("answers", ("ops.views", "ops.commands")), ("document", ("ops.answers", "ops.views"))):
        for file in (ROOT / "ops" / folder).rglob("*.py"):
            text = file.read_text("utf-8")
            assert [room for room in above if f"from {room}" in text or f"import {room}" in text] == [], file


def chapters() -> list[str]:
    """The views whose sections the report's page has."""
    tree = ast.parse((ROOT / "ops" / "views" / "report.py").read_text("utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [ast.unparse(call.value) for call in calls if isinstance(call, ast.Attribute) and call.attr == "section"]


def test_every_chapter_of_the_report_is_known_here() -> None:
    assert set(chapters()) == {*ANSWERS, "simulate", "diagram", *ON_THE_PAGE_ALONE}
    assert len(document(stack_report("dev", "optimization")).sections) == len(chapters())


@pytest.mark.parametrize("name", sorted({*ANSWERS, "simulate", "diagram"}))
def test_the_page_and_the_command_show_the_same_section(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = stack_report("dev", "optimization")
    mark = Section(id=name, title=name, blocks=(Text(text=f"told once: {name}"),))
    monkeypatch.setattr(f"ops.views.{name}.section", lambda *_, **__: mark)
    assert mark in document(report).sections
    arguments: tuple[str, ...] = ()
    if name in ANSWERS:
        function, part, arguments = ANSWERS[name]
        monkeypatch.setattr(function, lambda *_, **__: attrgetter(part)(report))
    else:
        monkeypatch.setattr(f"ops.answers.{name}.planned", lambda *_, **__: report.planned)
        arguments = ("--out", str(tmp_path / "a.svg")) if name == "diagram" else ("--scenario", "steady")
    ran = CliRunner().invoke(app, [name, *arguments])
    assert f"told once: {name}" in ran.output, ran.output


def test_the_help_is_made_without_any_answer_view_or_room_of_the_program() -> None:
    code = "import ops.cli, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    heavy = (
        "ops.answers",
        "ops.views",
        "ops.document",
        "ops.rehearsal",
        "infra",
        "planner",
        "sandbox",
        "pulumi",
        "yaml",
    )
    assert [name for name in modules if name.startswith(heavy)] == []
    assert "ops.commands.cost" in modules
