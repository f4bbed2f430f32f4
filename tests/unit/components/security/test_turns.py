"""Whose turn it is: one logs in, one may still, and no generation takes the user that pods have."""

from __future__ import annotations

import pytest

from components.security.turns import Turns


@pytest.mark.parametrize(
    ("generation", "retired_before", "active", "valid", "retired"),
    [
        (1, 1, "a", ("a",), None),
        (2, 1, "b", ("a", "b"), None),
        (2, 2, "b", ("b",), "a"),
        (3, 2, "a", ("a", "b"), None),
        (3, 3, "a", ("a",), "b"),
    ],
)
def test_users_take_turns_by_generation(
    generation: int, retired_before: int, active: str, valid: tuple[str, ...], retired: str | None
) -> None:
    turns = Turns(generation=generation, retired_before=retired_before)
    assert (turns.active, turns.valid, turns.retired) == (active, valid, retired)


def test_a_rotation_gives_the_idle_user_another_password_and_leaves_the_other_its_own() -> None:
    before, after = Turns(generation=4, retired_before=4), Turns(generation=5, retired_before=4)
    assert after.last("b") == before.last("b") == 4
    assert (before.last("a"), after.last("a")) == (3, 5)


def test_the_second_user_has_no_password_before_the_first_rotation() -> None:
    assert Turns().made == ("a",)
    assert Turns(generation=2).made == ("a", "b")


@pytest.mark.parametrize(("generation", "retired_before"), [(0, 1), (1, 2), (3, 1), (3, 4), (2, 0)])
def test_what_two_users_cannot_take_is_refused(generation: int, retired_before: int) -> None:
    with pytest.raises(ValueError, match="turns"):
        Turns(generation=generation, retired_before=retired_before)
