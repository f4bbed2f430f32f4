"""Errors tell the way on."""

from __future__ import annotations

from pathlib import Path

from ops.explain import explain
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
