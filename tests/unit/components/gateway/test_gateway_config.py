from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import pytest

from components.app.workload import headless_host
from components.gateway.guide import GuideGateway, guide_config
from components.gateway.model import Member, Route
from components.gateway.render import render
from components.gateway.response_headers import READABLE_CONTROL
from components.tuning.nginx import NODE_KEEPALIVE_SECONDS, Tuning
from tests.support.nginx import blocks, inside, segment, words

HOST = headless_host("bailbondpro", "production")
GUIDE = GuideGateway(
    server_names=("bailbondpro.com", "www.bailbondpro.com"),
    web_host=HOST,
    api_host=HOST,
    trusted_cidrs=("173.245.48.0/20", "2400:cb00::/32"),
)


def guide(**changes: Any) -> str:  # noqa: ANN401 - any field of the guide's gateway
    return render(guide_config(replace(GUIDE, **changes)))


def test_the_web_upstream_balances_by_least_connections_over_every_ready_pod() -> None:
    upstream = inside(guide(), "upstream bailbondpro_backend")
    assert "least_conn" in upstream
    assert upstream["server"] == (f"{HOST}:3000", "resolve", "max_fails=3", "fail_timeout=30s")
    assert upstream["keepalive"] == ("32",)


def test_no_server_of_an_upstream_weighs_more_than_another() -> None:
    assert "weight=" not in guide()
    assert "weight" not in {item.name for item in fields(Member)}


def test_the_api_upstream_keeps_a_client_on_one_pod() -> None:
    upstream = inside(guide(), "upstream bailbondpro_api")
    assert "ip_hash" in upstream
    assert upstream["server"] == (f"{HOST}:4000", "resolve", "max_fails=2", "fail_timeout=20s")


def test_rate_zones_are_declared_where_nginx_accepts_them() -> None:
    zones = [item for item in words(guide()) if item[1] == "limit_req_zone"]
    assert zones == [
        ("http", "limit_req_zone", "$limited_client", "zone=api:10m", "rate=10r/s"),
        ("http", "limit_req_zone", "$limited_client", "zone=login:10m", "rate=1r/s"),
    ]


def test_a_limited_client_is_told_429_and_not_503() -> None:
    assert inside(guide(), "http")["limit_req_status"] == ("429",)


def test_rate_and_upstream_zones_never_share_a_name() -> None:
    config = guide()
    rate = {item[3].split("=")[1].split(":")[0] for item in words(config) if item[1] == "limit_req_zone"}
    shared = {item[2] for item in words(config) if item[1] == "zone"}
    assert rate == {"api", "login"}
    assert not rate & shared
    assert len(shared) == 2


def test_api_requests_burst_to_20_and_logins_to_5_without_delay() -> None:
    config = guide()
    assert inside(config, segment("/api"))["limit_req"] == ("zone=api", "burst=20", "nodelay")
    assert inside(config, segment("/api/auth/login"))["limit_req"] == ("zone=login", "burst=5", "nodelay")
    assert "limit_req" not in inside(config, "location /")


@pytest.mark.parametrize(
    ("location", "timeouts"),
    [
        ("location /", ("5s", "60s", "60s")),
        (segment("/api"), ("3s", "30s", "30s")),
        (segment("/api/auth/login"), ("3s", "30s", "30s")),
    ],
)
def test_every_location_has_the_guides_timeouts(location: str, timeouts: tuple[str, str, str]) -> None:
    found = inside(guide(), location)
    assert tuple(found[f"proxy_{kind}_timeout"][0] for kind in ("connect", "send", "read")) == timeouts


def test_pages_are_retried_on_the_guides_conditions_but_only_once() -> None:
    config = guide()
    assert inside(config, "location /")["proxy_next_upstream"] == (
        "error",
        "timeout",
        "invalid_header",
        "http_500",
        "http_502",
        "http_503",
    )
    assert inside(config, "http")["proxy_next_upstream_tries"] == ("2",)
    assert inside(config, "http")["proxy_next_upstream_timeout"] == ("10s",)


def test_pages_are_buffered_as_the_guide_says() -> None:
    found = inside(guide(), "location /")
    assert found["proxy_buffers"] == ("8", "4k")


def test_headers_have_the_room_that_node_gives_them() -> None:
    http = inside(guide(), "http")
    assert http["proxy_buffer_size"] == http["proxy_busy_buffers_size"] == ("16k",)
    assert http["large_client_header_buffers"] == ("4", "16k")


def test_idle_connections_to_pods_are_closed_before_the_application_closes_them() -> None:
    kept = [
        item[2] for item in words(guide()) if item[0].startswith("http/upstream") and item[1] == "keepalive_timeout"
    ]
    assert kept == ["4s", "4s"]
    assert Tuning().upstream_keepalive_seconds < NODE_KEEPALIVE_SECONDS


def test_the_guides_headers_are_on_every_answer_including_errors() -> None:
    config = guide()
    expected = {
        ("add_header", "X-Frame-Options", "DENY", "always"),
        ("add_header", "X-Content-Type-Options", "nosniff", "always"),
        ("add_header", "X-XSS-Protection", "1; mode=block", "always"),
        ("add_header", "Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload", "always"),
    }
    assert expected <= set(blocks(config, "http/server"))
    for path in {item[0] for item in words(config) if item[1] == "add_header"}:
        assert expected <= set(blocks(config, path)), path


def test_static_files_are_immutable_for_a_year_but_a_missing_one_is_not() -> None:
    config = guide()
    assert inside(config, "location /static/")["add_header"] == ("Cache-Control", "$static_cache_control", "always")
    assert inside(config, "location /static/")["proxy_pass"] == ("http://bailbondpro_backend",)
    mapping = inside(config, "map $status $static_cache_control")
    assert mapping["default"] == ("no-store",)
    assert mapping["~^(200|206|304)$"] == ("$said_lifetime",)
    assert inside(config, "map $uri $open_lifetime")["default"] == ("public, max-age=31536000, immutable",)


def test_no_lifetime_of_the_gateways_own_is_said_of_private_files() -> None:
    lifetimes = inside(guide(private_files=("/static/clients/",)), "map $uri $open_lifetime")
    (expression,) = (key.removeprefix("~*") for key, said in lifetimes.items() if said == ("no-store",))
    for path in ("/static/clients/a.css", "/static;v=1/clients/a.css", "/static/Clients;x=/a.css", "/STATIC/clients/"):
        assert re.search(expression, path, re.IGNORECASE), path
    for path in ("/static/clients.css", "/static/x/clients/a.css", "/static/clientsx/a.css"):
        assert re.search(expression, path, re.IGNORECASE) is None, path


def test_tls_is_1_2_and_1_3_with_suites_that_exist() -> None:
    server = inside(guide(), "http/server")
    assert server["ssl_protocols"] == ("TLSv1.2", "TLSv1.3")
    suites = server["ssl_ciphers"][0].split(":")
    assert not [suite for suite in suites if "SHA512" in suite]
    assert all(suite.startswith("ECDHE-") for suite in suites)
    assert server["http2"] == ("on",)
    assert ("listen", "8443", "ssl", "http2") not in blocks(guide(), "http/server")


def test_plain_http_is_redirected_except_for_health_and_readiness() -> None:
    config = guide()
    assert ("listen", "8080", "default_server") in blocks(config, "http/server")
    assert ("return", "301", "https://$host$request_uri") in blocks(config, "location /")
    assert inside(config, "location = /health")["return"] == ("200", "healthy\\n")
    assert inside(config, "location = /ready")["proxy_pass"] == ("http://bailbondpro_backend",)


def test_readiness_is_asked_of_the_application_also_where_visitors_arrive() -> None:
    asked = [item[0] for item in words(guide()) if item[1] == "proxy_pass" and item[0].endswith("location = /ready")]
    servers = [item[2:] for item in words(guide()) if item[:2] == ("http/server", "listen")]
    assert ("8443", "ssl") in servers
    assert len(asked) == 3, "both plain servers and the one with TLS"


def test_a_stack_serves_the_application_on_one_name_and_less_on_the_others() -> None:
    config = guide(
        server_names=("bailbondpro.com",),
        api_names=("api.test",),
        asset_names=("cdn.test", "assets.test"),
        image_names=("images.test",),
    )
    names = [item[2:] for item in words(config) if item[:2] == ("http/server", "server_name")]
    plain = ("bailbondpro.com", "api.test", "cdn.test", "assets.test", "images.test")
    assert names == [("_",), plain, ("bailbondpro.com",), ("api.test",), ("cdn.test", "assets.test"), ("images.test",)]
    assert inside(config, "http/server/location /")["proxy_pass"] == ("http://bailbondpro_backend/images/",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"api_names": ("bailbondpro.com",)}, "host bailbondpro.com is served twice"),
        ({"asset_names": ("a.test",), "image_names": ("a.test",)}, "host a.test is served twice"),
    ],
)
def test_a_name_that_two_sites_serve_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        guide(**change)


@pytest.mark.parametrize(
    ("folder", "match"), [("images/", "prefix"), ("/images", "prefix"), ("/i;/", "prefix"), ("/i/", "segment")]
)
def test_a_folder_that_would_not_bound_its_route_is_refused(folder: str, match: Any) -> None:  # noqa: ANN401 - a literal
    route = Route(path="/x/", upstream="bailbondpro_api", folder=folder, match=match)
    with pytest.raises(ValueError, match="must be a path with a slash at both ends"):
        guide(routes=(route,))


def test_health_has_one_content_type() -> None:
    health = blocks(guide(), "location = /health")
    assert ("default_type", "text/plain") in health
    assert not [item for item in health if item[:2] == ("add_header", "Content-Type")]


def test_an_unknown_host_name_gets_no_certificate() -> None:
    config = guide()
    assert ("ssl_reject_handshake", "on") in blocks(config, "http/server")
    assert inside(config, "http/server/location /")["return"] == ("421",)
    assert ("listen", "8443", "ssl", "default_server") in blocks(config, "http/server")


def test_only_the_trusted_proxies_may_name_the_client() -> None:
    config = guide()
    trusted = [item[1] for item in blocks(config, "http") if item[0] == "set_real_ip_from"]
    assert trusted == ["173.245.48.0/20", "2400:cb00::/32"]
    assert inside(config, "http")["real_ip_header"] == ("CF-Connecting-IP",)


def test_what_a_client_claims_about_its_address_is_not_passed_on() -> None:
    headers = {item[1]: item[2] for item in blocks(guide(), "http") if item[0] == "proxy_set_header"}
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Real-IP"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert "$proxy_add_x_forwarded_for" not in guide()


def test_web_sockets_upgrade_and_plain_requests_reuse_connections() -> None:
    config = guide()
    assert inside(config, "map $http_upgrade $connection_upgrade") == {"default": ("",), "~*^websocket$": ("upgrade",)}
    assert inside(config, "http")["proxy_http_version"] == ("1.1",)


def test_worker_connections_are_inside_events_and_processes_follow_the_cpu_limit() -> None:
    config = guide(cpu_limit="1500m")
    assert ("events", "worker_connections", "4096") in words(config)
    assert ("", "worker_processes", "2") in words(config)


def test_the_file_limit_holds_two_files_per_connection_and_the_cache() -> None:
    config = guide_config(GUIDE)
    assert config.file_limit == 20480
    assert config.file_limit >= 2 * config.tuning.worker_connections + config.tuning.cached_files + 512
    assert ("", "worker_rlimit_nofile", "20480") in words(render(config))


def test_the_guides_tuning_is_kept() -> None:
    http = inside(guide(), "http")
    assert http["keepalive_timeout"] == ("65",)
    assert http["keepalive_requests"] == ("1000",)
    assert http["gzip_min_length"] == ("1024",)
    assert http["gzip_types"][:4] == ("text/plain", "text/css", "application/json", "application/javascript")
    assert {"text/javascript", "image/svg+xml", "application/wasm"} <= set(http["gzip_types"])
    assert http["open_file_cache"] == ("max=10000", "inactive=60s")


def test_versions_are_hidden_and_query_strings_are_not_logged() -> None:
    config = guide()
    assert inside(config, "http")["server_tokens"] == ("off",)
    assert "$request_uri" not in next(line for line in config.splitlines() if "log_format" in line)
    assert inside(config, "http")["limit_req_log_level"] == ("info",)
    assert ("", "error_log", "stderr", "warn") in words(config)


def test_uploads_are_bounded() -> None:
    assert inside(guide(max_body_mib=40), "http")["client_max_body_size"] == ("40m",)


def test_client_certificates_are_verified_on_request() -> None:
    assert "ssl_verify_client" not in guide()
    assert ("ssl_verify_client", "on") in blocks(guide(verify_client=True), "http/server")


def test_uploads_never_fill_the_pods_disk() -> None:
    http = inside(guide(), "http")
    assert http["proxy_request_buffering"] == ("off",)
    assert http["proxy_max_temp_file_size"] == ("0",)


@pytest.mark.parametrize(
    "value",
    [
        *("max-age=5m", "max-age=0s", "max-age=0.5", "max-age=1e3", "max-age=0x10", "public max-age=60", "max-age=6 6"),
        *(
            "max-age=60 max-age=0",
            "public, x-max-age=3",
            "max-age=60,s-maxage=0s",
            "max-age=-1",
            "max-age=",
            "no store",
        ),
        *('max-age="60"', "max-age=60; private", "maxage=60", "private_", "max-age=60, do-not-share", "max-age=\u0665"),
        # two lifetimes, of which caches take either, as two lines of a header are one here
        *("max-age=60, max-age=99999", "max-age=0, must-revalidate, public, max-age=600", "max-age=60,max-age=60"),
        *("s-maxage=0, s-maxage=600", "public, MAX-AGE=0, s-maxage=1, Max-Age=9"),
    ],
)
def test_a_cache_control_that_is_not_read_to_its_end_tells_the_edge_to_store_nothing(value: str) -> None:
    assert re.search(READABLE_CONTROL, value, re.IGNORECASE | re.ASCII) is None


@pytest.mark.parametrize(
    "value",
    [
        *("", "public", "Public, Max-Age=31536000, immutable", "max-age=0,must-revalidate", 'private="set-cookie, x"'),
        *(
            "no-cache, no-store, must-revalidate, ",
            "s-maxage=5 , stale-while-revalidate=60,, stale-if-error=9",
            "private",
        ),
        *("max-age=60, s-maxage=600", "s-maxage=600,max-age=60", "public, s-maxage=5, max-age=5, immutable"),
    ],
)
def test_a_cache_control_in_the_words_of_the_standards_is_left_alone(value: str) -> None:
    assert re.search(READABLE_CONTROL, value, re.IGNORECASE | re.ASCII)


def test_every_answer_of_every_host_says_what_was_not_read() -> None:
    config = guide(asset_names=("cdn.test",), image_names=("images.test",), api_names=("api.test",))
    served = [item for item in words(config) if item[1] == "server_name" and item[2] != "_"]
    told = [item for item in words(config) if item[1:3] == ("add_header", "CDN-Cache-Control")]
    assert {item[0] for item in told} >= {"http/server", "http/server/location /static/"}
    assert len([item for item in told if item[0] == "http/server"]) == len(served) - 1, "all but the plain server"
