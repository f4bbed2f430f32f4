"""What is deployed is what was reviewed: steps, properties and values, and what is left of them after a failure."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.answers.gate import gate_file
from plan.preview import read_preview
from plan.unknown import UNKNOWN
from policies.gate.reviewed import unreviewed

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "urn:pulumi:prod::bailbondpro::"
BUCKET = "aws:s3/bucket:Bucket"


def step(op: str, name: str = "one", *, old: Any = None, new: Any = None, diff: tuple[str, ...] = ()) -> dict[str, Any]:  # noqa: ANN401 - inputs
    """A step of a preview of a bucket."""
    state = {"type": BUCKET, "urn": f"{PREFIX}{BUCKET}::{name}", "custom": True}
    entry: dict[str, Any] = {"op": op, "urn": state["urn"]}
    if op != "create":
        entry["oldState"] = {**state, "inputs": old or {}}
    if op not in {"delete", "delete-replaced"}:
        entry["newState"] = {**state, "inputs": new or {}}
    if diff:
        kind = "update-replace" if "replace" in op else "update"
        entry["detailedDiff"] = {path: {"kind": kind, "inputDiff": True} for path in diff}
    return entry


def replacement(old: dict[str, Any], new: dict[str, Any], *diff: str) -> list[dict[str, Any]]:
    return [step(op, old=old, new=new, diff=diff) for op in ("create-replacement", "replace", "delete-replaced")]


def said(now: list[dict[str, Any]], reviewed: list[dict[str, Any]]) -> list[tuple[str, tuple[str, ...]]]:
    """What goes beyond the reviewed plan: the sentence and the properties."""
    previews = [read_preview({"steps": steps, "changeSummary": {}}) for steps in (now, reviewed)]
    return [(one.says, one.properties) for one in unreviewed(*previews)]


CREATE = step("create", new={"acl": "private", "tags": {"a": "1"}})
UPDATE = step("update", old={"acl": "private", "x": 1}, new={"acl": "public", "x": 1}, diff=("acl",))
DELETE = step("delete", old={"acl": "private"})
REPLACE = replacement({"bucket": "a"}, {"bucket": "b"}, "bucket")
ALL = [CREATE, step("same", "two"), UPDATE | {"urn": f"{PREFIX}{BUCKET}::three"}]


@pytest.mark.parametrize("steps", [[CREATE], [UPDATE], [DELETE], REPLACE, ALL, []])
def test_the_reviewed_plan_itself_is_let_pass_and_so_is_what_is_left_of_it(steps: list[dict[str, Any]]) -> None:
    assert said(steps, steps) == []
    assert said([], steps) == []
    assert said([step("same", old={"acl": "x"}, new={"acl": "x"})], steps) == []


@pytest.mark.parametrize(
    ("now", "reviewed", "says"),
    [
        ([CREATE], [], "create was not among the reviewed steps"),
        ([DELETE], [], "delete was not among the reviewed steps"),
        ([UPDATE], [step("same")], "update was not among the reviewed steps"),
        ([DELETE], [UPDATE], "delete was reviewed as update"),
        ([UPDATE], [DELETE], "update was reviewed as delete"),
        (REPLACE, [UPDATE], "replace was reviewed as update"),
        ([UPDATE], REPLACE, "update was reviewed as replace"),
        ([CREATE], [UPDATE], "create was reviewed as update"),
    ],
)
def test_a_step_that_nobody_saw_stops_the_deployment(
    now: list[dict[str, Any]], reviewed: list[dict[str, Any]], says: str
) -> None:
    assert said(now, reviewed) == [(says, ())]


def test_another_value_or_one_more_property_is_named() -> None:
    other = copy.deepcopy(CREATE)
    other["newState"]["inputs"]["tags"]["a"] = "2"
    other["newState"]["inputs"]["policy"] = "{}"
    assert said([other], [CREATE]) == [("other values than were reviewed", ("policy", "tags"))]
    assert said([CREATE], [other]) == [("other values than were reviewed", ("policy", "tags"))]
    more = step("update", old={"acl": "private", "x": 1}, new={"acl": "public", "x": 2}, diff=("acl", "x"))
    assert said([more], [UPDATE]) == [("other values than were reviewed", ("x",))]
    assert said([UPDATE], [more]) == []


def test_a_deployment_that_is_started_again_does_not_set_back_what_came_after_it() -> None:
    reviewed = step("update", old={"image": "1"}, new={"image": "2"}, diff=("image",))
    again = step("update", old={"image": "3"}, new={"image": "2"}, diff=("image",))
    assert said([again], [reviewed]) == [("other values than were reviewed", ("image",))]


def test_taking_over_keeping_and_the_order_of_a_replacement_are_part_of_a_review() -> None:
    taken = {**CREATE, "op": "import"}
    [(says, _)] = said([taken], [CREATE])
    assert "takes over" in says
    kept = copy.deepcopy(CREATE)
    kept["newState"]["retainOnDelete"] = True
    [(says, _)] = said([kept], [CREATE])
    assert "retainOnDelete" in says
    [(says, _)] = said([REPLACE[2], REPLACE[0], REPLACE[1]], REPLACE)
    assert "the other order" in says


@pytest.mark.parametrize("steps", [[UPDATE], [DELETE], REPLACE], ids=["update", "delete", "replace"])
def test_what_was_made_anew_since_the_review_is_another_thing(steps: list[dict[str, Any]]) -> None:
    def of(physical: str) -> list[dict[str, Any]]:
        found = copy.deepcopy(steps)
        for each in found:
            each["oldState"]["id"] = physical
        return found

    assert said(of("a-1"), of("a-1")) == []
    [(says, _)] = said(of("a-2"), of("a-1"))
    assert "made anew since the review: a-1 was looked at, and this is a-2" in says


def test_true_is_not_one() -> None:
    now = step("update", old={"x": 0}, new={"x": True}, diff=("x",))
    assert said([now], [step("update", old={"x": 0}, new={"x": 1}, diff=("x",))])


def test_a_value_that_nobody_could_know_may_be_anything_and_a_known_one_may_not_become_unknown() -> None:
    unknown = step("create", new={"acl": UNKNOWN, "tags": {"a": UNKNOWN}})
    assert said([CREATE], [unknown]) == []
    assert said([unknown], [CREATE]) == [("other values than were reviewed", ("acl", "tags"))]


def test_the_nodes_that_an_autoscaler_wants_meanwhile_were_not_for_review_and_the_most_of_them_were() -> None:
    def pool(desired: int, most: int) -> list[dict[str, Any]]:
        old, new = ({"scalingConfig": {"desiredSize": desired, "maxSize": size}} for size in (6, most))
        found = json.dumps(step("update", old=old, new=new, diff=("scalingConfig.maxSize",)))
        return [json.loads(found.replace(BUCKET, "aws:eks/nodeGroup:NodeGroup"))]

    assert said(pool(5, 9), pool(3, 9)) == []
    assert said(pool(5, 12), pool(3, 9)) == [("other values than were reviewed", ("scalingConfig",))]


def test_a_replacement_that_other_properties_force_was_not_reviewed() -> None:
    more = replacement({"bucket": "a", "region": "x"}, {"bucket": "b", "region": "x"}, "bucket", "region")
    assert said(more, replacement({"bucket": "a", "region": "x"}, {"bucket": "b", "region": "x"}, "bucket")) == [
        ("other properties force its replacement than were reviewed", ("region",))
    ]


def test_what_an_update_left_in_the_middle_of_a_replacement_may_be_ended() -> None:
    left = step("delete", old={"bucket": "a"})
    left["oldState"]["delete"] = True
    rest = [step("same", old={"bucket": "b"}, new={"bucket": "b"}), left]
    assert said(rest, REPLACE) == []
    assert said(rest, [UPDATE]) == [("its old copy goes, and no replacement was reviewed", ())]


def test_the_plan_of_another_stack_or_half_a_plan_reviews_nothing() -> None:
    other = json.loads(json.dumps([CREATE]).replace(":prod::", ":dev::"))
    [(says, _)] = said([CREATE], other)
    assert "another stack" in says
    previews = [
        read_preview({"steps": [CREATE], "changeSummary": {}}),
        read_preview({"steps": [CREATE], "changeSummary": {}, "diagnostics": [{"severity": "error", "message": "no"}]}),
    ]
    assert [one.judged for one in unreviewed(*previews)] == [False]


def test_the_gate_stops_what_was_not_reviewed_and_a_waiver_names_it(tmp_path: Path) -> None:
    for name, steps in (("now", [CREATE, step("same", "two")]), ("seen", [step("same", "two")])):
        document = {"steps": steps, "changeSummary": {}}
        (tmp_path / f"{name}.json").write_text(json.dumps(document), "utf-8")
    found = gate_file(tmp_path / "now.json", reviewed=tmp_path / "seen.json")
    assert "not-reviewed" in {one.rule for one in found.stopping}
    assert "not-reviewed" not in {one.rule for one in gate_file(tmp_path / "now.json").findings}


@pytest.mark.parametrize(
    ("option", "was", "becomes"),
    [
        ("protect", True, False),
        (
            "provider",
            "urn:pulumi:prod::a::pulumi:providers:aws::aws::1",
            "urn:pulumi:prod::a::pulumi:providers:aws::b::2",
        ),
        ("ignoreChanges", [], ["tags"]),
        ("retainOnDelete", True, False),
    ],
)
def test_options_of_a_resource_are_part_of_a_review(option: str, was: object, becomes: object) -> None:
    def at(kind: str, old: object, new: object) -> dict[str, Any]:
        found = copy.deepcopy(UPDATE if kind == "update" else step("same", old={"a": 1}, new={"a": 1}))
        found["oldState"][option], found["newState"][option] = old, new
        return found

    for kind in ("same", "update"):
        assert said([at(kind, was, becomes)], [at(kind, was, becomes)]) == []
        [(says, _)] = said([at(kind, was, becomes)], [at(kind, was, was)])
        assert option in says
        assert said([at("same", was, was)], [at(kind, was, becomes)]) == []
    [(says, _)] = said([at("same", was, becomes)], [])
    assert says == f"{option} changes, and was not among the reviewed steps"


def test_the_environment_is_part_of_a_review() -> None:
    documents = [{"config": {"bailbondpro:environment": name}, "steps": [step("same")]} for name in ("dev", "prod")]
    [one] = unreviewed(*map(read_preview, documents))
    assert one.says == "the reviewed plan is that of another environment"
