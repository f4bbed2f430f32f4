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


PROGRAM = """
import pathlib
import pulumi
import pulumi_random as random

size = pulumi.Config().require_int("size")
pet = random.RandomPet("pet", length=size)
pulumi.export("name", pet.id)
pulumi.export("file", pulumi.FileAsset("./page.html"))
pulumi.export("lines", pathlib.Path("page.html").read_text())
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of somebody's: in a folder of its own, without a stack file."""
    folder = tmp_path / "somebody"
    (folder / "src").mkdir(parents=True)
    (folder / "Pulumi.yml").write_text("name: acme\nruntime: python\nmain: src\n")
    (folder / "src" / "__main__.py").write_text(PROGRAM)
    (folder / "src" / "page.html").write_text("hello")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_one_command_runs_in_somebody_s_program_and_its_exit_code_is_passed_on(cli: Cli, program: Path) -> None:
    before = contents(program)
    shell = ("rehearse", "shell", "--program", str(program), "--")
    missing = cli.run(*shell, "pulumi", "preview")
    assert missing.code not in {0, 127}
    assert "Missing required configuration variable 'acme:size'" in missing.out
    script = "pulumi config set size 2 && pulumi up --yes --skip-preview && pulumi stack output lines"
    ran = cli.run(*shell, "sh", "-c", script)
    assert ran.code == 0, ran.out + ran.err
    assert "kept in the rehearsal's copy" in ran.err
    assert ran.out.splitlines()[-1] == "hello", "paths begin at the program's folder"
    again = cli.run(*shell, "pulumi", "preview", "--expect-no-changes")
    assert again.code == 0, "what was set and made is still there"
    assert cli.run(*shell, "sh", "-c", "pulumi destroy --yes; exit 7").code == 7
    assert contents(program) == before
    assert not list(cli.sandbox.glob("*/shell.json")), "the providers ended with the shell"


def test_an_update_does_nothing_that_its_saved_plan_or_the_reviewed_one_does_not_hold(
    cli: Cli, program: Path, tmp_path: Path
) -> None:
    plan, reviewed, other = (tmp_path / name for name in ("update-plan.json", "reviewed.json", "other.json"))
    preview = "pulumi preview --json --show-sames --non-interactive"
    script = f"""
    pulumi config set size 2 && {preview} --save-plan {plan} > {reviewed} || exit 90
    pulumi config set size 3 && {preview} > {other} || exit 91
    pulumi up --plan {plan} --yes --non-interactive && exit 92
    pulumi config set size 2 && pulumi up --plan {plan} --yes --non-interactive || exit 93
    {preview} > {tmp_path}/left.json
    """
    ran = cli.run("rehearse", "shell", "--program", str(program), "--", "sh", "-c", script)
    assert ran.code == 0, ran.out + ran.err
    assert "violates plan" in ran.out + ran.err

    def unseen(shown: Path) -> list[tuple[str, list[str]]]:
        found = cli.run("gate", "--plan", str(shown), "--reviewed", str(reviewed), "--json").document["findings"]
        return [(one["urn"].rsplit("::", 1)[-1], one["properties"]) for one in found if one["rule"] == "not-reviewed"]

    assert unseen(reviewed) == []
    assert unseen(other) == [("pet", ["length"])]
    assert unseen(tmp_path / "left.json") == [], "what was done may be left out"
