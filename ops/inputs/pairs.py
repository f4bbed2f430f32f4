"""Assumptions as the command line gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def pairs(texts: Sequence[str], error: type[ValueError], example: str) -> dict[str, object]:
    """Names and values of `name=value` texts.

    Args:
        texts: what was given.
        error: what to raise where a text has another form.
        example: one that the command takes.

    Raises:
        ValueError: of the given type: a text has no `=`.
    """
    found: dict[str, object] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise error(f"{text!r} is no assumption; write name=value, such as {example}")
        found[name.strip()] = value.strip()
    return found
