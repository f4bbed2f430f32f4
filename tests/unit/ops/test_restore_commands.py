"""Every command that `restore plan`, `state plan` and the runbooks of states print exists, with every option."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore import xform_name

from ops.answers.restore.model import KINDS
from ops.answers.restore.plan import plan
from ops.answers.state import steps as state
from tests.support.command_line import parsed
from tests.support.paths import DATA, ROOT
from tests.support.pulumi_commands import PULUMI

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.model import OperationModel

EVERYTHING = DATA / "everything.yaml"
RECOVERY_POINTS_ALONE = "    backupRegion: us-west-2\n"
RUNBOOKS = {kind: ROOT / "docs" / "runbooks" / f"state-{kind}.md" for kind in state.KINDS}
GLOBAL_OPTIONS = frozenset(("--output", "--query", "--region"))
"""AWS CLI User Guide, Command line options."""
S3API = {"s3api": "s3"}
"""Commands of the AWS CLI whose service model has another name."""


@cache
def operations(service: str) -> dict[str, OperationModel]:
    """Operations of a service by the names of the AWS CLI."""
    model = botocore.session.get_session().get_service_model(S3API.get(service, service))
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


def wrong(command: str) -> list[str]:
    """What the AWS CLI would refuse of a command: its names and the form of its options."""
    _, service, name, *words = shlex.split(command)
    operation = operations(service).get(name)
    if operation is None:
        return [f"{service} has no {name}"]
    members = {f"--{xform_name(key, '-')}": shape for key, shape in operation.input_shape.members.items()}
    required = {f"--{xform_name(key, '-')}" for key in operation.input_shape.required_members}
    given = [word for word in words if word.startswith("--")]
    found = [f"{name} has no {word}" for word in given if word not in members.keys() | GLOBAL_OPTIONS]
    found += [f"{name} needs {word}" for word in sorted(required - set(given))]
    for at, word in enumerate(words):
        if (shape := members.get(word)) is None:
            continue
        values = list(takewhile(lambda item: not item.startswith("--"), words[at + 1 :]))
        if at + len(values) == len(words) - 1 and operation.has_streaming_output:
            values.pop()  # the file that it is written to
        if len(values) != (shape.type_name != "boolean"):
            found.append(f"{word} has {len(values)} values")
        elif shape.type_name in {"map", "structure", "list"}:
            json.loads(values[0])
    return found


def printed(kind: str, config: Path = EVERYTHING) -> list[str]:
    found = state.plan(kind, "prod") if kind in state.KINDS else plan(kind, "everything", "primary", None, config)
    return [line for step in found.steps for line in step.commands]


def refused(line: str) -> list[str]:
    """What the tool of a command would refuse of it."""
    tool, *words = shlex.split(line)
    if tool == "aws":
        return wrong(line)
    if tool == "pulumi":
        name = " ".join(words[:2]) if words[0] in {"stack", "state"} else words[0]
        return sorted({word.partition("=")[0] for word in words if word.startswith("--")} - PULUMI[name])
    assert tool == "./bbp"
    parsed(words)
    return []


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_is_one_of_a_tool_that_has_it(kind: str, tmp_path: Path) -> None:
    without = tmp_path / "Pulumi.everything.yaml"
    text = EVERYTHING.read_text("utf-8")
    assert RECOVERY_POINTS_ALONE in text
    without.write_text(text.replace(RECOVERY_POINTS_ALONE, ""), "utf-8")
    for line in (*printed(kind), *printed(kind, without)):
        assert refused(line) == []


@pytest.mark.parametrize("kind", state.KINDS)
def test_a_runbook_of_a_state_has_the_commands_that_its_plan_prints(kind: str) -> None:
    """In its blocks of code; `prod` stands for the stack."""
    blocks = re.findall(r"```sh\n(.*?)```", RUNBOOKS[kind].read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]
    assert lines == printed(kind)
    for line in lines:
        assert refused(line) == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("aws rds restore-everything", "has no restore-everything"),
        ("aws rds describe-db-instances --db-instance NAME", "has no --db-instance"),
        ("aws backup start-restore-job --recovery-point-arn ARN", "needs --metadata"),
        ("aws rds modify-db-instance --db-instance-identifier NAME --apply-immediately true", "has 1 values"),
    ],
)
def test_a_command_that_does_not_exist_is_found(command: str, told: str) -> None:
    assert [line for line in wrong(command) if told in line]


def test_nothing_in_a_command_is_left_to_a_shell_to_read_otherwise() -> None:
    lines = [line for kind in (*KINDS, *state.KINDS) for line in printed(kind)]
    bare = [re.sub(r"'[^']*'", "", line) for line in lines]
    assert [line for line in bare if set(line) & set('[]{}*?&|;<>$`"')] == []
