"""The rules of a policy: order, lifetimes, what the plans allow, and which problems are named."""

from __future__ import annotations

import dataclasses

import pytest

from bailbondpro.edge.cache_classes import class_conditions, personal_word
from bailbondpro.edge.cache_rules import APART, cache_rules, response_rules
from bailbondpro.edge.cloudflare_plans import LIMITS, Plan
from bailbondpro.edge.exchange import Exchange, Request, Response
from bailbondpro.edge.policy import (
    Addons,
    CacheClass,
    CacheClasses,
    CdnHosts,
    EdgePolicy,
    Hsts,
    ImagePolicy,
    RateLimit,
    RateLimits,
)
from bailbondpro.edge.problems import edge_problems, plan_notices, plan_problems
from bailbondpro.edge.security import firewall_rules, header_rules, managed_rules, rate_limit_rules
from components.cdn.settings import zone_settings
from components.gateway.response_headers import PUBLIC_FILE_HEADERS, security_headers

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
OPEN = dataclasses.replace(POLICY, public_html_paths=("/", "/pricing"), public_api_prefixes=("/api/public",))


def _with(**changes: object) -> EdgePolicy:
    return dataclasses.replace(POLICY, **changes)  # type: ignore[arg-type]  # each test names fields of the policy


def test_the_cache_fails_closed_by_the_order_of_its_rules() -> None:
    refs = [rule.ref for rule in cache_rules(OPEN)]
    bypasses = ["unknown_input_bypass", "credentials_bypass", "odd_url_bypass", "private_bypass"]
    assert refs == ["default_bypass", "images", "css", "js", "html", "api", *bypasses]
    assert [rule.cache for rule in cache_rules(OPEN)] == [False] + [True] * 5 + [False] * 4


def test_html_and_api_are_in_the_list_but_disabled_until_someone_opts_in() -> None:
    closed = {rule.ref: rule for rule in cache_rules(POLICY)}
    opened = {rule.ref: rule for rule in cache_rules(OPEN)}
    assert (closed["html"].enabled, closed["api"].enabled) == (False, False)
    assert (opened["html"].enabled, opened["api"].enabled) == (True, True)


def test_no_class_overrides_the_origin() -> None:
    modes = {rule.ref: rule.edge_ttl.mode for rule in cache_rules(OPEN) if rule.edge_ttl}
    assert modes == {
        "images": "respect_origin",
        "css": "respect_origin",
        "js": "respect_origin",
        "html": "bypass_by_default",
        "api": "bypass_by_default",
    }


@pytest.mark.parametrize(
    ("name", "max_age", "stale"),
    [
        ("images", 31_536_000, 86_400),
        ("static", 31_536_000, 3_600),
        ("html", 3_600, 300),
        ("api", 300, 60),
    ],
)
def test_each_class_has_the_guide_s_lifetime(name: str, max_age: int, stale: int) -> None:
    rule = next(rule for rule in response_rules(OPEN) if rule.ref == f"{name}_cache_control")
    values = {directive.name: directive.value for directive in rule.directives if directive.value is not None}
    assert values == {"max_age": max_age, "stale_while_revalidate": stale}


def test_the_last_response_rules_store_nothing_and_leaves_browsers_alone() -> None:
    last = response_rules(OPEN)[-2:]
    assert [rule.ref for rule in last] == ["other_response", "never_store"]
    for rule in last:
        assert [(d.name, d.operation, d.cloudflare_only) for d in rule.directives] == [("no_store", "set", True)]


def test_style_sheets_and_scripts_share_a_rule_with_the_shorter_lifetime_where_a_plan_has_no_room_for_two() -> None:
    classes = dataclasses.replace(OPEN.cache_classes, css=dataclasses.replace(OPEN.cache_classes.css, max_age=86_400))
    apart = dataclasses.replace(OPEN, cache_classes=classes)
    for plan in Plan:
        policy = dataclasses.replace(apart, plan=plan)
        ages = {
            rule.ref: directive.value
            for rule in response_rules(policy)
            for directive in rule.directives
            if directive.name == "max_age"
        }
        told = [notice.text for notice in plan_notices(policy) if notice.path == "ttls.css"]
        if plan is Plan.FREE:
            assert (ages["static_cache_control"], "css_cache_control" in ages) == (86_400, False)
            assert "both get the shorter, 86400 s" in told[0]
        else:
            assert (ages["css_cache_control"], ages["js_cache_control"]) == (86_400, 31_536_000)
            assert (len(response_rules(policy)), told) == (APART, [])
        assert not plan_problems(policy)


def test_no_rule_sets_s_maxage_because_that_disables_stale_while_revalidate() -> None:
    directives = [directive for rule in response_rules(OPEN) for directive in rule.directives]
    assert not [d for d in directives if d.name == "s_maxage" and d.operation == "set"]


@pytest.mark.parametrize("plan", list(Plan))
def test_every_limit_of_a_plan_is_of_the_kind_that_its_row_says(plan: Plan) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {
        "bool": bool,
        "int": int,
        "float": (int, float),
        "frozenset[str]": frozenset,
    }
    for field in dataclasses.fields(LIMITS[plan]):
        value = getattr(LIMITS[plan], field.name)
        assert isinstance(value, kinds[str(field.type)])
        assert isinstance(value, bool) == (field.type == "bool"), field.name


@pytest.mark.parametrize("plan", list(Plan))
def test_the_whole_rule_set_fits_every_plan(plan: Plan) -> None:
    policy = dataclasses.replace(OPEN, plan=plan)
    assert edge_problems(policy) == []
    for rules in (cache_rules(policy), response_rules(policy), header_rules(policy)):
        assert len(rules) <= LIMITS[plan].rules_per_phase
    assert len(rate_limit_rules(policy)) <= LIMITS[plan].rate_limit_rules
    assert len(firewall_rules(policy)) <= LIMITS[plan].waf_custom_rules


@pytest.mark.parametrize("plan", list(Plan))
def test_a_rate_limit_reads_only_fields_of_its_plan(plan: Plan) -> None:
    policy = dataclasses.replace(POLICY, plan=plan)
    for rule in rate_limit_rules(policy):
        assert rule.when.fields() <= LIMITS[plan].rate_limit_fields


def test_every_ref_is_unique_within_its_phase() -> None:
    for rules in (cache_rules(OPEN), response_rules(OPEN), header_rules(OPEN), firewall_rules(OPEN)):
        refs = [rule.ref for rule in rules]
        assert len(refs) == len(set(refs))


def test_the_login_limit_comes_first_and_counts_the_bucket_s_admissions() -> None:
    rules = rate_limit_rules(POLICY)
    assert [(rule.ref, rule.requests, rule.period) for rule in rules] == [
        ("login_rate_limit", 15, 10),
        ("api_rate_limit", 120, 10),
    ]


def test_the_free_plan_limits_the_login_and_says_that_the_api_is_left_to_the_gateway() -> None:
    policy = _with(plan=Plan.FREE)
    assert [rule.ref for rule in rate_limit_rules(policy)] == ["login_rate_limit"]
    assert {notice.path for notice in plan_notices(policy)} == {"rateLimits.api", "wafManaged"}
    assert plan_notices(POLICY) == []


def test_a_notice_names_the_cheapest_plan_that_can() -> None:
    texts = [notice.text for notice in plan_notices(_with(plan=Plan.FREE))]
    assert ['plan "pro" has' in text for text in texts] == [True, True]
    [api] = plan_notices(OPEN)
    assert 'plan "business" does' in api.text


def test_lists_that_make_a_rule_longer_than_the_api_takes_are_refused() -> None:
    many = tuple(f"/api/public-records-{number}" for number in range(50))
    [problem] = edge_problems(_with(public_api_prefixes=many))
    assert (problem.path, problem.value) == ("publicApiPrefixes", "50 entries")
    assert "4096" in problem.allowed
    assert edge_problems(_with(public_api_prefixes=many[:10])) == []


def test_managed_rulesets_run_only_where_the_plan_has_them() -> None:
    assert [rule.ref for rule in managed_rules(POLICY)] == ["cloudflare_managed", "owasp_core"]
    assert managed_rules(_with(plan=Plan.FREE)) == ()
    assert managed_rules(_with(waf_managed=False)) == ()


def test_a_public_prefix_covers_whole_segments_only() -> None:
    api = class_conditions(OPEN).api.render()
    assert 'http.request.uri.path eq "/api/public"' in api
    assert 'starts_with(http.request.uri.path, "/api/public/")' in api


def test_hsts_carries_the_guide_s_age_and_preloads_only_on_request() -> None:
    assert Hsts().value() == "max-age=63072000; includeSubDomains"
    assert Hsts(preload=True).value() == "max-age=63072000; includeSubDomains; preload"


def test_nosniff_is_set_exactly_once() -> None:
    values = [
        value for rule in header_rules(POLICY) for name, value in rule.headers if name == "x-content-type-options"
    ]
    assert values == ["nosniff"]


def _sent(policy: EdgePolicy, host: str, path: str, origin: dict[str, str]) -> dict[str, str]:
    """What a browser gets of an answer, by the rules of this phase alone."""
    exchange = Exchange(Request(host=host, path=path), Response.of(200, origin))
    headers = dict(origin)
    for rule in header_rules(policy):
        headers |= dict(rule.headers) if rule.when.holds(exchange) else {}
    return headers


def test_the_edge_overrules_no_stricter_header_of_the_application() -> None:
    yielding = [header.name.lower() for header in security_headers() if header.yields]
    assert "referrer-policy" in yielding
    for name in yielding:
        assert _sent(POLICY, DOMAIN, "/", {name: "no-referrer"})[name] == "no-referrer"
    assert _sent(POLICY, DOMAIN, "/", {})["referrer-policy"] == "strict-origin-when-cross-origin"


def test_the_edge_loosens_nothing_that_the_gateway_said() -> None:
    gateway = {header.name.lower(): header.value for header in (*security_headers(hsts=None), *PUBLIC_FILE_HEADERS)}
    for host, path in ((f"images.{DOMAIN}", "/a.svg"), (f"cdn.{DOMAIN}", "/static/a.svg"), (DOMAIN, "/")):
        sent = _sent(POLICY, host, path, gateway)
        sent.pop("vary", None)
        assert sent == gateway | {"strict-transport-security": POLICY.hsts.value()}, host
    alone = _sent(POLICY, f"images.{DOMAIN}", "/a.svg", {})["content-security-policy"]
    assert {"sandbox", "frame-ancestors 'none'"} <= {part.strip() for part in alone.split(";")}


def test_zone_settings_are_strict_and_unique() -> None:
    settings = dict(zone_settings(POLICY))
    assert len(settings) == len(zone_settings(POLICY))
    wanted = {"ssl": "strict", "min_tls_version": "1.2", "tls_1_3": "on", "always_online": "off", "0rtt": "off"}
    assert wanted.items() <= settings.items()


def test_another_environment_s_hosts_share_the_rules_of_their_zone() -> None:
    policy = _with(further_hosts=(CdnHosts.under(DOMAIN, environment="dev"),))
    assert edge_problems(policy) == []
    assert '"images-dev.bailbondpro.com"' in class_conditions(policy).images.render()


def test_a_lifetime_below_the_plan_s_minimum_is_pointed_out_where_it_is_used() -> None:
    assert [notice.path for notice in plan_notices(OPEN)] == ["ttls.api.maxAge"]
    free = dataclasses.replace(OPEN, plan=Plan.FREE, waf_managed=False)
    assert [notice.path for notice in plan_notices(free)] == ["rateLimits.api", "ttls.html.maxAge", "ttls.api.maxAge"]
    assert plan_notices(dataclasses.replace(OPEN, plan=Plan.BUSINESS)) == []


def test_a_plan_that_checks_health_rarely_says_so() -> None:
    policy = _with(addons=Addons(load_balancing=True))
    assert [notice.path for notice in plan_notices(policy)] == ["monitorInterval"]
    assert plan_notices(dataclasses.replace(policy, plan=Plan.BUSINESS)) == []


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"session_cookie_names": ()}, ["sessionCookieNames"]),
        ({"session_cookie_names": ("a=b",)}, ["sessionCookieNames[0]"]),
        ({"public_html_paths": ("pricing",)}, ["publicHtmlPaths[0]"]),
        ({"public_html_paths": ("/pricing*",)}, ["publicHtmlPaths[0]"]),
        ({"public_html_paths": ("/account",)}, ["publicHtmlPaths[0]"]),
        ({"public_html_paths": ("/Admin/login",)}, ["publicHtmlPaths[0]"]),
        ({"public_api_prefixes": ("/api/clients/public",)}, ["publicApiPrefixes[0]"]),
        ({"public_api_prefixes": ("/public",)}, ["publicApiPrefixes[0]"]),
        ({"private_prefixes": ("secret",)}, ["privatePrefixes[0]"]),
        ({"hsts": Hsts(preload=True, include_subdomains=False)}, ["hsts.preload"]),
        ({"images": ImagePolicy(widths=())}, ["images.widths"]),
        ({"images": ImagePolicy(qualities=(101,))}, ["images.qualities"]),
        ({"images": ImagePolicy(heights=(0,))}, ["images.heights"]),
        ({"rate_limits": RateLimits(period=7)}, ["rateLimits.period"]),
        ({"rate_limits": RateLimits(period=300)}, ["rateLimits.period"]),
        ({"rate_limits": RateLimits(mitigation_timeout=86400)}, ["rateLimits.mitigationTimeout"]),
        ({"rate_limits": RateLimits(login=RateLimit(0, 0))}, ["rateLimits.login"]),
        ({"cache_classes": CacheClasses(css=CacheClass(0, 60))}, ["ttls.css.maxAge"]),
        ({"cache_classes": CacheClasses(api=CacheClass(300, -1))}, ["ttls.api.staleWhileRevalidate"]),
        ({"cache_classes": CacheClasses(images=CacheClass(600, 60))}, ["ttls.images.maxAge"]),
        ({"hosts": dataclasses.replace(POLICY.hosts, images="images.example.org")}, ["hosts.images"]),
        ({"hosts": dataclasses.replace(POLICY.hosts, images="cdn.bailbondpro.com")}, ["hosts.images"]),
        ({"hosts": dataclasses.replace(POLICY.hosts, api="api.dev.bailbondpro.com")}, ["hosts.api"]),
    ],
)
def test_a_policy_that_cannot_work_is_refused_at_its_place(changes: dict[str, object], paths: list[str]) -> None:
    assert [problem.path for problem in edge_problems(_with(**changes))] == paths


def test_an_api_prefix_that_covers_private_paths_names_each_of_them() -> None:
    problems = edge_problems(_with(public_api_prefixes=("/api/",)))
    assert {problem.path for problem in problems} == {"publicApiPrefixes[0]"}
    assert any("/api/auth" in problem.allowed for problem in problems)


def test_every_problem_is_reported_at_once() -> None:
    problems = edge_problems(
        _with(session_cookie_names=(), public_html_paths=("x",), hsts=Hsts(max_age=1, preload=True))
    )
    assert [problem.path for problem in problems] == ["sessionCookieNames", "publicHtmlPaths[0]", "hsts.preload"]


def test_a_short_static_lifetime_names_the_plan_that_allows_it() -> None:
    policy = _with(plan=Plan.FREE, cache_classes=CacheClasses(images=CacheClass(3600, 60)))
    (problem,) = edge_problems(policy)
    assert problem.fix == 'use 7200, or plan "pro"'


def test_a_deeper_host_is_fine_with_the_certificate_add_on() -> None:
    hosts = dataclasses.replace(POLICY.hosts, api="api.dev.bailbondpro.com")
    assert edge_problems(_with(hosts=hosts, addons=Addons(advanced_certificate_manager=True))) == []


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/login", "login"),
        ("/Login", "login"),
        ("/en/dashboard/", "dashboard"),
        ("/reset-password.html", "reset-password.html"),
        ("/api/public/me", "me"),
        ("/mergers", ""),
        ("/tokenized-bonds", ""),
        ("/", ""),
        ("/pricing", ""),
    ],
)
def test_a_path_of_somebodys_own_is_known_by_its_words(path: str, word: str) -> None:
    assert personal_word(path) == word
