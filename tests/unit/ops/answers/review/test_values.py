"""What changes of a resource, for people: by name in lists, inside documents, short, and never a secret."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ops.answers.review.values import HIDDEN, LATER, property_changes
from tests.support.plans import planned

DATABASE = "aws:rds/instance:Instance"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def told(
    old: dict[str, Any], new: dict[str, Any], token: str = DATABASE, changed: tuple[tuple[str, str], ...] = ()
) -> list[str]:
    item = replace(planned(token), op="update", inputs=new, old_inputs=old, changed=changed)
    return [f"{one}{' !' if one.forces else ''}" for one in property_changes(item)]


def test_a_value_is_told_with_what_it_was() -> None:
    assert told({"instanceClass": "a", "x": 1}, {"instanceClass": "b", "x": 1}) == ["instanceClass: a → b"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({}, {"a": True}, "a: - → true"),
        ({"a": False}, {}, "a: false → -"),
        ({"a": 1}, {"a": "1"}, "a: 1 → 1"),
        ({"a": 3.0}, {"a": 2.5}, "a: 3 → 2.5"),
        ({"a": ""}, {"a": "x"}, 'a: "" → x'),
        ({"a": "x"}, {"a": UNKNOWN}, f"a: x → {LATER}"),
        ({"a": ["x", "y"]}, {"a": ["x", "z"]}, "a (entries): y → z"),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, "a (order): x, y → y, x"),
        ({"a": ["x"]}, {"a": ["z"]}, "a: x → z"),
    ],
)
def test_every_kind_of_value_is_told_in_its_words(old: dict[str, Any], new: dict[str, Any], said: str) -> None:
    assert told(old, new) == [said]


def test_entries_with_names_are_compared_by_name() -> None:
    old = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    new = {"env": [{"name": "NEW", "value": "0"}, {"name": "A", "value": "1"}, {"name": "B", "value": "3"}]}
    assert told(old, new) == ["env[B].value: 2 → 3", 'env[NEW]: - → {"name": "NEW", "value": "0"}']


def test_documents_in_texts_are_read() -> None:
    old, new = ({"policy": json.dumps({"Statement": [{"Sid": "a", "Action": action}]})} for action in ("x", "y"))
    assert told(old, new) == ["policy.Statement[0].Action: x → y"]


def test_of_a_long_text_what_differs_is_told() -> None:
    text = "a" * 200
    (said,) = told({"expression": f"{text}old{text}"}, {"expression": f"{text}new{text}"})
    assert said == f"expression: …{'a' * 12}old{'a' * 12}… → …{'a' * 12}new{'a' * 12}…"


def test_what_forces_a_replacement_stands_first() -> None:
    found = told({"a": 1, "z": 1}, {"a": 2, "z": 2}, changed=(("a", "update"), ("z", "update-replace")))
    assert found == ["z: 1 → 2 !", "a: 1 → 2"]


def test_what_the_engine_names_and_inputs_do_not_show_is_named() -> None:
    assert told({}, {}, changed=(("id", "update-replace"),)) == [f"id: ? → {LATER} !"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"password": "hunter1"}, {"password": "hunter2"}),
        ({"passwordWo": "hunter1"}, {"passwordWo": "hunter2"}),
        ({"authToken": "hunter1"}, {"authToken": "hunter2"}),
        ({"a": {"secretKey": "hunter1"}}, {"a": {"secretKey": "hunter2"}}),
        ({"a": "[secret]"}, {"a": "hunter2"}),
        (
            {"a": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter1"}},
            {"a": "x"},
        ),
        (
            {"env": [{"name": "DB_PASSWORD", "value": "hunter1"}]},
            {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
        ),
        ({"url": "postgres://app:hunter1@host/db"}, {"url": "postgres://app:hunter2@host/db"}),
        ({"list": [{"x": {"password": "hunter1"}}]}, {"list": []}),
    ],
)
def test_a_secret_is_never_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    (said,) = told(old, new)
    assert "hunter" not in said
    assert HIDDEN in said


def test_the_data_of_a_secret_of_kubernetes_is_never_told() -> None:
    found = told({"stringData": {"x": "hunter1"}}, {"stringData": {"x": "hunter2"}}, "kubernetes:core/v1:Secret")
    assert found == [f"stringData.x: {HIDDEN} → {HIDDEN}"]


def test_a_secret_that_the_engine_hides_on_both_sides_is_told_to_change() -> None:
    found = told({"a": "[secret]"}, {"a": "[secret]"}, changed=(("a.b", "update-replace"),))
    assert found == [f"a.b: {HIDDEN} → {HIDDEN} !"]


def test_numbers_and_names_about_secrets_are_told() -> None:
    old = {
        "passwordWoVersion": 1,
        "masterUserSecretKmsKeyId": "a",
        "secretName": "b",
        "automountServiceAccountToken": True,
    }
    new = {
        "passwordWoVersion": 2,
        "masterUserSecretKmsKeyId": "x",
        "secretName": "y",
        "automountServiceAccountToken": False,
    }
    assert len([said for said in told(old, new) if HIDDEN not in said]) == 4
