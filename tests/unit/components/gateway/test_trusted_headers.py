from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from components.gateway.guide import GuideGateway, guide_config
from components.gateway.render import HEADERS_HASH_BUCKET, HEADERS_HASH_SIZE, render
from components.gateway.servers import proxy_headers
from components.gateway.trusted_headers import SET, STRIPPED
from tests.support.nginx import blocks
from tests.support.paths import DATA

if TYPE_CHECKING:
    from components.gateway.model import GatewayConfig


def config(**changes: str) -> GatewayConfig:
    return guide_config(
        GuideGateway(server_names=("bailbondpro.com",), web_host="web", api_host="api", **changes)  # type: ignore[arg-type]  # fields by name
    )


def proxied(block: str, **changes: str) -> dict[str, str]:
    """What nginx is told to send upstream; an empty value is nothing."""
    return {
        item[1].lower(): item[2] for item in blocks(render(config(**changes)), block) if item[0] == "proxy_set_header"
    }


def test_every_header_that_a_framework_trusts_is_set_or_stripped_for_the_application() -> None:
    sent = proxied("http")
    assert {header.name.lower(): header.value for header in (*SET, *STRIPPED)}.items() <= sent.items()


def test_whoever_is_asked_whether_a_request_may_pass_gets_no_header_of_trust_from_the_client_either() -> None:
    sent = proxied("location = /_authorization", authorization_path="/api/auth/verify")
    stripped = {header.name.lower() for header in STRIPPED} - {"x-original-uri", "x-original-method"}
    assert all(sent[name] == "" for name in stripped)
    assert (sent["x-original-uri"], sent["x-original-method"]) == ("$request_uri", "$request_method")


def test_a_header_is_listed_once_with_its_source() -> None:
    names = [header.name.lower() for header in (*SET, *STRIPPED)]
    assert len(set(names)) == len(names)
    assert all(header.source for header in (*SET, *STRIPPED))


def test_headers_are_named_with_letters_digits_and_hyphens_because_nginx_drops_others_itself() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", header.name) for header in (*SET, *STRIPPED))
    assert ("underscores_in_headers", "off") in blocks(render(config()), "http")
    assert ("ignore_invalid_headers", "on") in blocks(render(config()), "http")


def test_nginx_has_room_for_the_names() -> None:
    names = [header.name for header in (*SET, *STRIPPED)]
    assert 8 * len(names) < HEADERS_HASH_SIZE
    assert 2 * max(map(len, names)) < HEADERS_HASH_BUCKET


def test_what_the_gateway_says_itself_comes_from_nginx_and_never_from_the_client() -> None:
    assert not [header for header in SET if "$http_" in header.value or "$proxy_add" in header.value]


SPEAKERS = ("X-", "X-Auth-", "X-Forwarded-", "X-Remote-", "X-JWT-", "X-SSO-", "X-Authenticated-")
CLAIMS = (
    "User",
    "Role",
    "Roles",
    "Permissions",
    "Scope",
    "Tenant",
    "Org",
    "Email",
    "Sub",
    "Groups",
    "Account",
    "Claims",
)
OWN_OF_CLIENTS = (
    *(
        "Accept",
        "Accept-Language",
        "Authorization",
        "Baggage",
        "Cache-Control",
        "Content-Type",
        "Cookie",
        "DNT",
        "Origin",
    ),
    *("Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Next-Action", "Prefer", "Range", "Referer"),
    *(
        "RSC",
        "Save-Data",
        "Sec-Fetch-Site",
        "Sec-WebSocket-Key",
        "Sentry-Trace",
        "Traceparent",
        "Tracestate",
        "Tus-Resumable",
    ),
    *("Upload-Offset", "User-Agent", "X-Access-Token", "X-Api-Key", "X-Api-Version", "X-Auth-Token", "X-Client-Id"),
    *("X-Client-Version", "X-Correlation-Id", "X-CSRF-Token", "X-Device-Id", "X-File-Name", "X-Hub-Signature-256"),
    *(
        "X-Idempotency-Key",
        "X-Nextjs-Data",
        "X-Requested-With",
        "X-Session-Id",
        "X-Signature",
        "X-Timezone",
        "X-XSRF-Token",
    ),
    *("Stripe-Signature", "X-Twilio-Signature", "X-Shopify-Hmac-Sha256", "X-GitHub-Event", "X-B3-TraceId"),
)


def test_whatever_speaker_and_claim_a_name_is_made_of_it_does_not_arrive() -> None:
    sent = proxied("http")
    names = [f"{speaker}{claim}".lower() for speaker in SPEAKERS for claim in CLAIMS]
    assert {name: sent.get(name) for name in names} == dict.fromkeys(names, "")


def test_what_clients_say_for_themselves_is_neither_set_nor_stripped() -> None:
    assert not {name.lower() for name in OWN_OF_CLIENTS} & {header.name.lower() for header in (*SET, *STRIPPED)}


def test_a_server_that_passes_no_header_of_the_client_has_none_to_strip() -> None:
    names = {item.args[0] for item in proxy_headers({"Accept": "$http_accept"}, client_headers=False)}
    assert names == {"Accept", *(header.name for header in SET)}


CORPUS = yaml.safe_load((DATA / "trusted_headers_of_frameworks.yaml").read_text(encoding="utf-8"))["trusted"]
"""What frameworks trust, collected apart from the list that is shipped."""


@pytest.mark.parametrize("line", CORPUS, ids=lambda line: str(line["name"]))
def test_no_header_that_a_framework_trusts_arrives_as_the_client_wrote_it(line: dict[str, Any]) -> None:
    sent = proxied("http")
    # a name with other characters nginx drops itself
    names = [name.lower() for name in line["headers"] if re.fullmatch(r"[A-Za-z0-9-]+", name)]
    assert line["source"]
    assert {name: "$http_" in sent.get(name, "$http_") for name in names} == dict.fromkeys(names, False)
