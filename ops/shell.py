"""`./bbp rehearse shell`: simulated providers in the background, and the environment for the plain Pulumi CLI."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from ops.check import stack_name
from ops.console import note
from ops.rehearse import ROOT, raw_config, settings_of
from sandbox.engine import find_or_build
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from pathlib import Path

START_SECONDS = 20.0


def _record(workspace: SandboxWorkspace) -> Path:
    return workspace.folder / "shell.json"


def environment_lines(stack: str, phase: str | None, config: Path | None) -> list[str]:
    """Start the providers of a stack's sandbox (or find them running) and return `export` lines for a POSIX shell.

    Raises:
        ConfigError: the configuration has problems; nothing was started.
        OSError: the providers did not start.
    """
    settings_of(stack, config, phase)
    engine = find_or_build(note)
    workspace = SandboxWorkspace(ROOT, stack_name(stack))
    workspace.prepare(raw_config(stack, config, phase))
    providers = _running(workspace) or _start(workspace)
    variables = workspace.variables(providers, checkpoints=True)
    path = f"{engine.command.parent}{os.pathsep}$PATH"
    host = (
        ""
        if engine.has_language_host
        else (
            "# This engine has no Python language host beside it: `pulumi preview` needs the official CLI;\n"
            "# `pulumi stack`, `pulumi stack export` and `pulumi destroy` work.\n"
        )
    )
    return [
        f'# The sandbox of {stack}. Use: eval "$(./bbp rehearse shell {stack})"; pulumi preview -s {stack}',
        f"# Stop it: ./bbp rehearse shell {stack} --stop",
        *([host.rstrip()] if host else []),
        *[f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())],
        f'export PATH="{path}"',
    ]


def _running(workspace: SandboxWorkspace) -> str | None:
    try:
        record = json.loads(_record(workspace).read_text(encoding="utf-8"))
        os.kill(record["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return str(record["providers"])


def _start(workspace: SandboxWorkspace) -> str:
    record = _record(workspace)
    record.unlink(missing_ok=True)
    with (workspace.folder / "shell.log").open("w", encoding="utf-8") as log:
        subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "sandbox.serve", str(workspace.root), workspace.stack, str(record)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=workspace.root,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (providers := _running(workspace)) is not None:
            return providers
        time.sleep(0.1)
    raise OSError(0, f"the simulated providers did not start; see {workspace.folder / 'shell.log'}")


def stop(stack: str) -> str:
    """Stop the providers that `rehearse shell` started; returns what happened."""
    workspace = SandboxWorkspace(ROOT, stack_name(stack))
    if _running(workspace) is None:
        return f"no providers of {stack} are running"
    os.kill(json.loads(_record(workspace).read_text(encoding="utf-8"))["pid"], signal.SIGTERM)
    _record(workspace).unlink(missing_ok=True)
    return f"stopped the providers of {stack}"
