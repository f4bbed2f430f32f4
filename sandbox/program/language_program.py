"""Runs a Pulumi program once, as the language host was told to: a JSON document on standard input says how.

The interpreter is the program's own, in whose environment there may be nothing but Pulumi: nothing of this project is
imported here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

NO_SDK = 33
"""Exit code where the environment lacks Pulumi itself; the language host says so."""

try:
    import pulumi
except ModuleNotFoundError as missing:
    if missing.name != "pulumi" or __name__ != "__main__":
        raise
    raise SystemExit(NO_SDK) from missing

if TYPE_CHECKING:
    from collections.abc import Callable

REPORTED = 32
"""Exit code of a program whose error has been shown already, as the SDK's own host uses it."""
ARGUMENTS = ("monitor", "engine", "project", "stack", "organization", "root_directory")
THREADS_PER_OPERATION = 4
"""What the SDK's own host gives the program for each parallel operation."""


def main() -> int:
    """Run the program; returns the exit code that the language host understands."""
    told = json.load(sys.stdin)
    pulumi.runtime.set_all_config(told["config"], told["secrets"])
    settings = {name: told[name] for name in ARGUMENTS if told[name] is not None}
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings, parallel=told["parallel"], dry_run=told["dry_run"]))
    program = Path(told["program"])
    try:
        _in_stack(lambda: runpy.run_path(str(program), run_name="__main__"), told["parallel"])
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return REPORTED
    except KeyboardInterrupt:  # the engine has ended the operation, and says why
        return REPORTED
    except SystemExit as end:
        if not isinstance(end.code, str):
            raise
        pulumi.log.error(f"the program ended: {end.code}")
        return REPORTED
    except Exception as error:  # noqa: BLE001 - whatever the program raises is shown, and ends the operation
        traceback.print_exc()  # the engine's log keeps it
        pulumi.log.error(f"the program failed{_place(error, program)}: {type(error).__name__}: {error}")
        return REPORTED
    return 0


def _in_stack(program: Callable[[], Any], parallel: int) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(parallel, 1) * THREADS_PER_OPERATION)
    loop.set_default_executor(executor)
    # A program that fails leaves outputs that nobody awaits; what failed is said, the rest is noise.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    finally:
        executor.shutdown(wait=True)
        loop.close()


def _place(error: Exception, program: Path) -> str:
    """Where in the program's folder it failed; a syntax error tells its own line."""
    if isinstance(error, SyntaxError):
        return ""
    folder = program if program.is_dir() else program.parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if folder in Path(frame.filename).parents]
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    return f" in {own[-1].filename}, line {own[-1].lineno}" if own else ""


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    raise SystemExit(code)
