"""A change of many properties stays readable."""

from __future__ import annotations

import pytest

from plan.paths import summary

ENV = [f"spec.containers[0].env[{index}].{key}" for index in range(9) for key in ("name", "value")]


def test_a_few_changed_properties_are_named_one_by_one() -> None:
    assert summary(["limitAmount", "spec.env[1].name"]) == "limitAmount, spec.env[1].name"


def test_no_changed_property_is_an_empty_line() -> None:
    assert not summary([])


def test_many_changes_inside_one_list_become_that_list_with_their_number() -> None:
    line = summary(["spec.replicas", *ENV, "spec.ports[3]"])
    assert line == "spec.replicas, spec.containers[0].env (18 changes), spec.ports (1 change)"


@pytest.mark.parametrize("extra", [1, 5])
def test_what_does_not_fit_is_counted(extra: int) -> None:
    paths = [f"key{number}" for number in range(8 + extra)]
    assert summary(paths) == ", ".join(paths[:8]) + f" and {extra} more"
