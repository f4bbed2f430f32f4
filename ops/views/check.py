"""Shows whether a stack file is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits import RULES
from infra.problems import render
from ops.document.blocks import Section, Text

if TYPE_CHECKING:
    from ops.inputs.stack_file import CheckResult


def section(found: CheckResult) -> Section:
    """Every problem numbered, with its line, or one sentence if there is none."""
    if found.settings is None:
        return _section(render(found.problems, title=found.file.name, lines=found.lines))
    return _section(
        f"{found.file.name} is valid: {found.settings.environment.value} in phase {found.settings.phase.value}, "
        f"{len(RULES)} limits hold; nodes-hold-pods: fits by arithmetic, not drilled (`./bbp drill` asks the real "
        "scheduler)."
    )


def _section(text: str) -> Section:
    return Section(id="check", title="Check", blocks=(Text(text=text),))
