"""Value rules: a table of refused inputs, each with its message, and of accepted look-alikes."""

from __future__ import annotations

import inspect
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sandbox.model.base import Rule
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.validate import validate
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.replacement import known_types
from sandbox.providers.rules import Context, Violation, value_violations
from sandbox.services import VALUE_RULES
from tests.support.paths import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = DATA / "refused_inputs.yaml"
TABLE: dict[str, Any] = yaml.safe_load(FILE.read_text())
BASES: dict[str, dict[str, Any]] = TABLE["bases"]
REFUSED = [(token, row) for token, rows in TABLE["refused"].items() for row in rows]
ACCEPTED = [(token, row) for token, rows in TABLE["accepted"].items() for row in rows]


@pytest.fixture(scope="module")
def oracle() -> SchemaOracle:
    return SchemaOracle()


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A merge patch: objects are merged, None removes, anything else replaces."""
    result = dict(base)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def found(token: str, inputs: dict[str, Any], old: dict[str, Any] | None = None) -> list[Violation]:
    return value_violations(Context(token=token, name="x", urn="", inputs=inputs, old=old))


def test_the_table_is_large_enough() -> None:
    assert len(REFUSED) >= 60
    assert len(ACCEPTED) >= 30


@pytest.mark.parametrize("token", BASES)
def test_ordinary_inputs_are_accepted(token: str, oracle: SchemaOracle) -> None:
    assert found(token, BASES[token]) == []
    assert found(token, BASES[token], BASES[token]) == []
    schema = oracle.get(token)
    assert schema is None or validate(schema, BASES[token]) == []


@pytest.mark.parametrize(("token", "row"), REFUSED, ids=lambda item: item if isinstance(item, str) else item["path"])
def test_inputs_that_the_real_service_refuses_are_refused_with_path_and_reason(
    token: str, row: dict[str, Any], oracle: SchemaOracle
) -> None:
    inputs = merged(BASES[token], row["change"])
    old = merged(BASES[token], row["old"]) if "old" in row else None
    violations = found(token, inputs, old)
    assert [item.reason for item in violations if item.path == row["path"] and row["says"] in item.reason], violations
    schema = oracle.get(token)
    assert schema is None or validate(schema, inputs) == [], "the schema alone refuses this row: it tests no rule"


@pytest.mark.parametrize(("token", "change"), ACCEPTED, ids=str)
def test_look_alikes_that_the_real_service_accepts_are_accepted(
    token: str, change: dict[str, Any], oracle: SchemaOracle
) -> None:
    inputs = merged(BASES[token], change)
    assert found(token, inputs) == []
    schema = oracle.get(token)
    assert schema is None or validate(schema, inputs) == []


NOT_SHOWN = {
    "policy-repository-document": "the code of the other documents",
    "secret-version-size": "more than 64 KiB of text",
    "pod-security": "tests/unit/sandbox/services/test_rules_kubernetes.py has its pods",
}
"""Rules of own code that no row of the table shows, and why."""


def unrefused(rules: Iterable[Rule], refused: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """Rules of own code that no refused input of the table shows; declared ones are tested by themselves below."""
    declared = ("On.", "pair.")  # what `pair` makes has a table of its own, refused_pairs.yaml
    own = {rule.id: rule for rule in rules if not rule.check.__qualname__.startswith(declared)}
    for token, row in refused:
        inputs, old = merged(BASES[token], row["change"]), merged(BASES[token], row["old"]) if "old" in row else None
        context = Context(token=token, name="x", urn="", inputs=inputs, old=old)
        own = {name: rule for name, rule in own.items() if not (rule.applies(token) and list(rule.check(context)))}
    return [f"{name}: write an input of {rule.types[0]} that it refuses in {FILE.name}" for name, rule in own.items()]


def test_every_rule_of_own_code_refuses_an_input_of_the_table_and_one_that_does_not_is_named() -> None:
    left = [line for line in unrefused(VALUE_RULES, REFUSED) if line.split(":")[0] not in NOT_SHOWN]
    assert not left, "\n".join(left)
    fewer = [row for row in REFUSED if row[0] != "aws:ec2/subnet:Subnet"]
    assert any(
        "write an input of aws:ec2/subnet:Subnet that it refuses in" in line for line in unrefused(VALUE_RULES, fewer)
    )


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [path, *(leaf for key, item in value.items() for leaf in leaves(item, (*path, key)))]
    if isinstance(value, list):
        return [path, *(leaf for index, item in enumerate(value) for leaf in leaves(item, (*path, index)))]
    return [path]


def unknown_at(value: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    copy = deepcopy(value)
    inner: Any = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = UNKNOWN
    return copy


@pytest.mark.parametrize("token", BASES)
def test_a_value_that_is_not_yet_known_is_skipped_wherever_it_stands(token: str) -> None:
    for path in leaves(BASES[token])[1:]:
        inputs = unknown_at(BASES[token], path)
        assert found(token, inputs) == [], path
        assert found(token, inputs, BASES[token]) == [], path


@pytest.mark.parametrize("token", [token for token in BASES if token.startswith(("aws:", "cloudflare:"))])
def test_a_none_in_its_place_is_what_mocks_give_for_an_unknown_value(token: str) -> None:
    for name in BASES[token]:
        assert found(token, {**BASES[token], name: None}) == [], name


def test_a_secret_is_never_repeated_in_a_message() -> None:
    inputs = {**BASES["aws:rds/instance:Instance"], "passwordWo": "p@ss word"}
    (violation,) = found("aws:rds/instance:Instance", inputs)
    assert "p@ss" not in violation.reason


def test_every_rule_has_its_own_id_and_names_a_source() -> None:
    ids = [rule.id for rule in VALUE_RULES]
    assert len(ids) == len(set(ids))
    assert all(rule.source and rule.types for rule in VALUE_RULES)


def test_the_rules_cost_less_than_a_millisecond_for_a_resource() -> None:
    contexts = [Context(token=token, name="x", urn="", inputs=inputs) for token, inputs in BASES.items()]
    for context in contexts:
        value_violations(context)
    before = time.process_time()
    for _ in range(20):
        for context in contexts:
            value_violations(context)
    assert (time.process_time() - before) / (20 * len(contexts)) < 0.001


def declared(kind: str) -> list[tuple[Rule, Any]]:
    """The rules that one builder made, each with the path or the names that it speaks about."""
    made = [rule for rule in VALUE_RULES if rule.check.__qualname__ == f"On.{kind}.<locals>.check"]
    return [(rule, inspect.getclosurevars(rule.check).nonlocals) for rule in made]


OUTSIDE: dict[str, Any] = {
    "matches": "\x00: no service accepts this",
    "between": 10**13,
    "one_of": "no-such-value",
    "longest": "x" * 100_000,
    "at_most": [f"item-{index}" for index in range(2_000)],
}
DECLARED = [(rule, nonlocals["path"], value) for kind, value in OUTSIDE.items() for rule, nonlocals in declared(kind)]
UNIQUE = [(rule, nonlocals["path"]) for rule, nonlocals in declared("unique")]
EXCLUSIVE = [(rule, nonlocals["names"]) for rule, nonlocals in declared("exclusive")]


def token_of(rule: Rule) -> str:
    tokens = [token for token in (*known_types(), *BASES) if rule.applies(token)]
    return tokens[0] if tokens else rule.types[0]


def nested(path: str, value: object, copies: int = 1) -> dict[str, Any]:
    head, _, rest = path.partition(".")
    inner = nested(rest, value, copies) if rest else value
    return {head.removesuffix("[*]"): [inner] * copies if head.endswith("[*]") else inner}


def id_of(item: object) -> str:
    return item.id if isinstance(item, Rule) else ""


@pytest.mark.parametrize(("rule", "path", "value"), DECLARED, ids=id_of)
def test_every_declared_rule_refuses_a_value_outside(rule: Rule, path: str, value: object) -> None:
    context = Context(token=token_of(rule), name="x", urn="", inputs=nested(path, value))
    assert [item.path for item in rule.check(context)] == [path.replace("[*]", "[0]")]


@pytest.mark.parametrize(("rule", "path"), UNIQUE, ids=id_of)
def test_every_rule_of_uniqueness_refuses_the_second(rule: Rule, path: str) -> None:
    context = Context(token=token_of(rule), name="x", urn="", inputs=nested(path, "same", copies=2))
    assert [item.path for item in rule.check(context)] == [path.replace("[*]", "[1]", 1)]


@pytest.mark.parametrize(("rule", "names"), EXCLUSIVE, ids=id_of)
def test_properties_that_exclude_each_other_are_refused_together(rule: Rule, names: tuple[str, ...]) -> None:
    def judged(*given: str) -> bool:
        inputs = dict.fromkeys(given, "x")
        return list(rule.check(Context(token=token_of(rule), name="x", urn="", inputs=inputs))) != []

    assert judged(names[0], names[1])
    assert not any(judged(name) for name in names)


def test_every_declared_path_exists_in_the_sdk(oracle: SchemaOracle) -> None:
    paths = [(rule, path) for rule, path, _ in DECLARED] + UNIQUE
    paths += [(rule, name) for rule, names in EXCLUSIVE for name in names]
    unknown = []
    for rule, path in paths:
        schema = oracle.get(token_of(rule))
        if schema is None or rule.types == ("cloudflare:*",):
            continue
        inputs = nested(path, None)
        names = [item.path for item in validate(schema, inputs) if item.reason.startswith("unknown property")]
        unknown += [(rule.id, name) for name in names]
    assert unknown == []


def test_a_secret_that_is_too_long_is_refused() -> None:
    token = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a type token
    (violation,) = found(token, {"secretId": "s", "secretString": "x" * 65_537})
    assert violation.path == "secretString"
    assert violation.reason.startswith("65537 bytes, at most 65536 are allowed")


def test_a_parameter_of_the_standard_tier_holds_4_kilobytes() -> None:
    token = "aws:ssm/parameter:Parameter"  # noqa: S105 - a type token
    inputs = {"name": "/a", "type": "String", "value": "x" * 4097}
    assert [item.path for item in found(token, inputs)] == ["value"]
    assert found(token, {**inputs, "tier": "Advanced"}) == []


@pytest.mark.parametrize(
    ("token", "change", "path"),
    [
        ("aws:rds/parameterGroup:ParameterGroup", {"parameters": [{"name": {}, "value": "1"}]}, "parameters[0].name"),
        (
            "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
            {"spec": {"metrics": [{"type": {}}]}},
            "spec.metrics[0].type",
        ),
        ("kubernetes:keda.sh/v1alpha1:ScaledObject", {"spec": {"triggers": [{"type": {}}]}}, "spec.triggers[0].type"),
    ],
)
def test_a_value_of_a_wrong_type_is_named_once_and_seen_by_no_other_rule(
    token: str, change: dict[str, Any], path: str, oracle: SchemaOracle
) -> None:
    inputs = merged(BASES[token], change)
    schema = oracle.get(token)
    said = validate(schema, inputs) if schema is not None else []
    both = said + value_violations(Context(token, "x", "", inputs), said)
    assert [item.path for item in both if item.path.startswith(path)] == [path]
