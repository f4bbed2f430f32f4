"""`./bbp rehearse shell [STACK] [-- COMMAND]`: what stands after `--` is the command, whatever it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.rehearsal import shell
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ops.rehearsal.session import RehearseOptions

DATABASES = ("--program", str(ROOT / "examples" / "databases"))


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBP_SANDBOX_DIR", str(tmp_path))
    monkeypatch.setattr(shell, "find_or_build", lambda _progress: pytest.fail("an engine was wanted"))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """The stacks and commands that would run, instead of running them."""
    found: list[tuple[str, list[str]]] = []

    def run(options: RehearseOptions, command: Sequence[str]) -> int:
        found.append((options.stack, list(command)))
        return 7

    monkeypatch.setattr(shell, "run", run)
    return found


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["rehearse", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("arguments", "stack", "command"),
    [
        (("shell", "dev", "--", "pulumi", "preview"), "dev", ["pulumi", "preview"]),
        (("shell", *DATABASES, "--", "pulumi", "preview"), "dev", ["pulumi", "preview"]),
        ((*DATABASES, "shell", "--", "previw"), "dev", ["previw"]),
        (("shell", *DATABASES, "--stack", "qa", "--", "qa"), "qa", ["qa"]),
        (("shell", "--stack", "dev", "--fresh", "--", "sh", "-c", "exit 3"), "dev", ["sh", "-c", "exit 3"]),
        (("shell", "dev", "--", "pulumi", "up", "--stop", "--json", "--help"), "dev", "pulumi up --stop --json --help"),
        (("shell", "dev", "--", "sh", "--", "x"), "dev", ["sh", "--", "x"]),
        (("shell", "dev", "--stack", "dev", "--", "ls"), "dev", ["ls"]),
    ],
)
def test_what_stands_after_the_dashes_is_the_command(
    arguments: tuple[str, ...], stack: str, command: list[str] | str, ran: list[tuple[str, list[str]]]
) -> None:
    code, said = run(*arguments)
    assert code == 7, said
    assert ran == [(stack, command.split() if isinstance(command, str) else command)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("shell", "--", "pulumi", "preview"), "./bbp rehearse shell STACK -- pulumi preview"),
        (("shell",), "which stack?"),
        (("shell", "dev", "pulumi", "preview"), "./bbp rehearse shell dev -- pulumi preview"),
        (("shell", "dev", "pulumi", "--", "preview"), "./bbp rehearse shell dev -- pulumi"),
        (("shell", "previw", "--stack", "dev"), "two stacks: previw, and --stack dev"),
        (("shell", "dev", "--"), "no command after `--`"),
        (("shell", "dev", "--", ""), "no command after `--`"),
        (("shell", "dev", "--", "  ", "x"), "no command after `--`"),
        (("shell", "dev", "--stop", "--", "pulumi"), "--stop ends the providers and runs nothing"),
        (("dev", "--stop"), "./bbp rehearse shell dev --stop"),
        (("dev", "--"), "only `shell` takes a command"),
        (("dev", "--", "pulumi"), "only `shell` takes a command"),
        (("--", "shell", "dev"), "only `shell` takes a command"),
    ],
)
def test_a_call_that_is_not_meant_so_is_refused_with_the_one_that_is(
    arguments: tuple[str, ...], says: str, ran: list[tuple[str, list[str]]]
) -> None:
    code, said = run(*arguments)
    assert code == 2, said
    assert says in said
    assert not ran


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (("previw",), 127, "did you mean `-- pulumi preview`?"),
        (("preview", "--diff"), 127, "did you mean `-- pulumi preview --diff`?"),
        (("x" * 300,), 127, "there is no such command on PATH"),
        (("./nowhere",), 127, "./nowhere"),
        (("-v",), 127, "-v"),
        ((str(ROOT / "README.md"),), 126, "is no program that may be run"),
        ((str(ROOT),), 126, "is no program that may be run"),
    ],
)
def test_a_command_that_cannot_run_is_named_before_anything_is_opened(
    command: tuple[str, ...], code: int, says: str
) -> None:
    ended, said = run("shell", *DATABASES, "--", *command)
    assert (ended, "Traceback" in said) == (code, False)
    assert says in said


def test_a_stack_that_is_not_there_is_named_and_starts_nothing() -> None:
    code, said = run("shell", "previw", "--", "pulumi", "preview")
    assert code == 1
    assert "Pulumi.previw.yaml" in said
