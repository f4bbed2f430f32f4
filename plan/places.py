"""Leaves out of a preview where in the program each resource was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACES = ("sourcePosition", "stackTrace")
"""Of a state (Pulumi 3.259, `apitype.ResourceV3`): half of a preview, and no tool reads them."""
STATES = ("oldState", "newState")


def without_places(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same preview without them; properties of a resource that are called so stay."""
    return {**document, "steps": [_step(step) for step in document["steps"]]} if "steps" in document else document


def _step(step: Mapping[str, Any]) -> Mapping[str, Any]:
    shorter = {name: _state(step[name]) for name in STATES if step.get(name)}
    return {**step, **shorter}


def _state(state: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in state.items() if name not in PLACES}
