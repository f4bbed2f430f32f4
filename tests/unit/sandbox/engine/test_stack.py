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
        self.answer = "[]"
        self.commands: list[tuple[str, ...]] = []

    def run(self, args: list[str], *_: object, **__: object) -> auto.CommandResult:
        self.commands.append(tuple(args[:2]))
        return auto.CommandResult(stdout=self.answer, stderr="", code=0)


def stack(folder: Path, *, exists: bool) -> tuple[Stack, Asked]:
    (folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    state = folder / "state.json"
    state.unlink(missing_ok=True)
    if exists:
        state.write_text('{"checkpoint": {}}')
    asked = Asked()
    return Stack("dev", auto.LocalWorkspace(work_dir=str(folder), pulumi_command=asked), state=state), asked


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


def test_the_engine_is_asked_for_the_state_only_where_something_in_it_is_encrypted(tmp_path: Path) -> None:
    made, asked = stack(tmp_path, exists=True)
    assert made.deployment() == {}, "as long as nothing was made"
    latest: dict[str, object] = {"resources": [{"type": ROOT_TYPE, "outputs": {"url": "https://example.com"}}]}
    (tmp_path / "state.json").write_text(json.dumps({"version": 3, "checkpoint": {"stack": "dev", "latest": latest}}))
    assert made.deployment() == latest
    assert asked.commands == []
    latest["resources"] = [{"type": ROOT_TYPE, "outputs": {"password": {SIGNATURE: SECRET, "ciphertext": "v1:x"}}}]
    (tmp_path / "state.json").write_text(json.dumps({"version": 3, "checkpoint": {"stack": "dev", "latest": latest}}))
    asked.answer = json.dumps({"version": 3, "deployment": {"resources": []}})
    assert made.deployment() == {"resources": []}
    assert asked.commands == [("stack", "export")]
