"""What a server may say of itself at each step of a move, and what shows that it is of another moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from ops.answers.shards.ledger import ENDED, State, Step
from ops.answers.shards.placement import (
    BOTH,
    GIVEN_UP,
    LOOKING,
    MOVED,
    UNMOVED,
    Stated,
    contradiction,
    expected,
    takes,
)
from planner.shards.clients import PRIMARY
from planner.shards.route import Route

if TYPE_CHECKING:
    from ops.answers.shards.placement import Moment


def state_at(step: Step) -> State:
    """A split whose servers are being given a new mark."""
    return State(Route(2, 4), step, False, None, None, "ours", ("7-last", "8-new"))


ROUTES = (Route(0, 2), Route(2, 4), Route(4, 2), Route(2, 0))


@pytest.mark.parametrize("route", ROUTES)
def test_a_settled_server_of_before_and_one_of_after_the_cut_over_are_told_apart(route: Route) -> None:
    for place in route.everywhere:
        for step in UNMOVED:
            assert expected(route, step, place) == {(route.before, None)}
        for step in MOVED:
            assert expected(route, step, place) == {(route.after, None)}


@pytest.mark.parametrize("route", ROUTES)
def test_a_source_that_admits_writes_while_new_places_open_is_of_another_moment(route: Route) -> None:
    for place in route.sources:
        assert (route.before, None) not in expected(route, "opening", place)
        assert (route.before, None) in expected(route, "fenced", place)
    for place in route.targets:
        assert (route.after, None) not in expected(route, "reopening", place)


@pytest.mark.parametrize("route", ROUTES)
def test_the_way_back_is_a_cut_over_in_the_other_direction(route: Route) -> None:
    for place in route.everywhere:
        assert expected(route, "returning", place) == expected(route.back, "fenced", place)
        assert expected(route, "reopening", place) == expected(route.back, "opening", place)


@pytest.mark.parametrize("step", get_args(Step))
def test_a_server_that_knows_of_no_move_takes_part_in_none(step: Step) -> None:
    said = contradiction(state_at(step), 3, None)
    assert (said == "") is (step in ENDED)
    assert ("start `./bbp shard move publish` again" in said) is (step in {"published", "copied"})


@pytest.mark.parametrize("step", get_args(Step))
def test_a_server_that_is_another_place_is_named_at_every_step(step: Step) -> None:
    state = state_at(step)
    for count, following in expected(state.route, step, PRIMARY):
        assert contradiction(state, PRIMARY, Stated(PRIMARY, count, following, "ours", "8-new")) == ""
        assert "says that it is shard_1" in contradiction(state, PRIMARY, Stated(1, count, following, "ours", "8-new"))


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("step", get_args(Step))
def test_a_server_of_an_earlier_moment_or_another_set_is_named_at_every_step_that_goes_on(
    step: Step, route: Route
) -> None:
    state = replace(state_at(step), route=route)
    moments: tuple[tuple[str | None, Moment], ...] = (
        ("6-former", "earlier"),
        ("8-fork", "earlier"),
        (None, "earlier"),
        ("9-more", "later"),
    )
    for place in route.everywhere:
        for count, following in expected(route, step, place):
            for mark in ("7-last", "8-new"):
                assert contradiction(state, place, Stated(place, count, following, "ours", mark)) == ""
            for given, moment in moments:
                other = Stated(place, count, following, "ours", given)
                said = contradiction(state, place, other)
                assert said.startswith(f"bears the mark of a{'n' * (moment == 'earlier')} {moment} moment")
                assert ("cancel --drop-copies" in said) is (
                    step in {"cancelling", "cancelled"}
                    or (step in {"published", "copied"} and moment == "earlier" and place in route.sources)
                ), "copies may be newer"
                assert ("`./bbp shard move cancel`, then" in said) is (
                    step in {"published", "copied"} and (moment == "later" or place not in route.sources)
                )
                assert contradiction(state, place, other, frozenset({moment})) == ""
            for name in ("theirs", None):
                theirs = Stated(place, count, following, name, "8-new")
                assert "belongs to another set" in contradiction(state, place, theirs, BOTH)


WORDS = ("publish", "copy", "catch-up", "verify", "cut-over", "keep", "back", "clean-up", "cancel", GIVEN_UP)
CUT_OFF = {
    "fenced": "cut-over",
    "opening": "cut-over",
    "returning": "back",
    "reopening": "back",
    "cleaning": "clean-up",
}
"""Steps that stand only where they were cut off, and what goes on from there."""


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("step", get_args(Step))
@pytest.mark.parametrize("route", ROUTES)
def test_a_server_of_another_moment_takes_part_in_nothing_that_relies_on_its_rows(
    route: Route, step: Step, word: str
) -> None:
    for place in route.everywhere:
        taken = takes(route, word, step, place)
        if word in {"verify", GIVEN_UP} or CUT_OFF.get(step) == word or (word, step) == ("clean-up", "cleaned"):
            assert taken == {"earlier", "later"}, "it looks at every row, or nobody wants them"
        elif word == "cancel":
            assert "later" in taken, "the primary was restored, which says nothing but the step"
            assert ("earlier" in taken) is (place not in {*route.sources, PRIMARY}), "only copies lie there"
        elif word == "keep":
            assert "later" in taken
            assert ("earlier" in taken) is (place not in route.back.origins), "nothing is read there"
        else:
            assert taken == frozenset()
    assert {(CUT_OFF[one], one) for one in CUT_OFF} == LOOKING
