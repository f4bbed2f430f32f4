"""What the gate compares of a whole plan in which nothing differs but the order of keys."""

from __future__ import annotations

import pytest

from plan.types.weaker.rows import WEAKER
from tests.support.key_order import at, turned
from tests.support.plans import stack_plan


@pytest.mark.parametrize("phase", ["horizontal", "microservices"])
def test_keys_in_another_order_are_nowhere_weaker(phase: str) -> None:
    compared = [
        (row, item, value)
        for row in WEAKER
        for item in stack_plan("prod", phase)
        if item.type == row.token and (value := at(item.inputs, row.path)) is not None
    ]
    assert len({row.token for row, _, value in compared if isinstance(value, (dict, list))}) > 15
    worse = [f"{item.name}: {row.shown}" for row, item, value in compared if row.than(value, turned(value))]
    assert worse == []
