"""The gate as base has it, on the preview of head: does a change pass only because it loosens the gate itself?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.gate.model import NOT_JUDGED

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.gate import Gate
    from ops.answers.review.commits import Compared
    from ops.answers.review.review import ReviewOptions
    from ops.answers.review.runs import Runner

JUDGES = ("policies/", "plan/", "planner/", "bailbondpro/facts/", "ops/answers/gate/", "ops/commands/gate.py")
"""What the gate's answer follows from, beside the preview and the waivers."""
FIX = "change the gate in a change of its own, and do this afterwards; or waive it by its rule and URN"


def judges_changed(both: Compared) -> tuple[str, ...]:
    """The files of the gate that a change touches."""
    old, new = both.base.files, both.head.files
    return tuple(
        sorted(path for path in old.keys() | new.keys() if path.startswith(JUDGES) and old.get(path) != new.get(path))
    )


def objections(
    runner: Runner, both: Compared, preview: Path, gate: Gate, options: ReviewOptions
) -> tuple[tuple[str, str], ...]:
    """What base's own gate stops of head's preview and head's does not, each with the fix.

    What base's gate could not judge, such as a type that the change describes, is no objection.

    Args:
        runner: runs base's tools.
        both: the two sides.
        preview: of head on what base left.
        gate: head's own answer.
        options: the waivers of the change, which who approves it approves, and what the month may cost more.
    """
    files = judges_changed(both)
    if not files:
        return ()
    words = ["gate", "--plan", str(preview.absolute()), "--json"]
    words += ["--waivers", str(options.waivers.absolute())] if options.waivers is not None else []
    allowed = options.allowed
    for name, bound in (("--most-usd", allowed.most_usd), ("--most-percent", allowed.most_percent)):
        words += [name, str(bound)] if bound is not None else []
    answer = runner.asked(both.base, words)
    found = answer.get("findings") if answer is not None else None
    if not isinstance(found, list):
        says = f"this change touches the gate ({len(files)} files), and base's own could not be asked about it"
        return ((says, FIX),)
    known = {(one.rule, one.urn) for one in (*gate.stopping, *(waived.finding for waived in gate.waived))}
    return tuple((_said(one), FIX) for one in found if _objects(one, known))


def _objects(one: dict[str, Any], known: set[tuple[str, str]]) -> bool:
    judged = one.get("judged") is not False and one.get("rule") not in NOT_JUDGED
    return one.get("stops") is True and judged and (one.get("rule"), one.get("urn")) not in known


def _said(one: dict[str, Any]) -> str:
    name = str(one.get("urn")).rsplit("::", 1)[-1]
    return f"the gate as base has it stops this, and head's does not: {one.get('rule')}, {name}: {one.get('says')}"
