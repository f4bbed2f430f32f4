"""A rehearsal ends with the audit of its planned CDN rules, and fails with a leak."""

from __future__ import annotations

from pathlib import Path

from bailbondpro.edge.proof.leaks import Audit, Leak
from ops.answers.rehearse import Rehearsal
from ops.views.rehearse import section
from plan import Plan
from sandbox.engine import Engine
from sandbox.truth.report import Truth
from sandbox.truth.setting import Setting
from tests.support.told import told

LEAK = Leak("https://bailbondpro.com/account/1.css", "its path can be read as /account", "generous")


def rehearsal(audit: Audit | None) -> Rehearsal:
    engine = Engine(Path("pulumi"), "3.272.0", "PATH", has_language_host=True, tried=())
    return Rehearsal("prod", "horizontal", engine, Plan(()), Plan(()), {}, 1.0, audit, Truth(Setting(), ()))


def test_a_rehearsal_without_leaks_says_how_many_requests_were_tried() -> None:
    result = rehearsal(Audit(3300, 40, ()))
    assert result.ok
    assert "CDN audit: 3,300 requests, 0 leaks\n" in told(section(result))


def test_a_leak_fails_the_rehearsal_and_is_shown() -> None:
    result = rehearsal(Audit(3300, 40, (LEAK,)))
    assert (result.ok, result.leaks) == (False, 1)
    text = told(section(result))
    assert "CDN audit: 3,300 requests, 1 leak\n" in text
    assert f"{LEAK.url}: {LEAK.because}" in text


def test_a_stack_without_rules_of_its_own_is_not_held_to_them() -> None:
    result = rehearsal(None)
    assert result.ok
    assert "CDN audit: this stack owns no zone's rules" in told(section(result))
