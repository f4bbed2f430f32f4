"""Past bills: read from a file, and where they are going."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import yaml

from planner.cost.optimizer import TREND_LEAST, TREND_MONTHS, trend

if TYPE_CHECKING:
    from pathlib import Path


class BillsError(ValueError):
    """A file that holds no bills; the message says what it must hold."""


def read_bills(file: Path) -> tuple[float, ...]:
    """Monthly amounts in USD, the oldest first.

    Raises:
        BillsError: the file cannot be read, or holds something else than a list of amounts.
    """
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BillsError(f"{file} cannot be read as a list of bills: {error}") from error
    entries = document if isinstance(document, list) else [None]
    amounts = [float(entry) for entry in entries if isinstance(entry, int | float) and not isinstance(entry, bool)]
    if len(amounts) != len(entries) or not all(math.isfinite(amount) and amount >= 0 for amount in amounts):
        raise BillsError(f"{file} must hold a list of monthly amounts in USD, the oldest first, as [710, 698, 745]")
    return tuple(amounts)


def bills_json(bills: tuple[float, ...]) -> dict[str, Any]:
    """The machine-readable trend; null where there are too few months to tell."""
    return {"months": len(bills), "trend": trend(bills)}


def bills_text(bills: tuple[float, ...]) -> str:
    """The trend in one sentence."""
    found = trend(bills)
    if found is None:
        return f"Bills of {len(bills)} months: no trend, {TREND_LEAST} months with costs are the fewest that show one."
    return f"Bills of the last {min(len(bills), TREND_MONTHS)} months: {found} (later half against the earlier, 10 %)."
