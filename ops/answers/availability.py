"""Availability: what stops when a part of a stack's plan fails, and whether that stack may depend on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from infra.phases import PHASES
from infra.settings import Environment, Phase
from infra.settings.availability import AvailabilitySettings
from infra.settings.reading.defaults import defaults
from ops.answers.drill.found import drill_of
from ops.jsonable import picked, plain
from ops.rehearsal.planned import Planned, planned
from plan.days import end_of
from plan.tokens import DATABASE, DEPLOYMENT, NODE_GROUP
from planner.availability.accepted import Accepted, AcceptedLoss, AcceptedUptime
from planner.availability.analysis import OBJECTIVE_PERCENT, Availability
from planner.availability.analysis import availability as judge
from planner.evidence import EvidenceError, seen
from planner.plan_values import text

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.drill.found import FoundDrill
    from plan import Plan
    from planner.availability.model import Removal


NEEDED = {"Deployment": DEPLOYMENT, "node pool": NODE_GROUP, "database": DATABASE}
"""What a request passes in every phase; without one of these the removals prove nothing."""


@dataclass(frozen=True)
class AvailabilityReport:
    """What was judged, and how."""

    planned: Planned
    environment: str
    phase: str
    found: Availability

    @property
    def judged_resources(self) -> int:
        """How many resources of the plan were removed, each at least once."""
        return len({item.element.urn for item in self.found.removals if item.element.urn})

    def as_json(self) -> dict[str, Any]:
        """The machine-readable report."""
        found = self.found
        return {
            **picked(self, "origin=planned.origin", "environment", "phase", "ok=found.ok"),
            "undecided": found.undecided,
            "pods": found.pods.as_json(),
            "evidence": seen(self.planned.plan, self.judged_resources, "resources that can fail"),
            "single_points": plain(found.single_points),
            "removals": [_removal_json(item) for item in found.removals],
            "composite": {
                "percent": found.composite_percent,
                "objective_percent": OBJECTIVE_PERCENT,
                "wanted_percent": found.accepted.least_percent(OBJECTIVE_PERCENT),
                "short": found.short_of_uptime,
                "parts": plain(found.promises),
                "unpromised": plain(found.unpromised),
            },
        }


def _removal_json(removal: Removal) -> dict[str, Any]:
    touched = {name: [item.title for item in getattr(removal, name)] for name in ("stops", "pauses", "weakens")}
    facts = ("element=element.title", "kind=element.kind", "urn=element.urn", "single_point")
    return {**picked(removal, *facts), **touched}


def availability(stack: str, phase: str | None, config: Path | None, plan_file: Path | None) -> AvailabilityReport:
    """Remove every part of a stack's plan, one at a time.

    A plan file of a stack whose own configuration is not valid here is judged as the last phase of production.

    Raises:
        PlanError: the file is no plan.
        ConfigError: the configuration has problems.
        EngineError: the engine refused.
    """
    return judged(planned(stack, phase, config, plan_file))


def judged(subject: Planned, drill: FoundDrill | None = None) -> AvailabilityReport:
    """Remove every part of a plan that is already there, one at a time.

    Args:
        subject: the plan and its settings.
        drill: what was drilled of it, where somebody has looked already.

    Raises:
        EvidenceError: the plan has nothing that a request of a user passes.
    """
    missing = [what for what, token in NEEDED.items() if not subject.plan.of_type(token)]
    if missing:
        raise EvidenceError(
            f"the plan in {subject.origin} has no {', no '.join(missing)}: what would stop is not in it"
        )
    settings = subject.settings
    environment = _environment(subject.plan) or (
        settings.environment.value if settings else Environment.PRODUCTION.value
    )
    now = settings.phase.value if settings else PHASES[-1]
    cdn = settings.cdn.plan if settings and settings.cdn.enabled else ""
    own = settings is not None and settings.environment.value == environment
    accepted = accepted_of(settings.availability if settings and own else _defaults(environment, now))
    accepted = replace(accepted, arithmetic=environment != Environment.PRODUCTION)
    pods = (drill or drill_of(subject)).pods
    found = judge(subject.plan, phase=now, accepted=accepted, cloudflare_plan=cdn, pods=pods)
    return AvailabilityReport(planned=subject, environment=str(environment), phase=now, found=found)


def accepted_of(wanted: AvailabilitySettings, today: date | None = None) -> Accepted:
    """What a configuration accepts on a day; by default today, in UTC."""
    uptime = wanted.accepted_uptime
    return Accepted(
        losses=tuple(
            AcceptedLoss(stops=item.stops, reason=item.reason, until=end_of(item.until))
            for item in wanted.accepted_losses
        ),
        uptime=AcceptedUptime(percent=uptime.percent, reason=uptime.reason, until=end_of(uptime.until))
        if uptime is not None
        else None,
        today=today or datetime.now(UTC).date(),
    )


def _defaults(environment: str, phase: str) -> AvailabilitySettings:
    """What a stack of this kind accepts unless its file says otherwise; an unknown kind is production."""
    kind = Environment(environment) if environment in list(Environment) else Environment.PRODUCTION
    tree = defaults(kind, Phase(phase), "us-east-1", "example.com")["availability"]
    return AvailabilitySettings.model_validate_json(json.dumps(tree))


def _environment(plan: Plan) -> str:
    """The environment that a plan's own tags name; empty where none does."""
    for provider in plan.of_type("pulumi:providers:aws"):
        try:
            tags = json.loads(text(provider.inputs, "defaultTags") or "{}")
        except ValueError:
            continue
        if isinstance(tags, dict) and (name := text(tags, "tags", "Environment")):
            return str(Environment.spelled(name))
    return ""
