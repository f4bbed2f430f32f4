"""What is kept of a drill."""

from __future__ import annotations

import json

import pytest

from plan.drills import Event, Outcome, Pending, TimeLine
from plan.drills.record import Drill, read, written


def outcome(scenario: str, *problems: str, skipped: str = "") -> Outcome:
    return Outcome(
        scenario=scenario,
        passed=not problems and not skipped,
        seconds=12.5,
        problems=problems,
        pending=(Pending("a/b-1", "0/3 nodes are available", 4.0, ended=True),),
        worst_ready=(("a/b", 0.5),),
        notes=("two nodes",),
        time_line=TimeLine((Event(1.0, "Pod", "a/b-1", "ready", "node"),), 12.5),
        skipped=skipped,
    )


def drill(*outcomes: Outcome) -> Drill:
    return Drill(key="k", version="1.37.2", outcomes=outcomes, stand_ins=("nodes are played",))


def test_a_drill_is_read_as_it_was_written() -> None:
    kept = drill(
        outcome("minimum"), outcome("maximum", "a/b: 1 of 2 pods run"), outcome("spot", skipped="no spot nodes")
    )
    assert read(written(kept)) == kept


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', '{"format": 2, "key": "k"}', "[" * 100_000])
def test_what_is_no_drill_of_this_format_is_none(text: str) -> None:
    assert read(text) is None


def test_a_document_whose_parts_are_missing_is_none() -> None:
    document = json.loads(written(drill(outcome("minimum"))))
    for name in ("key", "outcomes", "stand_ins"):
        assert read(json.dumps({key: value for key, value in document.items() if key != name})) is None
    del document["outcomes"][0]["time_line"]["events"][0]["kind"]
    assert read(json.dumps(document)) is None


def test_newer_outcomes_take_the_place_of_older_ones_and_others_stay() -> None:
    older = drill(outcome("minimum"), outcome("maximum", "full"))
    merged = older.merged(drill(outcome("maximum"), outcome("rollout")))
    assert [(item.scenario, item.passed) for item in merged.outcomes] == [
        ("minimum", True),
        ("maximum", True),
        ("rollout", True),
    ]


def test_nothing_drilled_is_not_ok() -> None:
    assert not drill().ok
    assert drill(outcome("minimum")).ok
    assert not drill(outcome("minimum"), outcome("maximum", "full")).ok
