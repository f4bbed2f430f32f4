"""Removes a folder whose owner ended without doing so, even by SIGKILL: `python -m sandbox.drill.janitor FOLDER`.

The owner holds the other end of standard input. Programs that still write into the folder end within seconds
(`sandbox.tether`); until then it is removed again and again. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import sys
import time

PATIENCE_SECONDS = 15.0
"""Longer than a tether waits for its program."""
STEP_SECONDS = 0.2
STEPS_GONE = 10
"""How often in a row it must be gone; at first sight when its owner removed it."""


def main(folder: str) -> None:
    """Wait for the owner's end, then for the folder's."""
    while os.read(0, 1):
        pass
    until = time.monotonic() + PATIENCE_SECONDS
    gone = 0 if os.path.lexists(folder) else STEPS_GONE
    while gone < STEPS_GONE and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(STEP_SECONDS)
        gone = 0 if os.path.lexists(folder) else gone + 1


if __name__ == "__main__":
    main(sys.argv[1])
