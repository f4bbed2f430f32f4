"""docs/application-contract.md is what the contract says, and every clause of it stands there."""

from __future__ import annotations

from bailbondpro.contract import contract
from ops.answers.contract.endpoints import COUNTS, IDS
from tests.support.contract_page import MARKED, PAGE, WRITE, page, tables


def test_the_page_is_made_of_the_contract() -> None:
    assert PAGE.read_text("utf-8") == page(), WRITE


def test_every_clause_stands_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    grouped = ("variable.", "metric.", "log.")
    names = [
        clause.id.partition(".")[2] if clause.id.startswith(grouped) else clause.id
        for clause in contract().every_clause
    ]
    assert [name for name in names if f"`{name}`" not in text] == []
    assert sorted(found[1] for found in MARKED.findall(text)) == sorted(tables())


def test_the_page_says_how_many_ids_are_compared() -> None:
    numbers = " and on ".join(map(str, COUNTS))
    assert f"{len(IDS)} ids on {numbers}" in " ".join(PAGE.read_text("utf-8").split())
