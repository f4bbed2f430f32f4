"""The shard hash and the resharding plan, held to what the guide's JavaScript computes."""

from __future__ import annotations

import json
from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailbondpro.facts.shards import GUIDE_SHARDS, MAX_SHARDS
from components.postgres.shards import ShardsArgs
from planner.shards.clients import PRIMARY, ShardError, moved_share, reshard, shard_hash, shard_of
from tests.support.paths import DATA

VECTORS = json.loads((DATA / "shard_vectors.json").read_text(encoding="utf-8"))
ANY_TEXT = st.text(st.characters(codec="utf-16", categories=None))
LONE = st.text(st.integers(0xD800, 0xDFFF).map(chr))
COUNTS = st.integers(1, MAX_SHARDS)
MANY = st.integers(2, MAX_SHARDS)
PLACES = st.one_of(st.just(0), MANY)


def test_five_hundred_ids_hash_as_the_guides_javascript_hashes_them() -> None:
    assert len(VECTORS) >= 500
    wrong = [row for row in VECTORS if shard_hash(row["client_id"]) != row["hash"]]
    assert wrong == []


def test_the_ids_of_the_vectors_lie_on_the_shards_where_javascript_looks_for_them() -> None:
    assert [shard_of(row["client_id"]) for row in VECTORS] == [row["shard"] for row in VECTORS]
    assert {row["shard"] for row in VECTORS} == {0, 1, 2, 3}


def test_the_smallest_32_bit_integer_stays_a_large_positive_number() -> None:
    smallest = [row for row in VECTORS if row["hash"] == 2**31]
    assert smallest, "the vectors must hold an id whose hash is -2^31 before Math.abs"
    assert all(shard_of(row["client_id"]) == 0 for row in smallest)


def test_characters_outside_of_the_basic_plane_count_as_two_units() -> None:
    assert shard_hash("\U0001f600") == shard_hash("\ud83d\ude00")
    assert shard_hash("\U0001f600") == 0xD83D * 31 + 0xDE00


def test_spellings_that_look_alike_are_different_clients() -> None:
    assert shard_hash("é") != shard_hash("e\u0301")


def test_the_empty_id_hashes_to_zero() -> None:
    assert shard_hash("") == 0


@given(st.one_of(ANY_TEXT, LONE), COUNTS)
def test_every_id_has_a_shard(client_id: str, count: int) -> None:
    assert 0 <= shard_hash(client_id) <= 2**31
    assert 0 <= shard_of(client_id, count) < count


@pytest.mark.parametrize("count", [0, -1, 17])
def test_an_impossible_number_of_shards_is_refused(count: int) -> None:
    with pytest.raises(ShardError, match="1 to 16"):
        shard_of("a", count)


def test_clients_are_spread_over_as_many_shards_as_the_component_makes() -> None:
    (made,) = [field.default for field in fields(ShardsArgs) if field.name == "count"]
    assert made == GUIDE_SHARDS
    assert [shard_of(client_id) for client_id in "abcdef"] == [shard_of(client_id, made) for client_id in "abcdef"]


def test_doubling_moves_half_of_the_clients_each_to_one_new_shard() -> None:
    plan = reshard(4, 8)
    assert plan.moved_share == Fraction(1, 2)
    assert [(flow.source, flow.target) for flow in plan.flows] == [(0, 4), (1, 5), (2, 6), (3, 7)]
    assert plan.cheaper is None


def test_one_shard_more_moves_four_fifths_and_the_plan_names_what_moves_less() -> None:
    plan = reshard(4, 5)
    assert plan.moved_share == Fraction(4, 5)
    assert plan.cheaper == 8


@given(PLACES, PLACES)
def test_the_flows_add_up_to_what_moves(before: int, after: int) -> None:
    plan = reshard(before, after)
    assert sum((flow.share for flow in plan.flows), Fraction()) == plan.moved_share == moved_share(before, after)


@given(COUNTS, COUNTS)
def test_the_shares_are_those_of_counting_every_remainder(before: int, after: int) -> None:
    period = before * after
    moved = sum(value % before != value % after for value in range(period))
    assert moved_share(before, after) == Fraction(moved, period)


@given(st.lists(ANY_TEXT), MANY, MANY)
def test_exactly_the_clients_whose_shard_changes_are_moved(clients: list[str], before: int, after: int) -> None:
    plan = reshard(before, after, clients)
    assert [move.client_id for move in plan.moves] == [
        client for client in clients if shard_of(client, before) != shard_of(client, after)
    ]
    assert all(move.source == shard_of(move.client_id, before) for move in plan.moves)
    assert all(move.target == shard_of(move.client_id, after) for move in plan.moves)
    assert sum(flow.clients or 0 for flow in plan.flows) == len(plan.moves)


@given(st.lists(ANY_TEXT, unique=True), st.integers(2, MAX_SHARDS))
def test_the_first_move_takes_every_client_from_the_primary_to_its_shard(clients: list[str], after: int) -> None:
    rows = {client: len(client) + 1 for client in clients}
    plan = reshard(0, after, clients, rows)
    assert [(move.source, move.target) for move in plan.moves] == [(PRIMARY, shard_of(one, after)) for one in clients]
    assert [(flow.source, flow.target, flow.share) for flow in plan.flows] == [
        (PRIMARY, target, Fraction(1, after)) for target in range(after)
    ]
    assert plan.moved_share == 1
    assert sum(flow.clients or 0 for flow in plan.flows) == len(clients)
    assert sum(flow.rows or 0 for flow in plan.flows) == plan.moved_rows == sum(rows.values())


def test_the_first_move_fills_the_shards_before_pods_are_pointed_at_them() -> None:
    titles = [step.title.split()[0] for step in reshard(0, 4).steps]
    assert titles == ["Provision", "Deploy", "State", "Copy", "Verify", "Cut", "Switch", "Remove"]


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 4), (4, 1), (4, 17), (-1, 4), (4, 10**30)])
def test_what_clients_cannot_lie_over_is_no_end_of_a_move(before: int, after: int) -> None:
    with pytest.raises(ShardError, match="a place is primary, or a number of shards, 2 to 16, not "):
        reshard(before, after)


def test_fewer_shards_take_the_clients_of_those_that_are_left() -> None:
    plan = reshard(8, 4)
    assert plan.moved_share == Fraction(1, 2)
    assert [(flow.source, flow.target) for flow in plan.flows] == [(4, 0), (5, 1), (6, 2), (7, 3)]
    assert plan.cheaper is None
    assert reshard(8, 5).cheaper == 4


def test_the_primary_takes_every_client_back() -> None:
    plan = reshard(3, 0, ["a", "b"], {"a": 2, "b": 3})
    assert [(flow.source, flow.target, flow.share) for flow in plan.flows] == [
        (shard, PRIMARY, Fraction(1, 3)) for shard in range(3)
    ]
    assert (plan.moved_rows, {move.target for move in plan.moves}, plan.cheaper) == (5, {PRIMARY}, None)


@pytest.mark.parametrize(("before", "after"), [(8, 4), (5, 4), (4, 0)])
def test_shards_are_left_before_they_are_removed_and_the_way_back_is_acknowledged(before: int, after: int) -> None:
    steps = reshard(before, after).steps
    titles = [step.title.split()[0] for step in steps]
    assert titles == ["Make", "State", "Copy", "Verify", "Cut", "Switch", "Remove", "Remove"]
    assert f"--from {before} --to {after or 'primary'}" in steps[2].detail
    assert "shards.returnedFrom to the mapVersion of the move" in steps[5].detail
    assert f"shards.count stays {before}" in steps[5].detail
    assert "in a deployment of its own" in steps[-1].detail


def test_a_plan_without_a_change_has_no_steps() -> None:
    plan = reshard(4, 4, ["a"])
    assert (plan.steps, plan.flows, plan.moves) == ((), (), ())


def test_writes_stop_before_the_switch_and_old_copies_go_last() -> None:
    titles = [step.title for step in reshard(4, 8).steps]
    assert [title.split()[0] for title in titles[1:]] == ["State", "Copy", "Verify", "Cut", "Switch", "Remove"]
    assert titles[0] == "Provision shard_4 to shard_7"
