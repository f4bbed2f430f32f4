"""What a change of a plan loses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from policies.stateful import losses
from tests.support.plans import planned

if TYPE_CHECKING:
    from plan.model import Op


@pytest.mark.parametrize("op", ["replace", "delete"])
@pytest.mark.parametrize(
    ("token", "lost"),
    [
        ("aws:rds/instance:Instance", ["database"]),
        ("kubernetes:core/v1:PersistentVolumeClaim", ["volume"]),
        ("aws:iam/role:Role", []),
        ("aws:dynamodb/table:Table", ["resource of a type that `plan.types` does not describe"]),
    ],
)
def test_what_is_lost_is_what_a_type_holds_and_whatever_no_row_describes(token: str, lost: list[str], op: Op) -> None:
    assert [loss.holds for loss in losses([replace(planned(token), op=op)])] == lost


def test_a_component_of_anybodys_holds_nothing_itself() -> None:
    assert losses([replace(planned("acme:index:Part"), op="delete", custom=False)]) == []


@pytest.mark.parametrize("op", ["create", "update", "same"])
def test_what_stays_is_not_lost(op: Op) -> None:
    assert losses([replace(planned("aws:dynamodb/table:Table"), op=op)]) == []
