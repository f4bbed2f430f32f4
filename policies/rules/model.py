"""What a rule over planned resources is, and what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plan import Plan

Severity = Literal["critical", "high", "medium", "low"]
"""Critical and high stop a change; medium and low are told."""
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
STOPPING: frozenset[Severity] = frozenset(("critical", "high"))
DEVELOPMENT = frozenset(("dev", "development"))
PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What a rule found about one resource.

    Attributes:
        urn: the resource.
        says: what is wrong with it, without its name.
        known: False where the plan does not say it yet: a value that only an update makes known.
    """

    urn: str
    says: str
    known: bool = True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule over a plan.

    Attributes:
        id: how waivers and packs call it; it never changes.
        title: what must hold.
        severity: how bad it is where it does not.
        reason: why.
        fix: the smallest change that keeps it.
        source: whose rule it is, or whose document it follows.
        judge: what a plan does against it; the second argument is whether the plan is of production.
        alone: whether it looks at one resource at a time: a policy pack then stops before the resource is made.
    """

    id: str
    title: str
    severity: Severity
    reason: str
    fix: str
    source: str
    judge: Callable[[Plan, bool], Iterable[Violation]]
    alone: bool = False

    @property
    def stops(self) -> bool:
        """Whether what it finds stops a change."""
        return self.severity in STOPPING


def is_production(plan: Plan) -> bool:
    """Whether a plan is of production, as its configuration says; without one, it is held to production's rules.

    So it is where two keys say different things.
    """
    known = [value for key, value in plan.config.items() if key.endswith(":environment")]
    return not known or any(value not in DEVELOPMENT for value in known)


def tagged_production(plan: Plan) -> bool | None:
    """Whether a plan is of production, by the tags that a provider gives everything; None where no provider says."""
    known = []
    for provider in plan.of_type(PROVIDER):
        tags = provider.inputs.get("defaultTags")
        try:
            found = json.loads(tags) if isinstance(tags, str) else tags
        except ValueError:
            continue
        own = found.get("tags") if isinstance(found, dict) else None
        if isinstance(own, dict) and own.get("Environment"):
            known.append(str(own["Environment"]) not in DEVELOPMENT)
    return any(known) if known else None
