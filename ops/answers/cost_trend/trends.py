"""Trends, anomalies and USD for a user, from exports of bills and from counted users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.answers.cost_trend.exports import read_exports
from ops.answers.costs.bills import BillsError
from ops.inputs.measurements import read_measurements
from ops.jsonable import plain
from planner.capacity.growth import CapacityError
from planner.cost.trends import BillTrends, bill_trends

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class CostTrend:
    """Bills of complete months, and what was left out.

    Attributes:
        files: their names.
        trends: where the bills go.
        left_out: months that are not over.
    """

    files: tuple[str, ...]
    trends: BillTrends
    left_out: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable answer."""
        return {"files": list(self.files), **plain(self.trends), "left_out": list(self.left_out)}


def cost_trend(files: Sequence[Path], history: Path | None = None) -> CostTrend:
    """Where bills go.

    Args:
        files: exports of bills (`exports.read_exports`).
        history: dated rows with `users` (`measurements.read_measurements`).

    Raises:
        BillsError: a file cannot be read as what it should be, or no month is complete.
    """
    bills = read_exports(files)
    users: dict[str, list[float]] = {}
    try:
        for row in read_measurements(history) if history is not None else ():
            if "users" in row.values:
                users.setdefault(f"{row.day:%Y-%m}", []).append(row.values["users"])
    except CapacityError as error:
        raise BillsError(str(error)) from error
    complete = bills.complete()
    if not complete:
        partial = f", and {', '.join(sorted(bills.partial))} is not over" if bills.partial else ""
        raise BillsError(f"{', '.join(file.name for file in files)}: no complete month is billed{partial}")
    try:
        trends = bill_trends(complete, users)
    except ValueError as error:
        raise BillsError(str(error)) from error
    return CostTrend(files=tuple(file.name for file in files), trends=trends, left_out=tuple(sorted(bills.partial)))
