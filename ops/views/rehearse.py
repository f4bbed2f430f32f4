"""Shows what a rehearsal found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Item, Items, Section, Table, Text
from ops.views import truth
from ops.views.cdn import audited
from ops.views.clock import time_line
from plan import SYSTEMS
from plan.paths import summary
from policies.reboots import reboots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.rehearse import Rehearsal
    from ops.document.blocks import Block
    from plan import PlannedResource

NEXT = {"horizontal": "from phase 2", "microservices": "from phase 3"}
COLUMNS = ("create", "update", "replace", "delete", "same")


def section(result: Rehearsal, *, detailed: bool = False) -> Section:
    """The table of systems, the outputs, the audit, how sure all of it is, and whether the second preview was empty.

    Args:
        result: the rehearsal.
        detailed: whether every type shows how sure it is.
    """
    phase = f", phase {result.phase}" if result.phase is not None else ""
    first = Text(text=f"Stack {result.stack}{phase}, Pulumi {result.engine.version}")
    sure = truth.blocks(result.truth, detailed=detailed)
    shown = (first, _systems(result), *_lists(result), *sure, *_end(result))
    return Section(id="rehearsal", title="Rehearsal", blocks=shown)


def _systems(result: Rehearsal) -> Table:
    titles = {system.key: system for system in SYSTEMS}
    rows = []
    for key, counts in result.systems().items():
        system = titles.get(key)
        title = system.title if system else key
        if system is not None and not any(counts.values()):
            title += f" ({NEXT[system.from_phase]})" if system.from_phase != "optimization" else " (none)"
        rows.append((title, *(str(counts[column]) if counts[column] else "-" for column in COLUMNS)))
    totals = result.plan.counts()
    return Table(
        caption="Resources and components by system",
        columns=("System", *(column.capitalize() for column in COLUMNS)),
        rows=(*rows, ("Total", *(str(totals[column]) for column in COLUMNS))),
        numbers=frozenset(range(1, 1 + len(COLUMNS))),
        total=True,
    )


def _lists(result: Rehearsal) -> Iterator[Block]:
    if result.outputs:
        yield Items(
            caption="Outputs", items=tuple(Item(text=f"{name}: {value}") for name, value in result.outputs.items())
        )
    for reboot in reboots(result.plan):
        yield Text(text=f"Reboot: {reboot.sentence()}")
    if result.phase is not None:
        yield from audited(result.cdn_audit)


def _end(result: Rehearsal) -> Iterator[Block]:
    if result.second_preview is None:
        yield Text(text=f"Preview only, {result.seconds:.1f} s.")
        return
    if result.cluster is not None:
        held = ", ".join(f"{count} {kind}" for kind, count in result.cluster.objects.items())
        yield Text(text=f"Kubernetes {result.cluster.version} holds {held}.")
    if result.time is not None:
        yield from time_line.blocks(result.time)
    yield from _second(result)


def _second(result: Rehearsal) -> Iterator[Block]:
    """What the previews after the update still show, and whether that is right."""
    ends = f"{result.seconds:.1f} s."
    if result.unexplained:
        items = tuple(Item(text=_change(item), state="bad") for item in result.unexplained)
        yield Items(caption=f"Second preview: {len(items)} resources would still change", items=items)
        return
    waits = result.left.waiting if result.left is not None else ()
    after = result.time.after if result.time is not None else None
    if waits:
        yield Items(
            caption=f"Second preview: not empty, as with the real provider: {len(waits)} resources wait",
            items=tuple(Item(text=_change(item), state="note") for item in waits),
        )
    if after is not None:
        said = f"shows {len(after.waiting)} resources that still wait" if after.waiting else "empty"
        yield Text(text=f"After the clock and a refresh: preview {said}.")
    yield Text(text=f"Second preview: {'nothing but what waits' if waits else 'empty'}. {ends}")


def _change(item: PlannedResource) -> str:
    return f"{item.op} {item.type} {item.name}: {summary([path for path, _ in item.changed]) or '-'}"
