"""Every obstacle to storing what is personal is needed: whatever part of a rule is taken away, the audit names a leak.

The parts come from the rules themselves, so that one which is added later is tried as well.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge import personal
from bailbondpro.edge.exchange import Request
from bailbondpro.edge.language.expressions import Or
from bailbondpro.edge.policy import HARMLESS_RESPONSE_HEADERS
from bailbondpro.edge.proof.corpus import odd_spellings
from bailbondpro.edge.proof.leaks import Trial, corpus, judge, trials
from bailbondpro.edge.rules import EdgeRules
from tests.support.edge_policies import POLICY, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from bailbondpro.edge.language.expressions import Expression

ZONE = dataclasses.replace(RULES, firewall=())
"""Without firewall rules, which are no obstacle of the proof."""
BYPASSES = tuple(rule for rule in ZONE.cache if not rule.cache)


def parts(expression: Expression) -> Iterator[Expression]:
    """What a disjunction consists of, however deep."""
    if isinstance(expression, Or):
        for part in expression.parts:
            yield from parts(part)
    else:
        yield expression


def changed(ref: str, when: Expression | None) -> EdgeRules:
    """The rules with another condition of one, or without it."""
    rules = ((rule, dataclasses.replace(rule, when=when) if when else None) for rule in ZONE.cache if rule.ref == ref)
    ((taken, given),) = rules
    kept = (given if rule is taken else rule for rule in ZONE.cache)
    return dataclasses.replace(ZONE, cache=tuple(rule for rule in kept if rule is not None))


@cache
def kept_out_by(ref: str) -> tuple[Trial, ...]:
    """Requests that one rule alone keeps out of the cache."""
    weaker, hosts = changed(ref, None), (POLICY.hosts.images, POLICY.hosts.app)
    tried = (case for case in corpus(POLICY) if not case.because and case.request.host in hosts)
    return tuple(case for case in tried if judge(weaker, POLICY, [case]).leaks)


@pytest.mark.parametrize("ref", [rule.ref for rule in BYPASSES])
def test_without_one_rule_of_requests_something_personal_is_stored_and_named(ref: str) -> None:
    leaks = judge(changed(ref, None), POLICY, kept_out_by(ref)).leaks
    assert leaks
    assert all(leak.url.startswith("https://") and "-> 200" in leak.headers for leak in leaks)
    assert judge(ZONE, POLICY, kept_out_by(ref)).leaks == ()


@pytest.mark.parametrize("ref", [rule.ref for rule in BYPASSES])
def test_without_one_part_of_a_rule_of_requests_something_personal_is_stored_and_named(ref: str) -> None:
    whole = tuple(parts(next(rule.when for rule in BYPASSES if rule.ref == ref)))
    if len(whole) == 1:
        return  # the test before takes it away
    unseen = []
    for part in whole:
        weaker = changed(ref, Or(tuple(other for other in whole if other is not part)))
        leaks = judge(weaker, POLICY, kept_out_by(ref)).leaks
        if not leaks:
            unseen.append(part.render())
        assert all(leak.url.startswith("https://") for leak in leaks)
    assert unseen == []


def test_a_private_path_is_read_as_forgiving_servers_read_it() -> None:
    spelled = {case.request.path for case in kept_out_by("odd_url_bypass")}
    for escape in ("%C0%AF", "%EF%BC%8F", "%E2%80%A5", "%U002F", "%0A", "%C2%A0"):
        assert any(escape in path.upper() for path in spelled), escape


def test_a_prefix_of_one_letter_is_spelled_as_well() -> None:
    assert "/%0ax" in set(odd_spellings("/x"))


@pytest.mark.parametrize(
    ("module", "name", "further"),
    [
        *((personal, "STORABLE_STATUSES", code) for code in (203, 206, 301, 303, 307, 308, 404, 410, 429, 500, 503)),
        (personal, "HARMLESS_COOKIES", "lang="),
        *((personal, "HARMLESS_RESPONSE_HEADERS", name) for name in ("access-control-allow-credentials", "x-api-key")),
    ],
)
def test_a_list_of_what_is_harmless_that_holds_too_much_is_found_out(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, further: object
) -> None:
    monkeypatch.setattr(module, name, (*getattr(module, name), further))
    page = Request.of(f"https://{POLICY.hosts.app}{POLICY.public_html_paths[0]}")
    assert judge(EdgeRules.of(POLICY), POLICY, trials(POLICY, page)).leaks


@pytest.mark.parametrize("path", ["images./a.png", "/static/app.css"])
def test_a_response_header_that_nobody_lists_is_tried_with_files(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(personal, "HARMLESS_RESPONSE_HEADERS", (*HARMLESS_RESPONSE_HEADERS, "x-jwt"))
    host = POLICY.hosts.images if path.startswith("images") else POLICY.hosts.app
    asked = Request(host=host, path=path.removeprefix("images."))
    assert judge(EdgeRules.of(POLICY), POLICY, trials(POLICY, asked)).leaks
