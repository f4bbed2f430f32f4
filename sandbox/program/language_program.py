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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

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
    except Exception:  # noqa: BLE001 - whatever the program raises is shown, and ends the operation
        pulumi.log.error(f"the program failed:\n{_trace()}")
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


def _trace() -> str:
    import traceback  # noqa: PLC0415 - only a failing program needs it

    return traceback.format_exc()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    raise SystemExit(code)
