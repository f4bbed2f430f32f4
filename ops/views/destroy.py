"""Shows what was deleted from a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def section(stack: str, counts: Mapping[str, int], kubeconfig: Path | None) -> Section:
    """How many resources, and from where."""
    where = f" and the cluster of {kubeconfig}" if kubeconfig is not None else ""
    text = f"deleted {counts.get('delete', 0)} resources from the sandbox of {stack}{where}"
    return Section(id="destroy", title="Destroyed", blocks=(Text(text=text),))
