"""Handing settings over by name: one source for each field, and nothing that has another form."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from infra.settings.base import Area
from infra.wiring.same_name import of_same_name


class Below(Area):
    days: int = 1


class Upper(Area):
    days: int = 2
    size: int = 3
    below: Below = Below()
    perhaps: Below | None = None
    several: tuple[Below, ...] = ()


@dataclass(frozen=True)
class Args:
    days: int = 0
    name: str = ""
    below: object = None
    perhaps: object = None
    several: tuple[object, ...] = ()


def test_a_field_is_taken_from_the_area_that_has_it_and_no_other_is_handed_over() -> None:
    assert of_same_name(Args, Upper(days=7)) == {"days": 7}


def test_objects_below_an_area_are_never_handed_over_whole() -> None:
    assert not {"below", "perhaps", "several"} & of_same_name(Args, Upper(perhaps=Below())).keys()


def test_two_areas_with_one_name_are_refused_by_both_names() -> None:
    with pytest.raises(TypeError, match=r"Args\.days could come from Upper and Below"):
        of_same_name(Args, Upper(), Below())


def test_a_field_that_is_left_out_can_be_named_in_the_call() -> None:
    assert Args(**of_same_name(Args, Upper(), without=("days",)), days=9).days == 9


def test_a_field_that_comes_by_name_and_from_the_call_is_refused() -> None:
    with pytest.raises(TypeError, match="multiple values for keyword argument 'days'"):
        Args(**of_same_name(Args, Upper()), days=9)
