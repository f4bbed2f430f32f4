"""Judges a preview: every step, every rule over what will stand, and what nobody could judge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plan.placement import unreadable
from plan.types import TYPES
from policies.forms import another_form, misshapen
from policies.gate.admits import widened
from policies.gate.charts import charts_weaker
from policies.gate.ends.administrators import left_alone
from policies.gate.ends.generations import taking_turns
from policies.gate.ends.selected import lost_by_selectors
from policies.gate.ends.successors import succeeded
from policies.gate.ends.viewers import viewers_leave
from policies.gate.environment import left_production, of_production
from policies.gate.losses import losses_of
from policies.gate.made import made_beside
from policies.gate.model import (
    FAILED,
    HIDDEN,
    PLACEMENT,
    STEP_RULES,
    STRANGE,
    TURNS,
    UNREAD_STEP,
    Finding,
    Step,
    found,
)
from policies.gate.networks import reached_more
from policies.gate.newcomers import accounts, let_in
from policies.gate.peers import Standing, standing_of, worth_less
from policies.gate.reach import hanging, reaches
from policies.gate.readers import reads_others
from policies.gate.scaled import ranks_crossed, scaled_twice, ways_elsewhere, ways_shared
from policies.gate.statements.permits import permitted
from policies.gate.trusted import trusts_more
from policies.gate.uncompared import uncompared
from policies.gate.visitors import turned_away
from policies.gate.weaker import weakened
from policies.placement import shards_left, unplaced
from policies.rules import rules
from policies.turns import locked_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan import Plan
    from plan.steps import Change, Preview
    from policies.rules import Rule, Violation

OVER_STEPS = frozenset(rule.id for rule in STEP_RULES)
ENDS = frozenset(("delete", "replace", "forget", "unknown"))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found.

    Attributes:
        findings: what stops first, then what is worse, then in the order of the preview.
        standing: how many violations of policies there were before and still are: they stop nothing.
        later: how many answers about what is made are known only after an update.
        steps: everything that changes, with what hangs on it; the largest blast radius first.
    """

    findings: tuple[Finding, ...]
    standing: int
    later: int
    steps: tuple[Step, ...]


def judge(preview: Preview) -> Verdict:
    """What a preview would hurt, and what of it nobody can judge.

    The cost and the objectives of a plan are no part of it: see `ops.answers.gate`.
    """
    production = of_production(preview)
    beside = (accounts(preview.after), standing_of(preview))
    moved = succeeded(preview.changes)
    loss = list(moved.values())
    for change in preview.changes:
        loss += losses(change, beside, production=production) if change.urn not in moved else ()
    policies, standing, later = _policies(preview, production=production)
    if production:
        for together in (scaled_twice, ways_shared, ranks_crossed):
            loss += together(preview.after, preview.before)
    loss += (*ways_elsewhere(preview.changes), *trusts_more(preview.changes), *reads_others(preview.changes))
    loss += (
        *made_beside(preview, production=production),
        *lost_by_selectors(preview.changes),
        *left_alone(preview.changes),
    )
    findings = (
        *_of_the_preview(preview),
        *left_production(preview),
        *loss,
        *_placement(preview),
        *_turns(preview),
        *turned_away(preview),
        *policies,
    )
    findings = tuple(viewers_leave(taking_turns(findings, preview.changes), preview.changes))
    blamed = {finding.urn for finding in findings}
    told = _told(findings)
    notes = [
        note
        for change in preview.changes
        for note in uncompared(change, production=production, told=told.get(change.urn, frozenset()))
    ]
    order = {change.urn: index for index, change in enumerate(preview.changes)}
    ranked = sorted((*findings, *notes), key=lambda one: (one.rank, order.get(one.urn, -1)))
    return Verdict(findings=tuple(ranked), standing=standing, later=later, steps=tuple(_steps(preview, blamed)))


def losses(change: Change, beside: tuple[frozenset[str], Standing], *, production: bool) -> list[Finding]:
    """What a change takes away; one whose inputs have a form that nobody expected was not judged."""
    own, stand = beside
    try:
        weaker = (*weakened(change, production=production), *worth_less(change, stand))
        weaker += (*charts_weaker(change, production=production),)
        wider = (*widened(change), *permitted(change, stand), *let_in(change, own, stand), *reached_more(change, stand))
        return [*losses_of(change), *weaker, *wider]
    except STRANGE as error:
        return [found(UNREAD_STEP, change.urn, f"its inputs have an unexpected form: {error!r}")]


def _told(findings: Iterable[Finding]) -> dict[str, frozenset[str]]:
    """Properties of each resource that stop it already; a policy's violation names them in its sentence alone."""
    told: dict[str, frozenset[str]] = {}
    for one in findings:
        if one.stops:
            words = frozenset(re.findall(r"\w+", one.says))
            named = frozenset(one.properties) if one.rule in OVER_STEPS else words.intersection(one.properties)
            told[one.urn] = told.get(one.urn, frozenset()) | named
    return told


def _of_the_preview(preview: Preview) -> Iterator[Finding]:
    if not preview.stack and not preview.unread:
        yield found(FAILED, "the preview", "it names nothing, not even the stack: it ended before it began")
    for message in preview.errors[:3]:
        yield found(FAILED, preview.stack, f"the engine reports an error, and what came after it is missing: {message}")
    if preview.corrupt:
        yield found(FAILED, preview.stack, "the engine says that the state may be damaged")
    if preview.hidden:
        yield found(HIDDEN, preview.stack, f"{preview.hidden} unchanged resources are counted and not named")
    for says in preview.lost:
        yield found(UNREAD_STEP, preview.stack, f"steps are missing: {says}")
    for item in preview.unread:
        yield found(UNREAD_STEP, item.urn, f"step {item.number} cannot be read: {item.why}")
    for change in preview.changes:
        if change.type in TYPES and not all(side.custom for side in (change.before, change.after) if side is not None):
            says = f"step {change.number} calls a {change.type} a component, and it is a real thing (custom is false)"
            yield found(UNREAD_STEP, change.urn, says)
        if wrong := sorted(_misshapen(change)):
            says = f"step {change.number} has another form than its service takes: {', '.join(wrong[:3])}"
            yield found(UNREAD_STEP, change.urn, says, tuple(wrong))


def _misshapen(change: Change) -> set[str]:
    before, after = change.before, change.after
    if after is None or change.kind == "same":
        return set()
    wrong = set(misshapen(change.type, after.inputs))
    return wrong | set(another_form(before.inputs, after.inputs)) if before is not None else wrong


def _placement(preview: Preview) -> Iterator[Finding]:
    if wrong := unplaced(preview.after):
        yield found(PLACEMENT, preview.stack, wrong)
    if unreadable(preview.after):
        yield found(UNREAD_STEP, preview.stack, "the placement of clients that it publishes cannot be read")
    for loss in shards_left(preview.after):
        yield found(PLACEMENT, loss.urn, loss.reason, loss.properties)


def _turns(preview: Preview) -> Iterator[Finding]:
    for urn, reason in locked_out(preview.after):
        yield found(TURNS, urn, reason)


def _policies(preview: Preview, *, production: bool) -> tuple[list[Finding], int, int]:
    """What policies are broken by the change itself; what was broken before is counted."""
    findings: list[Finding] = []
    standing = later = 0
    changed = _touched(preview.changes)
    for rule in rules():
        try:
            broken = list(rule.judge(preview.after, production))
            before = _known(rule, preview.before, production) if broken else set()
        except STRANGE as error:
            findings.append(_unable(rule, preview.stack, error))
            continue
        for violation in broken:
            if (violation.urn, violation.says) in before:
                standing += 1
            elif not violation.known and not _must_be_known(rule, preview, violation):
                later += 1
            else:
                findings.append(_finding(rule, violation, changed))
    return findings, standing, later


def _unable(rule: Rule, stack: str, error: Exception) -> Finding:
    """A rule that met inputs of a form that nobody expected has judged nothing."""
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        urn=stack,
        says=f"this rule cannot judge the plan, some inputs have an unexpected form: {error!r}",
        fix="look at what the rule is about yourself",
        judged=False,
    )


def _known(rule: Rule, plan: Plan, production: bool) -> set[tuple[str, str]]:  # noqa: FBT001 - the signature of all rules
    return {(one.urn, one.says) for one in rule.judge(plan, production) if one.known}


def _must_be_known(rule: Rule, preview: Preview, violation: Violation) -> bool:
    """Whether an unknown value may not pass: it was known before, or what it could open is worst of all."""
    return rule.stops and (rule.severity == "critical" or preview.before.get(violation.urn) is not None)


def _touched(changes: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    return {item.urn: item.changed for item in changes if item.changed}


def _finding(rule: Rule, violation: Violation, changed: dict[str, tuple[str, ...]]) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        urn=violation.urn,
        says=violation.says,
        fix=rule.fix,
        properties=changed.get(violation.urn, ()),
        stops=rule.stops,
        judged=violation.known,
    )


def _steps(preview: Preview, blamed: set[str]) -> list[Step]:
    moving = [item for item in preview.changes if item.kind not in {"same", "read"} and item.state.custom]
    counts = reaches((item.urn for item in moving if item.kind != "create"), hanging(preview))
    steps = [_step(item, counts.get(item.urn, (0, False)), item.urn in blamed) for item in moving]
    return sorted(steps, key=lambda step: (-step.level, -step.reach))


def _step(item: Change, count: tuple[int, bool], blamed: bool) -> Step:  # noqa: FBT001 - a fact, and no switch
    row = TYPES.get(item.state.type)
    holds = row.holds if row is not None else None
    bears = bool(row is not None and row.bears) or (holds is not None and holds.carries)
    level = 0 if item.kind == "create" else 1
    if item.kind in ENDS or blamed:
        level = 2
    if item.kind in ENDS and (holds is not None or bears):
        level = 4 if holds is not None and not holds.carries else 3
    return Step(
        urn=item.urn,
        kind=item.kind,
        holds=holds.what if holds is not None else "",
        forced=item.forced,
        changed=item.changed,
        reach=count[0],
        at_least=count[1],
        level=level,
    )
