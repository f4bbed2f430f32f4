"""How answers become JSON documents: names of fields are the keys, and nothing is left that JSON has no word for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.console import print_json
from ops.jsonable import picked, plain


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Leaf:
    name: str
    share: float | None = None


@dataclass(frozen=True)
class Tree:
    leaf: Leaf
    leaves: tuple[Leaf, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def first(self) -> str:
        return self.leaves[0].name


@dataclass(frozen=True)
class Named:
    leaf: Leaf

    def as_json(self) -> dict[str, Any]:
        return {"own": self.leaf}


LEAVES = st.builds(Leaf, st.text(), st.none() | st.floats(allow_nan=False))
TREES = st.builds(Tree, LEAVES, st.lists(LEAVES).map(tuple), st.dictionaries(st.text(), st.integers()))


@given(TREES)
def test_a_dataclass_is_the_object_of_its_fields_in_their_order(tree: Tree) -> None:
    assert json.dumps(plain(tree)) == json.dumps(asdict(tree))


def test_an_answer_with_a_document_of_its_own_gives_it_wherever_it_stands() -> None:
    assert plain((Named(Leaf("a")),)) == [{"own": {"name": "a", "share": None}}]


def test_paths_and_members_of_an_enumeration_are_their_texts() -> None:
    assert plain({"file": Path("a/b"), "colour": Colour.RED}) == {"file": "a/b", "colour": "red"}


def test_picked_facts_keep_the_order_and_the_names_that_were_asked_for() -> None:
    tree = Tree(Leaf("a", 0.5), (Leaf("b"),))
    found = picked(tree, "first", "share=leaf.share", "to=leaves", "leaf")
    assert list(found) == ["first", "share", "to", "leaf"]
    assert (found["first"], found["share"], found["to"]) == ("b", 0.5, [{"name": "b", "share": None}])


def test_a_fact_that_does_not_exist_is_a_defect_and_no_null() -> None:
    with pytest.raises(AttributeError):
        picked(Leaf("a"), "shape")


def test_a_lone_surrogate_is_escaped_where_ascii_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    print_json((Leaf("\ud800"),), ascii_only=True)
    assert json.loads(capsys.readouterr().out) == [{"name": "\ud800", "share": None}]
