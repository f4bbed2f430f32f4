"""Security Hub's controls as rules: what `policies/posture` finds open."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from policies.posture.checks import holds
from policies.posture.record import record
from policies.rules.model import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plan import Plan
    from policies.posture.record import Control


def _judge(control: Control) -> Callable[[Plan, bool], Iterator[Violation]]:
    def judge(plan: Plan, production: bool) -> Iterator[Violation]:  # noqa: FBT001 - the signature of all rules
        environment = "production" if production else "development"
        for item in plan.of_type(*control.types):
            verdict = holds(control.met or {}, item, plan)
            if verdict is None:
                yield Violation(urn=item.urn, says=f"not known before an update: {control.asks}", known=False)
            elif not verdict and not any(reason.excuses(item.name, environment) for reason in control.accepted):
                yield Violation(urn=item.urn, says=f"does not hold: {control.asks}")

    return judge


@cache
def control_rules() -> tuple[Rule, ...]:
    """One for each control that a plan answers."""
    known = record()
    return tuple(
        Rule(
            id=control.id,
            title=control.asks,
            severity="medium",
            reason=f"{', '.join(known.standards[key] for key in control.of)} asks for it",
            fix="see the control in the AWS Security Hub User Guide, or accept it with a reason in posture.yaml",
            source=f"AWS Security Hub User Guide, {control.id}",
            judge=_judge(control),
        )
        for control in known.controls
        if control.met is not None
    )
