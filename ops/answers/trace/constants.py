"""Constants of the program by their places: a row of the ledger is compared with what a command computes with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

ROOMS = ("planner", "components", "bailbondpro")
"""Where numbers of the guide are: what commands compute with, profiles that components render, and vendors' facts."""
_STEP = re.compile(r"(\w+)(\(\))?")


class NoConstantError(ValueError):
    """Nothing of the program is called so; the message says how far the name led."""


def constant_at(path: str) -> Any:  # noqa: ANN401 - whatever a module holds
    """What a name of the program stands for.

    Args:
        path: module, name, and from there fields, keys and places, such as `planner.capacity.growth.CPU_BUFFER`,
            `planner.cost.optimizer.SAVINGS.switch_to_spot`, or of what a function without arguments makes
            `components.autoscaling.policy.guide_autoscaler().latency_ms`.

    Raises:
        NoConstantError: nothing is called so.
    """
    steps = path.split(".")
    if steps[0] not in ROOMS:
        raise NoConstantError(f"{path}: constants are looked for in {', '.join(ROOMS[:-1])} and {ROOMS[-1]}")
    found: Any = import_module(steps[0])
    for depth, step in enumerate(steps[1:], 1):
        named = _STEP.fullmatch(step)
        try:
            if named is None:
                raise KeyError(step)  # noqa: TRY301 - a name that cannot be is one that nothing has
            found = _below(found, ".".join(steps[:depth]), named[1])
            found = found() if named[2] else found
        except (AttributeError, KeyError, IndexError, ImportError, TypeError):
            raise NoConstantError(f"the program has no {'.'.join(steps[: depth + 1])}") from None
    return list(found) if isinstance(found, tuple) else found


def _below(owner: Any, path: str, name: str) -> Any:  # noqa: ANN401 - whatever a module holds
    if isinstance(owner, Mapping):
        return owner[name]
    if isinstance(owner, Sequence) and not isinstance(owner, str):
        return owner[int(name)] if name.isdecimal() else getattr(owner, name)
    if hasattr(owner, name):
        return getattr(owner, name)
    return import_module(f"{path}.{name}")
