"""The table of docs/drills.md is of the checked-in stacks as they are, or says that they were not drilled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.drill_page import (
    BEGIN,
    END,
    PAGE,
    collected,
    how,
    key_of,
    of_the_file,
    page,
    read,
    stale,
    tables,
    written,
)
from tests.support.kept_drills import keep_in, outcome, with_outcome
from tests.support.plans import stack_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.drill_page import Drilled


@pytest.fixture
def drilled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Drilled, ...]:
    """The second phase of production, drilled."""
    monkeypatch.setenv("BBP_DRILLS_DIR", str(tmp_path))
    outcomes = with_outcome(outcome("rollout", "it stops", ready=0.25))
    keep_in(tmp_path, stack_plan("prod", "horizontal"), outcomes)
    return collected(())


def test_the_page_is_of_the_stacks_as_they_are() -> None:
    assert stale(of_the_file()) == []


def test_the_page_shows_the_data_file() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert BEGIN in text
    assert END in text
    assert page(of_the_file()) == text, "write it: .venv/bin/python -m tests.support.drill_page --write"


def test_a_drill_of_other_objects_is_refused_with_the_command_that_drills_anew(drilled: tuple[Drilled, ...]) -> None:
    assert stale(drilled) == []
    (problem,) = stale([replace(drilled[0], key="of something else")])
    assert problem.endswith(how("prod", "horizontal"))
    assert "./bbp drill prod --phase horizontal" in problem
    assert stale([replace(drilled[0], following=key_of("prod", "microservices"))]) == []
    assert len(stale([replace(drilled[0], following="another phase as it was")])) == 1


def test_what_was_kept_is_collected_by_the_key_of_the_stack_and_read_back(drilled: tuple[Drilled, ...]) -> None:
    (found,) = drilled
    assert (found.environment, found.phase, found.key) == ("prod", "horizontal", key_of("prod", "horizontal"))
    assert read(written(drilled)) == drilled


def test_a_table_has_times_shares_and_failures_and_says_what_nobody_drilled(drilled: tuple[Drilled, ...]) -> None:
    rows = {line.split(" | ")[0]: line for line in tables(drilled).splitlines() if line.startswith("| `")}
    assert tables(()).count("not drilled") > 2 * len(rows)
    told = tables(drilled)
    assert "| `rollout` | not drilled | **fails**, 600 s, 25% of bailbondpro-app | not drilled |" in told
    assert "| `maximum` | not drilled | 600 s, 67% of bailbondpro-app | not drilled |" in told


def test_what_is_current_stays_where_nothing_was_kept(
    drilled: tuple[Drilled, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BBP_DRILLS_DIR", str(tmp_path / "empty"))
    assert collected(drilled) == drilled
    assert collected([replace(drilled[0], key="of something else")]) == ()
