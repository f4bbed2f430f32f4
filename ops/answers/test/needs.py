"""What lanes need before they run: the Pulumi engine, and the programs of the real lane."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Need: TypeAlias = "Callable[[Callable[[str], None]], str | None]"
"""Obtains what a lane needs and returns why it cannot run, or None; receives where progress is said."""


def engine_problem(say: Callable[[str], None]) -> str | None:
    """Finds the Pulumi engine, building it on first use; returns why there is none."""
    from sandbox.engine import EngineNotFoundError, find_or_build  # noqa: PLC0415 - only this lane needs it

    try:
        find_or_build(say)
    except EngineNotFoundError as problem:
        return str(problem)
    return None


def build_real_programs(say: Callable[[str], None]) -> str | None:
    """Builds what the real lane runs before pytest hides all output; a test says itself what it misses."""
    from sandbox.engine.go import GoError  # noqa: PLC0415 - only this lane needs it
    from sandbox.kubernetes.tools import control_plane, definitions, prometheus, promtool  # noqa: PLC0415 - as above

    for obtain in (control_plane, definitions, promtool, prometheus):
        try:
            obtain(say)
        except GoError as problem:
            say(str(problem))
    return None


class Ahead:
    """What later lanes need, obtained while the checks and the lanes before them run, one after the other.

    A first run builds for about twelve minutes on 2 cores, which need not come on top of its tests. What a build says
    is shown while a lane waits for it; before, the checks and lanes have the screen.
    """

    def __init__(self, needs: Mapping[str, Need], say: Callable[[str], None]) -> None:
        self._say = say
        self._turn: str | None = None
        self._problems: dict[str, Future[str | None]] = {lane: Future() for lane in needs}
        # A daemon: after Ctrl-C nobody waits for a build, which the same signal has ended.
        threading.Thread(target=self._obtain, args=(needs,), daemon=True).start()

    def _obtain(self, needs: Mapping[str, Need]) -> None:
        for lane, need in needs.items():
            try:
                self._problems[lane].set_result(need(self._heard))
            except BaseException as error:  # noqa: BLE001 - raised again in the lane that waits
                self._problems[lane].set_exception(error)

    def _heard(self, line: str) -> None:
        awaited = self._problems.get(self._turn or "")
        if awaited is not None and not awaited.done():
            self._say(line)

    def turn(self, lane: str) -> None:
        """The screen is a lane's: what it still waits for is shown."""
        self._turn = lane

    def problem(self, lane: str) -> str | None:
        """Why a lane cannot run, or None; waits for what it needs."""
        return self._problems[lane].result() if lane in self._problems else None
