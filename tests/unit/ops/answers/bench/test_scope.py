"""What can be chosen to be measured, and what is refused."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ops.answers.bench.scope import FULL, LEAST_ROUNDS, QUICK, ROWS, TOOLS, ScopeError, scope, words_of
from ops.cli import app


def test_everything_is_measured_where_nothing_is_chosen() -> None:
    assert scope() == FULL
    assert scope(quick=True) == QUICK
    assert FULL.rows == ROWS
    assert FULL.rounds >= QUICK.rounds >= LEAST_ROUNDS


def test_chosen_rows_are_measured_in_their_order() -> None:
    assert scope(("tools", "check")).rows == ("check", "tools")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--row", "speed"), "there is no row speed; there are check, mocks,"),
        (("--quick", "--row", "journey"), "--quick leaves journey out"),
        (("--quick", "--row", "mocks"), "--quick leaves mocks out"),
        (("--rounds", "0"), "--rounds 0: one pair at least"),
        (("--rounds", "many"), "many"),
        (("--out", "."), "must name a file"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_runs(arguments: tuple[str, ...], said: str) -> None:
    ran = CliRunner().invoke(app, ["bench", *arguments])
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.split())


def test_a_scope_refuses_by_itself() -> None:
    with pytest.raises(ScopeError):
        scope(("speed",))


@pytest.mark.parametrize(
    ("rows", "paired", "from_state"),
    [(("tools",), False, False), (("mocks",), False, True), (("check",), True, True), (("operations",), True, True)],
)
def test_operations_are_measured_where_anything_is_compared_with_them(
    rows: tuple[str, ...], paired: bool, from_state: bool
) -> None:
    found = scope(rows)
    assert (found.paired, found.from_state) == (paired, from_state)


@pytest.mark.parametrize("row", ["check", "journey", "report", *TOOLS])
def test_every_command_that_is_measured_is_one_that_the_command_line_understands(row: str) -> None:
    from typer.main import get_command

    words = list(words_of(row, "prod", "plan.json", "folder"))
    group = get_command(app)
    with group.make_context("bbp", list(words)) as context:
        group.commands[row].make_context(row, words[1:], parent=context)  # type: ignore[attr-defined]  # a group has commands
