"""Reads recorded runs of a HorizontalPodAutoscaler controller from a file and replays them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from planner.hpa.traces import Comparison, TraceError, compare, read_traces

if TYPE_CHECKING:
    from pathlib import Path


def replay(path: Path) -> Comparison:
    """Replay every run of a file.

    Raises:
        TraceError: the file holds no runs.
        OSError: it cannot be read.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise TraceError(f"{path} holds no runs: it is nested too deeply") from error
    except ValueError as error:
        raise TraceError(f"{path} is no JSON: {error}") from error
    return compare(read_traces(document))
