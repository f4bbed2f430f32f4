"""Compares a manifest with what it must contain, and names every path at which the two differ."""

from __future__ import annotations

from typing import Any


def differences(actual: Any, expected: Any, path: str = "") -> list[str]:  # noqa: ANN401 - JSON of any shape
    """Paths where `actual` lacks what `expected` states. Further keys are fine; lists must match item by item."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return [f"{path}: expected an object, got {actual!r}"]
        return [
            difference
            for key, value in expected.items()
            for difference in (
                differences(actual[key], value, f"{path}.{key}") if key in actual else [f"{path}.{key}: missing"]
            )
        ]
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return [f"{path}: expected {expected!r}, got {actual!r}"]
        return [
            difference
            for index, value in enumerate(expected)
            for difference in differences(actual[index], value, f"{path}[{index}]")
        ]
    return [] if actual == expected else [f"{path}: expected {expected!r}, got {actual!r}"]
