"""The page about stopping shows the numbers of the rule, not numbers of its own."""

from __future__ import annotations

from infra.limits.chain import chain_of, links
from tests.support.paths import ROOT
from tests.support.stack import settings

PAGE = ROOT / "docs" / "stopping.md"


def row(link: object) -> str:
    """One line of the page's table."""
    what, least, within, most, key, why = (
        getattr(link, name) for name in ("what", "least", "within", "most", "key", "why")
    )
    return f"| {what} | {least:g} | {within} | {most:g} | {f'`{key}`' if key else 'derived'} | {why} |"


def test_the_page_shows_every_link_of_the_chain_with_its_numbers() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    wanted = [row(link) for link in links(chain_of(settings("prod", "horizontal")))]
    assert [line for line in wanted if line not in lines] == []
