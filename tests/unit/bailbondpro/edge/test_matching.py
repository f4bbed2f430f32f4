"""Many texts compared at once mean what each of them means alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailbondpro.edge.exchange import Exchange, Request
from bailbondpro.edge.language.expressions import (
    And,
    AnyOf,
    Contains,
    Equals,
    Expression,
    IsIn,
    Or,
    StartsWith,
    Wildcard,
)
from bailbondpro.edge.language.fields import PATH, REQUEST_HEADER_NAMES
from bailbondpro.edge.language.matching import Compared

TEXT = st.text("aAb/.*\n", max_size=4)
PATTERN = TEXT.filter(lambda text: "**" not in text)
PARTS = st.one_of(
    st.builds(Equals, st.just(PATH), TEXT),
    st.builds(IsIn, st.just(PATH), st.lists(TEXT, min_size=1, max_size=3).map(tuple)),
    st.builds(StartsWith, st.just(PATH), TEXT),
    st.builds(Contains, st.just(PATH), TEXT),
    st.builds(Wildcard, st.just(PATH), PATTERN, st.booleans()),
)
LISTED = st.builds(AnyOf, st.just(REQUEST_HEADER_NAMES), st.sampled_from(["eq", "ne", "contains", "wildcard"]), PATTERN)


def _formed(value: str, pattern: str, *, strict: bool) -> bool:
    """Whether a string has the form of a pattern, by eating it star by star."""
    if not strict:
        value, pattern = value.lower(), pattern.lower()
    head, star, rest = pattern.partition("*")
    if not star:
        return value == head
    return value.startswith(head) and any(
        _formed(value[index:], rest, strict=True) for index in range(len(head), len(value) + 1)
    )


def _meant(part: Expression, value: str, names: tuple[str, ...]) -> bool:
    """What one part means, said once more."""
    match part:
        case Equals():
            return value == part.wanted
        case IsIn():
            return value in part.wanted
        case StartsWith():
            return value[: len(part.prefix)] == part.prefix
        case Contains():
            return re.search(re.escape(part.part), value) is not None
        case Wildcard():
            return _formed(value, part.pattern, strict=part.strict)
        case AnyOf(operator="contains"):
            return any(part.wanted in name for name in names)
        case AnyOf(operator="wildcard"):
            return any(_formed(name, part.wanted, strict=False) for name in names)
        case AnyOf():
            return any((name == part.wanted) is (part.operator == "eq") for name in names)
    raise AssertionError(part)


@given(
    parts=st.lists(st.one_of(PARTS, LISTED), min_size=1, max_size=6).map(tuple),
    value=TEXT,
    names=st.lists(TEXT, max_size=3).map(tuple),
)
def test_parts_that_are_joined_hold_where_each_alone_says_so(
    parts: tuple[Expression, ...], value: str, names: tuple[str, ...]
) -> None:
    exchange = Exchange(Request(host="a.example", path=value, headers=tuple((name, "") for name in names)))
    meant = [_meant(part, value, names) for part in parts]
    assert [part.holds(exchange) for part in parts] == meant
    assert Or(parts).holds(exchange) is any(meant)
    assert And(parts).holds(exchange) is all(meant)


def test_nothing_meets_an_empty_comparison() -> None:
    assert not Compared().met_by("")


@pytest.mark.parametrize(
    "part", [Equals(PATH, "/a"), StartsWith(PATH, "/a"), Contains(PATH, "a"), Wildcard(PATH, "/A")]
)
def test_a_part_is_put_together_once(part: Expression) -> None:
    assert part.test is part.test
