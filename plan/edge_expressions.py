"""Whether one expression of Cloudflare's rule language holds wherever another one does, by their texts alone.

A plan holds rules as text. Of two texts that differ, a rule that refuses may be wider than it was and a rule that lets
through narrower, and nothing is lost. What is shown here is shown by form: more alternatives, fewer conditions, more
members of a set, a shorter prefix. What is not shown counts as lost, and so does a text of another form
(Cloudflare docs, Ruleset Engine, Rules language: Operators, Functions; read 2026-11-30).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[(){}\[\],]|[^\s"(){}\[\],]+', re.DOTALL)
_OTHER = frozenset(("&&", "||", "^^", "xor", "XOR"))
"""Operators that the platform's rules never have: an expression with one is compared as a whole."""
_OPEN, _CLOSE = frozenset("({["), frozenset(")}]")
_PATH = "http.request.uri.path"
_DEPTH = 60
"""Parentheses in parentheses that are read; the platform's rules have 8 at most."""
_MEMBER_OF = 4
"""Tokens that a comparison with a set has at the least: the field, `in`, and the braces."""


class _NotReadError(Exception):
    """The text has a form that is compared as a whole."""


@dataclass(frozen=True)
class Term:
    """A part of an expression.

    Attributes:
        kind: `or`, `and`, `not`, `in` and `all` (a field, all of a list, is one of the members), `starts` (a field
            starts with the member), or `text` for any other comparison.
        text: the field, or the comparison itself.
        parts: what is joined or negated.
        members: the literals.
    """

    kind: str
    text: str = ""
    parts: tuple[Term, ...] = ()
    members: frozenset[str] = frozenset()


@lru_cache(maxsize=512)
def read(text: str) -> Term:
    """The parts of an expression; one of another form is a single comparison."""
    tokens = tuple(_TOKEN.findall(text))
    try:
        found, rest = _joined(tokens, 0, 0)
    except _NotReadError:
        return _whole(tokens)
    strange = any(token in _OTHER or (token[0] == "!" and token != "!=") for token in tokens)
    return _whole(tokens) if strange or rest != len(tokens) else found


def _joined(tokens: tuple[str, ...], at: int, depth: int, operator: str = "or") -> tuple[Term, int]:
    """Parts that an operator joins; `and` binds more than `or` does."""
    if depth > _DEPTH:
        raise _NotReadError
    parts: list[Term] = []
    while True:
        part, at = _joined(tokens, at, depth, "and") if operator == "or" else _negated(tokens, at, depth)
        parts.append(part)
        if at >= len(tokens) or tokens[at] != operator:
            break
        at += 1
    return (parts[0] if len(parts) == 1 else Term(operator, parts=tuple(parts))), at


def _negated(tokens: tuple[str, ...], at: int, depth: int) -> tuple[Term, int]:
    if at >= len(tokens):
        raise _NotReadError
    if tokens[at] == "not":
        part, at = _negated(tokens, at + 1, depth)
        return Term("not", parts=(part,)), at
    if tokens[at] == "(":
        part, at = _joined(tokens, at + 1, depth + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise _NotReadError
        return part, at + 1
    start, inside = at, 0
    while at < len(tokens) and (inside or (tokens[at] not in {"and", "or", "not"} and tokens[at] != ")")):
        inside += (tokens[at] in _OPEN) - (tokens[at] in _CLOSE)
        at += 1
    if inside or at == start:
        raise _NotReadError
    return _comparison(tokens[start:at]), at


def _comparison(tokens: tuple[str, ...]) -> Term:
    match tokens:
        case ("starts_with", "(", *field, ",", prefix, ")") if prefix.startswith('"') and "," not in field:
            return Term("starts", " ".join(field), members=frozenset((prefix[1:-1],)))
        case ("all", "(", *inner, ")"):
            term = _comparison(tuple(inner))
            return Term("all", term.text, members=term.members) if term.kind == "in" else _whole(tokens)
        case (*field, "eq" | "==", value) if field and value.startswith('"'):
            return Term("in", " ".join(field), members=frozenset((value[1:-1],)))
    if len(tokens) >= _MEMBER_OF and tokens[-1] == "}" and tokens.count("{") == 1:
        brace = tokens.index("{")
        if brace > 1 and tokens[brace - 1] == "in":
            members = frozenset(member.strip('"') for member in tokens[brace + 1 : -1])
            return Term("in", " ".join(tokens[: brace - 1]), members=members)
    return _whole(tokens)


def _whole(tokens: tuple[str, ...]) -> Term:
    return Term("text", " ".join(tokens))


def always(term: Term) -> bool:
    """Whether it holds of every request: a path always starts with a slash."""
    return term == Term("text", "true") or term == Term("starts", _PATH, members=frozenset("/"))


def never(term: Term) -> bool:
    """Whether it holds of no request: a path is never empty."""
    return term == Term("text", "false") or term == Term("in", _PATH, members=frozenset(("",)))


def implies(first: str, second: str) -> bool:
    """Whether the second one is shown to hold wherever the first one does."""
    known: dict[tuple[int, int], bool] = {}

    def shown(one: Term, other: Term) -> bool:
        key = id(one), id(other)
        if key not in known:
            known[key] = _implied(one, other)
        return known[key]

    def _implied(one: Term, other: Term) -> bool:
        if one == other or always(other) or never(one):
            return True
        if one.kind == "or":
            return all(shown(part, other) for part in one.parts)
        if other.kind == "and":
            return all(shown(one, part) for part in other.parts)
        if one.kind == other.kind == "not":
            return shown(other.parts[0], one.parts[0])
        if other.kind == "or" and any(shown(one, part) for part in other.parts):
            return True
        if one.kind == "and":
            return any(shown(part, other) for part in one.parts)
        return _compared(one, other)

    return shown(read(first), read(second))


def _compared(one: Term, other: Term) -> bool:
    if one.text != other.text or not one.members or not other.members:
        return False
    if other.kind == "starts" and one.kind in {"starts", "in"}:
        prefix = next(iter(other.members))
        return all(member.startswith(prefix) for member in one.members)
    return one.kind == other.kind and one.members <= other.members


def bounded(text: str) -> bool:
    """Whether it holds of named paths or kinds of file alone, and never of a whole host."""
    return _bounded(read(text))


def _bounded(term: Term) -> bool:
    if term.kind in {"and", "or"}:
        return (any if term.kind == "and" else all)(map(_bounded, term.parts))
    if term.kind == "starts":
        return _PATH in term.text and not always(term)
    return never(term) or (term.kind == "in" and _PATH in term.text)
