"""What of a chart's values stops, and what people set every week and does not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ops.answers.gate import gate
from plan.preview import read_preview
from plan.types.weaker.kubernetes.alertmanager import told_no_more
from tests.support.gate_cases import steps_of
from tests.support.paths import DATA

RELEASE = "kubernetes:helm.sh/v3:Release"
TABLE = yaml.safe_load((DATA / "chart_values.yaml").read_text(encoding="utf-8"))


def nested(path: str, value: object) -> dict[str, Any]:
    """Values with one of them, by a path of keys with slashes between them."""
    head, _, rest = path.partition("/")
    return {head: nested(rest, value) if rest else value}


def judged(
    was: dict[str, Any], then: dict[str, Any], environment: str = "prod", op: str = "update", changed: str = "values"
) -> dict[str, str]:
    """What stops, with its text, by its rule."""
    line = {"do": op, "thing": "one", "was": {"values": was}, "is": {"values": then}, "changed": [changed]}
    steps = list(steps_of(line, {"one": {"type": RELEASE}}))
    found = gate(read_preview({"config": {"bailbondpro:environment": environment}, "steps": steps}))
    return {one.rule: one.says for one in found.stopping}


@pytest.mark.parametrize("case", TABLE["stops"], ids=lambda case: f"{case['path']} {case.get('is', 'goes')}")
def test_a_value_that_is_weaker_stops_with_its_path_and_its_value(case: dict[str, Any]) -> None:
    was, then = (nested(case["path"], case[side]) if side in case else {} for side in ("was", "is"))
    found = judged(was, then)
    assert set(found) == {case["rule"]}
    assert found[case["rule"]].startswith(f"values.{case['path'].replace('/', '.')} ")


@pytest.mark.parametrize("case", TABLE["passes"], ids=lambda case: f"{case['path']} {case.get('is', 'goes')}")
def test_an_ordinary_value_stops_nothing(case: dict[str, Any]) -> None:
    was, then = (nested(case["path"], case[side]) if side in case else {} for side in ("was", "is"))
    assert judged(was, then, changed=f"values.{case['path'].replace('/', '.')}") == {}


@pytest.mark.parametrize("case", TABLE["not_judged"], ids=lambda case: f"{case['path']} {case.get('is', 'goes')}")
def test_a_value_that_nobody_knows_was_not_judged(case: dict[str, Any]) -> None:
    was, then = (nested(case["path"], case[side]) if side in case else {} for side in ("was", "is"))
    found = judged(was, then)
    assert f"values.{case['path'].replace('/', '.')}" in found["not-judged"]


def test_of_values_that_are_masked_as_a_whole_nobody_knows_what_changes() -> None:
    values = {"grafana": {"adminPassword": "[secret]", "a": "b"}}
    assert set(judged(values, values)) == {"not-judged"}
    assert judged(values, values, changed="values.grafana.adminPassword") == {}


def test_a_chart_that_is_made_is_asked_whom_it_lets_in_alone() -> None:
    open_to_all = {"grafana.ini": {"auth.anonymous": {"enabled": True}}, "updater": {"enabled": False}}
    assert set(judged({}, open_to_all, op="create")) == {"admits-more"}


def test_of_development_replicas_of_a_chart_may_be_one() -> None:
    assert judged({"replicas": 2}, {"replicas": 1}, "dev") == {}


def test_a_secret_of_a_chart_that_stands_in_the_clear_is_one_for_everybody() -> None:
    masked, clear = ({"grafana": {"adminPassword": value}} for value in ("[secret]", "correct-horse"))
    assert set(judged(masked, clear)) == {"plain-secret"}


def told(route: dict[str, Any], **topic: object) -> dict[str, Any]:
    sns = {"topic_arn": "arn:a", "send_resolved": True, **topic}
    return {"route": route, "receivers": [{"name": "nobody"}, {"name": "topic", "sns_configs": [sns]}]}


LOUD = {"receiver": "topic", "matchers": ['severity =~ "critical|warning"']}
DOG = {"receiver": "nobody", "matchers": ['alertname = "Watchdog"']}
STANDS = told({"receiver": "nobody", "routes": [DOG, LOUD]})


@pytest.mark.parametrize(
    "then",
    [
        {},
        told({"receiver": "nobody"}),
        told({"receiver": "nobody", "routes": [DOG, {**LOUD, "receiver": "nobody"}]}),
        told({"receiver": "nobody", "routes": [DOG, {"receiver": "nobody"}, LOUD]}),
        told({"receiver": "nobody", "routes": [DOG, {**LOUD, "matchers": ["severity = warning"]}]}),
        told({"receiver": "nobody", "routes": [DOG, {**LOUD, "mute_time_intervals": ["always"]}]}),
        told({"receiver": "nobody", "routes": [DOG, {**LOUD, "routes": [{"receiver": "nobody"}]}]}),
        told({"receiver": "nobody", "routes": [DOG, LOUD]}, topic_arn="arn:of-others"),
        {**STANDS, "receivers": [{"name": "nobody"}, {"name": "topic"}]},
    ],
)
def test_whoever_hears_of_alerts_no_more_is_missed(then: dict[str, Any]) -> None:
    assert set(judged({"alertmanager": {"config": STANDS}}, {"alertmanager": {"config": then}})) == {"weakened"}


@pytest.mark.parametrize(
    "then",
    [
        told({"receiver": "topic"}),
        told({"receiver": "nobody", "routes": [DOG, {"receiver": "topic", "match_re": {"severity": ".*"}}]}),
        told({"receiver": "nobody", "routes": [{**LOUD, "continue": True}, DOG, LOUD]}, subject="an alert"),
        told({"receiver": "nobody", "routes": [{"receiver": "nobody", "matchers": ["severity = info"]}, DOG, LOUD]}),
    ],
)
def test_routes_by_which_everybody_hears_what_they_heard_miss_nobody(then: dict[str, Any]) -> None:
    assert told_no_more(STANDS, then) == []
