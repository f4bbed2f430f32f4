"""A stack of Pulumi's Automation API that asks the engine for nothing that a rehearsal does not use.

The API selects a stack whenever it is opened, and after each update it reads the stack's outputs twice and its history:
four processes of the engine, 1.1 s of the 27 s of CPU that a rehearsal of dev takes. What they say stands in the state,
which is read anyway.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pulumi import automation as auto

from sandbox.exposure import SECRET, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROOT_TYPE = "pulumi:pulumi:Stack"
HIDDEN = "[secret]"
"""As Pulumi's CLI shows a secret."""


class Stack(auto.Stack):
    """A stack by name; made in its backend where it is not there yet.

    Args:
        name: of the stack.
        workspace: where its project is.
        state: where the file backend keeps its state; there once the stack is made.

    Raises:
        CommandError: the stack could not be made.
    """

    # The API's own constructor selects: every command below names the stack itself.
    def __init__(self, name: str, workspace: auto.LocalWorkspace, *, state: Path) -> None:
        self.name = name
        self.workspace = workspace
        self._state = state
        self._updating = False
        if not state.exists():
            workspace.create_stack(name)

    def up(self, *args: Any, **options: Any) -> auto.UpResult:  # noqa: ANN401 - the API's own thirty parameters
        """Update; the result has only what the engine printed."""
        self._updating = True
        try:
            return super().up(*args, **options)
        finally:
            self._updating = False

    def deployment(self) -> Mapping[str, Any]:
        """The state with its secrets readable, as the engine exports it.

        Where nothing is encrypted that is what stands in its file, and no process of the engine has to copy it: 0.4
        processor seconds of every small update (measured on 2026-12-01). (Pulumi 3.259.0, pkg/backend/diy/backend.go,
        ExportDeployment; read 2026-12-01)
        """
        text = self._state.read_text(encoding="utf-8") if self._state.exists() else SECRET
        if SECRET in text:
            return self.export_stack().deployment or {}
        return json.loads(text)["checkpoint"].get("latest") or {}

    def outputs(self) -> auto.OutputMap:
        """The stack's outputs; none for the result of an update."""
        return {} if self._updating else super().outputs()

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary | None:  # noqa: FBT001, FBT002 - the API's own
        """The last operation; an empty summary for the result of an update."""
        if self._updating:
            return auto.UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")
        return super().info(show_secrets)


def outputs_in(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of the stack by name in an exported state, secrets as `[secret]`."""
    for item in deployment.get("resources") or ():
        if item["type"] == ROOT_TYPE:
            return {key: without_secrets(value) for key, value in sorted((item.get("outputs") or {}).items())}
    return {}


def without_secrets(value: object) -> object:
    """A value of the state with `[secret]` in the place of each secret, at any depth."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return HIDDEN
        return {key: without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value
