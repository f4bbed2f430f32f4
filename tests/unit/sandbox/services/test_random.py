"""What the random provider makes up: of the form, the letters and the range that a program asks for."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.model.place import Place
from sandbox.providers.computed import computed_outputs, resource_id
from sandbox.services import row_of

PLACE = Place("eu-central-1")


def made(kind: str, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    token = f"random:index/{kind[0].lower()}{kind[1:]}:{kind}"
    identity = resource_id(token, "own", inputs, PLACE)
    return {"id": identity, **computed_outputs(token, "own", inputs, identity, PLACE)}


def test_a_password_has_no_special_characters_but_those_that_are_given() -> None:
    result = made("RandomPassword", length=2000, overrideSpecial="_%@")["result"]
    assert {letter for letter in result if not letter.isalnum()} == set("_%@")


def test_a_number_is_within_its_limits_and_is_the_id() -> None:
    for _ in range(20):
        found = made("RandomInteger", min=7, max=9)
        assert found["result"] in {7, 8, 9}
        assert found["id"] == str(found["result"])
    assert made("RandomInteger", min=-5, max=-5)["result"] == -5
    assert made("RandomInteger", min=1, max=10**6, seed="x") == made("RandomInteger", min=1, max=10**6, seed="x")


def test_a_pet_has_as_many_words_as_are_wanted_behind_its_prefix() -> None:
    assert len(made("RandomPet")["id"].split("-")) == 2
    words = made("RandomPet", length=4, prefix="Blue", separator="_")["id"].split("_")
    assert (words[0], len(words)) == ("Blue", 5)
    assert len(made("RandomPet", length=1)["id"].split("-")) == 1


@pytest.mark.parametrize(("kind", "version"), [("RandomUuid", 4), ("RandomUuid4", 4), ("RandomUuid7", 7)])
def test_a_uuid_is_one_of_its_version_and_the_id(kind: str, version: int) -> None:
    found = made(kind)
    assert uuid.UUID(found["result"]).version == version
    assert found["id"] == found["result"] != made(kind)["result"]


def test_shuffled_items_are_those_that_are_given_over_and_over() -> None:
    found = made("RandomShuffle", inputs=["a", "b", "c"], resultCount=7, seed="x")["results"]
    assert sorted(found[:3]) == sorted(found[3:6]) == ["a", "b", "c"]
    assert len(found) == 7
    assert found == made("RandomShuffle", inputs=["a", "b", "c"], resultCount=7, seed="x")["results"]
    assert made("RandomShuffle", inputs=["a"], resultCount=0)["results"] == []


def test_bytes_are_as_many_as_are_wanted() -> None:
    found = made("RandomBytes", length=12)
    assert len(bytes.fromhex(found["hex"])) == 12


@pytest.mark.parametrize(
    "kind", ["Bytes", "Id", "Integer", "Password", "Pet", "Shuffle", "String", "Uuid", "Uuid4", "Uuid7"]
)
def test_keepers_replace_whatever_is_random(kind: str) -> None:
    row = row_of(f"random:index/random{kind}:Random{kind}")
    assert row is not None
    assert row.replaced is not None
    assert "keepers" in row.replaced.paths
