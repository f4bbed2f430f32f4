"""Rules of the edge that change and refuse, keep and say no less, and expressions that imply others."""

from __future__ import annotations

from typing import Any

import pytest

from plan.edge_expressions import bounded, implies
from plan.edge_rules import caches_more, refuses_less, says_less, stores_more

A, B, C = ('starts_with(http.request.uri.path, "/a")', 'http.host eq "b"', 'any(http.request.headers.names[*] eq "c")')
ASSETS = 'http.request.uri.path.extension in {"png"}'
EVERYTHING = 'starts_with(http.request.uri.path, "/")'


def rule(when: str, action: str = "block", ref: str = "one", **more: object) -> dict[str, Any]:
    return {"ref": ref, "action": action, "expression": when, **more}


def cached(when: str, ref: str = "api", mode: str = "bypass_by_default", **more: object) -> dict[str, Any]:
    parameters = {"cache": True, "edgeTtl": {"mode": mode}, "browserTtl": {"mode": "respect_origin"}}
    return rule(when, "set_cache_settings", ref, actionParameters=parameters, **more)


def passed(when: str, ref: str = "private") -> dict[str, Any]:
    return rule(when, "set_cache_settings", ref, actionParameters={"cache": False})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (A, f"({A} or {B})"),
        (f"({A} or {B})", f"({B} or {C} or {A})"),
        (f"({A} and {B})", B),
        (f"({A} and {B} and {C})", f"({C} and {A})"),
        (f"({A} and ({B} or {C}))", f"({A} and ({B} or {C} or {EVERYTHING}))"),
        (f"not ({A} or {B})", f"not ({A})"),
        ('http.host in {"a" "b"}', 'http.host in {"c" "b" "a"}'),
        ('http.host eq "a"', 'http.host in {"b" "a"}'),
        ('starts_with(lower(http.request.uri.path), "/api/x")', 'starts_with(lower(http.request.uri.path), "/api")'),
        ('all(http.request.uri.args.names[*] in {"v"})', 'all(http.request.uri.args.names[*] in {"v" "w"})'),
        (C, EVERYTHING),
        ('http.request.uri.path eq ""', A),
        ('http.host contains "and (x"', 'http.host  contains "and (x"'),
    ],
)
def test_an_expression_implies_one_with_more_alternatives_and_fewer_conditions(first: str, second: str) -> None:
    assert implies(first, second)
    assert not implies(second, first) or first.replace(" ", "") == second.replace(" ", "")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (A, "false"),
        (A, "[unknown]"),
        (A, f"({A} and {B})"),
        (f"not ({A})", A),
        (f"not ({A})", f"not ({A} or {B})"),
        ('http.host in {"a" "b"}', 'http.host in {"a"}'),
        ('starts_with(http.request.uri.path, "/a")', 'starts_with(lower(http.request.uri.path), "/a")'),
        (f"({A} or {B}) and {C}", f"({A} and {C})"),
        (f"{A} && {B}", A),
        (f"({A}", A),
        ('(http.host eq "a and b")', 'http.host eq "a"'),
    ],
)
def test_nothing_else_is_taken_for_implied(first: str, second: str) -> None:
    assert not implies(first, second)


def test_only_what_names_paths_or_kinds_of_file_is_bounded() -> None:
    assert bounded(ASSETS)
    assert bounded(f"({B} and ({A} or {ASSETS}))")
    assert not any(bounded(when) for when in (B, EVERYTHING, "true", f"({A} or {B})", f"not ({A})"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([rule(A)], [rule(A, ref="renamed", description="other words")]),
        ([rule(A)], [rule(f"({A} or {B})")]),
        ([rule(A, "managed_challenge")], [rule(A)]),
        ([rule(A)], [rule(B, ref="new"), rule(A)]),
        ([rule(A, enabled=True)], [rule(A)]),
        ([rule(A), rule(A, "skip", "s")], [rule(A), rule(f"({A} and {B})", "skip", "s")]),
        ([rule(A, "skip", "s"), rule(A)], [rule(A), rule(A, "skip", "s")]),
        ([rule(A)], [rule(A, actionParameters={"response": {"statusCode": 403}})]),
        (
            [rule(A, ratelimit={"period": 10, "requestsPerPeriod": 10, "mitigationTimeout": 10})],
            [rule(A, ratelimit={"period": 10, "requestsPerPeriod": 5, "mitigationTimeout": 60})],
        ),
    ],
)
def test_rules_that_refuse_as_much_pass(old: list[Any], new: list[Any]) -> None:
    assert not refuses_less(old, new)


FIRST, PRIVATE = passed(EVERYTHING, "default"), passed(A)


@pytest.mark.parametrize(
    "new",
    [
        [FIRST, cached('starts_with(http.request.uri.path, "/api/public")'), PRIVATE],
        [FIRST, cached(ASSETS), passed(f"({A} or {B})")],
        [FIRST, PRIVATE, passed(B, "more")],
        [FIRST, cached("true", enabled=False), PRIVATE],
    ],
)
def test_more_public_paths_and_more_private_ones_are_ordinary_changes(new: list[Any]) -> None:
    assert not caches_more([FIRST, cached(ASSETS), PRIVATE], new)


def test_a_class_that_is_stored_before_what_is_never_stored_is_an_ordinary_change() -> None:
    never = rule(C, "set_cache_control", actionParameters={"noStore": {"operation": "set"}})
    kept = rule(A, "set_cache_control", "a", actionParameters={"maxAge": {"operation": "set", "value": 60}})
    assert not stores_more([never], [kept, never])


def test_a_longer_time_and_more_hosts_of_a_header_say_no_less() -> None:
    def said(value: str, when: str = B) -> list[dict[str, Any]]:
        headers = {"strict-transport-security": {"operation": "set", "value": value}}
        return [rule(when, "rewrite", actionParameters={"headers": headers})]

    longer = said("max-age=63072000; includeSubDomains; preload", 'http.host in {"b" "c"}')
    assert not says_less(said("max-age=31536000; includeSubDomains"), longer)
