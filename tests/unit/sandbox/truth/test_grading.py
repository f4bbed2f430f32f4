"""How each aspect of a type is graded, and what makes a grade worse."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.derived.facts import table
from sandbox.model.base import Rule
from sandbox.model.references import Reference
from sandbox.model.returned import Kind, Shows, Value
from sandbox.model.rows import Alike, Returned
from sandbox.model.sources import NO_SOURCES, Sources
from sandbox.model.timing import Setting as Moment
from sandbox.model.timing import Timing, When
from sandbox.services import ROWS, SERVICES
from sandbox.truth.grades import Aspect, Grade
from sandbox.truth.grading import graded
from sandbox.truth.setting import Kubernetes, Setting
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from sandbox.truth.grades import Answer

VPC = "aws:ec2/vpc:Vpc"
CLUSTER = "aws:eks/cluster:Cluster"
LONELY = "aws:cloudwatch/dashboard:Dashboard"
TOPIC, SUBSCRIPTION = "aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"
POOL = "cloudflare:index/loadBalancerPool:LoadBalancerPool"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
NOBODYS = "aws:tests/nobodyWroteIt:NobodyWroteIt"
SERVICE = "kubernetes:core/v1:Service"
RELEASE = "kubernetes:helm.sh/v3:Release"
UPDATED = Setting()
SERVER = Setting(True, Kubernetes.SERVER, "v1.35.0")


def grades(token: str, setting: Setting = UPDATED) -> dict[str, str]:
    return {aspect.value: answer.grade.value for aspect, answer in graded(token, setting).items()}


def answer(token: str, aspect: Aspect, setting: Setting = UPDATED) -> Answer:
    return graded(token, setting)[aspect]


def change(patch: pytest.MonkeyPatch, token: str, **fields: object) -> None:
    patch.setitem(ROWS, token, replace(ROWS[token], **fields))  # type: ignore[arg-type]  # the fields are given by name


def test_a_type_that_nobody_described_is_assumed_in_all_but_what_the_sdk_says() -> None:
    assert set(grades(NOBODYS).values()) == {"assumed"}
    for aspect, found in graded(NOBODYS, UPDATED).items():
        assert found.fix.endswith("(sandbox/services/aws/tests.py)"), aspect


def test_a_rule_for_many_types_does_not_describe_one_that_has_no_row() -> None:
    found = answer("aws:cloudwatch/logMetricFilter:LogMetricFilter", Aspect.REFERENCES)
    assert found.grade is Grade.ASSUMED
    assert found.why.endswith("for types like it; what else holds for it, nobody looked up")


def test_a_described_type_has_its_tables_and_the_document_of_each() -> None:
    found = graded(VPC, UPDATED)
    assert {aspect: item.grade for aspect, item in found.items() if item.grade is not Grade.TABLE} == {
        Aspect.ORDER: Grade.REAL
    }
    assert [aspect for aspect, item in found.items() if item.grade is Grade.TABLE and not item.source] == []


def test_no_rule_about_values_is_the_schema_and_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(GATEWAY, Aspect.VALUES).grade is Grade.SCHEMA
    change(monkeypatch, VPC, values=())
    assert answer(VPC, Aspect.VALUES).grade is Grade.SCHEMA


def test_what_no_row_says_of_replacement_the_provider_or_the_service_declares_or_nobody() -> None:
    queue = answer("aws:sqs/queue:Queue", Aspect.REPLACEMENT)
    assert queue.grade is Grade.SCHEMA
    assert answer("kubernetes:apps/v1:ReplicaSet", Aspect.REPLACEMENT).grade is Grade.TABLE
    assert "terraform-provider-aws 6.58.0" in queue.source
    published = next(iter(table("replacement-cloudformation").keys() - table("replacement-aws").keys() - ROWS.keys()))
    assert answer(published, Aspect.REPLACEMENT).grade is Grade.SCHEMA
    other = answer("random:index/other:Other", Aspect.REPLACEMENT)
    assert (other.grade, other.fix) == (Grade.ASSUMED, "give its row `replaced` (sandbox/services/random.py)")


def test_a_type_without_a_row_has_what_its_schema_says() -> None:
    found = grades("aws:mq/broker:Broker")
    assert (found["values"], found["outputs"], found["order"]) == ("schema", "schema", "schema")
    assert (found["references"], found["time"]) == ("assumed", "assumed")


@pytest.mark.parametrize("aspect", [Aspect.OUTPUTS, Aspect.TIME])
def test_taking_away_the_source_of_a_row_takes_away_its_grade(aspect: Aspect, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(CLUSTER, aspect).grade is Grade.TABLE
    change(monkeypatch, CLUSTER, sources=NO_SOURCES)
    assert answer(CLUSTER, aspect).grade is Grade.ASSUMED


def test_one_rule_without_a_document_makes_all_values_an_assumption(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = ROWS[VPC].values
    change(monkeypatch, VPC, values=(replace(first, source=""), *others))
    found = answer(VPC, Aspect.VALUES)
    assert found.grade is Grade.ASSUMED
    assert first.id in found.fix


def test_one_rule_that_nobody_verified_makes_all_values_an_assumption(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule("vpc-guess", "hearsay", (), lambda _: iter(()), unverified="its error")
    change(monkeypatch, VPC, values=(*ROWS[VPC].values, rule))
    found = answer(VPC, Aspect.VALUES)
    assert (found.grade, found.why) == (Grade.ASSUMED, "vpc-guess: its error is unverified")


def test_a_reference_that_nobody_verified_is_an_assumption_about_both_of_its_ends() -> None:
    assert answer(POOL, Aspect.REFERENCES).grade is Grade.ASSUMED
    assert "unverified" in answer("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", Aspect.REFERENCES).why


def test_a_doubt_weighs_more_than_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, VPC, sources=Sources(outputs="a document", doubts={"outputs": "half of it is made up"}))
    found = answer(VPC, Aspect.OUTPUTS)
    assert (found.grade, found.why) == (Grade.ASSUMED, "half of it is made up")


def test_the_nearest_that_says_anything_decides() -> None:
    assert answer(TOPIC, Aspect.TIME).grade is Grade.TABLE, "its service says so"
    assert answer(SUBSCRIPTION, Aspect.TIME).grade is Grade.ASSUMED, "its row has a doubt"
    assert answer("cloudflare:index/ruleset:Ruleset", Aspect.TIME).grade is Grade.ASSUMED, "nobody says anything"
    assert answer("kubernetes:core/v1:ConfigMap", Aspect.OUTPUTS).grade is Grade.TABLE, "its row says it has no status"
    assert answer(SERVICE, Aspect.OUTPUTS).grade is Grade.ASSUMED, "all kinds with a status have a doubt"


def test_a_preview_asks_nothing_of_what_exists() -> None:
    found = answer(VPC, Aspect.REFERENCES, Setting(updated=False))
    assert (found.grade, found.fix) == (Grade.ASSUMED, "rehearse without --preview")


def test_an_api_server_is_a_real_component_for_the_objects_it_holds_and_for_nothing_else() -> None:
    real = {aspect for aspect, item in graded(SERVICE, SERVER).items() if item.grade is Grade.REAL}
    assert real == {Aspect.VALUES, Aspect.REFERENCES, Aspect.OUTPUTS, Aspect.ORDER}
    assert "v1.35.0" in answer(SERVICE, Aspect.VALUES, SERVER).why
    assert grades(RELEASE, SERVER) == grades(RELEASE)
    assert grades(VPC, SERVER) == grades(VPC)
    assert grades(SERVICE, replace(SERVER, updated=False)) == grades(SERVICE, Setting(updated=False))


def test_the_real_plugin_answers_everything_about_kubernetes() -> None:
    plugin = Setting(True, Kubernetes.PLUGIN, "v1.35.0")
    assert set(grades(SERVICE, plugin).values()) == set(grades(RELEASE, plugin).values()) == {"real"}


def test_every_table_of_replacements_is_held_against_the_provider_or_names_its_document() -> None:
    declared = json.loads((ROOT / "tests" / "data" / "aws_force_new.json").read_text("utf-8"))["types"]
    unsourced = [
        token
        for token, row in ROWS.items()
        if token.startswith("aws:") and row.replaced is not None and token not in declared
        if not row.sources.replacement and "replacement" not in row.sources.doubts
    ]
    assert unsourced == []


def test_a_doubt_is_about_an_aspect_that_there_is() -> None:
    given = [row.sources for row in ROWS.values()] + [item.sources for service in SERVICES for item in service.alike]
    assert {name for sources in given for name in sources.doubts} <= set(Aspect)


def test_no_row_says_in_words_alone_that_it_is_unverified() -> None:
    """The word stands in a field that the grades read, and in no text that they do not."""
    texts = [
        (row.token, text)
        for row in ROWS.values()
        for reference in row.references
        for text in (reference.error, reference.blocks)
    ]
    rules = [(row.token, rule) for row in ROWS.values() for rule in (*row.values, *row.state) if not rule.unverified]
    texts += [(token, f"{rule.source} {getattr(rule, 'says', '')}") for token, rule in rules]
    assert [found for found in texts if "unverified" in found[1]] == []


def test_a_reference_says_what_of_it_is_unverified() -> None:
    assert Reference("path", (), "error").unverified == ""
    assert any(reference.unverified for reference in ROWS[POOL].references)


def test_moments_that_somebody_assumed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    group = "aws:rds/parameterGroup:ParameterGroup"
    sure = Moment("name", When.WINDOW, "a document")
    change(monkeypatch, group, timing=Timing((sure,)))
    assert answer(group, Aspect.TIME).grade is Grade.TABLE
    change(monkeypatch, group, timing=Timing((sure, replace(sure, path="family", assumed=True))))
    found = answer(group, Aspect.TIME)
    assert (found.grade, found.why) == (Grade.ASSUMED, "when a change of family happens")


def test_a_value_that_comes_back_in_a_form_that_nobody_simulates_is_an_assumption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def given(**fields: object) -> Grade:
        value = Value("tags", Kind.FORM, "Sent", "sent", "a report", **fields)  # type: ignore[arg-type]  # by name
        change(monkeypatch, CLUSTER, returned=Returned(values=(value,)))
        return answer(CLUSTER, Aspect.OUTPUTS).grade

    assert given(shows=Shows.AFTER_REFRESH) is Grade.ASSUMED
    assert given(shows=Shows.AFTER_REFRESH, elsewhere=True) is Grade.TABLE
    assert given(shows=Shows.NEVER) is Grade.TABLE


def test_what_holds_for_all_of_a_package_is_no_knowledge_of_one_of_its_types(monkeypatch: pytest.MonkeyPatch) -> None:
    for_all = Rule("asked-of-all", "a document", (), lambda _: iter(()))
    monkeypatch.setattr(
        "sandbox.truth.facts.alike_of", lambda _: (Alike("aws:*", values=(for_all,), state=(for_all,)),)
    )
    change(monkeypatch, LONELY, values=(), state=(), references=(), unique=(), sources=NO_SOURCES)
    assert answer(LONELY, Aspect.VALUES).grade is Grade.SCHEMA
    assert answer(LONELY, Aspect.REFERENCES).grade is Grade.ASSUMED
