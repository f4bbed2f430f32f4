"""The report in a real browser: nothing is loaded, nothing overflows, everything can be read in light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.views.report import document, write
from tests.support.browser import Tab, browsing
from tests.support.page import contrast, stack_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READABLE = 4.5
"""Least contrast of a text to what it stands on (WCAG 2.2, 1.4.3)."""
PHONE, DESKTOP = (360, 740), (1280, 900)
COLOURS = """
(() => {
  const channels = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const solid = text => { const parts = channels(text); return parts.length && (parts.length < 4 || parts[3] > 0.99); };
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const part = at.closest && at.matches && at.matches("g.part") ? at.querySelector("rect") : null;
      if (part) return getComputedStyle(part).fill;
      const colour = getComputedStyle(at).backgroundColor;
      if (solid(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || node.closest("style, title, desc")) continue;
    const style = getComputedStyle(node);
    const colour = node instanceof SVGElement ? style.fill : style.color;
    found.push([texts.currentNode.textContent.trim().slice(0, 60), channels(colour), channels(behind(node))]);
  }
  return found;
})()
"""
OVERFLOWING = """
[...document.querySelectorAll("body *")].filter(node =>
  !node.parentElement.closest(".scroll, details:not([open])") &&
  node.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
).map(node => node.tagName + " " + node.textContent.slice(0, 60))
"""
OUTSIDE_THEIR_BOX = """
[...document.querySelectorAll("svg.bbpd g.part")].flatMap(group => {
  const box = group.querySelector("rect").getBBox();
  return [...group.querySelectorAll("text")].filter(text => {
    const size = text.getBBox();
    return size.x + size.width > box.x + box.width || size.y + size.height > box.y + box.height;
  }).map(text => text.textContent);
})
"""
HEADINGS = """
[...document.querySelectorAll("h2")].filter(node => {
  const box = node.getBoundingClientRect();
  return box.height > 0 && box.width > 0 && getComputedStyle(node).visibility === "visible";
}).map(node => node.textContent)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write(document(stack_report("prod", "microservices")), folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Tab]:
    with browsing() as tab:
        yield tab


@pytest.fixture
def page(browser: Tab, folder: Path) -> Tab:
    browser.colours("light")
    browser.resize(*DESKTOP)
    browser.open(folder / "index.html")
    return browser


def test_the_page_opens_without_a_complaint(page: Tab) -> None:
    assert page.evaluate("document.title").startswith("BailBondPro platform: prod")
    assert page.complaints == []


def test_a_complaint_would_be_seen(page: Tab) -> None:
    page.evaluate("console.error('broken')")
    page.evaluate("document.body.appendChild(Object.assign(document.createElement('img'), {src: 'https://x.test/a'}))")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert len(page.complaints) >= 2  # the console's, and the Content Security Policy's


def test_nothing_but_the_file_itself_is_asked_for(page: Tab, folder: Path) -> None:
    assert set(page.requests) <= {(folder / "index.html").as_uri(), "data:,"}


def test_every_chapter_has_a_visible_heading(page: Tab) -> None:
    assert page.evaluate(HEADINGS) == [
        "Summary",
        "Objectives",
        "Measured",
        "Architecture",
        "Cost",
        "Capacity by month",
        "Traffic simulation",
        "Availability",
        "Drill",
        "Journey",
        "Limits used",
        "Policies",
        "How sure is this?",
    ]


@pytest.mark.parametrize("size", [PHONE, (768, 1024), DESKTOP])
def test_the_page_never_scrolls_sideways(page: Tab, size: tuple[int, int]) -> None:
    page.resize(*size, mobile=size == PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("innerWidth") == size[0]  # a phone zooms out of a page that is too wide
    assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_it_stands_on(page: Tab, scheme: str) -> None:
    page.colours(scheme)
    texts = page.evaluate(COLOURS)
    assert len(texts) > 500
    faint = [(text, colour, back) for text, colour, back in texts if contrast(colour, back) < READABLE]
    assert faint == []


def test_the_page_is_dark_where_the_reader_wants_it(page: Tab) -> None:
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.colours("dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_no_text_of_the_architecture_leaves_its_box(page: Tab) -> None:
    assert page.evaluate("document.querySelectorAll('svg.bbpd g.part text').length") > 50
    assert page.evaluate(OUTSIDE_THEIR_BOX) == []


def test_the_keyboard_reaches_what_scrolls(page: Tab) -> None:
    mute = "[...document.querySelectorAll('.scroll')].filter(part => part.tabIndex !== 0 || !part.ariaLabel).length"
    assert page.evaluate("document.querySelectorAll('.scroll').length") > 10
    assert page.evaluate(mute) == 0


def test_every_link_leads_to_a_chapter(page: Tab) -> None:
    broken = "[...document.links].filter(link => !document.getElementById(link.hash.slice(1))).map(link => link.href)"
    assert page.evaluate("document.links.length") > 10
    assert page.evaluate(broken) == []
