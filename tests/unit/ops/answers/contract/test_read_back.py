"""What is read back of a write: what was sent, in whatever form an application gives it back."""

from __future__ import annotations

import pytest

from ops.answers.contract.writes import _other_content

SENT = {
    "client": "client-1",
    "amount": 700,
    "note": None,
    "at": "2026-01-31T10:00:00Z",
    "held": True,
    "more": ["b", "a"],
}


@pytest.mark.parametrize(
    "read",
    [
        {"id": 5, **SENT},
        {"data": {"id": 5, **SENT}},
        {"id": 5, "amount": "700.00", "at": "2026-01-31T11:00:00.000+01:00"},
        {"client": {"id": "client-1", "name": "n"}, "note": "", "more": ["a", "b", "c"]},
        {"amountCents": 700},
    ],
)
def test_what_was_sent_counts_in_every_form(read: object) -> None:
    assert _other_content(SENT, {"id": 5}, read) is None


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"id": 5, "client": "somebody else", "amount": 0}, "amount is not what the POST sent"),
        ({"id": 5, "client": "client-1", "held": False}, "held is not what the POST sent"),
        ({"data": {"client": {"id": "client-2"}, "amount": 700}}, "client is not what the POST sent"),
        ({"client": "client-1", "more": ["a"]}, "more is not what the POST sent"),
        ({"id": 5}, "nothing of what the POST sent is there"),
        ("", "nothing of what the POST sent is there"),
        ({"id": 6, "amount": 700}, "id is not what the POST answered"),
    ],
)
def test_what_is_made_up_is_named(read: object, said: str) -> None:
    assert _other_content(SENT, {"id": 5}, read) == said
