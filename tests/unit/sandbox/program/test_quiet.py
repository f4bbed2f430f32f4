"""Debug messages of a program stay where they are made, and all others arrive."""

from __future__ import annotations

from pulumi import log

from sandbox.program.quiet import no_debug_messages
from tests.support.recording import record


def test_debug_messages_are_dropped_and_come_back_afterwards() -> None:
    before = log.debug
    with no_debug_messages():
        assert log.debug is not before
        log.debug("a message", None, 1, ephemeral=True)
    assert log.debug is before


def test_what_a_program_registers_is_the_same_without_them() -> None:
    def build() -> None:
        import pulumi

        pulumi.ComponentResource("test:index:Part", "part")
        log.debug("one")

    with no_debug_messages():
        quiet = record(build)
    assert [item.name for item in quiet.resources] == [item.name for item in record(build).resources]
