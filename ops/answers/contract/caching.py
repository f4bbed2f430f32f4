"""What caches may keep: pages, data, files under /static/, and the names that pages give them."""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
HASHED = re.compile(r"[.-](?=[0-9A-Za-z_-]*[0-9])[0-9A-Za-z_-]{8,}\.\w+$")
"""A content hash before the suffix, as bundlers write it: app.3f9a2b1c.css, app-BxY81kqz.js."""
IMAGES = re.compile(r"image/")
NAME_A_PAGE = "name a page that refers to files under /static/: --page /login"


class _References(HTMLParser):
    """Every address that a page names in src or href."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.found += [value for name, value in attrs if name in {"src", "href"} and value]


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


def _page(page: Answer) -> str | None:
    said = page.headers.get("cache-control", "")
    if not said:
        return "no Cache-Control: caches guess"
    if "set-cookie" in page.headers and not _unstored(page):
        return f"a page that sets a cookie says {said}"
    public = "public" in said.lower() and "set-cookie" not in page.headers
    return None if public or _unstored(page) else f"Cache-Control: {said}, neither public nor private"


def _references(page: Answer) -> list[str]:
    parser = _References()
    with suppress(AssertionError):  # the library's, of a declaration that is none
        parser.feed(page.body.decode(errors="replace"))
    return [one for one in parser.found if _path(one).startswith(STATIC_PREFIX)]


def _path(address: str) -> str:
    """The path of an address; empty where it is none."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _named(run: Run, references: list[str]) -> str | None:
    told = run.given("CDN_URL") if run.options.variables is not None else run.says("cdnUrl")
    front = told if isinstance(told, str) else ""
    wrong = [one for one in references if not one.startswith(f"{front}{STATIC_PREFIX}")]
    return f"the page names {wrong[0]}, not {front}{urlsplit(wrong[0]).path}" if wrong else None


def _static(run: Run, references: list[str]) -> str | None:
    for path in dict.fromkeys(urlsplit(one).path for one in references):
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
    path = f"{STATIC_PREFIX}{run.mark}.js"
    try:
        answer = run.application.ask(path)
    except UnreachableError as error:
        return str(error)
    return None if answer.status == NOT_FOUND else f"GET {path} answered {answer.status}"


def _api(run: Run) -> Verdict:
    name = "caching.api"
    read = [
        one for one in run.application.answers if one.path in {made.headers.get("location") for made in run.created}
    ]
    if not read:
        return not_judged(name, "no data of the API was read", "name what creates some: --write and --body")
    wrong = [answer for answer in (*read, *run.created) if not _unstored(answer)]
    if not wrong:
        return found(name, None)
    said = wrong[0].headers.get("cache-control") or "nothing"
    return broken(name, f"{wrong[0].method} {wrong[0].path} says {said} of caching")
