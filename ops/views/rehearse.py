"""Prints what a rehearsal found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from ops.answers.cdn.edge import summary
from ops.console import out
from plan import SYSTEMS
from plan.paths import summary as summary_of_paths
from policies.reboots import reboots

if TYPE_CHECKING:
    from ops.answers.rehearse import Rehearsal

TITLE_WIDTH = 40
NEXT = {"horizontal": "from phase 2", "microservices": "from phase 3"}
COLUMNS = ("create", "update", "replace", "delete", "same")


def render(result: Rehearsal) -> None:
    """Print the table of systems, the outputs, and whether the second preview was empty."""
    phase = f", phase {result.phase}" if result.phase is not None else ""
    out.print(f"\nStack {result.stack}{phase}, Pulumi {result.engine.version}", markup=False)
    out.print(_table(result))
    if result.outputs:
        out.print("Outputs:")
        for name, value in result.outputs.items():
            out.print(f"  {name}: {value}", markup=False, soft_wrap=True)
    for reboot in reboots(result.plan):
        out.print(f"Reboot: {reboot.sentence()}", markup=False, soft_wrap=True)
    if result.phase is not None:
        _print_audit(result)
    if result.second_preview is None:
        out.print(f"Preview only, {result.seconds:.1f} s.")
        return
    if result.cluster is not None:
        held = ", ".join(f"{count} {kind}" for kind, count in result.cluster.objects.items())
        out.print(f"Kubernetes {result.cluster.version} holds {held}.", markup=False, soft_wrap=True)
    left = result.second_preview.changes()
    if not left:
        out.print(f"Second preview: empty. {result.seconds:.1f} s.")
        return
    out.print(f"Second preview: {len(left)} resources would still change:")
    for item in left:
        paths = summary_of_paths([path for path, _ in item.changed]) or "-"
        out.print(f"  {item.op} {item.type} {item.name}: {paths}", markup=False, soft_wrap=True)


def _print_audit(result: Rehearsal) -> None:
    for leak in result.cdn_audit.leaks if result.cdn_audit is not None else ():
        out.print(f"  {leak}", markup=False, soft_wrap=True)
    out.print(summary(result.cdn_audit), markup=False)


def _table(result: Rehearsal) -> Table:
    titles = {system.key: system for system in SYSTEMS}
    table = Table("System", *[column.capitalize() for column in COLUMNS], box=None, pad_edge=False)
    table.columns[0].min_width = TITLE_WIDTH
    for column in table.columns[1:]:
        column.justify = "right"
    for key, counts in result.systems().items():
        system = titles.get(key)
        title = system.title if system else key
        if system is not None and not any(counts.values()):
            title += f" ({NEXT[system.from_phase]})" if system.from_phase != "optimization" else " (none)"
        table.add_row(title, *[str(counts[column]) if counts[column] else "-" for column in COLUMNS])
    totals = result.plan.counts()
    table.add_section()
    table.add_row("Total", *[str(totals[column]) for column in COLUMNS])
    return table
