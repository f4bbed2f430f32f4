"""Reads what AWS and others export of bills: Cost Explorer's answer, a Cost and Usage Report, or FOCUS.

Formats: `aws ce get-cost-and-usage --granularity MONTHLY` (AWS CLI Command Reference), a Cost and Usage Report
in the old spelling (`lineItem/UnblendedCost`) or in CUR 2.0's (AWS Data Exports User Guide), FOCUS 1.x
(focus.finops.org); unverified 2026-11-30 against a real account. What is summed is what the invoice says: unblended
or billed cost, with taxes, credits and refunds.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from ops.answers.costs.bills import BillsError
from ops.inputs.documents import DocumentError, read_document
from plan.days import read_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

CURRENCY = "USD"
METRICS = ("UnblendedCost", "NetUnblendedCost", "AmortizedCost", "BlendedCost")
"""Of Cost Explorer, the first that an answer has."""
WITHOUT_SERVICE = "all services"


@dataclass(frozen=True)
class _Columns:
    """Where a table of charges has what; the currency is known where a column says so."""

    day: str
    service: str
    cost: str
    currency: str


LONGEST_DAYS = 31
"""Cost Explorer's periods are months, days or hours (API Reference, GetCostAndUsage, Granularity; read 2026-11-30)."""
FORMATS = {
    "Cost and Usage Report": _Columns(
        "lineItem/UsageStartDate", "lineItem/ProductCode", "lineItem/UnblendedCost", "lineItem/CurrencyCode"
    ),
    "Cost and Usage Report 2.0": _Columns(
        "line_item_usage_start_date", "line_item_product_code", "line_item_unblended_cost", "line_item_currency_code"
    ),
    "FOCUS": _Columns("ChargePeriodStart", "ServiceName", "BilledCost", "BillingCurrency"),
}


@dataclass
class Bills:
    """Costs by month and service.

    Attributes:
        costs: USD by month (YYYY-MM) and service.
        partial: months that are not over in the export, or not yet final; they stand in `costs` too.
        last_day: the last day with a charge.
        periods: from when to when an answer bills each group, and where it says so.
        days: which days of a month an answer bills.
    """

    costs: dict[str, dict[str, float]] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    last_day: dict[str, date] = field(default_factory=dict)
    periods: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    days: dict[str, set[date]] = field(default_factory=dict)

    def add(self, day: date, service: str, usd: float) -> None:
        """One charge."""
        month = f"{day:%Y-%m}"
        services = self.costs.setdefault(month, {})
        services[service] = services.get(service, 0.0) + usd
        self.last_day[month] = max(day, self.last_day.get(month, day))

    def cover(self, period: tuple[date, date], texts: tuple[str, str], keys: str, where: str) -> None:
        """What one period of an answer bills of a group; no time of it is billed twice.

        Args:
            period: first day, and the day after the last.
            texts: both as the answer writes them, to the hour; ISO 8601 sorts by time.
            keys: of the group.
            where: for messages.

        Raises:
            BillsError: a part of it stands in another period already.
        """
        for begin, over, there in self.periods.setdefault(keys, []):
            if texts[0] < over and begin < texts[1]:
                raise BillsError(f"{where}: {keys} from {texts[0]} on is billed by {there}, too; counted twice")
        self.periods[keys].append((*texts, where))
        for number in range(period[0].toordinal(), max(period[1].toordinal(), period[0].toordinal() + 1)):
            day = date.fromordinal(number)
            self.days.setdefault(f"{day:%Y-%m}", set()).add(day)

    def gaps(self) -> set[str]:
        """Months of which the periods of an answer leave days out."""
        return {month for month, days in self.days.items() if len(days) < monthrange(int(month[:4]), int(month[5:]))[1]}

    def complete(self) -> dict[str, dict[str, float]]:
        """The months that are over."""
        return {month: found for month, found in self.costs.items() if month not in self.partial}


def read_exports(files: Sequence[Path]) -> Bills:
    """The charges of all files together.

    Args:
        files: JSON of Cost Explorer, or CSV (also `.gz`) of a Cost and Usage Report or of FOCUS.

    Raises:
        BillsError: a file is none of these, is in another currency, or holds a cost that is no number.
    """
    bills = Bills()
    seen: dict[str, Path] = {}
    for file in files:
        try:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            if digest in seen:
                raise BillsError(f"{file} and {seen[digest]} are the same export; it would be billed twice")
            seen[digest] = file
            if file.name.lower().removesuffix(".gz").endswith(".csv"):
                _read_table(file, bills)
            else:
                _read_answer(file, bills)
        except (OSError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
            raise BillsError(f"{file} cannot be read: {error}") from error
    bills.partial |= bills.gaps() & set(bills.costs)
    if bills.costs:
        # Nobody says whether the last month is over: it is, if its last day has a charge.
        last = max(bills.last_day)
        if bills.last_day[last].day < monthrange(int(last[:4]), int(last[5:]))[1]:
            bills.partial.add(last)
    return bills


def _read_table(file: Path, bills: Bills) -> None:
    opened = gzip.open if file.name.lower().endswith(".gz") else open
    with opened(file, "rt", encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, restkey="", strict=True)
        try:
            header = set(reader.fieldnames or ())
            name = next((name for name, known in FORMATS.items() if {known.day, known.cost} <= header), None)
            if name is None:
                wanted = "; ".join(f"{name}: {known.day}, {known.cost}" for name, known in FORMATS.items())
                raise BillsError(f"{file} is no export that is known; columns are wanted as follows. {wanted}")
            _charges(reader, FORMATS[name], file, bills)
        except csv.Error as error:
            raise BillsError(f"{file}, line {reader.line_num}: {error}") from error


def _charges(reader: csv.DictReader[str], columns: _Columns, file: Path, bills: Bills) -> None:
    for row in reader:
        where = f"{file}, line {reader.line_num}"
        currency = row.get(columns.currency) or CURRENCY
        if currency != CURRENCY:
            raise BillsError(f"{where}: {columns.currency} is {currency!r}; only {CURRENCY} is summed")
        text = row.get(columns.cost) or ""
        service = row.get(columns.service) or WITHOUT_SERVICE
        bills.add(
            _day(row.get(columns.day), f"{where}: {columns.day}"), service, _usd(text, f"{where}: {columns.cost}")
        )


def _read_answer(file: Path, bills: Bills) -> None:
    try:
        document = read_document(file)
    except DocumentError as error:
        raise BillsError(str(error)) from error
    results = document.get("ResultsByTime") if isinstance(document, dict) else None
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        raise BillsError(
            f"{file} is no answer of `aws ce get-cost-and-usage`: it has no ResultsByTime. A table is .csv or .csv.gz"
        )
    if document.get("NextPageToken"):
        raise BillsError(
            f"{file} is one page of several (NextPageToken): let the AWS CLI read all of them into one file"
        )
    for number, result in enumerate(results, 1):
        where = f"{file}, ResultsByTime {number}"
        period = result.get("TimePeriod")
        start, end = (
            _day(period.get(side) if isinstance(period, dict) else None, f"{where}: TimePeriod.{side}")
            for side in ("Start", "End")
        )
        texts = str(period["Start"])[:19], str(period["End"])[:19]
        if texts[0] >= texts[1]:
            raise BillsError(f"{where}: TimePeriod ends at {texts[1]}, which is not after its start at {texts[0]}")
        if (end - start).days > LONGEST_DAYS:
            raise BillsError(f"{where}: TimePeriod has {(end - start).days} days; ask for months or days")
        if result.get("Estimated") is True:
            bills.partial.add(f"{start:%Y-%m}")
        for service, keys, usd in _grouped(result, where):
            bills.cover((start, end), texts, keys, where)
            bills.add(start, service, usd)
            bills.last_day[f"{start:%Y-%m}"] = max(
                date.fromordinal(end.toordinal() - 1), bills.last_day[f"{start:%Y-%m}"]
            )


def _grouped(result: dict[str, Any], where: str) -> Iterator[tuple[str, str, float]]:
    """Service, all keys of the group, and what it costs."""
    groups = result.get("Groups") or ()
    entries: Iterable[tuple[list[Any], Any]] = [
        (group.get("Keys") or [WITHOUT_SERVICE], group.get("Metrics")) for group in groups
    ] or [([WITHOUT_SERVICE], result.get("Total"))]
    for names, metrics in entries:
        service, keys = str(names[0]), ", ".join(map(str, names))
        known = metrics if isinstance(metrics, dict) else {}
        metric = next((name for name in METRICS if isinstance(known.get(name), dict)), None)
        if metric is None:
            raise BillsError(f"{where}: {service} has none of {', '.join(METRICS)}")
        unit = known[metric].get("Unit", CURRENCY)
        if unit != CURRENCY:
            raise BillsError(f"{where}: {service} is in {unit!r}; only {CURRENCY} is summed")
        yield service, keys, _usd(known[metric].get("Amount"), f"{where}: {service}, {metric}")


def _day(value: object, where: str) -> date:
    day, _, moment = str(value).replace(" ", "T", 1).partition("T")
    found = read_day(day)
    if found is None or (moment and not moment[0].isdigit()):
        raise BillsError(f"{where} is {str(value)[:40]!r}; a day is wanted, as 2026-11-01")
    return found


def _usd(value: object, where: str) -> float:
    try:
        usd = float(str(value))
    except ValueError:
        usd = math.nan
    if not math.isfinite(usd):
        raise BillsError(f"{where} is {str(value)[:40]!r}, which is no amount")
    return usd
