"""Shows how much of every limit a stack takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Cell, Section, Table, Text, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.answers.limits import LimitUse
    from ops.document.blocks import State

STATES: dict[str, State] = {
    "ok": "good",
    "solved": "good",
    "near": "note",
    "full": "note",
    "over": "bad",
    "unknown": "note",
}


def verdict(uses: Sequence[LimitUse]) -> Verdict:
    """How near the nearest limit is that grows with load; names and what is solved only count when they are over."""
    own = [use for use in uses if use.area != "account"]
    growing = [use for use in own if use.share > 1 or (use.area != "names" and not use.solved)]
    nearest = max(growing, key=lambda use: use.share)
    raises = sum(use.share > 1 for use in uses if use.area == "account" and use.known)
    unknown = sum(not use.known for use in uses)
    over = any(use.share > 1 for use in own)
    note = f"; {raises} account quotas to raise first" if raises else ""
    note += f"; {unknown} account quotas of this region are not known" if unknown else ""
    return Verdict(
        question="How near are the limits?",
        answer=f"{nearest.share:.0%} of {nearest.title}",
        detail=f"the fullest of {len(growing)} limits that grow with load{note}",
        state="bad" if over else "note" if raises or unknown else "good",
        section="limits",
    )


def section(uses: Sequence[LimitUse]) -> Section:
    """Bars of every limit, and the account's quotas apart."""
    own = [use for use in uses if use.area != "account"]
    quotas = [use for use in uses if use.area == "account"]
    return Section(
        id="limits",
        title="Limits used",
        blocks=(
            Text(
                text="What the stack takes at its largest: every autoscaler at its maximum, during a rollout. What is "
                "solved fills its limit on purpose: the pooler's pools are computed from it."
            ),
            _limits("Limits of the platform", own),
            Text(
                text="An account starts with these quotas (a new one may start lower). Where they do not suffice, have "
                "them raised before the first update: it takes hours to days."
            ),
            _limits("Quotas of the account", quotas),
        ),
    )


def _limits(caption: str, uses: Sequence[LimitUse]) -> Table:
    return Table(
        caption=caption,
        columns=("Limit", "Share", "Verdict", "Used", "Of", "Source"),
        rows=tuple(
            (
                use.title,
                Cell(text=f"{use.share:.0%}", share=use.share, state=_limit_state(use)),
                _limit_verdict(use),
                f"{use.used:,.1f}".removesuffix(".0"),
                f"{use.limit:,.0f} {use.unit}",
                use.source,
            )
            for use in uses
        ),
        numbers=frozenset({1, 3, 4}),
    )


def _limit_state(use: LimitUse) -> State:
    return "note" if use.area == "account" and use.known and use.share > 1 else STATES[use.state]


def _limit_verdict(use: LimitUse) -> Cell:
    word = "raise first" if use.area == "account" and use.known and use.share > 1 else use.state
    return Cell(text=word, state=_limit_state(use))
