"""What an update of a database or a cache makes real at once, what waits, and what happens when the clock is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.clock.agenda import advance, coming, pending, time_source, window_of
from sandbox.clock.events import Kind
from sandbox.clock.modifying import as_seen, modified
from sandbox.clock.moments import START, ClockError
from sandbox.cloud import Cloud, CloudObject
from sandbox.model.timing import TimeSource
from sandbox.protocol.diff import changes
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "aws:rds/instance:Instance"
GROUP = "aws:rds/parameterGroup:ParameterGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
SUNDAY = datetime(2026, 12, 6, 4, 30, tzinfo=UTC)


class Provider:
    """What an engine keeps of one object, and the updates that it sends."""

    def __init__(self, world: World, token: str, identity: str, /, **inputs: object) -> None:
        self.world, self.token, self.identity = world, token, identity
        world.add(token, identity, **inputs)
        self.sent: dict[str, Any] = dict(inputs)
        self.state = dict(self.item.outputs)

    @property
    def item(self) -> CloudObject:
        found = self.world.cloud.get(self.token, self.identity)
        assert found is not None
        return found

    def differs(self, **wanted: object) -> list[str]:
        """What a preview would show."""
        seen = as_seen(self.world.cloud, self.token, self.sent, self.state)
        return [change.path for change in changes(seen, {**self.sent, **wanted})]

    def update(self, **wanted: object) -> None:
        """One update, if the preview shows any difference."""
        new = {**self.sent, **wanted}
        if self.differs(**wanted):
            item = CloudObject(self.token, self.identity, self.item.urn, new, {**self.item.outputs, **new})
            done = modified(self.world.cloud, item, self.sent, self.state)
            done.keep(self.world.cloud)
            self.world.cloud.happened.extend(done.events)
            self.state = dict(done.items[0].outputs)
        self.sent = new

    def refresh(self) -> None:
        self.sent, self.state = dict(self.item.inputs), dict(self.item.outputs)


def database(world: World, name: str = "db", /, **more: object) -> Provider:
    inputs: dict[str, object] = {
        "engine": "postgres",
        "engineVersion": "17",
        "instanceClass": "db.m7g.large",
        "allocatedStorage": 100,
        "multiAz": True,
        "applyImmediately": False,
        "maintenanceWindow": "sun:04:30-sun:05:00",
        "backupRetentionPeriod": 7,
    }
    return Provider(world, DATABASE, name, **{**inputs, **more})


def cache(world: World, /, **more: object) -> Provider:
    inputs: dict[str, object] = {
        "engine": "valkey",
        "engineVersion": "8.1",
        "nodeType": "cache.t4g.small",
        "applyImmediately": False,
        "maintenanceWindow": "sun:04:30-sun:05:30",
        "authToken": "token-of-the-first-day",
        "authTokenUpdateStrategy": "ROTATE",
    }
    return Provider(world, CACHE, "cache", **{**inputs, **more})


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_class_waits_for_the_window_and_the_preview_goes_on_showing_it(world: World) -> None:
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    assert db.item.inputs["instanceClass"] == "db.m7g.large"
    assert db.state["instanceClass"] == "db.m7g.large"
    assert db.differs() == ["instanceClass"]
    [waits] = pending(world.cloud)
    assert (waits.at, waits.window, str(waits.change)) == (
        SUNDAY,
        "sun:04:30-sun:05:00",
        "instanceClass db.m7g.large -> db.m7g.xlarge",
    )


def test_the_window_makes_it_real_and_says_for_how_long_nobody_answers(world: World) -> None:
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    assert advance(world.cloud, SUNDAY - timedelta(minutes=1)) == []
    [event] = advance(world.cloud, SUNDAY)
    assert (event.at, event.kind, event.name) == (SUNDAY, Kind.WINDOW, "db")
    assert event.outage is not None
    assert (event.outage.least, event.outage.most, event.outage.assumed) == (60, 120, False)
    assert pending(world.cloud) == []
    assert db.differs() == ["instanceClass"], "the engine's state is older than the window"
    db.refresh()
    assert db.differs(instanceClass="db.m7g.xlarge") == []


def test_a_database_alone_answers_later_than_one_with_a_standby_and_that_is_assumed(world: World) -> None:
    db = database(world, multiAz=False)
    db.update(instanceClass="db.m7g.xlarge")
    [event] = advance(world.cloud, SUNDAY)
    assert event.outage is not None
    assert event.outage.most > 120
    assert event.assumed


def test_a_change_that_was_taken_back_happens_all_the_same(world: World) -> None:
    """terraform-provider-aws issue 8768: the provider reads the old value and sees nothing to send."""
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    assert db.differs(instanceClass="db.m7g.large") == []
    db.update(instanceClass="db.m7g.large")
    [event] = advance(world.cloud, SUNDAY)
    assert [change.new for change in event.changes] == ["db.m7g.xlarge"]
    db.refresh()
    assert db.differs(instanceClass="db.m7g.large") == ["instanceClass"]


def test_any_later_change_that_is_applied_immediately_takes_along_what_waits(world: World) -> None:
    """Amazon RDS User Guide, Using the schedule modifications setting."""
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    db.update(instanceClass="db.m7g.large", applyImmediately=True, deletionProtection=True)
    assert db.item.inputs["instanceClass"] == "db.m7g.xlarge"
    assert pending(world.cloud) == []
    [event] = world.cloud.happened
    assert (event.kind, event.at) == (Kind.FLUSHED, START)
    assert event.outage is not None


def test_a_change_that_is_not_applied_immediately_leaves_what_waits_where_it_is(world: World) -> None:
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    db.update(deletionProtection=True, backupRetentionPeriod=14)
    assert [one.change.path for one in pending(world.cloud)] == ["instanceClass"]
    assert db.item.inputs["backupRetentionPeriod"] == 14, "from one number of days to another is no matter of a window"
    assert db.item.inputs["deletionProtection"] is True


def test_backups_that_begin_or_end_wait(world: World) -> None:
    db = database(world, backupRetentionPeriod=0)
    db.update(backupRetentionPeriod=7)
    assert [one.change.path for one in pending(world.cloud)] == ["backupRetentionPeriod"]


def test_what_is_applied_immediately_is_real_at_once_and_its_restart_is_told(world: World) -> None:
    db = database(world, applyImmediately=True)
    db.update(instanceClass="db.m7g.xlarge")
    assert db.differs() == []
    [event] = world.cloud.happened
    assert (event.kind, event.at) == (Kind.ASKED, START)


def test_two_changes_of_one_instance_happen_in_one_window_with_one_outage(world: World) -> None:
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    advance(world.cloud, START + timedelta(days=1))
    db.update(allocatedStorage=150, multiAz=False)
    [event] = advance(world.cloud, SUNDAY)
    assert [change.path for change in event.changes] == ["allocatedStorage", "instanceClass", "multiAz"]


def test_the_last_wish_for_one_property_is_the_one_that_happens(world: World) -> None:
    db = database(world)
    db.update(instanceClass="db.m7g.xlarge")
    db.update(instanceClass="db.m7g.2xlarge")
    [event] = advance(world.cloud, SUNDAY)
    assert [change.new for change in event.changes] == ["db.m7g.2xlarge"]


def test_windows_open_in_their_order_however_far_the_clock_is_moved(world: World) -> None:
    for name, window in (
        ("late", "tue:23:30-wed:00:30"),
        ("early", "mon:12:30-mon:13:00"),
        ("over", "sun:23:30-mon:00:30"),
    ):
        database(world, name, maintenanceWindow=window).update(instanceClass="db.m7g.xlarge")
    happened = advance(world.cloud, START + timedelta(days=40))
    assert [event.name for event in happened] == ["early", "late", "over"]
    assert [event.at.strftime("%a %H:%M") for event in happened] == ["Mon 12:30", "Tue 23:30", "Sun 23:30"]
    assert world.cloud.now == START + timedelta(days=40)


def test_a_window_that_has_begun_is_not_the_next_one(world: World) -> None:
    db = database(world, maintenanceWindow="mon:11:30-mon:12:30")
    db.update(instanceClass="db.m7g.xlarge")
    [waits] = pending(world.cloud)
    assert waits.at == START + timedelta(days=7, minutes=-30)


def test_an_instance_without_a_window_has_one_that_the_service_picks(world: World) -> None:
    db = database(world, maintenanceWindow=None)
    db.update(instanceClass="db.m7g.xlarge")
    [waits] = pending(world.cloud)
    assert waits.at is not None
    assert waits.assumed
    assert window_of(db.item) == window_of(db.item)


def test_a_major_version_without_a_minor_is_read_as_the_version_that_runs(world: World) -> None:
    db = database(world)
    db.update(engineVersion="18", allowMajorVersionUpgrade=True)
    assert db.state["engineVersion"] == "17.6"
    assert db.differs() == ["engineVersion"]


def test_a_version_that_is_given_to_the_letter_is_read_as_sent(world: World) -> None:
    """terraform-provider-aws, engine_version.go: the pending version equals the one of the program."""
    db = database(world, engineVersion="17.5")
    db.update(engineVersion="17.7")
    assert db.state["engineVersion"] == "17.7"
    assert db.state["engineVersionActual"] == "17.5"
    assert db.differs() == []
    assert [one.change.path for one in pending(world.cloud)] == ["engineVersion"]


def test_a_major_upgrade_takes_its_replicas_along(world: World) -> None:
    world.add(GROUP, "old", name="old", family="postgres17").add(GROUP, "new", name="new", family="postgres18")
    db = database(world, parameterGroupName="old")
    replica = Provider(world, DATABASE, "replica", replicateSourceDb="db", parameterGroupName="old")
    db.update(engineVersion="18", allowMajorVersionUpgrade=True, parameterGroupName="new")
    assert db.differs() == ["engineVersion", "parameterGroupName"], "the group of the new family comes with the version"
    primary, along = advance(world.cloud, SUNDAY)
    assert (primary.name, along.name, along.kind) == ("db", "replica", Kind.ALONG)
    assert replica.item.inputs["parameterGroupName"] == "default.postgres18"
    assert replica.item.outputs["engineVersionActual"] == "18.6"
    assert db.item.inputs["parameterGroupName"] == "new"


def test_another_group_of_the_same_family_is_named_at_once_and_read_at_the_next_restart(world: World) -> None:
    db = database(world, parameterGroupName="one")
    db.update(parameterGroupName="two")
    assert db.item.inputs["parameterGroupName"] == "two"
    assert db.differs() == []
    [waits] = pending(world.cloud)
    assert waits.at is None
    assert advance(world.cloud, START + timedelta(days=30)) == []
    db.update(instanceClass="db.m7g.xlarge")
    [event] = advance(world.cloud, START + timedelta(days=60))
    assert [change.path for change in event.changes] == ["instanceClass", "parameterGroupName"]
    assert pending(world.cloud) == []


def test_static_parameters_wait_for_the_restart_of_every_instance_of_the_group(world: World) -> None:
    static = {"name": "max_connections", "value": "200", "applyMethod": "pending-reboot"}
    dynamic = {"name": "work_mem", "value": "4096", "applyMethod": "immediate"}
    group = Provider(world, GROUP, "group", family="postgres17", parameters=[static, dynamic])
    db = database(world, parameterGroupName="group")
    database(world, "other", parameterGroupName="another")
    group.update(parameters=[{**static, "value": "300"}, {**dynamic, "value": "8192"}])
    [waits] = pending(world.cloud)
    assert (waits.name, waits.change.path, waits.at) == ("db", "parameters.max_connections", None)
    assert db.differs() == []


def test_storage_is_held_for_six_hours_after_a_change(world: World) -> None:
    db = database(world, applyImmediately=True)
    db.update(allocatedStorage=150)
    assert any("six hours" in line for line in world.update(DATABASE, "db", allocatedStorage=200))
    [event] = advance(world.cloud, START + timedelta(hours=6))
    assert "can be changed again" in event.what
    assert world.update(DATABASE, "db", allocatedStorage=200) == []


def test_a_node_type_of_a_cache_waits_and_a_new_token_takes_it_along(world: World) -> None:
    group = cache(world)
    group.update(nodeType="cache.m7g.large")
    assert group.differs() == ["nodeType"]
    group.update(authToken="token-of-the-second-day")
    assert group.item.inputs["nodeType"] == "cache.m7g.large"
    assert [event.kind for event in world.cloud.happened] == [Kind.FLUSHED, Kind.ASKED]
    assert "stays valid until SET" in world.cloud.happened[1].what
    assert "token-of" not in str(world.cloud.happened)


def test_a_rehearsal_that_was_killed_between_two_windows_goes_on_where_it_stopped(tmp_path: Path) -> None:
    world = World(tmp_path)
    for name, window in (("one", "tue:04:30-tue:05:00"), ("two", "wed:04:30-wed:05:00")):
        database(world, name, maintenanceWindow=window).update(instanceClass="db.m7g.xlarge")
    journal = tmp_path / "cloud.jsonl"
    before = journal.read_bytes()
    advance(world.cloud, START + timedelta(days=7))
    written = journal.read_bytes().removeprefix(before).splitlines(keepends=True)
    for kept in range(len(written) + 1):
        for cut in (b"", b'{"tok'):
            journal.write_bytes(before + b"".join(written[:kept]) + cut)
            again = Cloud(journal)
            advance(again, START + timedelta(days=7))
            assert [item.inputs["instanceClass"] for item in again.of_type(DATABASE)] == ["db.m7g.xlarge"] * 2
            assert pending(again) == []
            assert again.now == START + timedelta(days=7)


def test_what_waits_and_the_clock_outlive_the_process(tmp_path: Path) -> None:
    world = World(tmp_path)
    database(world).update(instanceClass="db.m7g.xlarge")
    advance(world.cloud, START + timedelta(hours=1))
    again = Cloud(tmp_path / "cloud.jsonl")
    assert again.now == START + timedelta(hours=1)
    assert [one.change.new for one in pending(again)] == ["db.m7g.xlarge"]
    assert Cloud(tmp_path / "cloud.jsonl").now == again.now, "compaction keeps the clock"


def test_what_is_deleted_waits_for_nothing(world: World) -> None:
    database(world).update(instanceClass="db.m7g.xlarge")
    world.cloud.delete(DATABASE, "db")
    assert pending(world.cloud) == []
    assert advance(world.cloud, SUNDAY) == []


def test_the_clock_never_goes_back(world: World) -> None:
    advance(world.cloud, START + timedelta(days=1))
    with pytest.raises(ClockError):
        advance(world.cloud, START)
    assert world.cloud.now == START + timedelta(days=1)


def test_it_is_said_how_sure_the_times_of_a_type_are() -> None:
    assert time_source(DATABASE) is TimeSource.TABLE
    assert time_source(CACHE) is TimeSource.ASSUMED, "two documents disagree about its parameter group"
    assert time_source("aws:ec2/vpc:Vpc") is TimeSource.NONE


def test_an_empty_cloud_has_nothing_before_it(world: World) -> None:
    assert coming(world.cloud) == []
