"""What of the SDK is replaced while a program runs, and what stays as its authors published it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi import log
from pulumi.runtime import stack

from sandbox.diagnostics import Diagnostics
from sandbox.engine import Engine
from sandbox.program.repairs import repaired
from sandbox.session import EngineCommand, Session
from sandbox.workspace import SandboxWorkspace

if TYPE_CHECKING:
    from pathlib import Path

OF_THE_SDK = stack.wait_for_rpcs


def _parts() -> dict[str, object]:
    return {
        "waiting": stack.wait_for_rpcs,
        "debug": log.debug,
        "apply": pulumi.Output.apply,
        "names": pulumi.StackReference.__init__,
    }


def test_repairs_hold_while_a_program_runs_and_leave_nothing_behind() -> None:
    before = _parts()
    with repaired():
        assert [name for name, value in _parts().items() if value is before[name]] == []
    assert _parts() == before


def test_an_sdk_as_published_has_only_the_names_of_stacks_replaced() -> None:
    before = _parts()
    with repaired(as_published=True):
        assert [name for name, value in _parts().items() if value is not before[name]] == ["names"]
    assert _parts() == before


@pytest.mark.parametrize("as_published", [True, False])
def test_a_session_runs_on_the_sdk_that_was_asked_for(as_published: bool, tmp_path: Path) -> None:
    engine = Engine(tmp_path, "3.259.0", "PATH", has_language_host=False, tried=())
    session = Session(engine, SandboxWorkspace(tmp_path, "dev"), as_published=as_published)
    session.command = EngineCommand(session.engine, {})
    ran = session._run("preview", Diagnostics(session.workspace), lambda: stack.wait_for_rpcs is OF_THE_SDK)
    assert ran is as_published
