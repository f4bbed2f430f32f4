"""How a review is shown where little of it could be judged."""

from __future__ import annotations

import json

from ops.answers.review.clock import moments
from ops.answers.review.gate import GateVerdict
from ops.answers.review.review import Review
from ops.answers.review.step import Step
from ops.jsonable import plain
from ops.views.review import commented, document, review_json


def shown(*steps: Step) -> str:
    return commented(document(Review("main", "change", "", (), steps)))


def test_where_nothing_was_rehearsed_nobody_says_that_it_was() -> None:
    text = shown(Step("dev", "untouched"))
    assert "Nothing was rehearsed" in text
    assert "not rehearsed: dev" in text
    assert "Rehearsed on" not in text


def test_a_refused_head_is_shown_with_every_line_of_why() -> None:
    why = "Pulumi.dev.yaml: broken\n  fix: mend it"
    text = shown(Step("dev", "refused", refused=why, gate=GateVerdict(((why, ""),))))
    assert "Pulumi.dev.yaml: broken" in text
    assert "fix: mend it" in text


def test_a_base_that_cannot_be_rehearsed_is_no_verdict() -> None:
    text = shown(Step("dev", "unknown", refused="main has no ops/__main__.py"))
    assert "base cannot be rehearsed" in text
    assert "✓" not in text


def test_every_state_is_a_json_document() -> None:
    steps = tuple(Step("dev", state, refused="x") for state in ("untouched", "removed", "refused", "unknown"))
    found = json.loads(json.dumps(plain(review_json(Review("main", "change", "", (), steps)))))
    assert [stack["state"] for stack in found["stacks"]] == ["untouched", "removed", "refused", "unknown"]
    assert found["exit_code"] == 1


def test_the_clock_of_an_older_commit_may_say_nothing() -> None:
    assert moments({}) == ()
    assert moments({"time": None}) == ()


def test_what_pauses_and_what_waits_are_told_with_their_length() -> None:
    outage = {"why": "failover", "seconds": [60, 120], "source": "a document", "assumed": False}
    change = {"path": "instanceClass", "old": "a", "new": "b"}
    time = {
        "at_once": [
            {"name": "primary", "what": None, "changes": [change], "outage": outage, "sources": []},
            {"name": "bucket", "what": "tagged", "changes": [], "outage": None, "sources": []},
        ],
        "waiting": [
            {
                "name": "replica",
                **change,
                "at": None,
                "window": None,
                "outage_seconds": None,
                "source": "x",
                "assumed": True,
            }
        ],
    }
    found = moments({"time": time})
    assert [(one.name, one.seconds, one.waits) for one in found] == [
        ("primary", (60, 120), False),
        ("replica", None, True),
    ]
    assert found[1].when == "at its next restart, which nobody ordered"
