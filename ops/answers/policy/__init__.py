"""What every rule says of everything that a plan keeps or makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.gate.reading import read_plan_preview
from ops.exits import UNKNOWN
from ops.jsonable import picked
from plan.types import undescribed
from policies.gate.environment import of_production
from policies.gate.model import STRANGE
from policies.rules import rules

if TYPE_CHECKING:
    from pathlib import Path

    from plan.steps import Preview
    from policies.rules import Rule, Violation


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One rule that something breaks, or that nobody could judge.

    Attributes:
        rule: the rule.
        violations: what breaks it.
        later: what is known only after an update.
        unable: why it could not judge; empty where it did.
    """

    rule: Rule
    violations: tuple[Violation, ...]
    later: tuple[Violation, ...]
    unable: str = ""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """What all rules say.

    Attributes:
        resources: how many they looked at.
        rules: how many there are.
        broken: those that say something, the worst first.
        undescribed: types that no row describes, so that no rule knows what they keep.
        unseen: unchanged resources and steps that the preview does not show.
    """

    resources: int
    rules: int
    broken: tuple[Broken, ...]
    undescribed: tuple[str, ...]
    unseen: int

    @property
    def exit_code(self) -> int:
        """1 where a rule that stops a change is broken, 3 where something was not judged, else 0."""
        if any(one.violations and one.rule.stops for one in self.broken):
            return 1
        unjudged = any((one.later or one.unable) and one.rule.stops for one in self.broken)
        return UNKNOWN if unjudged or self.undescribed or self.unseen or not self.resources else 0

    @property
    def headline(self) -> str:
        """The answer in one line."""
        stopping = sum(len(one.violations) for one in self.broken if one.rule.stops)
        told = sum(len(one.violations) for one in self.broken if not one.rule.stops)
        later = sum(len(one.later) for one in self.broken)
        said = (
            f"{stopping:,} violations that stop a change, {told:,} to know of, {later:,} answers only after an update"
        )
        return f"{self.rules} rules on {self.resources:,} resources: {said}"

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return {
            **picked(self, "headline", "exit_code", "resources", "rules", "undescribed", "unseen"),
            "violations": [
                {**picked(one.rule, "id", "severity"), **picked(found, "urn", "says", "known"), "fix": one.rule.fix}
                for one in self.broken
                for found in (*one.violations, *one.later)
            ],
            "unable": [{**picked(one.rule, "id"), "why": one.unable} for one in self.broken if one.unable],
        }


def policy(file: Path) -> Policies:
    """What all rules say of the preview in a file.

    Raises:
        GateError: the file cannot be read, or is something else.
    """
    return policies_of(read_plan_preview(file))


def policies_of(preview: Preview) -> Policies:
    """What all rules say of a preview, of what stays as it is, too."""
    known = rules()
    production = of_production(preview)
    broken = [found for rule in known if (found := _broken(rule, preview, production)) is not None]
    return Policies(
        resources=sum(item.custom and item.op != "delete" for item in preview.after),
        rules=len(known),
        broken=tuple(sorted(broken, key=lambda one: not one.rule.stops)),
        undescribed=tuple(undescribed(preview.after)),
        unseen=preview.hidden + len(preview.unread),
    )


def _broken(rule: Rule, preview: Preview, production: bool) -> Broken | None:  # noqa: FBT001 - a fact, and no switch
    try:
        found = list(rule.judge(preview.after, production))
    except STRANGE as error:
        return Broken(rule=rule, violations=(), later=(), unable=f"inputs of an unexpected form: {error!r}")
    if not found:
        return None
    return Broken(
        rule=rule,
        violations=tuple(one for one in found if one.known),
        later=tuple(one for one in found if not one.known),
    )
