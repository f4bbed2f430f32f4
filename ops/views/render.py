"""Shows which manifests of a stack were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Text

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.render.kubernetes import Rendered


def section(result: Rendered, folder: Path) -> Section:
    """What was written, and what is not in it."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in result.kinds.items())
    lines = [f"{len(result.files)} objects in {folder}: {kinds}"]
    if result.charts:
        lines.append(f"Helm alone renders its charts: {', '.join(result.charts)}")
    if result.unknown:
        lines.append(f"{len(result.unknown)} of them hold values that a first update fills in")
    return Section(id="render", title="Manifests", blocks=tuple(Text(text=line) for line in lines))
