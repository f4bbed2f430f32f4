from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.autoscaling.policy import AutoscalingPolicy
from components.gateway.directives import block, directive, quoted, text
from components.gateway.gateway import Gateway, GatewayArgs, TargetGroups
from components.gateway.guide import GuideGateway, RateLimits, guide_config
from components.gateway.model import (
    GatewayConfig,
    Header,
    Member,
    RateLimit,
    RateZone,
    Route,
    Timeouts,
    Upstream,
)
from components.gateway.render import render
from components.workload import headless_host
from tests.support.recording import Recording, record

HOST = headless_host("bailbondpro", "production")
GUIDE = GuideGateway(
    server_names=("bailbondpro.com", "www.bailbondpro.com"),
    web_host=HOST,
    api_host=HOST,
    trusted_cidrs=("173.245.48.0/20", "2400:cb00::/32"),
)


def words(config: str) -> list[tuple[str, ...]]:
    """Every directive of a rendered configuration, with the path of the blocks around it, as words."""
    token = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[{};]|[^\s{};"\']+')
    stack: list[str] = []
    current: list[str] = []
    found: list[tuple[str, ...]] = []
    for match in token.finditer(config):
        word = match[0]
        if word == ";":
            found.append(("/".join(stack), *current))
            current = []
        elif word == "{":
            stack.append(" ".join(current))
            current = []
        elif word == "}":
            stack.pop()
        else:
            current.append(word.strip("\"'"))
    assert not stack
    assert not current
    return found


def inside(config: str, path: str) -> dict[str, tuple[str, ...]]:
    """The directives directly inside the block whose path ends with `path`, by name (the last one wins)."""
    return {item[1]: item[2:] for item in words(config) if item[0].endswith(path)}


def guide(**changes: Any) -> str:  # noqa: ANN401 - any field of the guide's gateway
    return render(guide_config(replace(GUIDE, **changes)))


def blocks(config: str, path: str) -> list[tuple[str, ...]]:
    return [item[1:] for item in words(config) if item[0].endswith(path)]


def test_the_web_upstream_balances_by_least_connections_over_every_ready_pod() -> None:
    upstream = inside(guide(), "upstream bailbondpro_backend")
    assert "least_conn" in upstream
    assert upstream["server"] == (f"{HOST}:3000", "resolve", "weight=1", "max_fails=3", "fail_timeout=30s")
    assert upstream["keepalive"] == ("32",)


def test_the_api_upstream_keeps_a_client_on_one_pod() -> None:
    upstream = inside(guide(), "upstream bailbondpro_api")
    assert "ip_hash" in upstream
    assert upstream["server"] == (f"{HOST}:4000", "resolve", "weight=1", "max_fails=2", "fail_timeout=20s")


def test_the_guides_three_weighted_servers_can_be_stated() -> None:
    members = tuple(Member(host=f"app{n}", port=3000, weight=weight) for n, weight in ((1, 3), (2, 3), (3, 2)))
    config = replace(
        guide_config(GUIDE), upstreams=(*guide_config(GUIDE).upstreams, Upstream(name="x", members=members))
    )
    servers = [item[1:] for item in blocks(render(config), "upstream x") if item[0] == "server"]
    assert [(server[0], server[2]) for server in servers] == [
        ("app1:3000", "weight=3"),
        ("app2:3000", "weight=3"),
        ("app3:3000", "weight=2"),
    ]


def test_rate_zones_are_declared_where_nginx_accepts_them() -> None:
    zones = [item for item in words(guide()) if item[1] == "limit_req_zone"]
    assert zones == [
        ("http", "limit_req_zone", "$binary_remote_addr", "zone=api:10m", "rate=10r/s"),
        ("http", "limit_req_zone", "$binary_remote_addr", "zone=login:10m", "rate=1r/s"),
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
    assert inside(config, "location /api/")["limit_req"] == ("zone=api", "burst=20", "nodelay")
    assert inside(config, "location ~* ^/api/auth/login(/|$)")["limit_req"] == ("zone=login", "burst=5", "nodelay")
    assert "limit_req" not in inside(config, "location /")


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/LOGIN", "/api/auth/login/", "/api/auth/login/mfa"])
def test_no_spelling_of_the_login_path_escapes_its_limit(path: str) -> None:
    (expression,) = re.findall(r"location ~\* (\S+) \{", guide())
    assert re.search(expression, path, re.IGNORECASE)


@pytest.mark.parametrize("path", ["/api/auth/login-history", "/api/auth/loginx", "/x/api/auth/login"])
def test_other_paths_are_not_caught_by_the_login_limit(path: str) -> None:
    (expression,) = re.findall(r"location ~\* (\S+) \{", guide())
    assert not re.search(expression, path, re.IGNORECASE)


@pytest.mark.parametrize(
    ("location", "timeouts"),
    [
        ("location /", ("5s", "60s", "60s")),
        ("location /api/", ("3s", "30s", "30s")),
        ("location ~* ^/api/auth/login(/|$)", ("3s", "30s", "30s")),
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
    assert (found["proxy_buffer_size"], found["proxy_buffers"]) == (("4k",), ("8", "4k"))


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
    mapping = inside(config, "map $status $static_cache_control")
    assert mapping["default"] == ("no-store",)
    assert mapping["~^(200|206|304)$"] == ("public, max-age=31536000, immutable",)


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


def test_health_has_one_content_type() -> None:
    health = inside(guide(), "location = /health")
    assert health["default_type"] == ("text/plain",)
    assert "add_header" not in health


def test_an_unknown_host_name_gets_no_certificate() -> None:
    config = guide()
    assert ("ssl_reject_handshake", "on") in blocks(config, "http/server")
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
    assert inside(config, "map $http_upgrade $connection_upgrade") == {"default": ("upgrade",), "": ("",)}
    assert inside(config, "http")["proxy_http_version"] == ("1.1",)


def test_worker_connections_are_inside_events_and_processes_follow_the_cpu_limit() -> None:
    config = guide(cpu_limit="1500m")
    assert ("events", "worker_connections", "4096") in words(config)
    assert ("", "worker_processes", "2") in words(config)


def test_the_file_limit_holds_two_files_per_connection_and_the_cache() -> None:
    config = guide_config(GUIDE)
    assert config.file_limit == 20480
    assert config.file_limit >= 2 * config.worker_connections + config.cached_files + 512
    assert ("", "worker_rlimit_nofile", "20480") in words(render(config))


def test_the_guides_tuning_is_kept() -> None:
    http = inside(guide(), "http")
    assert http["keepalive_timeout"] == ("65",)
    assert http["keepalive_requests"] == ("1000",)
    assert http["gzip_min_length"] == ("1024",)
    assert http["gzip_types"] == ("text/plain", "text/css", "application/json", "application/javascript")
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


def test_rates_bursts_timeouts_and_headers_follow_the_settings() -> None:
    config = guide(
        rate_limits=RateLimits(api_rate=50, api_burst=100, login_rate=2, login_burst=3),
        api_timeouts=Timeouts(connect=1, send=2, read=3),
        headers=(Header(name="X-Test", value="yes"),),
    )
    assert "rate=50r/s" in config
    assert inside(config, "location /api/")["limit_req"][1] == "burst=100"
    assert inside(config, "location /api/")["proxy_read_timeout"] == ("3s",)
    assert "X-Frame-Options" not in config


def test_a_service_takes_its_path_from_the_guides_api() -> None:
    service = Upstream(name="service_clients", members=(Member(host="clients", port=4000),))
    route = Route(
        path="/api/clients",
        match="segment",
        upstream="service_clients",
        rate_limit=RateLimit(zone="api", burst=20),
    )
    config = guide(upstreams=(service,), routes=(route,))
    assert inside(config, "location ~* ^/api/clients(/|$)")["proxy_pass"] == ("http://service_clients",)
    assert inside(config, "location /api/")["proxy_pass"] == ("http://bailbondpro_api",)


def test_a_service_on_a_path_of_the_guide_replaces_it() -> None:
    service = Upstream(name="service_auth", members=(Member(host="auth", port=4000),))
    route = Route(
        path="/api/auth/login",
        match="segment",
        upstream="service_auth",
        rate_limit=RateLimit(zone="login", burst=5),
    )
    config = guide(upstreams=(service,), routes=(route,))
    assert config.count("/api/auth/login") == 1
    assert inside(config, "location ~* ^/api/auth/login(/|$)")["proxy_pass"] == ("http://service_auth",)


def test_the_login_follows_the_service_that_takes_its_path_over_and_keeps_its_limit() -> None:
    service = Upstream(name="service_auth", members=(Member(host="auth", port=4000),))
    slow = Timeouts(connect=1, send=9, read=9)
    route = Route(path="/api/auth/", match="segment", upstream="service_auth", timeouts=slow)
    other = Route(path="/api/a", match="segment", upstream="bailbondpro_backend")
    found = inside(guide(upstreams=(service,), routes=(route, other)), "location ~* ^/api/auth/login(/|$)")
    assert found["proxy_pass"] == ("http://service_auth",)
    assert found["limit_req"] == ("zone=login", "burst=5", "nodelay")
    assert found["proxy_read_timeout"] == ("9s",)


def test_the_root_as_a_segment_is_refused_because_it_would_win_over_every_prefix() -> None:
    with pytest.raises(ValueError, match="must match as a prefix"):
        guide(routes=(Route(path="/", match="segment", upstream="bailbondpro_api"),))


def test_uploads_never_fill_the_pods_disk() -> None:
    http = inside(guide(), "http")
    assert http["proxy_request_buffering"] == ("off",)
    assert http["proxy_max_temp_file_size"] == ("0",)


def test_the_longest_segment_is_asked_first_because_nginx_takes_the_first_match() -> None:
    routes = tuple(
        Route(path=path, match="segment", upstream="bailbondpro_api") for path in ("/api/a", "/api/a/b/c", "/api/a/b")
    )
    order = re.findall(r"location ~\* \^(\S+)\(", guide(routes=routes))
    assert order == ["/api/auth/login", "/api/a/b/c", "/api/a/b", "/api/a"]


def test_a_dot_in_a_path_is_a_dot() -> None:
    config = guide(routes=(Route(path="/.well-known", match="segment", upstream="bailbondpro_api"),))
    assert '"^/\\\\.well-known(/|$)"' in config


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


def test_a_zones_limit_multiplies_with_the_pods() -> None:
    assert RateZone(name="api", requests_per_second=10).fleet_limit(3) == 30


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


GROUPS = TargetGroups(https_arn="arn:https", http_arn="arn:http")


def gateway(**changes: Any) -> Recording:  # noqa: ANN401 - any field of the args
    fields: dict[str, Any] = {
        "namespace": "production",
        "config": guide_config(GUIDE),
        "certificate": "certificate",
        "private_key": pulumi.Output.secret("private key"),
        "target_groups": GROUPS,
        "replicas": 2,
        **changes,
    }
    return record(lambda: {"text": Gateway("gateway", GatewayArgs(**fields)).config_text})


DEPLOYMENT = "kubernetes:apps/v1:Deployment"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"


def template(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = recording.one(DEPLOYMENT).inputs["spec"]["template"]
    return found


def test_the_pods_run_the_rendered_configuration() -> None:
    recording = gateway()
    config = recording.one("kubernetes:core/v1:ConfigMap").inputs
    assert config["data"]["nginx.conf"] == recording.result["text"] == guide()
    volumes = {volume["name"]: volume for volume in template(recording)["spec"]["volumes"]}
    assert volumes["config"]["configMap"]["name"] == config["metadata"]["name"]
    command = template(recording)["spec"]["containers"][0]["command"]
    assert command == ["nginx", "-e", "stderr", "-c", "/etc/gateway/nginx.conf", "-g", "daemon off;"]


def test_a_changed_configuration_or_certificate_rolls_the_pods() -> None:
    base = template(gateway())["metadata"]["annotations"]
    configured = template(gateway(config=guide_config(replace(GUIDE, max_body_mib=1))))["metadata"]["annotations"]
    renewed = template(gateway(certificate="another"))["metadata"]["annotations"]
    assert base["checksum/config"] != configured["checksum/config"]
    assert base["checksum/certificate"] == configured["checksum/certificate"]
    assert base["checksum/certificate"] != renewed["checksum/certificate"]


def test_the_private_key_is_secret_and_in_a_tls_secret() -> None:
    secret = gateway().one("kubernetes:core/v1:Secret")
    assert secret.inputs["type"] == "kubernetes.io/tls"
    assert secret.inputs["stringData"] == {"tls.crt": "certificate", "tls.key": "private key"}
    assert "stringData" in secret.secret_inputs


def test_pods_join_both_target_groups_by_address() -> None:
    recording = gateway()
    specs = {item.inputs["spec"]["targetGroupARN"]: item.inputs["spec"] for item in recording.of_type(BINDING)}
    assert specs["arn:https"]["serviceRef"] == {"name": "bailbondpro-gateway", "port": "https"}
    assert specs["arn:http"]["serviceRef"] == {"name": "bailbondpro-gateway", "port": "http"}
    assert {spec["targetType"] for spec in specs.values()} == {"ip"}
    assert gateway(target_groups=None).of_type(BINDING) == []


def test_the_service_is_reachable_through_the_load_balancer_only() -> None:
    spec = gateway().one("kubernetes:core/v1:Service").inputs["spec"]
    assert spec["type"] == "ClusterIP"
    assert [(port["name"], port["port"], port["targetPort"]) for port in spec["ports"]] == [
        ("http", 80, 8080),
        ("https", 443, 8443),
    ]


def test_the_gateway_listens_without_privileges_and_outranks_the_application() -> None:
    spec = template(gateway())["spec"]
    assert all(port["containerPort"] > 1024 for port in spec["containers"][0]["ports"])
    assert spec["priorityClassName"] == "bailbondpro-gateway"
    assert spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True


def test_open_requests_outlive_nginx_own_shutdown_limit() -> None:
    spec = template(gateway())["spec"]
    pre_stop = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert spec["terminationGracePeriodSeconds"] > pre_stop + 65


def test_a_fixed_gateway_has_replicas_and_a_scaled_one_has_an_autoscaler() -> None:
    fixed = gateway()
    assert fixed.one(DEPLOYMENT).inputs["spec"]["replicas"] == 2
    assert fixed.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler") == []
    scaled = gateway(replicas=None, autoscaling=AutoscalingPolicy(min_replicas=2, max_replicas=6, cpu_percent=70))
    assert "replicas" not in scaled.one(DEPLOYMENT).inputs["spec"]
    hpa = scaled.one("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").inputs["spec"]
    assert (hpa["minReplicas"], hpa["maxReplicas"]) == (2, 6)
    assert hpa["scaleTargetRef"]["name"] == "bailbondpro-gateway"


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": None},
        {"autoscaling": AutoscalingPolicy(min_replicas=2, max_replicas=6, cpu_percent=70)},
        {"config": guide_config(replace(GUIDE, verify_client=True))},
    ],
)
def test_a_gateway_without_a_size_or_an_authority_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"either a fixed number|client_ca"):
        gateway(**wrong)


def test_a_single_gateway_pod_has_no_disruption_budget() -> None:
    budget = "kubernetes:policy/v1:PodDisruptionBudget"
    assert gateway(replicas=1).of_type(budget) == []
    assert len(gateway().of_type(budget)) == 1


def test_monitoring_reaches_the_exporter_and_nobody_else_does() -> None:
    policy = gateway(load_balancer_cidrs=("10.0.0.0/16",)).one("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    outside, monitoring = policy.inputs["spec"]["ingress"]
    assert [port["port"] for port in outside["ports"]] == [8080, 8443]
    assert outside["from"] == [{"ipBlock": {"cidr": "10.0.0.0/16"}}]
    assert [port["port"] for port in monitoring["ports"]] == [9113]


def test_the_exporter_reads_nginx_counters_inside_the_pod() -> None:
    main, exporter = template(gateway())["spec"]["containers"]
    assert ("listen", "127.0.0.1:8081") in blocks(guide(), "http/server")
    assert exporter["env"] == [{"name": "SCRAPE_URI", "value": "http://127.0.0.1:8081/status"}]
    assert [port["name"] for port in exporter["ports"]] == ["metrics"]
    assert main["name"] == "nginx"


def test_a_longer_timeout_gives_nginx_and_its_pod_longer_to_stop() -> None:
    config = guide_config(replace(GUIDE, web_timeouts=Timeouts(connect=5, send=120, read=120)))
    assert ("", "worker_shutdown_timeout", "125s") in words(render(config))
    assert template(gateway(config=config))["spec"]["terminationGracePeriodSeconds"] == 150
    assert template(gateway())["spec"]["terminationGracePeriodSeconds"] == 90


def test_nginx_built_without_stub_status_has_no_status_port() -> None:
    config = replace(guide_config(GUIDE), status_port=None)
    assert "stub_status" not in render(config)
    containers = template(gateway(config=config))["spec"]["containers"]
    assert [container["name"] for container in containers] == ["nginx"]


def test_a_verified_client_needs_the_authority_in_the_mounted_secret() -> None:
    recording = gateway(config=guide_config(replace(GUIDE, verify_client=True)), client_ca="authority")
    assert recording.one("kubernetes:core/v1:Secret").inputs["stringData"]["client-ca.crt"] == "authority"
