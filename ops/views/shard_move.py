"""Shows how far a move is, and what a verification found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.shard import quoted
from ops.document.blocks import Item, Items, Section, Table, Text
from plan.placement import place_said
from planner.shards.route import LISTED, place_name

if TYPE_CHECKING:
    from ops.answers.shards.ledger import State
    from ops.answers.shards.status import Said, Standing
    from ops.answers.shards.steps import Moved, Verified
    from ops.document.blocks import Block

SHOWN = 50
"""Differences that are listed; the JSON document holds more."""
NEXT = {
    "published": "clients are read and written where they were; next: copy",
    "copied": "clients are read and written where they were; next: verify, then cut-over",
    "fenced": "writes of clients that move are refused; start cut-over again",
    "opening": "new places are being opened; start cut-over again",
    "opened": "clients are written at their new places; keep carries their writes back, until clean-up",
    "returning": "writes of clients are refused; start back again",
    "reopening": "old places are being opened again; start back again",
    "cleaning": "old copies are being deleted; start clean-up again",
    "cleaned": "old copies are gone; the way back is a move of its own",
    "cancelling": "copies are being deleted; start cancel again",
    "cancelled": "clients are where they were, copies are gone but from servers left out; publish begins another move",
}
"""What each step that was reached means, and what comes after it."""


def _reached(state: State, *, pause: bool) -> list[Item]:
    way = f"{state.route.before or 'primary'} to {state.route.after or 'primary'}"
    items = [Item(text=f"Move from {way}: {state.step}", detail=NEXT[state.step])]
    if state.pause_seconds is not None and pause:
        items.append(Item(text=f"Writes of clients that move were refused for {state.pause_seconds:.1f} seconds."))
    return items


def standing_section(found: Standing) -> Section:
    """How far a move is, and what each server says of it."""
    unknown = "The primary does not answer: how far the move is stands there, and is not known."
    items = _reached(found.state, pause=True) if found.state else [Item(text=unknown)]
    if found.silent:
        names = ", ".join(place_name(one.place) for one in found.silent)
        items.append(Item(text=f"NOT ALL ANSWER: {names}. Nothing is said about what does not answer."))
    if found.contradicting:
        names = ", ".join(place_name(one.place) for one in found.contradicting)
        items.append(Item(text=f"NO STEP CAN BE TAKEN before these agree with the primary: {names}."))
    rows = tuple((place_name(one.place), _says(one)) for one in found.servers)
    table = Table(caption="What each server says", columns=("server", "clients lie on"), rows=rows)
    return Section(id="shard-move", title="Move of clients", blocks=(Items(items=tuple(items)), table))


def _says(one: Said) -> str:
    if one.problem:
        return f"does not answer: {one.problem}"
    if one.contradiction:
        return one.contradiction
    if one.count is None:
        return "knows of no move"
    refused = "" if one.following is None else f"; writes of those that do not stay on {place_said(one.following)} fail"
    return f"{place_said(one.count)}{refused}"


def moved_section(moved: Moved) -> Section:
    """How far a move is."""
    items = _reached(moved.state, pause=moved.step in {"cut-over", "back"})
    if moved.deleted is not None:
        where = "of copies deleted" if moved.step == "cancel" else "deleted at their old places"
        items.append(Item(text=f"{moved.deleted:,} rows {where}."))
    return Section(id="shard-move", title="Move of clients", blocks=(Items(items=tuple(items)),))


def verified_section(verified: Verified) -> Section:
    """What was compared, and each difference."""
    found = verified.verification
    if found.complete:
        said = f"COMPLETE: {found.clients:,} clients with {found.rows:,} rows are equal at old and new places."
    else:
        said = f"NOT COMPLETE: {found.different:,} differences among {found.clients:,} clients."
    blocks: list[Block] = [Text(text=said)]
    if found.behind:
        blocks.append(
            Text(text=f"{found.behind:,} clients were written and not carried over yet: catch-up, then verify again.")
        )
    if not found.clients:
        blocks.append(Text(text="No client with rows was found that moves, so nothing was compared."))
    if found.differences:
        rows = tuple(
            (one.kind, place_name(one.place), one.table, quoted(one.client) if one.client else "-", one.detail)
            for one in found.differences[:SHOWN]
        )
        more = found.different - SHOWN
        caption = "Differences" + (f" ({more:,} more; --json lists up to {LISTED:,})" if more > 0 else "")
        blocks.append(Table(caption=caption, columns=("what", "where", "table", "client", "detail"), rows=rows))
    return Section(id="shard-verify", title="Verification of a copy", blocks=tuple(blocks))
