"""Errors tell the way on."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from ops.explain import BY_NAME, explain
from sandbox.session import EngineError

LOG = Path("engine.log")


def test_a_failed_update_goes_on_with_a_plain_rerun() -> None:
    told = explain(EngineError("update", ("the subnet lies outside its VPC",), LOG))
    assert told is not None
    assert "A plain rerun continues from here" in told.message


def test_a_damaged_state_is_not_promised_a_plain_rerun() -> None:
    told = explain(EngineError("preview", ("failed to load checkpoint: unexpected end of JSON input",), LOG))
    assert told is not None
    assert "plain rerun" not in told.message
    assert "damaged: `--fresh` starts over" in told.message


def test_a_lost_passphrase_is_not_promised_a_plain_rerun() -> None:
    said = "getting stack configuration: get stack secrets manager: incorrect passphrase"
    told = explain(EngineError("opening the stack", (said,), LOG))
    assert told is not None
    assert "plain rerun" not in told.message
    assert "nothing can read its secrets: `--fresh` starts over" in told.message


@pytest.mark.parametrize("name", BY_NAME)
def test_an_error_that_is_known_by_its_name_is_where_the_name_says_and_is_explained(name: str) -> None:
    module, _, called = name.rpartition(".")
    kind = getattr(importlib.import_module(module), called)
    assert f"{kind.__module__}.{kind.__qualname__}" == name
    error = kind.__new__(type("Narrower", (kind,), {}))
    assert explain(error) is not None
