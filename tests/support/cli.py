"""Runs `python -m ops` as people do, with a sandbox folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.fork_server import server_for
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HANGING_SECONDS = 1200
"""When a command is given up. A journey takes two processor minutes, of processors that two lanes share."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as the JSON document that it must be."""
        parsed = json.loads(self.out)
        assert isinstance(parsed, dict)
        return parsed


@dataclass(frozen=True)
class Cli:
    """The command line with its own sandbox folder."""

    sandbox: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the commands: no colour, wide output, an own sandbox."""
        return {**os.environ, "BBP_SANDBOX_DIR": str(self.sandbox), "NO_COLOR": "1", "COLUMNS": "200"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "ops", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> Ran:
        """Run a command to its end."""
        environment = self.environment
        if (server := server_for(environment)) is not None:
            return Ran(*server.run(arguments, environment, HANGING_SECONDS))
        return self.run_anew(*arguments)

    def run_anew(self, *arguments: str) -> Ran:
        """The same in a Python of its own, whose sets have an order of their own: where two runs are compared."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=HANGING_SECONDS)
        return Ran(process.returncode, out, err)
