"""The rows of the simulated services, and the tables that follow from them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import services
from sandbox.model.base import Context, Rule
from sandbox.model.names import Named, Unique
from sandbox.model.place import HOME
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Alike, Row, Service, by_arn, by_name, by_uuid, prefixed
from sandbox.protocol.packages import tokens
from sandbox.services import REFERENCE_TABLES, ROWS, SERVICES, STATE_RULES, VALUE_RULES, row_of
from sandbox.services.kubernetes.custom.definitions import definitions
from sandbox.services.kubernetes.kinds import is_custom
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

QUEUE = "aws:sqs/queue:Queue"
ASKED: dict[str, Any] = {
    "token": QUEUE,
    "name": Named(),
    "replaced": Replaced(("fifoQueue", "name", "namePrefix")),
    "references": (Reference("kmsMasterKeyId", (Target("aws:kms/key:Key"),), "KmsNotFound"),),
    "unique": (Unique(("name",), "QueueAlreadyExists"),),
    "values": (),
}


@pytest.mark.parametrize("aspect", sorted(ASKED))
def test_a_row_that_leaves_an_aspect_out_is_no_row(aspect: str) -> None:
    Row(**ASKED)
    with pytest.raises(TypeError, match=f"'{aspect}'"):
        Row(**{key: value for key, value in ASKED.items() if key != aspect})


def test_a_type_stands_in_one_row_only() -> None:
    counted = Counter(row.token for service in SERVICES for row in service.rows)
    assert {token: count for token, count in counted.items() if count > 1} == {}
    assert row_of("aws:nowhere/thing:Thing") is None
    assert len(ROWS) == len(counted)


def test_the_type_of_a_row_is_one_of_its_sdk_or_a_custom_resource_whose_definition_is_known() -> None:
    unknown = {token for token in ROWS if token not in tokens(token.partition(":")[0])} - definitions().keys()
    assert {token for token in unknown if not (is_custom(token) and ROWS[token].schema_only)} == set()


def described(module: ModuleType) -> Iterator[Row | Alike]:
    """The rows and patterns that a module of a service makes."""
    for value in vars(module).values():
        items = value if isinstance(value, tuple) else (value,)
        yield from (item for item in items if isinstance(item, (Row, Alike)))


def test_whatever_a_module_of_the_services_describes_is_in_its_packages_list() -> None:
    listed = {id(item) for service in SERVICES for item in (*service.rows, *service.alike)}
    names = [info.name for info in pkgutil.walk_packages(services.__path__, "sandbox.services.")]
    modules = [importlib.import_module(name) for name in names]
    made = {value.name for module in modules for value in vars(module).values() if isinstance(value, Service)}
    assert made == {service.name for service in SERVICES}, "a service beside its package's SERVICES"
    lost = {
        f"{module.__name__}: {item.token if isinstance(item, Row) else item.pattern}"
        for module in modules
        for item in described(module)
        if id(item) not in listed
    }
    assert lost == set(), "in no list of its package"


def test_an_id_that_is_an_arn_has_outputs_that_make_one() -> None:
    assert [row.token for row in ROWS.values() if row.id is by_arn and row.outputs is None] == []
    assert [row.token for row in ROWS.values() if row.id is by_name and row.name is None] == []


def test_a_row_of_which_only_the_schema_is_known_says_why() -> None:
    bare = [row for row in ROWS.values() if row.schema_only]
    assert bare
    assert all(len(row.schema_only) > len("why") for row in bare)


def test_every_rule_of_a_row_speaks_of_its_type_and_of_no_other_without_a_row() -> None:
    for rule in (*VALUE_RULES, *STATE_RULES):
        assert rule.types, rule.id
        assert all(token in ROWS or "*" in token for token in rule.types), rule.id


def test_a_rule_that_stands_in_several_rows_is_one_rule_for_all_of_them() -> None:
    spoken = next(rule for rule in STATE_RULES if rule.id == "one-vpc")
    assert len(spoken.types) == sum(any(rule.id == "one-vpc" for rule in row.state) for row in ROWS.values()) > 1


def test_a_reference_of_a_row_speaks_of_its_type() -> None:
    for table in REFERENCE_TABLES:
        assert all(row.source in ROWS or "*" in row.source for row in table.rows)


def test_ids_have_the_form_that_the_row_says() -> None:
    row = Row(**{**ASKED, "outputs": lambda name, _inputs, _identity, place: {"arn": f"arn:{place.region}:{name}"}})
    seed = "0123456789abcdef" * 3
    assert by_name(row, "logical", {"name": "given"}, seed, HOME) == "given"
    assert by_name(row, "logical", {}, seed, HOME) is None
    assert by_arn(row, "logical", {}, seed, HOME) == "arn:us-east-1:logical"
    assert prefixed("q")(row, "logical", {}, seed, HOME) == "q-0123456789abcdef0"
    assert by_uuid(row, "logical", {}, seed, HOME) == by_uuid(row, "logical", {}, seed, HOME)


def test_a_name_is_kept_as_the_service_keeps_it() -> None:
    row = Row(**{**ASKED, "name": Named("queueId", kept_lowered=True)})
    assert row.stored({"queueId": "Jobs", "name": "A"}) == {"queueId": "jobs", "name": "A"}
    assert Row(**ASKED).stored({"name": "Jobs"}) == {"name": "Jobs"}


def test_rules_of_rows_are_found_by_type() -> None:
    rule = next(rule for rule in VALUE_RULES if rule.id == "topic-fifo")
    assert isinstance(rule, Rule)
    assert rule.types == ("aws:sns/topic:Topic",)
    found = list(rule.check(Context("aws:sns/topic:Topic", "x", "", {"name": "a.fifo"})))
    assert [item.path for item in found] == ["name"]


def test_no_module_beside_the_services_writes_a_type() -> None:
    token = re.compile(r'"(?:aws|cloudflare|kubernetes|random|tls):[\w.*/-]+:[A-Z]\w*"')
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "sandbox").rglob("*.py")
        if "services" not in path.parts
        for match in token.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == {'sandbox/seed/entries.py: "aws:ec2/vpc:Vpc"'}  # an example in a docstring
