"""What somebody gives the commands of GitHub by mistake ends with one message, before GitHub is asked."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ops.answers.github.api import GithubError
from ops.answers.github.notes import comment, issue, pull_number
from ops.answers.github.reviewed import PLAN, unpacked
from ops.cli import app
from tests.support.github_answers import Answers

if TYPE_CHECKING:
    from pathlib import Path

JOB = {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "acme/platform"}


@pytest.mark.parametrize("words", [["comment", "--pull", "7"], ["issue", "--title", "t", "--kind", "drift"]])
def test_a_file_that_is_no_text_is_named_with_its_byte(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "said.md"
    path.write_bytes(b"caf\xe9")
    result = CliRunner().invoke(app, ["github", *words, "--file", str(path)], env=JOB)
    assert result.exit_code == 1
    assert "no text in UTF-8 (byte 3)" in " ".join(result.output.split())


def test_an_empty_comment_is_refused() -> None:
    answers = Answers({("GET", "issues/7/comments"): []})
    with pytest.raises(GithubError, match="the file is empty"):
        comment(answers.github(), 7, " \n", "review")
    assert answers.told == []


@pytest.mark.parametrize(("title", "kind", "why"), [("t", "A b", "--kind"), (" ", "drift", "--title")])
def test_an_issue_without_a_name_or_title_is_refused_even_where_there_is_nothing_to_say(
    title: str, kind: str, why: str
) -> None:
    with pytest.raises(GithubError, match=why):
        issue(Answers({("GET", "issues"): []}).github(), title, "", kind)


@pytest.mark.parametrize("number", ["true", "0", "-3", "7.5"])
def test_an_event_with_a_number_of_another_form_asks_for_it(number: str, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(f'{{"pull_request": {{"number": {number}}}}}', "utf-8")
    with pytest.raises(GithubError, match="--pull"):
        pull_number({}, path)


def test_an_event_that_is_nested_too_deeply_is_named(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("[" * 200_000, "utf-8")
    with pytest.raises(GithubError, match="no event's document"):
        pull_number({}, path)


def test_an_artifact_that_is_damaged_inside_is_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PLAN, "x" * 9000)
    content = bytearray(packed.getvalue())
    start = content.index(PLAN.encode()) + len(PLAN)
    content[start : start + 8] = b"\xff" * 8
    with pytest.raises(GithubError, match="no archive that can be read"):
        unpacked(bytes(content), "plan-prod")
