"""What a rehearsal reads from the engine's state instead of asking for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pulumi import automation as auto

from sandbox.engine.stack import ROOT_TYPE, Stack, outputs_in, without_secrets
from sandbox.exposure import SECRET, SIGNATURE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def secret(value: object) -> dict[str, str]:
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def test_the_outputs_are_those_of_the_stack_itself() -> None:
    resources = [
        {"type": "aws:ec2/vpc:Vpc", "outputs": {"id": "vpc-1"}},
        {"type": ROOT_TYPE, "outputs": {"url": "https://example.com", "count": 3, "password": secret("x")}},
    ]
    assert outputs_in({"resources": resources}) == {"count": 3, "password": "[secret]", "url": "https://example.com"}
    assert outputs_in({"resources": [{"type": ROOT_TYPE}]}) == {}
    assert outputs_in({}) == {}


def test_a_secret_is_hidden_however_deep_it_lies() -> None:
    assert without_secrets({"a": [1, {"b": secret([1, 2])}], "c": None}) == {"a": [1, {"b": "[secret]"}], "c": None}


class Asked(auto.PulumiCommand):
    """Answers every command and remembers it."""

    def __init__(self) -> None:
        self.version = None
        self.commands: list[tuple[str, ...]] = []

    def run(self, args: list[str], *_: object, **__: object) -> auto.CommandResult:
        self.commands.append(tuple(args[:2]))
        return auto.CommandResult(stdout="[]", stderr="", code=0)


def stack(folder: Path, *, exists: bool) -> tuple[Stack, Asked]:
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    asked = Asked()
    return Stack("dev", auto.LocalWorkspace(work_dir=str(folder), pulumi_command=asked), exists=exists), asked


def test_a_stack_is_made_where_it_is_not_there_and_asked_nothing_where_it_is(tmp_path: Path) -> None:
    assert stack(tmp_path, exists=True)[1].commands == []
    assert stack(tmp_path, exists=False)[1].commands == [("stack", "init")]


def test_an_update_runs_one_command_and_its_history_can_be_asked_for_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_SKIP_UPDATE_CHECK", "true")
    made, asked = stack(tmp_path, exists=True)
    result = made.up()
    assert asked.commands == [("up", "--yes")]
    assert result.outputs == {}
    assert made.info() is None
    assert asked.commands[1:] == [("stack", "history")]
