"""The ledger of the scaling guide: complete, counted, and true of what the stacks plan."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bailbondpro.guide import LedgerError, ledger, read_chapter
from ops.answers.trace import answer
from ops.answers.trace.answer import TraceSectionError, chosen, trace, traced
from ops.answers.trace.checkout import Checkout, read_checkout, settings_keys
from ops.answers.trace.chosen import default_of
from ops.answers.trace.nginx import directives
from ops.answers.trace.places import NotThereError, value_at
from ops.views.trace import section, without_answer
from plan.nginx import NginxError
from plan.unknown import UNKNOWN
from planner.availability.analysis import OBJECTIVE_PERCENT
from tests.support.cli import Cli
from tests.support.paths import DATA, ROOT
from tests.support.plans import edited, stack_plan, write_plan
from tests.support.stack import settings

if TYPE_CHECKING:
    from pathlib import Path

    from ops.answers.trace.answer import Traced, TraceReport
    from plan import Plan

CONFIGURATIONS = {"tuning": "guide_tuning.conf", "lb": "guide_balancer.conf"}
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
NO_DEFAULT = {
    *("objectives.cost", "growth.users-6", "growth.users-12", "growth.users-24"),
    *("phase-one.users", "phase-two.users", "phase-three.users", "conclusion.gradual"),
    *("phase-three.services", "phase-three.gateway", "tuner.heap", "sharding.mapping"),
    *("scaler.update", "monitor.alerts", "contents.microservices"),
}
"""Rows whose key has no default, is a whole area, or is the phase itself."""
STATED = {"monitoring.alertEmails"}
"""Keys that the checked-in stack files set to something else."""
OWN_PLAN = ("--stack", "prod", "--phase", "horizontal", "--plan")


def plans() -> dict[tuple[str, str], Plan]:
    return {stack: stack_plan(*stack) for stack in {entry.place.stack for entry in ledger() if entry.place}}


@pytest.fixture(scope="module")
def report() -> TraceReport:
    return traced(ledger(), plans(), read_checkout(ROOT))


def row(report: TraceReport, name: str) -> Traced:
    return next(item for item in report.rows if item.entry.row.id == name)


def test_every_row_of_the_ledger_holds(report: TraceReport) -> None:
    assert {
        item.entry.row.id: (item.state, item.problems, item.open) for item in report.rows if item.state != "holds"
    } == {}


def test_the_ledger_has_as_many_rows_as_the_guide_has_statements(report: TraceReport) -> None:
    counts = Counter(item.entry.chapter for item in report.rows)
    assert counts == {
        "Overview": 34,
        "Scaling Strategy": 21,
        "Horizontal Scaling": 88,
        "Vertical Scaling": 41,
        "Database Scaling": 34,
        "Load Balancing": 87,
        "Caching Strategies": 28,
        "CDN Implementation": 27,
        "Microservices Architecture": 1,
        "Auto-Scaling": 74,
        "Performance Monitoring": 32,
        "Capacity Planning": 32,
        "Cost Optimization": 20,
        "Conclusion": 14,
    }
    assert report.counts()["missing"] == 0


@pytest.mark.parametrize("block", CONFIGURATIONS)
def test_every_directive_of_the_guides_nginx_has_one_row(block: str) -> None:
    text = (DATA / CONFIGURATIONS[block]).read_text(encoding="utf-8")
    wanted = [f"{block} {path} {words}".strip() for path, words in directives(text)]
    parts = [entry.row.part for entry in ledger() if entry.row.part.split(" ")[0] == block]
    assert sorted(parts) == sorted(wanted)


def test_every_field_and_method_of_the_guides_classes_has_a_row() -> None:
    lines = (DATA / "guide_members.txt").read_text(encoding="utf-8").splitlines()
    wanted = {line for line in lines if not line.startswith("#")}
    blocks = {*CONFIGURATIONS, *yaml.safe_load((DATA / "guide_blocks.yaml").read_text())}
    found = {entry.row.part for entry in ledger()} - {""}
    assert {part for part in found if part.split(" ")[0] not in blocks} == wanted


def test_every_deviation_that_the_page_lists_is_a_row_of_the_ledger() -> None:
    used = {entry.row.deviation for entry in ledger()} - {""}
    listed = read_checkout(ROOT).deviations
    assert listed is not None
    assert listed == used, "a row of bailbondpro/guide/ledger says which statement a deviation departs from"


def test_every_key_with_a_default_of_its_own_has_it_in_its_row() -> None:
    silent = {entry.row.id for entry in ledger() if entry.row.key and "default" not in entry.row.model_fields_set}
    assert silent == NO_DEFAULT
    assert sum("default" in entry.row.model_fields_set for entry in ledger()) >= 150


def test_a_default_that_is_not_the_rows_is_false_without_any_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    original = default_of

    def moved(key: str, environment: str, phase: str) -> object:
        return {"objectives.responseMs": 900, "objectives.errorPercent": 5}.get(key, original(key, environment, phase))

    monkeypatch.setattr(answer, "default_of", moved)
    found = traced(ledger(), {}, read_checkout(ROOT))
    assert {item.entry.row.id: item.problems for item in found.failing} == {
        "objectives.response": ("objectives.responseMs is 900 by default, the ledger says 200",),
        "objectives.uptime": ("objectives.errorPercent is 5 by default, the ledger says 0.1",),
    }


def test_a_key_without_a_default_that_a_row_gives_one_is_false() -> None:
    text = "{id: a.key, says: of a key, answer: planner, tests: [t], key: objectives.restoreTimed.day, default: 1}"
    rows = read_chapter("x.yaml", f"chapter: A\nsections: {{B: [{text}]}}")
    (found,) = traced(rows, {}, Checkout({"t": 1}, frozenset())).rows
    assert found.problems == ("objectives.restoreTimed.day has no default",)


def test_a_default_that_the_ledger_compares_is_what_its_stack_gets() -> None:
    entries = [entry for entry in ledger() if "default" in entry.row.model_fields_set]
    stacks = {answer.stack_of(entry) for entry in entries}
    trees = {stack: settings(*stack).model_dump(mode="json", by_alias=True) for stack in stacks}
    differ = set()
    for entry in entries:
        value: Any = trees[answer.stack_of(entry)]
        for step in entry.row.key.split("."):
            value = value[step]
        if value != entry.row.default:
            differ.add(entry.row.key)
    assert differ == STATED


def test_the_objectives_of_the_guide_are_its_numbers() -> None:
    assert OBJECTIVE_PERCENT == 99.9
    wanted = settings("prod", "horizontal").objectives
    assert (wanted.response_ms, wanted.error_percent) == (200, 0.1)


def test_a_value_that_is_not_the_guides_is_false_and_said() -> None:
    stacks = plans()
    name = "autoscaler-horizontal-pod-autoscaler"
    spec = next(item for item in stacks["prod", "horizontal"] if item.name == name).inputs["spec"]
    stacks["prod", "horizontal"] = edited(stacks["prod", "horizontal"], HPA, name, spec={**spec, "maxReplicas": 9})
    found = traced(ledger(), stacks, read_checkout(ROOT))
    wrong = row(found, "hpa-a.spec.maxReplicas")
    assert (wrong.state, wrong.problems) == ("false", (f"{name} spec.maxReplicas is 9, the ledger says 10",))
    assert {item.entry.row.id for item in found.failing} == {"hpa-a.spec.maxReplicas", "principles.out"}
    assert "false: " in repr(section(found))
    assert "hpa-a.spec.maxReplicas" in repr(without_answer(found))


def test_a_directive_that_is_gone_is_false() -> None:
    stacks = plans()
    plan = stacks["prod", "microservices"]
    config = next(item for item in plan if item.name == "gateway-config")
    data = {"nginx.conf": config.inputs["data"]["nginx.conf"].replace("    multi_accept on;\n", "")}
    stacks["prod", "microservices"] = edited(plan, config.type, config.name, data=data)
    found = row(traced(ledger(), stacks, read_checkout(ROOT)), "tuner.nginx.multi-accept")
    assert found.problems == ("the gateway's configuration has no events > multi_accept",)


def test_a_resource_that_is_gone_is_false() -> None:
    stacks = plans()
    plan = stacks["prod", "microservices"]
    stacks["prod", "microservices"] = type(plan)(tuple(item for item in plan if item.name != "postgres-replica-3"))
    found = row(traced(ledger(), stacks, read_checkout(ROOT)), "scaler-db.three")
    assert found.problems == ("the plan has no aws:rds/instance:Instance postgres-replica-3",)


def test_a_value_that_a_preview_does_not_say_is_not_compared() -> None:
    stacks = plans()
    plan = stacks["prod", "microservices"]
    stacks["prod", "microservices"] = edited(plan, "aws:rds/instance:Instance", "postgres-primary", engine=UNKNOWN)
    found = row(traced(ledger(), stacks, read_checkout(ROOT)), "overview.primary")
    assert (found.state, found.problems, len(found.open)) == ("not compared", (), 1)
    rules = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
    stacks["prod", "microservices"] = edited(plan, rules, "alert-rules-prometheus-rule", spec={"groups": UNKNOWN})
    found = row(traced(ledger(), stacks, read_checkout(ROOT)), "monitor.alert-cpu")
    assert (found.state, found.open) == ("not compared", ("spec.groups: a preview does not say it",))


def test_without_a_plan_properties_are_not_compared_and_that_is_said() -> None:
    found = traced(ledger(), {}, read_checkout(ROOT))
    states = {item.state for item in found.rows}
    assert states == {"holds", "not compared"}
    assert not found.failing
    assert "needs a plan of prod in microservices" in repr(section(found))


def test_what_a_copy_without_tests_and_documents_cannot_check_is_said() -> None:
    found = traced(ledger(), plans(), Checkout(None, None))
    assert len(found.unseen) == 2
    assert row(found, "tuner.gc").state == "not compared"
    assert row(found, "capacity.project").state == "not compared"


def test_a_test_a_deviation_a_key_and_a_clause_that_nobody_has_are_false() -> None:
    text = """
chapter: One
sections:
  Two:
    - {id: a.test, says: "of a test", answer: planner, tests: [test_nobody_has]}
    - {id: a.twin, says: "of two tests", answer: planner, tests: [test_two_have]}
    - {id: a.deviation, says: "of a deviation", answer: deviation, deviation: no such row}
    - {id: a.key, says: "of a key", answer: planner, key: app.imagee, tests: [test_one_has]}
    - {id: a.clause, says: "of a clause", answer: application, clauses: [nobody.promised]}
    - {id: a.missing, says: "of nothing", answer: missing, why: "nobody built it"}
    - {id: a.fine, says: "of what is there", answer: deviation, key: app.image, tests: [test_one_has], deviation: a row}
"""
    found = traced(
        read_chapter("x.yaml", text), {}, Checkout({"test_one_has": 1, "test_two_have": 2}, frozenset({"a row"}))
    )
    assert [(item.entry.row.id, item.state, *item.problems) for item in found.rows] == [
        ("a.test", "false", "no tests are called test_nobody_has"),
        ("a.twin", "false", "2 tests are called test_two_have"),
        ("a.deviation", "false", "docs/deviations.md has no row no such row"),
        ("a.key", "false", "the stack file has no key app.imagee"),
        ("a.clause", "false", "the contract has no clause nobody.promised"),
        ("a.missing", "missing"),
        ("a.fine", "holds"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chapter: [", "x.yaml is no YAML"),
        ("- a", "x.yaml is no chapter"),
        ("chapter: A\nsections: {B: [{id: a.b, says: what, answer: exact}]}", "a.b: exact rests on at or tests"),
        ("chapter: A\nsections: {B: [{id: a.b, says: what, answer: maybe}]}", "a.b answer: "),
        ("chapter: A\nsections: {B: [{id: a.b, says: what, anser: exact}]}", "a.b anser: Extra inputs"),
        ("chapter: A\nsections: {B: [{id: a.b, says: what, answer: exact, at: 'no spec'}]}", "at begins with one of"),
        ("chapter: A\nsections: {B: [{id: a.b, says: what, answer: exact, value: 1, tests: [t]}]}", "give at, too"),
        ("chapter: A\nsections: {B: [{id: a.b, says: what, answer: missing}]}", "missing rests on why"),
    ],
)
def test_a_file_that_is_no_chapter_is_explained_with_its_row(text: str, said: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_chapter("x.yaml", text)
    assert said in str(caught.value)


def test_a_section_is_found_by_its_name_or_a_part_of_it() -> None:
    assert {entry.section for entry in chosen(ledger(), "read replicas")} == {"Read Replicas"}
    assert {entry.chapter for entry in chosen(ledger(), "load bal")} == {"Load Balancing"}
    with pytest.raises(TraceSectionError, match="Caching Strategies"):
        chosen(ledger(), "Queues")


def test_the_command_compares_with_the_plan_that_it_is_given(report: TraceReport) -> None:
    assert trace(None, None, None, None, "CDN").compared == ()
    document = report.as_json()
    assert (document["ok"], document["count"]) == (True, len(ledger()))
    assert sum(document["answers"].values()) == document["count"]


def test_the_command_says_what_is_false_or_missing_and_ends_with_its_exit_code(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    ran = cli.run("trace", "--missing", "--json")
    assert (ran.code, ran.document["rows"], ran.document["count"]) == (3, [], len(ledger()))
    open_rows = ran.document["states"]["not compared"]
    assert f"{open_rows} of {len(ledger())} rows are not judged" in ran.err
    assert cli.run("trace").code == 0
    for words in (("--phase", "horizontal"), ("--plan", "plan.json")):
        refused = cli.run("trace", *words)
        assert refused.code == 2
        assert "name the stack" in refused.err
    stacks = plans()
    name = "autoscaler-horizontal-pod-autoscaler"
    spec = next(item for item in stacks["prod", "horizontal"] if item.name == name).inputs["spec"]
    changed = edited(stacks["prod", "horizontal"], HPA, name, spec={**spec, "maxReplicas": 9})
    plan = str(write_plan(tmp_path / "plan.json", changed))
    ran = cli.run("trace", "--section", "Kubernetes Deployment", "--missing", "--json", *OWN_PLAN, plan)
    assert (ran.code, [row["id"] for row in ran.document["rows"]]) == (1, ["hpa-a.spec.maxReplicas"])
    assert ran.document["compared"] == [str(tmp_path / "plan.json")]


def test_keys_of_the_stack_file_are_known_below_lists_and_choices() -> None:
    known = settings_keys()
    assert {"phase", "region", "services.port", "gateway.rateLimits.api.burst", "postgres.pooler.enabled"} <= known
    assert "app.imagee" not in known


def test_a_configuration_of_nginx_is_read_with_its_blocks() -> None:
    text = (
        'http { server { listen 80; listen 443 ssl; server_name a.b c.d; location /x { return 200 "a;b\\n"; } } } # {'
    )
    assert directives(text) == (
        ("http > server 80 a.b > listen", "80"),
        ("http > server 80 a.b > listen", "443 ssl"),
        ("http > server 80 a.b > server_name", "a.b c.d"),
        ("http > server 80 a.b > location /x > return", "200 a;b\\n"),
    )
    for broken in ("http {", "a b", "}"):
        with pytest.raises(NginxError):
            directives(broken)


def test_a_path_that_leads_nowhere_says_how_far_it_led() -> None:
    value = {"spec": {"ports": [{"name": "http", "port": 80}]}, "data": {"nginx.conf": "text"}}
    assert value_at(value, "spec.ports[name=http].port") == value_at(value, "spec.ports[0].port") == 80
    assert value_at(value, 'data["nginx.conf"]') == "text"
    with pytest.raises(NotThereError, match=r"spec\.ports\.\[name=https\]"):
        value_at(value, "spec.ports[name=https].port")


def test_no_two_rows_have_one_id() -> None:
    ids = [entry.row.id for entry in ledger()]
    assert len(ids) == len(set(ids))
