"""Objects of a cluster that do not fit each other: a table of refused worlds, and of siblings that nobody refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sandbox.cloud import EXISTING, CloudObject
from sandbox.model.base import Context, Rule
from sandbox.providers.computed import computed_outputs, merge, resource_id
from sandbox.providers.rules import reference_violations, unsettled
from sandbox.services import SETTLED_RULES, STATE_RULES
from sandbox.services.kubernetes import pairs
from sandbox.services.kubernetes.pairs import words
from tests.support.paths import DATA
from tests.support.world import World
from tests.unit.sandbox.services.test_rules_values import merged

if TYPE_CHECKING:
    from pathlib import Path

TABLE: dict[str, Any] = yaml.safe_load((DATA / "pairs_kubernetes.yaml").read_text())
OBJECTS: dict[str, dict[str, Any]] = TABLE["objects"]
CASES: list[dict[str, Any]] = TABLE["cases"]
RULES = {rule.id: rule for rule in (*SETTLED_RULES, *STATE_RULES)}
STATE = {rule.id for rule in pairs.STATE}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def token_of(thing: dict[str, Any]) -> str:
    if "type" in thing:
        return str(thing["type"])
    version = str(thing["apiVersion"])
    return f"kubernetes:{version if '/' in version else f'core/{version}'}:{thing['kind']}"


def inputs_of(thing: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if key != "type"}


def put(world: World, name: str, thing: dict[str, Any], stack: str = "urn:pulumi:dev::p") -> None:
    token, inputs = token_of(thing), inputs_of(thing)
    identity = resource_id(token, name, inputs)
    outputs = merge(inputs, computed_outputs(token, name, inputs, identity))
    world.cloud.put(CloudObject(token, identity, f"{stack}::{token}::{name}", inputs, outputs))


def things(case: dict[str, Any], patches: dict[str, Any], more: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    names = [*more, *(name for name in case["objects"] if name not in more)]
    return {name: merged(OBJECTS[name], patches.get(name, {})) for name in names}


def said(world: World, rule: Rule, found: dict[str, dict[str, Any]]) -> list[str]:
    """What one rule says: to the last object where it is refused at once, to all of them otherwise."""
    *before, last = found.items()
    for name, thing in before if rule.id in STATE else found.items():
        put(world, name, thing)
    if rule.id in STATE:
        token = token_of(last[1])
        items = [Context(token, last[0], "urn", inputs_of(last[1]), world.cloud)] if rule.applies(token) else []
    else:
        items = [
            Context(item.token, item.name, item.urn, item.inputs, world.cloud, id=item.id)
            for item in world.cloud.all()
            if rule.applies(item.token)
        ]
    return [f"{violation.path}: {violation.reason}" for item in items for violation in rule.check(item)]


def case_id(case: dict[str, Any]) -> str:
    return f"{case['rule']} {case['path']}"


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_objects_that_do_not_fit_are_refused_with_path_and_reason(world: World, case: dict[str, Any]) -> None:
    lines = said(world, RULES[case["rule"]], things(case, case.get("change", {})))
    assert [line for line in lines if line.startswith(f"{case['path']}: ") and case["says"] in line], lines


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_siblings_that_fit_are_refused_by_no_rule(world: World, case: dict[str, Any]) -> None:
    found = things(case, case["accepted"], tuple(case.get("add", ())))
    found = {name: thing for name, thing in found.items() if name not in case.get("gone", ())}
    *before, (name, last) = found.items()
    for other, thing in before:
        put(world, other, thing)
    token = token_of(last)
    if RULES[case["rule"]].id in STATE:
        context = Context(token, name, "urn", inputs_of(last), world.cloud)
        assert [item for item in reference_violations(context) if item.path == case["path"]] == []
    put(world, name, last)
    assert world.settled() == []


@pytest.mark.parametrize("case", [case for case in CASES if case["rule"] not in STATE], ids=case_id)
def test_objects_that_were_there_before_the_program_are_never_refused(world: World, case: dict[str, Any]) -> None:
    for name, thing in things(case, case.get("change", {})).items():
        put(world, name, thing, EXISTING.removesuffix("::"))
    assert world.settled() == []


def test_every_rule_about_several_objects_has_a_case() -> None:
    shown = {case["rule"] for case in CASES}
    ours = {rule.id for rule in pairs.STATE} | {rule.id for rule in SETTLED_RULES if "kubernetes" in str(rule.types)}
    assert ours - shown == set()
    assert shown - RULES.keys() == set()
    told = {**words.SAYS, **words.HAPPENS}
    assert told.keys() == ours | {"association-account", "definition-schema"}, (
        "words of a rule that is none, or a rule without words"
    )
    ids = [rule.id for rule in (*SETTLED_RULES, *STATE_RULES)]
    assert len(ids) == len(set(ids))
    assert all(rule.source for rule in SETTLED_RULES)


def test_an_update_names_the_object_that_does_nothing(world: World) -> None:

    put(world, "web", OBJECTS["namespace"])
    put(world, "scaler", OBJECTS["hpa"])
    assert [str(item).split(":")[0] for item in unsettled(world.cloud)] == ["HorizontalPodAutoscaler scaler"]
