"""Reads dated measurements: a CSV table with a header, or a YAML or JSON list of rows."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ops.inputs.documents import MAX_BYTES, DocumentError, read_document
from plan.days import read_day
from planner.capacity.growth import CapacityError
from planner.capacity.history import LEVELS, METRICS, Measurement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DATE = "date"
COLUMNS = (DATE, *METRICS, *LEVELS)
HIGHEST = 1e12
"""Far above any load, and below where doubles lose whole numbers."""
SHOWN = 8
"""So many problems of a file are told; a file of another kind would have one in every line."""


def read_measurements(path: Path, today: date | None = None) -> tuple[Measurement, ...]:
    """The rows of a file, in the order of their days.

    Args:
        path: columns `date` (YYYY-MM-DD) and some of `users`, `requests_per_day`, `storage_gb`, `cpu_cores` and
            `memory_gb`; an empty cell is a value that nobody knows.
        today: the last day that can have been measured; the clock's by default.

    Raises:
        CapacityError: it cannot be read; every problem of its rows is told, the first eight in words.
    """
    rows: dict[date, tuple[str, Measurement]] = {}
    problems: list[str] = []
    today = today or datetime.now(tz=UTC).date() + timedelta(days=1)  # somewhere it is tomorrow already
    for where, row in _rows(path):
        found, wrong = _measurement(row, today)
        if found is not None and found.day in rows:
            wrong.append(f"{found.day} stands in {rows[found.day][0]} already; leave one")
        problems += [f"{where}: {one}" for one in wrong]
        if found is not None and not wrong:
            rows[found.day] = where, found
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise CapacityError("\n  ".join((f"{path} holds what is no measurement:", *problems[:SHOWN], *more)))
    if not rows:
        raise CapacityError(f"{path} holds no row; write columns {', '.join(COLUMNS)}")
    return tuple(rows[day][1] for day in sorted(rows))


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.suffix.lower() == ".csv":
        yield from _of_csv(path)
        return
    try:
        document = read_document(path)
    except DocumentError as error:
        raise CapacityError(str(error)) from error
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise CapacityError(f"{path} must hold a list of rows with {', '.join(COLUMNS)}")
    yield from ((f"row {number}", row) for number, row in enumerate(document, 1))


def _of_csv(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise CapacityError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CapacityError(f"{path} is no text in UTF-8") from error
    if len(content) > MAX_BYTES:
        raise CapacityError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        header = tuple(reader.fieldnames or ())
        if DATE not in header or len(set(header)) != len(header):
            raise CapacityError(f"{path}: the first line must name columns once each: {', '.join(COLUMNS)}")
        yield from ((f"line {reader.line_num}", {**row}) for row in reader)
    except csv.Error as error:
        raise CapacityError(f"{path}, line {reader.line_num}: {error}") from error


def _measurement(row: dict[str, Any], today: date) -> tuple[Measurement | None, list[str]]:
    wrong = [f"{str(name)[:40]!r} is no column; there are {', '.join(COLUMNS)}" for name in row if name not in COLUMNS]
    said = row.get(DATE)
    day = read_day(said.strip() if isinstance(said, str) else said)
    if day is None:
        wrong.append(f"{DATE} is {str(row.get(DATE))[:40]!r}; write a day as YYYY-MM-DD")
    elif day > today:
        wrong.append(f"{DATE} is {day}, which is still to come; measurements are of days that have been")
    values = {}
    for name, value in _given(row.items()):
        number = _number(value)
        if number is None:
            wrong.append(f"{name} is {str(value)[:40]!r}; give a number above 0 and up to 1e12")
        else:
            values[name] = number
    if not values and not wrong:
        wrong.append(f"it has none of {', '.join(COLUMNS[1:])}")
    return (Measurement(day=day, values=values) if day is not None else None), wrong


def _given(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in items:
        if name in COLUMNS[1:] and value is not None and value != "":
            yield name, value


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever is no number is caught
    except (TypeError, ValueError):
        return None
    return number if 0 < number <= HIGHEST and math.isfinite(number) else None
