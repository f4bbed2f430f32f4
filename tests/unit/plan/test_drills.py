"""What drills found, as data."""

from __future__ import annotations

from plan.drills import Event, Pending, TimeLine


def pod(seconds: float, name: str, what: str, detail: str = "") -> Event:
    return Event(seconds, "Pod", f"default/{name}", what, detail)


LINE = TimeLine(
    (
        Event(0.0, "Node", "a", "added", "zone-a"),
        pod(1.0, "late", "pending", "0/1 nodes are available: 1 Insufficient cpu."),
        pod(2.0, "never", "pending", "0/1 nodes are available: 1 Too many pods."),
        pod(3.0, "late", "pending", "0/2 nodes are available: 2 Insufficient cpu."),
        pod(9.0, "late", "scheduled", "b"),
        pod(10.0, "away", "pending", "no"),
        pod(11.0, "away", "gone"),
    ),
    seconds=20.0,
)


def test_a_pod_that_waited_has_the_latest_reason_and_the_time_until_it_got_a_node() -> None:
    assert LINE.pending()[0] == Pending("default/late", "0/2 nodes are available: 2 Insufficient cpu.", 8.0, ended=True)


def test_a_pod_that_never_got_a_node_waits_until_the_end() -> None:
    assert LINE.pending()[1] == Pending("default/never", "0/1 nodes are available: 1 Too many pods.", 18.0)


def test_a_pod_that_went_away_waits_no_more() -> None:
    assert LINE.pending()[2] == Pending("default/away", "no", 1.0, ended=True)


def test_events_are_found_by_object_kind_and_word() -> None:
    assert [event.seconds for event in LINE.of("default/late")] == [1.0, 3.0, 9.0]
    assert [event.name for event in LINE.of(kind="Node")] == ["a"]
    assert [event.seconds for event in LINE.of("default/late", what="pending")] == [1.0, 3.0]
    assert LINE.of("default/late", kind="Node") == ()


def test_a_part_has_what_happened_in_it_and_ends_with_it() -> None:
    part = LINE.between(2.0, 10.0)
    assert [event.seconds for event in part.events] == [2.0, 3.0, 9.0]
    assert part.seconds == 10.0
    assert part.pending()[0].seconds == 8.0
