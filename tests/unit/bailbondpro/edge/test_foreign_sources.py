"""The image host transforms its own images alone: a source that is an address of its own is refused and never kept."""

from __future__ import annotations

import dataclasses

import pytest

from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import arriving, evaluate
from bailbondpro.edge.language.expressions import And, Not, Or, StartsWith
from bailbondpro.edge.language.fields import PATH
from bailbondpro.edge.origin import image_url
from bailbondpro.edge.personal import odd_path
from bailbondpro.edge.proof.leaks import judge
from bailbondpro.edge.proof.oracle import personal_reason
from bailbondpro.edge.proof.sources import source_requests
from bailbondpro.edge.proof.trials import Trial, careless_response, corpus
from bailbondpro.edge.readings import Behaviour, combinations
from tests.support.edge_policies import DOMAIN, POLICY, RULES

IMAGES = f"https://images.{DOMAIN}"
OPTIONS = "/cdn-cgi/image/w=320,f=auto"
SOURCES = tuple(source_requests(POLICY))
IMAGE = Response.of(200, {"Content-Type": "image/png"})
PLAIN = Response.of(200, {"Content-Type": "image/png", "Cache-Control": "public, max-age=600"})
ABSOLUTE = "its path can be read as a transformation of another address"


def test_no_transformation_of_another_address_is_kept_under_any_reading() -> None:
    assert len(SOURCES) > 100
    for asked in SOURCES:
        for readings in combinations(asked, IMAGE):
            found = (
                evaluate(dataclasses.replace(RULES, firewall=()), asked, said, readings) for said in (IMAGE, PLAIN)
            )
            assert not any(each.cacheable for each in found), asked


@pytest.mark.parametrize("host", [*POLICY.host_names(), "other.example"])
@pytest.mark.parametrize("scheme", ["https://", "http://", "HTTPS://", "https:/", "https%3A//", "https%253a//"])
def test_the_firewall_serves_no_url_from_the_image_host(host: str, scheme: str) -> None:
    for url in (
        f"{IMAGES}{OPTIONS}/{scheme}{host}/clients/7/mugshot.png",
        f"{IMAGES}/{scheme}{host}/clients/7/mugshot.png?w=320&f=auto",
    ):
        asked = Request.of(url, headers={"Cookie": ".AspNetCore.Identity.Application=x"})
        for readings in combinations(asked, IMAGE):
            assert evaluate(RULES, asked, IMAGE, readings).blocked_by == "renditions", (url, readings)


@pytest.mark.parametrize("path", ["/cdn-cgi/media/mode=frame/a.png", "/CDN-CGI/imagedelivery/x/a.png"])
def test_no_other_transformation_that_is_billed_is_served(path: str) -> None:
    for host in (IMAGES, f"https://{DOMAIN}"):
        assert evaluate(RULES, Request.of(f"{host}{path}"), IMAGE).blocked_by == "renditions"


def test_browsers_are_not_told_to_keep_what_another_address_answers() -> None:
    asked = Request.of(f"{IMAGES}{OPTIONS}/https://{DOMAIN}/clients/7/mugshot.png")
    found = evaluate(dataclasses.replace(RULES, firewall=()), asked, IMAGE)
    assert (found.cacheable, found.browser_ttl) == (False, None)


def test_without_the_part_of_the_rules_the_audit_names_every_kind_of_source() -> None:
    """Foreign hosts, addresses without a scheme and nested ones: none is found by another rule alone."""
    transformation = StartsWith(PATH, "/cdn-cgi/")
    spared = And((odd_path(), Not(transformation)))
    weaker = tuple(
        dataclasses.replace(rule, when=Or((spared,))) if rule.ref == "odd_url_bypass" else rule for rule in RULES.cache
    )
    rules = dataclasses.replace(RULES, cache=weaker, firewall=())
    leaks = judge(rules, POLICY, (Trial(asked, careless_response(asked)) for asked in SOURCES)).leaks
    assert {leak.because for leak in leaks} >= {ABSOLUTE}
    named = " ".join(leak.url for leak in leaks)
    for part in (f"https://{DOMAIN}/", f"https://api.{DOMAIN}/", "other.example", "/CDN-CGI/", "/cdn-cgi/media/"):
        assert part in named


def test_the_audit_tries_them_on_every_policy() -> None:
    tried = {(case.request.path, case.request.query) for case in corpus(POLICY)}
    assert {(asked.path, asked.query) for asked in SOURCES} <= tried


@pytest.mark.parametrize(
    "path", ["/team/anna.png", "/team/anna%20b.jpg", "/logo.png", "/http/s.png", "/a-b/c_d/e.1.png", "/cdn/x.png"]
)
def test_the_hosts_own_images_are_transformed_and_kept(path: str) -> None:
    for asked in (Request.of(f"{IMAGES}{OPTIONS}{path}"), Request.of(f"{IMAGES}{path}?w=320&f=auto")):
        found = evaluate(RULES, asked, IMAGE)
        assert (found.blocked_by, found.cacheable, found.edge_ttl) == (None, True, 31_536_000)
        assert personal_reason(POLICY, arriving(RULES, asked)) == ""


def test_a_folder_with_a_dot_is_transformed_and_not_kept_since_it_may_be_a_host_whose_slashes_were_merged() -> None:
    asked = Request.of(f"{IMAGES}/team.2024/anna.png?w=320")
    found = evaluate(RULES, asked, IMAGE)
    assert (found.blocked_by, found.cacheable) == (None, False)
    assert evaluate(RULES, dataclasses.replace(asked, query=""), IMAGE).cacheable


@pytest.mark.parametrize("path", ["/a:b.png", "/a%3Ab.png", "/100%25.png", "/a%2Fb.png", "/https://x/y.png"])
def test_no_address_of_a_rendition_is_made_that_the_firewall_refuses(path: str) -> None:
    with pytest.raises(ValueError, match="cannot be the source"):
        image_url(POLICY, path, width=320)
    image_url(POLICY, path)


def test_the_paths_as_received_are_a_reading_of_their_own() -> None:
    assert {Behaviour.PATHS in found.stored for asked in SOURCES for found in combinations(asked, IMAGE)} == {
        True,
        False,
    }
