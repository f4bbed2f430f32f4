"""Expressions read back from their text: the same expression, and an error for whatever is not understood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.language.expressions import (
    AllIn,
    And,
    AnyOf,
    Contains,
    Equals,
    Expression,
    IsIn,
    Not,
    Or,
    StartsWith,
    StatusIn,
    Wildcard,
)
from bailbondpro.edge.language.fields import (
    FIELD_LISTS,
    FIELDS,
    HOST,
    PATH,
    Lower,
    LowerEach,
    ResponseHeader,
    Text,
    Texts,
    Without,
    WithoutEach,
)
from bailbondpro.edge.language.parse import ExpressionError, parse

HOSTILE = st.text(alphabet=st.sampled_from('"\\ (){}[]*,andortx\n\t\x00é\U0001f600'), max_size=12)
LITERALS = st.one_of(HOSTILE, st.sampled_from(["/static/", "cdn.example.com", '" or true or "', "\\", '\\"', "not ("]))
PLAIN: st.SearchStrategy[Text] = st.sampled_from(list(FIELDS.values()))
TEXTS: st.SearchStrategy[Text] = st.recursive(
    PLAIN, lambda inner: st.one_of(st.builds(Lower, inner), st.builds(Without, inner, LITERALS)), max_leaves=3
)
PLAIN_LISTS: st.SearchStrategy[Texts] = st.one_of(
    st.sampled_from(list(FIELD_LISTS.values())), st.builds(ResponseHeader, LITERALS)
)
LISTS = st.recursive(
    PLAIN_LISTS,
    lambda inner: st.one_of(st.builds(LowerEach, inner), st.builds(WithoutEach, inner, LITERALS)),
    max_leaves=2,
)
PATTERNS = LITERALS.filter(lambda text: "\\" not in text and "**" not in text)
ATOMS: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Equals, TEXTS, LITERALS),
    st.builds(Contains, TEXTS, LITERALS),
    st.builds(StartsWith, TEXTS, LITERALS),
    st.builds(IsIn, TEXTS, st.lists(LITERALS, min_size=1, max_size=3).map(tuple)),
    st.builds(AnyOf, LISTS, st.sampled_from(["eq", "ne", "contains"]), LITERALS),
    st.builds(AnyOf, LISTS, st.just("wildcard"), PATTERNS),
    st.builds(AllIn, LISTS, st.lists(LITERALS, min_size=1, max_size=3).map(tuple)),
    st.builds(Wildcard, TEXTS, PATTERNS),
    st.builds(StatusIn, st.lists(st.integers(100, 599), min_size=1, max_size=3).map(tuple)),
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(EXPRESSIONS)
def test_an_expression_read_back_from_its_text_is_the_same_expression(expression: Expression) -> None:
    assert parse(expression.render()) == expression


@settings(deadline=None)
@given(LITERALS)
def test_a_hostile_value_stays_one_literal(value: str) -> None:
    assert parse(And((Equals(HOST, value), StartsWith(PATH, "/x"))).render()) == And(
        (Equals(HOST, value), StartsWith(PATH, "/x"))
    )


def test_and_binds_stronger_than_or_and_not_strongest() -> None:
    text = 'not http.host eq "a" and http.host eq "b" or http.host eq "c"'
    assert parse(text) == Or((And((Not(Equals(HOST, "a")), Equals(HOST, "b"))), Equals(HOST, "c")))


def test_space_and_extra_parentheses_change_nothing() -> None:
    assert parse('  ( (http.host\n eq\t"a" ) ) ') == Equals(HOST, "a")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a string field"),
        ("true", "a string field"),
        ('http.user_agent eq "x"', "a string field"),
        ('ends_with(http.host, "x")', "a string field"),
        ('http.host ne "x"', "one of the operators"),
        ('http.host == "x"', "no token"),
        ('http.host matches "x"', "one of the operators"),
        ('http.host eq "x" xor http.host eq "y"', "an operator that joins"),
        ('http.host eq "x', "no token"),
        ('http.host eq "\\x41"', "no token"),
        ("http.host eq 1", "a string was expected"),
        ("http.host in {}", "at least one member"),
        ('http.host in {"a" 1}', "} was expected"),
        ("http.response.code eq 200", "in was expected"),
        ("http.response.code in {200.5}", "no token"),
        ('http.host wildcard "a**"', "no two stars"),
        ('http.host strict eq "a"', "wildcard was expected"),
        ('any(http.host eq "x")', "a list field"),
        ('any(http.request.headers.names eq "x")', "[*] was expected"),
        ('any(http.request.headers.names[*] in {"x"})', "one of the operators"),
        ('http.host eq "a" http.host eq "b"', "an operator that joins"),
        ('(http.host eq "a"', ") was expected"),
        ('http.response.headers["a"][2] wildcard "*"', "1 was expected"),
        ('http.response.headers["a"][1] eq ""', "wildcard was expected"),
        ('http.response.headers["a"][1] wildcard "x*"', "of a second line"),
        ('all(http.response.headers["a"][*] wildcard "a**")', "no two stars"),
        ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "no token"),
    ],
)
def test_what_is_not_understood_is_an_error_and_never_false(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert reason in str(raised.value)


def test_an_error_shows_the_place() -> None:
    with pytest.raises(ExpressionError, match=r'at character 13: http\.user_agent eq "x"'):
        parse('not not not http.user_agent eq "x"')
