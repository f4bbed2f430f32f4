"""A stack whose file goes: nothing is destroyed, and nobody looks after what stands any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.problems import NAMESPACE
from ops.answers.gate import read_waiver_file
from ops.answers.review.gate import GateVerdict
from ops.answers.review.step import Step
from policies.gate.model import STACK_REMOVED

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.review.commits import Compared
    from ops.answers.review.content import Reached

REMOVED = "no update is made of it any more, and no night watches it; what stands goes on and is billed"


def urn_of_stack(stack: str) -> str:
    """What a waiver names."""
    return f"urn:pulumi:{stack}::{NAMESPACE}::pulumi:pulumi:Stack::{NAMESPACE}-{stack}"


def removed(item: Reached, both: Compared, waivers: Path | None) -> Step:
    """The step of a stack that head has no file of: it stops, unless somebody answers for it.

    Args:
        item: the stack.
        both: the two sides.
        waivers: a file of waivers.
    """
    name, urn = f"Pulumi.{item.stack}.yaml", urn_of_stack(item.stack)
    content = both.base.files[name]
    others = [path for path, found in both.head.files.items() if found == content and path not in both.base.files]
    moved = f"; {others[0]} has its text, and is another stack, which is made from nothing" if others else ""
    says = f"{STACK_REMOVED.id}, {item.stack}: {name} goes: {REMOVED}{moved}"
    today = datetime.now(UTC).date()
    entries = read_waiver_file(waivers, today).entries
    answered = any((entry.rule, entry.urn) == (STACK_REMOVED.id, urn) for entry in entries)
    fix = f"{STACK_REMOVED.fix}: {urn}"
    return Step(item.stack, "removed", item.files, gate=GateVerdict(() if answered else ((says, fix),)))
