"""Shows what must hold for a plan, and whether it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Section, Table, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.answers.policies import PolicyCheck
    from ops.document.blocks import State

STATES: dict[str, State] = {"ok": "good", "note": "note", "failed": "bad", "unknown": "bad"}


def verdict(checks: Sequence[PolicyCheck]) -> Verdict:
    """Whether every policy holds."""
    failed = [check for check in checks if check.state == "failed"]
    unknown = [check for check in checks if check.state == "unknown"]
    notes = sum(check.state == "note" for check in checks)
    counts = {"fail": len(failed), "cannot be judged": len(unknown)}
    bad = ", ".join(f"{count} of {len(checks)} {what}" for what, count in counts.items() if count)
    return Verdict(
        question="Do all policies hold?",
        answer=bad or f"all {len(checks)} hold",
        detail="; ".join(check.title for check in (*failed, *unknown))
        or (f"{notes} with a note" if notes else "none needs a note"),
        state="bad" if bad else "good",
        section="policies",
    )


def section(checks: Sequence[PolicyCheck]) -> Section:
    """Every policy with its verdict."""
    words = {"ok": "OK", "note": "Note", "failed": "Failed", "unknown": "Unknown"}
    return Section(
        id="policies",
        title="Policies",
        blocks=(
            Table(
                caption="What must hold for this plan",
                columns=("Policy", "Verdict", "Found"),
                rows=tuple(
                    (check.title, Cell(text=words[check.state], state=STATES[check.state]), check.detail)
                    for check in checks
                ),
            ),
        ),
    )
