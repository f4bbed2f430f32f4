"""What happens again and again, and how long what is begun at once takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ops.answers.clock.time_line import moved, standing
from ops.views.clock.time_line import blocks
from sandbox.clock.agenda import advance, regular
from sandbox.clock.moments import START
from sandbox.model.windows import next_daily
from tests.support.world import World
from tests.unit.sandbox.clock.test_waiting import Provider, cache, database

if TYPE_CHECKING:
    from pathlib import Path

CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def said(world: World) -> dict[str, datetime]:
    return {event.what: event.at for event in regular(world.cloud)}


def test_a_database_is_backed_up_every_day_in_its_window(world: World) -> None:
    database(world, backupWindow="03:00-03:30", autoMinorVersionUpgrade=False)
    [event] = regular(world.cloud)
    assert (event.at, event.assumed) == (datetime(2026, 12, 1, 3, 0, tzinfo=UTC), False)
    assert "7 days but the last five minutes" in event.what
    assert advance(world.cloud, START + timedelta(days=1)) == [], "a backup changes nothing that anybody waits for"
    [event] = regular(world.cloud)
    assert event.at == datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


def test_which_backup_window_rds_picks_is_assumed(world: World) -> None:
    database(world, autoMinorVersionUpgrade=False)
    [event] = regular(world.cloud)
    assert event.assumed
    assert 3 <= event.at.hour < 11


def test_a_database_that_keeps_no_backups_has_none(world: World) -> None:
    database(world, backupRetentionPeriod=0, autoMinorVersionUpgrade=False)
    assert regular(world.cloud) == []


@pytest.mark.parametrize(("version", "differs"), [("17", False), ("17.6", True)])
def test_a_minor_version_may_come_with_the_maintenance_window(world: World, version: str, *, differs: bool) -> None:
    database(world, backupRetentionPeriod=0, engineVersion=version)
    [(what, at)] = said(world).items()
    assert at == datetime(2026, 12, 6, 4, 30, tzinfo=UTC), "the provider's default is to upgrade"
    assert ("to the letter" in what) is differs


def test_a_cache_takes_snapshots_where_its_window_is_known(world: World) -> None:
    cache(world, snapshotRetentionLimit=3, snapshotWindow="05:00-06:00")
    [(what, at)] = said(world).items()
    assert (at, "keeps it 3 days" in what) == (datetime(2026, 12, 1, 5, 0, tzinfo=UTC), True)
    assert next_daily("nonsense", START) is None


def test_objects_of_which_the_same_is_said_share_a_line_after_a_move(world: World) -> None:
    for name in ("one", "two"):
        database(world, name, backupWindow="03:00-03:30", autoMinorVersionUpgrade=False)
    line = standing(world.cloud)
    assert "Again and again" not in str(list(blocks(line)))
    shown = str(list(blocks(moved(world.cloud, line, START + timedelta(days=1)))))
    assert "one, two: is backed up" in shown
    assert len(line.as_json()["regular"]) == 2


def test_an_upgrade_of_a_cluster_says_how_long_the_provider_waits(world: World) -> None:
    cluster = Provider(world, CLUSTER, "c", name="c", version="1.33")
    cluster.update(version="1.34")
    [event] = world.cloud.happened
    assert "from 1.33 to 1.34" in event.what
    assert "60 minutes" in event.what


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": "1.34"}, "(version), 1 at a time"),
        ({"releaseVersion": "1.33-2"}, "(releaseVersion), 1 at a time"),
        ({"launchTemplate": {"version": "2"}}, "(launchTemplate.version), 1 at a time"),
        ({"version": "1.34", "updateConfig": {"maxUnavailablePercentage": 33}}, "(version), 33 % of them at a time"),
        ({"version": "1.34", "forceUpdateVersion": True}, "are then deleted"),
    ],
)
def test_another_image_replaces_the_nodes_one_after_another(
    world: World, changed: dict[str, object], words: str
) -> None:
    template = {"version": "1"}
    nodes = Provider(
        world, NODES, "n", clusterName="c", version="1.33", releaseVersion="1.33-1", launchTemplate=template
    )
    nodes.update(**changed)
    [event] = world.cloud.happened
    assert words in event.what


def test_a_size_of_a_node_group_replaces_no_node(world: World) -> None:
    nodes = Provider(world, NODES, "n", clusterName="c", version="1.33", scalingConfig={"maxSize": 3})
    nodes.update(scalingConfig={"maxSize": 4})
    assert world.cloud.happened == []


def test_an_add_on_says_which_version_it_gets(world: World) -> None:
    addon = Provider(world, ADDON, "a", clusterName="c", addonName="coredns", addonVersion="v1.11.1-eksbuild.1")
    addon.update(addonVersion="v1.12.0-eksbuild.1")
    [event] = world.cloud.happened
    assert "20 minutes" in event.what
