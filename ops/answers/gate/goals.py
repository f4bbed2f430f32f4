"""Which goals of a stack a preview would miss, or leave unjudged, that were met before: traffic, cost and recovery.

What was missed already and is no worse stops nothing: it is told. Single points of failure and the promised uptime are
in `ops.answers.gate.objectives`, where each names its part; a drill of the pods is no part of a preview, and where
somebody has one, pods that pass no more are missed like any other goal.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ops.answers.gate.objectives import NEEDED, settings_in
from planner.objectives.model import HIGHER_IS_BETTER
from policies.gate.environment import of_production
from policies.gate.model import OBJECTIVES, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plan.steps import Preview
    from planner.objectives.model import Answer
    from policies.gate import Finding

NO_WORSE = 0.05
"""How much further from its goal a value that misses it already may be: simulated traffic has tenths of milliseconds,
and what somebody made a few percent slower is no other answer (our choice)."""
ELSEWHERE = frozenset(("availability",))
"""Goals that `ops.answers.gate.objectives` judges by its parts."""
BOUNDED = frozenset(("cost",))
"""Goals that are told: what a change may cost more is bounded by `--most-usd` and `--most-percent`, and a replica or a
larger class that somebody wants costs more for each user in any case."""
_NOT_SIMULATED = re.compile(r"not simulated: [^;]+")
"""How answers say what of a stack nobody can simulate (`planner.objectives`)."""
DRILLED = frozenset(("pods",))
"""Goals that are not judged after every change, until somebody drills again."""


def goals_of(preview: Preview) -> Iterator[Finding]:
    """What both sides of a preview say of their goals, compared; nothing where one of them has no traffic to judge."""
    sides = (preview.before, preview.after)
    if preview.hidden or not all(side.of_type(token) for side in sides for token in NEEDED):
        return  # unchanged resources that are not named are a finding of their own; what is made anew misses nothing
    if all(change.kind in {"same", "read"} for change in preview.changes if change.state.custom):
        return
    from ops.answers.objectives import measured  # noqa: PLC0415 - the simulation is heavy, and most plans need none
    from ops.rehearsal.planned import Planned  # noqa: PLC0415 - as above

    settings = settings_in(preview.after)
    before, after = (measured(Planned(side, settings, preview.stack)) for side in sides)
    yield from missed(preview, before=before, after=after)


def missed(preview: Preview, before: Iterable[Answer], after: Iterable[Answer]) -> Iterator[Finding]:
    """What the goals of the second side say worse than those of the first.

    Args:
        preview: what leads from one to the other.
        before: the answers of what stands.
        after: the answers of what it becomes.
    """
    yield from _together(_each(preview, before, after))


def _together(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, of which those that are not judged for one and the same reason are one."""
    alike: dict[tuple[bool, str], list[Finding]] = {}
    for one in findings:
        found_why = _NOT_SIMULATED.search(one.says)
        if one.judged or found_why is None:
            yield one
        else:
            alike.setdefault((one.stops, found_why[0]), []).append(one)
    for (_, why), ones in alike.items():
        names = tuple(name for one in ones for name in one.properties)
        says = f"would not be judged, {', '.join(names)}: {why}"
        yield replace(ones[0], says=says, properties=names) if len(ones) > 1 else ones[0]


def _each(preview: Preview, before: Iterable[Answer], after: Iterable[Answer]) -> Iterator[Finding]:
    then = {answer.name: answer for answer in before}
    production = of_production(preview)
    for answer in after:
        was = then.get(answer.name)
        if answer.ok or was is None or answer.name in ELSEWHERE:
            continue
        says = f"{answer.name}: {answer.found}; wanted: {answer.goal}"
        if answer.verdict == "missed":
            finding = found(OBJECTIVES, preview.stack, f"would be missed, {says}", (answer.name,))
            if answer.name in BOUNDED and was.ok:
                yield _told(finding, finding.says)
            elif was.ok or (answer.name not in BOUNDED and _worse(was, answer)):
                yield finding
            else:
                yield _told(finding, f"is missed as before, {says}" if was.verdict == "missed" else finding.says)
        elif was.ok:
            finding = found(OBJECTIVES, preview.stack, f"would not be judged, {says}", (answer.name,), judged=False)
            stops = production and answer.name not in DRILLED | BOUNDED
            yield finding if stops else _told(finding, finding.says)


def _worse(was: Answer, becomes: Answer) -> bool:
    """Whether a goal that was missed is missed by more."""
    if was.verdict != "missed" or was.value is None or becomes.value is None:
        return False
    if becomes.name in HIGHER_IS_BETTER:
        return becomes.value < was.value * (1 - NO_WORSE)
    return becomes.value > was.value * (1 + NO_WORSE)


def _told(finding: Finding, says: str) -> Finding:
    return replace(finding, says=says, severity="low", stops=False)
