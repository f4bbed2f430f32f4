"""Spellings that an application takes for one path have one limit at the edge and are as private."""

from __future__ import annotations

import pytest

from bailbondpro.edge.exchange import Exchange, Request
from bailbondpro.edge.personal import private_path
from bailbondpro.edge.policy import PRIVATE_PREFIXES
from bailbondpro.edge.security import rate_limit_rules
from infra.edge_policy import edge_policy
from tests.support.configs import smallest

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
    private = private_path(POLICY)
    cached = [
        path
        for path in spellings(prefix)
        if not private.holds(Exchange(Request.of(f"https://{POLICY.hosts.images}{path}")))
    ]
    assert cached == []
