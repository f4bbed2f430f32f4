"""The room of vendors' facts: every value says where and when it was read."""

from __future__ import annotations

import ast
import json
import re
from datetime import date
from pathlib import Path

import pytest

from facts.instance_classes import Service, find_class, instance_classes

FACTS = Path(__file__).resolve().parents[2] / "facts"
SOURCED = re.compile(r"\([A-Z][^()]+;\s(read|unverified)\s\d{4}-\d{2}-\d{2}\b")
ARITHMETIC = {"MINUTES_PER_DAY", "MINUTES_PER_WEEK"}
"""Nobody publishes these."""
MODULES = sorted(FACTS.glob("*.py"))


def described(source: str) -> dict[str, str]:
    """Public values of a module, with the text that stands below each; empty where none does."""
    body = ast.parse(source).body
    texts: dict[str, str] = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        match statement:
            case ast.Assign(targets=targets):
                names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                continue
        match after:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                pass
            case _:
                text = ""
        texts |= {name: text for name in names if name.isupper() and not name.startswith("_")}
    return texts


def unsourced(source: str) -> list[str]:
    return [name for name, text in described(source).items() if name not in ARITHMETIC and not SOURCED.search(text)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_fact_names_its_source_and_the_day_it_was_read(module: Path) -> None:
    assert not unsourced(module.read_text("utf-8"))


@pytest.mark.parametrize("table", sorted(FACTS.glob("data/*.json")), ids=lambda path: path.stem)
def test_every_table_names_its_source_and_the_day_it_was_read(table: Path) -> None:
    head = json.loads(table.read_text("utf-8"))
    assert head["source"]
    assert date.fromisoformat(head["date"]) > date(2026, 1, 1)


def test_a_fact_without_source_or_day_is_found() -> None:
    assert unsourced('LEAST, MOST = 1, 2\n"""Both."""\n') == ["LEAST", "MOST"]
    assert unsourced("LEAST = 1\n") == ["LEAST"]
    assert unsourced('LEAST: int = 1\n"""Least (Amazon RDS User Guide, "Storage")."""\n') == ["LEAST"]
    assert not unsourced('LEAST = 1\n"""Least (Amazon RDS User Guide, "Storage"; read 2026-11-29)."""\n')


@pytest.mark.parametrize("service", ["ec2", "rds", "elasticache"])
def test_a_class_is_found_by_its_name_whoever_offers_it(service: Service) -> None:
    known = instance_classes(service)
    assert known
    assert {name: find_class(name) for name in known} == known


def test_an_unknown_class_is_not_guessed() -> None:
    assert find_class("db.unheard-of") is None
