"""Holds a plan against the record: which controls apply, and which of them are met, accepted or open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from policies.posture.checks import holds
from policies.posture.record import record

if TYPE_CHECKING:
    from plan import Plan
    from policies.posture.record import Control

State = Literal["met", "accepted", "open"]
"""Accepted is also what is met by some resources and excused for the others."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One control on one plan.

    Attributes:
        control: the control.
        state: what became of it.
        excused: names of resources that do not do what it asks, each with a reason.
        offending: those without one.
        undecided: those of which the plan does not say it yet.
    """

    control: Control
    state: State
    excused: tuple[str, ...] = ()
    offending: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many controls of a standard are met, accepted and open on a plan.

    Attributes:
        standard: its title.
        met: controls that every resource meets.
        accepted: controls that are accepted, in part or as a whole.
        open: controls that are neither.
        account: controls of the whole account, which no plan answers.
    """

    standard: str
    met: int
    accepted: int
    open: int
    account: int


@dataclass(frozen=True, kw_only=True)
class Posture:
    """A plan before the standards.

    Attributes:
        findings: every control that asks something of a type in the plan, in the order of the file.
        tallies: the counts of each standard.
        unjudged: types of AWS in the plan that nobody judged.
    """

    findings: tuple[Finding, ...]
    tallies: tuple[Tally, ...]
    unjudged: tuple[str, ...]


def posture_of(plan: Plan, environment: str) -> Posture:
    """Every control that applies to a plan, with its verdict.

    Args:
        plan: a plan of the platform or of the bootstrap.
        environment: `development` or `production`: some reasons count in one of them only.
    """
    known, types = record(), {item.type for item in plan if item.op != "delete"}
    findings = tuple(_finding(one, plan, environment) for one in known.controls if types.intersection(one.types))
    return Posture(
        findings=findings,
        tallies=tuple(
            Tally(
                standard=title,
                met=_count(findings, key, "met"),
                accepted=_count(findings, key, "accepted"),
                open=_count(findings, key, "open"),
                account=len(known.account[key]),
            )
            for key, title in known.standards.items()
        ),
        unjudged=tuple(sorted({token for token in types - known.types if token.startswith("aws:")})),
    )


def _finding(control: Control, plan: Plan, environment: str) -> Finding:
    if control.met is None:
        return Finding(control=control, state="accepted")
    items = [item for item in plan.of_type(*control.types) if item.op != "delete"]
    verdicts = [(item.name, holds(control.met, item, plan)) for item in items]
    bad = [name for name, verdict in verdicts if verdict is False]
    excused = [name for name in bad if any(reason.excuses(name, environment) for reason in control.accepted)]
    offending = [name for name in bad if not any(reason.excuses(name, environment) for reason in control.accepted)]
    return Finding(
        control=control,
        state="open" if offending else "accepted" if excused else "met",
        excused=tuple(excused),
        offending=tuple(offending),
        undecided=tuple(name for name, verdict in verdicts if verdict is None),
    )


def _count(findings: tuple[Finding, ...], standard: str, state: State) -> int:
    return sum(finding.state == state and standard in finding.control.of for finding in findings)
