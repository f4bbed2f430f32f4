"""What the engine says went wrong: its error messages, with tracebacks cut to the program's own lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.program import frames
from sandbox.program.messages import readable

if TYPE_CHECKING:
    from pulumi import automation as auto
    from pulumi.automation.events import EngineEvent

    from sandbox.workspace import SandboxWorkspace

OnEvent = Callable[["EngineEvent"], None]
SANDBOX = Path(__file__).resolve().parent
"""Where programs are run from: of no program's own lines, whosever checkout it stands in."""


def said(error: auto.CommandError) -> tuple[str, ...]:
    """The engine's own error lines, for a command that sends no events, or the signal that ended it."""
    if killed := re.search(r"^ code: -(\d+)$", str(error), re.MULTILINE):
        return (f"the engine was killed by signal {killed[1]}",)
    lines = (line.strip().removeprefix("stderr: ") for line in str(error).splitlines())
    return tuple(line.removeprefix("error: ") for line in lines if line.startswith("error: "))


class Diagnostics:
    """Passes engine events on and keeps the error messages among them."""

    def __init__(self, workspace: SandboxWorkspace, forward: OnEvent | None = None) -> None:
        self._workspace = workspace
        self._forward = forward
        self._errors: dict[str, None] = {}

    def __call__(self, event: EngineEvent) -> None:
        """Take one event."""
        diagnostic = event.diagnostic_event
        if diagnostic is not None and diagnostic.severity == "error":
            name = diagnostic.urn.split("::", 3)[-1] if diagnostic.urn else ""
            message = readable(diagnostic.message)
            if frames.BEGIN in message:
                message = frames.folded(message, self._workspace.source.root, SANDBOX)
            if message not in {"update failed", "preview failed"}:
                self._errors[f"{name}: {message}" if name else message] = None
        if self._forward is not None:
            self._forward(event)

    def errors(self) -> tuple[str, ...]:
        """Every error once, in the order in which they came."""
        return tuple(self._errors)
