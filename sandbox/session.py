"""Runs the real engine on the program against the simulated cloud: preview, up, refresh, destroy."""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pulumi import automation as auto
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from plan import Plan, parse_preview
from sandbox.cache import write_atomically
from sandbox.cloud import Cloud
from sandbox.diagnostics import Diagnostics, said
from sandbox.engine.stack import Stack, outputs_in
from sandbox.exposure import exposures
from sandbox.faults import Faults
from sandbox.invokes.answers import LookUps
from sandbox.kubernetes.cluster import uid_in
from sandbox.kubernetes.plugin import without_proxy
from sandbox.program.repairs import repaired
from sandbox.protocol.schema import SchemaOracle
from sandbox.providers.deps import Deps
from sandbox.providers.rules import unsettled
from sandbox.providers.server import SandboxServer
from sandbox.seed import Seed
from sandbox.seed.missing import refuse_missing
from sandbox.seed.planting import home_of, planted
from sandbox.seed.stacks import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType, TracebackType

    from sandbox.diagnostics import OnEvent
    from sandbox.engine import Engine
    from sandbox.kubernetes.cluster import KubernetesCluster
    from sandbox.program.project import Project
    from sandbox.workspace import SandboxWorkspace

R = TypeVar("R")


class EngineError(Exception):
    """The engine ended with an error; `diagnostics` are its own messages, `log` is the file with everything it said."""

    def __init__(self, operation: str, diagnostics: tuple[str, ...], log: Path) -> None:
        self.operation = operation
        self.diagnostics = diagnostics
        self.log = log
        text = "\n".join(f"  {line}" for line in diagnostics) or "  the engine gave no reason"
        super().__init__(f"{operation} failed:\n{text}\n  everything the engine said: {log}")


@dataclass(frozen=True)
class Recorded:
    """A resource in the engine's state; `uid` is a Kubernetes object's, empty for everything else."""

    type: str
    id: str
    urn: str
    uid: str


class InterruptedRunError(Exception):
    """The user stopped the run; the engine finished what it had begun and wrote its state."""


class EngineCommand(auto.PulumiCommand):
    """The engine's CLI with an environment of its own, stopped gracefully by Ctrl-C.

    It runs in its own process group: a Ctrl-C at the terminal reaches it once, from us, instead of killing it midway.
    """

    def __init__(self, engine: Engine, environment: dict[str, str]) -> None:
        # The API's own constructor asks the engine for its version, which whoever found the engine has done already:
        # 0.25 processor seconds for every session.
        self.command = str(engine.command)
        self.version = VersionInfo.parse(engine.version)
        self.environment = environment
        self.interrupted = False
        self._process: subprocess.Popen[str] | None = None

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> auto.CommandResult:
        """Run one CLI command; the caller's environment is not inherited.

        Raises:
            CommandError: the command failed.
            InterruptedRunError: the user stopped the run before this command began.
        """
        if self.interrupted:
            raise InterruptedRunError(args[0])
        environment = {**self.environment, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        environment["PATH"] = os.pathsep.join([str(Path(self.command).parent), environment.get("PATH", "")])
        if args[0] == "preview" and "--json" in args:
            args = [*args, "--show-sames"]  # a plan holds unchanged resources, too; the API has no parameter for it
        with subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            [self.command, "--non-interactive", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=environment,
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            self._process = process
            readers = [_Reader(process.stdout, on_output), _Reader(process.stderr, on_error)]
            for reader in readers:
                reader.join()
            code = process.wait()
            self._process = None
        result = auto.CommandResult(stdout=readers[0].text, stderr=readers[1].text, code=code)
        if code != 0:
            raise create_command_error(result)
        return result

    def interrupt(self) -> None:
        """Ask the running engine to stop: the first time gracefully, then at once."""
        self.interrupted = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)


class _Reader(threading.Thread):
    """Collects one output stream of the engine, line by line."""

    def __init__(self, stream: Any, callback: Callable[[str], Any] | None) -> None:  # noqa: ANN401 - a text stream
        super().__init__(daemon=True)
        self._stream = stream
        self._callback = callback
        self._lines: list[str] = []
        self.start()

    def run(self) -> None:
        for line in self._stream:
            self._lines.append(line.rstrip("\n"))
            if self._callback:
                self._callback(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self._lines)


def run_program(project: Project) -> Callable[[], None]:
    """The program as the engine runs it: the one that the project file names, unmodified, afresh for every operation.

    It is told that its cloud is simulated, so that it can take examples for values that only a real cloud has.
    """

    def program() -> None:
        runpy.run_path(str(project.entry), init_globals={"SIMULATED": True}, run_name="__main__")

    return program


@dataclass
class Session:
    """One engine on one stack's simulated cloud; use as a context manager.

    Attributes:
        engine: the engine to drive.
        workspace: the rehearsal's files.
        checkpoints: write the engine's state after every step (slower, loses nothing when the engine is killed).
        program: what to run; the project's program by default.
        faults: what goes wrong; drift strikes when the session opens.
        cluster: a real Kubernetes API that the kubernetes package applies to.
        plugins: packages whose real plugins are used, where the engine finds them.
        host: a folder with the language host that runs the project in a process of its own, instead of `program`.
        seed: what exists beforehand: what the program refers to, looks up, reads or imports.
        as_published: run the program on the SDK without our repairs, to measure what they are worth.
    """

    engine: Engine
    workspace: SandboxWorkspace
    checkpoints: bool = False
    program: Callable[[], None] | None = None
    faults: Faults = field(default_factory=Faults)
    cluster: KubernetesCluster | None = None
    plugins: tuple[str, ...] = ()
    host: Path | None = None
    seed: Seed = field(default_factory=Seed)
    as_published: bool = False
    cloud: Cloud = field(init=False)
    exposed: tuple[str, ...] = field(default=(), init=False)
    """Generated secrets that can be read in the state of a program that runs in a process of its own."""

    def __enter__(self) -> Self:
        self.cloud = Cloud(self.workspace.journal)
        planted(self.cloud, self.seed.objects, home_of(self.workspace.config_file))
        written(self.seed.stacks, self.workspace.backend)
        self.drifted = self.faults.strike_cloud(self.cloud, self.cluster)
        oracle = SchemaOracle()
        self.lookups = LookUps(self.seed, oracle, folder=self.workspace.source.program_folder)
        deps = Deps(self.cloud, oracle, self.workspace.guard, self.faults, self.lookups)
        self._server = SandboxServer(deps, self.cluster, self.plugins).__enter__()
        environment = self.workspace.environment(self._server.debug_providers, checkpoints=self.checkpoints)
        if self.cluster is not None and self.plugins:
            environment |= without_proxy(environment, self.cluster.api.endpoint.url)
        if self.host is not None:
            environment["PATH"] = os.pathsep.join([str(self.host), environment.get("PATH", os.defpath)])
        self.command = EngineCommand(self.engine, environment)
        self._old_handler = None
        if threading.current_thread() is threading.main_thread():
            self._old_handler = signal.signal(signal.SIGINT, self._on_interrupt)
        workspace = auto.LocalWorkspace(
            work_dir=str(self.workspace.project),
            program=None if self.host is not None else self.program or run_program(self.workspace.source),
            pulumi_command=self.command,
        )
        try:
            self.stack = self._guarded(
                "opening the stack",
                Diagnostics(self.workspace),
                lambda: Stack(self.workspace.stack, workspace, state=self.workspace.state),
            )
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)
        if self._old_handler is not None:
            signal.signal(signal.SIGINT, self._old_handler)

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.command.interrupt()

    def preview(self, on_event: OnEvent | None = None) -> tuple[Plan, dict[str, Any]]:
        """What an update would do: the plan, and the engine's own preview document.

        Raises:
            EngineError: the preview failed.
            InterruptedRunError: the user stopped it.
        """
        collected = Diagnostics(self.workspace, on_event)
        result = self._guarded(
            "preview", collected, lambda: self.stack.preview(json=True, on_event=collected, color="never")
        )
        document = json.loads(result.stdout)
        return parse_preview(document), document

    def up(self, on_event: OnEvent | None = None) -> dict[str, Any]:
        """Update the simulated cloud; returns the stack's outputs, secrets as `[secret]`.

        Raises:
            EngineError: the update failed, or left a generated secret where it can be read, or something that was
                accepted and does nothing; a plain rerun continues where it stopped.
            InterruptedRunError: the user stopped it.
        """
        collected = Diagnostics(self.workspace, on_event)
        self._guarded("update", collected, lambda: self.stack.up(on_event=collected, color="never"))
        deployment = self._guarded("reading the state", Diagnostics(self.workspace), self.stack.deployment)
        exposed = tuple(map(str, exposures(deployment)))
        # A program of somebody else's is told: an engine would have updated it, too.
        self.exposed = exposed if self.host is not None else ()
        refused = exposed if self.host is None else ()
        if found := (*refused, *map(str, unsettled(self.cloud))):
            raise EngineError("update", found, self.workspace.log)
        return outputs_in(deployment)

    def refresh(self, on_event: OnEvent | None = None) -> dict[str, int]:
        """Read the cloud back into the state; returns the engine's counts per operation."""
        collected = Diagnostics(self.workspace, on_event)
        result = self._guarded("refresh", collected, lambda: self.stack.refresh(on_event=collected, color="never"))
        return _counts(result.summary)

    def destroy(self, on_event: OnEvent | None = None) -> dict[str, int]:
        """Delete everything that is not protected; returns the engine's counts per operation."""
        collected = Diagnostics(self.workspace, on_event)
        result = self._guarded("destroy", collected, lambda: self.stack.destroy(on_event=collected, color="never"))
        return _counts(result.summary)

    def resources(self) -> list[Recorded]:
        """Every resource in the engine's state."""
        deployment = self.stack.deployment()
        return [
            Recorded(item["type"], item.get("id", ""), item["urn"], uid_in(item.get("outputs") or {}))
            for item in deployment.get("resources", ())
            if item.get("custom")
        ]

    def _guarded(self, operation: str, collected: Diagnostics, run: Callable[[], R]) -> R:
        """Run one operation; a preview answers what is missing with examples, so that it finds all that is."""
        self.lookups.begin(collects=operation == "preview")
        try:
            result = self._run(operation, collected, run)
        except EngineError as error:
            refuse_missing(self.lookups, "\n".join(error.diagnostics), cause=error)
            raise
        refuse_missing(self.lookups, "")
        return result

    def _run(self, operation: str, collected: Diagnostics, run: Callable[[], R]) -> R:
        try:
            with (
                warnings.catch_warnings(),
                repaired(as_published=self.as_published),
            ):
                # A killed engine leaves half an event: the error that follows says what happened.
                warnings.filterwarnings("ignore", message="Error in event stream")
                result = run()
        except auto.CommandError as error:
            if self.command.interrupted:
                raise InterruptedRunError(operation) from error
            write_atomically(self.workspace.log, str(error))
            raise EngineError(operation, collected.errors() or said(error), self.workspace.log) from error
        except RuntimeError as error:
            if self.command.interrupted:
                raise InterruptedRunError(operation) from error
            raise
        if self.command.interrupted:
            raise InterruptedRunError(operation)
        return result


def _counts(summary: auto.UpdateSummary) -> dict[str, int]:
    return {str(getattr(op, "value", op)): count for op, count in (summary.resource_changes or {}).items()}
