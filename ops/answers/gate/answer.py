"""The whole answer of the gate: what the rules found, cost and objectives, and what somebody waives."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from ops.answers.gate.goals import goals_of
from ops.answers.gate.money import Money, costs, money_of
from ops.answers.gate.objectives import objectives_of
from ops.answers.gate.reading import GateError, read_plan_preview, read_waiver_file
from ops.exits import UNSAFE
from ops.jsonable import picked, plain
from policies.gate import NO_WAIVERS, Finding, Step, Waiver, WaiverProblem, Waivers, judge
from policies.gate.model import OBJECTIVES, STRANGE, found
from policies.gate.reviewed import unreviewed
from policies.gate.waivers import stack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from plan.steps import Preview

Objective: TypeAlias = "Callable[[Preview], Iterable[Finding]]"
SCHEMA = 1
"""Of the machine-readable answer: it rises when a key goes or changes its meaning."""


@dataclass(frozen=True, kw_only=True)
class GateOptions:
    """What is allowed.

    Attributes:
        most_usd: by how much the monthly cost may rise, in USD; None for any rise.
        most_percent: the same in percent of what it costs.
        objectives: judges of objectives: each takes a preview and finds what it would miss.

    Raises:
        GateError: a bound is NaN or infinite, which no rise is larger than, or less than 0.
    """

    most_usd: float | None = None
    most_percent: float | None = None
    objectives: tuple[Objective, ...] = (objectives_of, goals_of)

    def __post_init__(self) -> None:
        for name, bound in (("--most-usd", self.most_usd), ("--most-percent", self.most_percent)):
            if bound is not None and not (math.isfinite(bound) and bound >= 0):
                raise GateError(f"{name} {bound}: a number from 0; leave it out where any rise is allowed")


@dataclass(frozen=True, kw_only=True)
class Waived:
    """A finding that somebody answers for."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Whether a preview may be deployed.

    Attributes:
        findings: what stops it or is worth knowing, the worst first; waived ones are left out.
        waived: findings that a waiver covers.
        waiver_problems: what is wrong with the file of waivers.
        steps: everything that changes, by what hangs on it; the largest blast radius first.
        counts: how many resources are created, changed in place, replaced, deleted, forgotten, read or unchanged.
        money: what it costs before and after.
        standing: how many violations of policies were there before and still are.
        later: how many answers about what is made are known only after an update.
    """

    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    waiver_problems: tuple[WaiverProblem, ...]
    steps: tuple[Step, ...]
    counts: dict[str, int] = field(hash=False)
    money: Money
    standing: int
    later: int

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What stops the change."""
        return tuple(one for one in self.findings if one.stops)

    @property
    def exit_code(self) -> int:
        """2 where something stops the change, 1 where the file of waivers is to be corrected, else 0."""
        refused = any(problem.refuses for problem in self.waiver_problems)
        return UNSAFE if self.stopping else int(refused)

    @property
    def headline(self) -> str:
        """The answer in one line."""
        stopping = self.stopping
        if stopping:
            unjudged = sum(not one.judged for one in stopping)
            worst = stopping[0]
            how = f", {unjudged} of them not judged" if unjudged else ""
            return clean(
                f"STOP: {_count(len(stopping), 'finding')}{how}; first {worst.rule}, {worst.name}: {worst.says}"
            )
        if self.exit_code:
            return "STOP: the file of waivers has to be corrected"
        changes = sum(count for kind, count in self.counts.items() if kind not in {"same", "read"})
        waived = f", {len(self.waived)} waived" if self.waived else ""
        if not changes:
            return f"GO: nothing changes{waived}"
        return f"GO: {_count(changes, 'change')}, nothing stops {'it' if changes == 1 else 'them'}{waived}"

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return {
            "schema": SCHEMA,
            "verdict": "stop" if self.exit_code else "go",
            **picked(self, "headline", "exit_code", "counts"),
            "findings": [_finding_json(one) for one in self.findings],
            "waived": [
                {**_finding_json(one.finding), "waiver": plain(_waiver_json(one.waiver))} for one in self.waived
            ],
            "waiver_problems": [picked(one, "number", "trouble", "says") for one in self.waiver_problems],
            "steps": [
                picked(step, "urn", "kind", "holds", "forced", "changed", "reach", "at_least", "level")
                for step in self.steps
            ],
            "cost": plain(self.money),
            "policies": {"standing": self.standing, "known_only_after_an_update": self.later},
        }


def clean(text: str) -> str:
    """A text of somebody else's in one line, without signs that steer a terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _finding_json(one: Finding) -> dict[str, Any]:
    return picked(one, "rule", "severity", "urn", "says", "fix", "properties", "stops", "judged")


def _waiver_json(waiver: Waiver) -> dict[str, Any]:
    return {"owner": waiver.owner, "reason": waiver.reason, "expires": waiver.expires.isoformat()}


def gate(preview: Preview, options: GateOptions | None = None, waivers: Waivers = NO_WAIVERS) -> Gate:
    """Whether a preview may be deployed: a pure function.

    Args:
        preview: what `plan.preview.read_preview` read.
        options: what is allowed.
        waivers: what `policies.gate.read_waivers` read, with the day in mind on which it is used.
    """
    allowed = options or GateOptions()
    verdict = judge(preview)
    money = money_of(preview)
    others = [
        *costs(preview, money, allowed.most_usd, allowed.most_percent),
        *(finding for objective in allowed.objectives for finding in _missed(objective, preview)),
    ]
    findings = sorted((*verdict.findings, *others), key=lambda one: one.rank)
    left, waived, unused = _waive(findings, waivers.entries, preview.stack)
    counts: dict[str, int] = {}
    for change in preview.changes:
        if change.state.custom:
            counts[change.kind] = counts.get(change.kind, 0) + 1
    return Gate(
        findings=tuple(left),
        waived=tuple(waived),
        waiver_problems=(*waivers.problems, *unused),
        steps=verdict.steps,
        counts={**counts, **({"same": counts.get("same", 0) + preview.hidden} if preview.hidden else {})},
        money=money,
        standing=verdict.standing,
        later=verdict.later,
    )


def _missed(objective: Objective, preview: Preview) -> list[Finding]:
    try:
        return list(objective(preview))
    except STRANGE as error:
        says = f"this objective cannot be judged, some inputs have an unexpected form: {error!r}"
        return [found(OBJECTIVES, preview.stack, says, judged=False)]


def _waive(
    findings: Iterable[Finding], entries: tuple[Waiver, ...], stack: str
) -> tuple[list[Finding], list[Waived], list[WaiverProblem]]:
    by_key = {(entry.rule, entry.urn): entry for entry in entries}
    used: set[int] = set()
    left, waived = [], []
    for one in findings:
        entry = by_key.get((one.rule, one.urn)) if one.stops else None
        if entry is None:
            left.append(one)
        else:
            used.add(entry.number)
            waived.append(Waived(finding=one, waiver=entry))
    unused = [
        WaiverProblem(
            number=entry.number,
            trouble="unused",
            says=f"{entry.rule} of {entry.urn.rsplit('::', 1)[-1]} ({entry.owner}) covers nothing here; take it out",
        )
        for entry in entries
        if entry.number not in used and (not stack or entry.stack == stack_of(stack))
    ]
    return left, waived, unused


def gate_file(
    plan: Path,
    waivers: Path | None = None,
    options: GateOptions | None = None,
    today: date | None = None,
    reviewed: Path | None = None,
) -> Gate:
    """Whether the preview in a file may be deployed.

    Args:
        plan: what `pulumi preview --json --show-sames` wrote.
        waivers: a YAML file of waivers.
        options: what is allowed.
        today: the day on which waivers are used; by default the current one, UTC.
        reviewed: the same of what somebody saw; what it does not hold stops the change.

    Raises:
        GateError: a file cannot be read, or is something else.
    """
    day = today or datetime.now(UTC).date()
    known = read_waiver_file(waivers, day)
    preview = read_plan_preview(plan)
    allowed = options or GateOptions()
    if reviewed is not None:
        seen = read_plan_preview(reviewed)
        allowed = replace(allowed, objectives=(*allowed.objectives, partial(unreviewed, reviewed=seen)))
    return gate(preview, allowed, known)
