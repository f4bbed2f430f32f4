"""The review as a document: one comment, one page, and the same in a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ops.answers.review.removed import REMOVED
from ops.answers.truth import truth_json
from ops.console import out
from ops.document.blocks import Document, Figure, Item, Items, More, Section, Table, Text
from ops.document.html import page
from ops.document.markdown import comment
from ops.document.terminal import show, show_verdicts
from ops.jsonable import picked, plain
from ops.views import truth
from ops.views.diagram import LEAST_WIDTH
from ops.views.review import tables
from ops.views.review.verdicts import section_id, verdicts_of
from planner.diagram import compare, scene_of, svg
from sandbox.cache import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.answers.review.review import Review
    from ops.answers.review.step import Step
    from ops.document.blocks import Block

    Folded = tuple[str, tuple[Text | Table | Items | Figure, ...]]

MARKER = "<!-- bailbondpro:review -->"
"""The first line of a comment, as `./bbp github comment` finds the one that it brings up to date."""
MODE = 0o644
"""Reviews are for everybody who may read the folder."""
PAGE, COMMENT, JSON = "index.html", "comment.md", "review.json"


def document(found: Review) -> Document:
    """The review as chapters, one for each stack that the change reaches."""
    sides = f"Base: {found.base}. Head: {found.head}."
    how = found.how if any(step.base or step.head for step in found.steps) else "Nothing was rehearsed."
    reached = found.reached
    untouched = [step.stack for step in found.steps if step.state == "untouched"]
    notes = [*([f"This goes back: {found.way_back}"] if found.way_back else []), *found.notes]
    if untouched:
        notes.append(f"not reached by the change, so not rehearsed: {', '.join(untouched)}")
    return Document(
        title="What this change does" if reached else "This change reaches no stack",
        subtitle=" ".join((sides, how, *(f"{note[0].upper()}{note[1:]}." for note in notes))),
        verdicts=tuple(one for step in reached for one in verdicts_of(step, named=len(found.steps) > 1)),
        sections=tuple(map(_section, reached)),
    )


def _section(step: Step) -> Section:
    return Section(id=section_id(step), title=f"Stack {step.stack}", blocks=tuple(_blocks(step)), open=True)


def _blocks(step: Step) -> Iterator[Block]:
    if step.state == "removed":
        yield Text(text=f"Pulumi.{step.stack}.yaml is deleted: {REMOVED}.")
        yield from _stopped(step)
        return
    if step.refused:
        who = "Base" if step.state == "unknown" else "Head"
        caption = f"{who} cannot be rehearsed to its end"
        lines = [line for line in step.refused.splitlines() if line.strip()]
        yield Items(caption=caption, items=tuple(Item(text=line, state="bad") for line in lines))
    if step.head is None:
        return
    yield from _stopped(step)
    gone = [item for item in step.changes if item.op in {"delete", "replace"}]
    yield from tables.taken("What holds data and goes", [item for item in gone if item.holds])
    kept = [item for item in step.changes if item.holds and item.op == "update"]
    yield from tables.in_place("What holds data and changes in place", kept)
    yield from tables.taken("What else goes", [item for item in gone if not item.holds])
    yield tables.both_sides(step)
    yield from tables.not_judged(step)
    for title, blocks in _folded(step):
        if blocks:
            yield More(title=title, blocks=blocks)
    yield from _picture(step)


def _stopped(step: Step) -> Iterator[Items]:
    """What must not happen; what was refused says so by itself."""
    if step.gate.stops and not step.refused:
        items = (Item(text=text, detail=f"fix: {fix}" if fix else "", state="bad") for text, fix in step.gate.stops)
        yield Items(caption="The gate stops this", items=tuple(items))


def _folded(step: Step) -> Iterator[Folded]:
    others = [item for item in step.changes if not item.holds and item.op == "update"]
    made = [item for item in step.changes if item.op == "create"]
    yield f"Changed in place: {len(others)} more", tuple(tables.in_place("Property by property", others))
    yield f"Created: {len(made)}", tuple(tables.created(made))
    yield "What the gate found besides", tuple(_noted(step))
    restarts = tuple(Item(text=text) for text in step.restarts)
    restarting = (Items(caption="What stops and starts again", items=restarts),) if restarts else ()
    yield "Time: waits and restarts", (*restarting, *tables.clock(step.moments), *tables.waits(step))
    yield "Cost: base, head, difference", tuple(tables.costs(step))
    yield (
        "Policies and limits that say something else",
        (*tables.moved("Policies", step.policies), *tables.moved("Limits", step.limits)),
    )
    yield "What a revert does not take back", tuple(tables.way_back(step.back))
    if step.truth is not None:
        blocks = tuple(block for block in truth.blocks(step.truth) if not isinstance(block, More))
        yield "How sure is this?", blocks
    if step.files:
        yield f"Files that reach it: {len(step.files)}", (Items(items=tuple(Item(text=path) for path in step.files)),)


def _noted(step: Step) -> Iterator[Items]:
    """Findings that stop nothing, what is waived and by whom, and what is wrong with the waivers."""
    gate = step.gate.gate
    if gate is None:
        return
    lines = [(f"{one.rule}, {one.name}: {one.says}", f"fix: {one.fix}") for one in gate.findings if not one.stops]
    lines += [
        (
            f"waived: {one.finding.rule}, {one.finding.name}: {one.finding.says}",
            f"{one.waiver.owner} until {one.waiver.expires.isoformat()}: {one.waiver.reason}",
        )
        for one in gate.waived
    ]
    lines += [(f"waivers, {one.trouble}: {one.says}", "") for one in gate.waiver_problems]
    if lines:
        yield Items(items=tuple(Item(text=says, detail=fix, state="note") for says, fix in lines))


def _picture(step: Step) -> Iterator[Figure]:
    """Both sides as one drawing with every difference marked; only the page has it."""
    if step.base is None or step.head is None or step.state == "same":
        return
    base, head = step.base.planned, step.head.planned
    scene = compare(scene_of(base.plan, base.origin), scene_of(head.plan, f"Architecture of {head.origin}"))
    yield Figure(svg=svg(scene), caption="What is added, changed and removed", least_width=LEAST_WIDTH)


def review_json(found: Review) -> dict[str, Any]:
    """The machine-readable review."""
    return {
        **picked(found, "base", "head"),
        "way_back": found.way_back or None,
        **picked(found, "notes"),
        "exit_code": found.code,
        "stacks": [step_json(step) for step in found.steps],
    }


def step_json(step: Step) -> dict[str, Any]:
    """One stack's step."""
    sides = {"base": step.base, "head": step.head}
    return {
        **picked(step, "stack", "state", "files"),
        "refused": step.refused or None,
        "counts": step.counts(),
        **picked(step, "changes"),
        "losses": [picked(loss, "urn", "op", "holds", "reason") for loss in step.losses],
        "difference_usd": step.usd,
        "sides": {name: None if side is None else _side_json(side) for name, side in sides.items()},
        **picked(step, "policies", "limits", "restarts", "moments"),
        "waiting": [picked(item, "type", "op", "count", "at_most_minutes") for item in step.waiting],
        "longest_chain": picked(step.chain, "minutes", "resources=names"),
        "not_taken_back": plain(step.back),
        "gate": plain(step.gate),
        "truth": None if step.truth is None else truth_json(step.truth),
    }


def _side_json(side: Any) -> dict[str, Any]:  # noqa: ANN401 - `Judged`, whose answers are picked by their names
    return {
        "origin": side.planned.origin,
        "total_usd": side.cost.cost.total.usd if side.cost else None,
        "promised_percent": side.availability.found.composite_percent if side.availability else None,
        "objectives": {item.name: item.verdict for item in side.objectives.answers} if side.objectives else None,
        "pods": side.drill.pods.verdict,
        "worst_p95_ms": side.traffic.summary.worst_p95_ms if side.traffic else None,
        "answered_percent": side.traffic.summary.availability_percent if side.traffic else None,
        "not_judged": side.why_not or {},
    }


def write(found: Review, shown: Document, folder: Path) -> tuple[Path, ...]:
    """Write the page, the comment and the JSON document, each in one step.

    Raises:
        OSError: the folder cannot be written; what was there is untouched.
    """
    machine = json.dumps(plain(review_json(found)), indent=1, default=str)
    texts = {PAGE: page(shown), COMMENT: commented(shown), JSON: machine + "\n"}
    for name, text in texts.items():
        write_atomically(folder / name, text, mode=MODE)
    return tuple(folder / name for name in texts)


def commented(shown: Document) -> str:
    """The review as a comment of a pull request."""
    return f"{MARKER}\n{comment(shown)}"


def print_review(shown: Document) -> None:
    """The review in a terminal."""
    out.print(f"{shown.title}\n{shown.subtitle}\n", markup=False, soft_wrap=True)
    show_verdicts(shown.verdicts)
    for section in shown.sections:
        out.print(f"\n{section.title}\n", markup=False, style="bold")
        show(section)
