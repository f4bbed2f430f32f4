"""Which servers of a plan may be patched at the same time."""

from __future__ import annotations

from typing import Any

from plan import Plan, PlannedResource
from plan.tokens import CACHE, DATABASE
from policies.windows import COMPARED, meetings, meetings_of, unscheduled

ONE, OTHER = "tue:09:00-tue:09:30", "tue:09:30-tue:10:00"


def server(name: str, window: str = ONE, source: str = "", token: str = DATABASE, **inputs: Any) -> PlannedResource:  # noqa: ANN401 - inputs of a resource
    return PlannedResource(
        urn=name,
        type=token,
        name=name,
        op="create",
        inputs={"maintenanceWindow": window, **({"replicateSourceDb": source} if source else {}), **inputs},
        dependencies=(source,) if source else (),
    )


def met(*servers: PlannedResource) -> bool:
    return bool(meetings(Plan(servers)))


def test_a_minute_in_common_is_enough_and_over_the_end_of_the_week_too() -> None:
    assert met(server("a", "tue:09:00-tue:09:31"), server("b", OTHER))
    assert not met(server("a", ONE), server("b", OTHER))
    assert met(server("a", "sun:23:30-mon:00:30"), server("b", "mon:00:00-mon:01:00"))


def test_a_primary_and_its_replica_do_not_share_a_window() -> None:
    assert met(server("a"), server("a-1", source="a"))
    assert not met(server("a", OTHER), server("a-1", source="a"))


def test_replicas_share_one_in_one_zone_or_of_different_servers() -> None:
    first, last = (server("a", OTHER), server("b", "wed:09:00-wed:09:30"))
    zones = [server(f"a-{zone}", source="a", availabilityZone=zone) for zone in ("x", "y")]
    assert met(first, *zones)
    assert not met(first, zones[0], server("a-3", source="a", availabilityZone="x"))
    assert not met(first, last, zones[0], server("b-1", source="b", availabilityZone="y"))


def test_a_cache_is_not_patched_with_a_database() -> None:
    assert met(server("c", token=CACHE), server("a"))
    assert met(server("c", token=CACHE), server("a", OTHER), server("a-1", source="a"))
    assert not met(server("c", token=CACHE), server("d", token=CACHE))


def test_what_is_left_to_the_service_is_named_and_what_goes_is_not() -> None:
    gone = PlannedResource(urn="gone", type=DATABASE, name="gone", op="delete", inputs={})
    assert unscheduled(Plan((server("a", ""), server("b"), gone))) == ["a"]


def test_whose_meeting_it_is_does_not_depend_on_what_stands_in_a_name() -> None:
    plan = Plan((server("a and b"), server("c")))
    assert [urn for urn, _ in meetings_of(plan)] == ["a and b"]


def test_more_servers_than_anybody_compares_are_said_and_not_passed_over() -> None:
    many = 400
    found = meetings(Plan(tuple(server(f"r{n}") for n in range(many))))
    left = many * (many - 1) // 2 - COMPARED
    assert (len(found), found[-1]) == (
        COMPARED + 1,
        f"{left:,} further pairs of servers were not compared: too many for one plan",
    )
