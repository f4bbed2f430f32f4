"""Requests of a simulated day as the month that is billed: traffic then rests on a run and on no average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.inputs.documents import DocumentError, read_document
from planner.cost.usage import UsageError

if TYPE_CHECKING:
    from pathlib import Path

DAY_SECONDS = 86_400


def requests_a_day(path: Path) -> float:
    """Requests a day in a file of `./bbp simulate --json`.

    Args:
        path: the file; every day of the month is taken to be like the run.

    Raises:
        UsageError: the file is none of those, or of less than a day: an hour at the peak is no average.
    """
    try:
        document = read_document(path)
    except DocumentError as error:
        raise UsageError(str(error)) from error
    try:
        seconds, requests = float(document["seconds"]), float(document["summary"]["requests"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is no answer of `./bbp simulate STACK --json`") from error
    if seconds < DAY_SECONDS:
        raise UsageError(f"{path} is a run of {seconds / 3600:g} hours: give one of a day, such as --scenario daily")
    return requests * DAY_SECONDS / seconds
