"""The rehearsal: preview, update and a second preview on the real engine, in the simulated cloud."""

from __future__ import annotations

import errno
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.cdn.edge import audit_plan
from ops.answers.clock.time_line import left, moved_and_read, standing
from ops.answers.truth import setting_of, truth_json, truth_of
from ops.console import note
from ops.jsonable import picked
from ops.rehearsal.cluster import ClusterReport, refuse_foreign, remembered, report
from ops.rehearsal.program import open_program
from ops.rehearsal.progress import progress
from ops.rehearsal.session import RehearseOptions, open_session
from plan import SYSTEMS, Plan, tally
from plan.places import without_places
from sandbox.cache import write_atomically
from sandbox.clock.moments import START

if TYPE_CHECKING:
    from bailbondpro.edge.proof.leaks import Audit
    from ops.answers.clock.time_line import Left, TimeLine
    from plan import PlannedResource
    from sandbox.engine import Engine
    from sandbox.session import Session
    from sandbox.truth.report import Truth


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal found."""

    stack: str
    phase: str | None
    """The growth phase; None for another project's program."""
    engine: Engine
    plan: Plan
    second_preview: Plan | None
    outputs: dict[str, Any]
    seconds: float
    cdn_audit: Audit | None
    """What the planned CDN rules would cache; None where the stack owns no zone's rules."""
    truth: Truth
    """How sure all of this is."""
    time: TimeLine | None = None
    """The clock: what waits, what happened; None when nothing was updated."""
    left: Left | None = None
    """What the second preview shows, told apart; None when it did not run."""
    cluster: ClusterReport | None = None
    """What a real Kubernetes API holds afterwards; None where Kubernetes was simulated or nothing was updated."""

    @property
    def second_preview_changes(self) -> int | None:
        """How many resources a second preview would still change; None when it did not run."""
        return len(self.second_preview.changes()) if self.second_preview is not None else None

    @property
    def unexplained(self) -> tuple[PlannedResource, ...]:
        """What a preview still shows although nothing of it waits, after the update or after the clock was moved."""
        after = self.time.defects if self.time is not None else ()
        return (self.left.defects if self.left is not None else ()) + after

    @property
    def ok(self) -> bool:
        """Whether the update is complete, nothing is left but what waits, and the CDN keeps nothing personal.

        A preview that shows what waits for a maintenance window shows what the real provider shows: that is no defect.
        """
        return not self.unexplained and not self.leaks and not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Objects that a real Kubernetes API should hold and does not."""
        return self.cluster.missing if self.cluster is not None else ()

    @property
    def leaks(self) -> int:
        """How many personal responses the planned CDN rules would cache."""
        return len(self.cdn_audit.leaks) if self.cdn_audit is not None else 0

    def systems(self) -> dict[str, dict[str, int]]:
        """Operation counts by system; of this platform's systems also those without resources."""
        return self.plan.by_system() if self.phase is None else systems_table(self.plan)

    def as_json(self) -> dict[str, Any]:
        """The machine-readable result."""
        return {
            **picked(self, "stack"),
            **(picked(self, "phase") if self.phase is not None else {}),
            "engine": self.engine.version,
            "steps": self.plan.counts(),
            "systems": self.systems(),
            **picked(self, "second_preview_changes"),
            "second_preview_waiting": len(self.left.waiting) if self.left is not None else None,
            **picked(self, "outputs", "time"),
            "seconds": round(self.seconds, 1),
            **(picked(self, "cluster") if self.cluster is not None else {}),
            "truth": truth_json(self.truth),
        }


def systems_table(plan: Plan) -> dict[str, dict[str, int]]:
    """Operation counts for every system of the platform, those without resources in this phase included."""
    found = plan.by_system()
    known = {system.key: found.pop(system.key, tally([])) for system in SYSTEMS}
    return {**known, **dict(sorted(found.items()))}


def rehearse(options: RehearseOptions) -> Rehearsal:
    """Preview, update, and preview again; the second preview must be empty.

    Raises:
        ConfigError: the configuration has problems; nothing was touched.
        ProgramError: another project's program cannot be rehearsed; nothing was touched.
        EngineError: the engine refused or failed; a plain rerun continues.
        CdnError: the planned CDN rules are not understood or cache nothing.
        IsADirectoryError: the plan would replace a directory.
        ClockError: the clock cannot be moved as it was asked; nothing was touched.
    """
    started = time.monotonic()
    options.move.target(START)  # what is no moment at all is refused before anything else
    if options.plan_out is not None and options.plan_out.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(options.plan_out))
    phase = audit = None
    if options.program is not None:
        with open_program(options, options.program) as (engine, session):
            found = _rehearsed(options, engine, session, f"program {options.program}, stack {options.stack}")
    else:
        with open_session(options) as (settings, engine, session):
            phase = settings.phase.value
            found = _rehearsed(options, engine, session, f"stack {options.stack}, phase {phase}")
        audit = audit_plan(settings, found.plan)
    seconds = time.monotonic() - started
    return Rehearsal(
        *(options.stack, phase, engine, found.plan, found.second, found.outputs, seconds, audit, found.truth),
        time=found.time,
        left=found.left,
        cluster=found.held,
    )


@dataclass(frozen=True)
class _Run:
    """What the engine's operations gave."""

    plan: Plan
    second: Plan | None
    outputs: dict[str, Any]
    held: ClusterReport | None
    truth: Truth
    time: TimeLine | None
    left: Left | None


def _rehearsed(options: RehearseOptions, engine: Engine, session: Session, what: str) -> _Run:
    note(f"engine Pulumi {engine.version} ({engine.source}), {what}")
    target = options.move.target(session.cloud.now)
    if session.drifted:
        with progress("refresh") as bar:
            seen = session.refresh(bar)
        note(f"the refresh found {seen.get('update', 0)} changed and {seen.get('delete', 0)} gone")
    with progress("preview") as bar:
        plan, document = session.preview(bar)
    if options.plan_out is not None:
        write_atomically(options.plan_out, json.dumps(without_places(document), indent=1))
    outputs: dict[str, Any] = {}
    second = held = line = found = None
    if not options.preview_only:
        refuse_foreign(session, plan)
        with progress("update", total=len(plan)) as bar, remembered(session):
            outputs = session.up(bar)
        for exposed in session.exposed:
            note(f"warning: {exposed}")
        with progress("second preview", total=len(plan)) as bar:
            second, _ = session.preview(bar)
        line = standing(session.cloud)
        found = left(second, line.waiting)
        if options.move and not found.defects:
            line = moved_and_read(session, line, target)
        held = report(session.cluster, session.resources()) if session.cluster is not None else None
    server = held.version if held is not None else ""
    setting = setting_of(session, updated=not options.preview_only, server=server)
    sure = truth_of(plan, setting, session.lookups.origins.answered())
    return _Run(plan, second, outputs, held, sure, line, found)
