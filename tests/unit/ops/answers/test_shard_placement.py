"""What a server may say of itself at each step of a move, and what shows that it is of another moment."""

from __future__ import annotations

from typing import get_args

import pytest

from ops.answers.shards.ledger import ENDED, State, Step
from ops.answers.shards.placement import MOVED, UNMOVED, Stated, contradiction, expected
from planner.shards.clients import PRIMARY
from planner.shards.route import Route

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
    said = contradiction(State(Route(2, 4), step, False, None, None), 3, None)
    assert (said == "") is (step in ENDED)
    assert ("start `./bbp shard move publish` again" in said) is (step in {"published", "copied"})


@pytest.mark.parametrize("step", get_args(Step))
def test_a_server_that_is_another_place_is_named_at_every_step(step: Step) -> None:
    state = State(Route(2, 4), step, False, None, None)
    for count, following in expected(state.route, step, PRIMARY):
        assert contradiction(state, PRIMARY, Stated(PRIMARY, count, following)) == ""
        assert "says that it is shard_1" in contradiction(state, PRIMARY, Stated(1, count, following))
