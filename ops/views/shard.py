"""Shows where clients lie, and what moves when shards are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.answers.shard import quoted
from ops.document.blocks import Item, Items, Section, Table, Text
from plan.placement import joined, place_said, placement_said
from planner.shards.clients import PRIMARY, moved_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.answers.shard import Placed, Placement
    from ops.document.blocks import Block
    from planner.shards.clients import ReshardPlan

SHOWN_MOVES = 20
"""Moves that are listed; the JSON document holds all."""


def placement_text(rows: Sequence[Placement]) -> str:
    """One line for each id."""
    width = max((len(str(row.hash)) for row in rows), default=0)
    return "\n".join(f"shard_{row.shard:<3} {row.hash:>{width}}  {quoted(row.client_id)}" for row in rows)


def placement_section(found: Placed) -> Section:
    """Where pods would go, and why not."""
    items = [Item(text=placement_said(found.at))]
    if found.deleted:
        items.append(Item(text=f"the servers of {joined(found.deleted)} are deleted, with what they hold", state="bad"))
    items += [Item(text=f"REFUSED {found.refused}", state="bad")] if found.refused else []
    return Section(id="placement", title="Placement", blocks=(Items(items=tuple(items)),))


def section(plan: ReshardPlan) -> Section:
    """A move between places: how much moves, from where to where, and in which steps."""
    if plan.after == plan.before:
        blocks: tuple[Block, ...] = (Text(text=f"Clients stay on {place_said(plan.before)}: nothing moves."),)
    else:
        steps = (
            Item(text=f"{number}. {step.title}", detail=f"{step.detail} Safe: {step.safe}.")
            for number, step in enumerate(plan.steps, start=1)
        )
        blocks = (*_shares(plan), _flows(plan), *_moves(plan), Items(caption="Steps", items=tuple(steps)))
    return Section(id="shards", title="Shards", blocks=blocks)


def _shares(plan: ReshardPlan) -> Iterator[Text]:
    whole = f"{float(plan.moved_share):.0%} of all clients move."
    yield Text(text=f"From {place_said(plan.before)} to {place_said(plan.after)}: {whole}")
    if plan.cheaper is not None:
        share = f"{float(moved_share(plan.before, plan.cheaper)):.0%}"
        way = (
            f"{plan.cheaper} shards would move only {share}: "
            f"{'multiples' if plan.after > plan.before else 'divisors'} of {plan.before} move the fewest. The guide's "
            "hash is a remainder, which changes for most clients when the number is not doubled."
        )
        yield Text(text=way)
    if plan.total is not None:
        share = f" ({len(plan.moves) / plan.total:.1%})" if plan.total else ""
        rows = "" if plan.moved_rows is None else f", with {plan.moved_rows:,} rows"
        yield Text(text=f"Of the {plan.total:,} given clients {len(plan.moves):,} move{share}{rows}.")


def _flows(plan: ReshardPlan) -> Table:
    return Table(
        caption="What goes where",
        columns=("from", "to", "share", "clients", "rows"),
        rows=tuple(
            (
                _name(flow.source),
                _name(flow.target),
                f"{float(flow.share):.1%}",
                "-" if flow.clients is None else f"{flow.clients:,}",
                "-" if flow.rows is None else f"{flow.rows:,}",
            )
            for flow in plan.flows
        ),
        numbers=frozenset({2, 3, 4}),
    )


def _name(index: int) -> str:
    return "primary" if index == PRIMARY else f"shard_{index}"


def _moves(plan: ReshardPlan) -> Iterator[Items]:
    shown = [f"{quoted(move.client_id)}: {_name(move.source)} to {_name(move.target)}" for move in plan.moves]
    if len(shown) > SHOWN_MOVES:
        shown[SHOWN_MOVES:] = [f"{len(shown) - SHOWN_MOVES:,} more; --json lists all"]
    if shown:
        yield Items(caption="Clients that move", items=tuple(Item(text=line) for line in shown))
