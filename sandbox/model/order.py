"""Lists that a service returns in an order of its own: whoever writes another one differs after every refresh.

A provider that compares them in order plans an update after a refresh, or a replacement where the property forces one.
The API takes any order, so nothing is refused: the second preview of a rehearsal is not empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from sandbox.model.rows import Returned

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs


@dataclass(frozen=True)
class Sorted:
    """A list of a resource that comes back sorted.

    Attributes:
        path: the list, as property names from the outside in.
        key: the property that its objects are sorted by; empty for a list of texts.
        source: where it was seen.
        unverified: what of it nobody looked up.
    """

    path: tuple[str, ...]
    key: str
    source: str
    unverified: str = ""


def in_order(*lists: Sorted) -> Returned:
    """What a service gives back that sorts these lists."""

    def read(sent: Inputs, _outputs: Inputs) -> Inputs:
        return reduce(lambda inputs, item: _sorted(inputs, item.path, item.key), lists, sent)

    return Returned(read=read, unverified=", ".join(item.unverified for item in lists if item.unverified))


def _sorted(value: dict[str, Any], path: tuple[str, ...], key: str) -> dict[str, Any]:
    head, *rest = path
    below = value.get(head)
    if rest:
        return {**value, head: _sorted(below, tuple(rest), key)} if isinstance(below, dict) else value
    if not isinstance(below, list):
        return value
    texts = [item.get(key) if key and isinstance(item, dict) else item for item in below]
    if not all(isinstance(text, str) for text in texts):
        return value
    order = sorted(range(len(below)), key=lambda index: str(texts[index]))
    return {**value, head: [below[index] for index in order]}
