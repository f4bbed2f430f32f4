"""A state is damaged in each way that a runbook knows, and comes back by the commands that `state plan` prints.

The engine and its file backend are real. A bucket's versions are files in a folder, and `aws` is a few lines that read
them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.state.check import check
from ops.answers.state.importing import fill
from ops.answers.state.steps import key_of, plan
from tests.support.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = """
import pulumi
import pulumi_aws as aws

logs = aws.cloudwatch.LogGroup("logs", name="/acme/logs", retention_in_days=14)
aws.ecr.Repository("images", name="acme/app", opts=pulumi.ResourceOptions(protect=True, depends_on=[logs]))
aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
"""
STORAGE = """#!/bin/sh
# aws s3api get-object|copy-object, on a folder: versions of the one object are files of $VERSIONS.
action=$2; version=
while [ $# -gt 0 ]; do
  case $1 in
    --key) key=$2 ;;
    --version-id) version=$2 ;;
    --copy-source) version=${2##*versionId=} ;;
  esac
  last=$1; shift
done
from=$BUCKET/$key; [ -z "$version" ] || from=$VERSIONS/$version
case $action in
  get-object) cp "$from" "$last" ;;
  copy-object) cp "$from" "$BUCKET/$key" ;;
  *) exit 64 ;;
esac
"""


@dataclass
class Rehearsed:
    """One stack of a small program, and the shell in which the plain commands run."""

    cli: Cli
    exports: str
    folder: Path

    @property
    def bucket(self) -> Path:
        (found,) = self.cli.sandbox.glob("*/backend")
        return found

    @property
    def state(self) -> Path:
        return self.bucket / key_of("dev")

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        ways = f'export PATH="{self.folder}/bin:$PATH" BUCKET="{self.bucket}" VERSIONS="{self.folder}/versions"'
        return subprocess.run(
            ["/bin/sh", "-c", f"{self.exports}\n{ways}\n{line}"],
            cwd=self.folder,
            env=self.cli.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def works(self, line: str) -> str:
        ran = self.run(line)
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout

    def step(self, kind: str, title: str) -> list[str]:
        """The commands of a step, without our own, which are asked in this process."""
        found = [step for step in plan(kind, "dev").steps if title in step.title]
        return [line for step in found for line in step.commands if not line.startswith("./bbp")]

    def names(self) -> set[str]:
        """What the state holds, by logical name."""
        resources = json.loads(self.state.read_text("utf-8"))["checkpoint"]["latest"]["resources"]
        return {item["urn"].rsplit("::", 1)[-1] for item in resources if item["type"].startswith("aws:")}

    def edit(self, change: Any) -> None:  # noqa: ANN401 - what a test does to the resources
        document = json.loads(self.state.read_text("utf-8"))
        change(document["checkpoint"]["latest"])
        self.state.write_text(json.dumps(document), "utf-8")


@pytest.fixture
def rehearsed(tmp_path: Path) -> Iterator[Rehearsed]:
    program = tmp_path / "program"
    for folder in (program, tmp_path / "bin", tmp_path / "versions"):
        folder.mkdir()
    (program / "Pulumi.yaml").write_text("name: bailbondpro\nruntime: python\n", "utf-8")
    (program / "__main__.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "bin" / "aws").write_text(STORAGE, "utf-8")
    (tmp_path / "bin" / "aws").chmod(0o755)
    cli = Cli(tmp_path / "sandbox")
    given = ("--program", str(program), "--config-value", "aws:region=us-east-1")
    shown = cli.run("rehearse", "shell", *given)
    assert shown.code == 0, shown.err
    yield Rehearsed(cli, shown.out, tmp_path)
    cli.run("rehearse", "shell", "--program", str(program), "--stop")


def test_a_damaged_state_comes_back_by_its_runbook(rehearsed: Rehearsed) -> None:
    everything = {"logs", "images", "vpc"}
    rehearsed.works("pulumi up --yes --skip-preview --non-interactive --stack dev")
    assert rehearsed.names() == everything
    shutil.copy(rehearsed.state, rehearsed.folder / "versions" / "v1")

    # Locked: a killed update left its note.
    lock = rehearsed.bucket / ".pulumi" / "locks" / "organization" / "bailbondpro" / "dev" / "killed.json"
    lock.write_text('{"pid": 1, "username": "ada", "hostname": "runner", "timestamp": "2026-01-01T00:00:00Z"}', "utf-8")
    assert "created by ada@runner (pid 1)" in rehearsed.run("pulumi refresh --yes --skip-preview --stack dev").stderr
    for line in rehearsed.step("locked", "Take the lock away"):
        rehearsed.works(f"{line} --yes")
    assert not lock.exists()

    # Corrupted, in its order: the engine repairs it.
    rehearsed.edit(lambda latest: latest["resources"].sort(key=lambda item: "::images" not in item["urn"]))
    found = check(rehearsed.state, "dev")
    assert [(one.name, "state repair" in one.fix) for one in found.of("broken")]
    assert "integrity" in rehearsed.run("pulumi refresh --yes --skip-preview --stack dev").stderr
    for line in rehearsed.step("corrupted", "let the engine repair it"):
        rehearsed.works(f"{line} --yes")
    assert check(rehearsed.state, "dev").exit_code == 0

    # Corrupted, cut off: no engine repairs that, and an earlier version takes its place.
    rehearsed.state.write_text(rehearsed.state.read_text("utf-8")[:900], "utf-8")
    assert check(rehearsed.state, "dev").exit_code == 2
    assert rehearsed.run("pulumi state repair --yes --stack dev").returncode != 0
    for line in rehearsed.step("corrupted", "newest version that is whole"):
        if "list-object-versions" not in line:
            rehearsed.works(line.replace("VERSION", "v1"))
    assert check(rehearsed.folder / "earlier.json", "dev").exit_code == 0
    for line in rehearsed.step("corrupted", "See that the engine reads it"):
        rehearsed.works(line)
    assert check(rehearsed.folder / "state.json", "dev").exit_code == 0

    # Out of date: an update was stopped while it made something, and something is not known.
    def stopped(latest: dict[str, Any]) -> None:
        (made,) = [item for item in latest["resources"] if item["urn"].endswith("::logs")]
        (using,) = [item for item in latest["resources"] if item["urn"].endswith("::images")]
        latest["resources"].remove(made)
        using["dependencies"] = []
        using.pop("propertyDependencies", None)
        latest["pending_operations"] = [{"resource": {**made, "id": ""}, "type": "creating"}]

    rehearsed.edit(stopped)
    found = check(rehearsed.state, "dev")
    assert [one.says for one in found.of("wrong") if "stopped while creating" in one.says]
    (refresh,) = rehearsed.step("out-of-date", "Let the state learn")
    rehearsed.works(f"{refresh} --yes --skip-preview --non-interactive --clear-pending-creates")
    assert check(rehearsed.state, "dev").exit_code == 0
    assert rehearsed.names() == everything - {"logs"}
    imported(rehearsed, sought=set())
    assert rehearsed.names() == everything

    # Lost, with every version of it: names bring back what has one, and say how the rest is found.
    vpc = next(item["id"] for item in resources(rehearsed) if item["urn"].endswith("::vpc"))
    rehearsed.works("pulumi stack rm --force --yes --stack dev && pulumi stack init dev")
    assert check(export(rehearsed), "dev").exit_code == 3
    imported(rehearsed, sought={"vpc"})
    assert rehearsed.names() == everything - {"vpc"}
    rehearsed.works(f"pulumi import --yes --skip-preview --generate-code=false aws:ec2/vpc:Vpc vpc {vpc} --stack dev")
    shown = rehearsed.works("pulumi preview --json --show-sames --non-interactive --stack dev")
    assert {step["op"] for step in json.loads(shown)["steps"]} <= {"same", "update"}, "nothing is made a second time"
    (rehearsed.folder / "plan.json").write_text(shown, "utf-8")
    assert check(export(rehearsed), "dev", rehearsed.folder / "plan.json").of("broken", "wrong") == ()


def resources(rehearsed: Rehearsed) -> list[dict[str, Any]]:
    found = json.loads(rehearsed.state.read_text("utf-8"))["checkpoint"]["latest"]["resources"]
    assert isinstance(found, list)
    return found


def export(rehearsed: Rehearsed) -> Path:
    rehearsed.works("pulumi stack export --stack dev --file state.json")
    return rehearsed.folder / "state.json"


def imported(rehearsed: Rehearsed, sought: set[str]) -> None:
    """The step that takes over what the state does not know."""
    preview, take = rehearsed.step("out-of-date", "Take over")
    shown = rehearsed.works(f"{preview} --json --show-sames --non-interactive")
    folder = rehearsed.folder
    (folder / "plan.json").write_text(shown, "utf-8")
    found = fill(folder / "import.json", folder / "plan.json")
    assert {one.name for one in found.sought} == sought
    (folder / "known.json").write_text(json.dumps(found.document), "utf-8")
    rehearsed.works(f"{take} --yes --skip-preview --non-interactive")
