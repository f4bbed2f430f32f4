"""What a configuration may change at the guide's gateway: connections, caching, failures, headers, authorization."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.gateway.guide import GuideGateway, guide_config
from components.gateway.model import Failures, Member, Route, Upstream
from components.gateway.render import render
from components.gateway.response_headers import security_headers
from components.tuning.nginx import Tuning
from tests.support.nginx import blocks, inside, segment, words

GUIDE = GuideGateway(server_names=("bailbondpro.com",), web_host="web", api_host="api")
ASKED = "/api/auth/verify"
LOCATION = "location = /_authorization"


def guide(**changes: Any) -> str:  # noqa: ANN401 - any field of the guide's gateway
    return render(guide_config(replace(GUIDE, **changes)))


def authorized(config: str, location: str) -> bool:
    return "auth_request" in inside(config, location)


def test_connections_and_files_follow_the_tuning() -> None:
    config = guide(
        tuning=Tuning(
            worker_connections=1024,
            cached_files=500,
            keepalive_seconds=20,
            keepalive_requests=50,
            upstream_keepalive=7,
            static_max_age_seconds=60,
        )
    )
    http = inside(config, "http")
    assert inside(config, "events")["worker_connections"] == ("1024",)
    assert http["open_file_cache"] == ("max=500", "inactive=60s")
    assert (http["keepalive_timeout"], http["keepalive_requests"]) == (("20",), ("50",))
    assert inside(config, "upstream bailbondpro_api")["keepalive"] == ("7",)
    assert inside(config, "map $uri $open_lifetime")["default"] == ("public, max-age=60, immutable",)


def test_no_cached_files_switches_the_cache_of_open_files_off() -> None:
    http = inside(guide(tuning=Tuning(cached_files=0)), "http")
    assert http["open_file_cache"] == ("off",)
    assert "open_file_cache_valid" not in http


def test_no_lifetime_makes_browsers_ask_for_static_files_every_time() -> None:
    config = guide(tuning=Tuning(static_max_age_seconds=0))
    assert inside(config, "map $uri $open_lifetime")["default"] == ("no-cache",)


def test_the_connections_kept_to_a_service_follow_the_tuning_too() -> None:
    service = Upstream(name="service_x", members=(Member(host="x", port=4000),))
    config = guide(upstreams=(service,), tuning=Tuning(upstream_keepalive=9))
    assert inside(config, "upstream service_x")["keepalive"] == ("9",)


def test_a_pod_is_left_out_after_the_failures_of_its_upstream() -> None:
    config = guide(
        web_failures=Failures(max_fails=9, fail_timeout_seconds=8),
        api_failures=Failures(max_fails=7, fail_timeout_seconds=6),
    )
    assert inside(config, "upstream bailbondpro_backend")["server"][2:] == ("max_fails=9", "fail_timeout=8s")
    assert inside(config, "upstream bailbondpro_api")["server"][2:] == ("max_fails=7", "fail_timeout=6s")


def test_a_gateway_behind_the_owner_of_hsts_does_not_send_it() -> None:
    config = guide(headers=security_headers(frame_options="SAMEORIGIN", hsts=None))
    assert ("add_header", "X-Frame-Options", "SAMEORIGIN", "always") in blocks(config, "http/server")
    assert not [item for item in words(config) if item[1:3] == ("add_header", "Strict-Transport-Security")]


def test_nobody_is_asked_unless_a_path_is_given() -> None:
    assert "auth_request" not in guide()


def test_requests_to_the_api_ask_and_pages_and_the_login_do_not() -> None:
    config = guide(authorization_path=ASKED)
    assert authorized(config, segment("/api"))
    for location in ("location /", "location /static/", segment("/api/auth"), segment("/api/auth/login")):
        assert not authorized(config, location), location


def test_who_is_asked_gets_the_request_without_its_body() -> None:
    config = guide(authorization_path=ASKED)
    found = inside(config, LOCATION)
    assert found["proxy_pass"] == (f"http://bailbondpro_api{ASKED}",)
    assert found["proxy_pass_request_body"] == ("off",)
    assert "internal" in found
    headers = {item[1]: item[2] for item in blocks(config, LOCATION) if item[0] == "proxy_set_header"}
    assert headers["Content-Length"] == ""
    assert headers["X-Original-URI"] == "$request_uri"
    assert headers["X-Forwarded-For"] == "$remote_addr"


def test_the_folder_of_the_asked_path_keeps_the_rate_limit_of_the_api() -> None:
    assert inside(guide(authorization_path=ASKED), segment("/api/auth"))["limit_req"][0] == "zone=api"


def test_the_service_that_serves_the_asked_path_is_asked_and_stays_open() -> None:
    services = tuple(Upstream(name=name, members=(Member(host=name, port=4000),)) for name in ("auth", "bonds"))
    routes = tuple(Route(path=f"/api/{name}/", match="segment", upstream=name) for name in ("auth", "bonds"))
    config = guide(upstreams=services, routes=routes, authorization_path=ASKED)
    assert inside(config, LOCATION)["proxy_pass"] == (f"http://auth{ASKED}",)
    assert not authorized(config, segment("/api/auth"))
    assert authorized(config, segment("/api/bonds"))


@pytest.mark.parametrize("path", ["/api/verify", "/verify"])
def test_a_path_whose_folder_would_open_the_whole_api_is_refused(path: str) -> None:
    if path == "/verify":
        assert authorized(guide(authorization_path="/auth/verify"), segment("/api"))
    with pytest.raises(ValueError, match="no route asks"):
        guide(authorization_path=path)
