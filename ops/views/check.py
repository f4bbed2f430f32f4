"""Shows whether a stack file is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.limits import RULES
from infra.problems import render

if TYPE_CHECKING:
    from ops.inputs.stack_file import CheckResult


def text(found: CheckResult) -> str:
    """Every problem numbered, with its line, or one sentence if there is none."""
    if found.settings is None:
        return render(found.problems, title=found.file.name, lines=found.lines)
    return (
        f"{found.file.name} is valid: {found.settings.environment.value} in phase {found.settings.phase.value}, "
        f"{len(RULES)} limits hold."
    )
