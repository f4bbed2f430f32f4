"""Who goes where in a move, and what a copy that is not complete looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailbondpro.facts.shards import MAX_SHARDS
from planner.shards.clients import PRIMARY, reshard, shard_of
from planner.shards.route import LISTED, SHARED, Comparison, Difference, Route, Tally, Verification, place_of, unlike

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

COUNTS = st.integers(0, MAX_SHARDS)
PLACES = st.integers(0, MAX_SHARDS).filter(lambda count: count != 1)
CLIENTS = [f"client-{number}" for number in range(64)] + [""]
FIRST, GROWTH, BACK, FEWER = Route(0, 4), Route(4, 5), Route(4, 0), Route(5, 4)


def tallies(count: int, clients: list[str] = CLIENTS) -> dict[int, dict[str, dict[str, Tally]]]:
    """Everybody at home over so many shards, two rows each."""
    found: dict[int, dict[str, dict[str, Tally]]] = {
        place: {"bonds": {}} for place in (range(count) if count else [PRIMARY])
    }
    for client in clients:
        found[place_of(client, count)]["bonds"][client] = Tally(2, hash(client))
    return found


def both(route: Route) -> dict[int, dict[str, dict[str, Tally]]]:
    """A copy that is complete."""
    found = tallies(route.before)
    for place, of_place in tallies(route.after).items():
        found.setdefault(place, {"bonds": {}})["bonds"] |= of_place["bonds"]
    return found


def compare(
    route: Route,
    found: Mapping[int, Mapping[str, Mapping[str, Tally]]],
    behind: Iterable[str] = (),
    sequences: Iterable[Difference] = (),
    shared: Collection[str] = (),
) -> Verification:
    """All tables, each in the order of its clients, as databases hand them over."""
    comparison = Comparison(route, behind)
    for table in sorted({table for tables in found.values() for table in tables}):
        streams = {place: sorted(tables.get(table, {}).items()) for place, tables in found.items()}
        comparison.table(table, streams, shared=table in shared)
    comparison.note(sequences)
    return comparison.found


@given(st.text(), COUNTS, COUNTS)
def test_a_client_goes_from_its_place_to_its_place_and_nowhere_else(client: str, before: int, after: int) -> None:
    route = Route(before, after)
    for place in route.everywhere:
        aims = route.aims(client, place)
        assert aims in {(), (place_of(client, after),)}
        moves = place == place_of(client, before) != place_of(client, after)
        assert bool(aims) is moves
    assert place_of(client, 4) == shard_of(client, 4)


@given(st.lists(st.text(), unique=True), PLACES, PLACES)
def test_a_route_moves_whom_the_plan_says(clients: list[str], before: int, after: int) -> None:
    route = Route(before, after)
    moved = [one for one in clients if route.aims(one, route.source(one))]
    assert moved == [move.client_id for move in reshard(before, after, clients).moves]


@given(st.text(), PLACES, PLACES)
def test_only_writes_of_clients_that_move_are_waited_for(client: str, before: int, after: int) -> None:
    route = Route(before, after)
    for place in route.everywhere:
        assert route.carries(client, place, shared=False) is bool(route.aims(client, place))
        assert route.carries(client, place, shared=True) is bool(route.shared_aims(place))


def test_rows_of_no_client_come_from_the_primary_and_go_to_every_shard_that_is_new() -> None:
    assert FIRST.shared_aims(PRIMARY) == (0, 1, 2, 3)
    assert GROWTH.shared_aims(PRIMARY) == (4,)
    assert GROWTH.shared_aims(0) == ()
    assert (GROWTH.origins, FEWER.origins) == ((PRIMARY, 0, 1, 2, 3), (0, 1, 2, 3, 4))
    assert GROWTH.everywhere == (PRIMARY, 0, 1, 2, 3, 4)
    assert FIRST.back == Route(4, 0)


@given(PLACES, PLACES)
def test_nothing_overwrites_the_primarys_rows_of_no_client(before: int, after: int) -> None:
    route = Route(before, after)
    for place in route.everywhere:
        assert PRIMARY not in route.shared_aims(place)
        assert not set(route.shared_aims(place)) & set(route.sources)


def test_a_shard_that_clients_leave_is_one_whose_rows_of_no_client_would_be_gone() -> None:
    assert BACK.left == (0, 1, 2, 3)
    assert FEWER.left == (4,)
    assert FIRST.left == GROWTH.left == ()


ROWS = st.dictionaries(st.text(), st.integers(0, 3))


@given(ROWS, ROWS)
def test_rows_that_two_copies_have_not_alike_are_named_by_what_they_are_to_the_owners(
    owner: dict[str, int], other: dict[str, int]
) -> None:
    found = dict(unlike(sorted(owner.items()), sorted(other.items())))
    assert found.keys() == {key for key in owner.keys() | other.keys() if owner.get(key) != other.get(key)}
    for key, kind in found.items():
        assert kind == ("extra row" if key not in owner else "missing row" if key not in other else "changed value")


@pytest.mark.parametrize("route", [FIRST, GROWTH, BACK, FEWER])
def test_a_complete_copy_has_no_differences(route: Route) -> None:
    found = compare(route, both(route))
    assert found.complete
    assert found.clients == sum(bool(route.aims(one, route.source(one))) for one in CLIENTS)
    assert found.rows == 2 * found.clients


@pytest.mark.parametrize("route", [FIRST, GROWTH, BACK, FEWER])
def test_each_way_of_being_incomplete_has_its_name(route: Route) -> None:
    client = next(one for one in CLIENTS if route.aims(one, route.source(one)))
    (aim,) = route.aims(client, route.source(client))
    for held, kind in (
        (None, "missing row"),
        (Tally(1, 1), "missing row"),
        (Tally(3, 1), "extra row"),
        (Tally(2, 7), "changed value"),
    ):
        found = both(route)
        if held is None:
            del found[aim]["bonds"][client]
        else:
            found[aim]["bonds"][client] = held
        (difference,) = compare(route, found).differences
        assert (difference.kind, difference.place, difference.client) == (kind, aim, client)
        assert compare(route, found, behind=[client]).differences == ()
        assert not compare(route, found, behind=[client]).complete


def test_a_client_whose_rows_are_only_at_the_target_is_extra() -> None:
    found = both(FIRST)
    del found[PRIMARY]["bonds"][CLIENTS[3]]
    (difference,) = compare(FIRST, found).differences
    assert (difference.kind, difference.client) == ("extra row", CLIENTS[3])


def test_a_client_on_a_strange_shard_is_named_wherever_it_is() -> None:
    found = both(GROWTH)
    stranger = next(one for one in CLIENTS if 2 not in {GROWTH.source(one), GROWTH.target(one)})
    found[2]["bonds"][stranger] = Tally(1, 1)
    (difference,) = compare(GROWTH, found).differences
    assert (difference.kind, difference.place) == ("wrong shard", 2)


def test_a_table_of_no_client_is_compared_as_a_whole() -> None:
    found = both(FIRST)
    for place, of_place in found.items():
        of_place["courts"] = {SHARED: Tally(3, 5 if place != 1 else 6)}
    (difference,) = compare(FIRST, found, shared={"courts"}).differences
    assert (difference.kind, difference.place, difference.table) == ("changed value", 1, "courts")


def test_rows_of_no_client_that_the_primary_has_not_are_seen_on_a_new_shard() -> None:
    found = both(FIRST)
    found[1]["courts"] = {SHARED: Tally(1, 5)}
    (difference,) = compare(FIRST, found, shared={"courts"}).differences
    assert (difference.kind, difference.place) == ("extra row", 1)


def test_nothing_is_no_complete_copy_and_a_sequence_behind_is_none_either() -> None:
    assert not compare(FIRST, {place: {"bonds": {}} for place in FIRST.everywhere}).complete
    behind = Difference(kind="sequence behind", place=1, table="bonds", client="", detail="")
    assert not compare(FIRST, both(FIRST), sequences=[behind]).complete


def test_of_a_copy_that_was_never_made_the_first_differences_are_kept_and_all_are_counted() -> None:
    clients = [f"client-{number:06}" for number in range(LISTED + 5)]
    found = compare(FIRST, {PRIMARY: {"bonds": dict.fromkeys(clients, Tally(1, 1))}})
    assert (len(found.differences), found.different, found.complete) == (LISTED, LISTED + 5, False)


def test_a_comparison_keeps_no_rows() -> None:
    alive: WeakSet[Tally] = WeakSet()
    most = 0

    def stream(place: int) -> Iterator[tuple[str, Tally]]:
        nonlocal most
        for client in sorted(f"client-{number}" for number in range(200)):
            if place in {PRIMARY, place_of(client, 2)}:
                tally = Tally(1, hash(client))
                alive.add(tally)
                most = max(most, len(alive))
                yield client, tally

    comparison = Comparison(Route(0, 2))
    for table in ("bonds", "payments"):
        comparison.table(table, {place: stream(place) for place in (PRIMARY, 0, 1)})
    assert (comparison.found.complete, comparison.found.clients, comparison.found.rows) == (True, 200, 400)
    assert most < 10


def test_clients_of_places_that_are_not_judged_may_differ_and_strangers_never() -> None:
    found = both(FIRST)
    lost = {place: found[place]["bonds"].popitem()[0] for place in (1, 2)}
    comparison = Comparison(FIRST, judged=frozenset({1}))
    comparison.table("bonds", {place: sorted(tables["bonds"].items()) for place, tables in found.items()})
    assert [(one.place, one.client) for one in comparison.found.differences] == [(1, lost[1])]
