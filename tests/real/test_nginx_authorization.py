"""What the gateway does when it has to ask whether a request may pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from components.gateway.guide import guide_config
from infra.wiring.gateway import guide_gateway
from tests.support.configs import smallest
from tests.support.live_nginx import gateway

if TYPE_CHECKING:
    from components.gateway.model import GatewayConfig

POD = "127.0.0.61"
FOLDER = "/api/session/status/"
"""Pods answer with the status that stands in the path, so the path that is asked decides."""


def config(status: int) -> GatewayConfig:
    guide = replace(guide_gateway(smallest("prod", "horizontal")), authorization_path=f"{FOLDER}{status}")
    return replace(guide_config(guide), verify_client=False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_request_that_may_not_pass_gets_the_answer_of_who_was_asked(status: int) -> None:
    with gateway(config(status), (POD,)) as live:
        assert live.get("/api/bonds/1").status == status
        assert live.get("/api/auth/login", method="POST", body=b"{}").status == 200
        assert live.get("/").status == 200
        assert live.get(f"{FOLDER}204").status == 204
        assert live.get("/_authorization").status == 404
        reached = [path for path, _ in live.backends[POD].requests]
        assert "/api/bonds/1" not in reached


TAILS = ("status;x/clients/7", "status%3bx/7", "status;/7")


@pytest.mark.parametrize(
    "path", ["/api;x/session/status/7", "/api/auth/login;x", *(f"/api/session/{one}" for one in TAILS)]
)
def test_what_stays_open_takes_no_parameters_that_make_it_another_path(path: str) -> None:
    with gateway(config(401), (POD,)) as live:
        assert live.get(path).status == 400
        assert live.get("/api/bonds;x/1").status == 401
        assert path not in live.backends[POD].paths()


def test_a_request_that_may_pass_is_served_with_its_body_and_who_was_asked_sees_where_it_goes() -> None:
    with gateway(config(204), (POD,)) as live:
        assert live.get("/api/bonds/1?x=1", method="POST", body=b"{}").status == 200
        asked = {path: headers for path, headers in live.backends[POD].requests if path.startswith(FOLDER)}
        served = {path: headers for path, headers in live.backends[POD].requests if path.startswith("/api/bonds")}
        assert asked[f"{FOLDER}204"]["x-original-uri"] == "/api/bonds/1?x=1"
        assert asked[f"{FOLDER}204"]["x-original-method"] == "POST"
        assert "content-length" not in asked[f"{FOLDER}204"]
        assert served["/api/bonds/1?x=1"]["content-length"] == "2"
