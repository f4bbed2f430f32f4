"""Where output goes: results to standard output, progress and errors to standard error; colour only where wanted."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from ops.foreign import steerless
from ops.jsonable import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

UNBOUNDED = 200
"""Columns of a file or a pipe: they have no edge, so tables are not squeezed there. `COLUMNS` overrides it."""


def _width() -> int | None:
    at_a_terminal = sys.stdout is not None and sys.stdout.isatty()
    return None if at_a_terminal or "COLUMNS" in os.environ else UNBOUNDED


out = Console(soft_wrap=False, highlight=False, emoji=False, width=_width())
"""Results. Rich honours NO_COLOR and leaves out colour when the output is no terminal.

No emoji codes: `:id:` in an ARN is text.
"""
err = Console(stderr=True, highlight=False, emoji=False)
"""Progress, warnings and errors."""


def print_json(answer: object, *, ascii_only: bool = False) -> None:
    """Write an answer as one JSON document to standard output, and nothing else."""
    escaped = ascii_only or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(plain(answer), indent=2, sort_keys=False, ensure_ascii=escaped, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def writing() -> Iterator[None]:
    """Run with output that fails in one line: a character that the terminal lacks is escaped, a full disk is named."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller, who wants none of it
            setattr(sys, name, StringIO())
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except OSError as error:
        # What could not be written stays in the buffer: without a place to go it would fail again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        fail(f"{error.filename or 'the output'}: {error.strerror or error}")


def note(message: str) -> None:
    """One line of progress on standard error."""
    err.print(steerless(message), markup=False, soft_wrap=True)


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what went wrong and end with an exit code; no traceback for a user's mistake."""
    err.print(f"error: {steerless(message)}", markup=False, style="red", soft_wrap=True)
    raise SystemExit(code)
