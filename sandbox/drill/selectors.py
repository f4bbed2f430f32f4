"""Label selectors, as `kubectl --selector` takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.kubernetes.api import Manifest

_EQUAL = re.compile(r"^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s=,()]*)$")
_HAS = re.compile(r"^(!?)\s*([^\s!=,()]+)$")


def matcher(selector: str) -> Callable[[Manifest], bool] | None:
    """Whether an object's labels fit a selector; None for one with `in` or `notin`, which only a server answers."""
    wanted = [_term(term.strip()) for term in selector.split(",") if term.strip()]
    terms = [term for term in wanted if term is not None]
    if len(terms) < len(wanted):
        return None

    def matches(live: Manifest) -> bool:
        labels: Mapping[str, str] = live["metadata"].get("labels") or {}
        return all(term(labels) for term in terms)

    return matches


def _term(text: str) -> Callable[[Mapping[str, str]], bool] | None:
    if found := _EQUAL.match(text):
        key, operator, value = found.groups()
        if operator == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _HAS.match(text):
        absent, key = found.groups()
        return lambda labels: (key in labels) != bool(absent)
    return None
