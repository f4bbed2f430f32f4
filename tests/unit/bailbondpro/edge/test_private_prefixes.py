"""Where a service is routed nothing is cached, unless a part of it is declared public."""

from __future__ import annotations

import dataclasses

import pytest

from bailbondpro.edge.exchange import Exchange, Request, Response
from bailbondpro.edge.explain import arriving, evaluate
from bailbondpro.edge.personal import private_path
from bailbondpro.edge.proof.leaks import judge
from bailbondpro.edge.proof.trials import corpus
from bailbondpro.edge.rules import EdgeRules
from infra.edge_policy import edge_policy, private_prefixes
from infra.problems import ConfigError
from infra.wiring.gateway import guide_gateway
from tests.support.configs import smallest
from tests.support.edge_policies import POLICY, RULES

INVOICES = {"name": "invoices", "paths": ["/Api/Invoices/", "/billing/"]}


def private(path: str, **areas: object) -> bool:
    policy = edge_policy(smallest("prod", "microservices", **areas))
    return private_path(policy).holds(Exchange(Request.of(f"https://{policy.hosts.images}{path}")))


@pytest.mark.parametrize("path", ["/api/invoices/7/scan.png", "/API/INVOICES/7.jpg", "/billing", "/billing/me.png"])
def test_the_paths_of_a_service_are_private_in_either_case(path: str) -> None:
    assert private(path, services=[INVOICES])
    assert not private(path, services=[])


def test_every_default_service_is_private_at_the_edge() -> None:
    services = smallest("prod", "microservices").services
    assert all(private(f"{path}x.png") for service in services for path in service.paths)


@pytest.mark.parametrize(
    ("cdn", "left"),
    [
        ({"publicApiPrefixes": ["/api/invoices/rates/"]}, ("/billing",)),
        ({"publicHtmlPaths": ["/billing/prices"]}, ("/api/invoices",)),
        ({"publicHtmlPaths": ["/", "/bill"]}, ("/api/invoices", "/billing")),
    ],
)
def test_a_path_with_a_part_that_is_declared_public_is_left_to_the_declaration(
    cdn: dict[str, object], left: tuple[str, ...]
) -> None:
    found = private_prefixes(smallest("prod", "microservices", services=[INVOICES], cdn={"privatePrefixes": [], **cdn}))
    assert found == left


def test_a_page_whose_name_begins_as_the_path_of_a_service_is_refused_since_it_would_never_be_cached() -> None:
    with pytest.raises(ConfigError, match="does not begin as the private /billing does"):
        smallest("prod", "microservices", services=[INVOICES], cdn={"publicHtmlPaths": ["/billings"]})


def test_a_service_that_the_gateway_does_not_serve_makes_nothing_private() -> None:
    services = [{**INVOICES, "public": False}]
    assert private_prefixes(smallest("prod", "microservices", services=services, cdn={"privatePrefixes": []})) == ()


@pytest.mark.parametrize("prefix", ["/static/Reports", "/static/reports/", "/static", "/s"])
def test_the_gateway_calls_no_file_below_a_private_prefix_public(prefix: str) -> None:
    found = guide_gateway(smallest("prod", "microservices", cdn={"privatePrefixes": [prefix, "/x"]})).private_files
    assert found == (prefix.lower(),)


@pytest.mark.parametrize(
    "path",
    [
        *("/clients/id.png", "/Clients/id.png", "/clients/7/id.png?w=320", "/cdn-cgi/image/w=320/clients/id.png"),
        "/cdn-cgi/image/w=320/https://images.bailbondpro.com/clients/id.png",
    ],
)
@pytest.mark.parametrize("prefix", ["/images/clients", "/images/Clients/", "/images", "/i"])
def test_a_private_folder_of_images_is_private_where_the_image_host_shows_it(prefix: str, path: str) -> None:
    policy = edge_policy(smallest("prod", "microservices", cdn={"privatePrefixes": [prefix]}))
    rules = EdgeRules.of(policy)
    asked, answer = Request.of(f"https://{policy.hosts.images}{path}"), Response.of(200, {"Content-Type": "image/png"})
    found = evaluate(rules, asked, answer)
    assert not found.cacheable
    assert "max-age" not in dict(found.response_headers).get("cache-control", "")


def test_a_private_folder_of_images_leaves_the_others_in_the_cache() -> None:
    policy = edge_policy(smallest("prod", "microservices", cdn={"privatePrefixes": ["/images/clients"]}))
    answer = Response.of(200, {"Content-Type": "image/png"})
    for path in ("/logo.png", "/team/clients.png"):
        assert evaluate(EdgeRules.of(policy), Request.of(f"https://{policy.hosts.images}{path}"), answer).cacheable


def test_the_audit_knows_by_itself_which_images_are_private() -> None:
    policy = dataclasses.replace(POLICY, private_prefixes=("/images/clients",))
    found = {leak.because for leak in judge(RULES, policy, corpus(policy)).leaks}
    assert found == {"its path can be read as /images/clients"}


@pytest.mark.parametrize("prefix", ["/static", "/static/", "/s", "/static/private"])
def test_a_private_file_keeps_its_query(prefix: str) -> None:
    rules = EdgeRules.of(dataclasses.replace(POLICY, private_prefixes=(prefix,)))
    asked = Request.of(f"https://{POLICY.hosts.app}/static/private/x.png?sig=abc")
    assert arriving(rules, asked).query == "sig=abc"
