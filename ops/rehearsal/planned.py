"""Where a plan comes from: a file, or a preview of the stack in an empty simulated cloud."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.phases import PHASES
from infra.problems import ConfigError
from infra.settings import load
from infra.settings.reading.stack_file import read_config_map
from ops.console import note
from ops.inputs.stack_file import settings_of
from planner.evidence import read_plan

if TYPE_CHECKING:
    from infra.settings import Settings
    from plan import Plan


@dataclass(frozen=True)
class Planned:
    """A plan, and what is known about it.

    Attributes:
        plan: the plan.
        settings: the configuration it was made from; None for a file that carries none, of a stack that has no valid
            configuration here.
        origin: how to call it in a report.
        asked: the words that lead another command to the same plan; empty where nobody knows.
    """

    plan: Plan
    settings: Settings | None
    origin: str
    asked: str = ""

    @property
    def phase(self) -> str | None:
        """The growth phase, if known."""
        return self.settings.phase.value if self.settings else None


def planned(stack: str, phase: str | None, config: Path | None, file: Path | None = None) -> Planned:
    """The plan in a file, or else of a stack as if nothing of it existed yet.

    The stack's own rehearsal is not touched: the preview has a simulated cloud of its own, empty each time. A file
    carries the configuration that it was made with; a named phase or stack file goes before it.

    Raises:
        PlanError: the file is no engine preview, or shows too little of this platform.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    given = {"--phase": phase, "--config": config, "--plan": file}
    words = shlex.join([stack, *(str(word) for pair in given.items() if pair[1] is not None for word in pair)])
    if file is not None:
        plan = read_plan(file)
        own = _settings_of(plan) if phase is None and config is None else None
        return Planned(plan, own or _settings_if_valid(stack, phase, config), str(file), words)
    settings_of(stack, config, phase)  # a mistake in the stack's name or file is said before the engine's modules load
    from ops.rehearsal.progress import progress  # noqa: PLC0415 - as below
    from ops.rehearsal.session import RehearseOptions, open_session  # noqa: PLC0415 - Pulumi is heavy; a file needs none

    with open_session(RehearseOptions(stack, phase, fresh=True, config=config), purpose="plan") as opened:
        settings, engine, session = opened
        note(f"previewing {stack} in phase {settings.phase.value} with Pulumi {engine.version}, in an empty cloud")
        with progress("preview") as bar:
            plan, _ = session.preview(bar)
    return Planned(plan, settings, f"{stack}, phase {settings.phase.value}", words)


def planned_against(stack: str, against: str, config: Path | None) -> Planned:
    """What a plan is compared with: the same stack in another growth phase, or the plan in a file.

    Raises:
        PlanError: the file is no engine preview.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    if against in PHASES:
        return planned(stack, against, config)
    return planned(stack, None, config, Path(against))


def phase_of(stack: str, config: Path | None) -> str | None:
    """The growth phase in a stack's file; None where it has no valid configuration."""
    found = _settings_if_valid(stack, None, config)
    return found.phase.value if found else None


def _settings_of(plan: Plan) -> Settings | None:
    try:
        return load(read_config_map(plan.config), _stack_of(plan))
    except ConfigError:
        return None


def _stack_of(plan: Plan) -> str | None:
    """The stack that a plan was made of, as its resources' URNs say (`urn:pulumi:<stack>::...`)."""
    first = next(iter(plan), None)
    return first.urn.split(":")[2] if first is not None else None


def _settings_if_valid(stack: str, phase: str | None, config: Path | None) -> Settings | None:
    try:
        return settings_of(stack, config, phase)
    except ConfigError:
        return None
