"""Every change from one state of the placement to another: which are allowed, and what is said of the others."""

from __future__ import annotations

import itertools
from typing import Any, cast

import pytest

from ops.answers.journey import _step
from plan import Plan
from policies.placement import misplaced, shards_left, shards_taken_away, unplaced
from tests.support.placements import app, at, published, shard

BEFORE, AFTER = 10, 11
"""Versions of the map."""
STATES: dict[str, tuple[int, int | None, int | None]] = {
    "primary": (0, None, None),
    "primary, returned": (0, None, BEFORE),
    "0 to 4": (0, 4, None),
    "4 shards": (4, None, None),
    "4 shards, returned": (4, None, BEFORE),
    "4 to 8": (4, 8, None),
    "8 shards": (8, None, None),
    "8 to 4": (8, 4, None),
    "4 to 0": (4, 0, None),
    "8 to 0": (8, 0, None),
    "8 to 5": (8, 5, None),
    "5 shards": (5, None, None),
    "5 shards, returned": (5, None, BEFORE),
    "5 to 4": (5, 4, None),
}
"""Count, aim of the move, and the map that is acknowledged as left."""
ALLOWED = "."
SAID = {
    "E": "where nothing was copied: deploy postgres.placement: moving with shards.movingTo: {count}",
    "A": "acknowledge it with postgres.shards.returnedFrom: 10",
    "G": "goes on, and this update would begin one to",
    "U": "postgres.shards.returnedFrom: 10 acknowledges a way back, and pods would",
}
TABLE = {
    #                p  p< 04 4  4< 48 8  84 40 80 85 5  5< 54
    "primary": "     .  U  .  E  E  E  E  E  E  E  E  E  E  E",
    "0 to 4": "      .  U  .  .  U  G  E  E  G  G  G  E  E  E",
    "4 shards": "    E  E  E  .  U  .  E  E  .  E  E  E  E  E",
    "4 to 8": "      E  E  G  .  U  .  .  G  G  G  G  E  E  G",
    "8 shards": "    E  E  E  E  E  E  .  .  E  .  .  E  E  E",
    "8 to 4": "      E  E  E  A  .  G  .  .  G  G  G  E  E  E",
    "4 to 0": "      A  .  G  .  U  G  E  G  .  E  G  E  E  G",
    "8 to 0": "      A  .  G  E  E  G  .  G  E  .  G  E  E  G",
    "8 to 5": "      E  E  G  E  E  G  .  G  G  G  .  A  .  G",
    "5 shards": "    E  E  E  E  E  E  E  E  E  E  E  .  U  .",
    "5 to 4": "      E  E  E  A  .  G  E  E  G  G  G  .  U  .",
}
CHANGES = [(start, end, code) for start, row in TABLE.items() for end, code in zip(STATES, row.split(), strict=True)]


def placement(state: str, version: int) -> dict[str, Any]:
    count, aim, returned = STATES[state]
    return at(count, version, aim, returnedFrom=returned)


def change(start: str, end: str, version: int = AFTER) -> Plan:
    return published(placement(end, version), placement(start, BEFORE))


@pytest.mark.parametrize(("start", "end", "code"), CHANGES, ids=lambda part: part.replace(" ", "-"))
def test_a_change_of_the_placement_is_allowed_or_refused_with_the_fix(start: str, end: str, code: str) -> None:
    found = misplaced(change(start, end))
    if code == ALLOWED:
        assert found == ""
    else:
        assert SAID[code].format(count=STATES[end][0]) in found


@pytest.mark.parametrize(("start", "end"), [(start, end) for start, end, code in CHANGES if code == ALLOWED])
def test_a_change_that_is_allowed_raises_the_version_of_the_map(start: str, end: str) -> None:
    found = misplaced(change(start, end, BEFORE))
    same = STATES[start][:2] == STATES[end][:2]
    assert found == "" if same else "set postgres.shards.mapVersion to 11" in found
    assert "nobody could tell the maps apart" in misplaced(change(start, end, BEFORE - 1))


@pytest.mark.parametrize(("start", "end"), [("8 to 4", "4 shards"), ("5 to 4", "4 shards"), ("4 to 0", "primary")])
@pytest.mark.parametrize("version", [BEFORE - 1, AFTER])
def test_the_acknowledgement_of_another_map_ends_no_way_back(start: str, end: str, version: int) -> None:
    count, _, _ = STATES[end]
    plan = published(at(count, AFTER, returnedFrom=version), placement(start, BEFORE))
    assert "the shards hold what was written since they are in use" in misplaced(plan)


def with_servers(start: str, end: str, kept: int, existing: int) -> Plan:
    """The same change, with shards of which the first are kept and the others deleted."""
    servers = (shard(index, "same" if index < kept else "delete") for index in range(existing))
    return Plan((*change(start, end).resources, *servers))


@pytest.mark.parametrize(
    ("start", "end", "kept", "existing", "named"),
    [
        ("8 to 4", "4 shards, returned", 4, 8, "shard_4 to shard_7"),
        ("5 to 4", "4 shards, returned", 4, 5, "shard_4"),
        ("4 to 0", "primary, returned", 0, 4, "shard_0 to shard_3"),
        ("8 to 5", "5 shards, returned", 7, 8, "shard_7"),
        ("4 to 8", "4 shards", 4, 8, "shard_4 to shard_7"),
        ("4 shards", "4 shards", 2, 4, "shard_2 to shard_3"),
    ],
)
def test_a_shard_is_not_deleted_in_the_step_that_leaves_it(
    start: str, end: str, kept: int, existing: int, named: str
) -> None:
    found = unplaced(with_servers(start, end, kept, existing))
    assert f"the servers of {named} would be deleted" in found
    assert f"leave postgres.shards.count at {existing} or more" in found


def test_every_shard_that_goes_with_the_component_is_named_too() -> None:
    servers = tuple(shard(index, "delete") for index in range(4))
    plan = Plan((*published(None, placement("4 to 0", BEFORE)).resources, *servers))
    assert "shard_0 to shard_3" in shards_taken_away(plan)


@pytest.mark.parametrize(("start", "kept", "existing"), [("4 shards", 4, 8), ("primary", 0, 4), ("5 shards", 5, 8)])
def test_shards_that_pods_left_before_may_go(start: str, kept: int, existing: int) -> None:
    assert unplaced(with_servers(start, start, kept, existing)) == ""


def test_shards_that_are_apart_are_named_one_by_one() -> None:
    servers = tuple(shard(index, "replace" if index in {0, 2} else "same") for index in range(4))
    plan = Plan((*change("4 shards", "4 shards").resources, *servers))
    assert "the servers of shard_0, shard_2 would be deleted or replaced" in shards_taken_away(plan)


@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_journey_takes_a_way_back_that_is_acknowledged_and_no_other(*, acknowledged: bool) -> None:
    changed = change("8 to 4", "4 shards, returned" if acknowledged else "4 shards")
    plan = Plan((*changed.resources, app(4, 8)))

    class Session:
        def preview(self, _bar: object) -> tuple[Plan, None]:
            return plan, None

        def up(self, _bar: object) -> None:
            raise RuntimeError("it was carried out")

    if acknowledged:
        assert shards_left(plan) == []
        with pytest.raises(RuntimeError, match="it was carried out"):
            _step(cast("Any", Session()), "microservices", "microservices", {}, may_shrink=False)
    else:
        step = _step(cast("Any", Session()), "microservices", "microservices", {}, may_shrink=True)
        assert "returnedFrom: 10" in step.refused[0]


def test_the_table_names_every_state_and_no_way_around_a_move() -> None:
    """Between two counts there is always a state that names the second one: no change skips it."""
    allowed = {(start, end) for start, end, code in CHANGES if code == ALLOWED}
    for start, end in itertools.product(TABLE, STATES):
        (count, aim, _), (after, _, returned) = STATES[start], STATES[end]
        if (start, end) in allowed and after != count:
            assert aim == after
            assert (returned == BEFORE) == (after < count)
