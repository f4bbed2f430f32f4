"""Shows in which order database servers must restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.document.blocks import Section, Text

if TYPE_CHECKING:
    from ops.answers.reboots import Reboots


def section(found: Reboots) -> Section:
    """A sentence for each parameter group that asks for restarts."""
    none = f"no server has to reboot for this plan: none of {found.groups} parameter groups asks for it"
    lines = [item.sentence() for item in found.found] or [none]
    return Section(id="reboots", title="Reboots", blocks=tuple(Text(text=line) for line in lines))
