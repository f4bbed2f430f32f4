from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.app.workload import headless_host
from components.gateway.directives import block, directive, quoted, text
from components.gateway.guide import GuideGateway, RateLimits, guide_config
from components.gateway.model import (
    GatewayConfig,
    Member,
    RateLimit,
    RateZone,
    Route,
    Timeouts,
    Upstream,
)
from components.gateway.render import render
from components.gateway.response_headers import Header
from tests.support.nginx import inside, segment, words

HOST = headless_host("bailbondpro", "production")
GUIDE = GuideGateway(
    server_names=("bailbondpro.com", "www.bailbondpro.com"),
    web_host=HOST,
    api_host=HOST,
    trusted_cidrs=("173.245.48.0/20", "2400:cb00::/32"),
)


def guide(**changes: Any) -> str:  # noqa: ANN401 - any field of the guide's gateway
    return render(guide_config(replace(GUIDE, **changes)))


def zone_of(path: str) -> str:
    """The rate zone of a path that nginx has decoded: the first expression that matches decides."""
    config = guide()
    for location in re.findall(r'location ~\* "(.+)" \{', config):
        if re.search(location.replace("\\\\", "\\"), path, re.IGNORECASE):
            found = re.search(rf'{re.escape(location)}" {{\s+limit_req zone=(\w+)', config)
            return found[1] if found else ""
    return ""


@pytest.mark.parametrize(
    "path",
    [
        "/api/auth/login",
        "/api/auth/LOGIN",
        "/api/auth/login/",
        "/api/auth/login/mfa",
        "/API/Auth/login;v=1",
        "/api;v=1/auth;/login;a;b/",
    ],
)
def test_no_spelling_of_the_login_path_escapes_its_limit(path: str) -> None:
    assert zone_of(path) == "login"


@pytest.mark.parametrize("path", ["/api/auth/login-history", "/api/auth/loginx", "/API", "/Api;v=1/x"])
def test_other_paths_of_the_api_are_not_caught_by_the_login_limit(path: str) -> None:
    assert zone_of(path) == "api"


@pytest.mark.parametrize("path", ["/x/api/auth/login", "/apix", "/api-docs", "/"])
def test_other_paths_are_not_caught_by_the_api_limit(path: str) -> None:
    assert zone_of(path) == ""


def test_rates_bursts_timeouts_and_headers_follow_the_settings() -> None:
    config = guide(
        rate_limits=RateLimits(api_rate=50, api_burst=100, login_rate=2, login_burst=3),
        api_timeouts=Timeouts(connect=1, send=2, read=3),
        headers=(Header(name="X-Test", value="yes"),),
    )
    assert "rate=50r/s" in config
    assert inside(config, segment("/api"))["limit_req"][1] == "burst=100"
    assert inside(config, segment("/api"))["proxy_read_timeout"] == ("3s",)
    assert "X-Frame-Options" not in config


def test_a_limit_without_a_burst_names_none_because_nginx_refuses_a_burst_of_zero() -> None:
    config = guide(rate_limits=RateLimits(api_burst=0))
    assert inside(config, segment("/api"))["limit_req"] == ("zone=api",)


def test_a_service_takes_its_path_from_the_guides_api() -> None:
    service = Upstream(name="service_clients", members=(Member(host="clients", port=4000),))
    route = Route(
        path="/api/clients",
        match="segment",
        upstream="service_clients",
        rate_limit=RateLimit(zone="api", burst=20),
    )
    config = guide(upstreams=(service,), routes=(route,))
    assert inside(config, segment("/api/clients"))["proxy_pass"] == ("http://service_clients",)
    assert inside(config, segment("/api"))["proxy_pass"] == ("http://bailbondpro_api",)


def test_a_service_on_a_path_of_the_guide_replaces_it() -> None:
    service = Upstream(name="service_auth", members=(Member(host="auth", port=4000),))
    route = Route(
        path="/api/auth/login",
        match="segment",
        upstream="service_auth",
        rate_limit=RateLimit(zone="login", burst=5),
    )
    config = guide(upstreams=(service,), routes=(route,))
    assert config.count(segment("/api/auth/login").removeprefix("location ~* ")) == 1
    assert inside(config, segment("/api/auth/login"))["proxy_pass"] == ("http://service_auth",)


def test_the_login_follows_the_service_that_takes_its_path_over_and_keeps_its_limit() -> None:
    service = Upstream(name="service_auth", members=(Member(host="auth", port=4000),))
    slow = Timeouts(connect=1, send=9, read=9)
    route = Route(path="/api/auth/", match="segment", upstream="service_auth", timeouts=slow)
    other = Route(path="/api/a", match="segment", upstream="bailbondpro_backend")
    found = inside(guide(upstreams=(service,), routes=(route, other)), segment("/api/auth/login"))
    assert found["proxy_pass"] == ("http://service_auth",)
    assert found["limit_req"] == ("zone=login", "burst=5", "nodelay")
    assert found["proxy_read_timeout"] == ("9s",)


def test_the_root_as_a_segment_is_refused_because_it_would_win_over_every_prefix() -> None:
    with pytest.raises(ValueError, match="must match as a prefix"):
        guide(routes=(Route(path="/", match="segment", upstream="bailbondpro_api"),))


def test_the_longest_segment_is_asked_first_because_nginx_takes_the_first_match() -> None:
    routes = tuple(
        Route(path=path, match="segment", upstream="bailbondpro_api") for path in ("/api/a", "/api/a/b/c", "/api/a/b")
    )
    config = guide(routes=routes)
    paths = ("/internal", "/metrics", "/api/auth/login", "/api/a/b/c", "/api/a/b", "/api/a", "/api")
    wanted = [segment(path) for path in paths]
    order = list(dict.fromkeys(item[0].rpartition("http/server/")[2] for item in words(config)))
    assert [location for location in order if "~*" in location] == wanted


def test_what_pods_answer_to_the_cluster_alone_is_404_for_visitors_and_no_route_lies_below_it() -> None:
    hidden = [item for item in words(guide()) if "/internal" in item[0] or "/metrics" in item[0]]
    assert [(item[0].rpartition("/server/")[2], item[1:]) for item in hidden] == [
        (segment("/internal"), ("return", "404")),
        (segment("/metrics"), ("return", "404")),
    ]
    with pytest.raises(ValueError, match="/Internal/cache/ lies below /internal/"):
        guide(routes=(Route(path="/Internal/cache/", match="segment", upstream="bailbondpro_api"),))


def test_a_dot_in_a_path_is_a_dot() -> None:
    config = guide(routes=(Route(path="/.well-known", match="segment", upstream="bailbondpro_api"),))
    assert '"^/\\\\.well-known(;[^/]*)?(/|$)"' in config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"routes": ()}, 'no route for "/"'),
        ({"zones": ()}, "rate zone api, which does not exist"),
        ({"upstreams": ()}, "upstream bailbondpro_backend, which does not exist"),
        ({"ready_upstream": "nowhere"}, "/ready asks the upstream nowhere"),
        ({"server_names": ()}, "server name"),
        (
            {"zones": tuple(RateZone(name=name, requests_per_second=1) for name in ("api", "login", "api"))},
            "zone api is declared twice",
        ),
        (
            {
                "zones": tuple(
                    RateZone(name=name, requests_per_second=1) for name in ("api", "login", "upstream_bailbondpro_api")
                )
            },
            "zone upstream_bailbondpro_api is declared twice",
        ),
    ],
)
def test_a_configuration_that_does_not_fit_together_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(guide_config(GUIDE), **change)


@pytest.mark.parametrize("path", ["api", "/api;", "/a b", "/a{b}", "/(x)"])
def test_a_path_that_could_break_out_of_its_location_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must start with /"):
        guide(routes=(Route(path=path, upstream="bailbondpro_api"),))


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(ValueError, match="server name") as error:
        GatewayConfig(server_names=(), upstreams=(), zones=(), routes=(), ready_upstream="x")
    assert str(error.value).count(";") == 2


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_any_argument_is_read_back_as_it_was_given(value: str) -> None:
    rendered = text([directive("add_header", value)])
    ((_, _, read),) = words(rendered)
    if "'" in value and '"' in value:
        return  # the reader of this test strips quotes; nginx unescapes them
    unescaped = read.replace('\\"', '"').replace("\\\\", "\\")
    assert unescaped == value.strip("\"'") or unescaped == value


def test_arguments_are_quoted_only_where_needed() -> None:
    assert quoted("least_conn") == "least_conn"
    assert quoted("") == '""'
    assert quoted("1; mode=block") == '"1; mode=block"'
    assert quoted('{"a":1}') == "'{\"a\":1}'"
    assert quoted('it\'s "x"') == '"it\'s \\"x\\""'


def test_an_empty_block_is_still_a_block() -> None:
    assert text([block("events", body=[])]) == "events {\n}\n"
