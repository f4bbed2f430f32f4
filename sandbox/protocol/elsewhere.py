"""Schemas from the environment of another program: its interpreter imports its SDKs, this one never does."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from sandbox.protocol.packages import UnusableEnvironmentError, environment

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.append(sys.argv[1]); from sandbox.protocol import elsewhere; elsewhere.serve()"
"""What the other interpreter runs: its own packages come first, this project's are only added."""
_FUNCTION = "function "
"""How a line begins that asks for a function."""


class _Helper:
    """One process of the other interpreter, kept while it is asked."""

    def __init__(self, interpreter: Path) -> None:
        self.interpreter = interpreter
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - the program's interpreter and a text of ours
            [str(interpreter), "-I", "-c", _START, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._process.kill)

    def ask(self, token: str) -> dict[str, Any]:
        with self._lock:
            asked, answered = self._process.stdin, self._process.stdout
            if asked is None or answered is None:
                raise UnusableEnvironmentError(f"{self.interpreter} cannot be asked for {token}")
            try:
                asked.write(f"{token}\n")
                asked.flush()
                line = answered.readline()
            except OSError:
                line = ""
            if not line:
                said = (self._process.stderr.read() if self._process.stderr else "").strip().splitlines()
                reason = said[-1] if said else "it ended"
                raise UnusableEnvironmentError(
                    f"{self.interpreter} cannot read the schema of {token}: {reason}\n"
                    "  fix: rehearse in an environment of Python 3.10 or newer with the package pulumi"
                )
            answer = json.loads(line)
        if "error" in answer:
            raise KeyError(token)
        found: dict[str, Any] = answer["schema"]
        return found


_HELPERS: dict[Path, _Helper] = {}


def derived_elsewhere(token: str) -> dict[str, Any]:
    """The stored form of a schema, read by the program's own interpreter.

    Raises:
        KeyError: its SDKs do not register this token.
        UnusableEnvironmentError: the interpreter cannot read schemas.
    """
    interpreter = environment().interpreter
    if interpreter is None:
        raise KeyError(token)
    if interpreter not in _HELPERS:
        _HELPERS[interpreter] = _Helper(interpreter)
    return _HELPERS[interpreter].ask(token)


def function_elsewhere(token: str) -> dict[str, Any] | None:
    """The stored form of a function's schema, read by the program's own interpreter; None where no SDK has it.

    Raises:
        UnusableEnvironmentError: the interpreter cannot read schemas.
    """
    try:
        return derived_elsewhere(f"{_FUNCTION}{token}")
    except KeyError:
        return None


def _function(token: str) -> dict[str, Any]:
    from sandbox.invokes.functions import derive_function, stored_function  # noqa: PLC0415 - it asks this module

    found = derive_function(token)
    if found is None:
        raise KeyError(token)
    return stored_function(found)


def serve(asked: IO[str] | None = None, answered: IO[str] | None = None) -> None:
    """Answer one token a line with its schema as one line of JSON; runs in the other interpreter."""
    from sandbox.protocol.schema import derive, stored_form  # noqa: PLC0415 - the schema module asks this one

    output = answered or sys.stdout
    for line in asked or sys.stdin:
        try:
            asked_for = line.strip()
            is_function = asked_for.startswith(_FUNCTION)
            found = _function(asked_for.removeprefix(_FUNCTION)) if is_function else stored_form(derive(asked_for))
            answer = {"schema": found}
        except KeyError:
            answer = {"error": {}}
        output.write(json.dumps(answer) + "\n")
        output.flush()
