"""What the policy pack sees of secrets: what a preview shows of them."""

from __future__ import annotations

from policies.packed import OF_A_SECRET, SIGNATURE, hidden


def sealed(value: object) -> dict[str, object]:
    return {SIGNATURE: OF_A_SECRET, "value": value}


def test_secrets_are_masked_wherever_they_stand_and_nothing_else_is() -> None:
    given = {
        "password": sealed("hunter22"),
        "list": [sealed({"a": [sealed(1)]}), "text"],
        "asset": {SIGNATURE: "asset"},
    }
    assert hidden(given) == {"password": "[secret]", "list": ["[secret]", "text"], "asset": {SIGNATURE: "asset"}}
