"""What a control plane does when it does not come up, and what a drill notices of a machine that is too slow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from sandbox.drill import control_plane as module
from sandbox.drill.control_plane import TRIES, ControlPlane
from sandbox.drill.kubelet import stages
from sandbox.drill.numbers import KUBELET_LABEL, NUMBERS, RUNS
from sandbox.drill.pace import Clock, Pace
from sandbox.drill.recorder import Recorder
from sandbox.drill.watch import Change
from sandbox.kubernetes.api_server import ApiServerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.drill.api import ClusterApi

Manifest = dict[str, Any]


def failing(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch, *logs: str) -> list[int]:
    """Let the first starts of a control plane end with a log each; returns where they are counted."""
    counted: list[int] = []

    def start(*_: object) -> None:
        counted.append(len(counted) + 1)
        if len(counted) <= len(logs):
            (plane.folder / "etcd.log").write_text(logs[len(counted) - 1])
            raise ApiServerError("it did not become ready")

    monkeypatch.setattr(module, "control_plane", lambda _: {})
    monkeypatch.setattr(plane, "_start", start)
    return counted


@pytest.fixture
def plane(tmp_path: Path) -> ControlPlane:
    return ControlPlane(tmp_path / "drill", lambda _: None, with_definitions=False)


TAKEN = "listen tcp 127.0.0.1:4711: bind: address already in use"


def test_a_start_whose_port_was_taken_is_tried_again(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = failing(plane, monkeypatch, TAKEN, TAKEN)
    with plane:
        assert counted == [1, 2, 3]
    assert not plane.folder.exists()


def test_ports_that_are_always_taken_end_the_tries(plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = failing(plane, monkeypatch, *[TAKEN] * 9)
    with pytest.raises(ApiServerError):
        plane.__enter__()
    assert len(counted) == TRIES
    assert not plane.folder.exists()


def test_a_start_that_fails_otherwise_is_not_repeated_and_leaves_nothing(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = failing(plane, monkeypatch, "unknown flag: --nonsense")
    with pytest.raises(ApiServerError):
        plane.__enter__()
    assert counted == [1]
    assert not plane.folder.exists()


def test_a_folder_with_something_in_it_is_refused_and_left_alone(plane: ControlPlane) -> None:
    plane.folder.mkdir()
    (plane.folder / "mine").write_text("mine")
    with pytest.raises(FileExistsError, match="give it one of its own"):
        plane.__enter__()
    assert (plane.folder / "mine").read_text() == "mine"


def test_a_wait_ends_when_a_part_of_the_control_plane_has_ended() -> None:
    def check() -> None:
        raise ApiServerError("kube-scheduler ended by itself")

    with pytest.raises(ApiServerError, match="kube-scheduler"):
        Clock(Pace.begin(20), check).wait_until(lambda: False, 60)


class OneKind:
    """An API with copies that say what a test tells them to."""

    def __init__(self) -> None:
        self.listeners: dict[str, Callable[[Manifest | None, Change], None]] = {}

    def mirror(self, _: str, kind: str) -> OneKind:
        self.kind = kind
        return self

    def listen(self, listener: Callable[[Manifest | None, Change], None]) -> None:
        self.listeners[self.kind] = listener

    def leave(self, _: object) -> None:
        self.listeners.pop(self.kind, None)


def node(status: str, **labels: str) -> Manifest:
    condition = {"type": "Ready", "status": status, "message": "Kubelet stopped posting node status."}
    return {
        "kind": "Node",
        "metadata": {"name": "one", "labels": labels},
        "spec": {},
        "status": {"conditions": [condition]},
    }


@pytest.mark.parametrize(
    ("labels", "status", "disturbed"),
    [({KUBELET_LABEL: RUNS}, "Unknown", 1), ({}, "Unknown", 0), ({KUBELET_LABEL: RUNS}, "False", 0)],
)
def test_a_node_that_falls_silent_by_itself_tells_of_a_machine_that_is_too_slow(
    labels: dict[str, str], status: str, disturbed: int
) -> None:
    api = OneKind()
    with Recorder(cast("ClusterApi", api), Clock(Pace.begin(20))) as recorder:
        api.listeners["Node"](node("True", **labels), Change("MODIFIED", node(status, **labels)))
        assert [event.what for event in recorder.time_line().events] == ["not ready"]
        assert len(recorder.disturbed()) == disturbed


def test_the_stages_have_every_number_and_no_gap() -> None:
    text = stages()
    assert "<<" not in text
    assert [number.annotation for number in NUMBERS if number.annotation and number.annotation not in text] == []


def test_every_number_has_a_source_or_says_that_it_is_assumed() -> None:
    assert [number.name for number in NUMBERS if not number.source and not number.assumed] == []
