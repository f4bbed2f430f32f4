"""A purge of one URL with its copies for pages of the stack's other hosts."""

from __future__ import annotations

import re

import httpx
import pytest

from bailbondpro.edge.exchange import Request
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.rewrites import rendition_queries, rewrite_rules, rewritten
from bailbondpro.edge.rules import EdgeRules
from ops.answers.cdn.api import _document, _file
from ops.answers.cdn.edge import Edge
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.manifests import Changed
from ops.answers.cdn.purge import wanted
from ops.answers.cdn.warm import HttpHead, urls_to_warm

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
RENDITIONS = 104
"""Of one image at most, with the default lists (docs/cdn.md)."""
URL = f"https://cdn.{DOMAIN}/static/font.woff2"


def test_a_url_is_purged_with_the_copy_of_each_host_whose_pages_load_it() -> None:
    asked = wanted(POLICY, paths=(URL,), with_variants=True)
    assert asked.values == (URL, f"{URL} Origin: https://{DOMAIN}", f"{URL} Origin: https://api.{DOMAIN}")
    assert wanted(POLICY, paths=(URL,)).values == (URL,)


def test_a_page_has_no_copy_for_its_own_host() -> None:
    asked = wanted(POLICY, paths=(f"https://{DOMAIN}/pricing",), with_variants=True)
    assert asked.values[1:] == (f"https://{DOMAIN}/pricing Origin: https://api.{DOMAIN}",)


def test_a_url_that_the_edge_rewrites_is_purged_as_visitors_write_it_and_as_it_is_kept() -> None:
    assert wanted(POLICY, paths=(f"{URL}?v=7",)).values == (f"{URL}?v=7", URL)
    image = f"https://images.{DOMAIN}/team/anna.jpg"
    made = f"https://images.{DOMAIN}/cdn-cgi/image/w=640,q=80,f=webp/team/anna.jpg"
    assert wanted(POLICY, paths=(f"{image}?w=640&q=80&f=webp",)).values == (f"{image}?w=640&q=80&f=webp", made, image)
    assert wanted(POLICY, paths=(f"{image}?f=png",)).values == (f"{image}?f=png", image)
    assert wanted(POLICY, paths=(f"{image}?w=641",)).values == (f"{image}?w=641",), "the edge refuses it"


def test_an_image_is_purged_with_each_of_its_listed_renditions() -> None:
    image = f"https://images.{DOMAIN}/team/anna.jpg"
    values = [value for value in wanted(POLICY, paths=(image,), with_variants=True).values if " Origin: " not in value]
    policy = POLICY.images
    asked = [f"{image}?{query}" for query in rendition_queries(policy)]
    made = {f"https://images.{DOMAIN}{path}" for path in map(path_of, asked)} - {image}
    assert set(values) == {image, *asked, *made}
    assert (len(asked), len(made)) == (RENDITIONS + 1 + 20, RENDITIONS), "w, w and q: png is a third name of each"
    assert wanted(POLICY, paths=(f"https://cdn.{DOMAIN}/static/a.png",), with_variants=True).values[0].endswith("a.png")


def path_of(url: str) -> str:
    """What the edge's rewrites make of an address."""
    return rewritten(rewrite_rules(POLICY), Request.of(url)).path


@pytest.mark.parametrize("option", ["prefixes", "paths"])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/team//anna.jpg", "the edge has it as /team/anna.jpg"),
        ("//evil.test/a.png", "can be read in two ways"),
        ("/static/../api/x.png", "the edge has it as /api/x.png"),
        ("/static/%2e%2e/x.png", "the edge has it as /x.png"),
        ("/static%2fa.png", "can be read in two ways"),
        ("/static/..%5ca.png", "can be read in two ways"),
        ("/static/%252e/a.png", "can be read in two ways"),
        ("/static/a.png;v=1", "; parameter"),
        ("/static/a%3bv=1.png", "; parameter"),
        ("/static/%61.png", "the edge has it as /static/a.png"),
    ],
)
def test_no_purge_holds_a_path_of_which_the_edge_has_nothing(option: str, path: str, message: str) -> None:
    for text in (path, f"https://cdn.{DOMAIN}{path}"):
        with pytest.raises(CdnError, match=re.escape(message)):
            wanted(POLICY, **{option: (text,)})  # type: ignore[arg-type]  # one of the two lists


def test_a_path_that_the_gateway_refuses_is_neither_warmed_nor_among_what_a_deployment_purges() -> None:
    edge = Edge(POLICY, EdgeRules.of(POLICY))
    with pytest.raises(CdnError, match="the gateway refuses this path"):
        urls_to_warm(edge, ("/static//a.png",))
    with pytest.raises(CdnError, match="the edge never stores"):
        urls_to_warm(edge, (f"https://cdn.{DOMAIN}/static/a.png;v=1",))
    build = Changed(replaced=("/static/a;b.png", "/static/a.png", "/static/a%2fb.png"), removed=(), added=())
    assert build.to_purge == ("/static/a.png",)


def test_a_copy_is_asked_for_with_the_header_that_makes_it() -> None:
    assert _file(URL) == {"url": URL}
    assert _file(f"{URL} Origin: https://{DOMAIN}") == {"url": URL, "headers": {"Origin": f"https://{DOMAIN}"}}


def test_every_other_form_takes_all_copies_without_being_told() -> None:
    with pytest.raises(CdnError, match="--variants goes with --path"):
        wanted(POLICY, tags=("html",), with_variants=True)


@pytest.mark.parametrize("text", ["[" * 200_000, "<html>", "", "[]"])
def test_an_answer_of_the_api_that_is_no_document_is_none(text: str) -> None:
    assert _document(httpx.Response(200, text=text)) is None


@pytest.mark.parametrize("option", ["prefixes", "paths"])
def test_what_lies_in_the_folder_of_images_is_purged_where_the_image_host_shows_it_as_well(option: str) -> None:
    shown = f"images.{DOMAIN}/clients/7.png"
    values = wanted(POLICY, **{option: ("/images/clients/7.png",)}).values  # type: ignore[arg-type]  # one of the two lists
    assert {value.removeprefix("https://") for value in values} == {
        shown,
        *(f"{host}/images/clients/7.png" for host in POLICY.host_names()),
    }
    assert wanted(POLICY, **{option: (f"https://{shown}",)}).values[0].endswith(shown)  # type: ignore[arg-type]  # as above
    assert len(wanted(POLICY, **{option: ("/imagesx/a.png",)}).values) == len(POLICY.host_names())  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("text", ["/images", "/images/"])
def test_the_folder_of_images_itself_is_all_of_the_image_host_with_and_without_its_last_slash(text: str) -> None:
    assert set(wanted(POLICY, prefixes=(text,)).values) == {
        f"images.{DOMAIN}",
        *(f"{host}/images" for host in POLICY.host_names()),
    }


@pytest.mark.parametrize("option", ["prefixes", "paths"])
@pytest.mark.parametrize("text", [f"https://cdn.{DOMAIN}/static/a.png#x", "/static/a.png#x"])
def test_a_fragment_is_refused_instead_of_the_address_before_it_being_purged(option: str, text: str) -> None:
    with pytest.raises(CdnError, match="leave out the fragment"):
        wanted(POLICY, **{option: (text,)})  # type: ignore[arg-type]  # one of the two lists


@pytest.mark.parametrize("option", ["prefixes", "paths"])
@pytest.mark.parametrize("host", [f"cdn.{DOMAIN}:8443", f"cdn.{DOMAIN}:443", f"u:p@cdn.{DOMAIN}", f"cdn.{DOMAIN}:x"])
def test_a_url_with_a_port_or_a_user_is_refused_instead_of_another_being_purged(option: str, host: str) -> None:
    with pytest.raises(CdnError, match="leave out the user and the port"):
        wanted(POLICY, **{option: (f"https://{host}/static/a.png",)})  # type: ignore[arg-type]  # one of the two lists


@pytest.mark.parametrize(
    "address",
    [
        *("http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:x", "https://x", "x"),
        *("http://h:0", "http://u@h:1", "http://h:1/path", "http://h:1?x", "http://h:1#x", "http://h h:80"),
        *(
            "http://h\\x:80",
            "http://h\0:80",
            "http://h,x:1",
            "http://h%20:1",
            "http://-:1",
            "http://h:1//",
            "http://h_:1",
        ),
    ],
)
def test_an_address_to_connect_to_that_is_none_is_a_sentence_before_anything_is_requested(address: str) -> None:
    with pytest.raises(CdnError, match="write http://ADDRESS:PORT"):
        HttpHead(address)


@pytest.mark.parametrize("address", ["http://h", "http://H.example:81/", "http://127.0.0.1:8080", "http://[::1]:80"])
def test_an_address_to_connect_to_is_a_name_or_an_address_of_either_kind(address: str) -> None:
    assert HttpHead(address).connect_to == address
