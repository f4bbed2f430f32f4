"""Custom resources held against the definitions that the program itself brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.protocol.wire import UNKNOWN
from tests.support.world import World, refused

if TYPE_CHECKING:
    from pathlib import Path

DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
BOND = "kubernetes:acme.dev/v1:Bond"
NAMED = {"name": {"type": "string"}}
SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "integer", "minimum": 1, "maximum": 100},
        "court": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 8},
        "state": {
            "type": "string",
            "enum": ["open", "closed"],
            "x-kubernetes-validations": [{"rule": "self == oldSelf"}],
        },
        "port": {"x-kubernetes-int-or-string": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "parts": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
        "least": {"type": "integer"},
        "most": {"type": "integer"},
    },
    "x-kubernetes-validations": [
        {"rule": "self.least <= self.most", "message": "least must not be above most"},
        {"rule": "self.parts.all(p, p.name != '')"},
    ],
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    version = {"name": "v1", "served": True, "storage": True}
    version["schema"] = {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}}
    spec = {"group": "acme.dev", "scope": "Namespaced", "names": {"kind": "Bond", "plural": "bonds"}}
    return World(tmp_path).add(
        DEFINITION, "bonds.acme.dev", metadata={"name": "bonds.acme.dev"}, spec={**spec, "versions": [version]}
    )


def bond(**spec: object) -> dict[str, object]:
    return {"metadata": {"name": "b", "namespace": "default"}, "spec": {"amount": 5, **spec}}


@pytest.mark.parametrize(
    ("spec", "path", "says"),
    [
        ({"amount": "5"}, "spec.amount", "must be of type integer"),
        ({"amount": True}, "spec.amount", "must be of type integer"),
        ({"amount": 0}, "spec.amount", "greater than or equal to 1"),
        ({"amount": 101}, "spec.amount", "less than or equal to 100"),
        ({"amount": None}, "spec.amount", "Required value"),
        ({"cuort": "a"}, "spec.cuort", "did you mean `court`"),
        ({"court": "A"}, "spec.court", "should match '^[a-z]+$'"),
        ({"court": "abcdefghi"}, "spec.court", "may not be longer than 8"),
        ({"state": "opne"}, "spec.state", "supported values: open, closed"),
        ({"labels": {"a": 1}}, "spec.labels.a", "must be of type string"),
        ({"parts": []}, "spec.parts", "at least 1"),
        ({"parts": [{"name": "a"}, {"nam": "a"}]}, "spec.parts[1].nam", "field not declared in schema"),
        ({"least": 3, "most": 2}, "spec", "least must not be above most"),
    ],
)
def test_what_a_definition_does_not_allow_is_refused(
    world: World, spec: dict[str, object], path: str, says: str
) -> None:
    refused(world.create(BOND, **bond(**spec)), path, says)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"amount": UNKNOWN},
        {"port": "http"},
        {"port": 80},
        {"labels": {"a": "b"}, "free": {"anything": [1]}},
        {"parts": [{"name": "a"}], "least": 2, "most": 2},
        {"least": 3},
    ],
)
def test_what_a_definition_allows_passes(world: World, spec: dict[str, object]) -> None:
    assert world.create(BOND, **bond(**spec)) == []


def test_a_field_that_its_definition_holds_immutable_stays(world: World) -> None:
    world.add(BOND, "default/b", **bond(state="open"))
    refused(world.update(BOND, "default/b", spec={"amount": 5, "state": "closed"}), "spec.state", "self == oldSelf")
    assert world.update(BOND, "default/b", spec={"amount": 6, "state": "open"}) == []


def test_extensions_count_however_their_names_are_written(world: World) -> None:
    version = {"name": "v2", "served": True, "storage": True}
    inner = {"type": "object", "properties": {"port": {"x_kubernetes_int_or_string": True, "type": "integer"}}}
    version["schema"] = {"openAPIV3Schema": {"type": "object", "properties": {"spec": inner}}}
    spec = {"group": "acme.dev", "scope": "Namespaced", "names": {"kind": "Court", "plural": "courts"}}
    world.add(DEFINITION, "courts.acme.dev", metadata={"name": "courts.acme.dev"}, spec={**spec, "versions": [version]})
    wanted = {"metadata": {"name": "c", "namespace": "default"}, "spec": {"port": "http"}}
    assert world.create("kubernetes:acme.dev/v2:Court", **wanted) == []


def test_a_definition_takes_its_resources_along(world: World) -> None:
    world.add(BOND, "default/b", **bond())
    assert world.delete(DEFINITION, "bonds.acme.dev") is None
    assert world.cloud.all() == []
