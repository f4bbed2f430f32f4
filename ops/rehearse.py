"""The rehearsal: preview, update and a second preview on the real engine, in the simulated cloud."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from infra.notices import notices
from infra.settings.stack_name import own_name
from ops.cdn import audit_plan
from ops.check import check
from ops.cluster import ClusterReport, Target, opened, reached, refuse_foreign, remembered, report, same_way
from ops.console import note
from ops.progress import progress
from plan import SYSTEMS, Plan, tally
from sandbox import kubernetes_plugin
from sandbox.cache import write_atomically
from sandbox.cloud import Cloud
from sandbox.engine import Engine, find_or_build
from sandbox.faults import Faults
from sandbox.passport import ForeignClusterError, recorded
from sandbox.session import Session, run_program
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bailbondpro.edge.leaks import Audit
    from infra.settings import Settings
    from sandbox.kubernetes_cluster import KubernetesCluster

ROOT = Path(__file__).resolve().parents[1]


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


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal found."""

    stack: str
    phase: str
    engine: Engine
    plan: Plan
    second_preview: Plan | None
    outputs: dict[str, Any]
    seconds: float
    cdn_audit: Audit | None
    """What the planned CDN rules would cache; None where the stack owns no zone's rules."""
    cluster: ClusterReport | None = None
    """What a real Kubernetes API holds afterwards; None where Kubernetes was simulated or nothing was updated."""

    @property
    def second_preview_changes(self) -> int | None:
        """How many resources a second preview would still change; None when it did not run."""
        return len(self.second_preview.changes()) if self.second_preview is not None else None

    @property
    def ok(self) -> bool:
        """Whether the update is complete, nothing is left to change, and the CDN keeps nothing personal."""
        return not self.second_preview_changes and not self.leaks and not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Objects that a real Kubernetes API should hold and does not."""
        return self.cluster.missing if self.cluster is not None else ()

    @property
    def leaks(self) -> int:
        """How many personal responses the planned CDN rules would cache."""
        return len(self.cdn_audit.leaks) if self.cdn_audit is not None else 0

    def as_json(self) -> dict[str, Any]:
        """The machine-readable result."""
        return {
            "stack": self.stack,
            "phase": self.phase,
            "engine": self.engine.version,
            "steps": self.plan.counts(),
            "systems": systems_table(self.plan),
            "second_preview_changes": self.second_preview_changes,
            "outputs": self.outputs,
            "seconds": round(self.seconds, 1),
            **({"cluster": self.cluster.as_json()} if self.cluster is not None else {}),
        }


def systems_table(plan: Plan) -> dict[str, dict[str, int]]:
    """Operation counts for every system of the platform, those without resources in this phase included."""
    found = plan.by_system()
    known = {system.key: found.pop(system.key, tally([])) for system in SYSTEMS}
    return {**known, **dict(sorted(found.items()))}


def settings_of(stack: str, config: Path | None, phase: str | None) -> Settings:
    """The checked settings of a stack.

    Raises:
        ConfigError: the stack file has problems; all of them are in it.
    """
    return check(stack, config, phase).settings_or_raise()


def raw_config(stack: str, config: Path | None, phase: str | None) -> dict[str, Any]:
    """The stack file's `config` mapping with the phase override applied; the file has been checked before."""
    path = config or ROOT / f"Pulumi.{own_name(stack)}.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    values = dict(document.get("config") or {})
    if phase is not None:
        values["bailbondpro:phase"] = phase
    return values


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
        EngineNotFoundError: there is no engine and none could be built.
        ForeignClusterError: the Kubernetes objects would go to another cluster than the rehearsed one, or to one that
            was not asked for; nothing was touched.
    """
    settings = settings_of(options.stack, options.config, options.phase)
    for notice in notices(settings):
        note(str(notice))
    Faults.parse(options.faults)
    values = raw_config(options.stack, options.config, options.phase)
    engine = find_or_build(note)
    workspace = SandboxWorkspace(ROOT, own_name(options.stack), purpose or options.purpose)
    with _alone(workspace):
        target = options.target
        api = reached(target)
        if options.fresh:
            workspace.forget()
        if workspace.unlock():
            note("a previous run was killed; its lock is removed and this run goes on from what it left")
            _forget_unrecorded(workspace)
        workspace.prepare(values)
        faults = Faults.parse(options.faults)
        # A cluster of the user's keeps what a killed run had made: its state must know it.
        checkpoints = checkpoints or bool(options.faults) or api is not None
        with (
            opened(workspace, target, api) as cluster,
            _session(engine, workspace, checkpoints, program, faults, cluster, target) as session,
        ):
            for done in session.drifted:
                note(f"behind the engine's back: {done}")
            yield settings, engine, session
            for fault in faults.idle():
                note(f"the fault {fault.kind}:{fault.type}:{fault.name} struck nothing; check its type and name")


@contextmanager
def _session(  # noqa: PLR0917 - what a session takes, and whose cluster it is
    engine: Engine,
    workspace: SandboxWorkspace,
    checkpoints: bool,  # noqa: FBT001 - passed on by its place
    program: Callable[[], None] | None,
    faults: Faults,
    cluster: KubernetesCluster | None,
    target: Target,
) -> Iterator[Session]:
    """A session; in a cluster of the user's with the real kubernetes plugin where it is on PATH."""
    if target.kubeconfig is None or target.plugin is None:
        with Session(engine, workspace, checkpoints, program, faults, cluster) as session:
            yield session
        return
    with kubernetes_plugin.pinned(workspace.folder, target.kubeconfig, target.context) as kubeconfig:
        same_way(cluster, kubeconfig)
        aimed = kubernetes_plugin.aimed_at(program or run_program(workspace.root), kubeconfig)
        with Session(engine, workspace, checkpoints, aimed, faults, cluster, ("kubernetes",)) as session:
            yield session


def _forget_unrecorded(workspace: SandboxWorkspace) -> None:
    """Take out of the simulated cloud what a killed engine had made and not yet written to its state.

    The engine would make it again, and names that must be unique would collide. A real cloud keeps such objects: there
    they must be imported or deleted by hand, so the note says how many there were.
    """
    with suppress(ValueError, KeyError):  # a state that is none: the engine says what is wrong with it
        if lost := Cloud(workspace.journal).keep_only(workspace.recorded()):
            note(f"{lost} objects that it had made and not written down are forgotten; a real cloud would keep them")


@contextmanager
def _alone(workspace: SandboxWorkspace) -> Iterator[None]:
    """Let one run at a time use a stack's sandbox; the kernel releases the lock when a run is killed."""
    path = workspace.folder.parent / f"{workspace.folder.name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"another run uses the sandbox of {workspace.stack}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def rehearse(options: RehearseOptions) -> Rehearsal:
    """Preview, update, and preview again; the second preview must be empty.

    Raises:
        ConfigError: the configuration has problems; nothing was touched.
        EngineError: the engine refused or failed; a plain rerun continues.
        CdnError: the planned CDN rules are not understood or cache nothing.
        IsADirectoryError: the plan would replace a directory.
    """
    started = time.monotonic()
    if options.plan_out is not None and options.plan_out.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(options.plan_out))
    with open_session(options) as (settings, engine, session):
        note(f"engine Pulumi {engine.version} ({engine.source}), stack {options.stack}, phase {settings.phase.value}")
        if session.drifted:
            with progress("refresh") as bar:
                seen = session.refresh(bar)
            note(f"the refresh found {seen.get('update', 0)} changed and {seen.get('delete', 0)} gone")
        with progress("preview") as bar:
            plan, document = session.preview(bar)
        if options.plan_out is not None:
            write_atomically(options.plan_out, json.dumps(document, indent=1))
        outputs: dict[str, Any] = {}
        second = held = None
        if not options.preview_only:
            refuse_foreign(session, plan)
            with progress("update", total=len(plan)) as bar, remembered(session):
                outputs = session.up(bar)
            with progress("second preview", total=len(plan)) as bar:
                second, _ = session.preview(bar)
            held = report(session.cluster, session.resources()) if session.cluster is not None else None
    audit = audit_plan(settings, plan)
    seconds = time.monotonic() - started
    return Rehearsal(options.stack, settings.phase.value, engine, plan, second, outputs, seconds, audit, held)


def destroy(
    stack: str, *, api_server: bool = False, kubeconfig: Path | None = None, cluster: str | None = None
) -> dict[str, int]:
    """Empty the sandbox of a stack: everything unprotected is deleted, in the order the engine would use for real.

    Args:
        stack: the stack name.
        api_server: the rehearsal on a kube-apiserver of its own.
        kubeconfig: the rehearsal on this file's cluster.
        cluster: the file's context by name.

    Returns:
        The engine's counts per operation.

    Raises:
        EngineError: protected resources refuse; their names are in it.
        ForeignClusterError: the cluster, or an object in it, is not the one that was rehearsed; nothing was deleted.
    """
    options = RehearseOptions(stack, preview_only=True, api_server=api_server, kubeconfig=kubeconfig, cluster=cluster)
    workspace = SandboxWorkspace(ROOT, own_name(stack), options.purpose)
    if kubeconfig is not None and recorded(workspace) is None and not workspace.holds("kubernetes:"):
        raise ForeignClusterError(f"{stack} was not rehearsed with {kubeconfig} (or forgotten): nothing was deleted")
    with open_session(options) as (_, _, session):
        refuse_foreign(session)
        with progress("destroy") as bar:
            return session.destroy(bar)
