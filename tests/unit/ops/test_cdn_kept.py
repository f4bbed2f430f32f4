"""Audits that are kept are never those of another question."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge.cache_key import Reached
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.proof.leaks import Audit, Leak
from bailbondpro.edge.readback import PlannedRules
from ops.answers.cdn import kept
from tests.support.edge_policies import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

FOUND = Audit(7, 3, (Leak("https://a", "it is somebody's", "rule", "cookie: a=b", "casing"),), 2)
OTHER = Audit(1, 1, ())
PLANNED = PlannedRules(
    "http_request_cache_settings",
    [{"ref": "pages", "expression": "true", "enabled": True, "actionParameters": {"cache": True}}],
)
REACHED = Reached(frozenset({"x-a", "x-b", "x-c"}), frozenset())


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path))


def asked(*decides: object, answer: Audit = FOUND) -> tuple[Audit, int]:
    """What is answered, and how often it was made for that."""
    made = []

    def make() -> Audit:
        made.append(1)
        return answer

    return kept.audited(make, *decides), len(made)


def test_the_same_question_is_answered_once_and_the_answer_stays_whole() -> None:
    assert asked([PLANNED], POLICY, REACHED) == (FOUND, 1)
    again = dataclasses.replace(PLANNED, rules=copy.deepcopy(PLANNED.rules))
    assert asked([again], dataclasses.replace(POLICY), REACHED, answer=OTHER) == (FOUND, 0)


@pytest.mark.parametrize(
    "planned",
    [
        [],
        [PLANNED, PLANNED],
        [PlannedRules("http_request_firewall_custom", PLANNED.rules)],
        [PlannedRules(PLANNED.phase, ())],
        [PlannedRules(PLANNED.phase, [{**PLANNED.rules[0], "enabled": False}])],
        [PlannedRules(PLANNED.phase, [{**PLANNED.rules[0], "actionParameters": {"cache": "true"}}])],
    ],
)
def test_other_rules_are_another_question(planned: list[PlannedRules]) -> None:
    asked([PLANNED])
    assert asked(planned, answer=OTHER) == (OTHER, 1)


def test_another_policy_or_gateway_is_another_question() -> None:
    asked(POLICY, REACHED)
    hosts = dataclasses.replace(POLICY.hosts, app="other.example.com")
    assert asked(dataclasses.replace(POLICY, hosts=hosts), REACHED, answer=OTHER) == (OTHER, 1)
    assert asked(POLICY, Reached(REACHED.decided - {"x-a"}, frozenset()), answer=OTHER) == (OTHER, 1)


def test_another_evaluator_is_another_question(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked(POLICY)
    (tmp_path / "edge").mkdir()
    (tmp_path / "edge/__init__.py").write_text("")
    monkeypatch.setattr("bailbondpro.edge.__file__", str(tmp_path / "edge/__init__.py"))
    kept._evaluator.cache_clear()
    assert asked(POLICY, answer=OTHER) == (OTHER, 1)
    kept._evaluator.cache_clear()


def _emptied(text: str) -> str:
    del text
    return ""


def _without_leaks(text: str) -> str:
    seal, _, _ = text.partition("\n")
    return f'{seal}\n{{"requests": 7, "cached": 3, "leaks": [], "inputs": 2}}'


@pytest.mark.parametrize("damage", [_emptied, _without_leaks, lambda text: text[:-20]])
def test_what_is_not_as_it_was_written_is_made_again(damage: Callable[[str], str], tmp_path: Path) -> None:
    asked(POLICY)
    [file] = (tmp_path / "audits").glob("*.json")
    file.write_text(damage(file.read_text()))
    assert asked(POLICY, answer=OTHER) == (OTHER, 1)


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "audits").write_text("a file where the folder would be")
    assert asked(POLICY) == (FOUND, 1)
    assert asked(POLICY) == (FOUND, 1)


def test_the_oldest_of_too_many_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(6):
        asked(number)
    assert len(list((tmp_path / "audits").glob("*.json"))) == 3
    assert asked(5, answer=OTHER) == (FOUND, 0)


def test_values_of_different_kinds_never_share_a_text() -> None:
    values = [1, 1.0, True, "1", b"1", None, (1,), [1], frozenset({1}), {1: 1}, ("a", "b"), ("a, b",), ("a', 'b",)]
    assert len({kept.text_of(value) for value in values}) == len(values)
    assert kept.text_of(frozenset("abcdef")) == kept.text_of(frozenset("fedcba"))
    assert kept.text_of({"a": 1, "b": 2}) == kept.text_of({"b": 2, "a": 1})


@pytest.mark.parametrize("value", [object(), CdnHosts, EdgePolicy, Path("a"), len, (1, object())])
def test_what_may_have_no_text_of_its_own_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        kept.text_of(value)
