"""Where output goes: results to standard output, progress and errors to standard error; colour only where wanted."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from rich.console import Console

out = Console(soft_wrap=False, highlight=False, emoji=False)
"""Results. Rich honours NO_COLOR and leaves out colour when the output is no terminal.

No emoji codes: `:id:` in an ARN is text.
"""
err = Console(stderr=True, highlight=False, emoji=False)
"""Progress, warnings and errors."""


def print_json(document: Any) -> None:  # noqa: ANN401 - any JSON document
    """Write one JSON document to standard output, and nothing else."""
    sys.stdout.write(json.dumps(document, indent=2, sort_keys=False, ensure_ascii=False, default=str) + "\n")


def note(message: str) -> None:
    """One line of progress on standard error."""
    err.print(message, markup=False, soft_wrap=True)


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what went wrong and end with an exit code; no traceback for a user's mistake."""
    err.print(f"error: {message}", markup=False, style="red", soft_wrap=True)
    raise SystemExit(code)
