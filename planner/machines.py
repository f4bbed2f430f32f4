"""Virtual processors of instance classes, from a dated table of AWS documentation."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[str, int]:
    table: dict[str, int] = json.loads(files("planner").joinpath("data/machines.json").read_text("utf-8"))["vcpu"]
    return table


def vcpus(kind: str) -> int:
    """Virtual processors of an instance class; 0 for one that the table does not have."""
    return _table().get(kind, 0)
