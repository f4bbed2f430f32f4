"""What is left of a program's traceback: the message, and the lines of the program's own folder."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from sandbox.program.frames import folded, lines_kept

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path("/home/somebody/program")
TEXT = """python inline source runtime error: 'b'
Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/pulumi/automation/_server.py", line 98, in run
    loop.run_until_complete(run_in_stack(self.program))
  File "<frozen runpy>", line 88, in _run_code
  File "/home/somebody/program/__main__.py", line 7, in <module>
    network = make(3)
              ^^^^^^^
  File "/home/somebody/program/vpc.py", line 12, in make
    return zones["b"]
           ~~~~~^^^^^
  File "/home/somebody/program/venv/lib/python3.11/site-packages/vendor/api.py", line 3, in lookup
    raise KeyError(name)
KeyError: 'b'
"""


def test_the_deepest_line_of_the_program_is_shown_with_its_source_and_its_callers() -> None:
    assert folded(TEXT, PROGRAM).splitlines() == [
        "the program failed: KeyError: 'b'",
        "  in /home/somebody/program/vpc.py, line 12, in make",
        '      return zones["b"]',
        "  called from /home/somebody/program/__main__.py, line 7",
    ]


def test_a_failure_without_a_line_of_the_program_is_its_message() -> None:
    assert folded(TEXT, Path("/elsewhere")) == "the program failed: KeyError: 'b'"
    assert folded(TEXT, Path("/home/somebody"), PROGRAM) == "the program failed: KeyError: 'b'"
    assert folded("quota exceeded", PROGRAM) == "quota exceeded"


def test_the_exception_that_ended_the_program_is_told_and_a_look_up_s_name_once() -> None:
    said = "invoke of a:b:c failed: invocation of a:b:c returned an error: nothing matches"
    chained = f"{TEXT}\nDuring handling of the above exception, another exception occurred:\n\n{TEXT}"
    chained = chained[: chained.rindex("KeyError")] + f"Exception: {said}\nadd one\n"
    assert folded(chained, PROGRAM).startswith("the program failed: Exception: a:b:c: nothing matches\nadd one\n  in ")


async def asynchronous(value: int) -> int:
    return synchronous(value)


def synchronous(value: int) -> int:
    raise LookupError(value)


@pytest.mark.parametrize("function", [synchronous, asynchronous])
def test_an_output_that_is_awaited_twice_keeps_the_line_that_failed(function: Callable[[int], Any]) -> None:
    async def run() -> str:
        with lines_kept(pulumi.Output):
            output = pulumi.Output.from_input(3).apply(function)
        try:
            await output.future()
        except LookupError:
            try:
                await output.future()
            except LookupError:
                return traceback.format_exc()
        raise AssertionError("nothing failed")

    loop = asyncio.new_event_loop()  # `asyncio.run` would leave the tests that follow without one
    try:
        said = folded(loop.run_until_complete(run()), Path(__file__).parent)
    finally:
        loop.close()
    assert "      raise LookupError(value)" in said.splitlines()
