"""A rehearsal ends with the audit of its planned CDN rules, and fails with a leak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bailbondpro.edge.leaks import Audit, Leak
from ops.answers.rehearse import Rehearsal
from ops.views.rehearse import render
from plan import Plan
from sandbox.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

LEAK = Leak("https://bailbondpro.com/account/1.css", "its path can be read as /account", "generous")


def rehearsal(audit: Audit | None) -> Rehearsal:
    engine = Engine(Path("pulumi"), "3.272.0", "PATH", has_language_host=True, tried=())
    return Rehearsal("prod", "horizontal", engine, Plan(()), Plan(()), {}, 1.0, audit)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[Rehearsal], str]:
    def run(result: Rehearsal) -> str:
        render(result)
        return capsys.readouterr().out

    return run


def test_a_rehearsal_without_leaks_says_how_many_requests_were_tried(printed: Callable[[Rehearsal], str]) -> None:
    result = rehearsal(Audit(3300, 40, ()))
    assert result.ok
    assert "CDN audit: 3,300 requests, 0 leaks\n" in printed(result)


def test_a_leak_fails_the_rehearsal_and_is_shown(printed: Callable[[Rehearsal], str]) -> None:
    result = rehearsal(Audit(3300, 40, (LEAK,)))
    assert (result.ok, result.leaks) == (False, 1)
    text = printed(result)
    assert "CDN audit: 3,300 requests, 1 leak\n" in text
    assert f"{LEAK.url}: {LEAK.because}" in text


def test_a_stack_without_rules_of_its_own_is_not_held_to_them(printed: Callable[[Rehearsal], str]) -> None:
    result = rehearsal(None)
    assert result.ok
    assert "CDN audit: this stack owns no zone's rules" in printed(result)
