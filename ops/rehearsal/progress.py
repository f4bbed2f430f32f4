"""A progress bar that engine events drive; a line now and then where there is no terminal."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ops.console import err, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi.automation.events import EngineEvent, StepEventMetadata

STACK = "pulumi:pulumi:Stack"
LINE_SECONDS = 5.0
"""Without a terminal, one line this often says that the run is alive."""


class _Bar:
    """Counts finished resources as a plan does; callable as the engine's event handler.

    The engine tells of a component twice (once it is made, and with its outputs), of the stack itself and of the
    providers that it adds: each resource counts once, and those not at all.
    """

    def __init__(self, label: str, total: int | None, display: Progress | None) -> None:
        self.label = label
        self.total = total
        self._finished: set[str] = set()
        self._display = display
        self._task = display.add_task(label, total=total) if display is not None else None
        self._said = self._started = time.monotonic()

    @property
    def done(self) -> int:
        """How many resources are finished."""
        return len(self._finished)

    def __call__(self, event: EngineEvent) -> None:
        finished = event.res_outputs_event or event.res_op_failed_event
        if finished is None or _is_added(finished.metadata) or finished.metadata.urn in self._finished:
            return
        self._finished.add(finished.metadata.urn)
        if self._display is not None and self._task is not None:
            self._display.update(self._task, completed=min(self.done, self.total or self.done))
        elif time.monotonic() - self._said >= LINE_SECONDS:
            self._said = time.monotonic()
            of_total = f" of {self.total}" if self.total else ""
            note(f"{self.label}: {self.done}{of_total} resources, {self._said - self._started:.0f} s")


def _is_added(step: StepEventMetadata) -> bool:
    """Whether the engine and not the program made a resource: a plan leaves these out."""
    is_default = step.type.startswith("pulumi:providers:") and step.urn.rsplit("::", 1)[-1].startswith("default")
    return step.type == STACK or is_default


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[_Bar]:
    """Show a phase of a run on standard error.

    Args:
        label: what runs.
        total: how many resources there will be, when known.
    """
    started = time.monotonic()
    if err.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as display:
            bar = _Bar(label, total, display)
            yield bar
    else:
        bar = _Bar(label, total, None)
        yield bar
    note(f"{label}: {bar.done} resources in {time.monotonic() - started:.1f} s")
