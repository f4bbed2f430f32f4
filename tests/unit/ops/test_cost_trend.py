"""`./bbp cost trend`: exports of bills as AWS and FOCUS write them, and what each mistake is answered with."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from ops.answers.cost_trend.exports import read_exports
from ops.answers.cost_trend.trends import cost_trend
from ops.answers.costs.bills import BillsError
from tests.support.cli import Cli

if TYPE_CHECKING:
    from pathlib import Path

CUR = "lineItem/UsageStartDate,lineItem/ProductCode,lineItem/UnblendedCost,lineItem/CurrencyCode\n"
CUR2 = "line_item_usage_start_date,line_item_product_code,line_item_unblended_cost\n"
FOCUS = "ChargePeriodStart,ServiceName,BilledCost,EffectiveCost,BillingCurrency\n"


def file(folder: Path, text: str, name: str = "bills.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def month(start: str, end: str, amount: str, *, estimated: bool = False) -> dict[str, object]:
    metrics = {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}
    groups = [{"Keys": ["Amazon RDS"], "Metrics": metrics}]
    return {"TimePeriod": {"Start": start, "End": end}, "Groups": groups, "Estimated": estimated}


@pytest.mark.parametrize(
    "text",
    [
        f"{CUR}2026-01-01T00:00:00Z,AmazonRDS,3,USD\n2026-01-31T23:00:00Z,AmazonRDS,4.5,USD\n",
        f"{CUR2}2026-01-01 00:00:00.000,AmazonRDS,3\n2026-01-31 23:00:00.000,AmazonRDS,4.5\n",
        f"{FOCUS}2026-01-01T00:00:00Z,AmazonRDS,3,9,USD\n2026-01-31T00:00:00Z,AmazonRDS,4.5,9,USD\n",
    ],
    ids=["CUR", "CUR 2.0", "FOCUS"],
)
def test_the_charges_of_a_table_are_summed_by_month_and_service(tmp_path: Path, text: str) -> None:
    assert read_exports([file(tmp_path, text)]).complete() == {"2026-01": {"AmazonRDS": 7.5}}
    packed = tmp_path / "bills.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert read_exports([packed]).complete() == {"2026-01": {"AmazonRDS": 7.5}}


def test_an_answer_of_cost_explorer_is_read_and_its_estimated_month_left_out(tmp_path: Path) -> None:
    results = [month("2026-01-01", "2026-02-01", "7.5"), month("2026-02-01", "2026-02-11", "2", estimated=True)]
    bills = read_exports([file(tmp_path, json.dumps({"ResultsByTime": results}), "ce.json")])
    assert bills.complete() == {"2026-01": {"Amazon RDS": 7.5}}
    assert bills.partial == {"2026-02"}


def test_totals_without_groups_are_all_services_together(tmp_path: Path) -> None:
    total = {"AmortizedCost": {"Amount": "8", "Unit": "USD"}}
    answer = {"ResultsByTime": [{**month("2026-01-01", "2026-02-01", "7.5"), "Groups": [], "Total": total}]}
    bills = read_exports([file(tmp_path, json.dumps(answer), "ce.json")])
    assert bills.complete() == {"2026-01": {"all services": 8.0}}


def test_the_last_month_is_over_only_if_its_last_day_is_billed_and_credits_count(tmp_path: Path) -> None:
    bills = read_exports([file(tmp_path, f"{CUR2}2026-01-31,EC2,10\n2026-01-31,EC2,-4\n2026-02-27,EC2,10\n")])
    assert bills.complete() == {"2026-01": {"EC2": 6.0}}
    assert bills.partial == {"2026-02"}


def test_several_files_are_summed_and_users_of_the_history_give_usd_for_each(tmp_path: Path) -> None:
    files = [
        file(tmp_path, f"{CUR2}2026-07-28,EC2,60\n2026-07-31,EC2,40\n", "7.csv"),
        file(tmp_path, f"{CUR2}2026-08-31,EC2,120\n", "8.csv"),
    ]
    history = file(tmp_path, "date,users\n2026-07-05,40\n2026-07-20,60\n2026-08-01,60\n", "users.csv")
    assert cost_trend(files, history).trends.per_user == {"2026-07": 2, "2026-08": 2}


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("a,b\n1,2\n", "b.csv", "is no export that is known"),
        (f"{CUR}2026-01-01,EC2,3,EUR\n", "b.csv", "'EUR'; only USD is summed"),
        (f"{CUR}2026-01-01,EC2,much,USD\n", "b.csv", "'much', which is no amount"),
        (f"{CUR}2026-01-01,EC2,nan,USD\n", "b.csv", "which is no amount"),
        (f"{CUR}soon,EC2,3,USD\n", "b.csv", "a day is wanted"),
        (f"{CUR2}2026-01-05,EC2,3\n", "b.csv", "no complete month is billed, and 2026-01 is not over"),
        (f"{CUR2}2026-01-31,EC2,\n", "b.csv", "'', which is no amount"),
        ('{"ResultsByTime": [], "NextPageToken": "x"}', "b.json", "one page of several"),
        ("{}", "b.json", "it has no ResultsByTime"),
        ("[1, 2]", "b.json", "it has no ResultsByTime"),
        ('{"ResultsByTime": [{"TimePeriod": {"Start": "2026-01-01", "End": "2026-02-01"}}]}', "b.json", "has none of"),
        ("no gzip", "b.csv.gz", "cannot be read"),
    ],
)
def test_what_is_no_export_is_told_in_a_sentence(tmp_path: Path, text: str, name: str, says: str) -> None:
    with pytest.raises(BillsError, match=says):
        cost_trend([file(tmp_path, text, name)])


def test_an_export_that_is_given_twice_is_not_billed_twice(tmp_path: Path) -> None:
    text = f"{CUR2}2026-01-31,EC2,10\n"
    first, second = file(tmp_path, text, "a.csv"), file(tmp_path, text, "b.csv")
    for files in ([first, first], [first, second]):
        with pytest.raises(BillsError, match="are the same export; it would be billed twice"):
            read_exports(files)


def test_the_command_is_of_two_words_and_a_wrong_file_ends_with_2(tmp_path: Path) -> None:
    rows = "".join(f"2026-{number:02d}-{day},EC2,{10 * number}\n" for number, day in enumerate((31, 28, 31, 30), 1))
    bills = file(tmp_path, CUR2 + rows)
    ran = Cli(tmp_path).run("cost", "trend", "--bills", str(bills), "--json")
    assert ran.code == 0, ran.err
    assert ran.document["total"]["trend"] == "increasing"
    shown = Cli(tmp_path).run("cost", "trend", "--bills", str(bills)).out
    assert "4 complete months from 2026-01 to 2026-04" in shown
    wrong = Cli(tmp_path).run("cost", "trend", "--bills", str(file(tmp_path, "a,b\n", "w.csv")))
    assert wrong.code == 2
    assert "Traceback" not in wrong.err


def _answer(folder: Path, *results: dict[str, object]) -> Path:
    return file(folder, json.dumps({"ResultsByTime": results}), "ce.json")


def test_a_month_of_which_an_answer_leaves_days_out_is_not_complete(tmp_path: Path) -> None:
    results = [month(f"2026-0{number}-01", f"2026-0{number}-27", "7") for number in (1, 2, 3)]
    bills = read_exports([_answer(tmp_path, *results, month("2026-04-01", "2026-05-01", "7"))])
    assert bills.partial == {"2026-01", "2026-02", "2026-03"}
    halves = (month("2026-01-01", "2026-01-16", "3"), month("2026-01-16", "2026-02-01", "4"))
    assert read_exports([_answer(tmp_path, *halves)]).complete() == {"2026-01": {"Amazon RDS": 7.0}}


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        ((("2026-01-01", "2026-02-01"), ("2026-01-01", "2026-02-01")), "billed by"),
        ((("2026-01-01", "2026-02-01"), ("2026-01-31", "2026-02-28")), "billed by"),
        ((("2026-02-01", "2026-01-01"),), "not after its start"),
        ((("2026-02-01", "2026-02-01"),), "not after its start"),
        ((("2026-01-01", "2026-12-31"),), "ask for months or days"),
    ],
)
def test_no_day_of_an_answer_is_billed_twice_or_backwards(
    tmp_path: Path, periods: tuple[tuple[str, str], ...], says: str
) -> None:
    with pytest.raises(BillsError, match=says):
        read_exports([_answer(tmp_path, *(month(start, end, "100") for start, end in periods))])


def test_groups_of_two_keys_are_parts_of_one_service_and_hours_are_periods(tmp_path: Path) -> None:
    metrics = {"UnblendedCost": {"Amount": "1", "Unit": "USD"}}
    groups = [{"Keys": ["Amazon RDS", usage], "Metrics": metrics} for usage in ("Storage", "Instance")]
    hour: dict[str, object] = {"Start": "2026-01-01T00:00:00Z", "End": "2026-01-01T01:00:00Z"}
    bills = read_exports([_answer(tmp_path, {"TimePeriod": hour, "Groups": groups})])
    assert bills.costs == {"2026-01": {"Amazon RDS": 2.0}}
