"""The answers about one stack's step, each in a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ops.answers.review.removed import REMOVED
from ops.document.blocks import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.review.step import Step
    from ops.document.blocks import State

    Said = tuple[str, str, str, State]

WORDS = {"create": "created", "update": "changed in place", "replace": "replaced", "delete": "deleted"}
LONGEST = 300
"""Characters of a detail; the chapter has all of it."""
LASTING = ("REFUSED", "LOST")
"""What a revert does not bring back at all."""
_PLACE = re.compile(r"in .+, line \d+")
"""How a line of a program is named (sandbox/program/frames.py)."""


def section_id(step: Step) -> str:
    """The chapter of a stack."""
    return f"stack-{step.stack}"


def verdicts_of(step: Step, *, named: bool) -> Iterator[Verdict]:
    """Everything that a reviewer asks first.

    Args:
        step: the stack's step.
        named: whether the stack's name stands before each question.
    """
    prefix = f"{step.stack}: " if named else ""
    for question, answer, detail, state in _said(step):
        yield Verdict(question=prefix + question, answer=answer, detail=detail, state=state, section=section_id(step))


def _said(step: Step) -> Iterator[Said]:
    if step.state == "removed":
        state: State = "bad" if step.gate.code else "note"
        yield "What changes?", "its stack file is deleted", REMOVED, state
    elif step.state == "unknown":
        yield "What changes?", "unknown", f"base cannot be rehearsed: {_why(step.refused)}", "bad"
    elif step.head is None:
        yield "What changes?", "refused", _why(step.refused), "bad"
    else:
        yield from (_changes(step), _data(step), _money(step), _rules(step), _revert(step), _gate(step))


def _changes(step: Step) -> Said:
    said = ", ".join(f"{count} {WORDS[op]}" for op, count in step.counts().items() if count) or "nothing"
    if step.state == "refused":
        return "What changes?", said, f"head's rehearsal fails: {_why(step.refused)}", "bad"
    if step.state == "same":
        return "What changes?", said, "the same resources with the same properties", "good"
    restarts = f"{len(step.restarts)} restart" if step.restarts else "nothing restarts by itself"
    new = "base has no such stack; " if step.state == "added" else ""
    takes = any(item.op in {"delete", "replace"} for item in step.changes)
    detail = f"{new}the update takes {step.chain.minutes} minutes at most; {restarts}"
    return "What changes?", said, detail, "note" if takes else "good"


def _why(refused: str) -> str:
    """What a refusal says first, with the line of the program that it names."""
    lines = [line.strip() for line in refused.splitlines() if line.strip()] or ["no reason was given"]
    said = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    place = next((line for line in lines if _PLACE.match(line)), "")
    return f"{said} ({place})" if place else said


def _data(step: Step) -> Said:
    question = "Is data touched?"
    if step.losses:
        said = "; ".join(f"{loss.urn.rpartition('::')[2] or loss.holds}: {loss.reason}" for loss in step.losses)
        return question, f"{len(step.losses)} would be lost", said, "bad"
    names = [item.name for item in step.changes if item.holds and item.op != "create"]
    if names:
        return question, f"{len(names)} changed in place", ", ".join(names), "note"
    return question, "no", "nothing that holds data changes", "good"


def _money(step: Step) -> Said:
    question = "What does it cost?"
    if step.usd is None:
        return question, "unknown", "a part of base or head has no known price", "bad"
    head = step.head.cost.cost.total.usd if step.head is not None and step.head.cost is not None else None
    detail = f"{head:,.2f} USD a month in all" if head is not None else "the sum is unknown"
    return question, f"{step.usd:+,.2f} USD a month", detail, "note" if step.usd > 0 else "good"


def _rules(step: Step) -> Said:
    found = (*step.policies, *step.limits)
    worse, better = ([item for item in found if item.worse is wanted] for wanted in (True, False))
    broken = any(item.head in {"failed", "unknown", "over"} for item in worse)
    lacking = [side for side in (step.base, step.head) if side is not None and side.policies is None]
    if lacking:
        return "Policies and limits?", "not judged", "; ".join(side.reason("policies") for side in lacking), "bad"
    if not found:
        return "Policies and limits?", "as before", "every verdict is that of base", "good"
    detail = "; ".join(f"{item.title}: {item.base} → {item.head}" for item in worse or better)
    state: State = "bad" if broken else "note" if worse else "good"
    return "Policies and limits?", f"{len(worse)} worse, {len(better)} better", detail, state


def _revert(step: Step) -> Said:
    question = "Can a revert take it back?"
    if not step.back:
        return question, "yes, as far as is known", "no step is known that a revert does not take back", "good"
    lasting = any(one.row.back.name in LASTING for one in step.back)
    answer = "not all of it" if lasting else "with another wait or value"
    detail = "; ".join(f"{one.name}: {one.change}" for one in step.back)
    return question, answer, detail, "bad" if lasting else "note"


def _gate(step: Step) -> Said:
    verdict = step.gate
    if verdict.stops:
        return "Does the gate let it pass?", "no", "; ".join(text.splitlines()[0] for text, _ in verdict.stops), "bad"
    if verdict.unknown:
        return "Does the gate let it pass?", "cannot be judged", "; ".join(verdict.unknown), "bad"
    return "Does the gate let it pass?", "yes", _leave(step), "good"


def _leave(step: Step) -> str:
    waived = len(step.gate.gate.waived) if step.gate.gate is not None else 0
    return f"{waived} findings are waived" if waived else "nothing in it needs leave"
