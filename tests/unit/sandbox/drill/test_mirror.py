"""Copies that follow a cluster, and label selectors on them."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from sandbox.drill.mirror import Mirror
from sandbox.drill.selectors import matcher
from sandbox.drill.watch import Change, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

Manifest = dict[str, Any]


class Stream:
    """A watch that reports what it is given."""

    def __init__(self) -> None:
        self.listed = threading.Event()
        self._changes: queue.Queue[Change | None] = queue.Queue()

    def say(self, kind: str, live: Manifest) -> None:
        self._changes.put(Change(kind, live))

    def stop(self) -> None:
        self._changes.put(None)

    def __iter__(self) -> Iterator[Change]:
        while (change := self._changes.get()) is not None:
            yield change


def pod(name: str, version: int, uid: str = "", **labels: str) -> Manifest:
    metadata = {"name": name, "namespace": "default", "uid": uid or name, "resourceVersion": str(version)}
    return {"kind": "Pod", "metadata": {**metadata, "labels": labels}}


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
def mirror(stream: Stream) -> Iterator[Mirror]:
    found = Mirror(cast("Watch", stream))
    yield found
    found.stop()


def names(mirror: Mirror) -> list[str]:
    return [item["metadata"]["name"] for item in mirror.objects() or ()]


def test_a_copy_has_what_was_listed_and_follows_every_change(stream: Stream, mirror: Mirror) -> None:
    stream.say("ADDED", pod("b", 1))
    stream.say("ADDED", pod("a", 2))
    stream.listed.set()
    assert mirror.await_version(2)
    assert names(mirror) == ["a", "b"]
    stream.say("MODIFIED", pod("a", 3, state="new"))
    stream.say("DELETED", pod("b", 4))
    assert mirror.await_version(4)
    assert [item["metadata"]["labels"] for item in mirror.objects() or ()] == [{"state": "new"}]


def test_whoever_deleted_an_object_does_not_find_it_afterwards(stream: Stream, mirror: Mirror) -> None:
    stream.say("ADDED", pod("a", 1))
    stream.listed.set()
    assert mirror.await_version(1)
    threading.Timer(0.05, stream.say, ("DELETED", pod("a", 2))).start()
    mirror.await_going("a")
    assert names(mirror) == []


def test_an_object_that_is_going_is_waited_for_no_longer(stream: Stream, mirror: Mirror) -> None:
    going = pod("a", 2)
    going["metadata"]["deletionTimestamp"] = "2026-11-30T00:00:00Z"
    stream.say("ADDED", going)
    stream.listed.set()
    assert mirror.await_version(2)
    mirror.await_going("a")
    assert names(mirror) == ["a"]


def test_a_listener_is_told_of_what_is_there_and_of_each_change_with_what_was_before(
    stream: Stream, mirror: Mirror
) -> None:
    stream.say("ADDED", pod("a", 1))
    assert mirror.await_version(1)
    told: list[tuple[str | None, str, str]] = []

    def listen(before: Manifest | None, change: Change) -> None:
        version = change.live["metadata"]["resourceVersion"]
        told.append((None if before is None else before["metadata"]["resourceVersion"], change.kind, version))

    mirror.listen(listen)
    stream.say("MODIFIED", pod("a", 2))
    stream.say("DELETED", pod("a", 3))
    assert mirror.await_version(3)
    mirror.leave(listen)
    stream.say("ADDED", pod("b", 4))
    assert mirror.await_version(4)
    assert told == [(None, "ADDED", "1"), ("1", "MODIFIED", "2"), ("2", "DELETED", "3")]


LABELS = {"app": "web", "tier": "front"}


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app=web,tier=front", True),
        ("app=web,tier=back", False),
        ("app!=db", True),
        ("zone!=a", True),
        ("app", True),
        ("zone", False),
        ("!zone", True),
        ("!app", False),
        ("app=", False),
        (" app = web , tier ", True),
    ],
)
def test_labels_are_selected_as_kubectl_does(selector: str, *, fits: bool) -> None:
    found = matcher(selector)
    assert found is not None
    assert found({"metadata": {"labels": LABELS}}) is fits


@pytest.mark.parametrize("selector", ["app in (web)", "app notin (web, db)", "app=web,tier in (a,b)"])
def test_a_selector_that_only_the_server_understands_is_left_to_it(selector: str) -> None:
    assert matcher(selector) is None
