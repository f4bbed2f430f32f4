"""A session of the real engine in a stack's simulated cloud, one run at a time."""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.notices import notices
from infra.settings.reading.stack_name import own_name
from ops.console import note
from ops.inputs.stack_file import ROOT, raw_config, settings_of
from ops.rehearsal.cluster import Target, opened, reached, same_way
from ops.rehearsal.providers import refuse_beside_a_shell
from ops.rehearsal.seeds import seed_of
from sandbox.clock.moments import Move
from sandbox.cloud import Cloud
from sandbox.engine import find_or_build
from sandbox.faults import Faults
from sandbox.kubernetes import plugin
from sandbox.session import Session, run_program
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from infra.settings import Settings
    from sandbox.engine import Engine
    from sandbox.kubernetes.cluster import KubernetesCluster
    from sandbox.seed import Seed


@dataclass(frozen=True)
class RehearseOptions:
    """What to rehearse.

    Attributes:
        stack: the stack name; its file is `Pulumi.<stack>.yaml` unless `config` names another.
        phase: growth phase to use instead of the file's.
        preview_only: stop after the first preview.
        fresh: forget the stored rehearsal first.
        config: another stack file.
        plan_out: where to write the engine's preview JSON.
        faults: what goes wrong, as `sandbox.faults` reads it.
        api_server: start a real kube-apiserver and apply the Kubernetes objects to it.
        kubeconfig: apply them to the cluster of this file instead.
        cluster: the file's context by name; None for the current one, which must lead to a cluster of this machine.
        program: the folder of another project's program to rehearse instead of this one.
        values: configuration of that program that stands above its stack file, by key.
        exists: a file with what exists beforehand; None takes `sandbox.seed.yaml` beside the program, if it is there.
        move: where the simulated clock goes after the rehearsal.
    """

    stack: str
    phase: str | None = None
    preview_only: bool = False
    fresh: bool = False
    config: Path | None = None
    plan_out: Path | None = None
    faults: tuple[str, ...] = ()
    api_server: bool = False
    kubeconfig: Path | None = None
    cluster: str | None = None
    program: Path | None = None
    exists: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    move: Move = field(default_factory=Move)

    @property
    def target(self) -> Target:
        """Where the Kubernetes objects go."""
        return Target(self.api_server, self.kubeconfig, self.cluster, update=not self.preview_only)

    @property
    def purpose(self) -> str:
        """Keeps rehearsals on a real Kubernetes API apart from those in memory: their states differ."""
        if self.kubeconfig is not None:
            return f"kubeconfig-{hashlib.sha256(str(self.kubeconfig.resolve()).encode()).hexdigest()[:8]}"
        return "api-server" if self.api_server else ""


@contextmanager
def open_session(
    options: RehearseOptions,
    *,
    checkpoints: bool = False,
    purpose: str = "",
    program: Callable[[], None] | None = None,
) -> Iterator[tuple[Settings, Engine, Session]]:
    """Check the configuration, find the engine, and open the stack's simulated cloud, one run at a time.

    Args:
        options: what to rehearse.
        checkpoints: see `Session`.
        purpose: see `SandboxWorkspace`.
        program: another program than the project's.

    Raises:
        ConfigError: the configuration has problems; nothing was touched.
        SeedError: what should exist beforehand cannot be.
        EngineNotFoundError: there is no engine and none could be built.
        ForeignClusterError: the Kubernetes objects would go to another cluster than the rehearsed one, or to one that
            was not asked for; nothing was touched.
    """
    settings = settings_of(options.stack, options.config, options.phase)
    for notice in notices(settings):
        note(str(notice))
    Faults.parse(options.faults)
    values = raw_config(options.stack, options.config, options.phase)
    existing = seed_of(options, ROOT)
    engine = find_or_build(note)
    workspace = SandboxWorkspace(ROOT, own_name(options.stack), purpose or options.purpose)
    with alone(workspace):
        target = options.target
        api = reached(target)
        prepared(workspace, values, fresh=options.fresh)
        faults = Faults.parse(options.faults)
        # A cluster of the user's keeps what a killed run had made: its state must know it.
        checkpoints = checkpoints or bool(options.faults) or api is not None
        with (
            opened(workspace, target, api) as cluster,
            _session(engine, workspace, checkpoints, program, faults, cluster, target, existing) as session,
            struck(session, faults),
        ):
            yield settings, engine, session


@contextmanager
def _session(  # noqa: PLR0917 - what a session takes, and whose cluster it is
    engine: Engine,
    workspace: SandboxWorkspace,
    checkpoints: bool,  # noqa: FBT001 - passed on by its place
    program: Callable[[], None] | None,
    faults: Faults,
    cluster: KubernetesCluster | None,
    target: Target,
    seed: Seed,
) -> Iterator[Session]:
    """A session; in a cluster of the user's with the real kubernetes plugin where it is on PATH."""
    if target.kubeconfig is None or target.plugin is None:
        with Session(engine, workspace, checkpoints, program, faults, cluster, seed=seed) as session:
            yield session
        return
    with plugin.pinned(workspace.folder, target.kubeconfig, target.context) as kubeconfig:
        same_way(cluster, kubeconfig)
        aimed = plugin.aimed_at(program or run_program(workspace.source), kubeconfig)
        with Session(engine, workspace, checkpoints, aimed, faults, cluster, ("kubernetes",), seed=seed) as session:
            yield session


@contextmanager
def struck(session: Session, faults: Faults) -> Iterator[None]:
    """Say what the faults did before, and which of them did nothing."""
    for done in session.drifted:
        note(f"behind the engine's back: {done}")
    yield
    for fault in faults.idle():
        note(f"the fault {fault.kind}:{fault.type}:{fault.name} struck nothing; check its type and name")


def prepared(
    workspace: SandboxWorkspace, values: dict[str, Any], *, fresh: bool, keep_edits: bool = False, unlock: bool = True
) -> None:
    """Make the files of a rehearsal, after what a killed run may have left.

    Args:
        workspace: the rehearsal's files.
        values: the configuration.
        fresh: forget what is stored first.
        keep_edits: see `SandboxWorkspace.prepare`.
        unlock: whether a lock can only be one that a killed run has left.
    """
    if fresh:
        workspace.forget()
    if unlock and workspace.unlock():
        note("a previous run was killed; its lock is removed and this run goes on from what it left")
        _forget_unrecorded(workspace)
    workspace.prepare(values, keep_edits=keep_edits)


def _forget_unrecorded(workspace: SandboxWorkspace) -> None:
    """Take out of the simulated cloud what a killed engine had made and not yet written to its state.

    The engine would make it again, and names that must be unique would collide. A real cloud keeps such objects: there
    they must be imported or deleted by hand, so the note says how many there were.
    """
    with suppress(ValueError, KeyError):  # a state that is none: the engine says what is wrong with it
        if lost := Cloud(workspace.journal).keep_only(workspace.recorded()):
            note(f"{lost} objects that it had made and not written down are forgotten; a real cloud would keep them")


@contextmanager
def alone(workspace: SandboxWorkspace, *, beside_a_shell: bool = False) -> Iterator[None]:
    """Let one run at a time use a stack's sandbox; the kernel releases the lock when a run is killed.

    Args:
        workspace: the sandbox.
        beside_a_shell: whether this is the shell's own.

    Raises:
        SandboxBusyError: a shell uses it.
    """
    path = workspace.folder.parent / f"{workspace.folder.name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"another run uses the sandbox of {workspace.stack}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not beside_a_shell:
            refuse_beside_a_shell(workspace)
        yield
