"""How the rule language compares a value with literals: texts, numbers, addresses and what only an update knows.

(Cloudflare docs, Ruleset Engine, Rules language: Operators; Values; Lists, Managed IP lists; read 2026-11-30. What a
comparison with a value that is not there says is unverified.)
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from plan.visits.values import ABSENT, UNKNOWN, Each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plan.visits.values import Value

_MANAGED = "$cf."
"""How lists begin that Cloudflare keeps, of open proxies, anonymizers, botnets and such: no ordinary visitor is in
one."""
_NESTED = re.compile(r"[*+}?][^()]*\)\s*[*+{]")
"""A repetition of something that repeats: such an expression may take a program longer than anybody waits."""
_LONGEST = 400
"""Characters of a regular expression that are read."""
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
}


def compared(value: Value, operator: str, members: tuple[str, ...]) -> Value:
    """Whether a value compares with literals so; of each of several values, all answers."""
    if isinstance(value, Each):
        return tuple(compared(one, operator, members) for one in value)
    if value is ABSENT:
        return UNKNOWN if operator == "ne" else False
    if isinstance(value, bool):
        answer = {"eq": True, "ne": False}.get(operator)
        said = {"true": True, "false": False}.get(members[0])
        return UNKNOWN if answer is None or said is None else (value == said) == answer
    if not isinstance(value, (str, int)):
        return UNKNOWN
    if operator == "in":
        return _among(value, members)
    if operator in {"eq", "ne"}:
        found = _same(value, members[0])
        return found if not isinstance(found, bool) else found == (operator == "eq")
    if operator in _ORDERS:
        bound = _whole_number(members[0])
        return UNKNOWN if bound is None or isinstance(value, str) else _ORDERS[operator](value, bound)
    return _formed(value, operator, members[0]) if isinstance(value, str) else UNKNOWN


def _among(value: str | int, members: tuple[str, ...]) -> Value:
    answer: Value = False
    for member in members:
        found = _same(value, member)
        if found is True:
            return True
        answer = answer if found is False else UNKNOWN
    return answer


def _same(value: str | int, member: str) -> Value:
    """Whether a value is a literal, or among those that it stands for: a range, a network, a list."""
    if member.startswith("$"):
        return False if member.startswith(_MANAGED) else UNKNOWN
    if isinstance(value, int):
        first, _, last = member.partition("..")
        bounds = [_whole_number(first), _whole_number(last or first)]
        return UNKNOWN if bounds[0] is None or bounds[1] is None else bounds[0] <= value <= bounds[1]
    address = _address(value)
    return value == member if address is None else _within(address, member)


def _whole_number(text: str) -> int | None:
    return int(text) if text.lstrip("-").isdigit() else None


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=64)
def _address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _within(address: _Address, member: str) -> Value:
    first, _, last = member.partition("..")
    try:
        if last:
            lowest, highest = ipaddress.ip_address(first), ipaddress.ip_address(last)
            return lowest.version == address.version and int(lowest) <= int(address) <= int(highest)
        return address in ipaddress.ip_network(member, strict=False)
    except ValueError:
        return UNKNOWN


def _formed(value: str, operator: str, literal: str) -> Value:
    if operator == "contains":
        return literal in value
    if operator in {"wildcard", "strict wildcard"}:
        return _pattern(literal, strict=operator != "wildcard").fullmatch(value) is not None
    if len(literal) > _LONGEST or _NESTED.search(literal):
        return UNKNOWN
    try:
        return re.search(literal, value) is not None
    except (re.error, RecursionError, OverflowError):
        return UNKNOWN


@lru_cache(maxsize=512)
def _pattern(literal: str, *, strict: bool) -> re.Pattern[str]:
    """A wildcard as a regular expression: a star stands for any text, an escaped one for itself."""
    parts = re.split(r"(\\[\\*]|\*+)", literal)
    form = "".join(".*" if part[:1] == "*" else re.escape(part[1:] if part[:1] == "\\" else part) for part in parts)
    return re.compile(form, re.DOTALL if strict else re.DOTALL | re.IGNORECASE)
