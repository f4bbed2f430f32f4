"""How sure a rehearsal is, as text, JSON, a page and a comment; and what a strict one says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ops.answers.journey import Journey, JourneyStep
from ops.answers.truth import NOBODY_KNOWS, holds, refusal, truth_json, truth_of
from ops.document.blocks import Document, Section
from ops.document.html import page
from ops.document.markdown import comment
from ops.jsonable import plain
from ops.views.journey import section as journey_section
from ops.views.truth import QUESTION, blocks, section, verdict
from plan import PlannedResource
from sandbox.invokes.origins import Answered, Origin
from sandbox.truth.grades import Aspect
from sandbox.truth.setting import Setting
from tests.support.told import told

if TYPE_CHECKING:
    from sandbox.truth.report import Truth

VPC, ALARM = "aws:ec2/vpc:Vpc", "aws:cloudwatch/metricAlarm:MetricAlarm"
NOBODYS = "example:index/thing:Thing"


def planned(token: str, number: int = 0, *, custom: bool = True) -> PlannedResource:
    urn = f"urn:pulumi:dev::p::{token}::{number}"
    return PlannedResource(urn, token, str(number), "create", {}, custom=custom)


def found(*tokens: str, setting: Setting = Setting()) -> Truth:  # noqa: B008 - frozen
    return truth_of([planned(token, number) for number, token in enumerate(tokens)], setting)


def text(truth: Truth, *, detailed: bool = False) -> str:
    return told(Section(id="x", title="x", blocks=tuple(blocks(truth, detailed=detailed))))


def test_components_and_the_engines_own_resources_are_not_counted() -> None:
    parts = [planned(VPC), planned("my:own:Component", custom=False), planned("pulumi:providers:aws")]
    assert [item.token for item in truth_of(parts, Setting()).types] == [VPC]


def test_what_nobody_described_is_treated_like_data() -> None:
    assert (holds(VPC), holds(ALARM), holds(NOBODYS)) == ("network", "", NOBODY_KNOWS)
    assert found(NOBODYS).unproven != ()


def test_a_terminal_gets_a_line_for_each_package_and_the_weakest_spots() -> None:
    shown = text(found(VPC, ALARM, ALARM, NOBODYS))
    lines = [line.split() for line in shown.splitlines()]
    assert [line[:3] for line in lines if line[:1] in (["aws"], ["example"], ["Total"])] == [
        ["aws", "3", "2"],
        ["example", "1", "1"],
        ["Total", "4", "3"],
    ]
    assert "The weakest spots" in shown
    assert "Thing (1, nobody knows what): replacement assumed" in shown
    assert "What a green light does not say" in shown
    assert "(How sure each type is; --truth shows it: --json has them)" in shown
    assert "MetricAlarm  " not in shown


def test_truth_shows_every_type_in_words_without_colour() -> None:
    shown = text(found(VPC, ALARM, NOBODYS), detailed=True)
    row = next(line for line in shown.splitlines() if line.startswith("aws ec2.Vpc"))
    assert row.split() == ["aws", "ec2.Vpc", "network", "1", "table", "table", "table", "table", "real", "table"]
    assert "What is assumed, and of which types" in shown


def test_the_json_document_has_the_promised_keys() -> None:
    document = json.loads(json.dumps(plain(truth_json(found(VPC, NOBODYS)))))
    assert list(document) == ["strict", "grades", "packages", "weakest", "unsaid", "lookups", "types"]
    assert document["strict"] is False
    assert list(document["grades"]) == ["real", "table", "schema", "assumed"]
    assert list(document["packages"][0]) == ["package", "resources", "types", "grades", "assumed"]
    assert list(document["weakest"][0]) == ["type", "resources", "holds", "aspect", "grade", "weight", "why", "fix"]
    assert [list(item) for item in document["types"]] == [["type", "resources", "holds", "aspects"]] * 2
    assert list(document["types"][0]["aspects"]) == [aspect.value for aspect in Aspect]
    assert list(document["types"][0]["aspects"]["values"]) == ["grade", "why", "source", "fix"]


def test_the_page_has_every_type_and_the_comment_shows_the_packages_and_folds_the_types() -> None:
    truth = found(VPC, NOBODYS)
    whole = Document(title="t", subtitle="s", verdicts=(verdict(truth),), sections=(section(truth),))
    html, markdown = page(whole), comment(whole)
    assert 'id="certainty"' in html
    assert ">aws ec2.Vpc</th>" in html
    before, folded = markdown.split("<details>")
    assert "| aws | 1 | 1 |" in before
    assert "The weakest spots" in before
    assert "| aws ec2.Vpc | network |" in folded
    assert QUESTION in before


def test_the_verdict_counts_and_fails_nothing() -> None:
    assert verdict(found(VPC)).state == "good"
    told_of = verdict(found(VPC, NOBODYS))
    assert (told_of.state, told_of.answer) == ("note", "6 of 12 answers are known")
    assert told_of.detail == "0 from the schema alone, 6 assumed; 6 of those about what holds data"


def test_strict_lists_every_assumption_with_its_fix_and_where_the_row_belongs() -> None:
    assert refusal(found(VPC, ALARM)) == ""
    lines = refusal(found(NOBODYS)).splitlines()
    assert lines[0] == "--strict: 6 assumed of types that hold data, or of which nobody knows what they hold:"
    assert len(lines) == 1 + 2 * len(Aspect)
    assert all("(sandbox/services/example.py)" in line for line in lines[2::2])


def test_a_preview_is_never_strict() -> None:
    text_of = refusal(found(VPC, setting=Setting(updated=False)))
    assert "fix: rehearse without --preview" in text_of
    assert replace(Setting(), updated=False) == Setting(updated=False)


def test_a_run_of_nothing_says_so() -> None:
    assert "Nothing was rehearsed" in text(found())


def test_a_journey_says_how_sure_it_is_about_all_that_stood_in_any_step() -> None:
    steps = (JourneyStep(None, "one", (planned(NOBODYS),)), JourneyStep("one", "two", (planned(VPC),)))
    whole = Journey("dev", steps)
    assert [item.token for item in whole.truth.types] == [VPC, NOBODYS]
    assert "How sure this is: 6 of 12 answers are known" in told(journey_section(whole))
    assert "How sure this is" not in told(journey_section(Journey("dev", ())))
    assert list(plain(whole)) == ["steps", "ok", "truth"]


def test_it_says_what_look_ups_were_answered_from() -> None:
    lookups = (
        Answered("aws:ec2/getVpc:getVpc", Origin.SEED, 2),
        Answered("aws:index/getRegion:getRegion", Origin.COMPUTED, 1),
    )
    truth = truth_of([planned(VPC)], Setting(), lookups)
    wanted = "Look-ups of the program: 2 answered by the seed file, which nobody compared with an account, 1 computed."
    assert wanted in text(truth)
    assert "Look-ups" not in text(found(VPC))
    assert plain(truth_json(truth))["lookups"][0] == {
        "function": "aws:ec2/getVpc:getVpc",
        "origin": "seed file",
        "questions": 2,
    }
