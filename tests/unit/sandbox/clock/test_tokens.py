"""The tokens of a cache: two at a time, and what a rotation out of turn does to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.clock.modifying import updated
from sandbox.cloud import Cloud, CloudObject
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
FIRST, SECOND, THIRD = (f"token-number-{name}-0123" for name in ("one", "two", "three"))
DROPS = "drops the oldest of its tokens"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).add(CACHE, "cache", authToken=FIRST, authTokenUpdateStrategy="ROTATE", nodeType="a")


def group(cloud: Cloud) -> CloudObject:
    found = cloud.get(CACHE, "cache")
    assert found is not None
    return found


def sent(world: World, **changed: str) -> list[str]:
    """An update; what the cloud says that it did."""
    before = group(world.cloud)
    inputs = {**before.inputs, **changed}
    world.cloud.happened.clear()
    wanted = replace(before, inputs=inputs, outputs={**before.outputs, **inputs}, kept={})
    updated(world.cloud, wanted, before.inputs, before.outputs)
    return [event.what for event in world.cloud.happened]


def count(world: World) -> int:
    return len(group(world.cloud).kept["validTokens"])


def test_a_second_token_stands_beside_the_first_and_set_leaves_the_newest(world: World) -> None:
    [oldest] = group(world.cloud).kept["validTokens"]
    assert not [text for text in sent(world, authToken=SECOND) if DROPS in text]
    assert (group(world.cloud).kept["validTokens"][0], count(world)) == (oldest, 2)
    assert world.update(CACHE, "cache", authTokenUpdateStrategy="SET") == []
    sent(world, authTokenUpdateStrategy="SET")
    assert count(world) == 1
    assert oldest not in group(world.cloud).kept["validTokens"]


def test_a_third_token_pushes_the_oldest_out_and_that_is_said(world: World) -> None:
    sent(world, authToken=SECOND)
    kept = group(world.cloud).kept["validTokens"][1]
    assert [text for text in sent(world, authToken=THIRD) if DROPS in text]
    assert (group(world.cloud).kept["validTokens"][0], count(world)) == (kept, 2)


def test_set_is_refused_by_a_cache_that_knows_one_token(world: World) -> None:
    [said] = world.update(CACHE, "cache", authTokenUpdateStrategy="SET")
    assert "this one knows one: ROTATE comes first" in said


def test_other_changes_leave_the_tokens_alone_and_they_outlive_the_process(world: World, tmp_path: Path) -> None:
    sent(world, authToken=SECOND)
    before = group(world.cloud).kept
    sent(world, nodeType="b")
    assert group(world.cloud).kept == before
    assert group(Cloud(tmp_path / "cloud.jsonl")).kept == before


def test_no_token_stands_in_what_is_kept(world: World) -> None:
    sent(world, authToken=SECOND)
    assert FIRST not in str(group(world.cloud).kept)
    assert SECOND not in str(group(world.cloud).kept)
