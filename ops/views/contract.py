"""Shows which clauses of the contract an application keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.contract.verdicts import ContractAnswer, Verdict
    from ops.document.blocks import Block, State

STATES: dict[str, State] = {"broken": "bad", "not judged": "note", "kept": "good"}
CAPTIONS = {"broken": "Broken", "not judged": "Not judged", "kept": "Kept"}


def section(answer: ContractAnswer) -> Section:
    """One line for each clause: what is broken first, then what could not be judged, then what is kept."""
    counts = answer.counts
    said = ", ".join(f"{counts[state]} {state}" for state in ("kept", "broken", "not judged"))
    first = Text(text=f"{answer.url} against version {answer.version} of the contract: {said}.")
    return Section(id="contract", title="Contract", blocks=(first, *_listed(answer), *_elsewhere(answer)))


def _listed(answer: ContractAnswer) -> Iterator[Block]:
    for state, caption in CAPTIONS.items():
        items = tuple(_item(verdict) for verdict in answer.verdicts if verdict.state == state)
        if items:
            yield Items(caption=caption, items=items)


def _item(verdict: Verdict) -> Item:
    detail = {
        "broken": f"seen: {verdict.seen}; wanted: {verdict.wanted}; fix: {verdict.fix}",
        "not judged": f"{verdict.seen}{f': {verdict.fix}' if verdict.fix else ''}",
    }
    return Item(text=f"{verdict.id}: {verdict.says}", detail=detail.get(verdict.state, ""), state=STATES[verdict.state])


def _elsewhere(answer: ContractAnswer) -> Iterator[Block]:
    own = tuple(Item(text=f"{one.id}: {one.says}", detail=one.why) for one in answer.own_tests)
    yield Items(caption="Judged by the application's own tests alone", items=own)
    yield Text(text=f"{answer.platform} clauses are the platform's: its tests hold them in every stack.")
