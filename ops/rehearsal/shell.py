"""`./bbp rehearse shell`: simulated providers in the background, and the environment for the plain Pulumi CLI."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from infra.settings.reading.stack_name import own_name
from ops.console import note
from ops.inputs.stack_file import ROOT, raw_config, settings_of
from sandbox.cache import write_atomically
from sandbox.engine import find_or_build
from sandbox.program import language_host
from sandbox.session import EngineError
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from sandbox.engine import Engine

START_SECONDS = 20.0
SERVE = "sandbox.providers.serve"
"""The module that serves the simulated providers."""
PROCESSES = Path("/proc")
"""Where Linux shows processes; macOS has `ps` alone."""


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
    workspace = SandboxWorkspace(ROOT, own_name(stack))
    workspace.prepare(raw_config(stack, config, phase))
    providers = _running(workspace) or _start(workspace)
    variables = {**workspace.variables(providers, checkpoints=True), "PULUMI_STACK": workspace.stack}
    commands = _commands(workspace, engine)
    _make_stack(workspace, commands, variables)
    return [
        f'# The sandbox of {stack}. Use: eval "$(./bbp rehearse shell {stack})"; pulumi preview',
        f"# `pulumi` works in {workspace.project} from any folder: it writes nothing into the checkout.",
        f"# Stop it: ./bbp rehearse shell {stack} --stop",
        *[f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())],
        f'export PATH={shlex.quote(str(commands))}:"$PATH"',
    ]


def _commands(workspace: SandboxWorkspace, engine: Engine) -> Path:
    """A folder with `pulumi`, kept inside the sandbox's project, and a language host where the engine has none.

    In the checkout the CLI would write into the stack's file, for example its encryption salt.
    """
    folder = workspace.folder / "bin"
    here, command = shlex.quote(str(workspace.project)), shlex.quote(str(engine.command))
    write_atomically(folder / "pulumi", f'#!/bin/sh\nexec {command} --cwd {here} "$@"\n', mode=0o700)
    if engine.has_language_host:
        (folder / language_host.NAME).unlink(missing_ok=True)
    else:
        language_host.placed(folder)
    return folder


def _make_stack(workspace: SandboxWorkspace, commands: Path, variables: dict[str, str]) -> None:
    """Make the stack in the sandbox's backend where it is not there yet.

    Raises:
        EngineError: the engine refuses.
    """
    environment = {**workspace.environment("", checkpoints=True), **variables}
    answer = subprocess.run(  # noqa: S603 - the engine that was found, no shell
        [str(commands / "pulumi"), "--non-interactive", "stack", "select", "--create", workspace.stack],
        env={**environment, "PULUMI_AUTOMATION_API": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        said = tuple(line for line in answer.stderr.splitlines() if line.startswith("error:"))
        write_atomically(workspace.log, answer.stdout + answer.stderr)
        raise EngineError("opening the stack", said, workspace.log)


def _running(workspace: SandboxWorkspace) -> str | None:
    try:
        record = json.loads(_record(workspace).read_text(encoding="utf-8"))
        number, providers = int(record["pid"]), str(record["providers"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return providers if SERVE in _arguments(number) else None


def _arguments(number: int) -> list[str]:
    """What a process was started with: after a restart of the machine a number may be another program's."""
    try:
        if PROCESSES.is_dir():
            return (PROCESSES / str(number) / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        answer = subprocess.run(  # noqa: S603 - a number, no shell
            ["ps", "-o", "args=", "-p", str(number)],  # noqa: S607 - POSIX, wherever the system has it
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return []
    return answer.stdout.split()


def _start(workspace: SandboxWorkspace) -> str:
    record = _record(workspace)
    record.unlink(missing_ok=True)
    with (workspace.folder / "shell.log").open("w", encoding="utf-8") as log:
        subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", SERVE, str(workspace.root), workspace.stack, str(record)],
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
    workspace = SandboxWorkspace(ROOT, own_name(stack))
    if _running(workspace) is None:
        return f"no providers of {stack} are running"
    os.kill(json.loads(_record(workspace).read_text(encoding="utf-8"))["pid"], signal.SIGTERM)
    _record(workspace).unlink(missing_ok=True)
    return f"stopped the providers of {stack}"
