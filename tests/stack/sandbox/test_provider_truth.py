"""The sandbox knows every type of the platform: what replaces it, and what its service refuses."""

from __future__ import annotations

import pytest

from sandbox.providers.replacement import known_types
from sandbox.providers.rules import Context, value_violations
from tests.support.stack import EVERY_STACK, recorded


def used() -> set[str]:
    return {resource.type for at in EVERY_STACK for resource in recorded(*at) if resource.custom}


def test_every_type_of_the_platform_has_a_replacement_table() -> None:
    assert {token for token in used() - known_types() if not token.startswith("pulumi:providers:")} == set()


@pytest.mark.parametrize(("environment", "phase"), EVERY_STACK)
def test_no_value_of_the_platform_is_refused_when_it_is_given_again_as_an_update(environment: str, phase: str) -> None:
    refused = [
        (item.name, violation)
        for item in recorded(environment, phase)
        if item.custom
        for violation in value_violations(Context(item.type, item.name, item.urn, item.inputs, old=item.inputs))
    ]
    assert refused == []
