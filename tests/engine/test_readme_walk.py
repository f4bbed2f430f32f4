"""The README's "Run it for real", walked command by command in the simulated cloud, in its order."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Cli, Ran
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FENCED = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
NOT_HERE = {
    "pulumi login": "a rehearsal's shell has one backend",
    "pulumi stack init": "a rehearsal's shell has its stack",
    "account=": "asks AWS who is asking",
    "aws ecr": "asks AWS",
    "docker buildx": "builds and pushes an image",
    "./bbp preflight": "asks a real account",
}
"""Commands that need an account or a registry, by their beginning, and why a rehearsal cannot run them."""


def commands() -> list[str]:
    """The commands of the section, in their order."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Run it for real")[1].split("\n## ")[0]
    blocks = [block for _, block in FENCED.findall(section)]
    return [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def reason(command: str) -> str:
    """Why a command cannot run here; empty where it can."""
    return next((why for start, why in NOT_HERE.items() if command.startswith(start)), "")


def run(cli: Cli, *words: str) -> Ran:
    """A command to its end; updates beside other tests take longer than most commands."""
    process = cli.start(*words)
    out, err = process.communicate(timeout=900)
    return Ran(process.returncode, out, err)


def in_shell(cli: Cli, command: str, program: str | None) -> Ran:
    """A command of the plain CLI, as the person at the terminal confirms it."""
    words = shlex.split(command) + (["--yes", "--skip-preview"] if " up " in command else [])
    where = ("account", "--program", program) if program else ("dev",)
    return run(cli, "rehearse", "shell", *where, "--", *words)


def test_every_command_that_cannot_be_walked_is_in_the_readme() -> None:
    assert [start for start in NOT_HERE if not any(command.startswith(start) for command in commands())] == []


@pytest.mark.parametrize("commands", [commands()], ids=["readme"])
def test_the_readmes_way_to_a_first_update_can_be_walked(commands: list[str], tmp_path: Path) -> None:
    cli, program, walked = Cli(tmp_path / "sandbox"), None, []
    for command in commands:
        if reason(command):
            continue
        if command.startswith("cd "):
            program = None if command == "cd .." else command.removeprefix("cd ")
            continue
        own = command.startswith("./bbp ")
        ran = run(cli, *shlex.split(command)[1:]) if own else in_shell(cli, command, program)
        assert ran.code == 0, f"{command}: {ran.err}{ran.out}"
        walked.append(command.split(" -s ")[0])
    assert walked == [
        "./bbp bootstrap policies dev",
        "./bbp rehearse account --program bootstrap",
        "pulumi up",
        "pulumi stack output --json",
        "./bbp check dev",
        "./bbp bootstrap policies dev",
        "./bbp rehearse dev",
        "pulumi preview --diff",
        "pulumi up",
    ]
