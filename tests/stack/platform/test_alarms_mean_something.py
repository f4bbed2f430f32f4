"""Every alarm of every plan is silent in what is normal and goes off in what it exists for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cloudwatch import Alarm, alarm_of, goes_off
from tests.support.metric_shapes import Shape, Thing, series, shapes, situations, thing_of
from tests.support.stack import EVERY_STACK, record_platform, recorded, settings

if TYPE_CHECKING:
    from tests.support.recording import Recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
VARIANTS: dict[str, dict[str, Any]] = {
    "keys with an expiry leave": {"redis": {"maxmemoryPolicy": "volatile-lru"}},
    "no key leaves": {"redis": {"maxmemoryPolicy": "noeviction", "nodeType": "cache.t4g.small"}},
    "replicas and shards of other sizes": {
        "postgres": {
            "replicas": 2,
            "replicaInstanceClass": "db.t4g.xlarge",
            "shards": {"count": 2, "replicas": 1, "instanceClass": "db.t4g.large", "allocatedStorageGib": 30},
        }
    },
}
"""Changes to development's last phase that alarms look different with."""
ASLEEP = {
    "-cpu-credits": "burstable",
}
"""Alarms, by their ending, that wait for what their thing has to become first: a class without credits publishes no
balance, and has the alarm so that another class takes none away (components/monitoring/kinds/servers.py)."""


@cache
def varied(name: str) -> Recording:
    return record_platform(settings("dev", "microservices", **VARIANTS[name]))


def about(recording: Recording) -> list[tuple[Alarm, Thing]]:
    """Every alarm of a plan with what it is about."""
    found = [alarm_of(item.name, item.inputs) for item in recording.of_type(ALARM)]
    return [(alarm, thing_of(alarm, recording)) for alarm in found]


@cache
def minute(alarm: Alarm, thing: Thing, shape: Shape) -> int | None:
    """When an alarm goes off in a situation; alarms that differ in nothing but their thing are asked once."""
    return goes_off(alarm, series(shape, thing))


def mistakes(alarm: Alarm, thing: Thing) -> list[str]:
    """What is wrong with an alarm."""
    anyone, found, meant = replace(alarm, name="", dimensions=frozenset()), [], 0
    for shape in situations(thing):
        should = any(alarm.name.endswith(f"-{ending}") for ending in shape.fires)
        when = minute(anyone, thing, shape)
        meant += should
        if should and when is None:
            found.append(f"{alarm.name} stays silent in {shape.name}")
        if not should and when is not None:
            found.append(f"{alarm.name} goes off after {when} minutes in {shape.name}")
    asleep = any(alarm.name.endswith(ending) and trait not in thing.traits for ending, trait in ASLEEP.items())
    if not meant and not asleep:
        found.append(f"no shape says when {alarm.name} must go off: write one in tests/data/metric_shapes.yaml")
    return found


def wrong(recording: Recording) -> list[str]:
    return [line for alarm, thing in about(recording) for line in mistakes(alarm, thing)]


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_every_alarm_of_a_stack_is_silent_when_all_is_well_and_goes_off_for_what_it_is_for(
    environment: str, phase: str
) -> None:
    found = wrong(recorded(environment, phase))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", VARIANTS)
def test_so_is_every_alarm_that_a_setting_makes_different(name: str) -> None:
    found = wrong(varied(name))
    assert not found, "\n".join(found)


def test_every_situation_happens_in_some_stack_and_says_who_knows_it() -> None:
    recordings = [recorded(*pair) for pair in EVERY_STACK] + [varied(name) for name in VARIANTS]
    everything = [pair for one in recordings for pair in about(one)]
    awake = {ending for ending, trait in ASLEEP.items() for _, thing in everything if trait in thing.traits}
    assert awake == ASLEEP.keys()
    happened = {shape.name for _, thing in everything for shape in situations(thing)}
    assert [shape.name for shape in shapes() if shape.name not in happened] == []
    assert all("assumed" in shape.source or "(" in shape.source for shape in shapes())


def test_normal_situations_are_there_of_every_kind() -> None:
    kinds = {kind for shape in shapes() for kind in shape.of}
    for kind in kinds:
        normal = [shape.name for shape in shapes() if kind in shape.of and not shape.fires]
        assert any("idle night" in name for name in normal), kind
        assert any("failover" in name or "lost node" in name for name in normal), kind


def test_an_alarm_that_nothing_is_said_of_is_named() -> None:
    (alarm, thing), *_ = about(recorded("dev", "optimization"))
    (told,) = [line for line in mistakes(replace(alarm, name="alarms-primary-dreams"), thing) if "no shape" in line]
    assert told.startswith("no shape says when alarms-primary-dreams must go off")


def one(recording: Recording, name: str) -> tuple[Alarm, Thing]:
    (found,) = [pair for pair in about(recording) if pair[0].name == f"alarms-{name}"]
    return found


@pytest.mark.parametrize(
    ("name", "threshold", "told"),
    [
        ("replica-1-replica-lag", 30, "goes off after 5 minutes in an idle night of a replica that has nothing"),
        ("replica-1-storage", 0, "stays silent in storage that fills up"),
        ("primary-storage", 30 * 1024**3, "goes off after 5 minutes in an idle night"),
        ("primary-cpu", 10, "goes off after 5 minutes in the busiest hour"),
        ("primary-memory", 0, "stays silent in sessions and sorts that take the memory"),
    ],
)
def test_a_threshold_that_ignores_the_thing_is_red(name: str, threshold: float, told: str) -> None:
    alarm, thing = one(recorded("dev", "horizontal"), name)
    assert mistakes(alarm, thing) == []
    found = mistakes(replace(alarm, threshold=threshold), thing)
    assert any(told in line for line in found), found


def test_an_alarm_on_every_eviction_of_a_cache_that_should_evict_is_red() -> None:
    alarm, thing = one(recorded("dev", "horizontal"), "redis-0001-001-evictions")
    found = mistakes(replace(alarm, expression="value"), thing)
    assert any("in a cache that is full and answers" in line for line in found), found
