"""`./bbp rehearse shell`: the plain Pulumi command on the simulated cloud, with the engine that is at hand."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Cli
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    found = Cli(tmp_path / "sandbox")
    yield found
    found.run("rehearse", "shell", "dev", "--stop")


def in_shell(cli: Cli, exports: str, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A script in a shell that has evaluated the lines."""
    return subprocess.run(
        ["/bin/sh", "-c", f"{exports}\n{script}"],
        cwd=folder,
        env=cli.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def stack_files() -> dict[str, str]:
    """The files that the plain command writes when it runs in the checkout."""
    return {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("*.yaml")}


def test_the_plain_command_previews_and_configures_the_stack_and_writes_nothing_into_the_checkout(cli: Cli) -> None:
    before = stack_files()
    shown = cli.run("rehearse", "shell", "dev")
    assert shown.code == 0, shown.err
    ran = in_shell(cli, shown.out, "pulumi preview --non-interactive", ROOT)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert " to create" in ran.stdout
    assert "bailbondpro-dev" in ran.stdout, "the stack's configuration reached the program"
    ran = in_shell(cli, shown.out, "pulumi config set --secret later x && pulumi stack ls", ROOT)
    assert ran.returncode == 0, ran.stderr
    assert stack_files() == before
    settings = cli.sandbox / "dev" / "project" / "Pulumi.dev.yaml"
    assert "encryptionsalt" in settings.read_text(), "it went into the sandbox's copy"


def test_a_mistake_in_the_stacks_settings_is_shown_once_and_without_a_traceback(cli: Cli, tmp_path: Path) -> None:
    shown = cli.run("rehearse", "shell", "dev")
    assert shown.code == 0, shown.err
    script = "pulumi config set bailbondpro:phase sideways && pulumi preview --non-interactive"
    ran = in_shell(cli, shown.out, script, tmp_path)
    assert ran.returncode != 0
    said = ran.stdout + ran.stderr
    assert "sideways" in said
    assert "Traceback" not in said
