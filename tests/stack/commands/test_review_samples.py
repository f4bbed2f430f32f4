"""Ten sample pull requests: their comments as they stand in docs/review, and how the review ends for each."""

from __future__ import annotations

import re

import pytest

from ops.answers.github.notes import marker
from ops.answers.review.gate import ASKED_BY_THE_GATE
from ops.document.markdown import MOST
from ops.views.review import commented, document, review_json
from ops.views.review.document import MARKER
from tests.support.review_page import ABOUT as ABOUT_PAGE
from tests.support.review_page import FOLDER, SAMPLES, about, page, reviewed

CODES = {
    "replica-added": 0,
    "phase-changed": 0,
    "instance-class": 0,
    "region-typo": 1,
    "protection-off": 2,
    "logical-name": 2,
    "service-added": 0,
    "cdn-path": 0,
    "redis-shard": 2,
    "nothing": 0,
}
WRITE = "`python -m tests.support.review_page --write` brings docs/review up to date"
NAMES = [sample.name for sample in SAMPLES]


CERTAINTY = re.compile(r"<details><summary>How sure is this\?.*?</details>", re.DOTALL)
"""What counts every resource of production, and says nothing about the change."""
NUMBER = re.compile(r"[0-9a-f]{16}|\d[\d,.]*")
"""Sums and checksums, which follow every other change of production, too."""


CUT = re.compile(r"\| [^|]*… \|$", re.MULTILINE)
"""The detail of an answer that was cut short: what stands in it depends on what stood before it."""


def shape(text: str) -> list[str]:
    """A page without what moves with every change of production, and without an order: each row and word is there."""
    lines = CUT.sub("|", NUMBER.sub("#", CERTAINTY.sub("", text))).splitlines()
    return sorted("; ".join(sorted(line.split("; "))) for line in lines)


def test_a_page_is_compared_by_its_words_in_any_order_and_without_sums() -> None:
    one = "| Gate | **no** | b 12; a 3 |\n| Cut | **no** | x; y… |\n- second\n- first"
    other = "| Cut | **no** | y; z… |\n| Gate | **no** | b 13; a 4 |\n- first\n- second"
    assert shape(one) == shape(other)
    assert shape(one) != shape(one.replace("first", "third"))
    assert shape(one) != shape(one.replace("b 12", "c 12"))


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_the_comment_of_a_sample_is_the_page_in_the_documents(sample: object) -> None:
    found = next(item for item in SAMPLES if item is sample)
    path = FOLDER / f"{found.name}.md"
    assert path.is_file(), WRITE
    assert shape(path.read_text(encoding="utf-8")) == shape(page(found)), WRITE


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_ends_with_its_exit_code(name: str) -> None:
    assert reviewed(name).code == CODES[name]


def test_there_is_no_page_without_a_sample() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(NAMES)


def test_the_table_of_what_a_revert_does_not_take_back_is_that_of_the_types() -> None:
    assert ABOUT_PAGE.read_text(encoding="utf-8") == about(), WRITE


@pytest.mark.parametrize("name", NAMES)
def test_a_comment_begins_with_its_mark_and_fits(name: str) -> None:
    text = commented(document(reviewed(name)))
    assert text.startswith(f"{MARKER}\n")
    assert marker("review") == MARKER, "`./bbp github comment` finds it"
    assert len(text) < MOST + 1000 < 65_536


def test_a_step_that_takes_data_says_what_and_why_before_anything_else() -> None:
    (step,) = reviewed("logical-name").steps
    assert [(item.name, item.op) for item in step.changes if item.holds] == [
        ("redis-group", "delete"),
        ("valkey-group", "create"),
    ]
    first = document(reviewed("logical-name")).sections[0].blocks[0]
    assert "redis-group" in str(first)


def test_a_step_that_changes_nothing_says_so_of_every_measure() -> None:
    (step,) = reviewed("nothing").steps
    assert step.state == "same"
    told = [step.changes, step.losses, step.back, step.policies, step.limits, step.differences]
    assert [found for found in told if found] == []
    assert step.usd == 0


def test_the_json_document_has_what_the_comment_says() -> None:
    found = review_json(reviewed("redis-shard"))
    (stack,) = found["stacks"]
    assert found["exit_code"] == stack["gate"]["code"] == 2
    assert stack["counts"]["update"] >= 1
    assert stack["difference_usd"] < 0
    changed = next(item for item in stack["changes"] if item["name"] == "redis-group")
    assert changed["properties"] == [{"path": "numNodeGroups", "old": "3", "new": "2", "forces": False}]


def test_what_is_left_to_the_gate_are_policies_of_the_report() -> None:
    (step,) = reviewed("nothing").steps
    assert step.head is not None
    assert {check.title for check in step.head.policies or ()} >= ASKED_BY_THE_GATE
