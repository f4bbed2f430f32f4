"""Texts of others are one line that steers no terminal."""

from __future__ import annotations

import pytest

from ops.console import fail
from ops.foreign import MOST, one_line, steerless


def test_a_text_of_somebody_else_becomes_one_line() -> None:
    assert one_line("SSH-2.0-x\r\n\tnext\n") == "SSH-2.0-x next"
    assert one_line(ValueError("a\nb")) == "a b"


@pytest.mark.parametrize("hidden", ["\x1b[2J", "\x00", "\x7f", "\x9b31m", "\u202e", "\u2066", "\u200b", "\ufeff"])
def test_what_nobody_would_see_is_escaped(hidden: str) -> None:
    said = one_line(f"before{hidden}after")
    assert said.isprintable()
    assert "\\" in said


def test_letters_of_every_language_stay_as_they_are() -> None:
    assert one_line("Größe 客户 😀") == "Größe 客户 😀"


def test_a_long_text_is_cut() -> None:
    assert one_line("x" * 1000) == "x" * MOST + "..."


def test_lines_stay_lines_where_they_are_meant() -> None:
    assert steerless("one\ntwo\t3\x1b[0m") == "one\ntwo\t3\\x1b[0m"


def test_an_error_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        fail("the server says \x1b]0;title\x07")
    assert "\x1b]" not in capsys.readouterr().err
