"""What is read back of a write: what was sent, in whatever form an application gives it back."""

from __future__ import annotations

import pytest

from ops.answers.contract.read_back import ReadBack, compared

SENT = {
    "client": "client-1",
    "amount": 700,
    "note": None,
    "at": "2026-01-31T10:00:00Z",
    "held": True,
    "more": ["b", "a"],
}
ITEMS = {"items": [{"sku": "x-1", "count": 1}, {"sku": "x-2", "count": 2}]}
TURNED = {"items": [{"sku": "x-1", "count": 2}, {"sku": "x-2", "count": 1}]}


@pytest.mark.parametrize(
    "read",
    [
        {"id": 5, **SENT},
        {"data": {"id": 5, **SENT}},
        {"data": {"id": 5, **SENT}, "links": {"self": "/bonds/5"}, "requestId": "x"},
        [{"id": 4, **SENT, "client": "client-2"}, {"id": 5, **SENT}],
        SENT | {"amount": "700.00", "at": "2026-01-31T11:00:00.000+01:00", "held": 1},
        SENT | {"client": {"id": "client-1", "name": "n"}, "note": "", "more": ["a", "b", "c"]},
        SENT | {"more": [{"id": "a"}, {"id": "b"}]},
        {"client": {"id": "client-1"}, "bond": {name: SENT[name] for name in SENT if name != "client"}},
        {"clientId": "client-1", "amount": 700, "dueAt": "2026-01-31T10:00:00Z", "Held": True, "more": ["a", "b"]},
    ],
)
def test_what_was_sent_counts_in_every_form(read: object) -> None:
    assert compared(SENT, {"id": 5}, read) == ReadBack()


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"id": 5, "client": "somebody else", "amount": 0}, "amount is not what the POST sent"),
        ({"id": 5, "client": "client-1", "held": False}, "held is not what the POST sent"),
        ({"data": {"client": {"id": "client-2"}, "amount": 700}}, "client is not what the POST sent"),
        ({"data": {**SENT, "client": "client-2"}, "links": {}}, "client is not what the POST sent"),
        ([{**SENT, "client": "client-2"}], "client is not what the POST sent"),
        ({"bond": {"amount": 700}, "owner": {"client": "client-2"}}, "client is not what the POST sent"),
        ({"Client": "client-2", "amount": 700}, "client is not what the POST sent"),
        (SENT | {"client": None}, "client is not what the POST sent"),
        ({"client": "client-1", "more": ["a"]}, "more is not what the POST sent"),
        ({"id": 5}, "nothing of what the POST sent is there"),
        ("", "nothing of what the POST sent is there"),
        ({"id": 6, "amount": 700}, "id is not what the POST answered"),
        ({"data": {"id": 6, **SENT}, "links": {}}, "id is not what the POST answered"),
    ],
)
def test_what_is_made_up_is_named(read: object, said: str) -> None:
    assert compared(SENT, {"id": 5}, read).wrong == said


@pytest.mark.parametrize(
    ("read", "unseen"),
    [
        ({"id": 5, "amount": 700}, ("at", "client", "held", "more")),
        (SENT | {"client": "Client-1 "}, ("client",)),
        ({"clientId": "client-2", **{name: SENT[name] for name in SENT if name != "client"}}, ("client",)),
        (SENT | {"client": "Jane", "clientId": "client-1"}, ("client",)),
        (SENT | {"amount": "700 EUR", "held": "yes", "at": 1769853600}, ("amount", "at", "held")),
    ],
)
def test_what_is_nowhere_or_in_another_form_is_not_called_kept(read: object, unseen: tuple[str, ...]) -> None:
    assert compared(SENT, {"id": 5}, read) == ReadBack(unseen=unseen)


def test_what_stands_for_many_things_is_known_by_its_name_alone() -> None:
    sent = {"client": "client-1", "count": 1, "held": True, "state": "active", "part": "200"}
    read = {"client": "client-1", "id": 1, "open": True, "account": "active", "status": 200}
    assert compared(sent, {"id": 1}, read) == ReadBack(unseen=("count", "held", "part", "state"))
    assert compared({"cents": 5000, "by": "client-1"}, None, {"amountCents": 5000, "client": "client-1"}) == ReadBack()


def test_one_value_does_not_stand_for_two_that_were_sent() -> None:
    sent = {"client": "client-1", "payer": "client-1", "held": True, "terms": {"held": True, "amount": 7000}}
    read = {"client": "client-1", "terms": {"held": True, "amount": 7000}}
    assert compared(sent, None, {"data": read}) == ReadBack(unseen=("held", "payer"))
    assert (
        compared({"terms": {"held": True, "note": "n"}}, None, {"terms": "n"}).wrong
        == "terms is not what the POST sent"
    )


def test_texts_that_look_like_numbers_lose_nothing() -> None:
    phone, code = {"phone": "0049170"}, {"code": "1_0"}
    assert compared(phone, None, {"phone": 49170}).wrong == "phone is not what the POST sent"
    assert compared(code, None, {"code": "10"}).wrong == "code is not what the POST sent"
    assert compared({"price": "700.00"}, None, {"price": 700}) == ReadBack()
    assert compared({"cents": 700}, {"cents": 700}, {"cents": "700 EUR"}) == ReadBack(unseen=("cents",))
    assert compared({"cents": 700}, {"fee": 70}, {"cents": 700, "fee": 0}).wrong == "fee is not what the POST answered"


def test_objects_in_lists_are_held_one_by_one() -> None:
    assert compared(ITEMS, None, {"items": [{"id": 9, **one} for one in reversed(ITEMS["items"])]}) == ReadBack()
    assert compared(ITEMS, None, TURNED).wrong == "items is not what the POST sent"
    nested = {"bond": {"client": {"id": "client-1"}, "cents": 7000}}
    assert compared(nested, None, {"data": [nested]}) == ReadBack()
    other = {"bond": {"client": {"id": "client-2"}, "cents": 7000}}
    assert compared(nested, None, other).wrong == "bond.client.id is not what the POST sent"
    flat = {"clientId": "client-1", "bondCents": 7000}
    assert compared(nested, None, flat) == ReadBack()


def test_an_answer_that_is_nested_without_end_is_read_to_its_end() -> None:
    deep: object = {"client": "client-1"}
    for _ in range(900):
        deep = {"data": [deep]}
    assert compared({"client": "client-1"}, deep, deep) == ReadBack()
