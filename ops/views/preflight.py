"""Shows what a real account says to a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from ops.answers.preflight.model import Finding, Verdict
    from ops.answers.preflight.run import Preflight
    from ops.document.blocks import Block, State

MARKS: dict[Verdict, tuple[str, State]] = {
    "met": ("met", "good"),
    "not met": ("NOT MET", "bad"),
    "not judged": ("NOT JUDGED", "bad"),
    "not asked": ("not asked", "note"),
}
LEAD: dict[Verdict, str] = {"met": "later", "not met": "fix", "not judged": "fix", "not asked": "yourself"}


def section(found: Preflight) -> Section:
    """One line for each question, by area, with the smallest fix below what does not hold; then the count."""
    areas = dict.fromkeys(item.area for item in found.findings)
    blocks: list[Block] = [
        Items(caption=area, items=tuple(_item(item) for item in found.findings if item.area == area)) for area in areas
    ]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in found.counts.items())
    phase = f" in phase {found.phase}" if found.phase else ""
    blocks.append(Text(text=f"{found.stack}{phase}: {len(found.findings)} questions, {counts}. Nothing was changed."))
    return Section(id="preflight", title="Preflight", blocks=tuple(blocks))


def _item(item: Finding) -> Item:
    mark, state = MARKS[item.verdict]
    fails = item.verdict in {"not met", "not judged"}
    detail = "; ".join(
        part
        for part in (f"{LEAD[item.verdict]}: {item.fix}" if item.fix else "", f"why: {item.why}" if fails else "")
        if part
    )
    return Item(text=f"{mark:10} {item.name}: {item.said}", detail=detail, state=state)
