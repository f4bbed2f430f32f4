"""Runs a Pulumi program once, as the language host was told to: a JSON document on standard input says how.

The interpreter is the program's own, in whose environment there may be nothing but Pulumi: nothing of this project is
imported here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

NO_SDK = 33
"""Exit code where the environment lacks Pulumi itself; the language host says so."""

# A program's own modules may have the names of those beside this file.
sys.path[:] = [path for path in sys.path if path != str(Path(__file__).parent)]
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
FRAMES = runpy.run_path(str(Path(__file__).with_name("frames.py")), run_name="frames")
"""What folds tracebacks: beside this file, which is on no path."""
STACKS = runpy.run_path(str(Path(__file__).with_name("stack_names.py")), run_name="stack_names")
"""What leads references to other stacks into the rehearsal: as above."""
LOG_VARIABLE = "SANDBOX_PROGRAM_LOG"
"""Where all of a traceback is written, while what is said has the program's own lines."""
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
        with FRAMES["lines_kept"](pulumi.Output), STACKS["one_organization"](pulumi.StackReference):
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
    except Exception:  # noqa: BLE001 - whatever the program raises is shown, and ends the operation
        pulumi.log.error(_folded(traceback.format_exc(), program if program.is_dir() else program.parent))
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


def _folded(text: str, folder: Path) -> str:
    """A traceback of the program's own lines; all of it goes to the log that the sandbox names."""
    said = str(FRAMES["folded"](text, folder))
    log = os.environ.get(LOG_VARIABLE)
    if log is None:
        traceback.print_exc()
        return said
    Path(log).write_text(text, encoding="utf-8")
    return f"{said}\n  the whole traceback: {log}"


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    raise SystemExit(code)
