"""How long the expressions of a policy are, and which of its lists is to blame where one is longer than the API takes.

No list of users stands in the last response rules, which nearly fill the API's limit: whatever they add, those stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from bailbondpro.edge.cloudflare_plans import MAX_EXPRESSION
from bailbondpro.edge.rules import EdgeRules

if TYPE_CHECKING:
    from bailbondpro.edge.policy import EdgePolicy

_IMAGE_LISTS = {"imageWidths": "widths", "imageHeights": "heights", "imageQualities": "qualities"}
_LISTS = {
    "publicHtmlPaths": "public_html_paths",
    "publicApiPrefixes": "public_api_prefixes",
    "privatePrefixes": "private_prefixes",
    "sessionCookieNames": "session_cookie_names",
}
"""What users may lengthen, by its key in the stack file."""


@dataclass(frozen=True)
class TooLong:
    """A list that makes a rule too long.

    Attributes:
        key: its name in the stack file.
        entries: how many it has.
        fit: about how many of the same length fit.
        ref: the rule that has the least room for it.
        length: characters of the rule's expression.
    """

    key: str
    entries: int
    fit: int
    ref: str
    length: int


def lengths(policy: EdgePolicy) -> dict[str, int]:
    """Characters of every rule's expression, by ref."""
    return {ref: len(when.render()) for ref, when in EdgeRules.of(policy).expressions()}


@lru_cache(maxsize=32)
def too_long(policy: EdgePolicy) -> tuple[TooLong, ...]:
    """Every list to blame, once, with its tightest rule; of a rule that list is blamed which takes the most of it."""
    above = {ref: length for ref, length in lengths(policy).items() if length > MAX_EXPRESSION}
    if not above:  # as nearly always; the shorter policies would take four times as long
        return ()
    lists = _lists(policy)
    shorter = {key: lengths(_shortened(policy, key)) for key, entries in lists.items() if len(entries) > 1}
    found: dict[str, TooLong] = {}
    for ref, length in above.items():
        shares = {key: length - known.get(ref, 0) for key, known in shorter.items()}
        key = max(shares or lists, key=lambda name: shares.get(name, len(str(lists[name]))))
        entries = len(lists[key])
        rest = shares.get(key, 0) / max(1, entries - 1)
        fit = max(0, entries - ceil((length - MAX_EXPRESSION) / rest)) if rest else 0
        if key not in found or fit < found[key].fit:
            found[key] = TooLong(key, entries, fit, ref, length)
    return tuple(found.values())


def _lists(policy: EdgePolicy) -> dict[str, tuple[object, ...]]:
    return {
        **{key: getattr(policy, name) for key, name in _LISTS.items()},
        **{key: getattr(policy.images, name) for key, name in _IMAGE_LISTS.items()},
    }


def _shortened(policy: EdgePolicy, key: str) -> EdgePolicy:
    """The policy with the first entry of a list alone."""
    if key in _LISTS:
        return replace(policy, **{_LISTS[key]: getattr(policy, _LISTS[key])[:1]})
    name = _IMAGE_LISTS[key]
    return replace(policy, images=replace(policy.images, **{name: getattr(policy.images, name)[:1]}))
