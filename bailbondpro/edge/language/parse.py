"""Reads the text of the rule language back into typed expressions, so that a plan can be evaluated as it stands.

It knows the subset that `expressions` renders, with the precedence of Cloudflare's language (not, and, or: Cloudflare
docs, Rules language, Operators). Anything else is an error: a field or function that is not understood could make a
private response cacheable, so it must never count as false. Example:

    parse('(http.host eq "cdn.example.com" and starts_with(http.request.uri.path, "/static/"))')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    Lower,
    LowerEach,
    ResponseHeader,
    Text,
    Texts,
    Without,
    WithoutEach,
)
from bailbondpro.edge.language.lines import AllHave, Repeated

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\["\\])*")
      | (?P<number>\d+(?![\w.]))
      | (?P<word>[A-Za-z_][\w.]*)
      | (?P<unpack>\[\*\])
      | (?P<mark>[(){}\[\],])
    )""",
    re.VERBOSE,
)
_STATUS = "http.response.code"
_HEADERS = "http.response.headers"


class ExpressionError(ValueError):
    """A text that is no expression of the subset; the message shows the place."""


def parse(text: str) -> Expression:
    """The expression that a text stands for.

    Raises:
        ExpressionError: the text has a field, function, operator or form that is not understood.
    """
    parser = _Parser(text, _tokens(text))
    found = parser.disjunction()
    parser.end()
    return found


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _error(text, at, "this is no token of the language")
        found.append(_Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
        at = match.end()
    return (*found, _Token("end", "", len(text)))


def _error(text: str, at: int, reason: str) -> ExpressionError:
    return ExpressionError(f"{reason}, at character {at + 1}: {text[at : at + 40] or 'the end'}")


class _Parser:
    """Recursive descent; one method per rule of the grammar."""

    def __init__(self, text: str, tokens: tuple[_Token, ...]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def disjunction(self) -> Expression:
        parts = [self._conjunction()]
        while self._accept("word", "or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def end(self) -> None:
        if self._now.kind != "end":
            raise self._wrong("an operator that joins expressions, or the end, was expected")

    def _conjunction(self) -> Expression:
        parts = [self._negation()]
        while self._accept("word", "and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _negation(self) -> Expression:
        if self._accept("word", "not"):
            return Not(self._negation())
        if self._accept("mark", "("):
            inner = self.disjunction()
            self._expect("mark", ")")
            return inner
        return self._comparison()

    def _comparison(self) -> Expression:
        begun = {"starts_with": self._starts_with, "any": self._any, "all": self._all, _HEADERS: self._repeated}
        if self._now.kind == "word" and self._now.text in begun:
            return begun[self._take().text]()
        if self._accept("word", _STATUS):
            self._expect("word", "in")
            return StatusIn(tuple(int(code) for code in self._set("number")))
        text = self._string_value()
        if self._accept("word", "eq"):
            return Equals(text, self._literal())
        if self._accept("word", "contains"):
            return Contains(text, self._literal())
        if self._now.text in {"strict", "wildcard"}:
            return self._wildcard(text)
        if self._accept("word", "in"):
            return IsIn(text, tuple(map(_unquoted, self._set("string"))))
        raise self._wrong("one of the operators eq, contains, in, wildcard was expected")

    def _starts_with(self) -> Expression:
        self._expect("mark", "(")
        text = self._string_value()
        self._expect("mark", ",")
        prefix = self._literal()
        self._expect("mark", ")")
        return StartsWith(text, prefix)

    def _wildcard(self, text: Text) -> Expression:
        strict = self._accept("word", "strict")
        self._expect("word", "wildcard")
        pattern = self._literal()
        try:
            return Wildcard(text, pattern, strict)
        except ValueError as error:
            raise self._wrong(str(error)) from error

    def _repeated(self) -> Expression:
        self._expect("mark", "[")
        header = self._literal()
        for kind, text in (("mark", "]"), ("mark", "["), ("number", "1"), ("mark", "]"), ("word", "wildcard")):
            self._expect(kind, text)
        if self._literal() != "*":
            raise self._wrong('of a second line nothing is understood but whether there is one: wildcard "*"')
        return Repeated(header)

    def _any(self) -> Expression:
        self._expect("mark", "(")
        texts = self._list_value()
        found: Expression
        if self._accept("word", "eq"):
            found = AnyOf(texts, "eq", self._literal())
        elif self._accept("word", "ne"):
            found = AnyOf(texts, "ne", self._literal())
        elif self._accept("word", "contains"):
            found = AnyOf(texts, "contains", self._literal())
        elif self._accept("word", "wildcard"):
            found = self._of_form(lambda several, pattern: AnyOf(several, "wildcard", pattern), texts)
        else:
            raise self._wrong("one of the operators eq, ne, contains, wildcard was expected")
        self._expect("mark", ")")
        return found

    def _of_form(self, made: Callable[[Texts, str], Expression], texts: Texts) -> Expression:
        pattern = self._literal()
        try:
            return made(texts, pattern)
        except ValueError as error:
            raise self._wrong(str(error)) from error

    def _all(self) -> Expression:
        self._expect("mark", "(")
        texts = self._list_value()
        found: Expression
        if self._accept("word", "wildcard"):
            found = self._of_form(AllHave, texts)
        else:
            self._expect("word", "in")
            found = AllIn(texts, tuple(map(_unquoted, self._set("string"))))
        self._expect("mark", ")")
        return found

    def _string_value(self) -> Text:
        if self._accept("word", "lower"):
            self._expect("mark", "(")
            inner = self._string_value()
            self._expect("mark", ")")
            return Lower(inner)
        if self._accept("word", "remove_bytes"):
            self._expect("mark", "(")
            inner = self._string_value()
            self._expect("mark", ",")
            removed = self._literal()
            self._expect("mark", ")")
            return Without(inner, removed)
        if self._now.text in FIELDS:
            return FIELDS[self._take().text]
        raise self._wrong("a string field, lower, remove_bytes, starts_with, any or all was expected")

    def _list_value(self) -> Texts:
        if self._accept("word", "lower"):
            self._expect("mark", "(")
            inner = self._list_value()
            self._expect("mark", ")")
            self._expect("unpack", "[*]")
            return LowerEach(inner)
        if self._accept("word", "remove_bytes"):
            self._expect("mark", "(")
            inner = self._list_value()
            self._expect("mark", ",")
            removed = self._literal()
            self._expect("mark", ")")
            self._expect("unpack", "[*]")
            return WithoutEach(inner, removed)
        found: Texts
        if self._accept("word", _HEADERS):
            self._expect("mark", "[")
            found = ResponseHeader(self._literal())
            self._expect("mark", "]")
        elif self._now.text in FIELD_LISTS:
            found = FIELD_LISTS[self._take().text]
        else:
            raise self._wrong("a list field, lower or remove_bytes was expected")
        self._expect("unpack", "[*]")
        return found

    def _set(self, kind: str) -> list[str]:
        self._expect("mark", "{")
        members: list[str] = []
        while self._now.kind == kind:
            members.append(self._take().text)
        if not members:
            raise self._wrong(f"a {kind} was expected, since a set has at least one member")
        self._expect("mark", "}")
        return members

    def _literal(self) -> str:
        if self._now.kind != "string":
            raise self._wrong("a string was expected")
        return _unquoted(self._take().text)

    @property
    def _now(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._now
        self._next += 1
        return token

    def _accept(self, kind: str, text: str) -> bool:
        if (self._now.kind, self._now.text) != (kind, text):
            return False
        self._take()
        return True

    def _expect(self, kind: str, text: str) -> None:
        if not self._accept(kind, text):
            raise self._wrong(f"{text} was expected")

    def _wrong(self, reason: str) -> ExpressionError:
        return _error(self._text, self._now.at, reason)


def _unquoted(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])
