"""`./bbp rehearse shell`: the plain Pulumi CLI on simulated providers that run for as long as the shell."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from infra.settings.reading.stack_name import own_name
from ops.console import note
from ops.inputs.stack_file import ROOT, raw_config, settings_of
from ops.rehearsal import providers
from ops.rehearsal.program import foreign, its_sdks
from ops.rehearsal.seeds import seed_file, seed_of
from ops.rehearsal.session import RehearseOptions, alone, prepared
from sandbox.cache import write_atomically
from sandbox.engine import find_or_build
from sandbox.program import language_host, plain_command
from sandbox.program.environment import MAKE
from sandbox.program.foreign import ForeignWorkspace
from sandbox.session import EngineError
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType
    from typing import Any

    from ops.rehearsal.providers import Served
    from sandbox.engine import Engine

NOT_RUNNABLE, NOT_FOUND = 126, 127
"""Exit codes of a command that cannot be run, and of one that is not there, as shells have them (POSIX.1-2017, Shell
Command Language, 2.8.2)."""
_OF_PULUMI = ("about", "cancel", "config", "destroy", "import", "logs", "preview", "refresh", "stack", "state", "up")
"""Commands of `pulumi` that may be meant where its own name was left out (`pulumi help`, 3.259)."""
SIGNALLED = 128
"""What shells add to the number of the signal that ended a command."""


@dataclass(frozen=True)
class Shell:
    """An environment in which `pulumi` is the sandbox's.

    Attributes:
        workspace: the files of the rehearsal.
        served: the simulated providers.
        variables: what points an engine at them and at nothing else.
        commands: the folder that goes first on PATH.
    """

    workspace: SandboxWorkspace
    served: Served
    variables: dict[str, str]
    commands: Path

    @property
    def environment(self) -> dict[str, str]:
        """The complete environment of a command in the shell."""
        environment = {**self.workspace.environment("", checkpoints=True), **self.variables}
        environment["PATH"] = os.pathsep.join([str(self.commands), environment.get("PATH", os.defpath)])
        return environment


def environment_lines(options: RehearseOptions) -> list[str]:
    """Start the providers of a stack's sandbox (or find them running) and return `export` lines for a POSIX shell.

    Raises:
        ConfigError: the configuration has problems; nothing was started.
        ProgramError: the folder is no program; nothing was started.
        OSError: the providers did not start.
    """
    shell = _opened(options, tethered=False)
    again = " ".join(_call(options))
    return [
        f'# The sandbox of {options.stack}. Use: eval "$({again})"; pulumi preview',
        f"# `pulumi` works in {shell.workspace.project} from any folder: it writes nothing beside the program.",
        f"# Stop it: {again} --stop",
        *[f"export {name}={shlex.quote(value)}" for name, value in sorted(shell.variables.items())],
        f'export PATH={shlex.quote(str(shell.commands))}:"$PATH"',
    ]


def run(options: RehearseOptions, command: Sequence[str]) -> int:
    """Run one command in the shell's environment, in this folder; returns its exit code.

    Raises:
        ConfigError, ProgramError, OSError: as `environment_lines`.
    """
    if (unfit := _unfit(command)) is not None:
        return unfit
    shell = _opened(options, tethered=True)
    try:
        return _waited(command, shell.environment)
    finally:
        shell.served.close()


def interactive(options: RehearseOptions) -> int:
    """Run the user's own shell in the environment until it is left; returns its exit code.

    Raises:
        ConfigError, ProgramError, OSError: as `environment_lines`.
    """
    shell = _opened(options, tethered=True)
    note(
        f"In this shell `pulumi` works in the simulated cloud of {options.stack}: preview, up, refresh, destroy, "
        "stack, config, state, import\n"
        f"It is kept in {shell.workspace.project} and writes nothing beside the program; what it makes is still there "
        "after `exit`"
    )
    user = os.environ.get("SHELL") or "/bin/sh"
    command = [user]
    if os.path.basename(user) == "bash":  # noqa: PTH119 - a text of the environment
        # The user's own file may put another pulumi first.
        setup = shell.workspace.folder / "bin" / "bashrc"
        write_atomically(setup, f'[ ! -f ~/.bashrc ] || . ~/.bashrc\nPATH={shlex.quote(str(shell.commands))}:"$PATH"\n')
        command = [user, "--rcfile", str(setup)]
    try:
        return _waited(command, shell.environment)
    finally:
        shell.served.close()


def stop(options: RehearseOptions) -> str:
    """Stop the providers that `rehearse shell` left running; returns what happened."""
    return providers.stop(_workspace(options))


def _opened(options: RehearseOptions, *, tethered: bool) -> Shell:
    workspace, values, seed = _read(options)
    engine = find_or_build(note)
    with alone(workspace, beside_a_shell=True):
        if options.fresh:
            providers.refuse_beside_a_shell(workspace)
        served = providers.running(workspace)
        prepared(workspace, values, fresh=options.fresh, keep_edits=True, unlock=served is None)
        ours = served is None
        commands = _commands(workspace, engine)
        if served is not None and served.borrowed:
            note(
                f"another shell of {workspace.stack} is open: both work in one simulated cloud, whose providers "
                f"(process {served.pid}) end when the other shell is left"
            )
        served = served or providers.start(workspace, _order(workspace, seed), tethered=tethered)
    try:
        variables = {**workspace.variables(served.debug, checkpoints=True), "PULUMI_STACK": workspace.stack}
        shell = Shell(workspace, served, variables, commands)
        _make_stack(shell)
    except BaseException:
        served.close()
        if ours:  # also those that would have stayed: nobody has been told of them
            providers.stop(workspace)
        raise
    return shell


def _workspace(options: RehearseOptions) -> SandboxWorkspace:
    if options.program is not None:
        return ForeignWorkspace(options.program.absolute(), own_name(options.stack), kept=ROOT)
    return SandboxWorkspace(ROOT, own_name(options.stack))


def _read(options: RehearseOptions) -> tuple[SandboxWorkspace, dict[str, Any], Path | None]:
    """The files of the rehearsal, the configuration, and the file of what exists beforehand."""
    if options.program is not None:
        workspace, values = foreign(options, options.program)
        with its_sdks(workspace):
            seed_of(options, workspace.root)
        return workspace, values, seed_file(options, workspace.root)
    settings_of(options.stack, options.config, options.phase)
    seed_of(options, ROOT)
    return _workspace(options), raw_config(options.stack, options.config, options.phase), seed_file(options, ROOT)


def _order(workspace: SandboxWorkspace, seed: Path | None) -> dict[str, str]:
    kept = str(workspace.kept) if isinstance(workspace, ForeignWorkspace) else ""
    return {
        "root": str(workspace.root),
        "stack": workspace.stack,
        "kept": kept,
        "seed": str(seed.absolute()) if seed is not None else "",
    }


def _call(options: RehearseOptions) -> list[str]:
    program = ["--program", shlex.quote(str(options.program))] if options.program is not None else []
    return ["./bbp", "rehearse", "shell", options.stack, *program]


def _commands(workspace: SandboxWorkspace, engine: Engine) -> Path:
    """A folder with `pulumi`, kept inside the sandbox's project, and a language host where the engine has none."""
    folder = workspace.folder / "bin"
    plain_command.placed(folder, engine, workspace, MAKE)
    if engine.has_language_host:
        (folder / language_host.NAME).unlink(missing_ok=True)
    elif isinstance(workspace, ForeignWorkspace):
        workspace.host(engine)
    else:
        language_host.placed(folder)
    return folder


def _make_stack(shell: Shell) -> None:
    """Make the stack in the sandbox's backend where it is not there yet.

    Raises:
        EngineError: the engine refuses.
    """
    workspace = shell.workspace
    answer = subprocess.run(  # noqa: S603 - the engine that was found, no shell
        [str(shell.commands / "pulumi"), "--non-interactive", "stack", "select", "--create", workspace.stack],
        env={**shell.environment, "PULUMI_AUTOMATION_API": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        said = tuple(line for line in answer.stderr.splitlines() if line.startswith("error:"))
        write_atomically(workspace.log, answer.stdout + answer.stderr)
        raise EngineError("opening the stack", said, workspace.log)


def _waited(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        with subprocess.Popen(list(command), env=environment) as process, _passed_on(process):  # noqa: S603 - the user's
            code = process.wait()
    except OSError as error:  # a script for an interpreter that is not there, a binary of another machine
        return _refused(command[0], f"cannot be run: {error.strerror}", NOT_RUNNABLE)
    return code if code >= 0 else SIGNALLED - code


def _unfit(command: Sequence[str]) -> int | None:
    """Why a command cannot be run: its exit code, after the reason is said; None where it can be tried.

    `pulumi` is the shell's own.
    """
    name = command[0]
    if name == plain_command.NAME or shutil.which(name) is not None:
        return None
    if os.path.sep in name and Path(name).exists():
        return _refused(name, "is no program that may be run", NOT_RUNNABLE)
    near = get_close_matches(name, _OF_PULUMI, n=1)
    meant = shlex.join([plain_command.NAME, *(near or (name,)), *command[1:]])
    instead = f"did you mean `-- {meant}`?" if near else "what stands after `--` is a command, such as `pulumi preview`"
    return _refused(name, f"there is no such command on PATH\n  fix: {instead}", NOT_FOUND)


def _refused(name: str, why: str, code: int) -> int:
    note(f"error: {shlex.quote(name)}: {why}")
    return code


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave the end to the command: Ctrl-C reaches it from the terminal, a request to end as a Ctrl-C of ours."""

    def end(_number: int, _frame: FrameType | None) -> None:
        process.send_signal(signal.SIGINT)

    def nothing(_number: int, _frame: FrameType | None) -> None:
        """The terminal tells the command, too."""

    before = {number: signal.signal(number, act) for number, act in ((signal.SIGINT, nothing), (signal.SIGTERM, end))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
