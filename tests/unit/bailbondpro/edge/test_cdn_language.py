"""The text that Cloudflare gets, read back by a second reader of the language, means what the model evaluates."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailbondpro.edge.cache_rules import cache_rules, response_rules
from bailbondpro.edge.cloudflare_plans import LIMITS, Plan
from bailbondpro.edge.exchange import Exchange, Request, Response
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.security import firewall_rules, header_rules, managed_rules, rate_limit_rules

if TYPE_CHECKING:
    from bailbondpro.edge.language.expressions import Expression

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(
    domain=DOMAIN,
    hosts=CdnHosts.under(DOMAIN),
    session_cookie_names=("session", "connect.sid"),
    public_html_paths=("/", "/pricing"),
    public_api_prefixes=("/api/public", "/api/courts"),
    further_hosts=(CdnHosts.under(DOMAIN, environment="dev"),),
)
MAX_EXPRESSION = 4096
"""Characters (Cloudflare docs, Rules language, Limits)."""

TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\[\*\]|[(){},\[\]]|[a-z_.0-9]+)')
MISSING = -1
"""The value of a list beyond its end: every comparison of it is false (Cloudflare docs, Values, Arrays)."""
REQUEST_FIELDS = {
    "http.host",
    "http.cookie",
    "http.request.uri.path",
    "http.request.uri.path.extension",
    "http.request.uri.query",
    "http.request.uri.args.names",
    "http.request.method",
    "http.request.headers.names",
}


@dataclass
class Reader:
    """A recursive-descent reader that evaluates while it reads: or, and, not, comparison."""

    text: str
    exchange: Exchange
    tokens: list[str] = field(init=False)
    at: int = 0

    def __post_init__(self) -> None:
        self.tokens = TOKEN.findall(self.text)
        assert TOKEN.sub("", self.text).strip() == "", f"unreadable: {self.text}"

    @property
    def now(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.now
        assert token, "unexpected end"
        assert wanted in {"", token}, f"{wanted} wanted, found {token}"
        self.at += 1
        return token

    def whole(self) -> bool:
        answer = self.disjunction()
        assert self.at == len(self.tokens), f"left over: {self.tokens[self.at :]}"
        return answer

    def disjunction(self) -> bool:
        answer = self.conjunction()
        while self.now == "or":
            self.take()
            right = self.conjunction()
            answer = answer or right
        return answer

    def conjunction(self) -> bool:
        answer = self.negation()
        while self.now == "and":
            self.take()
            right = self.negation()
            answer = answer and right
        return answer

    def negation(self) -> bool:
        if self.now == "not":
            self.take()
            return not self.negation()
        if self.now == "(":
            self.take()
            answer = self.disjunction()
            self.take(")")
            return answer
        if self.now in {"any", "all"}:
            return self.quantifier()
        if self.now == "starts_with":
            return self.prefix()
        return self.comparison(self.value())

    def quantifier(self) -> bool:
        some = self.take() == "any"
        self.take("(")
        values = self.value()
        assert isinstance(values, tuple)
        start = self.at
        answers = []
        for value in values:
            self.at = start
            answers.append(self.comparison(value))
        if not values:
            self.comparison("")
        self.take(")")
        return any(answers) if some else all(answers)

    def prefix(self) -> bool:
        self.take("starts_with")
        self.take("(")
        value = self.value()
        assert isinstance(value, str)
        self.take(",")
        start = self.literal()
        self.take(")")
        return value.startswith(start)

    def comparison(self, left: str | int | tuple[str, ...]) -> bool:
        operator = self.take()
        if left == MISSING:
            self.literal()
            return False
        if operator == "in":
            return left in self.members()
        if operator == "strict":
            self.take("wildcard")
            assert isinstance(left, str)
            return fnmatch.fnmatchcase(left, self.literal().replace("[", "[[]"))
        right = self.literal()
        assert isinstance(left, str)
        if operator == "ne":
            return left != right
        if operator == "wildcard":
            return fnmatch.fnmatchcase(left.lower(), right.lower())
        if operator == "contains":
            return right in left
        assert operator == "eq", f"unknown operator {operator}"
        return left == right

    def members(self) -> set[str | int]:
        self.take("{")
        found: set[str | int] = set()
        while self.now != "}":
            found.add(self.literal() if self.now.startswith('"') else int(self.take()))
        self.take("}")
        assert found, "an empty set"
        return found

    def literal(self) -> str:
        token = self.take()
        assert token.startswith('"'), f"{token} is no string"
        return re.sub(r"\\(.)", r"\1", token[1:-1])

    def value(self) -> str | int | tuple[str, ...]:
        name = self.take()
        if name == "lower":
            self.take("(")
            inner = self.value()
            self.take(")")
            if isinstance(inner, tuple):
                self.take("[*]")
                return tuple(text.lower() for text in inner)
            return str(inner).lower()
        if name == "remove_bytes":
            self.take("(")
            inner = self.value()
            self.take(",")
            removed = set(self.literal())
            self.take(")")
            if isinstance(inner, tuple):
                self.take("[*]")
                return tuple("".join(letter for letter in text if letter not in removed) for text in inner)
            return "".join(letter for letter in str(inner) if letter not in removed)
        return self.field(name)

    def field(self, name: str) -> str | int | tuple[str, ...]:
        request, response = self.exchange.request, self.exchange.answered
        if name == "http.response.headers":
            self.take("[")
            header = self.literal()
            self.take("]")
            lines = tuple(value for key, value in response.headers if key == header)
            if self.now == "[":
                index = int("".join(self.take() for _ in range(3))[1:-1])
                return lines[index] if index < len(lines) else MISSING
            self.take("[*]")
            return lines
        lists = {
            "http.request.headers.names": tuple(key for key, _ in request.headers),
            "http.request.uri.args.names": tuple(part.split("=")[0] for part in request.query.split("&") if part),
            "http.response.headers.names": tuple(key for key, _ in response.headers),
        }
        if name in lists:
            self.take("[*]")
            return lists[name]
        if name == "http.response.code":
            return response.code
        basename = request.path.split("/")[-1]
        scalars = {
            "http.host": request.host,
            "http.request.uri.path": request.path,
            "http.request.uri.path.extension": basename.split(".")[-1].lower() if "." in basename else "",
            "http.request.uri.query": request.query,
            "http.request.method": request.method,
            "http.cookie": "; ".join(value for key, value in request.headers if key == "cookie"),
        }
        return scalars[name]


def _before(policy: EdgePolicy = POLICY) -> dict[str, Expression]:
    """Conditions of the phases that run before the origin answers."""
    return {
        **{rule.ref: rule.when for rule in cache_rules(policy)},
        **{rule.ref: rule.when for rule in rate_limit_rules(policy)},
        **{rule.ref: rule.when for rule in firewall_rules(policy)},
        **{rule.ref: rule.when for rule in managed_rules(policy)},
    }


def _all(policy: EdgePolicy = POLICY) -> dict[str, Expression]:
    return {
        **_before(policy),
        **{rule.ref: rule.when for rule in response_rules(policy)},
        **{rule.ref: rule.when for rule in header_rules(policy)},
    }


HOSTS = st.sampled_from([*POLICY.host_names(), "example.com"])
PATHS = st.sampled_from(
    [
        "/",
        "/pricing",
        "/static/a.css",
        "/static/a.js",
        "/static/a.b.png",
        "/a.png",
        "/api/public",
        "/api/public/x",
        "/api/publicx",
        "/ADMIN",
        "/api/auth/login",
        "/api/clients/1",
        "/.env",
        "/x.pdf",
        "/uploads/a.svg",
    ]
)
REQUEST_HEADERS = st.lists(
    st.sampled_from(
        [
            ("authorization", "x"),
            ("x-api-key", "x"),
            ("accept", "*/*"),
            *(
                ("cookie", cookie)
                for cookie in (
                    "session=1",
                    "_ga_X=GS2.1",
                    "_GA_X=GS2.1; _gat=1",
                    "_ga=1",
                    "_GA=1",
                    "theme=x; _gid=1",
                    "_ga_a=1;x=2",
                )
            ),
        ]
    ),
    max_size=3,
)
RESPONSE_HEADERS = st.lists(
    st.sampled_from(
        [
            ("set-cookie", "a=1"),
            ("vary", "Accept-Encoding"),
            ("vary", "Cookie"),
            ("vary", "*"),
            ("cache-control", "Public, max-age=1"),
            ("cache-control", "PRIVATE"),
            ("cache-control", "no-store"),
            ("cache-control", "public"),
            ("cdn-cache-control", "max-age=1, No-Cache"),
            ("expires", "0"),
            ("content-type", "text/html"),
            ("content-type", "Text/CSS"),
            ("content-type", "image/png"),
        ]
    ),
    max_size=3,
)
EXCHANGES = st.builds(
    lambda host, path, query, method, headers, code, answer: Exchange(
        Request(host=host, path=path, query=query, method=method, headers=tuple(headers)), Response(code, tuple(answer))
    ),
    HOSTS,
    PATHS,
    st.sampled_from(["", "v=1", "TOKEN=1", "a=%41", "X-Amz-Signature=1"]),
    st.sampled_from(["GET", "POST"]),
    REQUEST_HEADERS,
    st.sampled_from([200, 206, 301, 304, 404, 500]),
    RESPONSE_HEADERS,
)


@settings(deadline=None)
@given(EXCHANGES)
def test_every_rule_s_text_means_what_its_model_evaluates(exchange: Exchange) -> None:
    for ref, rule in _all().items():
        assert Reader(rule.render(), exchange).whole() is rule.holds(exchange), ref


@pytest.mark.parametrize("plan", list(Plan))
def test_every_expression_fits_the_language_and_the_plan(plan: Plan) -> None:
    for ref, rule in _all(dataclasses.replace(POLICY, plan=plan)).items():
        text = rule.render()
        assert len(text) <= MAX_EXPRESSION, ref
        assert " = " not in text, ref
        if not LIMITS[plan].regular_expressions:
            assert "matches" not in text, ref


def test_request_phases_read_no_response_fields() -> None:
    for ref, rule in _before().items():
        assert rule.fields() <= REQUEST_FIELDS, ref


def test_no_cache_rule_tests_the_method_because_a_purge_uses_another() -> None:
    for rule in cache_rules(POLICY):
        assert "http.request.method" not in rule.when.fields()
