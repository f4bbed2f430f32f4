"""The CDN's resources under mocks."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from bailbondpro.edge.cloudflare_plans import Plan
from bailbondpro.edge.policy import Addons, CdnHosts, EdgePolicy
from components.cdn.args import RulesetImport
from sandbox.providers.rules import Context, value_violations
from tests.support.recording import record

if TYPE_CHECKING:
    from tests.support.recording import RecordedResource, Recording

DOMAIN = "bailbondpro.com"
ZONE = "0" * 32
POLICY = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
RULESET = "cloudflare:index/ruleset:Ruleset"
NOTIFICATION = "cloudflare:index/notificationPolicy:NotificationPolicy"
PULLS = "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls"
RECORD = "cloudflare:index/dnsRecord:DnsRecord"
EMAILS = ("oncall@example.com", "audit@example.com")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nclient\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nclient\n-----END PRIVATE KEY-----\n"


def _built(policy: EdgePolicy = POLICY, **changes: object) -> Recording:
    def build() -> object:
        from components.cdn.cdn import Cdn, CdnArgs, ClientCertificate

        given: dict[str, Any] = {
            "policy": policy,
            "zone_id": ZONE,
            "account_id": "a" * 32,
            "origin": "nlb.example.amazonaws.com",
            "client_certificates": (ClientCertificate(certificate_pem=CERTIFICATE, private_key_pem=KEY),),
            **changes,
        }
        cdn = Cdn("cdn", CdnArgs(**given))
        return {"urls": cdn.urls, "rulesets": cdn.ruleset_ids}

    return record(build)


@pytest.fixture(scope="module")
def built() -> Recording:
    return _built()


def _rules(recording: Recording, phase: str) -> list[dict[str, Any]]:
    (ruleset,) = [resource for resource in recording.of_type(RULESET) if resource.inputs["phase"] == phase]
    return list(ruleset.inputs["rules"])


def _records(recording: Recording) -> dict[str, RecordedResource]:
    return {resource.inputs["name"]: resource for resource in recording.of_type(RECORD)}


def test_every_host_has_one_proxied_record_to_the_origin(built: Recording) -> None:
    records = _records(built)
    assert set(records) == {
        DOMAIN,
        *(f"{label}.{DOMAIN}" for label in ("api", "cdn", "cdn-backup", "images", "assets")),
    }
    for resource in records.values():
        assert resource.inputs["proxied"] is True
        assert resource.inputs["ttl"] == 1
        assert (resource.inputs["type"], resource.inputs["content"]) == ("CNAME", "nlb.example.amazonaws.com")
        assert resource.delete_before_replace


def test_no_record_exists_before_the_rules_that_keep_private_data_out_of_the_cache(built: Recording) -> None:
    cache = next(resource for resource in built.of_type(RULESET) if resource.name == "cdn-cache")
    for resource in built.of_type(RECORD):
        assert cache.urn in resource.dependencies


def test_there_is_one_ruleset_per_phase_and_it_is_deleted_before_it_is_replaced(built: Recording) -> None:
    rulesets = built.of_type(RULESET)
    phases = [resource.inputs["phase"] for resource in rulesets]
    assert len(phases) == len(set(phases)) == 7
    assert {(resource.inputs["name"], resource.inputs["kind"]) for resource in rulesets} == {("default", "zone")}
    assert all(resource.delete_before_replace for resource in rulesets)


def test_every_rule_names_itself_and_says_whether_it_is_on(built: Recording) -> None:
    for resource in built.of_type(RULESET):
        for rule in resource.inputs["rules"]:
            assert rule["ref"]
            assert rule["description"]
            assert isinstance(rule["enabled"], bool)
            assert isinstance(rule["expression"], str)
            assert rule.get("actionParameters") != {}


def test_a_static_rule_lets_the_origin_decide_with_deception_armor(built: Recording) -> None:
    css = next(rule for rule in _rules(built, "http_request_cache_settings") if rule["ref"] == "css")
    assert css["actionParameters"] == {
        "cache": True,
        "edgeTtl": {"mode": "respect_origin"},
        "browserTtl": {"mode": "respect_origin"},
        "cacheKey": {"cacheDeceptionArmor": True},
    }


def test_rewrites_take_the_query_away_and_make_transformations_of_the_guides_image_addresses(built: Recording) -> None:
    rules = {rule["ref"]: rule["actionParameters"] for rule in _rules(built, "http_request_transform")}
    assert rules["hashed_query"] == {"uri": {"query": {"value": ""}}}
    expression = 'wildcard_replace(http.request.uri, "/*?*&*", "/cdn-cgi/image/${2},${3}/${1}")'
    assert rules["image_2"] == {"uri": {"path": {"expression": expression}, "query": {"value": ""}}}


def test_stale_while_revalidate_is_a_response_directive(built: Recording) -> None:
    rules = {rule["ref"]: rule for rule in _rules(built, "http_response_cache_settings")}
    parameters = rules["static_cache_control"]["actionParameters"]
    assert parameters["staleWhileRevalidate"] == {"operation": "set", "value": 3600}
    assert parameters["immutable"] == {"operation": "set"}
    for last in ("other_response", "never_store"):
        assert rules[last]["actionParameters"] == {"noStore": {"operation": "set", "cloudflareOnly": True}}
    assert rules["static_tags"]["actionParameters"] == {"operation": "add", "values": ["static"]}


@pytest.mark.parametrize(
    ("owns", "name"), [(True, "cdn-origin-pull-certificate"), (False, "cdn-host-pull-certificate")]
)
def test_an_older_client_certificate_stays_uploaded_beside_the_newest(owns: bool, name: str) -> None:
    from components.cdn.args import ClientCertificate

    newest = ClientCertificate(certificate_pem=f"{CERTIFICATE}2", private_key_pem=KEY, generation=2)
    older = ClientCertificate(certificate_pem=CERTIFICATE, private_key_pem=KEY)
    found = _built(manage_zone_rulesets=owns, client_certificates=(newest, older))
    uploaded = {item.name: item.inputs["certificate"] for item in found if item.name.startswith(name)}
    assert uploaded == {f"{name}-2": newest.certificate_pem, name: CERTIFICATE}


def test_rate_limits_count_per_client_and_data_centre(built: Recording) -> None:
    for rule in _rules(built, "http_ratelimit"):
        assert rule["ratelimit"]["characteristics"] == ["cf.colo.id", "ip.src"]
        assert rule["action"] == "block"


def test_the_client_certificate_is_uploaded_and_its_key_is_secret(built: Recording) -> None:
    uploaded = built.one("cloudflare:index/authenticatedOriginPullsCertificate:AuthenticatedOriginPullsCertificate")
    assert uploaded.inputs["certificate"] == CERTIFICATE
    assert "privateKey" in uploaded.secret_inputs
    settings = built.one("cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings")
    assert settings.inputs["enabled"] is True
    assert uploaded.urn in settings.dependencies


def test_urls_are_known_by_role(built: Recording) -> None:
    assert built.result["urls"]["app"] == "https://bailbondpro.com"
    assert built.result["urls"]["cdn-backup"] == "https://cdn-backup.bailbondpro.com"


def test_a_stack_that_does_not_own_the_zone_manages_its_hosts_alone() -> None:
    recording = _built(manage_zone_rulesets=False)
    types = {resource.type for resource in recording if resource.custom}
    assert types == {
        RECORD,
        "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate",
        "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
    }
    assert recording.result["rulesets"] == {}


def test_each_host_of_a_guest_stack_has_an_origin_pull_resource_of_its_own() -> None:
    pulls = _built(manage_zone_rulesets=False).of_type(PULLS)
    hosts = [[config["hostname"] for config in resource.inputs["configs"]] for resource in pulls]
    assert sorted(hosts) == sorted([host] for host in POLICY.host_names())
    assert {resource.name for resource in pulls} == {f"cdn-host-pulls-{role}" for role, _ in POLICY.hosts.by_role()}


def test_the_providers_counts_hold_for_a_zone_s_owner_and_for_its_guests() -> None:
    everything = dataclasses.replace(POLICY, addons=Addons(load_balancing=True, cache_reserve=True))
    for owner in (True, False):
        made = _built(everything, manage_zone_rulesets=owner, alert_emails=EMAILS, backup_origin="b.example")
        for resource in made:
            context = Context(token=resource.type, name=resource.name, urn=resource.urn, inputs=dict(resource.inputs))
            assert value_violations(context) == [], resource.name


def test_the_load_balancer_takes_over_without_replacing_a_record() -> None:
    policy = dataclasses.replace(POLICY, addons=Addons(load_balancing=True))
    recording = _built(policy, backup_origin="backup.example.net")
    balancer = recording.one("cloudflare:index/loadBalancer:LoadBalancer")
    assert balancer.inputs["proxied"] is True
    assert balancer.inputs["steeringPolicy"] == "off"
    assert balancer.inputs["fallbackPool"] == balancer.inputs["defaultPools"][1]
    contents = {name: resource.inputs["content"] for name, resource in _records(recording).items()}
    assert contents.pop("cdn-backup.bailbondpro.com") == "backup.example.net"
    assert set(contents.values()) == {balancer.inputs["name"]}
    names = {resource.name for resource in recording.of_type(RECORD)}
    assert names == {resource.name for resource in _built().of_type(RECORD)}


def test_the_monitor_asks_for_the_app_s_readiness_as_a_visitor_would() -> None:
    policy = dataclasses.replace(POLICY, addons=Addons(load_balancing=True))
    monitor = _built(policy).one("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor").inputs
    assert (monitor["path"], monitor["expectedCodes"], monitor["timeout"]) == ("/ready", "200", 5)
    assert (monitor["type"], monitor["port"], monitor["allowInsecure"]) == ("https", 443, False)
    assert monitor["header"] == {"Host": [DOMAIN]}
    assert monitor["interval"] == 60
    business = dataclasses.replace(policy, plan=Plan.BUSINESS)
    assert _built(business).one("cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor").inputs["interval"] == 30


def test_the_owner_of_the_zone_is_told_of_what_every_plan_can_tell() -> None:
    told = _built(alert_emails=("oncall@bailbondpro.com",)).of_type(NOTIFICATION)
    assert {policy.inputs["alertType"] for policy in told} == {
        "dos_attack_l7",
        "real_origin_monitoring",
        "universal_ssl_event_type",
        "zone_aop_custom_certificate_expiration_type",
    }
    for policy in told:
        assert policy.inputs["mechanisms"] == {"emails": [{"id": "oncall@bailbondpro.com"}]}
        assert policy.inputs["enabled"] is True


def test_a_refresh_finds_no_filter_and_no_other_order_in_notifications() -> None:
    policy = dataclasses.replace(POLICY, addons=Addons(load_balancing=True))
    told = _built(policy, alert_emails=("b@example.com", "a@example.com")).of_type(NOTIFICATION)
    assert {tuple(sent["id"] for sent in item.inputs["mechanisms"]["emails"]) for item in told} == {
        ("a@example.com", "b@example.com")
    }
    for item in told:
        assert ("filters" in item.inputs) is (item.ignore_changes == ())
    assert {item.ignore_changes for item in told} == {(), ("filters",)}


def test_nobody_is_told_without_an_address_or_by_a_stack_that_does_not_own_the_zone(built: Recording) -> None:
    assert built.of_type(NOTIFICATION) == []
    assert _built(alert_emails=("a@example.com",), manage_zone_rulesets=False).of_type(NOTIFICATION) == []


def test_pool_health_is_told_of_the_stack_s_own_pools() -> None:
    policy = dataclasses.replace(POLICY, addons=Addons(load_balancing=True))
    recording = _built(policy, backup_origin="backup.example.net", alert_emails=("a@example.com",))
    [health] = [
        told for told in recording.of_type(NOTIFICATION) if told.inputs["alertType"] == "load_balancing_health_alert"
    ]
    balancer = recording.one("cloudflare:index/loadBalancer:LoadBalancer")
    assert health.inputs["filters"]["poolIds"] == balancer.inputs["defaultPools"]


def test_without_the_add_on_there_is_no_load_balancer(built: Recording) -> None:
    assert not [resource for resource in built if "oadBalancer" in resource.type]


def test_protect_reaches_the_records() -> None:
    assert all(resource.protect for resource in _built(protect=True).of_type(RECORD))


def test_a_ruleset_from_the_dashboard_is_adopted_as_it_is() -> None:
    phase = "http_request_cache_settings"
    recording = _built(imports=(RulesetImport(phase, "f" * 32),))
    adopted = {resource.inputs["phase"]: resource.ignore_changes for resource in recording.of_type(RULESET)}
    assert adopted.pop(phase) == ("rules", "name", "description")
    assert set(adopted.values()) == {()}
    imported = {resource.inputs["phase"]: resource.import_id for resource in recording.of_type(RULESET)}
    assert imported.pop(phase) == f"zones/{ZONE}/{'f' * 32}"
    assert set(imported.values()) == {""}


def test_an_impossible_policy_is_refused_with_every_problem_before_anything_is_made() -> None:
    policy = dataclasses.replace(POLICY, session_cookie_names=(), public_html_paths=("/admin",))
    with pytest.raises(ValueError, match=r"(?s)sessionCookieNames.*publicHtmlPaths\[0\]"):
        _built(policy)


def test_the_gateway_s_certificate_covers_the_zone_and_its_keys_are_secret() -> None:
    def build() -> object:
        from components.cdn.origin_certificate import OriginCertificate, OriginCertificateArgs

        certificate = OriginCertificate("origin", OriginCertificateArgs(domain=DOMAIN, protect=True))
        return {"certificate": certificate.certificate_pem, "key": certificate.private_key_pem}

    recording = record(build)
    issued = recording.one("cloudflare:index/originCaCertificate:OriginCaCertificate").inputs
    assert issued["hostnames"] == [f"*.{DOMAIN}", DOMAIN], "in the order that the API returns"
    asked = {item.name: item.inputs for item in recording.of_type("tls:index/certRequest:CertRequest")}
    assert asked["origin-request"]["dnsNames"] == [DOMAIN, f"*.{DOMAIN}"], (
        "unchanged: another request, another certificate"
    )
    assert (issued["requestType"], issued["requestedValidity"]) == ("origin-rsa", 5475)
    authority = recording.one("tls:index/selfSignedCert:SelfSignedCert")
    assert authority.inputs["isCaCertificate"] is True
    client = recording.one("tls:index/locallySignedCert:LocallySignedCert")
    assert "client_auth" in client.inputs["allowedUses"]
    for resource in recording:
        assert {"privateKeyPem", "caPrivateKeyPem"} & set(resource.inputs) <= resource.secret_inputs
    assert all(resource.protect for resource in recording.of_type("tls:index/privateKey:PrivateKey"))
    assert "BEGIN CERTIFICATE" in recording.result["certificate"]
