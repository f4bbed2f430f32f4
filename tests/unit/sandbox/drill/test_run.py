"""A drill on a machine that cannot keep up says nothing of the stack, and is begun anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from plan.drills.record import Drill
from sandbox.drill import run as module
from sandbox.drill.run import run
from sandbox.kubernetes.api_server import ApiServerError

if TYPE_CHECKING:
    from sandbox.drill.subject import Subject

DONE = Drill(key="k", version="1", outcomes=())


def keeping_up_with(monkeypatch: pytest.MonkeyPatch, fastest: float) -> list[float]:
    """A machine on which nodes fall silent at a faster pace; returns the paces that are tried."""
    tried: list[float] = []

    def once(*_: object, pace: float, **__: object) -> Drill:
        tried.append(pace)
        if pace > fastest:
            raise module._DisturbedError(f"this machine cannot keep up with a pace of {pace:g}")
        return DONE

    monkeypatch.setattr(module, "_run", once)
    return tried


def drilled(said: list[str], pace: float | None = None) -> Drill:
    return run(cast("Subject", None), (), Path("drill"), said.append, pace=pace)


@pytest.mark.parametrize(("fastest", "tried"), [(40, [40.0]), (22, [40.0, 20.0]), (10, [40.0, 20.0, 10.0])])
def test_it_is_begun_anew_at_half_the_pace_until_the_machine_keeps_up(
    monkeypatch: pytest.MonkeyPatch, fastest: float, tried: list[float]
) -> None:
    found = keeping_up_with(monkeypatch, fastest)
    said: list[str] = []
    assert drilled(said) is DONE
    assert found == tried
    assert len(said) == len(tried) - 1
    assert all("begins anew at a pace of" in line for line in said)


def test_a_machine_that_keeps_up_with_no_pace_is_said_to_be_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    found = keeping_up_with(monkeypatch, 1)
    with pytest.raises(ApiServerError, match=r"cannot keep up with a pace of 2\.5; there is no slower pace"):
        drilled([])
    assert found == [40.0, 20.0, 10.0, 5.0, 2.5]


def test_a_stated_pace_is_where_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    found = keeping_up_with(monkeypatch, 50)
    drilled([], 60)
    assert found == [60, 30.0]
