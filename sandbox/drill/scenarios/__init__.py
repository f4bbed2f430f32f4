"""The scenarios of drills, in the order in which they run: what a stack is at its fewest pods first."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sandbox.drill.scenarios import autoscaling, changes, losses, priorities, rollouts, sizes, upgrades

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.drill.scenarios.base import Scenario

ALL = "all"

SCENARIOS: tuple[Scenario, ...] = tuple(
    sorted(
        (
            *sizes.SCENARIOS,
            *losses.SCENARIOS,
            *upgrades.SCENARIOS,
            *priorities.SCENARIOS,
            *autoscaling.SCENARIOS,
            *changes.SCENARIOS,
            *rollouts.SCENARIOS,
        ),
        key=lambda item: item.size == "maximum",
    )
)


class ScenarioError(ValueError):
    """There is no such scenario; the message names those that there are."""


def named(names: Iterable[str]) -> tuple[Scenario, ...]:
    """The scenarios of these names, in the order in which they run; all of them for `all` or no name.

    Raises:
        ScenarioError: there is none of a name; every such name is in the message.
    """
    wanted = list(dict.fromkeys(names)) or [ALL]
    known = {item.name: item for item in SCENARIOS}
    wrong = [name for name in wanted if name != ALL and name not in known]
    if wrong:
        said = []
        for name in wrong:
            close = difflib.get_close_matches(name, [*known, ALL], n=1)
            said.append(f"--scenario {name}: no such scenario{f'; did you mean {close[0]}?' if close else ''}")
        raise ScenarioError("\n".join([*said, f"there are: {', '.join([ALL, *known])}"]))
    return SCENARIOS if ALL in wanted else tuple(item for item in SCENARIOS if item.name in wanted)
