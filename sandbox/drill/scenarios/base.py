"""What a scenario is: something that happens to a running stack, and what must be true of it then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.drill.stage import Stage
    from sandbox.drill.workloads import Size


@dataclass
class Findings:
    """What a scenario found.

    Attributes:
        problems: what did not come true, one sentence each.
        notes: what is worth knowing and no problem.
        skipped: why it says nothing of this stack; empty where it does.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""


@dataclass(frozen=True)
class Scenario:
    """Something that happens to a running stack.

    Attributes:
        name: as people type it.
        title: what happens, for tables.
        size: what the stack runs when it begins.
        run: lets it happen and judges.
    """

    name: str
    title: str
    size: Size
    run: Callable[[Stage, Findings], None]
