"""Pair rules: a table of objects that do not fit each other, each refused, and of siblings that do."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sandbox.cloud import CloudObject
from sandbox.model.base import Context, Violation
from sandbox.model.pairs import PairRule, told, whole
from sandbox.protocol.diff import changes
from sandbox.protocol.packages import tokens
from sandbox.protocol.schema import SchemaOracle
from sandbox.protocol.validate import validate
from sandbox.protocol.wire import UNKNOWN
from sandbox.providers.replacement import deletes_first, replacing
from sandbox.services import PAIRS, SETTLED_RULES, STATE_RULES, VALUE_RULES
from sandbox.services.kubernetes.pairs.words import HAPPENS, SAYS
from tests.support.paths import DATA
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(DATA.glob("refused_pairs*.yaml"))
TABLES: list[dict[str, Any]] = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES]
ALIASES: dict[str, str] = {name: token for table in TABLES for name, token in table["aliases"].items()}
POLICIES = {f"<{name}>": json.dumps(document) for table in TABLES for name, document in table["policies"].items()}
ROWS: list[dict[str, Any]] = [row for table in TABLES for row in table["rows"]]
ALL = {rule.id: rule for rule in (*STATE_RULES, *VALUE_RULES, *SETTLED_RULES) if isinstance(rule, PairRule)}
RULES = {name: rule for name, rule in ALL.items() if name not in SAYS.keys() | HAPPENS.keys()}
"""Those of Kubernetes have a table of their own: pairs_kubernetes.yaml."""
Row = dict[str, Any]


def merged(base: Any, change: Any) -> Any:  # noqa: ANN401 - YAML
    """A merge patch: objects are merged, None removes, anything else replaces."""
    if not isinstance(base, dict) or not isinstance(change, dict):
        return change
    kept = {key: value for key, value in base.items() if key not in change}
    return kept | {key: merged(base.get(key), value) for key, value in change.items() if value is not None}


class Scene:
    """The objects of a row, and what its rule says to what is new."""

    def __init__(self, path: Path, row: Row, patch: Row | None, *, without: bool) -> None:
        self.world, self.row, self.patch = World(path), row, patch or {}
        for kind, identity, inputs in row.get("there", ()):
            change = self.patch.get("there", {}).get(identity, {})
            if change is None or (without and identity in row.get("without", ())):
                continue
            self.world.add(ALIASES[kind], identity, **self.filled(merged(inputs, change)))

    def filled(self, value: Any) -> Any:  # noqa: ANN401 - YAML
        """Inputs with policies and outputs of what exists in place of what stands for them."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        found = re.fullmatch(r"\{(.+)\.(\w+)\}", value)
        if found is not None:
            return next(item.outputs[found[2]] for item in self.world.cloud.all() if item.id == found[1])
        return POLICIES.get(value, value)

    def inputs(self) -> Row:
        key = "change" if "change" in self.row else "new"
        return dict(self.filled(merged(self.row[key], self.patch.get(key, {}))))

    def context(self) -> Context:
        if "change" not in self.row:
            return self.world.context(ALIASES[self.row["type"]], self.inputs())
        kind, identity = self.row["of"]
        item = self.world.cloud.get(ALIASES[kind], identity)
        assert item is not None
        inputs = {**item.inputs, **self.inputs()}
        return Context(item.token, identity, item.urn, inputs, self.world.cloud, item.inputs, identity)

    def found(self) -> list[Violation]:
        """What the row's own rule says."""
        return list(RULES[self.row["rule"]].check(self.context()))

    def of_all(self) -> list[tuple[str, Violation]]:
        """What any pair rule says."""
        context = self.context()
        return [
            (rule.id, found) for rule in RULES.values() if rule.applies(context.token) for found in rule.check(context)
        ]


SEEN = {
    **{name: why for table in TABLES for name, why in table.get("seen", {}).items()},
    "bucket-policy-resource": "the bucket's name is known",
    "budget-fifo-topic": "the topic's name tells",
    "endpoint-region": "the service's name tells",
    "one-region": "an ARN tells its region",
    "zone-of-the-region": "a zone's name tells its region",
    "composite-alarm": "the account is closed: what is not there does not exist",
    "overwritten": "the other object's bucket is known",
    "gateway-first": "a VPC of somebody else needs its gateway among what exists",
    "one-vpc": "the subnets' VPCs are needed",
    "policy-needs-entry": "the account is closed: what is not there does not exist",
    "policy-principals": "the account is closed: what is not there does not exist",
}
"""Rules that need to know nothing more of what exists, and why."""


def named(row: Row) -> str:
    return f"{row['rule']} {row.get('type') or row['of'][0]}"


SIBLINGS = [(row, patch) for row in ROWS for patch in row["accepted"]]


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_objects_that_do_not_fit_are_refused_with_path_and_the_words_of_the_service(tmp_path: Path, row: Row) -> None:
    scene = Scene(tmp_path, row, None, without=True)
    found = scene.of_all()
    assert [(rule, item.path) for rule, item in found] == [(row["rule"], row["path"])], found
    for words in row["says"]:
        assert words in found[0][1].reason


@pytest.mark.parametrize(("row", "patch"), SIBLINGS, ids=lambda item: named(item) if "rule" in item else "")
def test_siblings_that_fit_are_accepted(tmp_path: Path, row: Row, patch: Row) -> None:
    assert Scene(tmp_path, row, patch, without=False).of_all() == []


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_what_is_not_known_of_the_new_object_is_no_reason(tmp_path: Path, row: Row) -> None:
    scene = Scene(tmp_path, row, None, without=True)
    context = scene.context()
    for name in scene.inputs():
        context.inputs[name] = UNKNOWN
    assert list(RULES[row["rule"]].check(context)) == []


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "there" in row and "change" not in row and row["rule"] not in SEEN], ids=named
)
def test_what_somebody_else_made_and_says_little_of_is_no_reason(tmp_path: Path, row: Row) -> None:
    scene = Scene(tmp_path, row, None, without=True)
    wanted = scene.context()
    for item in scene.world.cloud.all():
        kept = {key: value for key, value in item.inputs.items() if key in {"name", "bucket"}}
        outputs = {key: value for key, value in item.outputs.items() if key in {"arn", "name", "bucket", *kept}}
        scene.world.cloud.put(CloudObject(item.token, item.id, f"urn:existing::{item.token}::{item.id}", kept, outputs))
    assert list(RULES[row["rule"]].check(wanted)) == []


def test_every_rule_has_a_refused_row_and_an_accepted_sibling_and_one_without_is_named() -> None:
    assert set(RULES) - {row["rule"] for row in ROWS} == set(), f"write a row of it in {FILES[0].name}"
    assert [named(row) for row in ROWS if not row["accepted"]] == []


def test_the_table_of_rules_is_whole() -> None:
    assert [line.id for line in PAIRS] == sorted(ALL)
    for line in PAIRS:
        assert line.refused, line
        assert line.source, line
        assert bool(line.says) != bool(line.happens), line
        assert line.types, line


def test_every_file_has_names_of_its_own() -> None:
    assert len(ALIASES) == sum(len(table["aliases"]) for table in TABLES)


def test_rows_speak_of_types_and_properties_of_the_sdk() -> None:
    oracle, known = SchemaOracle(), (*tokens("aws"), *tokens("cloudflare"))
    assert set(ALIASES.values()) - set(known) == set()
    unknown = []
    for row in ROWS:
        objects = [(kind, inputs) for kind, _, inputs in row.get("there", ())]
        objects += [(row["type"], row["new"])] if "new" in row else [(row["of"][0], row["change"])]
        for kind, inputs in objects:
            schema = oracle.get(ALIASES[kind])
            said = validate(schema, inputs) if schema is not None else []
            unknown += [(kind, item.path) for item in said if item.reason.startswith("unknown property")]
    assert unknown == []


def test_a_secret_policy_is_not_known() -> None:
    item = CloudObject("t", "i", "urn:pulumi:x", {"policy": {"secret-sha256": "0"}, "name": "a"})
    assert told(item, "policy") is None
    assert told(item, "name") == "a"
    assert told(item, "size", 3) == 3
    assert whole(item)
    assert told(CloudObject("t", "i", "urn:existing::t::i"), "size", 3) is None


def test_a_rule_of_a_security_group_goes_before_the_one_that_replaces_it() -> None:
    old = {"securityGroupId": "sg-1", "type": "ingress", "protocol": "tcp", "cidrBlocks": ["10.0.0.0/16"]}
    new = {**old, "cidrBlocks": ["10.0.0.0/16", "10.1.0.0/16"]}
    token = ALIASES["old-rule"]
    assert replacing(token, changes(old, new), old, new) == {"cidrBlocks[1]"}
    assert deletes_first(token, "web", old, new)
