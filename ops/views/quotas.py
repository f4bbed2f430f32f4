"""Shows what an AWS account must be allowed to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bailbondpro.facts.quotas import SOURCE
from ops.document.blocks import Cell, Section, Table, Text

if TYPE_CHECKING:
    from ops.answers.quotas import Quotas
    from ops.document.blocks import State

MARKS: dict[str, tuple[str, State]] = {"raise": ("RAISE", "bad"), "fits": ("fits", "good"), "ask": ("ASK", "note")}


def section(found: Quotas) -> Section:
    """Every quota with what is needed of it, and where the numbers come from."""
    rows = []
    for item in found.needs:
        word, state = MARKS[item.verdict]
        default = str(item.default) if item.known else "?"
        where = (item.name, item.region, f"{item.service} {item.code}")
        rows.append((Cell(text=word, state=state), str(item.needed), default, *where))
    table = Table(
        caption="Quotas that the stacks take at their largest",
        columns=("Verdict", "Needed", "Of", "What", "Region", "Quota"),
        rows=tuple(rows),
        numbers=frozenset({1, 2}),
    )
    source = (
        f"Defaults: {SOURCE}. Quotas hold for one account and region: {', '.join(found.stacks)} counted here, other "
        "stacks there take their own share."
    )
    texts = [source]
    if any(not item.known for item in found.needs):
        texts.append(
            "ASK: aws service-quotas get-service-quota --region REGION --service-code SERVICE --quota-code CODE"
        )
    return Section(id="quotas", title="Quotas", blocks=(table, *(Text(text=text) for text in texts)))
