"""The gate on every plan of `tests/data/gate_plans.yaml`, and what it says of them."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from ops.answers.gate import Gate, GateError, GateOptions, gate
from ops.commands.gate import gate as gate_command
from ops.document.terminal import show
from ops.views.gate import section
from plan.preview import read_preview
from plan.steps import KINDS
from plan.types import TYPES
from plan.unknown import UNKNOWN
from policies.gate.model import STEP_RULES
from policies.rules import rules
from tests.support.gate_cases import FILE, Case, cases, steps_of, urn_of

if TYPE_CHECKING:
    from pathlib import Path

    from plan.steps import Preview
    from policies.gate import Finding

DATABASE = "aws:rds/instance:Instance"
STACK_STEP = {
    "op": "create",
    "urn": urn_of("pulumi:pulumi:Stack", "bailbondpro-prod"),
    "newState": {"type": "pulumi:pulumi:Stack"},
}


def case(name: str) -> Case:
    return next(one for one in cases() if one.name == name)


def answer(name: str, folder: Path) -> Gate:
    found = case(name).answer(folder)
    assert isinstance(found, Gate)
    return found


@pytest.mark.parametrize("one", cases(), ids=lambda one: one.name)
def test_the_gate_answers_each_plan_as_the_table_says(one: Case, tmp_path: Path) -> None:
    assert one.outcome(tmp_path) == (one.exit, one.says)


def test_no_plan_stands_twice_in_the_table() -> None:
    names = [one.name for one in cases()]
    assert len(set(names)) == len(names) >= 40


def test_a_replacement_names_its_property_and_comes_first(tmp_path: Path) -> None:
    found = answer("a database is replaced", tmp_path)
    assert found.steps[0].forced == ("kmsKeyId",)
    assert found.findings[0].properties == ("kmsKeyId",)


def test_an_id_means_one_rule() -> None:
    ids = [*(rule.id for rule in STEP_RULES), *(rule.id for rule in rules())]
    assert len(set(ids)) == len(ids)


def test_the_answer_in_a_terminal_begins_with_the_headline_and_no_sign_steers_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(section(answer("names in other scripts and with signs that steer a terminal", tmp_path)))
    out = capsys.readouterr().out
    assert out.startswith("STOP: 1 finding; first stateful-delete")
    assert "\x1b" not in out


def test_a_waiver_stands_with_who_answers_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(section(answer("a replacement that somebody answers for", tmp_path)))
    assert "eve@example.com, until 2026-12-24: moved to another engine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("a waiver that nothing needs", "unused"),
        ("a waiver that has ended", "expired"),
        ("a waiver for everything", "too broad"),
        ("waivers that are none", "malformed"),
    ],
)
def test_what_is_wrong_with_a_waiver_is_named(name: str, trouble: str, tmp_path: Path) -> None:
    assert trouble in [one.trouble for one in answer(name, tmp_path).waiver_problems]


def test_json_is_one_document_with_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = case("a database is replaced").plan_file(tmp_path)
    with pytest.raises(SystemExit) as ended:
        gate_command(plan, json_output=True)
    found = json.loads(capsys.readouterr().out)
    assert (ended.value.code, found["verdict"], found["exit_code"]) == (2, "stop", 2)
    assert found["findings"][0]["rule"] == "stateful-replace"
    assert found["steps"][0]["reach"] == 1


def test_a_file_that_is_no_plan_ends_with_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        gate_command(case("an empty file").plan_file(tmp_path))
    assert ended.value.code == 1
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith("error: ")


def test_steps_are_ranked_by_what_hangs_on_them() -> None:
    kinds = {"network": "aws:ec2/vpc:Vpc", "alarm": "aws:cloudwatch/metricAlarm:MetricAlarm", "database": DATABASE}
    lines = [
        {"do": "update", "thing": "alarm", "name": "last", "needs": [(kinds["network"], "network")]},
        {"do": "delete", "thing": "alarm", "name": "gone"},
        {"do": "update", "thing": "network"},
        {"do": "delete", "thing": "database", "needs": [(kinds["network"], "network")]},
    ]
    things = {name: {"type": kind} for name, kind in kinds.items()}
    found = gate(read_preview({"steps": [step for line in lines for step in steps_of(line, things)]}))
    assert [(step.name, step.level, step.reach) for step in found.steps] == [
        ("database", 4, 0),
        ("gone", 2, 0),
        ("network", 1, 2),
        ("last", 1, 0),
    ]


def test_a_judge_of_objectives_can_be_added_and_one_that_fails_does_not_pass() -> None:
    def broken(_: Preview) -> list[Finding]:
        raise TypeError("unexpected")

    found = gate(read_preview({"steps": [STACK_STEP]}), GateOptions(objectives=(broken,)))
    assert [(one.rule, one.judged, one.stops) for one in found.findings] == [("objectives", False, True)]


def test_what_only_an_update_knows_of_a_created_thing_stops_where_it_is_critical_and_is_counted_elsewhere() -> None:
    """No answer gets lost: `./bbp policy` ends with 3 there, the gate stops or leaves it to the policy pack."""
    things = yaml.safe_load(FILE.read_text("utf-8"))["things"]
    policies = {rule.id for rule in rules()}
    stopped: set[str] = set()
    left: set[str] = set()
    for name, thing in things.items():
        for key in thing.get("inputs", {}):
            line = {"do": "create", "thing": name, "is": {key: UNKNOWN}}
            preview = read_preview({"steps": [STACK_STEP, *steps_of(line, things)]})
            open_ones = [(rule, one) for rule in rules() for one in rule.judge(preview.after, True) if not one.known]
            critical = sorted((rule.id, one.urn) for rule, one in open_ones if rule.severity == "critical")
            found = gate(preview)
            unjudged = [(one.rule, one.urn) for one in found.findings if not one.judged and one.rule in policies]
            assert sorted(unjudged) == critical
            assert found.later == len(open_ones) - len(critical)
            assert found.exit_code == 2 or not critical
            stopped |= {rule for rule, _ in critical}
            left |= {rule.id for rule, _ in open_ones} - {rule for rule, _ in critical}
    assert "public-store" in stopped
    assert "iam-wildcard" in left


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), -1.0])
def test_a_bound_that_nothing_exceeds_is_refused(bound: float) -> None:
    with pytest.raises(GateError, match=r"--most-usd .* a number from 0"):
        GateOptions(most_usd=bound)
    with pytest.raises(GateError, match=r"--most-percent .* a number from 0"):
        GateOptions(most_percent=bound)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "*", "[secret]", "0.0.0.0/0", "{"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["policy", "ingress", "spec", "vpcConfig", "name", "data", "Statement"]), inner
        )
    ),
    max_leaves=6,
)
TOKENS = st.sampled_from([*TYPES, "aws:sqs/queue:Queue"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from([*KINDS, "other"]), TOKENS, JSON, JSON, st.booleans()), max_size=4))
def test_inputs_of_any_form_end_in_an_answer(drawn: list[tuple[str, str, Any, Any, bool]]) -> None:
    names = ("ingress", "policy", "spec", "vpcConfig", "parameters", "allocatedStorage", "acl", "tags", "environment")
    steps = [
        {
            "op": op,
            "urn": urn_of(token, str(index)),
            "oldState": {"type": token, "custom": True, "inputs": dict.fromkeys(names, old)},
            "newState": {"type": token, "custom": True, "inputs": dict.fromkeys(names, new), "protect": protect},
        }
        for index, (op, token, old, new, protect) in enumerate(drawn)
    ]
    found = gate(read_preview({"steps": [STACK_STEP, *steps]}))
    assert found.exit_code in {0, 2}
    assert found.headline
    show(section(found), Console(file=StringIO()))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(JSON | st.fixed_dictionaries({"op": JSON, "urn": JSON, "oldState": JSON, "newState": JSON}), max_size=3)
)
def test_a_step_of_any_form_is_read_or_named(steps: list[Any]) -> None:
    read = read_preview({"steps": [STACK_STEP, *steps]})
    assert len(read.unread) == len(steps), "none of these has a URN"
    assert gate(read).exit_code == (2 if steps else 0)
