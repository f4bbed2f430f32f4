"""Spellings that an application takes for one path have one limit at the edge and are as private."""

from __future__ import annotations

import pytest

from bailbondpro.edge.exchange import Exchange, Request, normalise_path
from bailbondpro.edge.explain import may_be_cached
from bailbondpro.edge.language.expressions import Or
from bailbondpro.edge.personal import odd_path, private_path
from bailbondpro.edge.policy import PRIVATE_PREFIXES
from bailbondpro.edge.proof.corpus import LOOK_ALIKES, UNSEEN, odd_spellings
from bailbondpro.edge.proof.oracle import personal_reason
from bailbondpro.edge.readings import CARELESS, Behaviour
from bailbondpro.edge.rules import EdgeRules
from bailbondpro.edge.security import rate_limit_rules
from infra.edge_policy import edge_policy
from tests.support.configs import smallest
from tests.support.look_alikes import look_alikes, spelled

POLICY = edge_policy(smallest("prod", "microservices"))


def limits_of(path: str) -> list[str]:
    exchange = Exchange(Request.of(f"https://{POLICY.hosts.app}{path}"))
    return [rule.ref for rule in rate_limit_rules(POLICY) if rule.when.holds(exchange)]


@pytest.mark.parametrize(
    "path",
    ["/api/x", "/API/x", "/Api/x", "/%61pi/x", "//api/x", "/./api/x", "/y/../api/x", "/api;v=1/x", "/api", "/API"],
)
def test_every_spelling_of_the_api_counts_against_its_limit_at_the_edge(path: str) -> None:
    assert limits_of(path) == ["api_rate_limit"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/auth/login",
        "/API/Auth/LOGIN",
        "/api/auth/%6Cogin",
        "//api//auth/login",
        "/api/auth/login;x",
        "/api\\auth\\login",
    ],
)
def test_every_spelling_of_the_login_counts_against_its_limit_at_the_edge(path: str) -> None:
    assert limits_of(path) == ["login_rate_limit"]


@pytest.mark.parametrize("path", ["/", "/apix", "/api-docs", "/x/api/y", "/static/api.js"])
def test_other_paths_count_against_no_limit_at_the_edge(path: str) -> None:
    assert limits_of(path) == []


def spellings(prefix: str) -> list[str]:
    """The ways of writing a path that the gateway or an application may take for the path."""
    first = f"%{ord(prefix[1]):02x}"
    return [
        f"{prefix}/1.png",
        f"{prefix.upper()}/1.png",
        f"{prefix.title()}/1.png",
        f"/{first}{prefix[2:]}/1.png",
        f"/{prefix}//1.png",
        f"/.{prefix}/1.png",
        f"/static/..{prefix}/1.png",
        f"/static/%2e%2E{prefix}/1.png",
        f"/static/..%2f{prefix[1:]}/1.png",
        f"/static\\..\\{prefix[1:]}\\1.png",
        f"/static/..;{prefix}/1.png",
        f"{prefix};v=1/1.png",
        f"/%25{first[1:]}{prefix[2:]}/1.png",
    ]


@pytest.mark.parametrize("prefix", [*PRIVATE_PREFIXES, *POLICY.private_prefixes])
def test_every_spelling_of_a_private_path_is_private_at_the_edge(prefix: str) -> None:
    private = Or((private_path(POLICY), odd_path()))
    cached = [
        path
        for path in spellings(prefix)
        if not private.holds(Exchange(Request.of(f"https://{POLICY.hosts.images}{path}")))
    ]
    assert cached == []


RULES = EdgeRules.of(POLICY)


@pytest.mark.parametrize("prefix", PRIVATE_PREFIXES)
def test_no_character_that_unicode_makes_ascii_or_has_readers_ignore_brings_a_private_path_into_the_cache(
    prefix: str,
) -> None:
    paths = [f"/{name}/id.png" for name in spelled(prefix.lstrip("/"))]
    assert len(paths) > 700
    asked = [Request(host=POLICY.hosts.images, path=normalise_path(path), received=path) for path in paths]
    for readings in (CARELESS, CARELESS.flipped(Behaviour.PATHS)):
        assert [request.received for request in asked if may_be_cached(RULES, request, readings)] == []
    assert [request.received for request in asked if not personal_reason(POLICY, request)] == []


def test_the_audit_tries_a_letter_or_a_mark_of_every_two_bytes_with_which_look_alikes_begin() -> None:
    """Of those that stand for letters of the built-in prefixes; rules that list escapes list their beginnings."""
    letters = {letter for prefix in PRIVATE_PREFIXES for letter in prefix.strip("/").replace("/", "")}
    standing = {c for text, found in look_alikes().items() if text and set(text) <= letters for c in found}
    tried = {character.encode()[:1] for character in (*LOOK_ALIKES, *UNSEEN)}
    missing = {character for character in standing if character.encode()[:1] not in tried}
    assert missing == set()
    assert all("%" in path or "/" in path for path in odd_spellings("/uploads"))


@pytest.mark.parametrize("path", ["/m\u00fcller.png", "/%C3%9F.png", "/a%26b.png", "/a%20b%20c%20d.png"])
def test_a_name_with_other_escapes_than_two_spaces_is_left_to_the_origin(path: str) -> None:
    assert not may_be_cached(RULES, Request.of(f"https://{POLICY.hosts.images}{path}"))


@pytest.mark.parametrize("path", ["/anna%20b.png", "/anna%20b%20c.png", "/team-2/a_b+c.d.png", "/a~(1),'x'!@2x.png"])
def test_a_name_of_plain_characters_and_two_spaces_may_be_cached(path: str) -> None:
    assert may_be_cached(RULES, Request.of(f"https://{POLICY.hosts.images}{path}"))
