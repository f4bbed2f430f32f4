"""What caches may keep: pages, data, files under /static/, and the names that pages give them."""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bailbondpro.edge.policy import FILE_TYPES, STATIC_PREFIX
from ops.answers.contract.client import UnreachableError
from ops.answers.contract.verdicts import broken, found, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.answers.contract.client import Answer
    from ops.answers.contract.run import Run
    from ops.answers.contract.verdicts import Verdict

OK, NOT_FOUND = 200, 404
UNSTORED = ("private", "no-store")
STORES_ELSEWHERE = ("cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control")
"""What caches in front obey instead of Cache-Control (RFC 9213; Cloudflare documentation, CDN-Cache-Control)."""
MISSING_SUFFIXES = (".js", ".css", ".png", "/page")
HASHED = re.compile(r"[.-](?=[0-9A-Za-z_-]*[0-9])[0-9A-Za-z_-]{8,}\.\w+$")
"""A content hash before the suffix, as bundlers write it: app.3f9a2b1c.css, app-BxY81kqz.js."""
NAMING = {"src", "href", "srcset", "imagesrcset", "poster", "data"}
"""Attributes that name what a browser fetches (HTML standard, Attributes)."""
IMAGES = re.compile(r"image/")
NAME_A_PAGE = "name a page that refers to files under /static/: --page /login"


class _References(HTMLParser):
    """Every address that a page names: in src, href and the others, of which some hold several."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        named = [value for name, value in attrs if name in NAMING and value]
        self.found += [part for value in named for part in re.split(r",?\s+", value.strip())]


def judge(run: Run) -> Iterator[Verdict]:
    """Pages, data and files."""
    page = run.page
    if isinstance(page, str):
        yield broken("caching.pages", page)
        references = []
    else:
        yield found("caching.pages", _page(page))
        references = _references(page)
    if references:
        yield found("caching.cdn-url", _named(run, references))
        yield found("caching.static", _static(run, references))
    else:
        for name in ("caching.cdn-url", "caching.static"):
            yield not_judged(name, f"{run.options.page} names no file under {STATIC_PREFIX}", NAME_A_PAGE)
    yield found("caching.missing", _missing(run))
    yield _api(run)


def _unstored(answer: Answer) -> bool:
    said = {part.strip().partition("=")[0].lower() for part in answer.headers.get("cache-control", "").split(",")}
    return bool(said & set(UNSTORED))


def _elsewhere(answer: Answer) -> str | None:
    """What tells caches in front to keep an answer that is for one visitor alone."""
    for name in STORES_ELSEWHERE:
        said = answer.headers.get(name, "")
        if said and not {part.strip().lower() for part in said.split(",")} & set(UNSTORED):
            return f"{name} says {said}, which caches in front obey instead"
    return None


def _page(page: Answer) -> str | None:
    said = page.headers.get("cache-control", "")
    if not said:
        return "no Cache-Control: caches guess"
    if _unstored(page) and (other := _elsewhere(page)):
        return other
    if "set-cookie" in page.headers and not _unstored(page):
        return f"a page that sets a cookie says {said}"
    public = "public" in said.lower()
    if public and _unstored(page):
        return f"Cache-Control: {said}, public and private at once"
    return None if public or _unstored(page) else f"Cache-Control: {said}, neither public nor private"


def _references(page: Answer) -> list[str]:
    parser = _References()
    with suppress(AssertionError):  # the library's, of a declaration that is none
        parser.feed(page.body.decode(errors="replace"))
    return [one for one in parser.found if _path(page.path, one).startswith(STATIC_PREFIX)]


def _path(page: str, address: str) -> str:
    """The path that a page's address leads to; empty where it is none."""
    try:
        return urlsplit(urljoin(page, address)).path
    except ValueError:
        return ""


def _named(run: Run, references: list[str]) -> str | None:
    told = run.given("CDN_URL") if run.options.variables is not None else run.says("cdnUrl")
    front = told if isinstance(told, str) else ""
    wrong = [one for one in references if not one.startswith(f"{front}{STATIC_PREFIX}")]
    if not wrong:
        return None
    return f"the page names {wrong[0]}, not {front}{_path(run.options.page, wrong[0])}"


def _static(run: Run, references: list[str]) -> str | None:
    for path in dict.fromkeys(_path(run.options.page, one) for one in references):
        try:
            answer = run.application.ask(path)
        except UnreachableError as error:
            return str(error)
        if answer.status != OK:
            return f"GET {path} answered {answer.status}"
        if not HASHED.search(path):
            return f"{path} has no hash of its content in its name, and lives a year"
        kind, want = answer.headers.get("content-type", ""), FILE_TYPES.get(path.rpartition(".")[2])
        right = kind.startswith(want) if want else bool(IMAGES.match(kind))
        if not right:
            return f"{path} is {kind or 'of no type'}, not {want or 'an image'}"
        if "set-cookie" in answer.headers:
            return f"{path} sets a cookie"
    return None


def _missing(run: Run) -> str | None:
    for suffix in MISSING_SUFFIXES:
        path = f"{STATIC_PREFIX}{run.mark}{suffix}"
        try:
            answer = run.application.ask(path)
        except UnreachableError as error:
            return str(error)
        if answer.status != NOT_FOUND:
            return f"GET {path} answered {answer.status}"
    return None


def _api(run: Run) -> Verdict:
    name = "caching.api"
    if not any(one.path in run.places for one in run.application.answers):
        return not_judged(name, "no data of the API was read", "name what creates some: --write and --body")
    with suppress(UnreachableError):  # caches keep what does not exist, too
        run.application.ask(f"{run.options.write}/{run.mark}", part="api", headers=run.options.headers)
    read = [one for one in run.application.answers if one.part == "api" and not one.path.startswith("/internal/")]
    for answer in read:
        if not _unstored(answer) or "public" in answer.headers["cache-control"].lower():
            said = answer.headers.get("cache-control") or "nothing"
            return broken(name, f"{answer.method} {answer.path}, answered {answer.status}, says {said} of caching")
        if other := _elsewhere(answer):
            return broken(name, f"{answer.method} {answer.path}: {other}")
    return found(name, None)
