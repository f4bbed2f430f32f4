"""Volumes of databases: read from a plan, felt where they are small, and named where nobody can read them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bailbondpro.facts.rds import LEAST_IOPS, LEAST_MIBPS, MOST_IOPS, SMALL_IOPS, SMALL_MIBPS, STRIPED_GIB
from plan import Plan
from plan.tokens import DATABASE
from plan.unknown import SECRET, UNKNOWN
from planner.simulation.assumptions import Assumptions
from planner.simulation.read_stores import stores_of, unread_volumes
from planner.simulation.reading.volumes import Volume, volume_of
from tests.support.load import app, platform, run, steps, store
from tests.support.plans import planned

if TYPE_CHECKING:
    from plan import PlannedResource

GIVEN = Assumptions()
UNCACHED = Assumptions(cache_keys=1e9)
STEADY = steps((0, 300), (600, 300))


def server(name: str = "one", /, **inputs: object) -> PlannedResource:
    """A primary of 100 GiB."""
    usual = {"instanceClass": "db.m7g.large", "storageType": "gp3", "allocatedStorage": 100.0}
    return planned(DATABASE, name, **{**usual, **inputs})


def volume(**changes: float) -> Volume:
    """What a small volume has, and one page for each request."""
    return replace(Volume(iops=SMALL_IOPS, mibps=SMALL_MIBPS, ios=1, kib=8), **changes)


@pytest.mark.parametrize(
    ("inputs", "carried"),
    [
        ({}, (SMALL_IOPS, SMALL_MIBPS)),
        ({"allocatedStorage": STRIPED_GIB - 1}, (SMALL_IOPS, SMALL_MIBPS)),
        ({"allocatedStorage": STRIPED_GIB}, (LEAST_IOPS, LEAST_MIBPS)),
        ({"allocatedStorage": STRIPED_GIB, "iops": 20_000, "storageThroughput": 1_000}, (20_000, 1_000)),
        ({"allocatedStorage": STRIPED_GIB, "iops": 10 * MOST_IOPS}, (MOST_IOPS, LEAST_MIBPS)),
        ({"iops": 20_000, "storageThroughput": 1_000}, (SMALL_IOPS, SMALL_MIBPS)),
        ({"iops": 100}, (100, SMALL_MIBPS)),
    ],
)
def test_a_volume_carries_what_is_stated_as_far_as_its_size_has_it(
    inputs: dict[str, object], carried: tuple[float, float]
) -> None:
    item = server(**inputs)
    found = volume_of(Plan((item,)), item, GIVEN)
    assert (found.iops, found.mibps) == carried
    assert not list(unread_volumes(Plan((item,))))


def test_a_replica_that_states_no_storage_has_its_sources() -> None:
    source = server(allocatedStorage=STRIPED_GIB)
    copy = replace(server("two", allocatedStorage=None, replicateSourceDb="one"), dependencies=(source.urn,))
    assert volume_of(Plan((source, copy)), copy, GIVEN).iops == LEAST_IOPS
    assert not list(unread_volumes(Plan((source, copy))))


def test_the_smallest_volume_of_a_group_bounds_each() -> None:
    source = server(allocatedStorage=STRIPED_GIB)
    copies = [server(f"copy-{size}", replicateSourceDb="one", allocatedStorage=size) for size in (400.0, 100.0)]
    _, replicas = stores_of(Plan((source, *copies)), GIVEN)
    assert replicas.volume is not None
    assert replicas.volume.iops == SMALL_IOPS


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"iops": UNKNOWN}, "iops not known yet"),
        ({"iops": SECRET}, "iops '[secret]'"),
        ({"iops": "many"}, "iops 'many'"),
        ({"iops": True}, "iops True"),
        ({"iops": 0}, "iops 0"),
        ({"iops": float("nan")}, "iops nan"),
        ({"storageThroughput": UNKNOWN}, "storageThroughput not known yet"),
        ({"allocatedStorage": UNKNOWN}, "allocatedStorage not known yet"),
        ({"allocatedStorage": None}, "allocatedStorage not set"),
        ({"storageType": "io2"}, "storageType 'io2'"),
        ({"storageType": None}, "storageType not set"),
    ],
)
def test_what_of_a_volume_cannot_be_read_is_named(inputs: dict[str, object], named: str) -> None:
    (gap,) = unread_volumes(Plan((server(**inputs),)))
    assert (gap.name, gap.kind) == (f"volume of one: {named}", "setting")


def test_throughput_is_the_bound_where_reads_are_large() -> None:
    assert volume().rate == SMALL_IOPS
    assert volume(ios=2, kib=256).rate == SMALL_MIBPS * 4 / 2
    assert "125 MiB a second, 2 of 256 KiB a request" in volume(ios=2, kib=256).reason


def test_databases_finish_what_processors_and_volumes_both_carry() -> None:
    two = store(endpoints=2, processors=4, database_ms=10)
    assert replace(two, volume=volume(ios=10)).rate == 2 * 300
    assert replace(two, volume=volume(ios=5)).rate == replace(two, volume=volume(ios=0)).rate == two.rate == 2 * 400


def test_a_starved_volume_is_what_breaks() -> None:
    one = store(processors=64, volume=volume(ios=1))
    wide = run(platform(app(), stores=(one,)), STEADY, UNCACHED).summary
    assert (wide.availability_percent, wide.first_break) == (100, None)
    small = replace(one, volume=volume(ios=20))
    found = run(platform(app(), stores=(small,)), STEADY, UNCACHED).summary
    # 3,000 I/O are 150 requests of the 300.
    assert found.availability_percent == pytest.approx(50, abs=2)
    assert found.first_break is not None
    assert found.first_break.resource == "volume of database"
    assert found.first_break.reason == "3,000 I/O a second, 20 of 8 KiB a request"


def test_processors_are_what_breaks_while_the_volume_carries_more() -> None:
    one = store(processors=1, volume=volume(ios=20))
    found = run(platform(app(), stores=(one,)), STEADY, UNCACHED).summary.first_break
    assert found is not None
    assert (found.resource, found.reason) == ("database", "processor time: 1 x 1 processors, 10 ms a request")
