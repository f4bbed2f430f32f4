"""What of the SDK is replaced while a program runs, and what stays as its authors published it."""

from __future__ import annotations

import pulumi
from pulumi import log
from pulumi.runtime import stack

from sandbox.program.repairs import repaired


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
