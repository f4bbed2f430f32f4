"""What a real browser makes of the gateway's answers: frames, types, scripts, permissions, referrers, plain HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Tab, browsing
from tests.support.live_nginx import HOST, config_of, gateway
from tests.support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_nginx import Gateway

POD = "127.0.0.95"
SITE = f"https://{HOST}"
TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
PAGES = {
    "/page.html": '<!doctype html><html lang="en"><title>Page</title><link rel="stylesheet" href="/static/a.css">'
    f'<script src="/static/a.js"></script><img alt="" src="https://images.{HOST}/logo.svg">',
    "/static/a.js": "window.ran = 1; fetch('/api/clients').then(answer => window.status_ = answer.status)",
    "/static/a.css": "body { margin: 0 }",
    "/images/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>'
    f"fetch('https://{HOST}/ran-in-an-image')</script></svg>",
    "/framing.html": f'<!doctype html><title>Framing</title><iframe src="{SITE}/page.html"></iframe>',
    "/sniffing.html": '<!doctype html><title>Sniffing</title><script src="/upload.txt"></script>',
    "/mixed.html": f'<!doctype html><title>Mixed</title><script src="http://{HOST}/static/a.js"></script>'
    f'<img alt="" src="http://images.{HOST}/logo.svg">',
    "/clients/7/bonds.html": f'<!doctype html><title>Client</title><img alt="" src="https://api.{HOST}/api/pixel">',
}


@pytest.fixture(scope="module")
def live() -> Iterator[Gateway]:
    with gateway(replace(config_of("prod", "horizontal"), verify_client=False), (POD,)) as made:
        pages = {path: (TYPES[path.rpartition(".")[2]], body) for path, body in PAGES.items()}
        made.backends[POD].pages = pages | {"/upload.txt": ("text/plain", "window.ran = 1")}
        yield made


@pytest.fixture(scope="module")
def browser(live: Gateway) -> Iterator[Tab]:
    ports = {443: live.config.https_port, 80: live.config.http_port}
    hosts = (HOST, f"images.{HOST}", f"api.{HOST}")
    names = ", ".join(f"MAP {host}:{port} 127.0.0.1:{own}" for host in hosts for port, own in ports.items())
    with browsing("--ignore-certificate-errors", names=names) as tab:
        yield tab


def complaints(tab: Tab) -> str:
    return "\n".join(tab.complaints)


def test_a_page_with_its_files_and_data_loads_over_http_2_without_a_complaint(browser: Tab) -> None:
    browser.visit(f"{SITE}/page.html")
    wait_until(lambda: bool(browser.evaluate("window.status_")), "the data to arrive")
    assert browser.evaluate("[window.ran, window.status_, document.images[0].naturalWidth]") == [1, 200, 9]
    assert browser.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    assert complaints(browser) == ""


def test_no_page_is_shown_in_a_frame(browser: Tab) -> None:
    browser.visit(f"{SITE}/framing.html")
    assert browser.evaluate("document.querySelector('iframe').contentDocument") is None
    assert "frame-ancestors" in complaints(browser)


def test_a_text_is_never_run_as_a_script(browser: Tab) -> None:
    browser.visit(f"{SITE}/sniffing.html")
    assert browser.evaluate("typeof window.ran") == "undefined"
    assert "MIME type" in complaints(browser)


def test_what_a_page_names_without_tls_is_asked_for_with_it(browser: Tab) -> None:
    browser.visit(f"{SITE}/mixed.html")
    assert browser.evaluate("[window.ran, document.images[0].naturalWidth]") == [1, 9]
    assert not [url for url in browser.requests if url.startswith("http:")]
    assert complaints(browser) == ""


def test_an_address_without_tls_ends_at_the_same_page_with_it(browser: Tab) -> None:
    browser.visit(f"http://{HOST}/page.html")
    assert browser.evaluate("location.href") == f"{SITE}/page.html"


def test_a_page_may_ask_for_a_place_and_a_photograph_and_for_no_sound(browser: Tab) -> None:
    browser.visit(f"{SITE}/page.html")
    asked = ("geolocation", "camera", "payment", "microphone", "usb", "display-capture")
    allowed = browser.evaluate(f"{list(asked)}.map(name => document.featurePolicy.allowsFeature(name))")
    assert dict(zip(asked, allowed, strict=True)) == dict.fromkeys(asked[:3], True) | dict.fromkeys(asked[3:], False)


def test_another_origin_learns_the_host_of_a_page_and_not_whose_page_it_is(browser: Tab, live: Gateway) -> None:
    browser.visit(f"{SITE}/clients/7/bonds.html")
    wait_until(lambda: bool(live.received("/api/pixel")), "the image to be asked for")
    assert live.received("/api/pixel")[0]["referer"] == f"{SITE}/"


def test_an_image_that_is_opened_as_a_page_runs_no_script(browser: Tab, live: Gateway) -> None:
    browser.visit(f"https://images.{HOST}/logo.svg")
    assert browser.evaluate("document.documentElement.tagName") == "svg"
    assert live.received("/ran-in-an-image") == []
    assert "script" in complaints(browser)


def test_an_error_of_the_gateway_is_a_page_that_people_can_read(browser: Tab) -> None:
    browser.visit(f"{SITE}/internal/x")
    assert browser.evaluate("[document.title, document.querySelector('h1').textContent]") == ["Not found"] * 2
