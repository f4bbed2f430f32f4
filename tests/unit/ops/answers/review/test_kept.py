"""Rehearsals that are kept: found again as they were written, and made anew where they are not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ops.answers.review import kept as module
from ops.answers.review.kept import MOST, SANDBOX, Kept, keep, kept, kept_directory, making

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path))


def made(key: str) -> Kept:
    with making() as folder:
        (folder / "plan.json").write_text("{}")
        (folder / "rehearsal.json").write_text('{"stack": "dev"}')
        (folder / SANDBOX / "dev" / "home").mkdir(parents=True)
        (folder / SANDBOX / "dev" / "cloud.jsonl").write_text("objects")
        (folder / SANDBOX / "dev" / "home" / "log").write_text("the engine's")
        return keep(key, folder)


def test_what_was_kept_is_found_with_its_state_and_without_the_engines_logs() -> None:
    made("a")
    found = kept("a")
    assert found is not None
    assert found.again
    assert found.said() == {"stack": "dev"}
    assert (found.sandbox / "dev" / "cloud.jsonl").read_text() == "objects"
    assert not (found.sandbox / "dev" / "home").exists()
    assert list(kept_directory().glob(".made-*")) == []


def test_what_nobody_kept_is_not_found() -> None:
    assert kept("a") is None


@pytest.mark.parametrize("damage", ["cut", "gone", "added", "seal"])
def test_a_damaged_one_is_not_found_and_makes_room_for_another(damage: str) -> None:
    folder = made("a").folder
    if damage == "cut":
        (folder / SANDBOX / "dev" / "cloud.jsonl").write_text("obj")
    elif damage == "gone":
        (folder / "plan.json").unlink()
    elif damage == "added":
        (folder / SANDBOX / "dev" / "more").write_text("x")
    else:
        (folder / "seal.json").write_text("{")
    assert kept("a") is None
    assert not folder.exists()
    made("a")
    assert kept("a") is not None


def test_the_one_that_was_not_used_for_the_longest_time_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for number, key in enumerate(("a", "b", "c")):
        os.utime(made(key).folder / "seal.json", (number, number))
    made("d")
    assert [key for key in "abcd" if kept(key) is not None] == ["c", "d"]
    assert MOST > 2


def test_two_that_make_the_same_keep_one() -> None:
    first, second = made("a"), made("a")
    assert first.folder == second.folder
    assert kept("a") is not None


def test_nobody_else_may_read_them() -> None:
    made("a")
    assert kept_directory().stat().st_mode & 0o077 == 0
